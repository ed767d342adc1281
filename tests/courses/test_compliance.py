"""学时达标: staffing's own figures with the pace, the people behind them, workbook, reminder, transcript, home."""

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pypdf
import pytest
from django.urls import reverse

from courses.queries import compliance as queries
from portal.access import EVERYWHERE
from portal.models import AuditEvent, Notice
from staffing.models import HourCredit
from staffing.queries import facts
from staffing.queries.gaps import Desk
from staffing.queries.hours_report import hour_report
from staffing.queries.people_of import MISSING
from staffing.queries.standing import hours_of
from tests.cast import NOW, TODAY


def earn(person, hours, day=date(2026, 3, 2), kind="lecture"):
    made = HourCredit.objects.create(
        person=person,
        kind=kind,
        hours=Decimal(hours),
        earned_on=day,
        year=day.year,
        title="集中培训",
        source=f"t:{kind}:{day}",
        recorded_at=NOW,
    )
    facts.forget()
    return made


@pytest.fixture
def now(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    return NOW


@pytest.fixture
def year(cast, now):
    """王 has met the target, 赵 keeps pace with 52 of 60, 周 has 8; nobody else has anything."""
    for n in range(8):
        earn(cast.wang, 8, date(2026, 2, 2) + timedelta(days=n))
    for n in range(6):
        earn(cast.zhao, 8, date(2026, 4, 6) + timedelta(days=n))
    earn(cast.zhao, 4, date(2026, 4, 20))
    earn(cast.zhou, 8)
    return cast


def test_the_figures_are_staffings_own(year):
    desk = Desk(None, TODAY, scope=EVERYWHERE)
    board, report = queries.board(desk), hour_report(None, 2026, TODAY, scope=EVERYWHERE)
    assert (board.whole.figure.due, board.whole.figure.met) == (report.due, report.met)
    assert float(board.whole.missing) == sum(line.missing for line in report.lines)
    names = [line.person.name for line in queries.facts(desk, queries.people(desk, queries.BEHIND))]
    assert board.whole.behind == len(names)
    assert "周文彬" in names and "王晓东" not in names and "赵立诚" not in names
    for line in queries.facts(desk, queries.people(desk, MISSING)):
        own = hours_of(line.person.id, TODAY)
        assert (line.counted, line.missing, line.target) == (own.counted, own.missing, own.target)
        assert not line.met and line.forecast is not None
    with pytest.raises(KeyError):
        queries.people(desk, "nobody")


def test_the_table_opens_its_people(year, django_assert_max_num_queries):
    client = year.client("training")
    url, people = reverse("courses:compliance"), reverse("courses:compliance_people")
    text = client.get(url).content.decode()
    assert "学时达标" in text and "预计不能达标" in text and "东江镇" in text and "提醒未达标人员" in text
    for address, most in ((url, 16), (people, 16)):
        client.get(address)
        with django_assert_max_num_queries(most):
            client.get(address)
    text = client.get(people + "?side=behind").content.decode()
    assert "周文彬" in text and "追不上" in text and "赵立诚" not in text
    assert "赵立诚" in client.get(people + "?q=赵").content.decode()
    assert client.get(people + "?side=x").status_code == 404
    # On another day the same page tells of that day, and reminds nobody.
    old = client.get(url + "?as_of=2025-12-31").content.decode()
    assert "2025年学时达标" in old and "提醒未达标人员" not in old
    lead = year.client("squad_lead")
    text = lead.get(people + "?side=denominator").content.decode()
    assert "王晓东" in text and "周文彬" not in text
    assert lead.get(people, {"unit": year.west.code}).status_code == 404


def test_the_workbook_has_units_and_people(year):
    answer = year.client("training").get(reverse("courses:compliance_export") + "?side=missing")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["单位", "人员"]
    rows = list(book["人员"].iter_rows(min_row=3, values_only=True))
    desk = Desk(None, TODAY, scope=EVERYWHERE)
    assert len(rows) == queries.board(desk).whole.figure.short
    zhou = next(row for row in rows if row[1] == "周文彬")
    assert zhou[2].count("*") and zhou[5:9] == (60, 8, 0, 52) and zhou[-1] == "不能达标"
    event = AuditEvent.objects.get(action="export.made")
    assert (event.data["what"], event.data["rows"]) == ("hours.compliance", len(rows))


def test_a_reminder_goes_once_a_day(year):
    client, url = year.client("training"), reverse("courses:remind")
    year.zhou.user = year.user("legal")
    year.zhou.save(update_fields=["user"])
    assert "每人收到一条站内通知" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    notice = Notice.objects.get(recipient=year.user("legal"))
    assert notice.text == "2026年学时还差52，请于12月31日前学完。" and notice.url == "/learning/"
    assert not Notice.objects.filter(recipient=year.user("officer")).exists()
    text = client.post(url, follow=True).content.decode()
    assert "已提醒0人，今天已提醒过1人" in text and "没有账号，请另行通知" in text
    assert Notice.objects.count() == 1 and AuditEvent.objects.filter(action="hours.reminded").count() == 1
    assert "只能按今天的数字提醒" in client.post(url + "?as_of=2025-12-31").content.decode()
    assert "只提醒学时不足的人员" in client.post(url + "?side=numerator").content.decode()


def test_transcripts(year):
    own = year.client("officer").get(reverse("courses:transcript"))
    text = pypdf.PdfReader(io.BytesIO(own.content)).pages[0].extract_text()
    assert "王晓东" in text and "学习档案" in text and "集中培训" in text and "64" in text
    assert year.wang.id_number not in text and "990**" in text
    assert not AuditEvent.objects.filter(action="transcript.made").exists()
    lead = year.client("squad_lead")
    assert lead.get(reverse("courses:person_transcript", args=[year.wang.pk])).status_code == 200
    assert AuditEvent.objects.get(action="transcript.made").data["years"] == [2026]
    assert lead.get(reverse("courses:person_transcript", args=[year.sun.pk])).status_code == 404


def test_home_says_who_falls_behind(year, django_assert_max_num_queries):
    client = year.client("training")
    client.get("/")
    with django_assert_max_num_queries(20):
        text = client.get("/").content.decode()
    assert "追不上60学时" in text
    menu = year.client("officer").get("/").content.decode()
    assert 'href="/learning/"' in menu and "学习" in menu
