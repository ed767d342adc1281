"""A closed year: frozen lines, and adjustments as the difference to today's figures."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from portal.access import EVERYWHERE, Scope
from portal.models import AuditEvent
from staffing.actions import hours, memberships
from staffing.actions.errors import Refused
from staffing.actions.hour_years import close_year
from staffing.actions.hours import HourRow
from staffing.models import EndReason, HourYear, HourYearLine, Policy
from staffing.queries import hours_years
from tests.cast import NOW, TODAY

END = datetime(2026, 1, 5, 1, tzinfo=UTC)


@pytest.fixture
def book(cast):
    """2025 with 王 at sixty hours, 孙 at ten; two people and their lines are looked at."""
    Policy.objects.all().delete()
    Policy.objects.create(code="p", name="口径", start=date(2020, 1, 1), legal_basis="—")
    day = date(2025, 3, 1)
    rows = [HourRow(cast.wang.pk, "lecture", "8", day + timedelta(days=n), "讲", f"l:{n}") for n in range(7)] + [
        HourRow(cast.wang.pk, "lecture", "4", date(2025, 6, 1), "讲", "l:8"),
        HourRow(cast.sun.pk, "lecture", "8", day, "讲", "l:1"),
        HourRow(cast.sun.pk, "lecture", "2", day, "讲", "l:2"),
    ]
    hours.credit_hours_many(actor=cast.user("training"), now=END, rows=rows, reason="签到表")
    return cast


def close(cast, year=2025, **more):
    return close_year(actor=cast.user("training"), now=END, year=year, **more)


def test_closing_freezes_and_later_entries_are_adjustments(book, django_assert_max_num_queries):
    cast = book
    closing = close(cast, note="报市局前关账")
    assert close(cast) == closing and HourYear.objects.count() == 1
    assert AuditEvent.objects.filter(action="hours.year_closed").get().data["met"] == closing.met == 1
    line = hours_years.frozen_line(cast.wang.pk, 2025)
    assert (line.target, line.counted, line.met) == (60, 60, True)
    # A day's ceiling holds in the frozen figure too.
    assert hours_years.frozen_line(cast.sun.pk, 2025).counted == 8
    assert closing.lines.count() == closing.due == hours_years.counts_of(closing, EVERYWHERE)[0]
    now = hours_years.today_of(closing, EVERYWHERE)
    assert (now.due, now.met, now.changed) == (closing.due, 1, [])

    late = {"actor": cast.user("training"), "now": NOW, "person": cast.sun, "kind": "external", "title": "外训"}
    with pytest.raises(Refused, match="原因"):
        hours.credit_hours(**late, hours=6, earned_on=date(2025, 5, 5))
    hours.credit_hours(**late, hours=6, earned_on=date(2025, 5, 5), reason="补交证书")
    entry = cast.wang.hour_credits.get(source="l:8")
    hours.reverse_hours(actor=cast.user("training"), now=NOW, credit=entry, reason="代签")
    with django_assert_max_num_queries(18):
        now = hours_years.today_of(closing, EVERYWHERE)
    assert now.met == 0 and [one.name for one in now.changed] == [cast.wang.name, cast.sun.name]
    wang, sun = now.changed
    assert (wang.change, wang.before.met, wang.now.met) == (Decimal(-4), True, False)
    assert [entry.reason for entry in sun.entries] == ["补交证书"] and sun.change == 6
    assert HourYearLine.objects.get(closing=closing, person=cast.wang).counted == 60
    # Only own people are seen.
    own = Scope(paths=(line.unit.path,))
    assert {one.name for one in hours_years.today_of(closing, own).changed} <= {cast.wang.name, cast.sun.name}
    assert not hours_years.today_of(closing, Scope()).changed and hours_years.counts_of(closing, Scope()) == (0, 0)
    years = hours_years.years(TODAY)
    assert [(row.year, row.running, row.closing) for row in years] == [(2026, True, None), (2025, False, closing)]
    assert years[1].due == closing.due and years[1].short == closing.due - 1


def test_who_retired_during_the_year_is_in_no_line(book):
    cast = book
    before = hours_years.years(date(2026, 2, 1))[1].due
    memberships.end_membership(
        actor=cast.user("training"), now=NOW, person=cast.sun, end=date(2025, 9, 1), reason=EndReason.RETIRED
    )
    closing = close(cast)
    assert closing.due == before - 1 and hours_years.frozen_line(cast.sun.pk, 2025) is None


def test_closing_is_refused(book):
    with pytest.raises(Refused, match="尚未结束"):
        close(book, 2026)
    Policy.objects.all().delete()
    with pytest.raises(Refused, match="政策口径"):
        close(book)
    assert not HourYear.objects.exists()
