"""Background work of question imports."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.actions import question_imports as actions
from exams.models.imports import ExamImport
from portal import jobs
from portal.actions.errors import Refused


@jobs.handler(actions.PREPARE)
def prepare(job, progress):
    """Read an upload and compare it with its bank."""
    batch = actions.prepare(now=timezone.now(), import_id=job.args["import"], progress=progress)
    if batch.state == ExamImport.State.REFUSED:
        raise jobs.Failed(batch.error)
    return {"url": reverse("exams:question_import", args=[batch.pk]), "label": _("查看预览")}


@jobs.handler(actions.COMMIT)
def commit(job, progress):
    """Write a large import; one that is written already stays as it is."""
    choices = {name: job.args[name] for name in ("with_review", "activate", "reason") if name in job.args}
    progress(0, 0, _("正在写入题库"))
    try:
        batch = actions.commit(actor=job.owner, now=timezone.now(), import_id=job.args["import"], **choices)
    except Refused as refused:
        raise jobs.Failed(refused.message) from refused
    return {"url": reverse("exams:question_import", args=[batch.pk]), "label": _("查看结果")}
