"""Certificates, reviewers and the hours ledger."""

from datetime import date
from decimal import Decimal

import pytest

from portal.models import AuditEvent
from staffing.actions import hours, qualifications
from staffing.actions.errors import Refused
from staffing.models import HourCredit, Qualification


def do(action, cast, **kwargs):
    return action(actor=cast.user("hr"), now=cast.NOW, **kwargs)


def card(cast, person):
    return person.qualifications.get(kind="enforce")


def states(qualification):
    return list(qualification.statuses.order_by("start").values_list("state", "start", "end"))


def test_add_starts_the_history(cast):
    row = do(
        qualifications.add_qualification,
        cast,
        person=cast.wu,
        kind="enforce",
        number="99010099",
        issued=date(2026, 1, 5),
        valid_until=date(2031, 1, 4),
    )
    assert states(row) == [("valid", date(2026, 1, 5), None)]
    again = do(
        qualifications.add_qualification,
        cast,
        person=cast.wu,
        kind="enforce",
        number="99010099",
        issued=date(2026, 1, 5),
        valid_until=date(2031, 1, 4),
    )
    assert again == row


def test_auxiliary_gets_no_enforcement_card(cast):
    with pytest.raises(Refused, match="行政执法辅助人员不能登记行政执法证") as refused:
        do(qualifications.add_qualification, cast, person=cast.li, kind="enforce", number="1")
    assert refused.value.field == "kind"


def test_taken_number_names_nobody(cast):
    with pytest.raises(Refused) as refused:
        do(qualifications.add_qualification, cast, person=cast.wu, kind="enforce", number=card(cast, cast.wang).number)
    assert "王晓东" not in refused.value.message


def test_renewal_leaves_the_past_as_it_was(cast):
    old = card(cast, cast.wang)
    number = old.number
    new = do(
        qualifications.renew_qualification,
        cast,
        qualification=old,
        issued=date(2026, 10, 1),
        valid_until=date(2031, 9, 30),
    )
    old.refresh_from_db()
    assert new.number == number and old.number is None and old.valid_until == date(2029, 1, 9)
    assert states(old) == [("valid", date(2024, 1, 10), date(2026, 10, 1)), ("expired", date(2026, 10, 1), None)]
    assert number in old.statuses.latest("start").reason
    again = do(
        qualifications.renew_qualification,
        cast,
        qualification=old,
        issued=date(2026, 10, 1),
        valid_until=date(2031, 9, 30),
        number=number,
    )
    assert again == new and cast.wang.qualifications.filter(kind="enforce").count() == 2


def test_suspension_needs_document_and_ends_by_itself(cast):
    row = card(cast, cast.wang)
    with pytest.raises(Refused) as refused:
        do(qualifications.change_state, cast, qualification=row, state="suspended", start=date(2026, 5, 1))
    assert refused.value.field == "doc_no"
    do(
        qualifications.change_state,
        cast,
        qualification=row,
        state="suspended",
        start=date(2026, 5, 1),
        until=date(2026, 8, 1),
        doc_no="示司〔2026〕1号",
        reason="违规办案",
    )
    assert [state for state, _, _ in states(row)] == ["valid", "suspended", "valid"]
    assert states(row)[-1][1] == date(2026, 8, 1)


def test_cancelled_is_the_end(cast):
    row = card(cast, cast.wang)
    do(qualifications.change_state, cast, qualification=row, state="cancelled", start=date(2026, 5, 1))
    with pytest.raises(Refused, match="不能改为"):
        do(qualifications.change_state, cast, qualification=row, state="valid", start=date(2026, 6, 1))
    with pytest.raises(Refused, match="不能换证"):
        do(
            qualifications.renew_qualification,
            cast,
            qualification=row,
            issued=date(2026, 10, 1),
            valid_until=date(2031, 9, 30),
        )


