"""The public check, the command, and taking a certificate back: never a wrong 有效, never more than is needed."""

import json
import random
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from exams.actions.certificates import revoke_certificate
from exams.models import PassCertificate
from exams.queries.certificates import look_up, masked_name
from exams.rules.serials import ALPHABET, new_serial
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from staffing.models import QualificationKind, QualificationState
from tests.cast import NOW, TODAY, make_qualification


def certify(exam, person, *, serial=None, issued=date(2026, 10, 1), until=date(2029, 10, 1), **fields):
    """A certificate as a release would have made it; ``person`` is registered when that is not yet so."""
    registration = exam.sitting.registrations.filter(person=person).first() or exam.register(person)
    return PassCertificate.objects.create(
        serial=serial or new_serial(),
        registration=registration,
        person=person,
        title=exam.sitting.title,
        issuer=exam.sitting.issuer,
        issued_on=issued,
        valid_until=until,
        **fields,
    )


@pytest.fixture
def certificate(exam):
    return certify(exam, exam.cast.wang)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("exams.views.certificates.timezone.localdate", lambda *args: TODAY)


def page(code, client=None, **headers):
    return (client or Client()).get(f"/verify/{code}/", **headers)


def test_a_stranger_sees_standing_and_no_more(exam, certificate):
    answer = page(certificate.serial)
    text = answer.content.decode()
    assert answer.status_code == 200
    for shown in (
        "有效",
        "王*",
        "执法资格考试",
        "2026-10-01",
        "2029-10-01",
        "示例县综合行政执法局",
        "本证不是行政执法证",
    ):
        assert shown in text, shown
    person = exam.cast.wang
    unit = certificate.registration.unit.name
    for hidden in (person.name, person.id_masked, person.staff_no, unit, certificate.registration.exam_no):
        assert hidden not in text, hidden
    assert "noindex" in answer["X-Robots-Tag"] and 'content="noindex"' in text
    assert answer["Cache-Control"] == "no-store"
    assert "内部资料" not in text


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "valid"),
        ({"until": None}, "valid"),
        ({"until": TODAY}, "valid"),
        ({"until": TODAY - timedelta(days=1)}, "expired"),
        ({"state": "revoked", "revoked_on": TODAY}, "revoked"),
        ({"until": TODAY - timedelta(days=1), "state": "revoked", "revoked_on": TODAY}, "revoked"),
    ],
)
def test_states(exam, fields, state):
    found = look_up(certify(exam, exam.cast.wang, **fields).serial.lower(), TODAY)
    assert (found.state, found.found, found.valid) == (state, True, state == "valid")


def test_what_is_not_there_and_what_cannot_be_look_the_same(certificate):
    texts = []
    for code in (new_serial(), "HG7K-3M2P-9QXT-0", "x", "王晓东", "' OR 1=1 --"):
        answer = page(code)
        text = answer.content.decode()
        assert answer.status_code == 200 and "没有查到此编号，请逐字核对。" in text
        assert "有效期" not in text and "王*" not in text
        texts.append(text.split("没有查到")[0].count("<"))
    assert len(set(texts)) == 1


def test_the_form_takes_what_people_type(certificate):
    client = Client()
    assert "请输入证书编号或扫码" in client.get("/verify/").content.decode()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in certificate.serial)
    for typed in (
        certificate.serial.lower(),
        certificate.serial.replace("-", " "),
        wide,
        f"https://portal.example.gov.cn/verify/{certificate.serial}/",
    ):
        answer = client.get("/verify/", {"code": typed})
        assert (answer.status_code, answer.headers.get("Location")) == (302, f"/verify/{certificate.serial}/"), typed
    assert "请输入证书编号或扫码" in client.get("/verify/", {"code": " "}).content.decode()
    assert "没有查到" in client.get("/verify/", {"code": "HG7K"}).content.decode()
    assert client.post("/verify/", {"code": "x"}).status_code == 405


