"""Exams in English: pages of every area with data in them, for the office, candidates, markers and invigilators."""

from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from exams.actions import appeals, conduct, marking, practice, printables, results
from exams.models import Duty, KeyDecision, MarkingTask, Registration, Sitting
from exams.views import console_acts
from portal import jobs
from portal.models import User
from tests.cast import NOW
from tests.exams.closed import FAILS, MACHINE, PASSES, RIGHT, SatCast
from tests.exams.disputed import Disputed
from tests.exams.sitting_now import OpenSitting, hand_in
from tests.exams.test_printables import text_of
from tests.exams.test_rooms import Hall
from tests.test_english import CHINESE, chinese_in, is_page, stored

DATA = Path(__file__).resolve().parents[1] / "data/exams"


def signed_in(user) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0"})
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def read_all(client, addresses, *, more=frozenset()) -> None:
    """Every address answers with a page, and no Chinese is left on it but data."""
    left, data = {}, stored() | more
    for address in addresses:
        answer = client.get(address)
        assert is_page(answer) and answer.status_code in (200, 422), (address, answer.status_code)
        if found := chinese_in(answer.content.decode(), data):
            left[address] = found
    assert left == {}


def cells(path: Path) -> set[str]:
    """Every text of a workbook, whole and word by word."""
    found = set()
    for sheet in openpyxl.load_workbook(path, read_only=True):
        found.add(sheet.title)
        for row in sheet.iter_rows(values_only=True):
            for text in filter(None, map(str, filter(None, row))):
                found |= {text, text.strip(), *text.split()}
    return {text for text in found if CHINESE.search(text)}


def test_bank_and_papers(exam):
    client = signed_in(exam.office)
    one = [exam.questions[stem].pk for stem in ("单选1", "判断1", "填空1", "案例1甲", "案例1乙")]
    kinds = ("single", "multiple", "judge", "blank", "case")
    paths = [
        "banks/law/",
        "banks/law/?kind=single&q=单选",
        "banks/law/import/",
        "banks/law/export/",
        "review/",
        "topics/",
    ]
    paths += [f"questions/{pk}/{rest}" for pk in one for rest in ("", "edit/")]
    paths += [f"banks/law/questions/new/?kind={kind}" for kind in kinds]
    paths += [f"papers/p1/{rest}" for rest in ("", "edit/", "copy/", "preview/?seed=7", "print/?seed=7")]
    read_all(client, [f"/exams/{path}" for path in paths])


def test_question_import(exam, django_capture_on_commit_callbacks):
    client = signed_in(exam.office)
    name = "question_bank_300.xlsx"
    file = SimpleUploadedFile(name, (DATA / name).read_bytes())
    with django_capture_on_commit_callbacks(execute=True):
        here = client.post(reverse("exams:bank_import", args=["law"]), {"file": file}).url
    shown = [here, *(f"{here}?action={action}" for action in ("accept", "fix", "review", "reject", "duplicate"))]
    read_all(client, shown, more=cells(DATA / name))


def test_a_sitting_and_its_rooms(exam):
    hall = Hall(exam)
    hall.people(*[exam.cast.east] * 3, first=300)
    hall.assign()
    seated = Registration.objects.filter(seat__isnull=False).first()
    here = f"/exams/sittings/{exam.sitting.code}/"
    paths = ["", "edit/", "duties/", "preflight/", "candidates/", "proposals/", "people/", "sheet/"]
    paths += ["rooms/", "rooms/assign/", "batches/new/", "batches/1/", f"batches/1/rooms/{hall.one.pk}/", "printables/"]
    paths += [f"seats/{seated.pk}/", f"candidates/{seated.pk}/withdraw/", "do/cancel/", "rehearsal/"]
    client = signed_in(exam.office)
    read_all(client, [here + path for path in paths])
    read_all(signed_in(exam.cast.user("clerk")), [here, here + "people/", here + "candidates/"])


@pytest.fixture
def live(cast):
    now = timezone.now()
    live = OpenSitting(cast, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=5), earliest_minutes=0)
    live.now = now
    return live


def test_the_console(live):
    attempts = [live.started(now=live.now, device="Windows · Chrome 120") for _n in range(5)]
    watcher = live.cast.user("invigilator")
    Duty.objects.create(sitting=live.live, user=watcher, kind=Duty.Kind.INVIGILATE)
    given = {"actor": watcher, "now": live.now}
    conduct.extend(attempts=attempts[:1], seconds=300, reason="设备故障", **given)
    conduct.pause(attempts=attempts[1:2], reason="身体不适", **given)
    conduct.force_hand_in(attempts=attempts[2:3], reason="违纪", **given)
    conduct.send_message(sitting=live.live, attempts=attempts[3:4], text="请坐好", **given)
    registration = Registration.objects.get(person=live.newcomer())
    conduct.record(sitting=live.live, registration=registration, kind="absent", text="", **given)
    here, client = f"/exams/consoles/{live.live.code}/", signed_in(watcher)
    rows = "".join(f"&r={attempt.entry.registration_id}" for attempt in attempts)
    asked = [f"{here}act/?act={act}{rows}" for act in console_acts.ACTS]
    read_all(client, ["/exams/consoles/", here, here + "log/", *asked])
    assert chinese_in(client.get(here + "live/").content.decode(), stored()) == []


