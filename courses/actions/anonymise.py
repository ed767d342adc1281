"""Confirming that what the anonymisation check found tells nothing about real people or firms."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Revision

from courses.models import CasePage
from courses.queries.anonymise import Report, draft_of, report_of
from portal import audit
from portal.actions.errors import Refused


def confirm(*, actor, now, case: CasePage, digest: str, confirmed: Iterable[str]) -> Report:
    """Store with the newest revision of ``case`` that every finding was looked at. Again with the same: nothing new.

    ``digest`` names the text the editor saw; ``confirmed``: the keys of the findings ticked (Finding.key). Raises
    Refused when the text has changed since, and while a finding is not ticked.
    """
    ticked = set(confirmed)
    with transaction.atomic():
        CasePage.objects.select_for_update().only("pk").get(pk=case.pk)
        page = draft_of(case.pk)
        report = report_of(page)
        if report.digest != digest:
            raise Refused(_("核对期间案例文字有改动，请按新的清单重新核对。"))
        keys = [line.finding.key for line in report.lines]
        left = [line.finding.text for line in report.lines if line.finding.key not in ticked]
        if left:
            words = {"n": len(left), "some": _("、").join(left[:3])}
            raise Refused(_("还有%(n)s处没有确认：%(some)s。须替换的请先到编辑页修改。") % words, "confirmed")
        if report.checked and report.clear:
            return report
        checked = {"by": actor.pk, "at": now.isoformat(), "digest": digest, "confirmed": keys}
        _store(page, checked)
        audit.record(
            actor=actor,
            now=now,
            action="case.anonymised",
            obj=page,
            title=page.title,
            findings=len(keys),
            digest=digest,
        )
    page.checked = checked
    return report_of(page)


def _store(page: CasePage, checked: dict) -> None:
    """Into the newest revision itself: a new one would take the text out of a workflow that is running on it."""
    newest = page.latest_revision_id
    if newest:
        revision = Revision.objects.get(pk=newest)
        revision.content["checked"] = checked
        revision.save(update_fields=["content"])
    if not newest or newest == page.live_revision_id or not page.live:
        CasePage.objects.filter(pk=page.pk).update(checked=checked)
