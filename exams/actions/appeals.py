"""Appeals (成绩复核): a candidate asks once a paper while the time runs; the office keeps or changes the marks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from exams.actions.results import correct
from exams.actions.standing import finalise
from exams.models.marking import Appeal, ScoreEvent
from exams.models.sittings import Entry, Sitting
from exams.queries.marking import marks_by_item
from exams.queries.own_result import counted_attempt
from exams.rules.register import TOTAL
from portal import audit, notices
from portal.actions.errors import Refused
from portal.figures import num

OPEN, KEPT, CHANGED = Appeal.State.OPEN, Appeal.State.KEPT, Appeal.State.CHANGED


def apply(*, actor, now, entry: Entry, reason: str) -> Appeal:
    """Ask for a review of one paper's result; asking again returns the appeal there is.

    Raises Refused: not one's own, results not released, the time is over, not sat, no reason.
    """
    reason = reason.strip()
    with transaction.atomic():
        entry = Entry.objects.select_related("registration__person", "registration__sitting", "paper").get(pk=entry.pk)
        registration, sitting = entry.registration, entry.registration.sitting
        if registration.person.user_id != actor.pk:
            raise Refused(_("只能申请复核本人的成绩。"))
        known = Appeal.objects.filter(entry=entry).first()
        if known:
            return known
        if sitting.state != Sitting.State.RELEASED:
            raise Refused(_("成绩尚未发布。"))
        if sitting.appeals_until is None or now >= sitting.appeals_until:
            raise Refused(_("复核申请期限已过。"))
        if not entry.sat or registration.disqualified:
            raise Refused(_("未参加或已取消成绩的科目不能申请复核。"))
        if len(reason) < 2:
            raise Refused(_("请写明申请复核的理由。"), "reason")
        try:
            with transaction.atomic():
                appeal = Appeal.objects.create(entry=entry, reason=reason[:500], made_at=now)
        except IntegrityError:
            return Appeal.objects.get(entry=entry)
        audit.record(
            actor=actor,
            now=now,
            action="appeal.made",
            obj=appeal,
            unit_code=registration.unit.code,
            sitting=sitting.code,
            paper=entry.paper.title,
        )
    return appeal


def decide(
    *, actor, now, appeal: Appeal, changed: bool, answer: str, scores: Mapping[str, object] | None = None
) -> Appeal:
    """Keep the result, or change the marks of items (``{"0": "2"}``; of an offline paper ``{"total": "65"}``).

    Changed marks are appended as an APPEAL score event and the register gets a new edition, with qualification and
    certificate following. Deciding twice the same does nothing. Raises Refused: no opinion, nothing changed, marks
    beyond an item's worth.
    """
    answer = answer.strip()
    wanted = CHANGED if changed else KEPT
    with transaction.atomic():
        appeal = (
            Appeal.objects.select_for_update(of=("self",))
            .select_related("entry__registration__sitting", "entry__registration__unit", "entry__registration__person")
            .get(pk=appeal.pk)
        )
        if appeal.state != OPEN:
            if appeal.state == wanted and appeal.answer == answer[:500]:
                return appeal
            raise Refused(_("此申请已处理（%(state)s）。") % {"state": appeal.get_state_display()})
        if len(answer) < 2:
            raise Refused(_("请写明复核意见。"), "answer")
        entry, sitting = appeal.entry, appeal.entry.registration.sitting
        if actor is not None and entry.registration.person.user_id == actor.pk:
            raise Refused(_("不能处理本人的复核申请，须由他人处理。"))
        told = {}
        if changed:
            told = _change(actor, now, appeal, scores or {}, answer)
        appeal.state, appeal.answer = wanted, answer[:500]
        appeal.decided_by, appeal.decided_at = actor, now
        appeal.save(update_fields=["state", "answer", "decided_by", "decided_at"])
        audit.record(
            actor=actor,
            now=now,
            action="appeal.decided",
            obj=appeal,
            unit_code=entry.registration.unit.code,
            state=appeal.state,
            answer=answer,
            scores=told,
        )
        if changed:
            correct(actor=actor, now=now, sitting=sitting, reason=_("成绩复核：%(answer)s") % {"answer": answer[:200]})
        user = entry.registration.person.user_id
        if user:
            notices.send(
                recipients=[user],
                now=now,
                key=f"appeal:{appeal.pk}",
                text=_("成绩复核已处理：%(title)s，%(state)s。")
                % {"title": sitting.title, "state": appeal.get_state_display()},
                url=reverse("exams:result", args=[sitting.code]),
            )
    return appeal


def _change(actor, now, appeal: Appeal, scores: Mapping[str, object], answer: str) -> dict[str, str]:
    entry = appeal.entry
    attempt = counted_attempt(entry)
    told = _checked(entry, attempt, scores)
    if not told:
        raise Refused(_("没有改动得分；维持原成绩的，请选“维持”。"), "scores")
    ScoreEvent.objects.create(
        entry=entry,
        attempt=attempt,
        kind=ScoreEvent.Kind.APPEAL,
        scores=told,
        reason=answer[:300],
        key=f"appeal:{appeal.pk}",
        at=now,
        actor=actor,
    )
    finalise([entry.pk])
    return told


def _checked(entry: Entry, attempt, scores: Mapping[str, object]) -> dict[str, str]:
    """Only what differs from the marks now; marks in hundredths within the worth."""
    if attempt is None:
        bounds, now = {TOTAL: entry.paper.total}, {TOTAL: entry.score}
    else:
        bounds = {str(n): Decimal(item["m"]) for n, item in enumerate(attempt.layout)}
        now = {str(n): marks for n, marks in marks_by_item(attempt.pk).items()}
    told = {}
    for item, value in scores.items():
        if item not in bounds:
            raise Refused(_("答卷没有这一题。"), f"score_{item}")
        try:
            marks = Decimal(str(value).strip())
        except InvalidOperation:
            raise Refused(_("第%(n)s题的得分不是数字。") % {"n": _number(item)}, f"score_{item}") from None
        if not marks.is_finite() or not 0 <= marks <= bounds[item] or marks != marks.quantize(Decimal("0.01")):
            raise Refused(
                _("第%(n)s题应在0至%(worth)s分之间。") % {"n": _number(item), "worth": num(bounds[item])},
                f"score_{item}",
            )
        if marks != now.get(item):
            told[item] = str(marks)
    return told


def _number(item: str) -> str:
    return str(int(item) + 1) if item.isdecimal() else ""
