"""Pages of sittings: who sees what of whom, every act by its form, and a constant number of queries."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from exams.models import Duty, ExamImport, Registration, Sitting
from portal.models import AuditEvent, Grant
from portal.sheets import read_book
from staffing.models import PostingKind
from staffing.queries import rosters_plan
from tests.cast import TODAY, make_person, make_posting
from tests.exams.test_registrations import sheet

State = Registration.State


@pytest.fixture
def soon(exam):
    """The exam's sitting, tomorrow by the real clock (pages go by it)."""
    Sitting.objects.update(opens_at=timezone.now() + timedelta(days=1), closes_at=timezone.now() + timedelta(days=2))
    exam.sitting.refresh_from_db()
    return exam


def url(name, *args):
    return reverse(f"exams:{name}", args=args or ["s1"])


def follow(client, *args, **kwargs):
    answer = client.post(*args, follow=True, **kwargs)
    return answer.content.decode()


FORM = {
    "title": "十二月考试",
    "online": "1",
    "opens_at": "2026-12-03T09:00",
    "closes_at": "2026-12-03T12:00",
    "late_minutes": "30",
    "earliest_minutes": "30",
    "grace_seconds": "20",
    "attempts_allowed": "1",
    "generate": "on",
    "by_unit": "on",
    "must_hours": "20",
    "must_certificate": "any",
    "grants": "enforce",
    "issuer": "示例县",
    "retakes": "1",
}


def test_the_office_makes_and_changes_a_sitting(soon):
    client = soon.cast.client("exam")
    data = {**FORM, "unit": soon.cast.bureau.pk, "paper_1": soon.paper.pk, "minutes_1": "60"}
    answer = client.post(reverse("exams:sitting_new"), data)
    made = Sitting.objects.get(title="十二月考试")
    assert answer.url == reverse("exams:sitting", args=[made.code]) and made.code == "20261203-1"
    assert timezone.localtime(made.opens_at).hour == 9 and len(made.entry_code) == 6 and made.must_hours == 20
    paper = made.papers.get()
    assert (paper.paper, paper.minutes, paper.pass_mark) == (soon.paper, 60, 60)
    page = client.get(reverse("exams:sitting_edit", args=[made.code])).content.decode()
    assert 'value="2026-12-03T09:00"' in page and "公共法律知识卷" in page
    changed = {**data, "title": "改名", "addresses": "10.9.8.7/33"}
    answer = client.post(reverse("exams:sitting_edit", args=[made.code]), changed)
    assert answer.status_code == 422 and "不是网络地址：10.9.8.7/33" in answer.content.decode()
    client.post(reverse("exams:sitting_edit", args=[made.code]), {**changed, "addresses": "10.9.8.7"})
    made.refresh_from_db()
    assert (made.title, made.addresses) == ("改名", "10.9.8.7") and made.papers.count() == 1


def test_an_open_sitting_offers_only_what_may_change(soon):
    Sitting.objects.update(state=Sitting.State.OPEN)
    page = soon.cast.client("exam").get(url("sitting_edit")).content.decode()
    assert 'name="entry_code"' in page and 'name="opens_at"' not in page and 'name="paper_1"' not in page


def test_a_draft_and_a_rehearsal_are_the_offices_own(soon):
    soon.make_sitting("d1", "草稿场次", soon.paper, state=Sitting.State.DRAFT)
    soon.make_sitting("r1", "演练场次甲", soon.paper, rehearsal=True)
    for role, status in (("exam", 200), ("clerk", 404), ("leader", 404)):
        client = soon.cast.client(role)
        assert client.get(url("sitting", "d1")).status_code == status
        assert client.get(url("sitting", "r1")).status_code == status
        assert client.get(url("sitting", "s1")).status_code == 200
        assert ("草稿场次" in client.get(reverse("exams:sittings") + "?state=all").content.decode()) == (status == 200)
    assert "演练场次甲" not in soon.cast.client("exam").get(reverse("exams:sittings") + "?state=all").content.decode()
    assert "演练场次甲" in soon.cast.client("exam").get(reverse("exams:sittings") + "?kind=rehearsal").content.decode()


