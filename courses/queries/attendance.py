"""Who was expected at a lecture, who came, and what a series' year amounts to in 人次 (visits) and 人数 (people)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Attendance, AttendanceState, Series, Session
from courses.queries.sessions import concerning, day_of, expected, expected_number, visible
from courses.rules import attendance as rules
from exams.queries.eligibility import bases
from portal.access import EVERYWHERE, Scope
from staffing.models import Membership, Person, Unit

State = AttendanceState
# Who was there, whether or not it earns: a visit (人次) each.
CAME = (State.PRESENT, State.INSIDE, State.NO_SIGN_OUT)
ABSENT, GUEST = "absent", "guest"
# The parts that sum to 应到, in their order; guests stand outside.
PARTS = (State.PRESENT, State.INSIDE, State.NO_SIGN_OUT, State.LEAVE, State.PROXY, ABSENT)
# Only so long after the end are 缺签退 still asked after.
ASKED_AFTER = timedelta(days=60)


def part_label(part: str) -> str:
    """A part in words."""
    words = {
        State.PRESENT: _("已签到签退"),
        State.INSIDE: _("已签到未签退"),
        State.NO_SIGN_OUT: _("缺签到或签退"),
        State.LEAVE: _("请假"),
        State.PROXY: _("代签作废"),
        ABSENT: _("未到"),
        GUEST: _("旁听"),
    }
    return words[part]


def reach(scope: Scope, code: str, *, host: bool = False) -> Session:
    """The session of this code; ``host``: only of a series held inside ``scope``, else also one to which anybody of its
    people is invited. Raises Session.DoesNotExist.
    """
    rows = visible(scope) if host else concerning(scope)
    return rows.select_related("series__unit").get(code=code)


# --- one lecture's people --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attendee:
    """Somebody expected, or somebody who came. ``part``: where they are counted."""

    person_id: int
    name: str
    staff_no: str
    unit: Unit | None
    row: Attendance | None
    part: str

    @property
    def came(self) -> bool:
        return self.row is not None and self.row.state in CAME

    @property
    def flag_words(self) -> list[str]:
        return [flag_label(flag) for flag in self.row.flags if flag in FLAGS] if self.row else []


FLAGS = {
    rules.LATE,
    rules.LEFT_EARLY,
    rules.MANUAL,
    rules.SIGNED_LATER,
    rules.NO_SIGN_IN,
    rules.OVERLAP,
    rules.TEACHES,
    rules.RECORDING,
    rules.GUEST,
}


def flag_label(flag: str) -> str:
    """A flag in words."""
    return {
        rules.LATE: _("迟到"),
        rules.LEFT_EARLY: _("早退"),
        rules.MANUAL: _("人工更正"),
        rules.SIGNED_LATER: _("补签"),
        rules.NO_SIGN_IN: _("缺签到"),
        rules.OVERLAP: _("与其他学习时间重叠"),
        rules.TEACHES: _("主讲，另计授课学时"),
        rules.RECORDING: _("已按录像计学时"),
        rules.GUEST: _("旁听"),
    }[flag]


@dataclass(frozen=True)
class UnitPart:
    """One unit: how many were expected, came and signed out."""

    unit: Unit
    expected: int
    came: int
    signed_out: int

    @property
    def missing(self) -> int:
        return self.expected - self.came


@dataclass
class Parts:
    """应到 and what it is made of; ``guests`` came beside them. ``credited`` people have ``hours`` together."""

    counts: Counter = field(default_factory=Counter)
    guests: int = 0
    credited: int = 0
    hours: Decimal = Decimal(0)

    @property
    def expected(self) -> int:
        return sum(self.counts[part] for part in PARTS)

    @property
    def came(self) -> int:
        """Of those expected."""
        return sum(self.counts[part] for part in CAME)

    @property
    def signed_out(self) -> int:
        return self.counts[State.PRESENT]

    @property
    def visits(self) -> int:
        """人次 of this lecture, guests included."""
        return self.came + self.guests

    @property
    def sum_text(self) -> str:
        """应到86＝已签到签退84＋…"""
        terms = [
            _("%(part)s%(n)s") % {"part": part_label(part), "n": self.counts[part]}
            for part in PARTS
            if self.counts[part] or part == State.PRESENT
        ]
        return _("应到%(n)s＝%(parts)s") % {"n": self.expected, "parts": _("＋").join(terms)}


@dataclass
class Roll:
    """Everybody of one lecture inside a scope, by unit and staff number."""

    session: Session
    day: date
    lines: list[Attendee]

    def parts(self) -> Parts:
        found = Parts()
        for line in self.lines:
            if line.part == GUEST:
                found.guests += line.came
            else:
                found.counts[line.part] += 1
            if line.row is not None and line.row.hours:
                found.credited += 1
                found.hours += line.row.hours
        return found

    def by_unit(self) -> list[UnitPart]:
        """Expected people by unit, in tree order; who is in no post is left out."""
        units: dict[int, Unit] = {}
        counts: dict[int, Counter] = {}
        for line in self.lines:
            if line.part == GUEST or line.unit is None:
                continue
            units[line.unit.pk] = line.unit
            here = counts.setdefault(line.unit.pk, Counter())
            here["all"] += 1
            here["came"] += line.came
            here["out"] += line.part == State.PRESENT
        return [
            UnitPart(unit, counts[pk]["all"], counts[pk]["came"], counts[pk]["out"])
            for pk, unit in sorted(units.items(), key=lambda item: item[1].path)
        ]

    def chosen(self, *, part: str = "", unit: str = "", text: str = "") -> list[Attendee]:
        """Lines of one part, of a unit (its code) with those below it, whose name or number holds ``text``."""
        path = next((line.unit.path for line in self.lines if line.unit and line.unit.code == unit), None)
        return [
            line
            for line in self.lines
            if (not part or line.part == part)
            and (not unit or (path and line.unit is not None and line.unit.path.startswith(path)))
            and (not text or text in line.name or text in line.staff_no)
        ]


def roll(session: Session, scope: Scope = EVERYWHERE) -> Roll:
    """Who is expected and who came, inside ``scope`` (as of the lecture's day). Seven queries whatever the number."""
    day = day_of(session)
    rows = {row.person_id: row for row in _rows(session, scope, day)}
    due = set(_within(expected(session), scope, day).order_by().values_list("pk", flat=True))
    listed = due | {pk for pk, row in rows.items() if row.state != State.VOID}
    at = bases(listed, day)
    people = Person.objects.filter(pk__in=listed).order_by().values_list("pk", "name", "staff_no")
    lines = []
    for pk, name, number in people:
        row = rows.get(pk)
        row = None if row is not None and row.state == State.VOID else row
        unit = at.get(pk) or (row.unit if row else None)
        part = GUEST if pk not in due else row.state if row else ABSENT
        lines.append(Attendee(pk, name, number, unit, row, part))
    lines.sort(key=lambda line: (line.part == GUEST, line.unit.path if line.unit else "", line.staff_no))
    return Roll(session, day, lines)


def _within(people: QuerySet[Person], scope: Scope, day: date) -> QuerySet[Person]:
    return people if scope.everywhere else people.filter(pk__in=Person.objects.within(scope, day).values("pk"))


def _rows(session: Session, scope: Scope, day: date) -> QuerySet[Attendance]:
    rows = Attendance.objects.filter(session=session).select_related("unit")
    return rows if scope.everywhere else rows.filter(person__in=Person.objects.within(scope, day).values("pk"))


def parts(session: Session, scope: Scope = EVERYWHERE) -> Parts:
    """The parts of 应到 inside ``scope``."""
    return roll(session, scope).parts()


def by_unit(session: Session, scope: Scope = EVERYWHERE) -> list[UnitPart]:
    """Expected, came and signed out, unit by unit."""
    return roll(session, scope).by_unit()


def counts_now(session: Session, scope: Scope = EVERYWHERE) -> tuple[int, int, int]:
    """(expected, came, signed out), without anybody's name. Three or four queries."""
    day = day_of(session)
    states = Counter(_rows(session, scope, day).order_by().values_list("state", flat=True))
    due = expected_number(session) if scope.everywhere else _within(expected(session), scope, day).order_by().count()
    return due, sum(states[one] for one in CAME), states[State.PRESENT]


# --- many lectures ---------------------------------------------------------------------------------------------------


def came(session_ids: Iterable[int]) -> dict[int, int]:
    """{session: 人次}. One query."""
    rows = Attendance.objects.filter(session__in=list(session_ids), state__in=CAME).order_by()
    return dict(rows.values_list("session").annotate(n=Count("pk")))


@dataclass(frozen=True)
class YearFigures:
    """A series' year: ``times`` visits (人次) at ``sessions`` lectures by ``persons`` people (人数, each once), of whom
    ``covered`` are among the ``expected`` in post on ``day``.
    """

    year: int
    sessions: int
    times: int
    persons: int
    covered: int
    expected: int
    day: date

    @property
    def coverage(self) -> Fraction | None:
        """By people, never by visits; None when nobody is in post."""
        return Fraction(self.covered, self.expected) if self.expected else None


def year_figures(series: Series, year: int, scope: Scope = EVERYWHERE, day: date | None = None) -> YearFigures:
    """人次 and 人数 of a year from the same records, inside ``scope`` on ``day`` (today). Two queries."""
    day = day or timezone.localdate()
    rows = Attendance.objects.filter(session__series=series, session__year=year, state__in=CAME).order_by()
    here = Person.objects.filter(pk__in=Membership.objects.on(day).values("person"))
    if not scope.everywhere:
        inside = Person.objects.within(scope, day).values("pk")
        rows, here = rows.filter(person__in=inside), here.filter(pk__in=inside)
    found = rows.aggregate(
        times=Count("pk"), persons=Count("person", distinct=True), sessions=Count("session", distinct=True)
    )
    due = here.order_by().aggregate(all=Count("pk"), covered=Count("pk", filter=Q(pk__in=rows.values("person"))))
    return YearFigures(year, found["sessions"], found["times"], found["persons"], due["covered"], due["all"], day)


def own_attendance(session: Session, person: Person | None) -> Attendance | None:
    """The person's own row, None without (also when it was voided)."""
    if person is None:
        return None
    return Attendance.objects.filter(session=session, person=person).exclude(state=State.VOID).first()


def waiting(scope: Scope, now) -> QuerySet[Session]:
    """Lectures held inside ``scope`` that are over and have somebody without a sign-out; ``open`` says how many."""
    rows = visible(scope).filter(
        ends_at__lte=now, ends_at__gt=now - ASKED_AFTER, attendances__state__in=(State.INSIDE, State.NO_SIGN_OUT)
    )
    return rows.annotate(open=Count("attendances")).order_by("-ends_at")
