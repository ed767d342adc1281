"""Registering, correcting, moving, leaving and coming back."""

from datetime import date

import pytest

from portal import crypto
from portal.masks import mask_id
from portal.models import AuditEvent
from staffing.actions import leave, memberships, people
from staffing.actions.errors import Refused
from staffing.models import EndReason, Person, PostingKind
from tests.cast import id_number, make_posting


def do(action, cast, **kwargs):
    return action(actor=cast.user("hr"), now=cast.NOW, **kwargs)


def new(cast, **fields):
    wanted = {"name": "钱学文", "unit": cast.west, "start": date(2026, 10, 8), **fields}
    return do(people.create_person, cast, **wanted)


def test_create_fills_from_the_id_number_and_hides_it(cast):
    number = id_number(date(1991, 2, 3), 21)
    person = new(cast, id_number=f" {number.lower()} ", mobile="138 1234 5678", education="大学本科")
    person = Person.objects.get(pk=person.pk)
    assert (person.birth_date, person.gender, person.education) == (date(1991, 2, 3), "男", "大学本科")
    assert person.id_number == number and person.id_index == crypto.blind_index(number)
    assert person.id_masked == mask_id(number) and person.mobile_masked == "138****5678"
    assert person.staff_no.startswith("Z")
    event = AuditEvent.objects.latest("id")
    assert event.action == "person.created" and number not in str(event.data) and "13812345678" not in str(event.data)


def test_create_twice_is_one_person(cast):
    number = id_number(date(1991, 2, 3), 21)
    assert new(cast, id_number=number) == new(cast, id_number=number)
    assert Person.objects.filter(name="钱学文").count() == 1


def test_without_a_number_the_staff_number_tells_namesakes_apart(cast):
    assert new(cast) == new(cast)
    assert new(cast, staff_no="B7") != new(cast)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"id_number": "123"}, "id_number", "应为18位，现为3位"),
        ({"id_number": id_number(date(1991, 2, 3), 21)[:-1] + "*"}, "id_number", "末位"),
        ({"mobile": "12345"}, "mobile", "11位"),
        ({"name": "  "}, "name", "姓名"),
        ({"staff_no": "T0001"}, "staff_no", "工号"),
    ],
)
def test_create_refusals(cast, fields, field, words):
    before = Person.objects.count()
    with pytest.raises(Refused) as refused:
        new(cast, **fields)
    assert refused.value.field == field and words in refused.value.message
    assert Person.objects.count() == before


def test_wrong_check_digit_is_refused(cast):
    number = id_number(date(1991, 2, 3), 21)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    with pytest.raises(Refused, match="校验位"):
        new(cast, id_number=wrong)


def test_known_id_number_says_nothing_about_its_holder(cast):
    with pytest.raises(Refused) as refused:
        new(cast, id_number=cast.chen.id_number)
    assert "陈思远" not in refused.value.message and cast.bureau.name not in refused.value.message


def test_correct_notes_old_and_new_but_masks_numbers(cast):
    do(people.correct_person, cast, person=cast.wang, education="大学专科", mobile="13900001111")
    event = AuditEvent.objects.latest("id")
    assert event.data["changed"] == {"mobile": ["", "139****1111"], "education": ["", "大学专科"]}
    count = AuditEvent.objects.count()
    do(people.correct_person, cast, person=cast.wang, education="大学专科")
    assert AuditEvent.objects.count() == count


def test_unknown_field_is_a_programming_error(cast):
    with pytest.raises(TypeError):
        do(people.correct_person, cast, person=cast.wang, user=None)


def test_move_keeps_the_past(cast):
    do(
        memberships.move_person,
        cast,
        person=cast.sun,
        unit=cast.east,
        start=date(2026, 9, 1),
        doc_no="示委编〔2026〕7号",
    )
    assert memberships.membership_on(cast.sun, date(2026, 8, 31)).unit == cast.west
    assert memberships.membership_on(cast.sun, date(2026, 9, 1)).unit == cast.east
    assert cast.sun.memberships.count() == 2
    do(memberships.move_person, cast, person=cast.sun, unit=cast.east, start=date(2026, 9, 1))
    assert cast.sun.memberships.count() == 2


def test_change_of_category_is_a_dated_move(cast):
    do(
        memberships.move_person,
        cast,
        person=cast.li,
        category="officer",
        establishment_type="admin",
        start=date(2026, 7, 1),
    )
    assert memberships.membership_on(cast.li, date(2026, 6, 30)).category == "auxiliary"
    assert memberships.membership_on(cast.li, date(2026, 7, 1)).category == "officer"


