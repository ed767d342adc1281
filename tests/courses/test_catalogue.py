"""The catalogue and its sections."""

from datetime import date

import pytest

from courses.actions.assignments import assign
from courses.actions.enrolments import enrol
from courses.models import CoursePage, LessonPage, SectionPage
from tests.cast import NOW
from tests.courses.made import recording


def more(learning, count: int, lessons: int = 2) -> None:
    """Courses written under the section, each with film lessons."""
    section = SectionPage.objects.get(holds="courses")
    film = recording("片子")
    for n in range(count):
        course = section.add_child(instance=CoursePage(title=f"课程{n:03d}", slug=f"c{n}", live=True))
        for k in range(lessons):
            course.add_child(instance=LessonPage(title=f"课时{k}", slug=f"l{k}", video=film, live=True))


@pytest.mark.django_db
def test_the_first_page_shows_what_there_is_and_what_is_asked_of_me(learning, django_assert_max_num_queries, frozen):
    assign(actor=learning.training, now=NOW, page=learning.course, due=date(2026, 11, 30))
    assign(actor=learning.training, now=NOW, page=learning.case, required=False)
    enrol(actor=learning.officer, now=NOW, person=learning.wang, course=learning.course)
    client = learning.client()
    client.get("/study/")  # Content types are known from here on.
    with django_assert_max_num_queries(20):
        text = client.get("/study/").content.decode()
    assert text.index("要求我学的") < text.index("行政处罚证据规则") < text.index("大讲堂")
    assert "必修，2026-11-30前学完" in text and "推荐" in text and "已学0%" in text and "2学时" in text
    for title in ("综合执法大讲堂", "擅自倾倒建筑垃圾案", "听证申请的五个工作日"):
        assert title in text
    # Whoever learns nothing sees the shelves and no tasks.
    text = learning.client("editor").get("/study/").content.decode()
    assert "行政处罚证据规则" in text and "要求我学的" not in text


@pytest.mark.django_db
def test_a_section_is_narrowed_and_stays_cheap(learning, django_assert_max_num_queries, frozen):
    client = learning.client()
    courses = "/study/courses/"
    enrol(actor=learning.officer, now=NOW, person=learning.wang, course=learning.course)

    def titles(query=""):
        text = client.get(f"{courses}{query}").content.decode()
        return "行政处罚证据规则" in text, "没有符合条件的内容" in text

    assert titles() == (True, False)
    assert titles("?q=证据") == (True, False) and titles("?q=没有") == (False, True)
    assert titles("?category=程序规范") == (True, False) and titles("?category=乱写") == (True, False)
    assert titles("?state=started") == (True, False) and titles("?state=done") == (False, True)
    assert titles("?task=required") == (False, True)
    for section in ("lectures", "cases", "drills"):
        assert client.get(f"/study/{section}/?q=没有这个&origin=lost").status_code == 200
    with django_assert_max_num_queries(20):
        client.get(courses)
    more(learning, 24)
    with django_assert_max_num_queries(20):
        text = client.get(courses).content.decode()
    assert "课程023" in text and text.count('class="l-card"') == 24
    with django_assert_max_num_queries(20):
        client.get("/study/")


@pytest.mark.django_db
def test_drafts_and_strangers(learning, client):
    learning.course.unpublish()
    assert "行政处罚证据规则" not in learning.client().get("/study/courses/").content.decode()
    assert learning.client().get(learning.course.url).status_code == 404
    assert client.get("/study/").status_code == 302
    assert learning.client("system").get("/study/").status_code == 403
