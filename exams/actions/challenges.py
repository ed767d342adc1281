"""Challenges to questions of a sitting, and what is decided: void, another key, or the key stands.

The rule for a void question: everybody who had it gets its full marks. Taking it out of the total instead would
move the pass mark of drawn papers by different amounts; full marks harm nobody and leave every total as announced.
Marks change by appended score events only; after release the register gets a new edition.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from exams.actions import marking, results
from exams.models import AnswerForm, Attempt, KeyDecision, QuestionVersion, ScoreEvent, Sitting
from exams.queries.analysis import asked_versions
from exams.queries.marking import Key, answer_of
from exams.rules.register import fold_scores
from portal import audit
from portal.actions.errors import Refused

Kind = KeyDecision.Kind
OVER = {Sitting.State.OPEN, Sitting.State.CLOSED, Sitting.State.RELEASED}


def raise_challenge(*, actor, now, sitting: Sitting, version: QuestionVersion, text: str) -> KeyDecision:
    """Note that a question of this sitting is disputed. The same text on the same question again returns the first.

    Raises Refused for a question nobody had in this sitting, a rehearsal, and without a text.
    """
    text = text.strip()[:500]
    if not text:
        raise Refused(_("请写明异议内容。"), "text")
    with transaction.atomic():
        stored = Sitting.objects.select_for_update(of=("self",)).select_related("unit").get(pk=sitting.pk)
        if stored.rehearsal:
            raise Refused(_("演练场次不登记试题异议。"))
        if stored.state not in OVER:
            raise Refused(_("场次为%(state)s，开考后才能提出试题异议。") % {"state": stored.get_state_display()})
        if version.pk not in asked_versions(stored):
            raise Refused(_("本场考试没有考过这道题。"), "version")
        known = KeyDecision.objects.filter(sitting=stored, version=version, challenge=text, kind=Kind.OPEN).first()
        if known:
            return known
        row = KeyDecision.objects.create(
            sitting=stored, version=version, challenge=text, raised_by=actor, raised_at=now
        )
        audit.record(
            actor=actor,
            now=now,
            action="key.challenged",
            obj=row,
            unit_code=stored.unit.code,
            sitting=stored.code,
            version=version.pk,
        )
    return row


def check_answer(version: QuestionVersion, answer) -> list:
    """The new key in the shape of QuestionKey.answer. Raises Refused when it cannot be one."""
    if version.form == AnswerForm.WRITTEN:
        raise Refused(_("论述题由人工评分，不能更正答案；可以作废，或维持原评分要点。"), "kind")
    if version.form == AnswerForm.BLANK:
        blanks = [[word.strip() for word in words if word.strip()] for words in answer or ()]
        if len(blanks) != version.blanks or not all(blanks):
            raise Refused(_("请填写全部%(n)s个空的答案。") % {"n": version.blanks}, "answer")
        return blanks
    keys = [option["key"] for option in version.options]
    chosen = sorted({str(key) for key in answer or ()})
    if not chosen or not set(chosen) <= set(keys):
        raise Refused(_("请从本题选项中选择新的答案。"), "answer")
    if version.form == AnswerForm.MULTIPLE and len(chosen) < 2:
        raise Refused(_("多选题至少有两个正确选项。"), "answer")
    if version.form != AnswerForm.MULTIPLE and len(chosen) != 1:
        raise Refused(_("本题只能有一个正确选项。"), "answer")
    return chosen


@dataclass(frozen=True)
class Effect:
    """What a decision would do, in candidates: ``had`` the question and are marked, its marks go up or down."""

    had: int
    up: int
    down: int

    @property
    def changed(self) -> int:
        return self.up + self.down


def effect_of(decision: KeyDecision, kind: str, answer=None) -> Effect:
    """Whose marks would change, before anything is decided. Nothing is written."""
    version = decision.version
    if kind == Kind.KEPT:
        return Effect(0, 0, 0)
    key = Key(None, void=True) if kind == Kind.VOID else Key(check_answer(version, answer))
    marked = Attempt.objects.filter(sitting=decision.sitting_id, marked_at__isnull=False).select_related("frozen")
    events: dict = {}
    rows = ScoreEvent.objects.filter(entry__paper__sitting=decision.sitting_id, attempt__isnull=False).order_by("id")
    for attempt, scores in rows.values_list("attempt_id", "scores"):
        events.setdefault(attempt, []).append(scores)
    had, up, down = set(), set(), set()
    for attempt in marked.iterator(chunk_size=500):
        for n, item in enumerate(attempt.layout):
            if item["v"] != version.pk:
                continue
            had.add(attempt.entry_id)
            policy = attempt.frozen.body.get("multiple_policy", "all")
            after = key.marks(item["f"], answer_of(attempt, n), Decimal(item["m"]), policy)
            before = fold_scores(events.get(attempt.pk, ())).get(str(n))
            # A written answer that still waits for its markers gains by being void.
            if before is None or after > before:
                up.add(attempt.entry_id)
            elif after < before:
                down.add(attempt.entry_id)
    return Effect(len(had), len(up), len(down))


def decide_challenge(*, actor, now, decision: KeyDecision, kind: str, answer=None, reason: str) -> KeyDecision:
    """Settle an open challenge and mark again, in one transaction.

    ``kind`` void | rekey (with ``answer``, the new key) | kept. The same decision twice is one. Raises Refused without
    a reason, for a senseless key, and when somebody else has decided otherwise.
    """
    reason = reason.strip()[:500]
    if kind not in (Kind.VOID, Kind.REKEY, Kind.KEPT):
        raise Refused(_("请选择处理方式。"), "kind")
    if not reason:
        raise Refused(_("请写明理由。"), "reason")
    with transaction.atomic():
        sitting = Sitting.objects.select_for_update(of=("self",)).select_related("unit").get(pk=decision.sitting_id)
        version = decision.version
        answer = check_answer(version, answer) if kind == Kind.REKEY else None
        settled = KeyDecision.objects.filter(pk=decision.pk, kind=Kind.OPEN).update(
            kind=kind, answer=answer, reason=reason, decided_by=actor, decided_at=now
        )
        decision = KeyDecision.objects.select_related("sitting", "version").get(pk=decision.pk)
        if not settled:
            if (decision.kind, decision.answer) == (kind, answer):
                return decision
            words = {"kind": decision.get_kind_display()}
            raise Refused(_("此异议已处理为“%(kind)s”，不能再改；如有新的理由请另提异议。") % words)
        audit.record(
            actor=actor,
            now=now,
            action="key.decided",
            obj=decision,
            unit_code=sitting.unit.code,
            sitting=sitting.code,
            version=version.pk,
            kind=kind,
            reason=reason,
        )
        changed = marking.remark(actor=actor, now=now, sitting=sitting, version=version) if kind != Kind.KEPT else 0
        if changed and sitting.state == Sitting.State.RELEASED:
            why = _("试题异议：%(why)s") % {"why": reason}
            results.correct(actor=actor, now=now, sitting=sitting, reason=why[:300])
    return decision
