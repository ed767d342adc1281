"""Two people after one seat, one button or one room. Runs on PostgreSQL."""

from datetime import timedelta

import pytest

from exams.actions import certificates, sites
from exams.models import Batch, Seat
from portal.actions.errors import Refused
from portal.models import AuditEvent
from staffing.models import QualificationKind
from tests.cast import NOW, TODAY, make_qualification
from tests.exams.test_certificates import certify
from tests.exams.test_rooms import Hall
from tests.exams.together import several_writers, together

pytestmark = [several_writers, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hall(exam):
    return Hall(exam)


def test_one_seat_is_given_once(hall):
    cast = hall.exam.cast
    people = hall.people(cast.east, cast.west, cast.east, cast.west)
    for number, registration in enumerate(people, 1):
        hall.put(registration, number)
    results = together(*[lambda person=person: hall.move(person, 6) for person in people])
    assert sum(isinstance(result, Seat) for result in results) == 1
    assert sum(isinstance(result, Refused) and "6号座已安排给" in result.message for result in results) == 3
    assert sorted(Seat.objects.values_list("number", flat=True))[-1] == 6 and Seat.objects.count() == 4


def test_two_clicks_seat_everybody_once(hall):
    cast = hall.exam.cast
    hall.people(*[cast.east, cast.west] * 5)
    results = together(*[lambda: hall.assign()] * 3)
    assert sorted(result.seated for result in results) == [0, 0, 10]
    assert AuditEvent.objects.filter(action="seats.assigned").count() == 1


def test_two_swaps_lose_nobody(hall):
    cast = hall.exam.cast
    one, two, three = hall.people(cast.east, cast.west, cast.east)
    for number, registration in enumerate((one, two, three), 1):
        hall.put(registration, number)
    together(
        lambda: hall.move(one, 2, swap=True),
        lambda: hall.move(two, 3, swap=True),
        lambda: hall.move(three, 1, swap=True),
    )
    assert sorted(Seat.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_two_sittings_do_not_get_one_room(hall):
    sites.remove_batch(actor=hall.office, now=NOW, batch=hall.batch)
    other = hall.exam.make_sitting("s2", "另一场", hall.exam.paper)
    given = {"actor": hall.office, "now": NOW, "rooms": [hall.one]}
    opens = hall.sitting.opens_at
    given |= {"opens_at": opens, "closes_at": opens + timedelta(hours=2)}
    results = together(
        lambda: sites.save_batch(**given, sitting=hall.sitting), lambda: sites.save_batch(**given, sitting=other)
    )
    assert sum(isinstance(result, Refused) for result in results) == 1 and Batch.objects.count() == 1


def test_a_certificate_is_revoked_once(hall):
    person = hall.exam.cast.sun
    qualification = make_qualification(person, QualificationKind.SUPERVISE, issued=TODAY - timedelta(days=40))
    certificate = certify(hall.exam, person, qualification=qualification)
    given = {"actor": hall.office, "now": NOW, "certificate": certificate, "reason": "替考"}
    together(*[lambda: certificates.revoke_certificate(**given)] * 3)
    assert AuditEvent.objects.filter(action="certificate.revoked").count() == 1
    assert qualification.statuses.count() == 2
