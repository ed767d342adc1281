"""The CMS: an editor keeps study pages, the legal office reviews cases, nobody loses facts, readers' changes are audited."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, Workflow
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from courses.models import (
    Assignment,
    CasePage,
    CaseRun,
    Comment,
    CoursePage,
    LecturePage,
    Lecturer,
    LessonPage,
    SectionPage,
    SeriesPage,
    Watch,
)
from courses.queries import cms as queries
from portal.models import AuditEvent, Notice
from tests.cast import NOW
from tests.portal.test_cms import fields


@pytest.fixture
def cms(learning, monkeypatch):
    """Clients that came in through the door, which also brings their groups up to date."""

    def client(role):
        found = Client()
        found.post("/sign-in/", {"username": role, "password": "Cast-2026-pass"})
        assert found.get("/cms/").status_code == 200
        return found

    learning.cms = client
    return learning


def form(client, page, **stream):
    """What the editor would send back: blocks live in its script, so ``stream`` names them again."""
    return fields(client.get(f"/cms/pages/{page.pk}/edit/").content.decode()) | nested_form_data(stream)


def step(kind, words):
    return kind, {"heading": "小标题", "text": rich_text(f"<p>{words}</p>")}


STEPS = {
    "steps": streamfield([step("facts", "甲公司在乙镇倾倒建筑垃圾。"), step("outcome", "复议机关撤销了处罚决定。")])
}
SCENE = {
    "key": "1",
    "heading": "结局",
    "text": rich_text("<p>完</p>"),
    "limit": "",
    "limit_article": "",
    "choices": {"count": 0},
}
SCENES = {"scenes": streamfield([("scene", SCENE)])}


def said(answer) -> str:
    return " ".join(str(message) for message in answer.wsgi_request._messages)


def rows(action):
    return list(AuditEvent.objects.filter(action=action).order_by("id").values_list("actor__username", "object_id"))


def test_an_editor_changes_publishes_and_withdraws_a_lecture(cms):
    client, lecture = cms.cms("editor"), cms.lecture
    before = len(rows("page.published"))
    data = form(client, lecture) | {"title": "先审后决（修订）", "action-publish": "1"}
    answer = client.post(f"/cms/pages/{lecture.pk}/edit/", data)
    assert answer.status_code == 302, re.findall(r"error-message[^<]*<[^<]*", answer.content.decode())
    assert Page.objects.get(pk=lecture.pk).title == "先审后决（修订）"
    assert LecturePage.objects.get(pk=lecture.pk).cited_articles.get().article.number == 58
    assert rows("page.published")[before:] == [("editor", str(lecture.pk))]
    client.post(f"/cms/pages/{lecture.pk}/unpublish/")
    assert not Page.objects.get(pk=lecture.pk).live and rows("page.withdrawn") == [("editor", str(lecture.pk))]
    page = Page.objects.get(pk=lecture.pk).specific
    page.go_live_at = timezone.now() + timedelta(days=1)
    page.save_revision().publish()
    assert len(rows("page.published")) == before + 1, "scheduled is not published"
    page.go_live_at = timezone.now() - timedelta(minutes=1)
    page.save_revision().publish()
    assert rows("page.published")[-1] == (None, str(lecture.pk))


def test_a_case_goes_from_the_editor_to_the_legal_office(cms):
    editor, case = cms.cms("editor"), CasePage.objects.get(pk=cms.case.pk)
    text = editor.get(f"/cms/pages/{case.pk}/edit/").content.decode()
    assert 'name="action-publish"' not in text and "案例审核" in text
    data = form(editor, case, **STEPS) | {"title": "擅自倾倒垃圾案", "action-publish": "1"}
    editor.post(f"/cms/pages/{case.pk}/edit/", data)
    assert Page.objects.get(pk=case.pk).title == "擅自倾倒建筑垃圾案", "kept as a draft"
    editor.post(f"/cms/pages/{case.pk}/edit/", form(editor, case, **STEPS) | {"action-submit": "1"})
    case = CasePage.objects.get(pk=case.pk)
    assert case.workflow_in_progress and case.current_workflow_task.name == "法制审核"
    assert Notice.objects.filter(recipient=cms.cast.user("legal"), text__contains="擅自倾倒垃圾案").count() == 1
    legal = cms.cms("legal")
    assert "擅自倾倒垃圾案" in legal.get("/cms/").content.decode()
    for address in ("edit/", "view_draft/"):
        shown = legal.get(f"/cms/pages/{case.pk}/{address}")
        assert shown.status_code == 200, (address, said(shown))
    decide = {
        "action-workflow-action": "1",
        "workflow-action-name": "reject",
        "workflow-action-extra-data": '{"comment": "期限写错"}',
    }
    legal.post(f"/cms/pages/{case.pk}/edit/", form(legal, case, **STEPS) | decide)
    assert "期限写错" in Notice.objects.get(recipient=cms.editor, text__contains="未通过").text
    editor.post(f"/cms/pages/{case.pk}/edit/", form(editor, case, **STEPS) | {"action-restart-workflow": "1"})
    decide = {"action-workflow-action": "1", "workflow-action-name": "approve"}
    answer = legal.post(f"/cms/pages/{case.pk}/edit/", form(legal, case, **STEPS) | decide)
    assert answer.status_code == 302
    assert Page.objects.get(pk=case.pk).title == "擅自倾倒垃圾案" and rows("page.published")[-1] == (
        "legal",
        str(case.pk),
    )
    assert Notice.objects.filter(recipient=cms.editor, text__contains="已通过法制审核").exists()
    assert legal.get(f"/cms/pages/{cms.lecture.pk}/edit/").status_code in (302, 403)
    assert [w.name for w in Workflow.objects.filter(active=True)] == ["案例审核"]


def test_faulty_cases_stay_drafts_with_the_reason_told(cms, monkeypatch):
    import courses.cms
    import courses.queries.faults

    editor, drill = cms.cms("editor"), cms.drill
    for module in (courses.cms, courses.queries.faults):
        monkeypatch.setattr(module, "faults_of", lambda page: ["场景“2”走不到。"])
    answer = editor.post(
        f"/cms/pages/{drill.pk}/edit/", form(editor, drill, **SCENES) | {"title": "新", "action-publish": "1"}
    )
    assert "场景“2”走不到" in said(answer) and answer.url == f"/cms/pages/{drill.pk}/edit/"
    page = Page.objects.get(pk=drill.pk)
    assert page.title == "听证申请的五个工作日" and page.draft_title == "新"
    path = f"/cms/bulk/wagtailcore/page/publish/?id={drill.pk}"
    assert "没有发布" in said(editor.post(path)) and Page.objects.get(pk=drill.pk).has_unpublished_changes
    case = CasePage.objects.get(pk=cms.case.pk)
    editor.post(f"/cms/pages/{case.pk}/edit/", form(editor, case, **STEPS) | {"action-submit": "1"})
    legal = cms.cms("legal")
    decide = {"action-workflow-action": "1", "workflow-action-name": "approve"}
    answer = legal.post(f"/cms/pages/{case.pk}/edit/", form(legal, case, **STEPS) | decide)
    assert answer.status_code == 302 and "走不到" in said(answer)
    assert CasePage.objects.get(pk=case.pk).workflow_in_progress


def bulk(client, act, *pages, **more):
    ids = "&".join(f"id={page.pk}" for page in pages)
    return client.post(f"/cms/bulk/wagtailcore/page/{act}/?{ids}", more)


def test_pages_with_facts_are_not_deleted(cms):
    editor = cms.cms("editor")
    Watch.objects.create(person=cms.wang, page=cms.video, year=2026, duration=90)
    Comment.objects.create(page=cms.lecture, user=cms.officer, text="问", at=NOW)
    assert queries.facts_of([cms.course]) == {"people": 1} and queries.facts_of([cms.lecture]) == {"comments": 1}
    editor.post(f"/cms/pages/{cms.course.pk}/delete/")
    assert Page.objects.filter(pk=cms.course.pk).exists(), "only leaves are deleted"
    for page, words in ((cms.video, "1人的学习记录"), (cms.lecture, "1条讨论")):
        assert words in said(editor.post(f"/cms/pages/{page.pk}/delete/"))
        assert "不能删除" in said(bulk(editor, "delete", page))
        assert Page.objects.filter(pk=page.pk).exists()
    section = SectionPage.objects.get(holds="drills")
    assert "固定栏目" in said(editor.post(f"/cms/pages/{section.pk}/unpublish/"))
    assert "固定栏目" in said(bulk(editor, "unpublish", section)) and Page.objects.get(pk=section.pk).live
    lesson = cms.reading
    assert editor.post(f"/cms/pages/{lesson.pk}/delete/").status_code == 302
    assert not Page.objects.filter(pk=lesson.pk).exists()
    assert rows("page.withdrawn") == [("editor", str(lesson.pk))]
    LessonPage.objects.filter(pk=cms.quizzed.pk).update(case=cms.case)
    assert "1个课时引用" in said(editor.post(f"/cms/pages/{cms.case.pk}/delete/"))


def test_what_is_assigned_stays_readable(cms):
    editor = cms.cms("editor")
    year = timezone.localdate().year
    task = Assignment.objects.create(
        page=cms.course, title="行政处罚证据规则", year=year, made_by=cms.training, made_at=NOW
    )
    assert "先撤销任务" in said(editor.post(f"/cms/pages/{cms.course.pk}/unpublish/"))
    assert "先撤销任务" in said(bulk(editor, "unpublish", cms.drill, cms.course))
    assert Page.objects.get(pk=cms.course.pk).live and Page.objects.get(pk=cms.drill.pk).live
    Assignment.objects.filter(pk=task.pk).update(withdrawn_at=NOW)
    editor.post(f"/cms/pages/{cms.course.pk}/unpublish/")
    assert not Page.objects.get(pk=cms.course.pk).live


def test_copying_and_moving(cms):
    editor = cms.cms("editor")
    parent = SeriesPage.objects.get()
    data = {"new_title": "副本", "new_slug": "fuben", "new_parent_page": parent.pk, "publish_copies": "on"}
    assert editor.post(f"/cms/pages/{cms.lecture.pk}/copy/", data).status_code == 302
    copy = LecturePage.objects.get(slug="fuben")
    assert copy.session is None and copy.cited_articles.count() == 1
    assert rows("page.published")[-1] == ("editor", str(copy.pk))
    shelf = SectionPage.objects.get(holds="lectures")
    answer = editor.post(f"/cms/pages/{parent.pk}/copy/", data | {"new_parent_page": shelf.pk})
    assert "只能有一个" in said(answer) and SeriesPage.objects.count() == 1
    other = SectionPage.objects.get(holds="courses").add_child(instance=CoursePage(title="别的课", slug="other"))
    Watch.objects.create(person=cms.wang, page=cms.video, year=2026, duration=90)
    answer = editor.post(f"/cms/pages/{cms.video.pk}/move/{other.pk}/confirm/")
    assert "不能移动" in said(answer) and Page.objects.get(pk=cms.video.pk).is_child_of(cms.course)
    editor.post(f"/cms/pages/{cms.reading.pk}/move/{other.pk}/confirm/")
    assert Page.objects.get(pk=cms.reading.pk).is_child_of(other)


def test_rights_lecturers_and_choosers(cms):
    editor, legal = cms.cms("editor"), cms.cms("legal")
    assert Group.objects.get(name="学习内容").user_set.get() == cms.editor
    assert set(Group.objects.get(name="法制审核").user_set.values_list("username", flat=True)) == {"legal"}
    data = fields(editor.get("/cms/snippets/courses/lecturer/add/").content.decode())
    assert (
        editor.post("/cms/snippets/courses/lecturer/add/", data | {"name": "叶知秋", "title": "县法院"}).status_code
        == 302
    )
    lecturer = Lecturer.objects.get(name="叶知秋")
    editor.post(f"/cms/snippets/courses/lecturer/delete/{lecturer.pk}/")
    assert Lecturer.objects.filter(pk=lecturer.pk).exists()
    assert legal.get("/cms/snippets/courses/lecturer/").status_code in (302, 403)
    assert editor.get("/cms/media/").status_code == 200 and editor.get("/cms/media/video/add/").status_code == 200
    assert legal.get("/cms/media/video/add/").status_code in (302, 403)
    found = editor.get("/cms/session_chooser/results/", {"q": "先审 大讲堂"}).content.decode()
    assert "先审后决" in found and "第1讲" not in found and "2026-11-02 09:30" in found
    assert "综合执法大讲堂" in editor.get("/cms/series_chooser/").json()["html"]
    chooser = "/cms/snippets/choose/law/article/"
    one = editor.get(f"{chooser}results/", {"q": "行政处罚法第五十八条"}).content.decode()
    assert "《行政处罚法》第五十八条" in one and "第六十三条" not in one
    assert "第六十三条" in editor.get(f"{chooser}results/", {"q": "处罚法 第63条的"}).content.decode()
    assert "第六十四条" in editor.get(chooser).json()["html"]


def test_every_study_page_opens_in_the_editor_and_in_preview(cms):
    editor = cms.cms("editor")
    for page in (cms.series_page, cms.lecture, cms.course, cms.video, cms.reading, cms.case, cms.drill):
        shown = editor.get(f"/cms/pages/{page.pk}/edit/")
        assert shown.status_code == 200, page
        assert editor.get(f"/cms/pages/{page.get_parent().pk}/").status_code == 200
        kind = page._meta.model_name
        assert editor.get(f"/cms/pages/add/courses/{kind}/{page.get_parent().pk}/").status_code == 200, kind


def test_preview_shows_the_draft_to_editor_and_reviewer_and_writes_nothing(cms):
    editor, lecture, case = cms.cms("editor"), cms.lecture, CasePage.objects.get(pk=cms.case.pk)
    address = f"/cms/pages/{lecture.pk}/edit/preview/"
    valid = editor.post(address, form(editor, lecture) | {"title": "还没有发布的题目"}).json()
    assert valid["is_valid"], valid
    assert "还没有发布的题目" in editor.get(address).content.decode()
    assert Page.objects.get(pk=lecture.pk).draft_title == "先审后决"
    editor.post(f"/cms/pages/{case.pk}/edit/", form(editor, case, **STEPS) | {"action-submit": "1"})
    legal, address = cms.cms("legal"), f"/cms/pages/{case.pk}/edit/preview/"
    assert legal.post(address, form(legal, case, **STEPS)).json()["is_valid"]
    assert "甲公司在乙镇倾倒建筑垃圾" in legal.get(address).content.decode()
    assert not CaseRun.objects.exists() and not Watch.objects.exists()


def test_the_tree_stays_quick(cms):
    editor, shelf = cms.cms("editor"), SectionPage.objects.get(holds="cases")
    paths = (f"/cms/pages/{shelf.pk}/", f"/cms/pages/{cms.case.pk}/edit/", "/cms/pages/search/?q=案例", "/cms/")

    def asked(path):
        with CaptureQueriesContext(connection) as seen:
            assert editor.get(path).status_code == 200
        return len(seen)

    def grow(n):
        for one in range(n):
            shelf.add_child(instance=CasePage(title=f"案例{n}-{one}", slug=f"a{n}-{one}"))

    grow(2)
    for path in paths:
        asked(path)
    few = [asked(path) for path in paths]
    grow(30)
    many = [asked(path) for path in paths]
    # A listing asks Wagtail's own few questions a row at most; 30 rows must not mean 30 more of ours.
    assert all(b <= a + 3 for a, b in zip(few, many)), (few, many)
