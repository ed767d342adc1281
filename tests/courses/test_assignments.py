"""Assignments: whom they mean, how far those are, who is told."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.actions import assignments as actions
from courses.actions.enrolments import enrol
from courses.models import Assignment, Attendance, DrillRun, Enrolment
from courses.queries import assignments as queries
from courses.rules import assigning as rules
from courses.rules.assigning import Place, Target
from portal.access import EVERYWHERE, Scope
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from tests.cast import NOW, TODAY

words = st.lists(st.sampled_from(["队长", "法制员", "科长"]), max_size=2).map(tuple)
paths = st.lists(st.sampled_from(["0001", "00010001", "00010002", "000100020001"]), max_size=2).map(tuple)
places = st.lists(st.sampled_from(["00010001", "000100020001"]), min_size=1, max_size=2).map(tuple)
kinds = st.lists(st.sampled_from(["officer", "auxiliary"]), max_size=2).map(tuple)


@given(paths, kinds, words, places, st.sampled_from(["officer", "auxiliary"]), st.text(max_size=4))
def test_each_condition_only_narrows(roots, categories, positions, where, category, position):
    place, target = Place(where, category, position), Target(roots, categories, positions)
    assert Target().means(place)
    if target.means(place):
        assert Target((), categories, positions).means(place) and Target(roots).means(place)
        assert not categories or category in categories


def test_words_of_positions():
    assert rules.position_words("队长、法制员, 队长；科长") == ("队长", "法制员", "科长")
    assert rules.position_words(" 、") == ()


def assign(learning, page=None, **given):
    return actions.assign(actor=learning.training, now=NOW, page=page or learning.course, **given)


@pytest.mark.django_db
def test_whom_an_assignment_means(learning):
    cast = learning.cast

    def meant(**given):
        progress = queries.progress_of(assign(learning, **given), EVERYWHERE, TODAY)
        return {pk for people in progress.people.values() for pk in people}

    everybody = {p.pk for p in (cast.chen, cast.zhao, cast.zhou, cast.wu, cast.wang, cast.li, cast.sun)}
    assert meant() == everybody
    # 赵立诚 is deployed to the squad: his post and the place he works at both count.
    assert meant(units=[cast.east]) == {cast.wang.pk, cast.li.pk, cast.zhao.pk}
    assert meant(units=[cast.bureau]) == {cast.chen.pk, cast.zhao.pk, cast.zhou.pk}
    assert meant(units=[cast.east], categories=["officer"]) == {cast.wang.pk, cast.zhao.pk}
    assert meant(positions="队长、政工") == {cast.wang.pk, cast.chen.pk}
    inside = queries.progress_of(assign(learning), Scope(paths=(cast.west.path,)), TODAY)
    assert [inside.total, inside.todo, inside.done] == [1, 1, 0]
    # The same again is the same; another day is another.
    assert assign(learning).pk == assign(learning).pk != assign(learning, due=TODAY).pk


@pytest.mark.django_db
def test_what_is_refused(learning):
    cast, course = learning.cast, learning.course

    def refused(words, **given):
        with pytest.raises(Refused, match=words):
            assign(learning, **given)

    refused("不能早于今天", due=TODAY - timedelta(days=1))
    refused("没有找到人员", units=[cast.south])
    refused("请选择单位", scope=Scope(paths=(cast.east.path,)))
    refused("不在您的管理范围", units=[cast.west], scope=Scope(paths=(cast.east.path,)))
    refused("人员类别", categories=["nobody"])
    refused("只能布置", page=learning.series_page)
    course.unpublish()
    refused("只能布置", page=course)
    assert not Assignment.objects.exists()


@pytest.mark.django_db
def test_telling_reminding_and_taking_back(learning):
    row = assign(learning, due=date(2026, 11, 30), reason="新法")
    notices = Notice.objects.filter(recipient=learning.officer)
    assert (
        notices.get().text == "请于2026-11-30前学完《行政处罚证据规则》。" and notices.get().url == learning.course.url
    )
    remind = {"actor": learning.training, "now": NOW, "assignment": row, "scope": EVERYWHERE}
    assert actions.remind(**remind) == 7 == actions.remind(**remind)
    assert notices.count() == 2
    enrol(actor=learning.officer, now=NOW, person=learning.wang, course=learning.course)
    Enrolment.objects.update(completed_at=NOW)
    assert actions.remind(**remind) == 6
    narrow = {
        "actor": learning.training,
        "now": NOW,
        "assignment": row,
        "scope": Scope(paths=(learning.cast.east.path,)),
    }
    with pytest.raises(Refused, match="管理范围以外"):
        actions.withdraw(**narrow, reason="x")
    whole = {"actor": learning.training, "now": NOW, "assignment": row}
    with pytest.raises(Refused, match="撤销原因"):
        actions.withdraw(**whole, reason=" ")
    assert (
        actions.withdraw(**whole, reason="重复").withdrawn_at
        == NOW
        == actions.withdraw(**whole, reason="重复").withdrawn_at
    )
    with pytest.raises(Refused, match="已撤销"):
        actions.remind(**remind)
    seen = AuditEvent.objects.filter(action__startswith="assignment.").values_list("action", flat=True)
    assert sorted(seen) == [f"assignment.{word}" for word in ("made", "reminded", "reminded", "reminded", "withdrawn")]
    assert queries.assigned_to(learning.wang, 2026, TODAY) == []


@pytest.mark.django_db
def test_what_one_person_has_to_study(learning, django_assert_max_num_queries):
    assign(learning, due=date(2026, 11, 30))
    assign(learning, required=False, due=date(2026, 11, 5))
    assign(learning, learning.lecture, units=[learning.cast.east])
    assign(learning, learning.drill, required=False)
    assign(learning, learning.case, units=[learning.cast.west])
    with django_assert_max_num_queries(6):
        found = queries.assigned_to(learning.wang, 2026, TODAY)
    assert [(one.title, one.required, one.state, one.days) for one in found] == [
        ("行政处罚证据规则", True, "todo", 28),
        ("先审后决", True, "todo", None),
        ("听证申请的五个工作日", False, "todo", None),
    ]
    run = {"person": learning.wang, "drill": learning.drill, "year": 2026, "frozen": {}, "scene": "1"}
    DrillRun.objects.create(**run, started_at=NOW)
    there = {"session": learning.session, "person": learning.wang, "unit": learning.cast.east, "way": "scan"}
    Attendance.objects.create(**there, state="present", hours=3, recorded_at=NOW)
    late = queries.assigned_to(learning.wang, 2026, date(2026, 12, 2))
    assert [(one.title, one.state, one.overdue) for one in late] == [
        ("行政处罚证据规则", "todo", True),
        ("听证申请的五个工作日", "started", False),
        ("先审后决", "done", False),
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
def test_the_office_pages(learning, django_assert_max_num_queries):
    training = learning.client("training")
    new = "/learning/office/assignments/new/"
    assert "行政处罚证据规则" in training.get(f"{new}?q=证据").content.decode()
    form = training.get(f"{new}?page={learning.course.pk}").content.decode()
    assert "布置学习：行政处罚证据规则" in form and form.count("btn btn-primary") == 1
    bad = training.post(f"{new}?page={learning.course.pk}", {"required": "1", "due": "2026-01-01"})
    assert bad.status_code == 422 and "不能早于今天" in bad.content.decode()
    asked = {"required": "1", "due": "2026-11-30", "units": [learning.cast.east.pk], "categories": ["officer"]}
    answer = training.post(f"{new}?page={learning.course.pk}", asked)
    row = Assignment.objects.get()
    assert answer.url == f"/learning/office/assignments/{row.pk}/"
    with django_assert_max_num_queries(20):
        text = training.get(answer.url).content.decode()
    assert "王晓东" in text and "李春梅" not in text and "提醒未学完的2人" in text and "2026-11-30前学完" in text
    assert "王晓东" not in training.get(f"{answer.url}?state=done").content.decode()
    assert "赵立诚" not in training.get(f"{answer.url}?q=王").content.decode()
    assert training.post(f"{answer.url}remind/").status_code == 302
    with django_assert_max_num_queries(20):
        listing = training.get("/learning/office/assignments/").content.decode()
    assert "行政处罚证据规则" in listing and "东江镇综合行政执法队" in listing

    # Who looks after others sees nothing of it; the squad's own lead does.
    for name, status in (("squad_lead", 200), ("town", 200), ("hr", 200)):
        assert learning.client(name).get(answer.url).status_code == status
    learning.cast.accounts["west"] = learning.cast.account("west", "squad_lead", learning.cast.west)
    west = learning.client("west")
    assert west.get(answer.url).status_code == 404
    assert "行政处罚证据规则" not in west.get("/learning/office/assignments/").content.decode()
    assert learning.client("squad_lead").post(f"{answer.url}withdraw/", {"reason": "x"}).status_code == 403
    assert learning.client().get(answer.url).status_code == 403

    assert "撤销任务" in training.get(f"{answer.url}withdraw/").content.decode()
    assert training.post(f"{answer.url}withdraw/", {"reason": ""}).status_code == 422
    assert training.post(f"{answer.url}withdraw/", {"reason": "重复布置"}).status_code == 302
    text = training.get(answer.url).content.decode()
    assert "已撤销" in text and "提醒未学完" not in text

    for n in range(12):
        assign(learning, learning.case, due=TODAY + timedelta(days=n))
    with django_assert_max_num_queries(20):
        training.get("/learning/office/assignments/")
