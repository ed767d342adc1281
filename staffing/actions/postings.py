"""Postings: sending, extending, returning, and putting a wrong record right.

Who may be sent where: domain §2.6 (one current posting per person and layer, deadline and return) and 编制锁定 (a
locked post does not leave its town).
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from staffing.actions.common import apply, facts_of, in_words, note, overlap
from staffing.actions.errors import Refused
from staffing.actions.memberships import membership_on, town_of
from staffing.models import DEPLOYED_KINDS, Person, Posting, PostingKind, Unit
from staffing.models.postings import Layer, layer_of

CORRECTABLE = {
    "kind",
    "start",
    "end",
    "from_unit",
    "to_unit",
    "to_text",
    "due",
    "doc_no",
    "full_time",
    "post_locked",
    "approved",
    "start_known",
    "score_street",
    "score_bureau",
}


def open_posting(
    *,
    actor,
    now,
    person: Person,
    kind: str,
    start: date,
    to_unit: Unit | None = None,
    to_text: str = "",
    from_unit: Unit | None = None,
    due: date | None = None,
    end: date | None = None,
    doc_no: str = "",
    full_time: bool = True,
    post_locked: bool = False,
    approved: bool = True,
    start_known: bool = True,
    score_street=None,
    score_bureau=None,
) -> Posting:
    """Send a person somewhere from ``start``; ``due`` is the day to be back, ``end`` (for history) the first day back.

    ``from_unit`` defaults to the home unit, or for 借调/抽调/挂职 to the unit the person is deployed to. The same
    person, kind, start and place again returns the row there is. Raises Refused: no target, wrong dates, not in post,
    an overlap in the same layer (its message gives the other's dates), a locked post leaving its town.
    """
    posting = Posting(
        person=person,
        kind=kind,
        start=start,
        end=end,
        from_unit=from_unit,
        to_unit=to_unit,
        to_text="" if to_unit else to_text.strip(),
        due=due,
        doc_no=doc_no.strip(),
        full_time=full_time,
        post_locked=post_locked,
        approved=approved,
        start_known=start_known,
        score_street=score_street,
        score_bureau=score_bureau,
    )
    with facts_of(person):
        there = Posting.objects.filter(
            person=person, kind=kind, start=start, to_unit=to_unit, to_text=posting.to_text
        ).first()
        if there and there.end != there.start:
            return there
        _check(posting)
        posting.save(force_insert=True)
        note(
            actor=actor,
            now=now,
            action="posting.started",
            person=person,
            unit=posting.from_unit,
            row=posting,
            kind=kind,
            to=to_unit.code if to_unit else posting.to_text,
            start=start,
            due=due,
            end=end,
            doc_no=posting.doc_no,
        )
    return posting


def extend_posting(*, actor, now, posting: Posting, due: date, doc_no: str = "") -> Posting:
    """Put the day of return off (or set it). Raises Refused when it has ended or ``due`` is not later than before."""
    with facts_of(posting.person):
        posting = _again(posting)
        if posting.due == due:
            return posting
        _refuse_over(posting)
        if due <= posting.start:
            raise Refused(_("应归位日期须晚于起始日%(day)s。") % {"day": posting.start.isoformat()}, "due")
        if posting.due and due < posting.due:
            raise Refused(
                _("续期后的应归位日期须晚于原日期%(day)s；要提前，请更正记录。") % {"day": posting.due.isoformat()},
                "due",
            )
        before, posting.due = posting.due, due
        posting.save(update_fields=["due"])
        note(
            actor=actor,
            now=now,
            action="posting.changed",
            person=posting.person,
            unit=posting.from_unit,
            row=posting,
            changed={"due": [before, due]},
            doc_no=doc_no,
        )
    return posting


def end_posting(*, actor, now, posting: Posting, end: date) -> Posting:
    """Record the return: ``end`` is the first day back. The same day again is harmless.

    Raises Refused when returned on another day already, or when the day is before the start.
    """
    with facts_of(posting.person):
        posting = _again(posting)
        if posting.end == end:
            return posting
        _refuse_over(posting)
        if end <= posting.start:
            raise Refused(_("归位日期须晚于起始日%(day)s。") % {"day": posting.start.isoformat()}, "end")
        before, posting.end = posting.end, end
        posting.save(update_fields=["end"])
        note(
            actor=actor,
            now=now,
            action="posting.ended",
            person=posting.person,
            unit=posting.from_unit,
            row=posting,
            changed={"end": [before, end]},
            due=posting.due,
        )
    return posting


def reopen_posting(*, actor, now, posting: Posting, reason: str) -> Posting:
    """Take a return back. Raises Refused without a reason, or when another posting of the layer came since."""
    if not reason.strip():
        raise Refused(_("请写明原因。"), "reason")
    with facts_of(posting.person):
        posting = _again(posting)
        if posting.end is None:
            return posting
        if posting.end == posting.start:
            raise Refused(_("此记录已撤回，不能恢复，请重新登记。"))
        before, posting.end = posting.end, None
        _check(posting)
        posting.save(update_fields=["end"])
        note(
            actor=actor,
            now=now,
            action="posting.changed",
            person=posting.person,
            unit=posting.from_unit,
            row=posting,
            changed={"end": [before, None]},
            reason=reason,
        )
    return posting


def correct_posting(*, actor, now, posting: Posting, reason: str = "", **fields) -> Posting:
    """Correct a wrong record (any of CORRECTABLE). The corrected posting must pass the same checks as a new one."""
    with facts_of(posting.person):
        posting = _again(posting)
        changed = apply(posting, fields, CORRECTABLE)
        if not changed:
            return posting
        if posting.to_unit_id:
            posting.to_text = ""
        _check(posting)
        posting.save()
        note(
            actor=actor,
            now=now,
            action="posting.changed",
            person=posting.person,
            unit=posting.from_unit,
            row=posting,
            changed=changed,
            reason=reason,
        )
    return posting


def withdraw_posting(*, actor, now, posting: Posting, reason: str) -> Posting:
    """Take a wrong record back: its range is emptied so that it counts on no day; the row stays readable as
    reversed.
    """
    if not reason.strip():
        raise Refused(_("请写明原因。"), "reason")
    with facts_of(posting.person):
        posting = _again(posting)
        if posting.end == posting.start:
            return posting
        before, posting.end = posting.end, posting.start
        posting.save(update_fields=["end"])
        note(
            actor=actor,
            now=now,
            action="posting.changed",
            person=posting.person,
            unit=posting.from_unit,
            row=posting,
            changed={"end": [before, posting.start]},
            withdrawn=True,
            reason=reason,
        )
    return posting


def _again(posting: Posting) -> Posting:
    return Posting.objects.select_related("person", "from_unit", "to_unit").get(pk=posting.pk)


def _refuse_over(posting: Posting):
    if posting.end is None:
        return
    if posting.end == posting.start:
        raise Refused(_("此记录已撤回。"), "end")
    raise Refused(_("已于%(day)s登记归位。") % {"day": posting.end.isoformat()}, "end")


def _check(posting: Posting):
    """Everything a posting must satisfy on its own and beside the person's other facts; fills layer and from_unit."""
    person, start = posting.person, posting.start
    if posting.kind not in PostingKind.values:
        raise Refused(_("请选择派驻借调形式。"), "kind")
    posting.layer = layer_of(posting.kind)
    if posting.kind in DEPLOYED_KINDS and posting.to_unit is None:
        raise Refused(_("划转、下沉、派驻须选择本系统内的接收单位。"), "to_unit")
    if posting.to_unit is None and not posting.to_text:
        raise Refused(_("请选择接收单位，或填写单位名称。"), "to_unit")
    if posting.due and posting.due <= start:
        raise Refused(_("应归位日期须晚于起始日。"), "due")
    if posting.end is not None and posting.end < start:
        raise Refused(_("没有保存：归位日期早于派驻日期，请改后再保存。"), "end")
    if posting.to_unit and posting.to_unit.closed and posting.to_unit.closed <= start:
        raise Refused(_("接收单位已于%(day)s撤销。") % {"day": posting.to_unit.closed.isoformat()}, "to_unit")
    others = [
        other for other in person.postings.select_related("to_unit").exclude(pk=posting.pk) if other.end != other.start
    ]
    for other in others:
        if other.layer == posting.layer and overlap(start, posting.end, other.start, other.end):
            raise Refused(
                _("与%(range)s的%(kind)s（%(place)s）重叠，请先登记归位。")
                % {
                    "range": in_words(other.start, other.end),
                    "kind": other.get_kind_display(),
                    "place": other.place,
                },
                "start",
            )
    membership = membership_on(person, start)
    if membership is None:
        raise Refused(_("%(day)s此人不在编，不能登记。") % {"day": start.isoformat()}, "start")
    base = next((o for o in others if o.layer == Layer.DEPLOYED and o.covers(start)), None)
    if posting.layer == Layer.DEPLOYED:
        base = None
    here = base.to_unit if base else membership.unit
    if posting.from_unit is None:
        posting.from_unit = here
    if posting.to_unit is not None and posting.to_unit == here:
        raise Refused(_("接收单位就是此人现在的单位。"), "to_unit")
    _refuse_locked(posting, membership.unit if membership.post_locked else None)
    _refuse_locked(posting, base.to_unit if base and base.post_locked else None)


def _refuse_locked(posting: Posting, unit: Unit | None):
    """A post locked to a town may not be used outside it; 挂职 under a document keeps the post and is exempt (domain
    §2.6).
    """
    if unit is None or (posting.kind == PostingKind.TEMP and posting.doc_no):
        return
    town = town_of(unit) or unit
    if posting.to_unit is None or not posting.to_unit.path.startswith(town.path):
        raise Refused(
            _("编制锁定在%(place)s，不得派出或借出；确需变动的，请先解除锁定。") % {"place": town.name}, "to_unit"
        )
