"""我的学习 and the way to close the gap."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from courses.models import Assignment, Attendance, AttendanceState, Session, Watch
from courses.queries import mine as queries
from courses.queries import pace
from courses.queries.hours import book_of
from staffing.models import HourCredit
from tests.cast import NOW, TODAY


def earn(person, hours, day=date(2026, 3, 2), kind="lecture", source=None, title="学习", **fields):
    return HourCredit.objects.create(
        person=person,
        kind=kind,
        hours=Decimal(hours),
        earned_on=day,
        year=day.year,
        title=title,
        source=source or f"t:{kind}:{day}:{HourCredit.objects.count()}",
        recorded_at=NOW,
        **fields,
    )


@pytest.fixture
def now(monkeypatch):
    """The clock of the views stands at the cast's NOW."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    return NOW


def require(learning, page, due=None):
    return Assignment.objects.create(page=page, title=page.title, year=2026, due=due, made_at=NOW)


def test_the_page_says_what_is_missing_and_what_comes_next(learning, now):
    earn(learning.wang, 8)
    earn(learning.wang, 2, kind="political", title="政治理论专题")
    require(learning, learning.course, due=TODAY + timedelta(days=4))
    client = learning.client()
    text = client.get(reverse("courses:mine")).content.decode()
    assert "还差 <b>52</b> 学时" in text and "先审后决" in text and "扫码签到" in text
    assert "学完“行政处罚证据规则”" in text and "11-06前" in text
    assert "政治理论学时另计，不计入" in text
    assert "行政执法证" in client.get(reverse("courses:aside"), headers={"HX-Request": "true"}).content.decode()
    assert "我的证书" in client.get(reverse("courses:aside")).content.decode()
    assert "不能达标" in text and "没有在学的课程。" in text
    assert text.count("btn-primary") == 1


def test_the_lecture_asks_for_what_is_left_to_scan(learning, now):
    person, session = learning.wang, learning.session
    found = queries.mine_of(person, NOW)
    assert (found.week.session, found.week.direction, found.week.scans) == (session, "in", True)
    mine = Attendance.objects.create(
        session=session,
        person=person,
        unit=learning.cast.east,
        way="scan",
        state=AttendanceState.INSIDE,
        signed_in=NOW,
        recorded_at=NOW,
    )
    inside = session.starts_at + timedelta(minutes=10)
    week = queries.mine_of(person, inside).week
    assert (week.direction, week.scans, week.signed_in) == ("out", True, True)
    # The doors stay open for half an hour after the end, and the lecture with them.
    late = session.ends_at + timedelta(minutes=20)
    Attendance.objects.filter(pk=mine.pk).update(signed_out=late)
    week = queries.mine_of(person, late).week
    assert week.signed_out and not week.scans
    assert queries.mine_of(person, session.ends_at + timedelta(minutes=31)).week is None
    Session.objects.filter(pk=session.pk).update(state="cancelled", number=None)
    assert queries.mine_of(person, NOW).week is None


def test_the_shortest_way_closes_the_gap(learning, now):
    person = learning.wang
    earn(person, 7, date(2026, 1, 5))
    for n in range(6):
        earn(person, 8, date(2026, 2, 2) + timedelta(days=n))
    book = book_of(person, TODAY)
    assert book.status.missing == 5
    plan = pace.plan_of(person, book, NOW)
    # The session (3) and the course (2) are enough; its recording earns the same hours and comes instead, not on top.
    assert plan.choice.closes and plan.hours == 5 and len(plan.offers) == 2
    assert len({offer.source for offer in plan.offers}) == 2
    require(learning, learning.case)
    plan = pace.plan_of(person, book, NOW)
    assert plan.offers[0].must and plan.offers[0].title == learning.case.title
    earn(person, 2, TODAY, "online", f"course:{learning.course.pk}:2026")
    plan = pace.plan_of(person, book_of(person, TODAY), NOW)
    assert learning.course.title not in {offer.title for offer in plan.offers}
    client = learning.client()
    part = client.get(reverse("courses:plan"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "做完后为" in part and "必修" in part
    assert "补足办法" in client.get(reverse("courses:plan")).content.decode()
    earn(person, 8, date(2026, 5, 5))
    assert pace.plan_of(person, book_of(person, TODAY), NOW) is None
    assert "已达标，不需要补足" in client.get(reverse("courses:plan")).content.decode()


def test_drafts_and_what_was_done_are_not_offered(learning, now):
    learning.drill.unpublish()
    learning.whole_film()
    sources = {offer.source for _page, offer in pace.catalogue(TODAY)}
    assert f"course:{learning.course.pk}:2026" in sources and f"case:{learning.case.pk}:2026" in sources
    assert f"session:{learning.session.pk}" in sources and not any(one.startswith("drill:") for one in sources)
    learning.course.hours = None
    learning.course.save_revision().publish()
    cache.clear()
    # 90 seconds of film and 2 minutes of reading are no half hour.
    assert not any(offer.sort == pace.COURSE for _page, offer in pace.catalogue(TODAY))


def test_an_account_without_a_person_is_told(learning, now):
    learning.wang.user = None
    learning.wang.save(update_fields=["user"])
    client = learning.client()
    for name in ("mine", "plan", "hours", "claims"):
        assert "账号没有对应人员档案" in client.get(reverse(f"courses:{name}")).content.decode()


def test_pages_cost_the_same_at_any_size(learning, now, django_assert_max_num_queries):
    client = learning.client()
    urls = {reverse("courses:mine"): 20, reverse("courses:plan"): 20, reverse("courses:hours"): 14}

    def look():
        for url, most in urls.items():
            with django_assert_max_num_queries(most):
                assert client.get(url).status_code == 200

    require(learning, learning.course)
    for url in urls:
        client.get(url)
    look()
    for n in range(10):
        earn(learning.wang, 1, date(2026, 4, 1) + timedelta(days=n))
        require(learning, learning.case)
        learning.make_session(20 + n, date(2026, 11, 5) + timedelta(days=n))
    Watch.objects.create(
        person=learning.wang,
        page=learning.video,
        year=2026,
        duration=90,
        covered_seconds=9,
        beat_at=NOW,
        rule={"share": "0.9", "no_skip": True, "checks": False},
    )
    look()


def test_home_of_an_officer_leads_to_lecture_and_lesson(learning, now, django_assert_max_num_queries):
    require(learning, learning.course, due=TODAY + timedelta(days=4))
    require(learning, learning.case)
    client = learning.client()
    text = client.get("/").content.decode()
    assert "先审后决" in text and "学完“行政处罚证据规则”，另有1项必修" in text
    bar = text.split('class="tabs"')[1]
    assert [word in bar for word in ("首页", "学习", "考试", "我的")] == [True] * 4
    # With an exam to come, a seat in it and hours on record as well.
    learning.exam.seat_and_certify(learning.wang)
    earn(learning.wang, 8)
    with django_assert_max_num_queries(20):
        text = client.get("/").content.decode()
    assert learning.exam.sitting.title in text