def test_move_refusals(cast):
    with pytest.raises(Refused, match="晚于现编制关系的起始日2021-03-01"):
        do(memberships.move_person, cast, person=cast.sun, unit=cast.east, start=date(2021, 3, 1))
    with pytest.raises(Refused, match="没有变动"):
        do(memberships.move_person, cast, person=cast.sun, unit=cast.west, start=date(2026, 9, 1))
    membership = cast.wang.memberships.get()
    do(memberships.correct_membership, cast, membership=membership, post_locked=True, reason="锁编")
    with pytest.raises(Refused, match="编制锁定在东江镇") as refused:
        do(memberships.move_person, cast, person=cast.wang, unit=cast.west, start=date(2026, 9, 1))
    assert refused.value.field == "unit"


def test_leaving_ends_postings_and_coming_back_restores_them(cast):
    do(leave.record_leave, cast, person=cast.zhao, kind="sick", start=date(2026, 8, 1))
    do(memberships.end_membership, cast, person=cast.zhao, end=date(2026, 10, 1), reason=EndReason.RETIRED)
    cast.posting.refresh_from_db()
    assert cast.posting.end == date(2026, 10, 1) and cast.zhao.leaves.get().end == date(2026, 10, 1)
    assert memberships.membership_on(cast.zhao, date(2026, 9, 30)) and not memberships.membership_on(
        cast.zhao, date(2026, 10, 1)
    )
    do(memberships.restore_membership, cast, person=cast.zhao)
    cast.posting.refresh_from_db()
    assert cast.posting.end is None and cast.zhao.leaves.get().end is None
    assert cast.zhao.memberships.get().end is None


def test_restoring_leaves_a_posting_alone_that_had_ended_by_itself(cast):
    own = make_posting(cast.wu, PostingKind.DOWN, cast.east, date(2025, 1, 1), end=date(2026, 10, 1))
    do(memberships.end_membership, cast, person=cast.wu, end=date(2026, 10, 1), reason=EndReason.RESIGNED)
    do(memberships.restore_membership, cast, person=cast.wu)
    own.refresh_from_db()
    assert own.end == date(2026, 10, 1)


def test_leaving_twice_is_one_event_and_another_day_is_refused(cast):
    do(memberships.end_membership, cast, person=cast.wu, end=date(2026, 10, 1), reason=EndReason.RESIGNED)
    count = AuditEvent.objects.count()
    do(memberships.end_membership, cast, person=cast.wu, end=date(2026, 10, 1), reason=EndReason.RESIGNED)
    assert AuditEvent.objects.count() == count
    with pytest.raises(Refused, match="已于2026-10-01离队"):
        do(memberships.end_membership, cast, person=cast.wu, end=date(2026, 10, 2), reason=EndReason.RESIGNED)


def test_corrected_membership_must_not_overlap(cast):
    do(memberships.move_person, cast, person=cast.sun, unit=cast.east, start=date(2026, 9, 1))
    first = cast.sun.memberships.order_by("start").first()
    with pytest.raises(Refused, match="重叠"):
        do(memberships.correct_membership, cast, membership=first, end=date(2026, 9, 2))


def test_leave_overlap_and_withdrawal(cast):
    first = do(leave.record_leave, cast, person=cast.wu, kind="sick", start=date(2026, 5, 1), end=date(2026, 6, 1))
    with pytest.raises(Refused, match="重叠"):
        do(leave.record_leave, cast, person=cast.wu, kind="study", start=date(2026, 5, 31))
    do(leave.withdraw_leave, cast, leave=first)
    do(leave.record_leave, cast, person=cast.wu, kind="study", start=date(2026, 5, 31))
    assert "sick" not in str(list(AuditEvent.objects.values_list("data", flat=True)))


def test_reveal_needs_a_reason_and_leaves_a_trace(cast):
    with pytest.raises(Refused) as refused:
        do(people.reveal_number, cast, person=cast.wang, reason=" ")
    assert refused.value.field == "reason" and not AuditEvent.objects.filter(action="person.revealed").exists()
    assert do(people.reveal_number, cast, person=cast.wang, reason="办理换证") == cast.wang.id_number
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.object_id) == ("person.revealed", str(cast.wang.pk))
    assert event.data == {"which": "id", "reason": "办理换证"}
