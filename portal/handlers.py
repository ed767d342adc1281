"""Background work of the kernel itself; imported at start (portal.apps), like every app's ``handlers``."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit as trail
from portal import jobs


@jobs.handler("audit.verify")
def verify(job, progress):
    """Walk the chain; a break is a failed job whose reason names the first row that does not fit."""
    progress(0, 0, _("正在逐条校验"))
    verdict = trail.verify()
    with transaction.atomic():
        trail.record(
            actor=job.owner, now=timezone.now(), action="audit.verified", ok=verdict.ok, checked=verdict.checked
        )
    if not verdict.ok:
        found = {"n": verdict.checked, "at": verdict.broken_at}
        raise jobs.Failed(_("审计记录自第%(at)d条起不连续，之前%(n)d条完好。请保留现场并报告。") % found)
    progress(verdict.checked, verdict.checked, _("%(n)d条审计记录连续、未被改动。") % {"n": verdict.checked})
    return {"checked": verdict.checked}
