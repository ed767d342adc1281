"""The page of a lesson."""

import pytest
from django.core.files.base import ContentFile
from wagtail.documents.models import Document

from courses.models import LessonPage
from courses.queries.lesson import lesson_view
from courses.queries.progress import course_of
from tests.cast import NOW
from tests.courses.test_completion import go, watched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def test_what_a_lesson_asks_and_where_it_leads(learning, django_assert_max_num_queries):
    client = learning.client()
    client.get(learning.video.url)  # Content types are known from here on.
    with django_assert_max_num_queries(20):
        text = client.get(learning.video.url).content.decode()
    assert "完成条件" in text and "看满90%" in text and "还没有开始" in text
    assert f'href="{learning.reading.url}"' in text and "上一课" not in text and "下一课" in text
    watched(learning, learning.video)
    assert go(learning, learning.video).done
    text = client.get(learning.video.url).content.decode()
    # Its main act now is the next lesson; the player's own question is a dialog that is shut.
    assert "已学完" in text and f'class="btn btn-primary" href="{learning.reading.url}"' in text

    text = client.get(learning.reading.url).content.decode()
    assert "书证、物证" in text and "阅读满2分钟" in text
    text = client.get(learning.quizzed.url).content.decode()
    assert "2题，60分通过" in text and "开始测验" in text and "返回课程" in text and text.count("btn btn-primary") == 1


def test_documents_cases_and_empty_lessons(learning):
    pdf = Document.objects.create(title="证据指引", file=ContentFile(b"%PDF-1.4", "a.pdf"))
    LessonPage.objects.filter(pk=learning.reading.pk).update(document=pdf, case=learning.case, body="")
    text = learning.client().get(learning.reading.url).content.decode()
    assert "证据指引" in text and f'src="{pdf.url}"' in text
    assert "进入案例" in text and f'href="{learning.case.url}"' in text and "完成案例" in text
    learning.case.unpublish()
    text = learning.client().get(learning.reading.url).content.decode()
    assert "进入案例" not in text and "完成案例" not in text
    LessonPage.objects.filter(pk=learning.reading.pk).update(document=None, case=None, minutes=0)
    assert "本课还没有内容。" in learning.client().get(learning.reading.url).content.decode()


def test_who_reaches_a_lesson(learning, client):
    assert client.get(learning.video.url).status_code == 302
    assert learning.client("auditor").get(learning.video.url).status_code == 403
    assert "还没有开始" not in learning.client("leader").get(learning.video.url).content.decode()
    learning.course.unpublish()
    assert learning.client().get(learning.video.url).status_code == 404


def test_a_lesson_that_lost_its_course_is_not_shown(learning, rf):
    lesson = LessonPage(title="x", slug="x")
    assert course_of(lesson) is None
    assert lesson_view(rf.get("/"), None, lesson, NOW.year) is None
