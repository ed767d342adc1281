"""Telling people what to study by when, taking it back, reminding those who have not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Assignment
from courses.queries import assignments as queries
from courses.rules.assigning import STARTED, TODO, Target, position_words
from portal import audit, notices
from portal.access import EVERYWHERE, Scope
from portal.actions.errors import Refused
from staffing.models import Category, Person, Unit


def assign(
    *,
    actor,
    now,
    page,
    units: Sequence[Unit] = (),
    categories: Sequence[str] = (),
    positions: str = "",
    required: bool = True,
    due: date | None = None,
    reason: str = "",
    scope: Scope = EVERYWHERE,
) -> Assignment:
    """Have people study a published page; those meant are told. The same once more is the same assignment.

    It belongs to the year of ``due`` (without: this year). ``scope``: where the actor may assign. Raises Refused: a
    page that cannot be studied, a day that is over, units outside the scope, conditions that mean nobody.
    """
    today = timezone.localdate(now)
    if not isinstance(page, queries.ASSIGNABLE) or not page.live:
        raise Refused(_("只能布置已发布的课程、课时、讲座、案例或演练。"), "page")
    if due and due < today:
        raise Refused(_("完成期限不能早于今天。"), "due")
    if set(categories) - set(Category.values):
        raise Refused(_("请选择人员类别。"), "categories")
    units = list(units)
    if not scope.everywhere and not units:
        raise Refused(_("您只能给管理范围内的单位布置，请选择单位。"), "units")
    if any(not scope.covers(unit.path) for unit in units):
        raise Refused(_("所选单位不在您的管理范围内。"), "units")
    words = position_words(positions)
    everybody = queries.Everybody(today)
    meant = everybody.meant(Target(tuple(unit.path for unit in units), tuple(categories), words))
    if not meant:
        raise Refused(_("按这些条件没有找到人员，请修改单位、类别或职务。"), "units")
    facts = {
        "page_id": page.pk,
        "required": required,
        "categories": sorted(categories),
        "positions": "、".join(words)[:120],
        "year": (due or today).year,
        "due": due,
    }
    with transaction.atomic():
        # A double click waits here for the first one's assignment.
        get_user_model().objects.select_for_update().only("pk").get(pk=actor.pk)
        for known in Assignment.objects.filter(**facts, withdrawn_at__isnull=True).prefetch_related("units"):
            if {unit.pk for unit in known.units.all()} == {unit.pk for unit in units}:
                return known
        made = Assignment.objects.create(
            **facts, title=page.title, reason=reason.strip()[:200], made_by=actor, made_at=now
        )
        made.units.set(units)
        audit.record(
            actor=actor,
            now=now,
            action="assignment.made",
            obj=made,
            page=page.pk,
            title=page.title,
            required=required,
            units=[unit.code for unit in units],
            categories=facts["categories"],
            positions=facts["positions"],
            due=due,
            reason=made.reason,
            people=len(meant),
        )
        _tell(meant, now, f"assignment:{made.pk}", _words(made), page.url or "")
    return made


def withdraw(*, actor, now, assignment: Assignment, reason: str, scope: Scope = EVERYWHERE) -> Assignment:
    """Take an assignment back; what was learnt stays. Twice is harmless.

    Raises Refused without a reason, or when the actor may not assign to all of its units.
    """
    _check_reach(assignment, scope)
    if not reason.strip():
        raise Refused(_("请写明撤销原因。"), "reason")
    with transaction.atomic():
        if not Assignment.objects.filter(pk=assignment.pk, withdrawn_at__isnull=True).update(withdrawn_at=now):
            assignment.refresh_from_db()
            return assignment
        assignment.refresh_from_db()
        audit.record(
            actor=actor,
            now=now,
            action="assignment.withdrawn",
            obj=assignment,
            title=assignment.title,
            reason=reason.strip()[:200],
        )
        text = _("学习任务《%(title)s》已撤销，已学部分保留。") % {"title": assignment.title}
        _tell(_open(assignment, now), now, f"assignment:{assignment.pk}:withdrawn", text, reverse("courses:mine"))
    return assignment


def remind(*, actor, now, assignment: Assignment, scope: Scope) -> int:
    """Remind those of ``scope`` who have not finished, at most once a day; how many have not.

    Raises Refused when it was withdrawn or everybody has finished.
    """
    if assignment.withdrawn_at:
        raise Refused(_("这项学习任务已撤销。"))
    people = _open(assignment, now, scope)
    if not people:
        raise Refused(_("应学人员都已学完，不需要提醒。"))
    with transaction.atomic():
        key = f"assignment:{assignment.pk}:remind:{timezone.localdate(now).isoformat()}"
        _tell(people, now, key, _words(assignment), assignment.page.url or "")
        audit.record(
            actor=actor,
            now=now,
            action="assignment.reminded",
            obj=assignment,
            title=assignment.title,
            people=len(people),
        )
    return len(people)


def _open(assignment: Assignment, now, scope: Scope = EVERYWHERE) -> set[int]:
    progress = queries.progress_of(assignment, scope, timezone.localdate(now))
    return {pk for state, people in progress.people.items() if state in (TODO, STARTED) for pk in people}


def _check_reach(assignment: Assignment, scope: Scope) -> None:
    units = list(assignment.units.all())
    if not scope.everywhere and (not units or any(not scope.covers(unit.path) for unit in units)):
        raise Refused(_("这项任务还涉及您管理范围以外的单位，请联系布置人撤销。"))


def _words(assignment: Assignment) -> str:
    told = {"title": assignment.title, "day": assignment.due and assignment.due.isoformat()}
    if not assignment.required:
        return _("推荐学习《%(title)s》。") % told
    return (_("请于%(day)s前学完《%(title)s》。") if assignment.due else _("请学完《%(title)s》。")) % told


def _tell(person_ids: set[int], now, key: str, text: str, url: str) -> None:
    rows = Person.objects.filter(user__isnull=False, user__is_active=True)
    users = [user for pk, user in rows.values_list("pk", "user_id") if pk in person_ids]
    notices.send(recipients=users, now=now, key=key, text=text, url=url)
