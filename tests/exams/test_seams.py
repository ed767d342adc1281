"""Where the areas of exams meet: names changed after a release, retakes over several sittings, actions sent twice,
articles amended while a sitting is arranged or open, what counts of several attempts.
"""

from datetime import timedelta

import pytest

from exams.actions import appeals, conduct, marking, results, sittings
from exams.models import PassCertificate, Register, Registration, Sitting
from exams.queries import eligibility
from exams.queries.own_result import own_registration, result_of
from exams.queries.register import register_of
from portal.models import Notice
from staffing.models import QualificationStatus
from tests.cast import NOW, TODAY
from tests.exams.closed import FAILS, MACHINE, PASSES, SatCast


@pytest.fixture
def sat(cast):
    return SatCast(cast)


def of(person):
    return Registration.objects.get(person=person)


def fail(sat, person, sitting):
    part = sitting.papers.get()
    part.frozen = sat.part.frozen
    part.save()
    sat.sit(FAILS, items=MACHINE, person=person, part=part)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sitting)


def test_the_first_sitting_says_how_many_retakes(sat):
    Sitting.objects.filter(pk=sat.closed.pk).update(retakes=2)
    sat.closed.refresh_from_db()
    person = sat.person()
    fail(sat, person, sat.closed)
    first = own_registration(person.user, "c1")
    assert result_of(first, NOW).retakes == 2
    again = sat.make_sitting("c2", "补考一", sat.paper, retake_of=sat.closed, state="closed")
    assert eligibility.explain(again, [person])[person.pk].eligible
    sat.register(person, sitting=again)
    fail(sat, person, again)
    assert result_of(own_registration(person.user, "c2"), NOW).retakes == 1
    last = sat.make_sitting("c3", "补考二", sat.paper, retake_of=sat.closed, state="closed")
    assert eligibility.explain(last, [person])[person.pk].reasons == []
    sat.register(person, sitting=last)
    fail(sat, person, last)
    assert result_of(own_registration(person.user, "c3"), NOW).retakes == 0
    assert register_of(last).rows[0].retakes_left == 0


def test_a_correction_keeps_names_as_released_and_tells_only_whom_it_concerns(sat):
    good, bad = sat.sit(PASSES, items=MACHINE), sat.sit(FAILS, items=MACHINE)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    person = good.user.person
    before = person.name
    person.name = "改名人"
    person.save()
    appeal = appeals.apply(actor=bad.user, now=NOW, entry=bad.entry, reason="请核对第一题")
    appeals.decide(actor=sat.office, now=NOW, appeal=appeal, changed=True, answer="第一题应得分", scores={"0": "40"})
    edition = Register.objects.get(edition=2)
    assert [row["name"] for row in edition.body["rows"] if row["registration"] == of(person).pk] == [before]
    told = Notice.objects.filter(key=f"results:{sat.closed.pk}:2")
    assert [notice.recipient_id for notice in told] == [bad.user_id]


def test_a_mistake_undone_on_the_same_day_says_that_the_qualification_is_gone(sat):
    good = sat.sit(PASSES, items=MACHINE)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    registration = of(good.user.person)
    for disqualified in (True, False):
        Registration.objects.filter(pk=registration.pk).update(disqualified=disqualified)
        results.correct(actor=sat.office, now=NOW, sitting=sat.closed, reason="核对")
    certificate = PassCertificate.objects.get(registration=registration)
    assert certificate.state == "valid" and certificate.qualification is None
    held = QualificationStatus.objects.on(TODAY + timedelta(days=5)).filter(qualification__person=good.user.person)
    assert [row.state for row in held] == ["cancelled"]
    (row,) = Register.objects.get(edition=3).body["rows"]
    assert row["note"] == "现有资格自次日起注销，未另写入，请政工部门处理。"


def test_the_same_form_twice_is_one_sitting(exam):
    given = {
        "actor": exam.office,
        "now": NOW,
        "title": "冬季考试",
        "unit": exam.cast.bureau,
        "opens_at": NOW + timedelta(days=9),
        "closes_at": NOW + timedelta(days=9, hours=2),
    }
    first = sittings.create_sitting(**given)
    assert sittings.create_sitting(**given | {"now": NOW + timedelta(seconds=2)}) == first
    assert sittings.create_sitting(**given | {"now": NOW + timedelta(minutes=2)}) != first
    assert sittings.create_sitting(**given | {"title": "另一场"}) != first


def test_the_extension_sent_twice_is_one(sat):
    Sitting.objects.filter(pk=sat.closed.pk).update(state="open")
    attempt = sat.sit(state="open", submitted_at=None, answers=None, closed_by="")
    given = {
        "actor": sat.office,
        "now": NOW,
        "attempts": [attempt.pk],
        "seconds": 600,
        "reason": "设备故障",
        "once": "k1",
    }
    assert conduct.extend(**given) == conduct.extend(**given) == 1
    attempt.refresh_from_db()
    assert attempt.extra_seconds == 600
