"""Releasing results: the register, qualifications, certificates, notices; what stands in the way; corrections."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from exams.actions import marking, results
from exams.models import Attempt, KeyDecision, PassCertificate, Register, Registration, Sitting
from exams.queries.register import is_intact, register_of, retakes_left
from portal import jobs
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from staffing.models import QualificationState, QualificationStatus
from tests.cast import NOW, TODAY, make_qualification
from tests.exams.closed import FAILS, MACHINE, PASSES, SatCast


@pytest.fixture
def sat(cast):
    return SatCast(cast)


@pytest.fixture
def ready(sat):
    """Two passed, one failed, one withdrew, one never came, one disqualified; everything marked."""
    sat.good = [sat.sit(PASSES, items=MACHINE), sat.sit(PASSES, items=MACHINE)]
    sat.bad = sat.sit(FAILS, items=MACHINE)
    sat.gone, sat.missing = sat.person("弃考人"), sat.person("缺考人")
    of(sat.gone).update(state=Registration.State.WITHDRAWN, reason="因病弃考")
    cheat = sat.sit(PASSES, items=MACHINE)
    of(cheat.user.person).update(disqualified=True, reason="夹带")
    marking.mark_closed(now=NOW)
    return sat


def of(person):
    return Registration.objects.filter(person=person)


def release(sat, **fields) -> Register:
    return results.release(actor=sat.office, now=NOW, sitting=sat.closed, **fields)


def test_the_register_before_release(ready):
    view = register_of(ready.closed)
    parts = (view.passed, view.failed, view.withdrawn, view.absent, view.disqualified)
    assert parts == (2, 1, 1, 1, 1) and view.registered == 6 == sum(parts) and view.sat == 4
    assert view.sums.pass_rate_of_sat == 2 / 4 and view.sums.pass_rate_of_registered == 2 / 6


def test_who_has_not_sat_yet_is_waiting_while_the_sitting_runs(ready):
    Sitting.objects.filter(pk=ready.closed.pk).update(state=Sitting.State.OPEN)
    ready.closed.refresh_from_db()
    view = register_of(ready.closed)
    assert (view.absent, view.waiting, view.registered) == (0, 1, 6)


def test_release_writes_everything_at_once(ready):
    told = []
    edition = release(ready, progress=lambda done, total, text: told.append(text))
    sitting = Sitting.objects.get(pk=ready.closed.pk)
    assert sitting.state == "released" and sitting.appeals_until == NOW + timedelta(days=7)
    outcomes = dict(Registration.objects.filter(sitting=sitting).values_list("person__name", "outcome"))
    assert outcomes["弃考人"] == "withdrawn" and outcomes["缺考人"] == "absent"
    assert sorted(outcomes.values()) == ["absent", "disqualified", "failed", "passed", "passed", "withdrawn"]
    assert edition.edition == 1 and is_intact(edition) and edition.body["sums"]["passed"] == 2
    assert PassCertificate.objects.filter(state="valid").count() == 2
    for attempt in ready.good:
        person = attempt.user.person
        card = person.qualifications.get(kind="enforce")
        assert (card.number, card.issued, card.valid_until) == (None, TODAY, TODAY.replace(year=2031, day=1))
        assert card.issuing_unit == ready.cast.east and card.issuer == "示例县综合行政执法局"
        certificate = PassCertificate.objects.get(person=person)
        assert certificate.qualification == card and certificate.valid_until == card.valid_until
    assert Notice.objects.filter(key__startswith="results:").count() == 6
    assert "正在写入资格：0/2" in told
    event = AuditEvent.objects.get(action="results.released")
    assert event.data["sums"]["registered"] == 6 and event.data["qualifications"] == 2


def test_releasing_twice_is_releasing_once(ready):
    first, second = release(ready), release(ready)
    assert first == second and Register.objects.count() == 1 and PassCertificate.objects.count() == 2
    assert QualificationStatus.objects.filter(doc_no="c1").count() == 2


def test_a_failure_in_the_middle_leaves_nothing(ready, monkeypatch):
    def burst(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(results, "_freeze", burst)
    with pytest.raises(RuntimeError):
        release(ready)
    ready.closed.refresh_from_db()
    assert ready.closed.state == "closed" and not PassCertificate.objects.exists()
    assert not QualificationStatus.objects.filter(doc_no="c1").exists() and not Notice.objects.exists()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda sat: Sitting.objects.filter(pk=sat.closed.pk).update(rehearsal=True), "演练"),
        (lambda sat: Sitting.objects.filter(pk=sat.closed.pk).update(state="open"), "已开放"),
        (lambda sat: Attempt.objects.filter(pk=sat.bad.pk).update(state="open"), "1人仍在作答"),
        (lambda sat: Attempt.objects.filter(pk=sat.bad.pk).update(marked_at=None), "1份答卷尚未评分"),
        (
            lambda sat: KeyDecision.objects.create(
                sitting=sat.closed,
                version=sat.questions["单选1"].current,
                challenge="有误",
                raised_by=sat.office,
                raised_at=NOW,
            ),
            "1项试题异议",
        ),
    ],
)
def test_what_stands_in_the_way_is_said(ready, spoil, said):
    spoil(ready)
    ready.closed.refresh_from_db()
    with pytest.raises(Refused, match=said):
        release(ready)
    assert not Register.objects.exists()
    assert Sitting.objects.get(pk=ready.closed.pk).state != "released"


def test_unmarked_written_answers_stand_in_the_way(sat):
    sat.sit(), sat.sit()
    marking.mark_closed(now=NOW)
    with pytest.raises(Refused, match="2份主观题未评完，不能发布"):
        release(sat)


def test_an_empty_sitting_has_nothing_to_release(sat):
    with pytest.raises(Refused, match="还没有可发布的成绩"):
        release(sat)


def test_held_expiring_expired_and_lost_qualifications(sat):
    people = {}
    for name, until, state in (
        ("held", TODAY + timedelta(days=400), None),
        ("soon", TODAY + timedelta(days=60), None),
        ("over", TODAY - timedelta(days=10), None),
        ("lost", TODAY + timedelta(days=400), QualificationState.LOST),
        ("cancelled", TODAY + timedelta(days=400), QualificationState.CANCELLED),
    ):
        person = sat.person(name)
        card = make_qualification(person, "enforce", number=f"99{len(people)}", valid_until=until)
        if state:
            card.statuses.update(end=TODAY - timedelta(days=5))
            QualificationStatus.objects.create(qualification=card, state=state, start=TODAY - timedelta(days=5))
        sat.sit(PASSES, items=MACHINE, person=person)
        people[name] = person
    marking.mark_closed(now=NOW)
    edition = release(sat)
    notes = {row["name"]: row["note"] for row in edition.body["rows"]}
    count = {name: person.qualifications.count() for name, person in people.items()}
    assert count == {"held": 1, "soon": 2, "over": 2, "lost": 1, "cancelled": 2}
    assert "未另写入" in notes["held"] and "续期" in notes["soon"] and "续期" in notes["over"]
    assert "遗失" in notes["lost"] and "已写入" in notes["cancelled"]
    assert PassCertificate.objects.count() == 5
    assert people["soon"].qualifications.get(valid_until__gt=TODAY + timedelta(days=90)).number == "991"


def test_whoever_left_keeps_the_pass_without_a_qualification(sat):
    attempt = sat.sit(PASSES, items=MACHINE)
    attempt.user.person.memberships.update(end=TODAY)
    aux = sat.sit(PASSES, items=MACHINE)
    aux.user.person.memberships.update(category="auxiliary")
    marking.mark_closed(now=NOW)
    edition = release(sat)
    assert {row["outcome"] for row in edition.body["rows"]} == {"passed"}
    assert all("未写入资格" in row["note"] for row in edition.body["rows"])
    assert not QualificationStatus.objects.filter(doc_no="c1").exists() and PassCertificate.objects.count() == 2


def test_a_sitting_that_grants_nothing(ready):
    Sitting.objects.filter(pk=ready.closed.pk).update(grants="")
    edition = release(ready)
    assert not QualificationStatus.objects.filter(doc_no="c1").exists()
    assert {row["note"] for row in edition.body["rows"]} == {""}
    assert PassCertificate.objects.filter(valid_until=None).count() == 2


def coverage(sat) -> dict:
    out = io.StringIO()
    call_command("gaps", unit=sat.cast.east.code, as_of=TODAY.isoformat(), json=True, stdout=out)
    return json.loads(out.getvalue())["certificates"]


def test_the_gap_closes(ready):
    """What the release is for: the squad's certificate gap on the dashboard changes."""
    before = coverage(ready)
    release(ready)
    after = coverage(ready)
    assert after["in_force"] == before["in_force"] + 2 and after["must_hold"] == before["must_hold"]


