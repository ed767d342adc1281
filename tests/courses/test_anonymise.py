"""The checklist before a case is published, and what follows from a lost one."""

from datetime import timedelta

import pytest

from courses.actions.anonymise import confirm
from courses.actions.case_follow import Quiz, follow_up
from courses.models import Assignment, CaseOrigin, CasePage, LessonPage, SectionPage
from courses.models.pages_cases import PublishRefused
from courses.queries import anonymise, cases_office
from courses.queries.faults import faults_of
from portal.access import EVERYWHERE
from portal.actions.errors import Refused
from portal.models import AuditEvent
from tests.courses.made import NOW, SECOND, judgement, text

DUE = (NOW + timedelta(days=20)).date()


def draft(learning, words="当事人赵立诚驾驶浙C·12345，张三丰在东江镇到场。", **fields):
    """A case that names people and a plate; saved, never published."""
    page = CasePage(
        title="无证清运案",
        slug="qingyun",
        steps=[text("facts", "案情", words), text("outcome", "结果", "撤销。")],
        **fields,
    )
    SectionPage.objects.get(holds="cases").add_child(instance=page)
    page.save_revision()
    return page


def test_a_case_is_not_published_before_every_finding_is_settled(learning):
    page = draft(learning)
    assert not CasePage.objects.get(pk=page.pk).live
    with pytest.raises(PublishRefused, match="脱敏检查发现3处"):
        anonymise.draft_of(page.pk).get_latest_revision().publish()
    address, client = f"/learning/office/cases/{page.pk}/check/", learning.client("editor")
    shown = client.get(address).content.decode()
    for part in ("赵立诚", "浙C·12345", "东江镇", "人名", "车牌号", "改为“张某”", "去编辑"):
        assert part in shown, part
    report = anonymise.report_of(anonymise.draft_of(page.pk))
    keys = [line.finding.key for line in report.lines]
    answer = client.post(address, {"digest": report.digest, "confirmed": keys[:2]})
    assert answer.status_code == 422 and "还有1处没有确认" in answer.content.decode()
    given = {"actor": learning.editor, "now": NOW, "case": page}
    with pytest.raises(Refused, match="文字有改动"):
        confirm(digest="0" * 64, confirmed=keys, **given)
    assert client.post(address, {"digest": report.digest, "confirmed": keys}).status_code == 302
    confirm(digest=report.digest, confirmed=keys, **given)
    assert AuditEvent.objects.filter(action="case.anonymised").count() == 1
    newest = anonymise.draft_of(page.pk)
    assert newest.checked["by"] == learning.editor.pk and newest.checked["confirmed"] == keys
    assert not faults_of(newest) and "可以发布" in client.get(address).content.decode()
    # A word more, and it has to be looked at again.
    newest.summary = "另有孙海燕在场"
    newest.save_revision()
    with pytest.raises(PublishRefused, match="文字有改动"):
        newest.get_latest_revision().publish()
    newest = anonymise.draft_of(page.pk)
    report = anonymise.report_of(newest)
    assert report.stale and len(report.lines) == 4
    confirm(digest=report.digest, confirmed=[line.finding.key for line in report.lines], **given)
    anonymise.draft_of(page.pk).get_latest_revision().publish()
    assert CasePage.objects.get(pk=page.pk).live and learning.client().get("/study/cases/qingyun/").status_code == 200
    assert (
        learning.client().get(address).status_code == 403
        and client.get("/learning/office/cases/0/check/").status_code == 404
    )


def test_other_faults_of_a_case_are_named(learning):
    wrong = judgement(SECOND, "判断", "问题", "对", "错")
    for choice in wrong["value"]["choices"]:
        choice["value"]["right"] = False
    page = CasePage(title="空", slug="kong", steps=[text("facts", "案情", "甲公司。"), wrong])
    assert faults_of(page) == ["第2步是判断题，没有标明哪个选项与结果一致。", "最后一步是判断题，后面应有处理结果。"]
    assert faults_of(CasePage(title="空", slug="kong")) == ["案例还没有步骤，请先填写。"]
    assert faults_of(learning.course) == [] and faults_of(learning.case) == []


def test_the_editor_is_refused_in_the_cms_and_told_where_to_look(learning):
    page = draft(learning)
    client = learning.client("editor")
    edit = client.get(f"/cms/pages/{page.pk}/edit/")
    assert edit.status_code == 200 and f"/learning/office/cases/{page.pk}/check/" in edit.content.decode()


def test_from_a_lost_case_to_a_lesson_a_quiz_and_the_squads(learning, django_assert_max_num_queries):
    cast, case = learning.cast, learning.case
    CasePage.objects.filter(pk=case.pk).update(origin=CaseOrigin.LOST, unit=cast.east)
    client = learning.client("training")
    assert "1件纠错、败诉或评查案例还没有布置" in client.get("/learning/office/cases/").content.decode()
    address = f"/learning/office/cases/{case.pk}/"
    page = client.get(address).content.decode()
    assert "东江镇综合行政执法队" in page and "本年还没有布置" in page
    assert client.post(address, {"due": ""}).status_code == 422
    form = {
        "units": [cast.east.pk],
        "due": "2099-01-01",
        "reason": "复议败诉",
        "quiz_topic": learning.exam.hearing.pk,
        "quiz_count": "2",
        "quiz_pass": "80",
    }
    assert client.post(address, form).status_code == 302
    made = Assignment.objects.get()
    assert made.page_id == case.pk and [unit.pk for unit in made.units.all()] == [cast.east.pk]
    case.refresh_from_db()
    assert (case.quiz_count, case.quiz_pass) == (2, 80) and case.get_latest_revision_as_object().quiz_pass == 80
    assert client.post(address, form).status_code == 302
    assert Assignment.objects.count() == 1
    # Through a course: the case is a lesson of it, once, with the quiz; the course is what must be taken.
    given = {
        "actor": learning.training,
        "now": NOW,
        "case": case,
        "units": [cast.east],
        "due": DUE,
        "scope": EVERYWHERE,
        "course": learning.course,
        "quiz": Quiz(learning.exam.hearing, 2, 60),
    }
    first, second = follow_up(**given), follow_up(**given)
    assert first.lesson == second.lesson and first.assignment == second.assignment
    lesson = LessonPage.objects.get(case=case)
    assert lesson.live and lesson.quiz_count == 2 and lesson.get_parent().pk == learning.course.pk
    assert AuditEvent.objects.filter(action="case.followed").exists()
    with django_assert_max_num_queries(20) as few:
        page = client.get("/learning/office/cases/").content.decode()
    assert "均已布置学习" in page
    line = next(line for line in cases_office.office_list(2026) if line.case.pk == case.pk)
    assert line.lessons == 1 and line.quiz and line.assigned
    for n in range(5):
        more = CasePage(title=f"另一案{n}", slug=f"lingyi{n}", unit=cast.west)
        SectionPage.objects.get(holds="cases").add_child(instance=more)
    with django_assert_max_num_queries(len(few)):
        client.get("/learning/office/cases/?origin=lost")
    assert client.get(address).status_code == 200
    assert learning.client("editor").get(address).status_code == 403
    case.unpublish()
    assert client.get(address).status_code == 404
