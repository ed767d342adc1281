"""Pages of the ledger: a yearly sheet from upload to hours, and closing a year."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from courses.actions import hours_imports
from courses.models import LearningImport
from portal import audit
from portal.access import Access
from portal.actions.errors import Refused
from portal.models import AuditEvent, Grant, Role
from portal.sheets import read_book
from staffing.actions import hours
from staffing.actions.people_many import NewPerson, create_people
from staffing.models import HourCredit, HourYear, Leave, Person
from staffing.queries import facts, rosters_plan
from staffing.queries.hours_spans import standing_credit
from tests.cast import NOW, id_number

YEAR = 2025
STRANGER = id_number(date(1991, 4, 2), 21)
HEAD = ["姓名", "身份证号", "单位", "人员类别", "请假起", "请假止", "线下法治培训", "线上视频学习"]


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    """Sheets are read in this process; that the child process is asked is for the command's test."""
    monkeypatch.setattr(rosters_plan, "read", lambda path, name: read_book(path, name=name))


def workbook(*rows, title=f"{YEAR}年度学时台账") -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in ([title], HEAD, *rows):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def of(person, *hours_, unit=None, leave=(None, None)):
    return [person.name, person.id_number, unit, "执法人员", *leave, *hours_]


def send(client, data, year=YEAR):
    file = SimpleUploadedFile("台账.xlsx", data)
    return client.post(reverse("courses:hours_import"), {"year": year, "file": file})


def also(user, role, unit=None):
    Grant.objects.create(user=user, role=role, unit=unit, starts=NOW - timedelta(days=9))


def standing(person):
    return {
        kind: credit.hours if (credit := standing_credit(person, f"ledger:{YEAR}:{kind}")) else None
        for kind in ("lecture", "online")
    }


def test_from_upload_to_hours(cast, django_assert_max_num_queries):
    training = cast.client("training")
    by = {"actor": cast.user("training"), "now": timezone.now()}
    hours.credit_hours(
        **by, person=cast.sun, kind="online", hours=2, earned_on=date(YEAR, 5, 5), title="课", reason="补记"
    )
    data = workbook(
        of(cast.wang, 30, 20.5, leave=("2025-03-01", "2025-06-30")),
        of(cast.sun, 10, 10),
        of(cast.zhou, 10, "多"),
        ["钱多多", STRANGER, "北川镇综合行政执法队", "执法辅助人员", None, None, 12, 12],
    )
    answer = send(training, data)
    kept = LearningImport.objects.get()
    assert answer.url == reverse("courses:hours_import_preview", args=[kept.pk])
    assert kept.totals == {"accept": 1, "review": 2, "reject": 1, "skip": 0}
    with django_assert_max_num_queries(25):
        page = training.get(answer.url).content.decode()
    for words in ("没有2025-03-01至2025-06-30的请假", "已逐次记有2学时", "学时不是数字", "库中没有此人", "确认导入1行"):
        assert words in page, words
    assert cast.wang.id_number not in page and "同时登记库中没有的1人" not in page
    assert "没有这一类的行" in training.get(answer.url, {"action": "skip"}).content.decode()
    commit = reverse("courses:hours_import_commit", args=[kept.pk])
    assert "写入2025年度学时1行；待核2行、拒收1行不写入。" in training.get(commit).content.decode()
    assert not HourCredit.objects.filter(whole_year=True).exists()
    assert training.post(commit).status_code == 302
    assert standing(cast.wang) == {"lecture": 30, "online": Decimal("20.5")}
    entry = standing_credit(cast.wang, f"ledger:{YEAR}:online")
    assert entry.whole_year and entry.earned_on == date(YEAR, 12, 31) and "台账.xlsx" in entry.reason
    assert standing(cast.sun) == {"lecture": None, "online": None}
    assert training.get(commit).url == training.get(answer.url).url == reverse("courses:hours_import")
    assert "已导入" in training.get(reverse("courses:hours_import")).content.decode()

    # A corrected ledger replaces what the first one wrote, and only that.
    send(training, workbook(of(cast.wang, 30, 22)))
    again = LearningImport.objects.latest("pk")
    done = hours_imports.commit_upload(**by, kept=again)
    assert (done.rows, done.changed, done.credited) == (1, 1, 0) and standing(cast.wang)["online"] == 22
    assert hours_imports.commit_upload(**by, kept=again).rows == 0
    assert cast.wang.hour_credits.count() == 4
    send(training, workbook(of(cast.wang, 30, 22)))
    same = LearningImport.objects.latest("pk")
    assert same.totals["skip"] == 1
    assert training.post(reverse("courses:hours_import_discard", args=[same.pk])).status_code == 302
    hours_imports.discard(**by, kept=same)
    with pytest.raises(Refused, match="放弃"):
        hours_imports.commit_upload(**by, kept=same)
    assert AuditEvent.objects.filter(action="learning_import.discarded").count() == 1