def test_an_exam_office_elsewhere_does_not_reach_it(soon):
    Grant.objects.filter(user=soon.office).update(unit=soon.cast.west_town)
    client = soon.cast.client("exam")
    assert client.get(url("sitting_edit")).status_code == 404
    assert client.post(url("sitting_act", "s1", "cancel"), {"reason": "x"}).status_code == 404
    assert client.get(url("sitting")).status_code == 200
    assert "入场口令" not in client.get(url("sitting")).content.decode()


def test_a_squads_clerk_sees_and_touches_only_own_candidates(soon):
    cast = soon.cast
    mine = soon.candidate("钱东", 101)
    far = make_person("孙西", cast.west, 102)
    soon.register(far)
    client = cast.client("clerk")
    page = client.get(url("candidates")).content.decode()
    assert "钱东" in page and "孙西" not in page
    assert "孙西" not in client.get(url("register_people")).content.decode()
    row = Registration.objects.get(person=far)
    for name in ("registration_withdraw", "registration_back"):
        for method in (client.get, client.post):
            assert method(url(name, "s1", row.pk)).status_code == 404
    client.post(url("register_people"), {"pk": [cast.sun.pk]})
    assert not Registration.objects.filter(person=cast.sun).exists()
    own = Registration.objects.get(person=mine)
    client.post(url("registration_withdraw", "s1", own.pk), {"reason": "出差"})
    own.refresh_from_db()
    assert (own.state, own.reason) == (State.WITHDRAWN, "出差")
    client.post(url("registration_back", "s1", own.pk))
    own.refresh_from_db()
    assert own.state == State.APPROVED
    assert client.post(url("candidates_decide"), {"pk": [own.pk], "decision": "approve"}).status_code == 403
    book = client.post(url("candidates_export")).getvalue()
    assert book[:2] == b"PK" and AuditEvent.objects.get(action="export.made").data["rows"] == 1


def test_a_clerk_registers_from_the_list_and_reads_why_not(soon):
    person = make_person("钱新", soon.cast.east, 103)
    client = soon.cast.client("clerk")
    page = client.get(url("register_people")).content.decode()
    assert f'value="{person.pk}"' in page and "李" not in page and "编制性质为合同制" not in page
    page = client.get(url("register_people") + "?show=out").content.decode()
    assert "编制性质为合同制，不得参加" in page and "钱新" not in page
    assert f'value="{soon.cast.li.pk}"' not in page
    follow(client, url("register_people"), {"pk": [person.pk]})
    assert Registration.objects.get(person=person).made_by == soon.cast.user("clerk")
    assert "没有报名：编制性质为合同制" in follow(client, url("register_people"), {"pk": [soon.cast.li.pk]})


def test_the_list_counts_who_may_be_registered_who_is_and_who_may_not(soon):
    cast, client = soon.cast, soon.cast.client("clerk")
    new, refused, cheated = (make_person(f"钱{n}", cast.east, 120 + n) for n in range(3))
    soon.candidate("钱已", 130)
    soon.register(refused, state=State.REFUSED, reason="材料不齐")
    soon.register(cheated, state=State.WITHDRAWN, disqualified=True)

    def shown(who, show=None):
        answer = who.get(url("register_people"), {"show": show} if show else {})
        return {line.person: line for line in answer.context["lines"]}, {c.label: c.n for c in answer.context["counts"]}

    lines, counts = shown(client)
    assert new in lines and not {refused, cheated, cast.li} & lines.keys()
    assert counts["可报名"] == len(lines) and counts["已报名"] == 1
    assert counts["全部"] == counts["可报名"] + counts["已报名"] + counts["不符合"]
    out = shown(client, "out")[0]
    assert {refused, cheated, cast.li} <= out.keys()
    assert out[refused].reasons[0].startswith("报名未通过审核：材料不齐")
    assert out[cheated].reasons[0] == "已取消成绩，不能再报本场次"
    assert len(shown(client, "all")[0]) == counts["全部"] and shown(client, "x")[0].keys() == lines.keys()
    # What the office refused, the office may register again.
    assert refused in shown(cast.client("exam"))[0]


