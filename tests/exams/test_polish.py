"""What the exam office can still put right: after release, once a window has begun, and before a sitting opens."""

import io
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from exams.actions import conduct, marking, registrations, rehearsals, results, sittings
from exams.models import Duty, PassCertificate, Picture, QuestionVersion, Register, Registration
from exams.queries.preflight import preflight
from portal.actions.errors import Refused
from portal.models import Notice
from tests.cast import NOW, make_person
from tests.exams.closed import FAILS, MACHINE, PASSES, SatCast

LATER = NOW + timedelta(days=3)


def client_of(cast, user):
    client = cast.client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


# --- cheating found after release ------------------------------------------------------------------------------------


@pytest.fixture
def released(cast):
    sat = SatCast(cast)
    sat.good, sat.bad = sat.sit(PASSES, items=MACHINE), sat.sit(FAILS, items=MACHINE)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    sat.closed.refresh_from_db()
    sat.row = Registration.objects.get(person=sat.good.user.person)
    return sat


def test_cheating_found_after_release_takes_everything_back(released):
    row, told = released.row, {"sitting": released.closed, "registration": released.row, "text": "查实代考"}
    with pytest.raises(Refused, match="不能再改"):
        conduct.record(actor=released.cast.account("j", "invigilator"), now=LATER, kind="cheated", **told)
    with pytest.raises(Refused, match="不能再改"):
        conduct.record(actor=released.office, now=LATER, kind="violation", **told)
    conduct.record(actor=released.office, now=LATER, kind="cheated", **told)
    row.refresh_from_db()
    assert (row.disqualified, row.outcome) == (True, "disqualified")
    edition = Register.objects.get(sitting=released.closed, edition=2)
    assert edition.reason == "作弊：查实代考" and edition.body["sums"]["disqualified"] == 1
    assert PassCertificate.objects.get(registration=row).state == "revoked"
    card = row.person.qualifications.get(kind="enforce")
    assert card.statuses.order_by("start").last().state == "cancelled"
    assert Notice.objects.filter(recipient=row.person.user, key=f"results:{released.closed.pk}:2").count() == 1
    with pytest.raises(Refused, match="已取消"):
        conduct.record(actor=released.office, now=LATER, kind="cheated", **told)
    assert Register.objects.count() == 2


def test_an_unfinished_mark_keeps_the_whole_of_it_from_being_written(released, monkeypatch):
    def refuse(**given):
        raise Refused("评完后才能更正。")

    monkeypatch.setattr(results, "correct", refuse)
    with pytest.raises(Refused, match="评完"):
        conduct.record(
            actor=released.office,
            now=LATER,
            kind="cheated",
            text="代考",
            sitting=released.closed,
            registration=released.row,
        )
    released.row.refresh_from_db()
    assert not released.row.disqualified and not released.closed.conduct.exists()


def test_the_register_asks_before_a_result_is_cancelled(released):
    client = client_of(released.cast, released.office)
    url = reverse("exams:register_disqualify", args=["c1", released.row.pk])
    page = reverse("exams:register", args=["c1"])
    assert url in client.get(page).content.decode()
    assert "注销" in client.get(url).content.decode()
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "查实代考"}).url == page
    assert url not in client.get(page).content.decode()
    assert client_of(released.cast, released.cast.user("hr")).get(url).status_code in (403, 404)


# --- registrations ---------------------------------------------------------------------------------------------------


def test_an_approved_candidate_is_not_refused_once_the_window_has_begun(exam):
    person = exam.candidate("钱一", 101)
    row = Registration.objects.get(person=person)

    def refuse(now):
        return registrations.decide(
            actor=exam.office, now=now, sitting=exam.sitting, registrations=[row], approve=False, reason="不合条件"
        )

    late = refuse(exam.sitting.opens_at)
    assert not late.changed and "缺考" in late.refused[row][0]
    row.refresh_from_db()
    assert row.state == "approved"
    assert refuse(exam.sitting.opens_at - timedelta(minutes=1)).changed == [row]
    # Who had never been approved may still be turned down.
    Registration.objects.update(state="pending")
    assert refuse(exam.sitting.opens_at).changed == [row]


def test_who_has_a_duty_in_a_sitting_is_not_registered_for_it(exam):
    person = make_person("钱一", exam.cast.east, 101)
    person.user = exam.cast.account("watch", "invigilator")
    person.save(update_fields=["user"])
    duty = Duty.objects.create(sitting=exam.sitting, user=person.user, kind=Duty.Kind.INVIGILATE)
    given = {"actor": exam.office, "now": NOW, "sitting": exam.sitting, "people": [person], "way": "unit"}
    assert registrations.register_people(**given).refused[person] == ["在本场次担任监考或阅卷，不能报名"]
    duty.delete()
    assert registrations.register_people(**given).made


