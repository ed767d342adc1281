"""What may not be published is told, whichever way it was asked for; drafts of every kind are previewed and write nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data

from courses.actions import publishing
from courses.models import CasePage, DrillPage, LecturePage, SectionPage
from tests.courses.test_cms import SCENES, STEPS, bulk, cms, fields, form, rows, said  # noqa: F401
from tests.courses.test_cms import step as block

from wagtail.test.utils.form_data import streamfield  # isort: skip

NAMED = {
    "steps": streamfield([block("facts", "当事人电话13812345678。"), block("outcome", "复议机关撤销了处罚决定。")])
}


def new(client, kind, parent, **stream):
    """The form of a new page of ``kind`` under ``parent``, and its address."""
    address = f"/cms/pages/add/courses/{kind}/{parent.pk}/"
    return address, fields(client.get(address).content.decode()) | nested_form_data(stream)


def test_no_way_of_publishing_ends_on_an_error_page(cms):  # noqa: F811
    editor, shelf = cms.cms("editor"), SectionPage.objects.get(holds="drills")
    # A new one, published at once: scene 1 has no choices, which is fine for an end and not for a beginning.
    address, data = new(editor, "drillpage", shelf, **SCENES)
    answer = editor.post(address, data | {"title": "没有出路", "slug": "dead", "action-publish": "1"})
    drill = DrillPage.objects.get(slug="dead")
    assert answer.status_code == 302 and "没有发布" in said(answer) and not drill.live
    # With a day to appear on: looked at when it is scheduled.
    later = timezone.localtime() + timedelta(days=2)
    data = form(editor, drill, **SCENES) | {"go_live_at": f"{later:%Y-%m-%d %H:%M}", "action-publish": "1"}
    answer = editor.post(f"/cms/pages/{drill.pk}/edit/", data)
    assert answer.status_code == 302 and "没有发布" in said(answer)
    assert not DrillPage.objects.get(pk=drill.pk).approved_schedule
    for more in ({}, {"include_descendants": "on"}):
        answer = bulk(editor, "publish", shelf if more else drill, **more)
        assert answer.status_code == 302 and "没有发布" in said(answer)
    assert not DrillPage.objects.get(pk=drill.pk).live
    # The model itself refuses when nobody asked before: a message above the editor.
    refused = editor.post(
        f"/cms/pages/{drill.pk}/copy/",
        {"new_title": "副本", "new_slug": "copy", "new_parent_page": shelf.pk, "publish_copies": "on"},
    )
    assert refused.status_code == 302 and not DrillPage.objects.filter(slug="copy", live=True).exists()

    case = CasePage.objects.get(pk=cms.case.pk)
    editor.post(f"/cms/pages/{case.pk}/edit/", form(editor, case, **NAMED) | {"action-submit": "1"})
    legal = cms.cms("legal")
    decide = {"action-workflow-action": "1", "workflow-action-name": "approve"}
    answer = legal.post(f"/cms/pages/{case.pk}/edit/", form(legal, case, **NAMED) | decide)
    assert answer.status_code == 302 and "13812345678" in said(answer)
    confirm = f"/cms/pages/workflow/action/{case.pk}/approve/{case.current_workflow_task_state.pk}/"
    answer = legal.post(confirm, {"comment": ""})
    assert answer.status_code in (200, 302) and CasePage.objects.get(pk=case.pk).workflow_in_progress
    answer = legal.post(f"/cms/pages/{case.pk}/edit/", form(legal, case, **NAMED) | {"action-publish": "1"})
    assert answer.status_code == 302 and "13812345678" in said(answer)
    assert "13812345678" not in str(CasePage.objects.get(pk=case.pk).steps.raw_data)


def test_a_page_appears_and_disappears_on_its_day(cms):  # noqa: F811
    lecture, now = LecturePage.objects.get(pk=cms.lecture.pk), timezone.now()
    lecture.unpublish()
    lecture = LecturePage.objects.get(pk=lecture.pk)
    lecture.go_live_at, lecture.expire_at = now + timedelta(days=1), now + timedelta(days=3)
    lecture.save_revision().publish()
    assert publishing.publish_due(now=now) == 0 and not Page.objects.get(pk=lecture.pk).live
    at, before = now + timedelta(days=2), len(rows("page.published"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: at)
        assert publishing.publish_due(now=at) == 1 and publishing.publish_due(now=at) == 0
        assert Page.objects.get(pk=lecture.pk).live
        assert rows("page.published")[before:] == [(None, str(lecture.pk))]
        gone = at + timedelta(days=2)
        assert publishing.publish_due(now=gone) == 1 and publishing.publish_due(now=gone) == 0
    assert not Page.objects.get(pk=lecture.pk).live and rows("page.withdrawn")[-1] == (None, str(lecture.pk))


def writes(seen) -> list[str]:
    """Statements that changed anything of ours."""
    own = ("courses_", "staffing_", "exams_", "portal_auditevent", "portal_notice")
    changing = [q["sql"] for q in seen if q["sql"].split(" ", 1)[0] in ("INSERT", "UPDATE", "DELETE")]
    return [sql for sql in changing if any(f'"{name}' in sql[:80] for name in own)]


def test_drafts_of_every_kind_are_previewed(cms):  # noqa: F811
    editor, legal = cms.cms("editor"), cms.cms("legal")
    case = CasePage.objects.get(pk=cms.case.pk)
    editor.post(f"/cms/pages/{case.pk}/edit/", form(editor, case, **STEPS) | {"action-submit": "1"})
    pages = [cms.series_page, cms.lecture, cms.course, cms.video, cms.reading, cms.quizzed, case, cms.drill]
    with CaptureQueriesContext(connection) as seen:
        for page in pages:
            shown = editor.get(f"/cms/pages/{page.pk}/view_draft/")
            assert shown.status_code == 200 and page.title in shown.content.decode(), page
        shown = legal.get(f"/cms/pages/{case.pk}/view_draft/")
        assert shown.status_code == 200
    assert writes(seen) == []
    # Before it was ever saved: no key, no address, no parent.
    streams = {"casepage": STEPS, "drillpage": SCENES}
    for page in (cms.lecture, cms.course, cms.video, case, cms.drill):
        kind = page._meta.model_name
        address, data = new(editor, kind, page.get_parent(), **streams.get(kind, {}))
        data |= {"title": "还没有保存", "slug": "unsaved"}
        if kind == "lecturepage":
            data["recording"] = str(cms.film.pk)
        if kind == "casepage":
            data |= {"quiz_topic": str(cms.exam.hearing.pk), "quiz_count": "2"}
        if kind == "lessonpage":
            data |= {"video": str(cms.clip.pk), "quiz_topic": str(cms.exam.hearing.pk), "quiz_count": "2"}
        with CaptureQueriesContext(connection) as seen:
            valid = editor.post(f"{address}preview/", data).json()
            assert valid["is_valid"], (kind, valid)
            shown = editor.get(f"{address}preview/")
        assert shown.status_code == 200 and "还没有保存" in shown.content.decode(), kind
        assert writes(seen) == [], kind
    assert not Page.objects.filter(slug="unsaved").exists()