def test_too_many_people_are_asked_for_by_unit(soon, monkeypatch):
    monkeypatch.setattr("exams.views.registrations.MOST", 2)
    for n in range(3):
        make_person(f"钱{n}", soon.cast.east, 120 + n)
    client = soon.cast.client("clerk")
    assert "请先选择单位" in client.get(url("register_people")).content.decode()
    page = client.get(url("register_people") + "?q=T0121").content.decode()
    assert "钱1" in page and "请先选择单位" not in page


def test_bulk_decisions_and_their_reasons(soon):
    one, two = soon.candidate("钱一", 101), soon.candidate("钱二", 102)
    soon.register(soon.cast.li)
    Registration.objects.update(state=State.PENDING)
    client = soon.cast.client("exam")
    page = client.get(url("candidates") + "?state=pending").content.decode()
    assert "符合报考条件" in page and "合同制" in page
    ids = list(Registration.objects.values_list("pk", flat=True))
    told = follow(client, url("candidates_decide"), {"pk": ids, "decision": "approve"})
    assert "李春梅没有办理" in told
    assert set(Registration.objects.filter(state=State.APPROVED).values_list("person", flat=True)) == {one.pk, two.pk}
    assert "请填写不通过的原因" in follow(client, url("candidates_decide"), {"pk": ids, "decision": "refuse"})
    follow(client, url("candidates_decide"), {"pk": ids, "decision": "refuse", "reason": "材料不全"})
    assert set(Registration.objects.values_list("state", "reason")) == {(State.REFUSED, "材料不全")}


def test_the_sheet_goes_up_is_looked_at_and_committed(soon, monkeypatch):
    monkeypatch.setattr(rosters_plan, "read", lambda path, name: read_book(path, name=name))
    person = make_person("钱表", soon.cast.east, 104)
    client = soon.cast.client("clerk")
    assert client.get(url("registration_template")).content[:2] == b"PK"
    file = sheet(("钱表", "", person.staff_no, ""), ("无此人", "", "T9999", ""))
    file.name = "名单.xlsx"
    page = client.post(url("registration_sheet"), {"file": file}, follow=True).content.decode()
    assert "确认报名1人" in page and "未找到" in page
    imported = ExamImport.objects.get()
    assert soon.cast.client("squad_lead").get(url("registration_import", "s1", imported.pk)).status_code == 404
    assert soon.cast.client("exam").get(url("registration_import", "s1", imported.pk)).status_code == 200
    assert "已报名1人" in follow(client, url("registration_import", "s1", imported.pk))
    assert Registration.objects.get(person=person).way == "sheet"
    bad = io.BytesIO(b"")
    bad.name = "空.xlsx"
    assert client.post(url("registration_sheet"), {"file": bad}).status_code == 422


def test_an_officer_reads_the_verdict_before_applying(soon):
    client = soon.cast.client("officer")
    assert "由单位统一报名" in client.get(url("apply")).content.decode()
    Sitting.objects.update(by_self=True)
    assert "符合报考条件" in client.get(url("apply")).content.decode()
    assert "等待考务审核" in follow(client, url("apply"))
    assert Registration.objects.get().state == State.PENDING
    Registration.objects.all().delete()
    make_posting(soon.cast.wang, PostingKind.SECOND, soon.cast.water, TODAY)
    page = client.get(url("apply")).content.decode()
    assert "不符合报考条件" in page and "借调至示例县水利局" in page
    assert "没有报名：" in follow(client, url("apply")) and not Registration.objects.exists()
    for state in (Sitting.State.DRAFT,):
        Sitting.objects.update(state=state)
        assert client.get(url("apply")).status_code == 404


