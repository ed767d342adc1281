"""Windows and reports at the same moment, with connections of their own."""

from datetime import timedelta

import pytest

from courses.actions import watching
from courses.models import Enrolment, LessonDone, Watch
from tests.cast import NOW, Cast
from tests.courses.made import CourseCast
from tests.courses.tree import ensure_tree
from tests.courses.watched import Window
from tests.exams.together import several_writers, together

pytestmark = [pytest.mark.django_db(transaction=True), several_writers]


@pytest.fixture
def school(transactional_db):
    ensure_tree()
    return CourseCast(Cast())


def test_windows_opened_at_once_leave_one_open(school):
    pages = [school.video, school.lecture, school.reading, school.video]

    def opening(page):
        return lambda: watching.start(actor=school.officer, now=NOW, page=type(page).objects.get(pk=page.pk))

    together(*map(opening, pages))
    assert Watch.objects.filter(live__isnull=False).count() == 1
    assert Watch.objects.count() == 3 and Enrolment.objects.count() == 1


def test_the_same_report_many_times_at_once_counts_once(school):
    window = Window(school.officer, school.video)
    for _n in range(6):
        window.now += timedelta(seconds=15)
        at = window.watch.position

        def report(at=at):
            return watching.beat(
                user_id=school.officer.pk,
                watch_id=window.pk,
                lease=window.lease,
                played=(at, at + 15),
                position=at + 15,
                now=window.now,
            )

        outcomes = together(*[report] * 5)
        assert sum(getattr(outcome, "finished", False) for outcome in outcomes) <= 1
    watch = window.watch
    assert watch.wall <= 90 and watch.covered_seconds <= 90 and watch.done_at
    assert LessonDone.objects.count() == 1
