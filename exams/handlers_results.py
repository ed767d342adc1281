"""Background work of marking, results and the archive."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.actions import archive, results
from exams.models.sittings import Sitting
from portal import jobs
from portal.actions.errors import Refused


@jobs.handler(results.JOB)
def release(job, progress):
    """Release a sitting's results; a second run finds them released."""
    sitting = Sitting.objects.get(pk=job.args["sitting"])
    try:
        results.release(actor=job.owner, now=timezone.now(), sitting=sitting, progress=progress)
    except Refused as refused:
        raise jobs.Failed(refused.message) from refused
    return {"url": reverse("exams:register", args=[sitting.code]), "label": _("查看登记册")}


@jobs.handler(archive.JOB)
def export(job, progress):
    """Write a sitting's archive."""
    return archive.write_for(job, progress, timezone.now())