def test_state_changes_go_forward_in_time(cast):
    row = card(cast, cast.wang)
    with pytest.raises(Refused) as refused:
        do(qualifications.change_state, cast, qualification=row, state="lost", start=date(2024, 1, 10))
    assert refused.value.field == "start"


def test_corrected_issue_day_moves_the_first_status(cast):
    row = card(cast, cast.wang)
    do(qualifications.correct_qualification, cast, qualification=row, issued=date(2024, 2, 1), reason="录入错误")
    assert states(row) == [("valid", date(2024, 2, 1), None)]
    assert AuditEvent.objects.latest("id").data["reason"] == "录入错误"


def test_reviewer_assignment_and_end(cast):
    row = do(qualifications.assign_reviewer, cast, person=cast.wang, start=date(2026, 2, 1), full_time=False)
    with pytest.raises(Refused, match="已是法制审核人员"):
        do(qualifications.assign_reviewer, cast, person=cast.wang, start=date(2026, 3, 1))
    do(qualifications.end_reviewer, cast, qualification=row, end=date(2026, 9, 1), reason="转岗")
    assert states(row)[-1] == ("cancelled", date(2026, 9, 1), None)
    do(qualifications.assign_reviewer, cast, person=cast.wang, start=date(2026, 10, 1))
    assert Qualification.objects.filter(person=cast.wang, kind="reviewer").count() == 2


def test_annual_check_once_a_year(cast):
    row = card(cast, cast.wang)
    for passed in (False, True, True):
        do(
            qualifications.record_check,
            cast,
            qualification=row,
            year=2026,
            passed=passed,
            checked_on=date(2026, 3, 1),
        )
    assert row.checks.get().passed is True
    assert AuditEvent.objects.filter(action="qualification.checked").count() == 2


def credit(cast, **fields):
    wanted = {
        "kind": "lecture",
        "hours": "2",
        "earned_on": date(2026, 5, 8),
        "title": "大讲堂第八讲",
        "source": "lecture:8",
    }
    return do(hours.credit_hours, cast, person=cast.wang, **{**wanted, **fields})


def test_hours_once_per_source(cast):
    assert credit(cast) == credit(cast)
    with pytest.raises(Refused, match="冲正"):
        credit(cast, hours="3")
    assert HourCredit.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"hours": "1.3"}, "hours"),
        ({"hours": "0"}, "hours"),
        ({"hours": "many"}, "hours"),
        ({"kind": "nap"}, "kind"),
        ({"title": " "}, "title"),
        ({"earned_on": date(2026, 11, 3)}, "earned_on"),
        ({"earned_on": date(2025, 11, 3)}, "reason"),
    ],
)
def test_hours_refusals(cast, fields, field):
    with pytest.raises(Refused) as refused:
        credit(cast, **fields)
    assert refused.value.field == field


def test_reversal_balances_and_happens_once(cast):
    entry = credit(cast)
    reversal = do(hours.reverse_hours, cast, credit=entry, reason="重复登记")
    assert do(hours.reverse_hours, cast, credit=entry, reason="再来一次") == reversal
    assert sum(cast.wang.hour_credits.values_list("hours", flat=True)) == Decimal(0)
    assert (reversal.earned_on, reversal.year) == (entry.earned_on, 2026)
    with pytest.raises(Refused):
        do(hours.reverse_hours, cast, credit=reversal, reason="冲正冲正")
    with pytest.raises(Refused):
        do(hours.reverse_hours, cast, credit=entry, reason=" ")


def test_many_hours_skip_known_sources(cast):
    rows = [
        hours.HourRow(person.pk, "online", Decimal("1.5"), date(2026, 6, day), f"第{day}课", f"course:{day}")
        for person in (cast.wang, cast.sun)
        for day in (1, 2, 2)
    ]
    assert do(hours.credit_hours_many, cast, rows=rows) == 4
    assert do(hours.credit_hours_many, cast, rows=rows) == 0
    event = AuditEvent.objects.filter(action="hours.credited").get()
    assert event.data["entries"] == 4 and event.data["people"] == 2
