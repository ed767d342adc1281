"""The page of a course and taking it."""

from datetime import date, timedelta

import pytest

from courses.actions.assignments import assign
from courses.actions.completion import advance
from courses.models import CoursePage, Enrolment, LessonPage
from tests.cast import NOW
from tests.courses.made import recording
from tests.courses.test_completion import passed, watched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def test_from_the_first_look_to_the_end(learning, django_assert_max_num_queries):
    client, course = learning.client(), learning.course
    assign(actor=learning.training, now=NOW, page=course, due=date(2026, 11, 30), reason="新修订学习")
    client.get(course.url)  # Content types are known from here on.
    with django_assert_max_num_queries(20):
        text = client.get(course.url).content.decode()
    assert "学完3个课时，视频看满90%，测验60分，计2学时。" in text
    assert "必修，请于2026-11-30前学完。 新修订学习" in text and "首次观看不能快进。" in text
    assert text.index("一 笔录") < text.index("现场检查笔录怎么写") < text.index("二 小结") < text.index("小结测验")
    assert text.count("btn-primary") == 1 and "开始学习" in text and not Enrolment.objects.exists()

    answer = client.post(f"/learning/courses/{course.pk}/enrol/")
    assert answer.status_code == 302 and answer.url == learning.video.url
    assert client.post(f"/learning/courses/{course.pk}/enrol/").url == learning.video.url
    assert Enrolment.objects.count() == 1

    watched(learning, learning.video)
    advance(actor=learning.officer, now=NOW, person=learning.wang, page=learning.video)
    text = client.get(course.url).content.decode()
    assert "已学完1个，共3个课时" in text and "下一课：证据的种类" in text and "继续学习" in text

    watched(learning, learning.reading, ended=NOW - timedelta(hours=1))
    passed(learning, learning.quizzed)
    for page in (learning.reading, learning.quizzed):
        advance(actor=learning.officer, now=NOW, person=learning.wang, page=page)
    text = client.get(course.url).content.decode()
    assert "2026-11-02学完" in text and "已计2学时；同一课程一年只计一次。" in text and "必修，请于" not in text


def test_editors_are_told_what_does_not_fit_and_learners_are_not(learning):
    LessonPage.objects.filter(pk=learning.reading.pk).update(minutes=0)
    CoursePage.objects.filter(pk=learning.course.pk).update(hours=5)
    editor = learning.client("editor").get(learning.course.url).content.decode()
    assert "不计入完成条件：证据的种类" in editor and "课程定为5学时，各课时合计只有1分30秒" in editor
    assert "开始学习" not in editor
    learner = learning.client().get(learning.course.url).content.decode()
    assert "各课时合计" not in learner and "学完2个课时" in learner


def test_a_course_without_anything_published(learning):
    LessonPage.objects.all().update(live=False)
    text = learning.client().get(learning.course.url).content.decode()
    assert "本课还没有内容。" in text and "开始学习" not in text
    answer = learning.client().post(f"/learning/courses/{learning.course.pk}/enrol/", follow=True)
    assert "还没有内容，暂不能学习" in answer.content.decode()
    learning.course.unpublish()
    assert learning.client().post(f"/learning/courses/{learning.course.pk}/enrol/").status_code == 404
    assert learning.client("editor").post(f"/learning/courses/{learning.course.pk}/enrol/").status_code == 403


def test_long_courses_cost_no_more(learning, django_assert_max_num_queries):
    film = recording("片子")
    for n in range(30):
        learning.course.add_child(instance=LessonPage(title=f"课时{n}", slug=f"m{n}", video=film, live=True))
    client = learning.client()
    client.post(f"/learning/courses/{learning.course.pk}/enrol/")
    with django_assert_max_num_queries(20):
        assert "课时29" in client.get(learning.course.url).content.decode()
    with django_assert_max_num_queries(20):
        assert "课时29" in client.get(learning.video.url).content.decode()


def test_a_draft_is_previewed_without_a_person_and_writes_nothing(learning):
    """As Wagtail's editor asks for it: with the page as it stands in the revision, under the real address."""
    course = CoursePage(title="新课", slug="xin", body="<p>草稿正文</p>", live=False)
    learning.course.get_parent().add_child(instance=course)
    lesson = LessonPage(title="新课时", slug="1", minutes=3, body="<p>课时正文</p>", live=False)
    course.add_child(instance=lesson)
    for page, words in ((course, "草稿正文"), (lesson, "课时正文")):
        for name in ("editor", "training"):
            client = learning.client(name)
            answer = page.make_preview_request(client.get("/study/").wsgi_request, page.default_preview_mode)
            assert words in answer.content.decode()
    assert not Enrolment.objects.exists()
