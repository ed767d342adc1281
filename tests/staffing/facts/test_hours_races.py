"""The ledger when several settle at the same moment."""

from datetime import UTC, date, datetime

import pytest
from django.db.models import Sum

from portal import audit
from staffing.actions import hours
from staffing.actions.hours import HourRow
from staffing.models import HourCredit, HourSpan
from tests.cast import NOW, Cast
from tests.exams.together import several_writers, together

DAY = date(2026, 10, 21)


@several_writers
@pytest.mark.django_db(transaction=True)
def test_settling_at_once_credits_once_and_no_minute_twice():
    cast = Cast()
    actor = cast.user("training")
    people = [cast.wang, cast.sun, cast.zhou, cast.chen]

    def settle(source, value, order=1):
        span = [(datetime(2026, 10, 21, 6, tzinfo=UTC), datetime(2026, 10, 21, 8, 30, tzinfo=UTC))]
        rows = [HourRow(p.pk, "lecture", value, DAY, "讲", source, span) for p in people[::order]]
        return lambda: hours.set_hours_many(actor=actor, now=NOW, rows=rows)

    done = together(*[settle("session:1", "3", order) for order in (1, -1, 1, -1)])
    assert sum(one.credited for one in done) == 4 and sum(one.unchanged for one in done) == 12
    # Another source for the same minutes, at the same moment as a correction of the first.
    together(settle("session:1", "2"), settle("session:2", "3", -1), settle("session:2", "3"))
    for person in people:
        total = HourCredit.objects.filter(person=person).aggregate(sum=Sum("hours"))["sum"]
        assert total == 2 and HourSpan.objects.filter(person=person).count() == 1
    single = [
        lambda: hours.set_hours(
            actor=actor,
            now=NOW,
            person=cast.wang,
            kind="online",
            hours="1",
            earned_on=DAY,
            title="课",
            source="course:1:2026",
        )
    ] * 4
    assert len({credit.pk for credit in together(*single)}) == 1
    assert audit.verify().ok
