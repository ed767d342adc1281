"""Study pages are found by their address as Wagtail would find them, and cost the same in a large tree as in a small."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction, Site

from courses.models import (
    Attendance,
    AttendanceState,
    CaseRun,
    CitedArticle,
    Comment,
    CoursePage,
    Judgement,
    LessonPage,
    PlannedSlot,
    SectionPage,
    Session,
    Signup,
    WatchNote,
)
from courses.queries.study import published_at
from portal.models import Grant
from tests.cast import NOW
from tests.courses.made import FIRST, article
from tests.courses.watched import watch_through

LECTURE = "/study/lectures/djt/3/"


def test_a_page_by_its_address(learning, django_assert_num_queries):
    Site.get_site_root_paths()
    with django_assert_num_queries(2):
        page = published_at("study/lectures/djt/3/")
        assert page == learning.lecture and page.recording == learning.film
        assert page.session.series.unit and page.get_parent().title == "综合执法大讲堂"
        assert list(page.get_view_restrictions()) == []
    client = learning.client()
    assert client.get(LECTURE).status_code == 200
    assert client.get("/study/lectures/djt/4/").status_code == 404
    # Without its last stroke an address still leads there.
    assert client.get(LECTURE.rstrip("/")).url == LECTURE
    # A stranger signs in first, wherever they go under /study/.
    for path in (LECTURE, "/study/none/"):
        assert Client().get(path).url.startswith("/sign-in/?next=")
    # A draft is not there; a page that moved is where it is now, with those below it.
    learning.case.unpublish()
    assert client.get("/study/cases/qingdao/").status_code == 404
    learning.series_page.slug = "jiangtang"
    learning.series_page.save_revision().publish()
    assert client.get(LECTURE).status_code == 404
    assert client.get("/study/lectures/jiangtang/3/").status_code == 200
    # With a second site it is Wagtail that finds the page, on its own way.
    Site.objects.create(hostname="other.example", root_page=SectionPage.objects.first())
    cache.clear()
    assert published_at("study/lectures/jiangtang/3/") is None
    assert client.get("/study/lectures/jiangtang/3/").status_code == 200


def test_what_editors_restrict_stays_restricted(learning):
    """Restricted anywhere above: Wagtail asks, also for pages found by their address."""
    client = learning.client()
    rule = PageViewRestriction.objects.create(
        page=learning.series_page.page_ptr, restriction_type=PageViewRestriction.GROUPS
    )
    rule.groups.add(Group.objects.create(name="讲师团"))
    assert client.get(LECTURE).status_code == 302
    assert client.get("/study/courses/zhengju/").status_code == 200
    learning.officer.groups.add(Group.objects.get(name="讲师团"))
    assert client.get(LECTURE).status_code == 200


def test_grants_come_with_the_user(learning, django_assert_num_queries):
    """What somebody may do is read with who they are; a grant that has ended, or not begun, opens nothing."""
    client, grants = learning.client(), Grant.objects.filter(user=learning.officer)
    assert client.get("/study/").status_code == 200
    grants.update(ends=NOW)
    assert client.get("/study/").status_code == 403
    grants.update(ends=None, starts=NOW + timedelta(days=4000))
    assert client.get("/study/").status_code == 403
    grants.delete()
    assert client.get("/study/").status_code == 403


def grow(learning, times: int) -> None:
    """Ten times as much of everything a page shows, when ``times`` is ten."""
    begun = Session.objects.count() * 10
    rows = []
    for n in range(begun, begun + times):
        day = NOW.date() - timedelta(days=n % 250)
        slot = PlannedSlot.objects.get_or_create(series=learning.series, day=day)[0]
        starts = NOW - timedelta(days=n % 250, hours=4)
        rows.append(learning.make_session(n, day, starts=starts, slot=slot, state=Session.State.HELD))
    coming = [
        learning.make_session(1000 + n, NOW.date(), starts=NOW + timedelta(days=7 + n), capacity=900, slot=None)
        for n in range(begun, begun + times)
    ]
    for row in (*rows, *coming):
        row.lecturers.set([learning.guest, learning.inside])
        row.units.set([learning.cast.bureau])
    people, unit = [learning.cast.wang, learning.cast.sun, learning.cast.zhou], learning.cast.bureau
    there = {"unit": unit, "way": "scan", "state": AttendanceState.PRESENT, "recorded_at": NOW}
    Attendance.objects.bulk_create([Attendance(session=row, person=one, **there) for row in rows for one in people])
    Signup.objects.bulk_create(
        [Signup(session=row, person=one, state="seated", at=NOW) for row in coming for one in people[1:]]
    )
    shelf = SectionPage.objects.get(holds="courses")
    for n in range(begun, begun + times):
        shelf.add_child(instance=CoursePage(title=f"课程{n}", slug=f"k{n}", hours=1))
        learning.course.refresh_from_db()
        learning.course.add_child(instance=LessonPage(title=f"课时{n}", slug=f"k{n}", minutes=3))
    for page in (learning.lecture, learning.course, learning.case, learning.drill):
        CitedArticle.objects.bulk_create(
            [CitedArticle(page_id=page.pk, article=article(200 + begun + n), sort_order=9) for n in range(times)]
        )
        made = [Comment(page_id=page.pk, user=learning.officer, text="问", at=NOW) for _n in range(times)]
        asked = Comment.objects.bulk_create(made)
        Comment.objects.bulk_create(
            [Comment(page_id=page.pk, user=learning.training, text="答", at=NOW, answers=one) for one in asked]
        )
    WatchNote.objects.bulk_create(
        [
            WatchNote(person=learning.wang, page_id=learning.lecture.pk, second=n, text="记", at=NOW)
            for n in range(times)
        ]
    )
    runs = CaseRun.objects.bulk_create(
        [
            CaseRun(person=people[1], case=learning.case, year=year, started_at=NOW)
            for year in range(begun, begun + times)
        ]
    )
    Judgement.objects.bulk_create(
        [Judgement(run=run, case=learning.case, point=FIRST, choice="x", reason="理由", at=NOW) for run in runs]
    )


PAGES = {
    "officer": [
        "/",
        "/learning/",
        "/learning/hours/",
        "/study/",
        "/study/lectures/",
        "/study/courses/",
        "/study/cases/",
        "/study/lectures/djt/",
        LECTURE,
        "/study/courses/zhengju/",
        "/study/courses/zhengju/1/",
        "/study/cases/qingdao/",
        "/study/drills/tingzheng/",
        "/learning/lectures/djt-2026-1/",
    ],
    "training": [
        "/",
        "/study/lectures/djt/",
        LECTURE,
        "/study/cases/qingdao/",
        "/learning/office/sessions/",
        "/learning/office/series/",
        "/learning/office/series/djt/",
        "/learning/office/sessions/djt-2026-1/",
        "/learning/office/sessions/djt-2026-1/attendance/",
        "/learning/office/compliance/",
        "/learning/office/assignments/",
    ],
}


def cost(clients) -> dict[tuple[str, str], list[str]]:
    found = {}
    for role, pages in PAGES.items():
        for path in pages:
            assert clients[role].get(path).status_code == 200, (role, path)
            with CaptureQueriesContext(connection) as asked:
                clients[role].get(path)
                found[role, path] = [row["sql"] for row in asked.captured_queries]
    return found


def test_pages_ask_at_most_twenty_times_whatever_their_size(learning, frozen):
    clients = {role: learning.client(role) for role in PAGES}
    watch_through(learning.wang, learning.lecture, until=NOW)
    grow(learning, 1)
    small = cost(clients)
    grow(learning, 10)
    large = cost(clients)
    told = {page: (len(small[page]), len(large[page])) for page in small}
    assert not {page: n for page, n in told.items() if max(n) > 20}
    more = {page: [one for one in large[page] if one not in small[page]] for page, (a, b) in told.items() if b > a}
    assert not more, {page: told[page] for page in more}