def test_entering_taking_and_having_done(live):
    person = live.newcomer("江予白")
    client = signed_in(person.user)
    read_all(client, ["/exams/", "/exams/enter/live/"])
    page = client.post("/exams/enter/live/", {"position": "1"}).url
    read_all(client, [page, "/exams/enter/live/", "/exams/"])
    assert not CHINESE.search(client.get(page).content.decode().split('id="take-words"')[1].split("</template>")[0])
    attempt = live.started(now=live.now)
    hand_in(attempt, now=live.now)
    done = signed_in(attempt.user)
    read_all(done, [f"/exams/take/{attempt.pk}/", "/exams/enter/live/", "/exams/"])
    Sitting.objects.filter(pk=live.live.pk).update(late_minutes=1)
    read_all(signed_in(live.newcomer().user), ["/exams/enter/live/"])


@pytest.fixture
def sat(cast):
    return SatCast(cast)


def test_marking(sat):
    for answers in (RIGHT, {}, None):
        sat.sit(answers)
    marking.mark_closed(now=NOW)
    one, _two = sat.marker("m1"), sat.marker("m2")
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    codes = MarkingTask.objects.filter(marker=one).values_list("code", flat=True)
    read_all(signed_in(one), ["/exams/marking/", *(f"/exams/marking/{code}/" for code in codes)])
    read_all(signed_in(sat.office), ["/exams/sittings/c1/marking/"])


def test_results(sat):
    good, bad = sat.sit(PASSES, items=MACHINE), sat.sit(FAILS, items=MACHINE)
    sat.person()
    marking.mark_closed(now=NOW)
    office, here = signed_in(sat.office), "/exams/sittings/c1/"
    read_all(office, [here, here + "register/", here + "register/release/", here + "archive/", here + "analysis/1/"])
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    bad.entry.refresh_from_db()
    appeal = appeals.apply(actor=bad.user, now=NOW, entry=bad.entry, reason="请复核")
    paths = [
        "",
        "register/",
        "register/1/",
        "register/correct/",
        "appeals/",
        "candidates/",
        "archive/",
        "certificates/",
    ]
    read_all(office, [here + path for path in paths])
    read_all(office, [f"/exams/appeals/{appeal.pk}/", f"/exams/attempts/{bad.pk}/"])
    for attempt in (good, bad):
        read_all(signed_in(attempt.user), ["/exams/", "/exams/results/c1/", "/notices/", "/"])
    read_all(signed_in(good.user), ["/exams/results/c1/1/appeal/"])


def test_a_sheet_of_scores(sat):
    sat.make_sitting("off", "线下考试", sat.paper, online=False)
    name = "exam_scores_79.xlsx"
    client, file = signed_in(sat.office), SimpleUploadedFile(name, (DATA / name).read_bytes())
    answer = client.post("/exams/sittings/off/scores/", {"file": file})
    read_all(client, [answer.url, "/exams/sittings/off/scores/"], more=cells(DATA / name))


def test_analysis_and_challenges(exam):
    disputed = Disputed(exam, "A" * 8 + "B" * 8)
    one = disputed.challenge()
    here = "/exams/sittings/sx/"
    paths = ["analysis/1/", f"analysis/1/{disputed.version.pk}/", "challenges/", f"challenges/{one.pk}/"]
    assert KeyDecision.objects.count() == 1
    read_all(signed_in(exam.office), [here + path for path in paths])


def test_practice_and_mock_exams(exam):
    officer = exam.cast.user("officer")
    client, given = signed_in(officer), {"actor": officer, "now": NOW}
    run = practice.start_topic(**given, count=100)
    for at in range(len(run.items)):
        read_all(client, [f"/exams/practice/runs/{run.pk}/{at + 1}/"])
        practice.answer(**given, run=run, at=at, given=["A"])
        read_all(client, [f"/exams/practice/runs/{run.pk}/{at + 1}/"])
    practice.set_favourite(**given, question=exam.questions["单选1"], on=True)
    practice.finish(**given, run=run)
    paths = ["", "wrong/", "favourites/", "progress/", f"runs/{run.pk}/result/"]
    read_all(client, [f"/exams/practice/{path}" for path in paths])


def test_certificates_are_checked_in_english(exam):
    _batch, _room, certificate = exam.seat_and_certify(exam.cast.wang)
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    read_all(client, ["/verify/", f"/verify/{certificate.serial}/"])
    answer = client.get("/verify/AAAA-BBBB-CCCC-D/")
    assert chinese_in(answer.content.decode(), stored()) == []


@pytest.mark.parametrize("kind", sorted(printables.KINDS))
def test_printed_papers(exam, kind):
    _batch, _room, _certificate = exam.seat_and_certify(exam.cast.wang)
    signed_in(exam.office)
    wanted = printables.Wanted(sitting=exam.sitting.code, kind=kind)
    with translation.override("en"):
        job = printables.start_printing(actor=exam.office, now=NOW, wanted=wanted)
    job = jobs.run(job.pk)
    assert job.state == job.State.DONE, job.error
    text = text_of(printables.file_of(job, job.finished_at).read(), layout=False)
    data = {"".join(word.split()) for word in stored()}
    for known in sorted(data, key=len, reverse=True):
        text = "".join(text.split()).replace(known, "") if known else text
    assert CHINESE.findall(text.replace("＿", "")) == []
