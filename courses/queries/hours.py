"""One person's study hours of a year, entry by entry, with what counts and why the rest does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Attendance, AttendanceState, HourClaim
from courses.rules import counting, pace
from courses.rules.counting import Entry
from portal.figures import num
from staffing.models import HourCredit, HourYear, HourYearLine, Person
from staffing.queries.policies import PolicyBook
from staffing.queries.standing import BookYear, HourBook, joined_on
from staffing.rules import hours
from staffing.rules.hours import Credit
from staffing.rules.params import Params, exact

# Nobody learns before this; a year beyond is no page of ours.
FIRST_YEAR = 1950


@dataclass(frozen=True)
class HourLine:
    """A ledger entry. ``counted`` of ``row.hours`` enter the figure; ``why``: the words for what does not."""

    row: HourCredit
    counted: Fraction
    why: tuple[str, ...]
    void: bool

    @property
    def online(self) -> bool:
        return hours.class_of(self.row.kind) == hours.ONLINE

    @property
    def state(self) -> str:
        """met: all of it counts, short: some of it, plain: nothing."""
        return "plain" if not self.counted else "met" if self.counted == exact(self.row.hours) else "short"


@dataclass(frozen=True)
class Closed:
    """The year was closed: what was frozen for the person (None: they were not in it), and what was adjusted since."""

    closing: HourYear
    line: HourYearLine | None
    adjusted: Fraction


@dataclass(frozen=True)
class YearPage:
    """学时 of a year: ``lines`` newest first, ``years`` that can be chosen, ``forecast`` for the year that runs."""

    person: Person
    book: BookYear
    lines: tuple[HourLine, ...]
    years: tuple[int, ...]
    closed: Closed | None
    forecast: pace.Forecast | None

    @property
    def status(self) -> hours.HourStatus:
        return self.book.status

    @property
    def offline(self) -> Fraction:
        return self.status.counted - self.status.online


def year_end(year: int, today: date) -> date:
    """The day as of which a year is shown: today, or its last day when it is over."""
    return min(today, date(year, 12, 31))


def book_of(person: Person, today: date) -> BookYear:
    """This year of a person up to today. Four queries."""
    return _year(HourBook(person.pk, [today.year]), PolicyBook(), today.year, today)


def _year(book: HourBook, policies: PolicyBook, year: int, today: date) -> BookYear:
    day = year_end(year, today)
    home = book.home(day)
    return book.year(year, day, policies.on(day, home.locality if home else ""))


def year_page(person: Person, year: int, today: date) -> YearPage:
    """Everything on 学时 of ``year``. Six queries, whatever the number of entries."""
    book = HourBook(person.pk)
    found = _year(book, PolicyBook(), year, today)
    return YearPage(
        person,
        found,
        lines_of(found),
        years_of(book.rows, today),
        _closed(person, found),
        forecast_of(book, found, today) if year == today.year else None,
    )


def years_of(rows: Iterable[HourCredit], today: date) -> tuple[int, ...]:
    """This year and every year with an entry, newest first."""
    return tuple(sorted({today.year, *(row.year for row in rows)}, reverse=True))


def lines_of(book: BookYear) -> tuple[HourLine, ...]:
    """The entries of a year with what they count for, newest first; the sum is the figure."""
    undone = {row.reverses_id for row in book.rows if row.reverses_id}
    entries = [
        Entry(
            row.pk,
            Credit(row.earned_on, exact(row.hours), row.kind, row.whole_year),
            bool(row.reverses_id) or row.pk in undone,
        )
        for row in book.rows
    ]
    found = [
        HourLine(row, line.counted, _why(row, line, book), entry.void)
        for row, entry, line in zip(
            book.rows, entries, counting.explain(entries, book.months, book.policy), strict=True
        )
    ]
    return tuple(reversed(found))


def _why(row: HourCredit, line: counting.Line, book: BookYear) -> tuple[str, ...]:
    return tuple(_reason(row, reason, lost, book) for reason, lost in line.lost)


def _reason(row: HourCredit, reason: str, lost: Fraction, book: BookYear) -> str:
    params = book.policy
    if reason == counting.REVERSED:
        return _("冲正：%(reason)s") % {"reason": row.reason} if row.reverses_id else _("已冲正")
    if reason == counting.POLITICAL:
        return _("政治理论学时另计，不计入")
    told = {"lost": num(lost)}
    if reason == counting.DAILY:
        text, told["most"] = _("每日最多计%(most)s学时，%(lost)s学时不计入"), num(params.hours_daily_cap)
    elif reason == counting.TEACHING:
        text, told["most"] = _("授课每年最多计%(most)s学时，%(lost)s学时不计入"), num(params.hours_teaching_cap)
    else:
        text, told["most"] = _("线上每年最多计%(most)s学时，%(lost)s学时不计入"), num(book.status.online_max)
    return text % told


def stand_of(book: HourBook, found: BookYear) -> pace.Stand:
    """What a forecast is made of."""
    joined, status = joined_on(book.memberships, found.until), found.status
    return pace.Stand(
        status.counted,
        status.online,
        status.target,
        status.online_min,
        status.online_max,
        found.months,
        joined.month if joined and joined.year == found.year else 1,
    )


def forecast_of(book: HourBook, found: BookYear, today: date) -> pace.Forecast | None:
    """Where the year will end at today's pace; None for who has no target."""
    return pace.forecast(stand_of(book, found), today) if found.status.due else None


