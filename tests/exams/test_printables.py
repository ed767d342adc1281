"""Papers of an exam day: what they say, who gets them, embedded fonts, one file for all by a job."""

import io
import re
import shutil
import subprocess
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pypdf import PdfReader

from exams.actions import printables, registrations
from exams.actions.certificates import revoke_certificate
from exams.actions.printables import Wanted
from exams.models import ConductEvent, Entry, Registration, Sitting
from exams.queries import rooms
from portal import jobs
from portal.actions.errors import Refused
from portal.models import AuditEvent, Job
from tests.cast import NOW, make_person
from tests.exams.test_certificates import certify
from tests.exams.test_rooms import Hall, begin


@pytest.fixture
def hall(exam):
    return Hall(exam)


def text_of(body: bytes, *, layout=True) -> str:
    assert body[:5] == b"%PDF-"
    if shutil.which("pdftotext"):
        options = ["-layout"] if layout else []
        done = subprocess.run(["pdftotext", *options, "-", "-"], input=body, capture_output=True, check=True)
        return done.stdout.decode()
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def pages_of(body: bytes) -> int:
    return len(PdfReader(io.BytesIO(body)).pages)


def in_one_line(text: str) -> str:
    return re.sub(r"\s+", "", text)


def printed(hall, kind, **values):
    """The job run here and now: (job, text, pages)."""
    wanted = Wanted(sitting=hall.sitting.code, kind=kind, **values)
    job = printables.start_printing(actor=hall.office, now=NOW, wanted=wanted)
    job = jobs.run(job.pk)
    assert job.state == Job.State.DONE, job.error
    body = printables.file_of(job, job.finished_at).read()
    return job, in_one_line(text_of(body)), pages_of(body)