def test_preflight_warns_of_candidates_who_work_on_the_sitting(exam):
    one, two, _other = (exam.candidate(name, 101 + n) for n, name in enumerate(("钱一", "钱二", "钱三")))

    def found():
        return [check for check in preflight(exam.sitting, now=NOW).checks if check.key == "concerned"]

    assert not found()
    Duty.objects.create(sitting=exam.sitting, user=one.user, kind=Duty.Kind.MARK)
    exam.sitting.made_by = two.user
    exam.sitting.save()
    (check,) = found()
    assert check.state == "amber" and "钱一、钱二，" in check.text
    assert check.url == reverse("exams:candidates", args=["s1"])


# --- settings of a sitting -------------------------------------------------------------------------------------------


def test_after_release_the_end_of_appeals_may_only_be_put_off(released):
    sitting, act = released.closed, {"actor": released.office, "now": NOW + timedelta(days=1)}
    until = sitting.appeals_until
    for wrong in (None, NOW, until - timedelta(hours=1)):
        with pytest.raises(Refused, match="只能推迟"):
            sittings.change_sitting(sitting=sitting, appeals_until=wrong, **act)
    with pytest.raises(Refused, match="不能再改"):
        sittings.change_sitting(sitting=sitting, issuer="别处", **act)
    client, url = client_of(released.cast, released.office), reverse("exams:sitting_edit", args=["c1"])
    page = client.get(url).content.decode()
    assert 'name="appeals_until"' in page and 'name="issuer"' not in page
    later = timezone.localtime(until + timedelta(days=4000)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(url, {"appeals_until": later}).status_code == 302
    sitting.refresh_from_db()
    assert sitting.appeals_until > until
    # Saved again as shown: nothing changes, although seconds are not shown.
    exact = sitting.appeals_until + timedelta(seconds=30)
    type(sitting).objects.filter(pk=sitting.pk).update(appeals_until=exact)
    assert client.post(url, {"appeals_until": later}).status_code == 302
    sitting.refresh_from_db()
    assert sitting.appeals_until == exact


def test_the_form_of_a_retake_does_not_ask_how_often(exam):
    retake = exam.make_sitting("s2", "补考", exam.paper, retake_of=exam.sitting)
    client = client_of(exam.cast, exam.office)
    assert 'name="retakes"' in client.get(reverse("exams:sitting_edit", args=["s1"])).content.decode()
    page = client.get(reverse("exams:sitting_edit", args=[retake.code])).content.decode()
    assert 'name="retake_of"' in page and 'name="retakes"' not in page


def test_a_rehearsal_sent_twice_is_one(exam):
    one, two = exam.candidate("钱一", 101), exam.candidate("钱二", 102)

    def copy(*people, seconds=0):
        now = NOW + timedelta(seconds=seconds)
        return rehearsals.copy_rehearsal(actor=exam.office, now=now, sitting=exam.sitting, people=people)

    first = copy(one)
    assert copy(one, seconds=10) == first
    assert copy(one, two, seconds=11) != first
    assert copy(one, seconds=40) != first


# --- a picture that is lost ------------------------------------------------------------------------------------------


def test_a_lost_picture_is_a_note_on_the_printed_paper(exam):
    picture = Picture.objects.create(
        sha256="0" * 64, file="lost.png", mime="image/png", width=40, height=30, alt="路口图"
    )
    QuestionVersion.objects.update(picture=picture)
    answer = client_of(exam.cast, exam.office).get("/exams/papers/p1/paper.pdf?seed=7")
    assert answer.status_code == 200
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "图片缺失" in text and "路口图" in text


# --- home ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 6])
def test_home_names_the_next_sitting_with_candidates_to_take_off(exam, size, django_assert_max_num_queries):
    start = timezone.now() + timedelta(days=20)
    first = exam.make_sitting("s0", "无人报名", exam.paper, opens_at=start, closes_at=start + timedelta(hours=2))
    coming = exam.make_sitting(
        "s9", "补考", exam.paper, opens_at=start, closes_at=start + timedelta(days=1), retake_of=first
    )
    for n in range(size):
        exam.candidate(f"钱{n}", 101 + n, sitting=coming)
        # Every other line costs its query too.
        exam.register(make_person(f"李{n}", exam.cast.east, 201 + n), state="pending")
    type(coming).objects.update(must_hours=10)
    exam.make_sitting("s8", "已考场次", exam.paper, state="closed")
    near = {"opens_at": start - timedelta(days=15), "closes_at": start}
    exam.make_sitting("s7", "将考场次", exam.paper, **near)
    client = client_of(exam.cast, exam.office)
    client.get("/")
    with django_assert_max_num_queries(20):
        page = client.get("/").content.decode()
    # A retake: they have not sat the first one.
    for line in (f"执法资格考试：{size}人报名待审核", "已考场次已结束，成绩待发布", "将考场次尚未开放"):
        assert line in page
    assert f"补考：{size}人拟登记弃考" in page and reverse("exams:proposals", args=["s9"]) in page
    type(coming).objects.filter(pk=coming.pk).update(
        opens_at=start + timedelta(days=20), closes_at=start + timedelta(days=21)
    )
    assert "拟登记弃考" not in client.get("/").content.decode()
