"""Postings: who may be sent where, and what happens when two people say so at once."""

import threading
from datetime import date

import pytest
from django.db import connection

from portal.models import AuditEvent
from staffing.actions import memberships, postings
from staffing.actions.errors import Refused
from staffing.models import Posting, PostingKind


def do(action, cast, **kwargs):
    return action(actor=cast.user("hr"), now=cast.NOW, **kwargs)


def send(cast, person, **fields):
    wanted = {"kind": PostingKind.STATION, "start": date(2026, 3, 1), "to_unit": cast.west, **fields}
    return do(postings.open_posting, cast, person=person, **wanted)


def test_open_fills_where_from_and_writes_audit(cast):
    posting = send(cast, cast.wu, due=date(2027, 3, 1), doc_no="示执法〔2026〕3号")
    assert (posting.layer, posting.from_unit) == ("deployed", cast.water)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.object_id) == ("posting.started", str(cast.wu.pk))
    assert event.data["row"] == f"posting:{posting.pk}" and event.data["to"] == cast.west.code


def test_secondment_starts_from_where_the_person_works(cast):
    posting = send(cast, cast.zhao, kind=PostingKind.SECOND, to_unit=None, to_text="县创建办")
    assert posting.from_unit == cast.east and posting.place == "县创建办"


def test_same_posting_twice_is_one_row(cast):
    assert send(cast, cast.wu) == send(cast, cast.wu)
    assert cast.wu.postings.count() == 1


def test_overlap_names_the_other_one(cast):
    with pytest.raises(Refused) as refused:
        send(cast, cast.zhao)
    assert refused.value.message == "与2025-01-01起的下沉（东江镇综合行政执法队）重叠，请先登记归位。"
    assert refused.value.field == "start"
    assert cast.zhao.postings.count() == 1


def test_next_posting_may_begin_on_the_day_of_return(cast):
    do(postings.end_posting, cast, posting=cast.posting, end=date(2026, 3, 1))
    assert send(cast, cast.zhao).start == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"to_unit": None}, "to_unit"),
        ({"to_unit": None, "to_text": "县创建办"}, "to_unit"),
        ({"kind": "visit"}, "kind"),
        ({"due": date(2026, 3, 1)}, "due"),
        ({"end": date(2026, 2, 1)}, "end"),
        ({"start": date(2020, 1, 1)}, "start"),
    ],
)
def test_refusals_name_the_field(cast, fields, field):
    events = AuditEvent.objects.count()
    with pytest.raises(Refused) as refused:
        send(cast, cast.wu, **fields)
    assert refused.value.field == field
    assert not cast.wu.postings.exists() and AuditEvent.objects.count() == events


def test_own_unit_is_no_target(cast):
    with pytest.raises(Refused, match="就是此人现在的单位"):
        send(cast, cast.sun)


def test_locked_post_stays_in_its_town(cast):
    do(memberships.correct_membership, cast, membership=cast.wang.memberships.get(), post_locked=True)
    with pytest.raises(Refused, match="编制锁定在东江镇"):
        send(cast, cast.wang)
    with pytest.raises(Refused, match="编制锁定"):
        send(cast, cast.wang, kind=PostingKind.SECOND, to_unit=None, to_text="县创建办")
    assert send(cast, cast.wang, to_unit=cast.east_town).to_unit == cast.east_town
    assert send(cast, cast.wang, kind=PostingKind.TEMP, to_unit=None, to_text="县司法局", doc_no="示组〔2026〕1号")


def test_locked_posting_holds_against_secondment(cast):
    do(postings.correct_posting, cast, posting=cast.posting, post_locked=True)
    with pytest.raises(Refused, match="编制锁定在东江镇"):
        send(cast, cast.zhao, kind=PostingKind.DRAFT, to_unit=cast.bureau)


def test_extend_only_later_and_only_while_open(cast):
    do(postings.extend_posting, cast, posting=cast.posting, due=date(2027, 6, 30), doc_no="示执法〔2026〕9号")
    cast.posting.refresh_from_db()
    assert cast.posting.due == date(2027, 6, 30)
    with pytest.raises(Refused) as refused:
        do(postings.extend_posting, cast, posting=cast.posting, due=date(2026, 12, 31))
    assert refused.value.field == "due"
    do(postings.end_posting, cast, posting=cast.posting, end=date(2026, 10, 31))
    with pytest.raises(Refused, match="已于2026-10-31登记归位"):
        do(postings.extend_posting, cast, posting=cast.posting, due=date(2028, 1, 1))


def test_return_twice_is_one_event(cast):
    do(postings.end_posting, cast, posting=cast.posting, end=date(2026, 10, 31))
    count = AuditEvent.objects.count()
    do(postings.end_posting, cast, posting=cast.posting, end=date(2026, 10, 31))
    assert AuditEvent.objects.count() == count


def test_taking_a_return_back_meets_what_came_since(cast):
    do(postings.end_posting, cast, posting=cast.posting, end=date(2026, 2, 1))
    send(cast, cast.zhao)
    with pytest.raises(Refused, match="重叠"):
        do(postings.reopen_posting, cast, posting=cast.posting, reason="登记错误")


def test_withdrawn_posting_counts_on_no_day_and_stays_readable(cast):
    do(postings.withdraw_posting, cast, posting=cast.posting, reason="登记错误")
    cast.posting.refresh_from_db()
    assert cast.posting.end == cast.posting.start
    assert not Posting.objects.on(cast.posting.start).exists()
    assert send(cast, cast.zhao, start=date(2025, 6, 1))


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_one_wins():
    """The row lock makes the second writer see the first; without it the database's own guard answers."""
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time by design (IMMEDIATE transactions); an in-memory database has no second one")
    from tests.cast import Cast

    cast = Cast()
    gate, outcomes = threading.Barrier(2), []

    def write(unit):
        try:
            gate.wait(timeout=20)
            send(cast, cast.wu, to_unit=unit)
            outcomes.append("won")
        except Refused as refused:
            outcomes.append(refused.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(unit,)) for unit in (cast.west, cast.east)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcome == "won" for outcome in outcomes) == [False, True]
    assert any("重叠" in outcome for outcome in outcomes)
    assert cast.wu.postings.count() == 1