def download(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    assert answer["Content-Type"] == "application/pdf" and answer["Cache-Control"] == "no-store, private"
    return answer.content


# --- tickets ----------------------------------------------------------------------------------------------------------


def test_a_ticket_says_where_and_when(hall):
    cast = hall.exam.cast
    hall.site.directions = "3路车到党校站"
    hall.site.save()
    registration = hall.exam.register(cast.wang)
    hall.put(registration, 4)
    body = download(cast.client("officer"), f"/exams/tickets/{registration.pk}/")
    text = in_one_line(text_of(body))
    for shown in (
        "执法资格考试",
        "准考证",
        "王晓东",
        cast.wang.id_masked,
        registration.exam_no,
        "东江镇综合行政执法队",
        "县委党校人民路1号",
        "3路车到党校站",
        "第1考场4号",
        "第1批",
        "2026-11-03",
        "公共法律知识卷（60分钟）",
        "照片",
        "开考30分钟后不得入场",
    ):
        assert shown in text, shown
    assert cast.wang.id_number not in text and "内部资料" not in text
    assert pages_of(body) == 1


def test_fonts_are_embedded_subsets_and_the_page_is_a4(hall):
    registration = hall.exam.register(make_person("䶮明", hall.exam.cast.east, 400))
    body = download(hall.exam.cast.client("exam"), f"/exams/tickets/{registration.pk}/")
    page = PdfReader(io.BytesIO(body)).pages[0]
    assert [round(side) for side in page.mediabox[2:]] == [595, 842]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    drawn = [font for font in fonts if "+" in font["/BaseFont"]]
    assert drawn and all("/FontFile2" in font["/FontDescriptor"] for font in drawn)
    assert "䶮明" in in_one_line(text_of(body))


def test_without_a_seat_the_sittings_window_counts(hall):
    registration = hall.exam.register(hall.exam.cast.wang)
    text = in_one_line(text_of(download(hall.exam.cast.client("officer"), f"/exams/tickets/{registration.pk}/")))
    assert "在线考试，请按通知在指定地点登录平台。" in text and "第1批" not in text


def test_whose_ticket_is_whose(hall):
    cast = hall.exam.cast
    own = hall.exam.register(cast.wang)
    colleague = hall.exam.register(make_person("同队人", cast.east, 401))
    far = hall.exam.register(cast.sun)
    officer = cast.client("officer")
    assert officer.get(f"/exams/tickets/{own.pk}/").status_code == 200
    assert officer.get(f"/exams/tickets/{colleague.pk}/").status_code == 404
    for role in ("clerk", "squad_lead"):
        client = cast.client(role)
        assert client.get(f"/exams/tickets/{colleague.pk}/").status_code == 200
        assert client.get(f"/exams/tickets/{far.pk}/").status_code == 404
    assert cast.client("leader").get(f"/exams/tickets/{own.pk}/").status_code == 403
    assert Client().get(f"/exams/tickets/{own.pk}/").status_code == 302


def test_only_what_others_print_is_audited(hall):
    cast = hall.exam.cast
    own = hall.exam.register(cast.wang)
    cast.client("officer").get(f"/exams/tickets/{own.pk}/")
    assert not AuditEvent.objects.filter(action="export.made").exists()
    cast.client("exam").get(f"/exams/tickets/{own.pk}/")
    assert AuditEvent.objects.get(action="export.made").data["what"] == "tickets"


@pytest.mark.parametrize("state", [Registration.State.PENDING, Registration.State.WITHDRAWN])
def test_no_ticket_without_approval(hall, state):
    registration = hall.exam.register(hall.exam.cast.wang, state=state)
    assert hall.exam.cast.client("officer").get(f"/exams/tickets/{registration.pk}/").status_code == 404


# --- a sitting's papers -----------------------------------------------------------------------------------------------


@pytest.fixture
def seated(hall):
    cast = hall.exam.cast
    hall.people(*[cast.east, cast.west] * 5)
    hall.assign(seed=1)
    return hall


def test_all_tickets_in_one_file(seated, monkeypatch):
    monkeypatch.setattr(printables, "CHUNK", 4)
    job, text, pages = printed(seated, "tickets")
    assert pages == 10 and all(f"考生{number}" in text for number in range(100, 110))
    assert (job.done, job.total) == (10, 10)
    assert "10页" in job.result["label"] and job.result["name"].startswith("准考证_执法资格考试_")
    event = AuditEvent.objects.get(action="export.made")
    assert (event.data["what"], event.data["rows"]) == ("tickets", 10)
    _job, _text, pages = printed(seated, "tickets", batch=1, room=seated.two.pk)
    assert pages == 4


def test_sign_in_sheets(seated):
    _job, text, pages = printed(seated, "sign_in")
    assert pages == 2 and "应到6人" in text and "应到4人" in text and "监考员签名" in text
    assert "990***" in text and "县委党校第1考场" in text
    _job, text, pages = printed(seated, "sign_in", batch=1, room=seated.one.pk)
    assert pages == 1 and "第2考场" not in text


def test_seat_plan_and_door_notice(seated):
    _job, text, pages = printed(seated, "seat_plan")
    assert pages == 2 and "讲台" in text and "考生100" in text
    _job, text, pages = printed(seated, "door")
    assert pages == 2 and "考生6人" in text and "准考证号" in text and "考生100" not in text
    assert "内部资料" not in text


def test_who_withdrew_leaves_the_seat_and_every_sheet(seated):
    gone = Registration.objects.get(seat__room=seated.one, seat__number=1)
    name, by = gone.person.name, {"actor": seated.office, "now": NOW}
    registrations.withdraw(registration=gone, reason="出差", **by)
    for kind in ("tickets", "sign_in", "seat_plan", "door", "incident"):
        text = printed(seated, kind)[1]
        assert name not in text and gone.exam_no not in text, kind
    assert "应到5人" in printed(seated, "sign_in")[1]
    with pytest.raises(Refused, match="没有准考证"):
        printables.make_ticket(registration=Registration.objects.select_related("sitting").get(pk=gone.pk), **by)
    # Taken back in time, it is the old seat; else the first who needs one gets it.
    registrations.take_back(registration=gone, **by)
    assert name in printed(seated, "sign_in")[1]
    registrations.withdraw(registration=gone, reason="出差", **by)
    (late,) = seated.people(seated.exam.cast.west, first=300)
    assert seated.assign().seated == 1
    assert (late.seat.room, late.seat.number) == (seated.one, 1) and not hasattr(
        Registration.objects.get(pk=gone.pk), "seat"
    )
    registrations.take_back(registration=gone, **by)
    assert "还有1人未排座。" in rooms.problems(seated.sitting)


def test_a_room_with_only_who_withdrew_may_leave_its_batch(seated):
    for row in Registration.objects.filter(seat__room=seated.two):
        registrations.withdraw(actor=seated.office, now=NOW, registration=row, reason="出差")
    assert seated.add_batch(batch=seated.batch, rooms=[seated.one]).rooms.count() == 1


def test_the_incident_sheet_has_blanks_before_and_figures_after(seated):
    _job, text, _pages = printed(seated, "incident", batch=1, room=seated.one.pk)
    assert text.count("＿＿") >= 4 and "缺考、违纪、作弊及其他异常情况" in text
    here = list(Registration.objects.filter(seat__room=seated.one).select_related("person"))
    begin(here[0])
    Entry.objects.create(registration=here[1], paper=seated.sitting.papers.get(), sat=True)
    said = {"sitting": seated.sitting, "at": NOW, "actor": seated.office}
    ConductEvent.objects.create(registration=here[0], kind="violation", text="携带手机", **said)
    ConductEvent.objects.create(registration=here[1], kind="cheated", text="抄袭", **said)
    wrong = ConductEvent.objects.create(registration=here[2], kind="cheated", text="误登", **said)
    ConductEvent.objects.create(registration=here[2], kind="cleared", data={"event": wrong.pk}, **said)
    seated.state(Sitting.State.CLOSED)
    _job, text, _pages = printed(seated, "incident", batch=1, room=seated.one.pk)
    assert "携带手机" in text and "抄袭" in text and "误登" not in text and here[0].person.name in text
    from exams.queries.printables import figures_of, rooms_of

    (paper,) = rooms_of(seated.sitting, 1, seated.one.pk)
    figures, told = figures_of(paper)
    assert (figures.due, figures.sat, figures.absent, figures.violations, figures.cheated) == (6, 2, 4, 1, 1)
    assert [row.text for row in told] == ["携带手机", "抄袭"]


def test_the_change_form_is_blank(hall):
    _job, text, pages = printed(hall, "change_form")
    assert pages == 1 and "信息变更申请表" in text and "申请变更为" in text and "执法资格考试" in text


def test_nothing_to_print_is_said_before_a_job_starts(hall):
    for kind, why in {
        "tickets": "还没有审核通过的考生",
        "sign_in": "还没有考生排座",
        "certificates": "还没有合格证明",
    }.items():
        with pytest.raises(Refused, match=why):
            printables.start_printing(actor=hall.office, now=NOW, wanted=Wanted(hall.sitting.code, kind))
    with pytest.raises(Refused, match="不在您的管理范围内"):
        printables.start_printing(
            actor=hall.exam.cast.user("hr"), now=NOW, wanted=Wanted(hall.sitting.code, "change_form")
        )
    assert not Job.objects.exists()


def test_a_cancelled_job_leaves_no_file(seated, monkeypatch):
    monkeypatch.setattr(printables, "CHUNK", 2)
    drawn = []
    plain = printables.pdf.render

    def render(template, context):
        drawn.append(template)
        if len(drawn) == 2:
            jobs.cancel(actor=seated.office, now=NOW, job_id=job.pk)
        return plain(template, context)

    monkeypatch.setattr(printables.pdf, "render", render)
    monkeypatch.setattr(jobs, "WRITE_EVERY", 0)
    wanted = Wanted(sitting="s1", kind="tickets")
    job = printables.start_printing(actor=seated.office, now=NOW, wanted=wanted)
    job = jobs.run(job.pk)
    assert job.state == Job.State.CANCELLED and len(drawn) < 5
    assert "file" not in job.result and not AuditEvent.objects.filter(action="export.made").exists()


def test_the_page_starts_a_job_and_only_its_owner_gets_the_file(seated, django_capture_on_commit_callbacks):
    cast = seated.exam.cast
    client = cast.client("exam")
    page = client.get("/exams/sittings/s1/printables/").content.decode()
    assert "准考证" in page and "第1批 第2考场" in page
    with django_capture_on_commit_callbacks(execute=True):
        place = f"1-{seated.two.pk}"
        answer = client.post("/exams/sittings/s1/printables/", {"kind": "tickets", "place": place})
    job = Job.objects.get()
    assert answer.url == f"/jobs/{job.pk}/" and job.state == Job.State.DONE
    assert "下载PDF（4页，24小时内有效）" in client.get(answer.url).content.decode()
    answer = client.get(job.result["url"])
    assert answer.status_code == 200 and pages_of(b"".join(answer.streaming_content)) == 4
    assert "已完成" in client.get("/exams/sittings/s1/printables/").content.decode()
    other = cast.account("exam2")
    from portal.models import Grant, Role

    Grant.objects.create(user=other, role=Role.EXAM, starts=NOW.replace(year=2021))
    stranger = Client()
    stranger.force_login(other, backend="portal.backends.LockoutBackend")
    assert stranger.get(job.result["url"]).status_code == 404
    Job.objects.update(finished_at=job.finished_at - timedelta(hours=25))
    assert client.get(job.result["url"]).status_code == 404
    assert printables.forget_old(job.finished_at) == 1
    refused = client.post("/exams/sittings/s1/printables/", {"kind": "certificates"})
    assert refused.status_code == 422 and "还没有合格证明" in refused.content.decode()


def test_files_lie_sealed(seated):
    from django.core.files.storage import storages

    job, _text, _pages = printed(seated, "tickets")
    assert b"%PDF" not in storages["private"].open(job.result["file"]).read()[:100]


# --- certificates -----------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(exam):
    certificate = certify(exam, exam.cast.wang, issued=date(2026, 12, 1), until=date(2029, 12, 1))
    Entry.objects.create(
        registration=certificate.registration, paper=exam.sitting.papers.get(), score=Decimal("87.50"), passed=True
    )
    return certificate


def test_a_certificate_is_no_enforcement_card(exam, certificate):
    address = f"/exams/certificates/{certificate.serial}/pdf/"
    body = download(exam.cast.client("officer"), address)
    text = in_one_line(text_of(body))
    for shown in (
        "合格证明",
        certificate.serial,
        "王晓东",
        exam.cast.wang.id_masked,
        "执法资格考试",
        "示例县综合行政执法局",
        "2026年12月1日",
        "有效期至2029年12月1日",
        "本证明不是行政执法证件",
        f"/verify/{certificate.serial}/",
    ):
        assert shown in text, shown
    assert "87.5" not in text and pages_of(body) == 1
    images = PdfReader(io.BytesIO(body)).pages[0].images
    assert len(images) == 1
    assert "87.5分" in in_one_line(text_of(download(exam.cast.client("officer"), f"{address}?scores=1")))


def test_the_qr_code_is_the_address_of_the_check(certificate, settings):
    import segno

    from exams.queries.printables import verify_address
    from portal import qr

    settings.WAGTAILADMIN_BASE_URL = "https://portal.example.gov.cn/"
    address = verify_address(certificate.serial)
    assert address == f"https://portal.example.gov.cn/verify/{certificate.serial}/"
    assert qr.png_uri(address) == segno.make(address, error="m", micro=False, mask=2).png_data_uri(scale=8, border=0)


def test_whose_certificate_is_whose(exam, certificate):
    address = f"/exams/certificates/{certificate.serial}/pdf/"
    far = certify(exam, exam.cast.sun)
    assert exam.cast.client("officer").get(f"/exams/certificates/{far.serial}/pdf/").status_code == 404
    assert exam.cast.client("clerk").get(address).status_code == 200
    assert exam.cast.client("clerk").get(f"/exams/certificates/{far.serial}/pdf/").status_code == 404
    assert exam.cast.client("officer").get("/exams/certificates/nothing/pdf/").status_code == 404
    revoke_certificate(actor=exam.office, now=NOW, certificate=certificate, reason="替考")
    answer = exam.cast.client("officer").get(address)
    assert answer.status_code == 403 and "已撤销，不能打印" in answer.content.decode()


def test_a_sittings_certificates_in_one_file_without_revoked_ones(hall):
    cast = hall.exam.cast
    for person in (cast.wang, cast.sun):
        certify(hall.exam, person)
    gone = certify(hall.exam, cast.zhao, state="revoked")
    _job, text, pages = printed(hall, "certificates", scores=True)
    assert pages == 2 and "王晓东" in text and "孙海燕" in text and gone.serial not in text
