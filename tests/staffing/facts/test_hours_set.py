"""Keeping the ledger equal to records that change: settled again, taken back, and minutes that earn only once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portal.models import AuditEvent
from staffing.actions import hours
from staffing.actions.errors import Refused
from staffing.actions.hours import HourRow, Settled
from staffing.actions.policies import save_policy
from staffing.models import HourCredit, HourSpan, HourYear, Policy
from staffing.queries.hours_spans import free_minutes, standing_credit
from tests.cast import NOW, TODAY

DAY = date(2026, 10, 21)
LATE = datetime(2026, 11, 2, 1, tzinfo=UTC)


def at(hour, minute=0):
    return datetime(2026, 10, 21, hour, minute, tzinfo=UTC)


def by(cast):
    return {"actor": cast.user("training"), "now": NOW}


def put(cast, hours_, spans=(), source="session:7", person=None, **more):
    wanted = {"kind": "lecture", "earned_on": DAY, "title": "第7讲", **more}
    return hours.set_hours(**by(cast), person=person or cast.wang, hours=hours_, source=source, spans=spans, **wanted)


def ledger(person):
    return [(row.source, row.hours) for row in person.hour_credits.order_by("pk")]


def test_set_hours_follows_corrections(cast):
    first = put(cast, "3", [(at(6), at(8, 30))])
    assert put(cast, "3", [(at(6), at(8, 30))]) == first and HourCredit.objects.count() == 1
    events = AuditEvent.objects.count()
    # The same hours for other minutes: the entry stays, its time moves.
    assert put(cast, "3", [(at(6, 10), at(8, 30))]) == first and first.spans.get().start == at(6, 10)
    assert AuditEvent.objects.count() == events
    second = put(cast, "1.5", [(at(6), at(7, 10))], reason="补录签退")
    assert second.source == "session:7#2" and second.reason == "补录签退"
    assert ledger(cast.wang) == [
        ("session:7", Decimal(3)),
        (f"reversal:{first.pk}", Decimal(-3)),
        ("session:7#2", Decimal("1.5")),
    ]
    assert [span.credit for span in HourSpan.objects.all()] == [second]
    assert put(cast, 0) is None and standing_credit(cast.wang, "session:7") is None and put(cast, 0) is None
    assert not HourSpan.objects.exists()
    third = put(cast, "2")
    assert third.source == "session:7#3" and standing_credit(cast.wang.pk, "session:7") == third
    assert sum(value for _source, value in ledger(cast.wang)) == 2
    # A source that only begins alike is somebody else's.
    put(cast, "1", source="session:77")
    assert standing_credit(cast.wang, "session:7") == third


def test_the_same_minutes_never_earn_twice(cast):
    put(cast, "3", [(at(6), at(8, 30))])
    assert free_minutes([cast.wang.pk, cast.sun.pk], {cast.wang.pk: [(at(7), at(10))]}) == {
        cast.wang.pk: 90,
        cast.sun.pk: 0,
    }
    assert free_minutes([cast.wang.pk], {cast.wang.pk: [(at(7), at(10))]}, "session:7") == {cast.wang.pk: 180}
    # 180 minutes are 4 学时; half of them have earned before.
    other = put(cast, "4", [(at(7), at(10))], source="session:8")
    assert other.hours == 2 and [(s.start, s.end) for s in other.spans.all()] == [(at(8, 30), at(10))]
    assert put(cast, "4", [(at(7), at(10))], source="session:8") == other
    assert put(cast, "3", [(at(6, 30), at(8, 30))], source="lecture:9:2026") is None
    with pytest.raises(Refused) as refused:
        hours.credit_hours(
            **by(cast),
            person=cast.wang,
            kind="external",
            hours="4",
            earned_on=DAY,
            title="外训",
            spans=[(at(8), at(11))],
        )
    assert refused.value.field == "hours" and "1" in refused.value.message
    # Taking the first back frees its time, settling the second again gives it the whole.
    hours.reverse_hours(**by(cast), credit=standing_credit(cast.wang, "session:7"), reason="误记")
    again = put(cast, "4", [(at(7), at(10))], source="session:8")
    assert again.hours == 4 and again.source == "session:8#2"
    # The database's own guard.
    with pytest.raises(IntegrityError), transaction.atomic():
        HourSpan.objects.create(person=cast.wang, credit=again, start=at(9), end=at(9, 1))
    HourSpan.objects.create(person=cast.wang, credit=again, start=at(10), end=at(10, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        HourSpan.objects.filter(start=at(10)).update(start=at(9, 59))


def test_many_are_settled_in_few_queries(cast, django_assert_max_num_queries):
    people = [cast.wang, cast.sun, cast.zhou]

    def rows(value, people=people):
        spans = [(at(6), at(8, 30))]
        return [HourRow(p.pk, "lecture", value, DAY, "第7讲", "session:7", spans) for p in people]

    hours.credit_hours(**by(cast), person=cast.zhou, kind="lecture", hours=1, earned_on=DAY, title="旧", source="x")
    with django_assert_max_num_queries(16):
        assert hours.set_hours_many(**by(cast), rows=rows("3")) == Settled(credited=3)
    assert hours.set_hours_many(**by(cast), rows=rows("3")) == Settled(unchanged=3)
    mixed = [*rows("1.5", [cast.wang]), *rows(0, [cast.sun]), *rows("3", [cast.zhou])]
    with django_assert_max_num_queries(20):
        assert hours.set_hours_many(**by(cast), rows=mixed, reason="更正") == Settled(0, 1, 1, 1)
    told = AuditEvent.objects.filter(action="hours.reversed").get().data
    assert told["people"] == 2 and told["reason"] == "更正"
    # A lecturer who also signed in: whichever row comes first has the minutes.
    pair = [
        HourRow(cast.sun.pk, "teaching", "6", DAY, "授课", "teaching:8", [(at(10), at(12, 30))]),
        HourRow(cast.sun.pk, "lecture", "3", DAY, "第8讲", "session:8", [(at(10), at(12, 30))]),
    ]
    assert hours.set_hours_many(**by(cast), rows=pair) == Settled(credited=1, unchanged=1, overlapped=1)
    assert standing_credit(cast.sun, "session:8") is None
    with pytest.raises(Refused):
        hours.set_hours_many(**by(cast), rows=[HourRow(cast.sun.pk, "lecture", "1.2", DAY, "题", "y")])
    with pytest.raises(Refused):
        hours.set_hours_many(
            **by(cast), rows=[HourRow(cast.sun.pk, "lecture", "1", TODAY + timedelta(days=1), "题", "y")]
        )


def test_a_closed_year_changes_only_with_a_reason(cast):
    policy = Policy.objects.first() or Policy.objects.create(code="p", name="口径", start=date(2020, 1, 1))
    old = date(2025, 12, 30)
    entry = put(cast, "2", earned_on=old)
    HourYear.objects.create(year=2025, closed_at=LATE, policy=policy, due=1, met=0)
    assert put(cast, "2", earned_on=old) == entry
    for act in (
        lambda: put(cast, "1", earned_on=old),
        lambda: put(cast, 0, earned_on=old),
        lambda: put(cast, "1", earned_on=old, source="new"),
        lambda: hours.credit_hours_many(**by(cast), rows=[HourRow(cast.sun.pk, "online", "1", old, "课", "c")]),
    ):
        with pytest.raises(Refused, match="关账") as refused:
            act()
        assert refused.value.field == "reason"
    assert put(cast, "1", earned_on=old, reason="复核签到表").source == "session:7#2"


def test_a_policy_that_cannot_be_reckoned_with_is_refused(cast):
    for field, value in (
        ("hours_unit_minutes", 0),
        ("hours_presence_full", 0),
        ("hours_presence_full", "1.5"),
        ("hours_presence_min", "0.9"),
        ("hours_teaching_factor", "0.5"),
        ("hours_online_max", -1),
    ):
        policy = Policy.objects.get(pk=cast.policy.pk)
        setattr(policy, field, value)
        with pytest.raises(Refused) as refused:
            save_policy(**by(cast), policy=policy)
        assert refused.value.field == field
    assert not AuditEvent.objects.filter(action="policy.saved").exists()
