"""Going through a case: begin, open the next step, judge, finish. The learner's own, by the server's clock."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.actions.completion import advance_for_case
from courses.actions.learnt import earn
from courses.models import CasePage, CaseRun, Judgement, QuizRun
from courses.queries import cases as queries
from courses.rules import anonymise
from courses.rules import cases as rules
from portal import audit
from portal.actions.errors import Refused
from staffing.models import HourKind, Person

LONGEST_REASON = 500


def begin(*, actor, now, person, case: CasePage) -> CaseRun:
    """Begin the case this year; again: the run there is. Raises Refused for somebody else's account, or no steps."""
    _check_own(actor, person)
    if not len(case.steps):
        raise Refused(_("本案还没有内容。"))
    with transaction.atomic():
        # A double click waits here for the first one's run.
        Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
        run, _made = CaseRun.objects.get_or_create(
            person=person,
            case=case,
            year=timezone.localdate(now).year,
            defaults={"started_at": now, "acted_at": now, "revision": case.live_revision_id},
        )
    return run


def open_next(*, actor, now, person, case: CasePage, step: int) -> CaseRun:
    """Open the step after ``step``, the last one the learner saw. When it is open already nothing happens.

    Raises Refused when the case was not begun, or ``step`` is a judgement that was not given.
    """
    with transaction.atomic():
        run = _locked(actor, now, person, case)
        points, answered = queries.points_of(case), _answered(run)
        here = rules.opened(points, answered, run.step)
        if here == step:
            if points[here - 1] and points[here - 1] not in answered:
                raise Refused(_("请先提交判断，再看后面的内容。"), "choice")
            run.step = min(here + 1, len(points))
        _spent(run, now)
    return run


def judge(*, actor, now, person, case: CasePage, point: str, choice: str, reason: str = "") -> Judgement:
    """Give the judgement at ``point`` and open what comes after. Given once: a second time the first one stands.

    ``choice``: id of the option; ``reason``: shown to colleagues without a name. Raises Refused: not begun, a point
    that is not open, no such option, a reason that holds an ID or telephone number.
    """
    with transaction.atomic():
        run = _locked(actor, now, person, case)
        points, answered = queries.points_of(case), _answered(run)
        if point in answered:
            return run.judgements.get(point=point)
        here = rules.opened(points, answered, run.step)
        if not here or points[here - 1] != point:
            raise Refused(_("这一步还没有展开，请按顺序判断。"))
        options = {child.id for child in case.steps[here - 1].value["choices"].bound_blocks}
        if choice not in options:
            raise Refused(_("请先选一项，再提交。"), "choice")
        made = Judgement.objects.create(
            run=run, case=case, point=point, choice=choice, reason=_clean_reason(reason), at=now
        )
        run.step = min(here + 1, len(points))
        _spent(run, now)
    return made


def finish(*, actor, now, person, case: CasePage) -> CaseRun:
    """The learner says that they are through. Completed once; earns the case's hours (online) once a year.

    Raises Refused with what is missing: steps, the quiz, minutes.
    """
    with transaction.atomic():
        run = _locked(actor, now, person, case)
        _spent(run, now)
        missing = _missing(run, case)
        if not missing:
            _complete(actor, now, person, case, run)
    if missing:
        # Outside: the minutes spent stay counted.
        raise Refused(_("还不能完成：%(missing)s。") % {"missing": _("；").join(missing)})
    return run


def complete_if_ready(*, actor, now, person, case: CasePage) -> CaseRun | None:
    """After something else was done that the case asks for (its quiz): complete it when nothing is missing any more.

    The run when it is complete, else None. Harmless at any time.
    """
    with transaction.atomic():
        run = (
            CaseRun.objects.select_for_update()
            .filter(person=person, case=case, year=timezone.localdate(now).year)
            .first()
        )
        if run is None:
            return None
        if not run.completed_at and not _missing(run, case):
            _complete(actor, now, person, case, run)
        return run if run.completed_at else None


def hide_reason(*, actor, now, judgement: Judgement, hidden: bool, why: str = "") -> Judgement:
    """Take a reason out of what colleagues see, or put it back. Again the same: nothing happens.

    Raises Refused without a reason for hiding it.
    """
    if hidden and not why.strip():
        raise Refused(_("请写明隐藏原因。"), "reason")
    with transaction.atomic():
        if Judgement.objects.filter(pk=judgement.pk, hidden=not hidden).update(hidden=hidden):
            judgement.hidden = hidden
            audit.record(
                actor=actor,
                now=now,
                action="comment.hidden" if hidden else "comment.shown",
                obj=judgement,
                case=judgement.case_id,
                reason=why.strip()[:120],
            )
    return judgement


def _missing(run: CaseRun, case: CasePage) -> list[str]:
    passed = QuizRun.objects.filter(person=run.person_id, page=case.pk, year=run.year, passed=True).exists()
    return queries.missing_words(case, run, _answered(run), passed)


def _complete(actor, now, person, case: CasePage, run: CaseRun) -> None:
    if not CaseRun.objects.filter(pk=run.pk, completed_at__isnull=True).update(completed_at=now):
        return
    run.completed_at = now
    run.credit = earn(
        actor=actor,
        now=now,
        person=person,
        kind=HourKind.ONLINE,
        hours=case.hours,
        title=case.title,
        source=f"case:{case.pk}:{run.year}",
        spans=queries.spans_of(run),
    )
    run.save(update_fields=["credit"])
    audit.record(
        actor=actor,
        now=now,
        action="case.completed",
        obj=run,
        person=person.pk,
        title=case.title,
        minutes=run.seconds // 60,
        hours=run.credit.hours if run.credit else 0,
    )
    advance_for_case(actor=actor, now=now, person=person, case=case)


def _locked(actor, now, person, case: CasePage) -> CaseRun:
    _check_own(actor, person)
    year = timezone.localdate(now).year
    run = CaseRun.objects.select_for_update().filter(person=person, case=case, year=year).first()
    if run is None:
        raise Refused(_("请先开始学习本案。"))
    return run


def _answered(run: CaseRun) -> set[str]:
    return set(run.judgements.values_list("point", flat=True))


def _spent(run: CaseRun, now) -> None:
    """Count the time since the last act; after completion nothing counts any more."""
    if not run.completed_at:
        spans = rules.add_dwell(queries.spans_of(run), run.acted_at, now)
        run.spans = [[start.timestamp(), end.timestamp()] for start, end in spans]
        run.seconds = rules.seconds_of(spans)
        run.acted_at = max(now, run.acted_at or now)
    run.save(update_fields=["step", "spans", "seconds", "acted_at"])


def _clean_reason(reason: str) -> str:
    text = reason.replace("\0", "").strip()
    if len(text) > LONGEST_REASON:
        raise Refused(_("理由最多%(n)s字，现有%(now)s字。") % {"n": LONGEST_REASON, "now": len(text)}, "reason")
    if any(one.kind in (anonymise.ID, anonymise.MOBILE, anonymise.PHONE) for one in anonymise.scan({"": text})):
        raise Refused(_("理由会给同事看，请不要写身份证号或电话号码。"), "reason")
    return text


def _check_own(actor, person) -> None:
    if person.user_id is None or person.user_id != actor.pk:
        raise Refused(_("只能为自己学习。"))