def _closed(person: Person, found: BookYear) -> Closed | None:
    closing = HourYear.objects.filter(year=found.year).first()
    if closing is None:
        return None
    line = HourYearLine.objects.filter(closing=closing, person=person).select_related("unit").first()
    adjusted = found.status.counted - exact(line.counted) if line else hours.ZERO
    return Closed(closing, line, adjusted)


def missing_words(status: hours.HourStatus, year: int) -> str:
    """还差14.5学时，其中线上至少10学时，请于12月31日前学完。 "" when nothing is missing."""
    if not status.due or status.met:
        return ""
    told = {"n": num(status.missing), "online": num(status.online_missing), "year": year}
    if status.online_missing:
        return _("%(year)s年还差%(n)s学时，其中线上至少%(online)s学时，请于12月31日前学完。") % told
    return _("%(year)s年还差%(n)s学时，请于12月31日前学完。") % told


def basis_words(params: Params) -> str:
    """The rules of counting in one line."""
    parts = [_("每学时%(n)s分钟") % {"n": params.hours_unit_minutes}]
    parts.append(_("每日最多计%(n)s学时") % {"n": num(params.hours_daily_cap)})
    if params.hours_online_min:
        parts.append(_("线上至少%(n)s学时") % {"n": num(params.hours_online_min)})
    if params.hours_online_max is not None:
        parts.append(_("线上最多计%(n)s学时") % {"n": num(params.hours_online_max)})
    parts.append(_("授课最多计%(n)s学时") % {"n": num(params.hours_teaching_cap)})
    parts.append(_("政治理论学时另计，不算在内"))
    return _("，").join(parts)


@dataclass(frozen=True)
class Pending:
    """Something that may still become hours: a tag, what, why not yet, and where to go on."""

    kind: str
    word: str
    title: str
    why: str
    day: date
    url: str = ""


def pending_of(person: Person, year: int) -> list[Pending]:
    """Lectures without sign-out and claims that are not decided, newest first. Two queries."""
    found = []
    rows = Attendance.objects.filter(person=person, session__year=year, state=AttendanceState.NO_SIGN_OUT)
    for row in rows.select_related("session"):
        found.append(
            Pending(
                "review",
                _("待核"),
                row.session.title,
                _("缺签退，暂不计入，已请培训员核对。"),
                timezone.localdate(row.session.ends_at),
            )
        )
    state = HourClaim.State
    for claim in HourClaim.objects.filter(person=person, state__in=[state.SUBMITTED, state.RETURNED]):
        day = timezone.localdate(claim.ended)
        if day.year == year:
            back = claim.state == state.RETURNED
            why = claim.reason if back else _("申报%(n)s学时，等待审核。") % {"n": num(claim.hours_asked)}
            url = reverse("courses:claim", args=[claim.pk])
            kind = "short" if back else "review"
            found.append(Pending(kind, claim.get_state_display(), claim.title, why, day, url))
    return sorted(found, key=lambda item: item.day, reverse=True)
