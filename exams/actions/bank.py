"""The question bank: banks, questions with their immutable versions, and the way draft → reviewed → active → retired.

Writers of one bank queue on its row, so that numbers are given once and the same question is stored once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_unicode_slug
from django.db import IntegrityError, transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext as _

from exams.actions import bank_rows
from exams.actions.bank_rows import Duplicate
from exams.formats.draft import QuestionDraft, fingerprint, plain, problems
from exams.models import Bank, ExamImport, Question, QuestionState, QuestionVersion
from exams.queries.keys import drafts_of
from portal import audit
from portal.actions.errors import Refused

__all__ = [
    "Duplicate",
    "add_questions",
    "change_state",
    "create_bank",
    "return_questions",
    "revise_question",
    "save_bank",
]

State = QuestionState
# Which states a question may come from; draft → retired drops what was never wanted, nothing is deleted.
MOVES = {
    State.REVIEWED: (State.DRAFT,),
    State.ACTIVE: (State.REVIEWED,),
    State.RETIRED: (State.DRAFT, State.REVIEWED, State.ACTIVE),
    State.DRAFT: (State.RETIRED, State.REVIEWED),
}
BANK_FIELDS = {"name", "note", "exam_only", "closed"}
# Stand in addresses where a code would.
TAKEN_CODES = {"new"}
# More numbers than this in one sentence help nobody.
MOST_NUMBERS = 8


def create_bank(*, actor, now, code: str, name: str, note: str = "", exam_only: bool = False) -> Bank:
    """A new, empty bank. The same code and name again give the bank that is there. Raises Refused for a taken or
    unusable code and for a missing name.
    """
    code, name = code.strip(), name.strip()
    try:
        validate_unicode_slug(code)
    except ValidationError as error:
        raise Refused(_("代码只能用文字、数字、下划线和连字符。"), "code") from error
    if len(code) > 40 or code in TAKEN_CODES:
        raise Refused(_("代码“%(code)s”不能使用，请另取，不超过40字。") % {"code": code[:40]}, "code")
    _check_name(name)
    try:
        with transaction.atomic():
            there = Bank.objects.filter(code=code).first()
            if there is None:
                bank = Bank.objects.create(code=code, name=name, note=note.strip(), exam_only=exam_only)
                audit.record(actor=actor, now=now, action="bank.saved", obj=bank, code=code, name=name)
                return bank
    except IntegrityError:
        there = Bank.objects.get(code=code)
    if there.name != name:
        raise Refused(
            _("代码“%(code)s”已用于题库“%(name)s”，请另取代码。") % {"code": code, "name": there.name}, "code"
        )
    return there


def save_bank(*, actor, now, bank: Bank, **fields) -> Bank:
    """Change name, note, exam_only or closed. Raises Refused for a missing name, TypeError for another field."""
    if unknown := fields.keys() - BANK_FIELDS:
        raise TypeError(f"cannot set {', '.join(sorted(unknown))}")
    if "name" in fields:
        fields["name"] = fields["name"].strip()
        _check_name(fields["name"])
    with transaction.atomic():
        held = Bank.objects.select_for_update().get(pk=bank.pk)
        changed = {name: [getattr(held, name), new] for name, new in fields.items() if getattr(held, name) != new}
        for name, new in fields.items():
            setattr(held, name, new)
        if changed:
            held.save(update_fields=list(changed))
            audit.record(actor=actor, now=now, action="bank.saved", obj=held, changed=changed)
    return held


def _check_name(name: str) -> None:
    if not name:
        raise Refused(_("请填写题库名称。"), "name")
    if len(name) > 80:
        raise Refused(_("题库名称不超过80字。"), "name")


def add_questions(
    *,
    actor,
    now,
    bank: Bank,
    drafts: Iterable[QuestionDraft],
    imported: ExamImport | None = None,
    state: str = State.DRAFT,
    reviewer=None,
) -> list[Question]:
    """Store ``drafts`` as new questions of ``bank``, all or none, in their order.

    Topics are found by name and made when missing; ``basis`` becomes references to articles; pictures are named by
    their sha256. ``state`` other than draft, with its ``reviewer``, is for data that was reviewed elsewhere.
    Raises Duplicate for a question the bank has (or that comes twice), Refused for a draft with problems, a closed
    bank, an unknown picture, or a case whose parts differ in their material.
    """
    drafts = [_checked(draft) for draft in drafts]
    prints = [fingerprint(draft) for draft in drafts]
    try:
        with transaction.atomic():
            bank = Bank.objects.select_for_update().get(pk=bank.pk)
            if bank.closed:
                raise Refused(_("题库“%(bank)s”已停用，不能增加试题。") % {"bank": bank.name})
            _refuse_known(bank, drafts, prints)
            _refuse_other_material(bank, drafts)
            return _add(actor, now, bank, drafts, prints, imported=imported, state=State(state), reviewer=reviewer)
    except IntegrityError as error:
        raise Refused(_("没有保存：别人刚刚登记了同名知识点，请再提交一次。")) from error


def _add(actor, now, bank, drafts, prints, *, imported, state, reviewer):
    highest = bank.questions.aggregate(n=Max("number"))["n"] or 0
    first = max(highest, bank.last_number) + 1
    done = {"reviewed_by": reviewer, "reviewed_at": now} if state != State.DRAFT else {}
    questions = Question.objects.bulk_create(
        [
            Question(bank=bank, number=number, fingerprint=print_, state=state, imported=imported, **done)
            for number, print_ in enumerate(prints, first)
        ],
        batch_size=500,
    )
    versions = bank_rows.store(actor=actor, now=now, pairs=list(zip(questions, drafts)), number=1)
    for question, version in zip(questions, versions):
        question.current = version
    if questions:
        only = QuestionVersion.objects.filter(question=OuterRef("pk")).values("pk")[:1]
        bank.questions.filter(number__gte=first).update(current=Subquery(only))
        Bank.objects.filter(pk=bank.pk).update(last_number=questions[-1].number)
        one = questions[0] if len(questions) == 1 else None
        audit.record(
            actor=actor,
            now=now,
            action="question.saved",
            obj=one or bank,
            bank=bank.code,
            numbers=[questions[0].number, questions[-1].number],
        )
    return questions


def revise_question(
    *, actor, now, question: Question, draft: QuestionDraft, seen: int | None = None
) -> QuestionVersion:
    """Store a new version, back to draft; unchanged content gives the current version.

    A case's material belongs to all its parts: changed here, the others get a version with it, too. ``seen``: key of
    the version the author started from. Raises Refused when it is no longer the current one, when the kind would
    change, and as ``add_questions`` does.
    """
    draft = _checked(draft)
    print_ = fingerprint(draft)
    with transaction.atomic():
        bank = Bank.objects.select_for_update().get(pk=question.bank_id)
        question = Question.objects.select_related("current").get(pk=question.pk)
        old = drafts_of([question])[0]
        if seen is not None and seen != question.current_id:
            raise Refused(_("没有保存：第%(n)s题刚刚由别人修改，请重新打开后再改。") % {"n": question.number})
        if draft == old:
            return question.current
        if draft.kind != old.kind:
            raise Refused(_("题型不能改变，请另建一题。"), "kind")
        _refuse_known(bank, [draft], [print_], but=question.pk)
        parts = _other_parts(bank, question, draft, old)
        if not parts:
            _refuse_other_material(bank, [draft], but=question.pk)
        version = _revise(actor, now, bank, question, draft, print_)
        for part, part_draft in parts:
            _revise(actor, now, bank, part, part_draft, fingerprint(part_draft))
        return version


def _other_parts(bank, question, draft, old):
    """(question, its draft with the new material) of the case's other parts, when the material changed."""
    if not draft.case_code or draft.case_code != old.case_code or draft.material == old.material:
        return []
    parts = list(
        bank.questions.filter(current__case_code=draft.case_code)
        .exclude(pk=question.pk)
        .select_related("current")
        .order_by("number")
    )
    return list(zip(parts, bank_rows.with_material(drafts_of(parts), draft.material)))