def test_release_as_a_job_with_progress(ready, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = results.request_release(actor=ready.office, now=NOW, sitting=ready.closed)
    job = jobs.run(job.pk)
    assert job.state == "done" and job.result["url"].endswith("/exams/sittings/c1/register/")
    assert Register.objects.count() == 1


# --- corrections -----------------------------------------------------------------------------------------------------


def void(sat, stem):
    KeyDecision.objects.create(
        sitting=sat.closed,
        version=sat.questions[stem].current,
        kind="void",
        challenge="有误",
        raised_by=sat.office,
        raised_at=NOW,
        decided_by=sat.office,
        decided_at=NOW,
    )
    marking.remark(actor=sat.office, now=NOW, sitting=sat.closed, version=sat.questions[stem].current)


def correct(sat, reason="试题作废"):
    return results.correct(actor=sat.office, now=NOW + timedelta(days=1), sitting=sat.closed, reason=reason)


def test_a_correction_is_a_new_edition_and_the_newly_passed_follow(ready):
    first = release(ready)
    void(ready, "单选1")
    void(ready, "多选1")
    second = correct(ready)
    assert second.edition == 2 and second.body["sums"]["passed"] == 3 and second.reason == "试题作废"
    assert Register.objects.get(pk=first.pk).body["sums"]["passed"] == 2
    person = ready.bad.user.person
    assert person.qualifications.filter(kind="enforce").count() == 1
    assert PassCertificate.objects.get(person=person).state == "valid"
    row = next(row for row in second.body["rows"] if row["name"] == person.name)
    assert row["certificate"] and "已写入" in row["note"] and row["outcome"] == "passed"


def test_no_longer_passed(ready):
    release(ready)
    decision = KeyDecision.objects.create(
        sitting=ready.closed,
        version=ready.questions["单选1"].current,
        kind="rekey",
        answer=["D"],
        challenge="有误",
        raised_by=ready.office,
        raised_at=NOW,
        decided_by=ready.office,
        decided_at=NOW,
    )
    marking.remark(actor=ready.office, now=NOW, sitting=ready.closed, version=decision.version)
    edition = correct(ready, "答案更正")
    assert edition.body["sums"]["passed"] == 0
    assert set(PassCertificate.objects.values_list("state", flat=True)) == {"revoked"}
    for attempt in ready.good:
        states = attempt.user.person.qualifications.get().statuses.order_by("start")
        assert [status.state for status in states] == ["valid", "cancelled"]
    assert AuditEvent.objects.filter(action="certificate.revoked").count() == 2


def test_nothing_changed_is_no_new_edition(ready):
    first = release(ready)
    assert correct(ready) == first


def test_corrections_need_a_release_and_a_reason(ready):
    with pytest.raises(Refused, match="尚未发布"):
        correct(ready)
    release(ready)
    with pytest.raises(Refused, match="原因"):
        correct(ready, " ")


def test_passing_again_after_a_correction_of_a_correction(ready):
    release(ready)
    registration = of(ready.good[0].user.person).get()
    of(ready.good[0].user.person).update(disqualified=True)
    correct(ready, "误判")
    of(ready.good[0].user.person).update(disqualified=False)
    third = results.correct(actor=ready.office, now=NOW + timedelta(days=3), sitting=ready.closed, reason="撤销误判")
    assert third.edition == 3
    assert PassCertificate.objects.get(registration=registration).state == "valid"
    assert registration.person.qualifications.count() == 2


def test_the_register_is_read_in_few_queries(ready, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        register_of(ready.closed)
    for _n in range(20):
        ready.sit(PASSES, items=MACHINE)
    marking.mark_closed(now=NOW)
    release(ready)
    ready.closed.refresh_from_db()
    with django_assert_max_num_queries(6):
        assert register_of(ready.closed).registered == 26


def test_retakes_are_counted_along_the_chain(sat):
    person = sat.sit(FAILS, items=MACHINE).user.person
    assert retakes_left(sat.closed, [person.pk]) == {person.pk: 1}
    marking.mark_closed(now=NOW)
    release(sat)
    second = sat.make_sitting("c2", "补考", sat.paper, retake_of=sat.closed)
    assert retakes_left(second, [person.pk]) == {person.pk: 0}