def test_what_cannot_be_a_serial_costs_no_query(certificate, django_assert_num_queries):
    with django_assert_num_queries(0):
        look_up("HG7K-3M2P-9QXT-0", TODAY)
    with django_assert_num_queries(1):
        look_up(new_serial(), TODAY)


def test_five_thousand_forged_edited_and_revoked_certificates(exam):
    rng = random.Random(2026)
    real = [certify(exam, person) for person in (exam.cast.wang, exam.cast.sun, exam.cast.zhao)]
    gone = certify(exam, exam.cast.zhou, state="revoked", revoked_on=TODAY)
    tried, accepted = 0, []
    while tried < 5000:
        plain = rng.choice(real).serial.replace("-", "")
        way = tried % 5
        if way == 0:
            code = new_serial()
        elif way == 1:
            place = rng.randrange(13)
            code = plain[:place] + rng.choice(ALPHABET.replace(plain[place], "")) + plain[place + 1 :]
        elif way == 2:
            one, two = rng.sample(range(13), 2)
            swapped = list(plain)
            swapped[one], swapped[two] = swapped[two], swapped[one]
            code = "".join(swapped)
            if code == plain:
                continue
        elif way == 3:
            code = "".join(rng.choices(ALPHABET, k=13))
        else:
            code = gone.serial
        tried += 1
        if look_up(code, TODAY).valid:
            accepted.append(code)
    assert accepted == []
    assert all(look_up(certificate.serial, TODAY).valid for certificate in real)


def test_trying_numbers_is_slowed_down_by_address(certificate, monkeypatch):
    monkeypatch.setattr("exams.views.certificates.timezone.now", lambda: NOW)
    client = Client()
    for _ in range(60):
        assert page(certificate.serial, client).status_code == 200
    answer = page(certificate.serial, client)
    text = answer.content.decode()
    assert answer.status_code == 429 and answer["Retry-After"] == "60"
    assert "查询过于频繁，请一分钟后再试。" in text and "王*" not in text
    assert page(certificate.serial, client, REMOTE_ADDR="10.0.0.9").status_code == 200
    assert client.get("/verify/").status_code == 200
    monkeypatch.setattr("exams.views.certificates.timezone.now", lambda: NOW + timedelta(minutes=1))
    assert page(certificate.serial, client).status_code == 200


def test_names_are_masked():
    assert [masked_name(name) for name in ("张三", "欧阳文彬", "䶮", "")] == ["张*", "欧*", "䶮*", ""]


def run(code, *options):
    out = StringIO()
    try:
        call_command("verify_certificate", code, *options, stdout=out)
        status = 0
    except SystemExit as stop:
        status = stop.code
    return status, out.getvalue()


def test_the_command_tells_programs(exam):
    certificate = certify(exam, exam.cast.wang, until=None)
    status, out = run(certificate.serial.lower(), "--json")
    assert status == 0
    assert json.loads(out) == {
        "code": certificate.serial,
        "found": True,
        "state": "valid",
        "name": "王*",
        "title": "执法资格考试",
        "issued_on": "2026-10-01",
        "valid_until": None,
        "issuer": "示例县综合行政执法局",
        "revoked_on": None,
    }
    revoke_certificate(actor=exam.office, now=NOW, certificate=certificate, reason="成绩更正")
    status, out = run(certificate.serial, "--json")
    assert (status, json.loads(out)["state"], json.loads(out)["revoked_on"]) == (1, "revoked", "2026-11-02")
    status, out = run("HG7K-3M2P-9QXT-0", "--json")
    assert (status, json.loads(out)["found"], json.loads(out)["name"]) == (1, False, "")
    assert "已撤销" in run(certificate.serial)[1]
    assert "没有查到" in run("nonsense")[1]


# --- revoking ---------------------------------------------------------------------------------------------------------


