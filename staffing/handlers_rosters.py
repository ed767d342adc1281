"""Background work of roster imports."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import jobs
from staffing.actions import rosters, rosters_undo
from staffing.actions.errors import Refused
from staffing.models import RosterImport
from staffing.queries.rosters_show import reason


@jobs.handler("roster.prepare")
def prepare(job, progress):
    """Read, plan and compare an upload."""
    batch = rosters.prepare_plan(now=timezone.now(), import_id=job.args["import"], progress=progress)
    if batch.state == RosterImport.State.REFUSED:
        raise jobs.Failed(reason(batch))
    page = "import_mapping" if batch.state == RosterImport.State.MAPPING else "import_preview"
    return {"url": reverse(f"staffing:{page}", args=[batch.pk]), "label": _("查看预览")}


@jobs.handler("roster.compare")
def compare(job, progress):
    """Compare again after decisions or a change of the facts."""
    batch = rosters.compare_again(now=timezone.now(), import_id=job.args["import"], progress=progress)
    return {"url": reverse("staffing:import_preview", args=[batch.pk]), "label": _("查看预览")}


@jobs.handler("roster.commit")
def commit(job, progress):
    """Write an import. A refusal puts it back to preview, so that the user can look again."""
    try:
        batch = rosters.commit_import(
            actor=job.owner,
            now=timezone.now(),
            import_id=job.args["import"],
            expected=job.args.get("expected"),
            progress=progress,
        )
    except Refused as refused:
        back(job.args["import"])
        raise jobs.Failed(refused.message) from refused
    return {"url": reverse("staffing:import_result", args=[batch.pk]), "label": _("查看结果")}


@jobs.handler("roster.undo")
def undo(job, progress):
    """Take an import back."""
    progress(0, 0, _("正在恢复"))
    try:
        batch = rosters_undo.undo_import(actor=job.owner, now=timezone.now(), import_id=job.args["import"])
    except Refused as refused:
        raise jobs.Failed(refused.message) from refused
    return {"url": reverse("staffing:import_result", args=[batch.pk]), "label": _("查看结果")}


def back(import_id) -> None:
    """An import that could not be written waits in preview again."""
    RosterImport.objects.filter(pk=import_id, state=RosterImport.State.COMMITTING).update(
        state=RosterImport.State.PREVIEW
    )