def test_proposals_are_taken_by_a_click(soon):
    person = soon.candidate("钱借", 101)
    make_posting(person, PostingKind.SECOND, soon.cast.water, TODAY)
    client = soon.cast.client("exam")
    page = client.get(url("proposals")).content.decode()
    row = Registration.objects.get()
    assert "借调至示例县水利局" in page and f'value="{row.pk}" checked' in page
    follow(client, url("proposals"), {"pk": [row.pk]})
    row.refresh_from_db()
    assert row.state == State.WITHDRAWN and "借调至示例县水利局" in row.reason
    assert "没有拟登记弃考的人" in client.get(url("proposals")).content.decode()


def test_duties_are_for_accounts_with_the_role(soon):
    client, cast = soon.cast.client("exam"), soon.cast
    page = client.get(url("duties")).content.decode()
    assert "测试invigilator" in page and "测试leader" not in page
    client.post(url("duties"), {"kind": "invigilate", "user": cast.user("invigilator").pk})
    answer = client.post(url("duties"), {"kind": "mark", "user": cast.user("invigilator").pk})
    assert answer.status_code == 422 and "没有阅卷的权限" in answer.content.decode()
    duty = Duty.objects.get()
    client.post(url("duty_drop", "s1", duty.pk))
    assert not Duty.objects.exists()


def test_from_registration_to_open_by_the_pages(soon):
    soon.candidate("钱一", 101)
    client = soon.cast.client("exam")
    assert client.get(url("sitting_act", "s1", "nonsense")).status_code == 404
    page = client.get(url("preflight")).content.decode()
    assert "报名尚未截止" in page and "还没有安排监考" in page and "act/open" not in page
    client.post(url("sitting_act", "s1", "arrange"))
    client.post(url("duties"), {"kind": "invigilate", "user": soon.cast.user("invigilator").pk})
    page = client.get(url("preflight")).content.decode()
    assert "检查通过，可以开放" in page and url("sitting_act", "s1", "open") in page
    panel = client.get(url("preflight_panel"), headers={"HX-Request": "true"}).content.decode()
    assert "请留意" in panel and "未就绪" not in panel and "<html" not in panel
    assert client.get(url("preflight_panel")).url == url("preflight")
    assert "自" in client.get(url("sitting_act", "s1", "open")).content.decode()
    client.post(url("sitting_act", "s1", "open"))
    soon.sitting.refresh_from_db()
    assert soon.sitting.state == Sitting.State.OPEN
    answer = client.post(url("sitting_act", "s1", "close"))
    assert answer.status_code == 422 and "考试时间未到" in answer.content.decode()


def test_a_rehearsal_is_made_and_its_clock_moved(soon):
    person = soon.candidate("钱练", 101)
    client = soon.cast.client("exam")
    answer = client.post(url("rehearsal"), {"numbers": "T0000"})
    assert answer.status_code == 422 and "没有找到：T0000" in answer.content.decode()
    client.post(url("rehearsal"), {"numbers": person.staff_no})
    copy = Sitting.objects.get(rehearsal=True)
    assert "到截止前1分钟" in client.get(url("sitting", copy.code)).content.decode()
    client.post(url("clock", copy.code), {"to": "open"})
    copy.refresh_from_db()
    assert copy.clock_skew > 80_000
    for junk in ({"to": "nowhere"}, {"step": "x"}, {"step": "9" * 12}):
        assert client.post(url("clock", copy.code), junk).status_code == 302
    before = copy.clock_skew
    client.post(url("clock"), {"to": "open"})
    soon.sitting.refresh_from_db()
    assert soon.sitting.clock_skew == 0 and before == copy.clock_skew


PAGES = ["sittings", "sitting", "candidates", "register_people", "proposals", "duties", "preflight"]


@pytest.mark.parametrize("size", [3, 60])
def test_pages_cost_the_same_whatever_the_number(soon, size, django_assert_max_num_queries):
    for n in range(size):
        soon.register(make_person(f"考生{n}", soon.cast.east, 300 + n))
        soon.make_sitting(f"x{n}", f"场次{n}", soon.paper)
    client = soon.cast.client("exam")
    most = {"preflight": 34}
    for name in PAGES:
        address = reverse("exams:sittings") if name == "sittings" else url(name)
        client.get(address)
        with django_assert_max_num_queries(most.get(name, 20)):
            assert client.get(address).status_code == 200