def test_revoking_takes_the_qualification_back(exam):
    person = exam.cast.wang
    qualification = make_qualification(person, QualificationKind.ENFORCE, issued=date(2026, 10, 1))
    certificate = certify(exam, person, qualification=qualification)
    for _ in range(2):
        revoke_certificate(actor=exam.office, now=NOW, certificate=certificate, reason="替考")
    certificate.refresh_from_db()
    assert (certificate.state, certificate.revoked_on, certificate.revoked_reason) == ("revoked", TODAY, "替考")
    last = qualification.statuses.latest("start")
    assert (last.state, last.start) == (QualificationState.REVOKED, TODAY)
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions.count("certificate.revoked") == actions.count("qualification.state") == 1
    assert Notice.objects.get(recipient=person.user).text.startswith(f"您的合格证明{certificate.serial}已撤销")


def test_what_was_given_today_ends_tomorrow(exam):
    person = exam.cast.wang
    qualification = make_qualification(person, QualificationKind.ENFORCE, issued=TODAY)
    certificate = certify(exam, person, qualification=qualification)
    revoke_certificate(actor=exam.office, now=NOW, certificate=certificate, reason="替考")
    last = qualification.statuses.latest("start")
    assert (last.state, last.start) == (QualificationState.REVOKED, TODAY + timedelta(days=1))
    assert not look_up(certificate.serial, TODAY).valid


def test_a_refusal_of_the_ledger_leaves_everything_as_it_was(exam):
    person = exam.cast.wang
    qualification = make_qualification(person, QualificationKind.ENFORCE, issued=TODAY + timedelta(days=5))
    certificate = certify(exam, person, qualification=qualification)
    before = AuditEvent.objects.count()
    with pytest.raises(Refused):
        revoke_certificate(actor=exam.office, now=NOW, certificate=certificate, reason="替考")
    certificate.refresh_from_db()
    assert certificate.state == "valid" and AuditEvent.objects.count() == before
    with pytest.raises(Refused, match="请填写撤销原因"):
        revoke_certificate(actor=exam.office, now=NOW, certificate=certificate, reason=" ")


def test_a_cancelled_qualification_stays_cancelled(exam):
    person = exam.cast.wang
    qualification = make_qualification(person, QualificationKind.ENFORCE, issued=date(2026, 10, 1))
    qualification.statuses.update(state=QualificationState.CANCELLED)
    certificate = certify(exam, person, qualification=qualification)
    revoke_certificate(actor=exam.office, now=NOW, certificate=certificate, reason="替考")
    assert qualification.statuses.count() == 1


def test_the_office_revokes_on_a_page(exam, certificate):
    client = exam.cast.client("exam")
    listed = client.get("/exams/sittings/s1/certificates/").content.decode()
    assert certificate.serial in listed and "王晓东" in listed and "有效" in listed
    address = f"/exams/certificates/{certificate.serial}/revoke/"
    asked = client.get(address).content.decode()
    assert "撤销后不能恢复" in asked and 'name="reason"' in asked
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "替考"}).status_code == 302
    listed = client.get("/exams/sittings/s1/certificates/").content.decode()
    assert "已撤销" in listed and "替考" in listed and address not in listed
    assert "已撤销" in page(certificate.serial).content.decode()
    assert "替考" not in page(certificate.serial).content.decode()
    assert exam.cast.client("hr").post(address, {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("size", [1, 4])
def test_the_list_takes_a_constant_number_of_queries(exam, size, django_assert_max_num_queries):
    for person in (exam.cast.wang, exam.cast.sun, exam.cast.zhao, exam.cast.zhou)[:size]:
        certify(exam, person)
    client = exam.cast.client("exam")
    client.get("/exams/sittings/s1/certificates/")
    with django_assert_max_num_queries(12):
        assert client.get("/exams/sittings/s1/certificates/").status_code == 200
    found = client.get("/exams/sittings/s1/certificates/", {"q": "王晓"}).content.decode()
    assert "王晓东" in found and "孙海燕" not in found