def test_people_the_portal_does_not_know(cast):
    officer = cast.user("training")
    also(officer, Role.HR)
    client = cast.client("training")
    row = ["钱多多", STRANGER, "北川镇综合行政执法队", "执法辅助人员", "2025-03-01", "2025-06-30", 12, 12]
    answer = send(client, workbook(row))
    assert "同时登记库中没有的1人" in client.get(answer.url).content.decode()
    commit = reverse("courses:hours_import_commit", args=[LearningImport.objects.get().pk])
    assert client.post(commit).status_code == 422
    asked = client.get(f"{commit}?people=1").content.decode()
    assert "新增人员1人，新增单位2个：北川镇、北川镇综合行政执法队。" in asked
    assert client.post(f"{commit}?people=1").status_code == 302
    person = Person.objects.get(name="钱多多")
    held = person.memberships.get()
    assert (held.category, held.start, held.start_known) == ("auxiliary", date(YEAR, 1, 1), False)
    leave = Leave.objects.get(person=person)
    assert (leave.start, leave.end) == (date(2025, 3, 1), date(2025, 7, 1)) and standing(person)["online"] == 12


def test_people_are_registered_all_or_none(cast):
    by = {"actor": cast.user("training"), "now": timezone.now()}
    new = NewPerson("钱多多", cast.east, date(2025, 1, 1), STRANGER)
    before = Person.objects.count()
    for others, words in (
        ([new], "重复"),
        ([replace(new, id_number=cast.wang.id_number)], "已登记"),
        ([replace(new, id_number=STRANGER[:-1])], "18位"),
        ([replace(new, id_number="")], "为空"),
    ):
        with pytest.raises(Refused, match=words):
            create_people(**by, rows=[new, *others])
    assert Person.objects.count() == before
    (person,) = create_people(**by, rows=[new])
    assert (person.staff_no, person.birth_date, person.gender) == (f"Z{person.pk:07d}", date(1991, 4, 2), "男")
    assert Person.objects.get(pk=person.pk).id_number == STRANGER
    assert AuditEvent.objects.get(action="person.created").object_id == str(person.pk) and audit.verify().ok


def test_what_is_refused_before_anything_is_kept(cast):
    training = cast.client("training")
    for data, words in ((b"", "空"), (b"no workbook", "请"), (workbook()[:200], "请")):
        answer = send(training, data)
        assert answer.status_code == 422 and words in answer.content.decode()
    other = Workbook()
    other.active.append(["姓名", "单位"])
    out = io.BytesIO()
    other.save(out)
    assert "没有识别到学时台账" in send(training, out.getvalue()).content.decode()
    assert not LearningImport.objects.exists()
    answer = send(training, workbook(of(cast.wang, 1, 1), title="2024年度学时台账"))
    assert "表中写明2024年度，所选为2025年度" in training.get(answer.url).content.decode()
    kept = LearningImport.objects.get()
    assert training.post(reverse("courses:hours_import_commit", args=[kept.pk])).status_code == 422
    # Of somebody else's upload nothing is seen.
    stranger = cast.user("leader")
    also(stranger, Role.TRAINING)
    assert cast.client("leader").get(answer.url).status_code == 404


