"""Claims for hours earned elsewhere: handed in with evidence, decided by the office, credited day by day."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from courses.actions import claims as actions
from courses.actions.claims import Claimed
from courses.models import HourClaim
from courses.rules import claims as rules
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from staffing.models import HourCredit, HourSpan
from staffing.rules.params import Params
from tests.cast import NOW

ZONE = ZoneInfo("Asia/Shanghai")
NOTE = "旁听了一起行政处罚案件的庭审，争点是送达程序是否合法。" * 2


def at(day, hour, minute=0, month=10):
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def paper(name="结业证书.pdf", data=b"%PDF-1.7 test"):
    return SimpleUploadedFile(name, data)


def training(began=None, ended=None, hours="4.0", **more):
    values = {"kind": "external", "title": "全市行政复议业务培训", "organiser": "示例市司法局", **more}
    return Claimed(began=began or at(12, 14), ended=ended or at(12, 17), hours_asked=Decimal(hours), **values)


def make(cast, claimed=None, evidence=None):
    return actions.make_claim(
        actor=cast.user("officer"),
        now=NOW,
        person=cast.wang,
        claimed=claimed or training(),
        evidence=[paper()] if evidence is None else evidence,
    )


def decide(cast, claim, state, **given):
    return actions.decide_claim(actor=cast.user("training"), now=NOW, claim=claim, state=state, **given)


def test_days_of_a_claim():
    assert rules.days_of(at(12, 14), at(12, 17)) == ((at(12, 14), at(12, 17)),)
    days = rules.days_of(at(12, 9), at(14, 17))
    assert days == tuple((at(day, 9), at(day, 17)) for day in (12, 13, 14))
    for began, ended in ((at(12, 14), at(12, 14)), (at(12, 14), at(13, 9)), (at(1, 9, month=8), at(12, 17))):
        with pytest.raises(ValueError):
            rules.days_of(began, ended)


def test_what_a_claim_can_be_worth():
    params, one = Params(), rules.days_of(at(12, 14), at(12, 17))
    assert rules.most_hours("external", one, params) == 4
    assert rules.most_hours("court", one, params) == params.hours_court
    assert rules.most_hours("teaching", one, params) == 8
    three = rules.days_of(at(12, 8), at(14, 18))
    # Ten hours are 13 学时; a day counts for 8 at most.
    assert rules.most_hours("external", three, params) == 24
    parts = rules.by_day("external", Fraction(19), three, params)
    assert [hours for _span, hours in parts] == [8, 8, 3]


def test_a_claim_becomes_hours(cast):
    claim = make(cast)
    assert claim.state == "submitted" and claim.files.count() == 1
    # Pressing twice is one claim.
    assert make(cast) == claim and HourClaim.objects.count() == 1
    done = decide(cast, claim, "approved", hours_given="3.5")
    credit = done.credit
    assert (credit.hours, credit.kind, credit.source) == (Decimal("3.5"), "external", f"claim:{claim.pk}")
    assert HourSpan.objects.get(credit=credit).start == claim.began
    assert Notice.objects.get(recipient=cast.user("officer")).text == "学时申报已认定：全市行政复议业务培训，3.5学时。"
    assert decide(cast, claim, "approved", hours_given="3.5").credit == credit
    assert HourCredit.objects.count() == 1
    with pytest.raises(Refused, match="不能审核"):
        decide(cast, claim, "refused", reason="重复")
    with pytest.raises(Refused, match="不能撤回"):
        actions.withdraw_claim(actor=cast.user("officer"), now=NOW, claim=claim)
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"claim.made", "claim.decided", "hours.credited"}


def test_several_days_count_day_by_day(cast):
    claim = make(cast, training(at(12, 8), at(14, 18), "20"))
    decide(cast, claim, "approved", hours_given="20")
    rows = HourCredit.objects.order_by("earned_on")
    assert [(row.earned_on.day, row.hours) for row in rows] == [(12, 8), (13, 8), (14, 4)]


def test_the_same_minutes_never_earn_twice(cast):
    decide(cast, make(cast), "approved", hours_given="4")
    again = make(cast, training(at(12, 15), at(12, 18), title="另一场培训"))
    with pytest.raises(Refused) as refused:
        decide(cast, again, "approved", hours_given="4")
    assert refused.value.field == "hours_given"
    again.refresh_from_db()
    assert again.state == "submitted" and HourCredit.objects.count() == 1
    decide(cast, again, "approved", hours_given="1")
    assert HourCredit.objects.count() == 2


@pytest.mark.parametrize(
    ("claimed", "evidence", "words"),
    [
        (training(kind="online"), None, "请选择申报类别"),
        (training(title=" "), None, "请填写学习内容"),
        (training(began=at(12, 18)), None, "结束须晚于开始"),
        (training(at(1, 9, month=11), at(2, 17, month=11)), None, "不能晚于现在"),
        (training(hours="4.5"), None, "最多折合4学时"),
        (training(hours="0.3"), None, "0.5的倍数"),
        (training(hours="NaN"), None, "0.5的倍数"),
        (training(), [], "请上传证明材料"),
        (training(), [paper("a.exe", b"MZ")], "不是PDF"),
        (training(), [paper("a.pdf", b"<html>")], "不是PDF"),
        (training(), [paper()] * 6, "最多5个文件"),
        (training(kind="court", hours="4.0"), [], "不少于50字"),
        (training(at(12, 9), at(13, 17), kind="court", hours="4.0", note=NOTE), [], "按次申报"),
        (training(kind="court", hours="4.5", note=NOTE), [], "每次最多认定4学时"),
    ],
)
def test_what_is_refused(cast, claimed, evidence, words):
    with pytest.raises(Refused, match=words):
        make(cast, claimed, evidence)
    assert not HourClaim.objects.exists()


def test_nobody_claims_for_others_or_decides_their_own(cast):
    with pytest.raises(Refused, match="本人"):
        actions.make_claim(actor=cast.user("officer"), now=NOW, person=cast.sun, claimed=training(), evidence=[paper()])
    claim = make(cast)
    with pytest.raises(Refused, match="不能审核本人"):
        actions.decide_claim(actor=cast.user("officer"), now=NOW, claim=claim, state="refused", reason="无")
    with pytest.raises(Refused, match="只能撤回本人"):
        actions.withdraw_claim(actor=cast.user("training"), now=NOW, claim=claim)


def test_a_returned_claim_is_completed(cast):
    claim = make(cast)
    with pytest.raises(Refused, match="请写明原因"):
        decide(cast, claim, "returned")
    decide(cast, claim, "returned", reason="请补交结业证书")
    old = claim.files.get()
    actor = cast.user("officer")
    changed = actions.change_claim(
        actor=actor, now=NOW, claim=claim, claimed=training(hours="2"), evidence=[paper("b.pdf")], drop=[old.pk]
    )
    assert changed.state == "submitted" and [row.name for row in changed.files.all()] == ["b.pdf"]
    with pytest.raises(Refused, match="不能修改"):
        actions.change_claim(actor=actor, now=NOW, claim=claim, claimed=training(), evidence=[])
    assert actions.withdraw_claim(actor=actor, now=NOW, claim=claim).state == "withdrawn"
    assert actions.withdraw_claim(actor=actor, now=NOW, claim=claim).state == "withdrawn"


def test_pages_of_the_learner(cast):
    client = cast.client("officer")
    form = {
        "kind": "court",
        "title": "旁听某行政处罚案",
        "began": "2026-10-12T14:00",
        "ended": "2026-10-12T16:00",
        "hours_asked": "4",
        "note": "太短",
    }
    url = reverse("courses:claim_new")
    answer = client.post(url, form)
    assert answer.status_code == 422 and "不少于50字" in answer.content.decode()
    assert (
        client.post(url, form | {"note": NOTE, "evidence": [paper(), paper("b.png", b"\x89PNG\r\n\x1a\n")]}).status_code
        == 302
    )
    claim = HourClaim.objects.get()
    assert claim.files.count() == 2
    assert "旁听某行政处罚案" in client.get(reverse("courses:claims")).content.decode()
    page = reverse("courses:claim", args=[claim.pk])
    assert "撤回申报" in client.get(page).content.decode()
    got = client.get(reverse("courses:claim_file", args=[claim.pk, claim.files.first().pk]))
    assert b"".join(got.streaming_content) == b"%PDF-1.7 test"
    assert got["Content-Disposition"].startswith("attachment") and "no-store" in got["Cache-Control"]
    assert not AuditEvent.objects.filter(action="claim.file_read").exists()
    decide(cast, claim, "returned", reason="请写明案号")
    text = client.get(page).content.decode()
    assert "请写明案号" in text and "重新提交" in text
    assert client.post(page, form | {"note": NOTE}).status_code == 302
    assert client.post(reverse("courses:claim_withdraw", args=[claim.pk])).status_code == 302
    claim.refresh_from_db()
    assert claim.state == "withdrawn"
    # Another learner's claim does not exist.
    other = HourClaim.objects.create(
        person=cast.sun, kind="external", title="x", began=at(1, 9), ended=at(1, 10), hours_asked=1, made_at=NOW
    )
    for name in ("claim", "claim_withdraw"):
        assert client.get(reverse(f"courses:{name}", args=[other.pk])).status_code == 404


def test_pages_of_the_office(cast, django_assert_max_num_queries):
    claim = make(cast)
    client = cast.client("training")
    url = reverse("courses:claims_office")
    assert "王晓东" in client.get(url).content.decode()
    assert "王晓东" not in client.get(url + "?state=approved").content.decode()
    page = reverse("courses:claim_decide", args=[claim.pk])
    assert "最多4学时" in client.get(page).content.decode()
    got = client.get(reverse("courses:claim_evidence", args=[claim.pk, claim.files.get().pk]))
    assert got.status_code == 200
    assert AuditEvent.objects.get(action="claim.file_read").data["file"] == "结业证书.pdf"
    answer = client.post(page, {"state": "approved", "hours_given": "9"})
    assert answer.status_code == 422 and "最多折合4学时" in answer.content.decode()
    assert client.post(page, {"state": "approved", "hours_given": "4"}).status_code == 302
    assert "4" in client.get(page).content.decode()
    for n in range(12):
        make(cast, training(at(1, 9) + timedelta(hours=n), at(1, 10) + timedelta(hours=n), "1", title=f"培训{n}"))
        if n in (1, 11):
            with django_assert_max_num_queries(11):
                client.get(url)


def test_a_claim_shows_what_was_earned_in_its_time(cast):
    decide(cast, make(cast), "approved", hours_given="4")
    again = make(cast, training(at(12, 15), at(12, 18), title="另一场培训"))
    text = cast.client("training").get(reverse("courses:claim_decide", args=[again.pk])).content.decode()
    assert "这些时间已经计过学时" in text and "全市行政复议业务培训" in text