def _revise(actor, now, bank, question, draft, print_):
    number = question.versions.aggregate(n=Max("number"))["n"] + 1
    (version,) = bank_rows.store(actor=actor, now=now, pairs=[(question, draft)], number=number)
    Question.objects.filter(pk=question.pk).update(
        current=version, fingerprint=print_, state=State.DRAFT, reviewed_by=None, reviewed_at=None, returned=""
    )
    audit.record(
        actor=actor,
        now=now,
        action="question.saved",
        obj=question,
        bank=bank.code,
        number=question.number,
        version=number,
    )
    return version


def _checked(draft: QuestionDraft) -> QuestionDraft:
    """The draft with its marks in their plain form, so that equal questions are equal drafts."""
    found = problems(draft)
    if found:
        where = _("%(where)s：") % {"where": draft.where} if draft.where else ""
        raise Refused(where + " ".join(problem.message for problem in found), found[0].field)
    rubric = tuple((text, plain(Decimal(marks))) for text, marks in draft.rubric)
    return replace(draft, marks=plain(Decimal(draft.marks)), rubric=rubric)


def _refuse_known(bank, drafts, prints, *, but: int | None = None) -> None:
    known = bank_rows.questions_by_print(bank, prints)
    seen: dict[str, QuestionDraft] = {}
    for draft, print_ in zip(drafts, prints):
        where = _("%(where)s：") % {"where": draft.where} if draft.where else ""
        there = known.get(print_)
        if there is not None and there.pk != but:
            raise Duplicate(
                where
                + _("题库“%(bank)s”第%(n)s题的题干和选项与此相同，没有保存。") % {"bank": bank.name, "n": there.number},
                there,
            )
        if print_ in seen:
            raise Duplicate(where + _("同一批中有两题的题干和选项相同，没有保存。"))
        seen[print_] = draft