def test_only_own_people_in_a_smaller_office(cast):
    clerk = cast.user("clerk")
    also(clerk, Role.TRAINING, cast.east)
    client = cast.client("clerk")
    answer = send(client, workbook(of(cast.wang, 1, 1), of(cast.sun, 1, 1)))
    assert LearningImport.objects.get().totals == {"accept": 1, "review": 0, "reject": 1, "skip": 0}
    assert "不在您的管理范围内" in client.get(answer.url).content.decode()
    assert not Access(clerk).scope("hours.import").everywhere
    listed = client.get(reverse("courses:years"))
    assert listed.status_code == 200 and "这里只列您管理范围内的人员" in listed.content.decode()
    assert client.get(reverse("courses:year_close", args=[YEAR])).status_code == 404


def test_closing_a_year(cast, django_assert_max_num_queries):
    training = cast.client("training")
    by = {"actor": cast.user("training"), "now": datetime(2025, 12, 30, 2, tzinfo=UTC)}
    hours.credit_hours(**by, person=cast.wang, kind="lecture", hours=4, earned_on=date(YEAR, 5, 5), title="讲")
    years, close = reverse("courses:years"), reverse("courses:year_close", args=[YEAR])
    for year in (None, 2020):
        if year:
            HourCredit.objects.filter(pk=cast.wang.hour_credits.get().pk).update(year=year)
            facts.forget()
        # Cold facts and all; six years cost no more than two.
        with django_assert_max_num_queries(26):
            page = training.get(years).content.decode()
    assert page.count("待关账") == 6
    HourCredit.objects.update(year=YEAR)
    facts.forget()
    page = training.get(years).content.decode()
    assert "待关账" in page and "进行中" in page and close in page
    assert training.get(reverse("courses:year", args=[YEAR])).status_code == 404
    assert training.get(reverse("courses:year_close", args=[2001])).status_code == 404
    this = timezone.localdate().year
    assert "尚未结束" in training.get(reverse("courses:year_close", args=[this])).content.decode()
    assert training.post(reverse("courses:year_close", args=[this])).status_code == 422
    assert "应达标" in training.get(close).content.decode()
    assert training.post(close, {"reason": "报市局"}).status_code == 302
    closing = HourYear.objects.get()
    assert (closing.year, closing.note, closing.closed_by) == (YEAR, "报市局", cast.user("training"))
    assert training.get(close).url == reverse("courses:year", args=[YEAR])

    later = {"actor": cast.user("training"), "now": timezone.now()}
    hours.credit_hours(
        **later, person=cast.sun, kind="external", hours=3, earned_on=date(YEAR, 6, 6), title="外训", reason="补交证书"
    )
    kept = send(training, workbook(of(cast.zhou, 5, 0)))
    assert "已关账" in training.get(kept.url).content.decode()
    commit = reverse("courses:hours_import_commit", args=[LearningImport.objects.get().pk])
    assert training.post(commit).status_code == 422
    assert training.post(commit, {"reason": "漏报"}).status_code == 302
    with django_assert_max_num_queries(30):
        page = training.get(reverse("courses:year", args=[YEAR]), {"show": "changed"}).content.decode()
    for words in ("补交证书", "漏报", cast.sun.name, cast.zhou.name, "+3", "+5"):
        assert words in page, words
    assert cast.wang.name not in page
    shown = training.get(reverse("courses:year", args=[YEAR])).content.decode()
    assert cast.wang.name in shown and "报市局" in shown
    assert "没有这一类人员" in training.get(reverse("courses:year", args=[YEAR]), {"show": "met"}).content.decode()


def test_addresses_of_nothing(cast):
    training = cast.client("training")
    for number in (0, 7, 10**30):
        for name in ("hours_import_preview", "hours_import_commit", "year", "year_close"):
            assert training.get(reverse(f"courses:{name}", args=[number])).status_code == 404, name
