"""The year plan of a series: generating it, leaving days out, what was missed and made up for."""

from datetime import date, timedelta

import pytest

from courses.actions import holding, plans, series, sessions
from courses.models import PlannedSlot, Series, Session
from courses.queries import series as queries
from portal.access import EVERYWHERE
from portal.actions.errors import Refused
from portal.models import AuditEvent
from tests.cast import NOW


def office(learning):
    return {"actor": learning.training, "now": NOW}


def test_a_year_of_weeks_with_what_became_of_them(learning, django_assert_num_queries):
    with django_assert_num_queries(2):
        plan = queries.plan_of(learning.series, 2026, NOW, current=learning.held[1])
    kinds = [mark.kind for mark in plan.marks]
    assert kinds == ["held", "missed", "held", "missed"]
    assert (plan.tally.planned, plan.tally.held, plan.tally.missed, plan.tally.todo) == (4, 2, 2, 0)
    assert [mark.label for mark in plan.marks][:2] == ["10月7日 第1讲", "10月14日 缺办（原因待补）"]
    assert [mark.current for mark in plan.marks] == [False, False, True, False]
    # A make-up that is planned is not held yet; held, it counts, on the planned day.
    missed = plan.missed[0].slot
    made = sessions.create_session(
        series=learning.series,
        title="补办",
        starts_at=NOW + timedelta(days=2),
        ends_at=NOW + timedelta(days=2, hours=2),
        slot=missed,
        **office(learning),
    )
    assert queries.plan_of(learning.series, 2026, NOW).tally.todo == 1
    holding.hold_session(actor=learning.training, now=NOW + timedelta(days=3), session=made)
    plan = queries.plan_of(learning.series, 2026, NOW + timedelta(days=3))
    assert plan.tally.held == 3 and plan.marks[1].made_up and "11月4日补办" in plan.marks[1].label
    assert [line.plan.tally.held for line in queries.lines(EVERYWHERE, 2026, NOW + timedelta(days=3))] == [3]


def test_generating_twice_plans_once_and_leaves_holidays_out(learning):
    given = {
        "series": learning.series,
        "first": date(2026, 10, 7),
        "until": date(2026, 12, 31),
        "closed": {date(2026, 11, 11): "防汛值守"},
    }
    done = plans.make_plan(**given, **office(learning))
    assert len(done.kept) == 4 and done.dropped == [date(2026, 11, 11)] and len(done.made) == 8
    again = plans.make_plan(**given, **office(learning))
    assert not again.made and not again.dropped and len(again.kept) == 13
    assert AuditEvent.objects.filter(action="plan.saved").count() == 1
    plan = queries.plan_of(learning.series, 2026, NOW)
    assert (plan.tally.planned, plan.tally.todo, plan.tally.dropped) == (12, 8, 1)
    assert "1期不排" in plan.rhythm and plan.days[5].label == "11月11日 不排（防汛值守）"
    # Another rhythm replaces what lies ahead and has no session; what was stays.
    series.save_series(series=learning.series, cadence="monthly", **office(learning))
    learning.series.refresh_from_db()
    changed = plans.make_plan(
        series=learning.series, first=date(2026, 11, 4), until=date(2026, 12, 31), replace=True, **office(learning)
    )
    assert date(2026, 11, 18) in changed.removed and PlannedSlot.objects.filter(day__month=10).count() == 4
    assert list(PlannedSlot.objects.filter(day__gte=date(2026, 11, 1)).values_list("day", flat=True)) == [
        date(2026, 11, 4),
        date(2026, 12, 2),
    ]


def test_a_day_is_left_out_with_a_reason_and_never_when_it_has_a_lecture(learning):
    missed, held = learning.slots[1], learning.slots[0]
    with pytest.raises(Refused, match="原因"):
        plans.set_slot(slot=missed, dropped=True, **office(learning))
    with pytest.raises(Refused, match="已安排讲座"):
        plans.set_slot(slot=held, dropped=True, reason="国庆", **office(learning))
    plans.set_slot(slot=missed, dropped=False, reason="主讲冲突", **office(learning))
    plans.set_slot(slot=missed, dropped=False, reason="主讲冲突", **office(learning))
    assert AuditEvent.objects.filter(action="plan.saved").count() == 1
    assert queries.plan_of(learning.series, 2026, NOW).missed[0].label == "10月14日 缺办（主讲冲突）"
    plans.set_slot(slot=missed, dropped=True, reason="并入下一期", **office(learning))
    assert queries.plan_of(learning.series, 2026, NOW).tally.planned == 3
    plans.add_slot(series=learning.series, day=missed.day, **office(learning))
    assert queries.plan_of(learning.series, 2026, NOW).tally.planned == 4
    for bad in ({"until": date(2026, 1, 1)}, {"until": date(2029, 1, 1)}):
        with pytest.raises(Refused):
            plans.make_plan(series=learning.series, first=date(2026, 10, 7), **bad, **office(learning))


def test_a_series_is_made_once_and_a_closed_one_takes_no_lectures(learning):
    made = series.save_series(
        code="lhpx", name="跨部门联合培训", unit=learning.cast.bureau, cadence="quarterly", **office(learning)
    )
    with pytest.raises(Refused, match="已被使用"):
        series.save_series(code="lhpx", name="另一个", unit=learning.cast.bureau, **office(learning))
    with pytest.raises(Refused, match="名称"):
        series.save_series(series=made, name=" ", **office(learning))
    series.save_series(series=made, name="跨部门联合培训", **office(learning))
    assert AuditEvent.objects.filter(action="series.saved").count() == 1
    series.save_series(series=made, closed=True, **office(learning))
    made.refresh_from_db()
    with pytest.raises(Refused, match="停办"):
        sessions.create_session(
            series=made, title="一讲", starts_at=NOW, ends_at=NOW + timedelta(hours=1), **office(learning)
        )
    assert Series.objects.get(code="lhpx").closed and not Session.objects.filter(series=made).exists()