def _refuse_other_material(bank, drafts, *, but: int | None = None) -> None:
    """Parts of one case share one material."""
    codes = {draft.case_code for draft in drafts if draft.case_code}
    if not codes:
        return
    rows = bank.questions.filter(current__case_code__in=codes).exclude(pk=but)
    material = dict(rows.values_list("current__case_code", "current__material"))
    for draft in drafts:
        if draft.case_code and material.setdefault(draft.case_code, draft.material) != draft.material:
            where = _("%(where)s：") % {"where": draft.where} if draft.where else ""
            raise Refused(
                where
                + _("案例“%(code)s”已有另一段案例材料；同一案例各小题的材料须一致，或另取案例编号。")
                % {"code": draft.case_code},
                "material",
            )


def change_state(*, actor, now, questions: Iterable[Question], state: str, reason: str = "") -> int:
    """Move questions to ``state``; those already there stay. Returns how many moved.

    Whoever wrote a version does not review it. A question whose current version is no longer the one in
    ``questions`` is not moved unseen. Raises Refused naming the questions that may not move; then none does.
    """
    state = State(state)
    with transaction.atomic():
        rows = _locked(questions)
        rows = [row for row in rows if row.state != state]
        wrong = [row for row in rows if row.state not in MOVES[state]]
        if wrong:
            raise Refused(_wrong_words(state) % {"numbers": _numbers(wrong)})
        if state == State.REVIEWED and actor is not None:
            own = [row for row in rows if row.current.made_by_id == actor.pk]
            if own:
                raise Refused(_("第%(numbers)s题由您编写，须由他人审核。") % {"numbers": _numbers(own)})
        return _move(actor, now, rows, state, reason=reason.strip())


def return_questions(*, actor, now, questions: Iterable[Question], reason: str) -> int:
    """The reviewer sends drafts (or reviewed ones) back to their author with a reason; they leave the queue until
    they are revised. Returns how many. Raises Refused without a reason, or for questions already in use.
    """
    reason = reason.strip()
    if not reason:
        raise Refused(_("请写明退回的原因。"), "reason")
    with transaction.atomic():
        rows = _locked(questions)
        wrong = [row for row in rows if row.state not in (State.DRAFT, State.REVIEWED)]
        if wrong:
            raise Refused(_("第%(numbers)s题不在待审，不能退回。") % {"numbers": _numbers(wrong)})
        return _move(actor, now, rows, State.DRAFT, reason=reason, returned=reason[:200])


def _locked(questions) -> list[Question]:
    seen = {question.pk: question.current_id for question in questions}
    rows = list(
        Question.objects.select_for_update(of=("self",))
        .filter(pk__in=seen)
        .select_related("current", "bank")
        .order_by("bank_id", "number")
    )
    changed = [row for row in rows if row.current_id != seen[row.pk]]
    if changed:
        raise Refused(_("第%(numbers)s题刚刚被修改，请重新查看后再办理。") % {"numbers": _numbers(changed)})
    return rows


def _move(actor, now, rows, state, *, reason, returned="") -> int:
    if not rows:
        return 0
    fields = {"state": state, "returned": returned}
    if state == State.REVIEWED:
        fields |= {"reviewed_by": actor, "reviewed_at": now}
    elif state == State.DRAFT:
        fields |= {"reviewed_by": None, "reviewed_at": None}
    Question.objects.filter(pk__in=[row.pk for row in rows]).update(**fields)
    audit.record_many(
        actor=actor,
        now=now,
        entries=[
            audit.Entry(
                "question.state",
                "exams.question",
                str(row.pk),
                data={"bank": row.bank.code, "number": row.number, "state": [row.state, state], "reason": reason},
            )
            for row in rows
        ],
    )
    return len(rows)


def _numbers(rows) -> str:
    shown = _("、").join(str(row.number) for row in rows[:MOST_NUMBERS])
    return shown if len(rows) <= MOST_NUMBERS else _("%(shown)s等%(n)s道") % {"shown": shown, "n": len(rows)}


def _wrong_words(state: State) -> str:
    return {
        State.REVIEWED: _("第%(numbers)s题不是草稿，不能审核通过。"),
        State.ACTIVE: _("第%(numbers)s题尚未审核通过，不能启用。"),
        State.RETIRED: _("第%(numbers)s题已停用。"),
        State.DRAFT: _("第%(numbers)s题正在启用，请先停用或直接修改。"),
    }[state]
