"""The dated facts of one person as a timeline: newest first, planned ones on top, records taken back struck through."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from portal.ui import Event
from staffing.models import QualificationKind, QualificationState
from staffing.queries.people_one import Profile


def timeline(profile: Profile, today: date, *, private: bool) -> list[Event]:
    """Events up to ``profile.day``; what is planned after it only when that day is not past. ``private`` names kinds
    of leave.
    """
    found = [
        *_memberships(profile),
        *_postings(profile),
        *_qualifications(profile),
        *_leaves(profile, private),
    ]
    ahead = profile.day >= today
    shown = [event for event in found if event.date <= profile.day or (ahead and event.state != "reversed")]
    return sorted(
        (event if event.date <= profile.day else _planned(event) for event in shown),
        key=lambda event: event.date,
        reverse=True,
    )


def _planned(event: Event) -> Event:
    return Event(event.date, event.text, event.doc, event.source, "planned", event.url, end=event.end, note=event.note)


def _unsure(row) -> str:
    return "" if row.start_known else _("名册未写明起始日期，以名册日期代替")


def _memberships(profile: Profile):
    before = None
    for row in profile.memberships:
        if row.end == row.start:
            continue
        kind = _("，").join(text for text in (row.get_category_display(), row.get_establishment_type_display()) if text)
        if before and before.end == row.start and before.unit_id == row.unit_id:
            text = _("改为%(kind)s") % {"kind": kind}
        else:
            text = _("编入%(unit)s（%(kind)s）") % {"unit": row.unit.name, "kind": kind}
        yield Event(row.start, text, note=_unsure(row))
        if row.end and row.end_reason and row.end_reason != "moved":
            yield Event(row.end, _("离队：%(reason)s") % {"reason": row.get_end_reason_display()})
        before = row


def _postings(profile: Profile):
    for row in profile.postings:
        told = {"kind": row.get_kind_display(), "place": row.place}
        if row.end == row.start:
            yield Event(row.start, _("%(kind)s到%(place)s（登记已撤回）") % told, row.doc_no, state="reversed")
            continue
        yield Event(row.start, _("%(kind)s到%(place)s") % told, row.doc_no, note=_unsure(row))
        if row.end and row.end <= profile.day:
            yield Event(row.end, _("从%(place)s归位（%(kind)s）") % told)
        elif row.due and row.due > profile.day:
            yield Event(row.due, _("从%(place)s归位（%(kind)s）") % told, note=_("应归位日期"))


def _qualifications(profile: Profile):
    for line in profile.qualifications:
        row = line.row
        told = {"kind": row.get_kind_display(), "number": f" {row.number}" if row.number else ""}
        for number, status in enumerate(row.statuses.all()):
            if status.end == status.start:
                continue
            if number == 0 and status.state == QualificationState.VALID:
                text = (
                    _("任法制审核人员")
                    if row.kind == QualificationKind.REVIEWER
                    else _("取得%(kind)s%(number)s") % told
                )
            elif row.kind == QualificationKind.REVIEWER and status.state == QualificationState.CANCELLED:
                text = _("不再任法制审核人员")
            else:
                text = _("%(kind)s：%(state)s") % {**told, "state": status.get_state_display()}
            yield Event(status.start, text, status.doc_no, note=_(status.reason))
        for check in row.checks.all():
            words = _("%(year)s年度年审通过") if check.passed else _("%(year)s年度年审未通过")
            yield Event(check.checked_on, words % {"year": check.year})
        if line.in_force and line.until and line.until > profile.day:
            yield Event(line.until, _("%(kind)s%(number)s到期") % told)


def _leaves(profile: Profile, private: bool):
    for row in profile.leaves:
        kind = row.get_kind_display() if private else _("请假")
        if row.end == row.start:
            yield Event(row.start, _("%(kind)s（登记已撤回）") % {"kind": kind}, state="reversed")
            continue
        yield Event(row.start, kind)
        if row.end:
            yield Event(row.end, _("销假返岗"))
