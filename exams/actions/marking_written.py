"""Written answers: two markers who know neither the candidate nor the other's marks; a third where they differ."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.actions.standing import finalise
from exams.models.attempts import Attempt
from exams.models.marking import MarkingTask, ScoreEvent
from exams.models.sittings import Duty, Sitting
from exams.queries.marking import is_settled, rubric_of, written_key
from exams.rules.marking import half_mark
from portal import audit
from portal.access import Access
from portal.actions.errors import Refused
from staffing.models import Membership

WAITING, DONE = MarkingTask.State.WAITING, MarkingTask.State.DONE
BATCH = 500
# Read aloud and typed by hand without doubt: no 0/O, 1/I/L.
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8


def new_code() -> str:
    """A random code (密号) that says nothing about the candidate."""
    return "".join(secrets.choice(CODE_SIGNS) for _sign in range(CODE_LENGTH))


def assign_markers(*, actor, now, sitting: Sitting, spare_own_unit: bool = True) -> int:
    """Give every waiting task without a marker on duty to one, evenly; how many were given.

    Nobody gets two slots of one answer, an arbitrator is neither of the two, nobody marks their own answer;
    ``spare_own_unit``: a marker of the candidate's own unit only when there is no other. Raises Refused in words while
    there are too few markers.
    """
    with transaction.atomic():
        Sitting.objects.select_for_update().get(pk=sitting.pk)
        markers = _markers(sitting, now)
        tasks = list(
            MarkingTask.objects.filter(attempt__sitting=sitting)
            .exclude(state=MarkingTask.State.CANCELLED)
            .select_related("attempt__entry__registration")
            .order_by("item", "attempt_id", "slot")
        )
        given = _Share(markers, tasks, spare_own_unit).run()
        MarkingTask.objects.bulk_update(given, ["marker"], batch_size=BATCH)
        if given:
            audit.record(
                actor=actor, now=now, action="marking.assigned", obj=sitting, tasks=len(given), markers=len(markers)
            )
    return len(given)


def _markers(sitting: Sitting, now) -> dict[int, int | None]:
    """Account → home unit of everybody on marking duty who may mark now."""
    duties = Duty.objects.filter(sitting=sitting, kind=Duty.Kind.MARK, user__is_active=True).select_related("user")
    users = [duty.user for duty in duties if Access(duty.user, now).can("marking.do")]
    units = dict(
        Membership.objects.on(timezone.localdate(now))
        .filter(person__user__in=users)
        .values_list("person__user_id", "unit_id")
    )
    return {user.pk: units.get(user.pk) for user in users}


class _Share:
    """One distribution: the least burdened of those who may."""

    def __init__(self, markers: dict[int, int | None], tasks: list[MarkingTask], spare_own_unit: bool):
        self.markers, self.tasks, self.spare = markers, tasks, spare_own_unit
        self.load = dict.fromkeys(markers, 0)
        self.taken: dict[tuple, set[int]] = defaultdict(set)
        for task in tasks:
            if task.marker_id and not self._free(task):
                self.taken[task.attempt_id, task.item].add(task.marker_id)
                if task.marker_id in self.load:
                    self.load[task.marker_id] += 1

    def _free(self, task: MarkingTask) -> bool:
        return task.state == WAITING and task.marker_id not in self.markers

    def run(self) -> list[MarkingTask]:
        given = []
        for task in self.tasks:
            if self._free(task):
                task.marker_id = self._pick(task)
                self.taken[task.attempt_id, task.item].add(task.marker_id)
                self.load[task.marker_id] += 1
                given.append(task)
        return given

    def _pick(self, task: MarkingTask) -> int:
        barred = self.taken[task.attempt_id, task.item] | {task.attempt.user_id}
        able = [pk for pk in self.markers if pk not in barred]
        if not able:
            raise Refused(
                _("仲裁须由第三名阅卷人员评分，请先在考务分工中增加阅卷人员。")
                if task.slot == 3
                else _("每份答卷须由两名阅卷人员分别评分，现有%(n)s人可以评，请先在考务分工中增加阅卷人员。")
                % {"n": len(self.markers)}
            )
        unit = task.attempt.entry.registration.unit_id
        others = [pk for pk in able if self.markers[pk] is None or self.markers[pk] != unit] if self.spare else able
        return min(others or able, key=lambda pk: (self.load[pk], pk))


def give_marks(*, actor, now, task: MarkingTask, points: Sequence, comment: str = "") -> MarkingTask:
    """A marker's marks for each line of the rubric (multiples of 0.5, within the line's worth).

    The line sums are put to the item's worth when the paper gives it another than the rubric's. When both markers are
    done: within the sitting's tolerance their mean, rounded half up to 0.5, counts; beyond it a third marker
    arbitrates, whose marks count. May be changed until the other marker is done. Raises Refused.
    """
    with transaction.atomic():
        attempt = (
            Attempt.objects.select_for_update(of=("self",)).select_related("sitting", "entry").get(pk=task.attempt_id)
        )
        task = MarkingTask.objects.get(pk=task.pk)
        task.attempt = attempt
        if task.marker_id != actor.pk or task.state == MarkingTask.State.CANCELLED:
            raise Refused(_("这份答卷不由您评阅。"))
        worth = Decimal(attempt.layout[task.item]["m"])
        given = _points(points, rubric_of(attempt.layout[task.item]["v"], worth))
        marks = _scaled(sum(given), task, worth)
        stored = [str(point) for point in given]
        if task.state == DONE and task.points == stored and task.comment == comment.strip():
            return task
        rivals = MarkingTask.objects.filter(attempt=attempt, item=task.item).exclude(state=MarkingTask.State.CANCELLED)
        if task.state == DONE and (is_settled(task) or rivals.filter(slot=3).exists()):
            raise Refused(_("此题两名阅卷人员均已评完，不能再改。需要更正的，请联系考务。"))
        task.state, task.marks, task.points = DONE, marks, stored
        task.comment, task.marked_at = comment.strip()[:500], now
        task.save(update_fields=["state", "marks", "points", "comment", "marked_at"])
        audit.record(
            actor=actor,
            now=now,
            action="marking.done",
            obj=attempt.sitting,
            code=task.code,
            slot=task.slot,
            marks=str(marks),
            points=stored,
        )
        _settle(actor, now, attempt, task, list(rivals), worth)
    return task


def _points(points: Sequence, rubric) -> list[Decimal]:
    if len(points) != len(rubric):
        raise Refused(_("评分要点有%(n)s项，请逐项给分。") % {"n": len(rubric)}, "points")
    given = []
    for number, (point, line) in enumerate(zip(points, rubric), 1):
        try:
            value = Decimal(str(point).strip())
        except InvalidOperation:
            raise Refused(_("第%(n)s项没有给分。") % {"n": number}, f"point_{number}") from None
        if not value.is_finite() or not 0 <= value <= line.marks:
            told = {"n": number, "marks": line.marks.normalize()}
            raise Refused(_("第%(n)s项应在0至%(marks)s分之间。") % told, f"point_{number}")
        if value % Decimal("0.5"):
            raise Refused(_("第%(n)s项请以0.5分为单位给分。") % {"n": number}, f"point_{number}")
        given.append(value)
    return given


def _scaled(total: Decimal, task: MarkingTask, worth: Decimal) -> Decimal:
    full = sum(line.marks for line in rubric_of(task.attempt.layout[task.item]["v"], worth))
    return min(half_mark(total * worth / full), worth) if full else Decimal(0)


def _settle(actor, now, attempt: Attempt, task: MarkingTask, rows: list[MarkingTask], worth: Decimal) -> None:
    done = {row.slot: row for row in rows if row.state == DONE} | {task.slot: task}
    if task.slot == 3:
        marks = task.marks
    elif {1, 2} <= done.keys():
        first, second = done[1].marks, done[2].marks
        if abs(first - second) * 100 > worth * attempt.sitting.marking_tolerance:
            _arbitrate(now, attempt, task, done)
            return
        marks = min(half_mark((first + second) / 2), worth)
    else:
        return
    ScoreEvent.objects.get_or_create(
        entry_id=attempt.entry_id,
        key=written_key(attempt, task.item),
        defaults={
            "attempt": attempt,
            "kind": ScoreEvent.Kind.WRITTEN,
            "scores": {str(task.item): str(marks)},
            "at": now,
            "actor": actor,
            "reason": _("仲裁") if task.slot == 3 else "",
        },
    )
    finalise([attempt.entry_id])


def _arbitrate(now, attempt: Attempt, task: MarkingTask, done: dict[int, MarkingTask]) -> None:
    """A third task, given at once to the least burdened third marker; without one it waits and the overview says so."""
    third, made = MarkingTask.objects.get_or_create(
        attempt=attempt, item=task.item, slot=3, defaults={"code": new_code()}
    )
    if not made:
        third.state, third.marks, third.points, third.marked_at = WAITING, None, [], None
    two = {done[1].marker_id, done[2].marker_id, attempt.user_id}
    able = [pk for pk in _markers(attempt.sitting, now) if pk not in two]
    if able:
        busy = defaultdict(int)
        waiting = MarkingTask.objects.filter(marker__in=able, state=WAITING)
        for pk in waiting.values_list("marker_id", flat=True):
            busy[pk] += 1
        third.marker_id = min(able, key=lambda pk: (busy[pk], pk))
    else:
        third.marker_id = None
    third.save()
