"""Lecture and series pages: what a learner reads and may do, before, during and after; previews; the office's pages."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.actions import sessions, signups
from courses.models import CalendarKey, LecturePage, PlannedSlot, Series, SeriesPage, Session, Signup
from portal.models import AuditEvent
from tests.cast import NOW

LECTURE, SERIES = "/study/lectures/djt/3/", "/study/lectures/djt/"
State = Session.State


@pytest.fixture
def at(monkeypatch):
    """Look at pages at a moment: at(NOW)."""

    def go(moment: datetime):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    go(NOW)
    return go


def url(name, *args):
    return reverse(f"courses:{name}", args=args)


def text_of(client, path, **more):
    answer = client.get(path, **more)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_a_lecture_before_during_and_after(learning, at):
    learning.session.lecturers.set([learning.guest])
    client = learning.client()
    text = text_of(client, LECTURE)
    for words in (
        "待开讲",
        "2026年11月2日 星期一 09:30–12:00",
        "孟知常",
        "邀请全员 7 人",
        "150分钟 ÷ 45，计3学时",
        "在场满120分钟（80%），计3学时",
        "不满120分钟，按实际分钟折算；不满45分钟不计",
        "看满90%；不足半学时，不计学时",
        "录像长1分钟，学时不超过录像时长",
        "首次观看不能快进",
        "现场已计的，看录像不再重复计",
        "第五十八条",
        "计划 <b>4</b> 周，已办 <b>2</b> 周",
        "缺办 <b>2</b> 周",
        "已报 0 / 2 人",
        "加入日历",
    ):
        assert words in text, words
    assert 'action="/learning/lectures/djt-2026-3/sign-up/"' in text and "安排补办" not in text
    at(learning.session.starts_at + timedelta(hours=1))
    text = text_of(client, LECTURE)
    assert "正在进行" in text and "sign-up/" not in text
    at(learning.session.ends_at + timedelta(hours=3))
    assert "已结束" in text_of(client, LECTURE)
    at(NOW)
    sessions.cancel_session(session=learning.session, reason="防汛值守", actor=learning.training, now=NOW)
    text = text_of(client, LECTURE)
    assert "本讲已取消：防汛值守" in text and "sign-up/" not in text
    office = text_of(learning.client("training"), "/study/lectures/djt/")
    assert "安排补办" in office


def test_signing_up_and_off_for_oneself(learning, at):
    client = learning.client()
    path = url("sign_up", "djt-2026-3")
    assert client.get(path).status_code == 405
    text = client.post(path, follow=True).content.decode()
    assert "已报名" in text and "已报 1 / 2 人" in text and "sign-off/" in text
    assert "您已报过名" in client.post(path, follow=True).content.decode()
    client.post(url("sign_off", "djt-2026-3"), follow=True)
    assert Signup.objects.get().state == "cancelled"
    others = [learning.cast.chen, learning.cast.zhou]
    signups.sign_up(session=learning.session, people=others, actor=learning.training, now=NOW)
    assert "登记候补" in text_of(client, LECTURE)
    assert "候补第1名" in client.post(path, follow=True).content.decode()
    learning.session.units.set([learning.cast.west_town])
    Signup.objects.all().delete()
    assert "没有邀请您所在的单位" in text_of(client, LECTURE)
    assert "不在参加单位范围内" in client.post(path, follow=True).content.decode()
    assert client.post(url("sign_up", "none")).status_code == 404
    assert learning.client("editor").post(path).status_code == 403


def test_a_session_without_a_page_has_one_all_the_same(learning, at, django_assert_max_num_queries):
    client = learning.client()
    assert client.get(url("lecture", "djt-2026-3")).url == LECTURE
    assert "第1讲" in text_of(client, url("lecture", "djt-2026-1"))
    assert client.get(url("lecture", "none")).status_code == 404
    # Taken off the catalogue, the session's own page takes over.
    learning.lecture.unpublish()
    assert "先审后决" in text_of(client, url("lecture", "djt-2026-3"))


def test_pages_of_lectures_stay_cheap(learning, at, django_assert_max_num_queries):
    client = learning.client()
    text_of(client, LECTURE)
    for days in (7, 14):
        with django_assert_max_num_queries(20):
            text_of(client, LECTURE)
        with django_assert_max_num_queries(19):
            text_of(client, SERIES)
        many(learning, days)


def many(learning, days):
    for n in range(12):
        day = learning.STARTS.date() + timedelta(days=days * 20 + n * 7)
        PlannedSlot.objects.create(series=learning.series, day=day)
        starts = learning.STARTS - timedelta(days=days * 3 + n * 7)
        row = learning.make_session(100 + days * 20 + n, starts.date(), starts=starts, state=State.HELD)
        row.lecturers.set([learning.guest, learning.inside])
        learning.series_page.add_child(
            instance=LecturePage(title=f"往期{n}", slug=f"p{days}-{n}", session=row, recording=learning.film)
        )


def test_a_draft_is_seen_only_in_a_preview_and_writes_nothing(learning, at):
    editor = learning.client("editor")
    page = LecturePage(title="草稿讲座", slug="draft", live=False, recording=learning.film, body="<p>要点</p>")
    learning.series_page.add_child(instance=page)
    page.save_revision()
    assert editor.get("/study/lectures/djt/draft/").status_code == 404
    before = AuditEvent.objects.count()
    for one in (page, learning.lecture, learning.series_page):
        answer = editor.get(f"/cms/pages/{one.pk}/view_draft/")
        assert answer.status_code == 200 and one.title in answer.content.decode(), one.title
    assert AuditEvent.objects.count() == before
    # A series page that is written for the first time.
    other = Series.objects.create(code="lhpx", name="联合培训", unit=learning.cast.bureau, cadence="quarterly")
    new = SeriesPage(title="联合培训", slug="lhpx", series=other, live=False)
    learning.series_page.get_parent().add_child(instance=new)
    new.save_revision()
    assert "还没有排课" in editor.get(f"/cms/pages/{new.pk}/view_draft/").content.decode()


def test_a_recording_from_outside_has_no_time_and_no_room(learning, at):
    page = LecturePage(title="省厅录像", slug="sheng", recording=learning.film)
    learning.series_page.add_child(instance=page)
    page.save_revision().publish()
    text = text_of(learning.client(), "/study/lectures/djt/sheng/")
    assert "省厅录像" in text and "不足半学时，不计学时" in text and "现场" not in text.split("怎样计学时")[1][:200]


def test_the_series_page_by_year(learning, at):
    client = learning.client()
    text = text_of(client, SERIES)
    assert "接下来" in text and "往期" in text and "第2讲" in text and "人次" in text
    assert "缺办</b> 10月14日（原因待补）、10月28日" in text
    assert client.get(f"{SERIES}?year=1999").status_code == 404
    assert client.get(f"{SERIES}?year=x").status_code == 200


# --- the office ------------------------------------------------------------------------------------------------------

FORM = {
    "title": "送达那些事",
    "starts_at": "2026-11-09T14:30",
    "ends_at": "2026-11-09T17:00",
    "place": "县委党校二楼",
    "capacity": "120",
    "kind": "lecture",
}


def test_the_office_plans_changes_records_and_cancels(learning, at):
    client = learning.client("training")
    assert client.get(url("session_new")).url == f"{url('session_new')}?series=djt"
    missed = learning.slots[1]
    new = f"{url('session_new')}?series=djt&slot={missed.pk}"
    assert f'<option value="{missed.pk}" selected>2026-10-14' in text_of(client, new)
    data = {**FORM, "slot": missed.pk, "units": [learning.cast.east_town.pk], "lecturers": [learning.inside.pk]}
    bad = client.post(new, {**data, "ends_at": "2026-11-09T14:00"})
    assert bad.status_code == 422 and "结束时间应晚于开始时间" in bad.content.decode()
    answer = client.post(new, data, follow=True)
    text = answer.content.decode()
    assert "第4讲" in text and "2026-10-14" in text and "本单位" in text and "应到" in text
    made = Session.objects.get(code="djt-20261109")
    edit = url("session_edit", made.code)
    assert "送达那些事" in text_of(client, edit)
    client.post(edit, {**data, "title": "送达那些事：七种方式", "number": "4"})
    made.refresh_from_db()
    assert made.title == "送达那些事：七种方式" and made.units.count() == 1 and made.slot == missed
    hold = url("session_act", made.code, "hold")
    assert client.post(hold, {"minutes_held": ""}).status_code == 422
    at(made.ends_at + timedelta(hours=1))
    client = learning.client("training")
    assert "登记已办" in text_of(client, url("session", made.code))
    client.post(hold, {"minutes_held": "120"})
    made.refresh_from_db()
    assert made.state == State.HELD and made.minutes == 120
    assert "place" in client.get(edit).context["form"].fields and "units" not in client.get(edit).context["form"].fields
    at(NOW)
    client = learning.client("training")
    cancel = url("session_act", "djt-2026-3", "cancel")
    assert "不能恢复" in text_of(client, cancel)
    assert client.post(cancel, {"reason": ""}).status_code == 422
    client.post(cancel, {"reason": "防汛"})
    assert client.get(url("session_edit", "djt-2026-3")).status_code == 302
    assert "讲座已取消：防汛" in text_of(client, url("session", "djt-2026-3"))
    assert client.get(url("session_act", "djt-2026-3", "other")).status_code == 404


def test_the_list_finds_by_state_words_and_what_lacks_sign_in(learning, at, django_assert_max_num_queries):
    client = learning.client("training")
    path = url("sessions")
    with django_assert_max_num_queries(20):
        text = text_of(client, path)
    assert "先审后决" in text and "第1讲" not in text
    many(learning, 7)
    with django_assert_max_num_queries(20):
        assert "没有签到" in text_of(client, f"{path}?state=past")
    assert "第2讲" in text_of(client, f"{path}?unsigned=on") and "先审" not in text_of(
        client, f"{path}?q=第2讲&state=all"
    )
    # A squad sees what concerns it, and changes nothing.
    learning.session.units.set([learning.cast.west_town])
    squad = learning.client("clerk")
    assert "先审后决" not in text_of(squad, f"{path}?state=all")
    assert squad.get(url("session", "djt-2026-3")).status_code == 404
    assert "安排讲座" not in text_of(squad, path) and squad.get(url("session_new")).status_code == 403


def test_a_unit_signs_its_people_up_and_nobody_else(learning, at):
    client = learning.client("clerk")
    path = url("signups", "djt-2026-3")
    text = text_of(client, f"{path}?show=open")
    assert "王晓东" in text and "李春梅" in text and "孙海燕" not in text
    cast = learning.cast
    client.post(f"{path}?show=open", {"pk": [cast.wang.pk, cast.sun.pk, cast.li.pk, "x"]})
    assert set(Signup.objects.values_list("person__name", flat=True)) == {"王晓东", "李春梅"}
    signups.sign_up(session=learning.session, people=[cast.sun], actor=learning.training, now=NOW)
    text = text_of(client, path)
    assert "王晓东" in text and "孙海燕" not in text and "候补 1 人" in text
    drop = url("signup_drop", "djt-2026-3", Signup.objects.get(person=cast.li).pk)
    assert "候补第1名递补" in text_of(client, drop)
    client.post(drop)
    assert Signup.objects.get(person=cast.sun).state == "seated"
    far = url("signup_drop", "djt-2026-3", Signup.objects.get(person=cast.sun).pk)
    assert client.get(far).status_code == 404 and client.post(far).status_code == 404
    assert "请先勾选人员" in client.post(path, {}, follow=True).content.decode()
    assert learning.client("leader").get(path).status_code == 403


def test_series_and_their_plan_are_kept_by_the_office(learning, at, django_assert_max_num_queries):
    client = learning.client("training")
    with django_assert_max_num_queries(20):
        assert "综合执法大讲堂" in text_of(client, url("series_list"))
    data = {
        "name": "跨部门联合培训",
        "code": "lhpx",
        "unit": learning.cast.bureau.pk,
        "cadence": "quarterly",
        "kind": "lecture",
    }
    assert client.post(url("series_new"), {**data, "code": "new"}).status_code == 422
    assert client.post(url("series_new"), data).url == url("series", "lhpx")
    assert "2026年还没有计划" in text_of(client, url("series", "lhpx"))
    client.post(url("series_edit", "lhpx"), {**data, "name": "联合培训"})
    assert Series.objects.get(code="lhpx").name == "联合培训"
    plan = url("series_plan", "djt")
    assert "2026-11-04" in text_of(client, plan)
    typed = {
        "first": "2026-11-04",
        "until": "2026-12-31",
        "holidays": "on",
        "closed": "2026-11-11 至 2026-11-12 防汛值守",
    }
    assert client.post(plan, {**typed, "closed": "十一月"}).status_code == 422
    client.post(plan, typed)
    dropped = PlannedSlot.objects.get(day=date(2026, 11, 11))
    assert dropped.dropped and dropped.reason == "防汛值守" and PlannedSlot.objects.count() == 13
    client.post(plan, {"day": "2026-12-29"})
    assert PlannedSlot.objects.filter(day=date(2026, 12, 29)).exists()
    with django_assert_max_num_queries(20):
        text = text_of(client, url("series", "djt"))
    assert "原因待补" in text and "安排补办" in text and "防汛值守" in text
    slot = url("slot", "djt", learning.slots[1].pk)
    client.post(slot, {"reason": "主讲冲突"})
    assert "主讲冲突" in text_of(client, url("series", "djt"))
    assert client.post(slot, {"dropped": "on", "reason": ""}).status_code == 422
    assert client.get(url("slot", "lhpx", learning.slots[1].pk)).status_code == 404
    # National holidays are left out by themselves.
    client.post(url("series_plan", "lhpx"), {"first": "2026-10-01", "until": "2026-12-31", "holidays": "on"})
    assert PlannedSlot.objects.get(series__code="lhpx").reason == "法定节假日"
    squad = learning.client("squad_lead")
    assert "安排补办" not in text_of(squad, url("series", "djt")) and squad.get(plan).status_code == 403


# --- calendars -------------------------------------------------------------------------------------------------------


def test_one_lecture_and_ones_own_subscription(learning, at, client):
    learner = learning.client()
    answer = learner.get(url("lecture_ics", "djt-2026-3"))
    body = answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar") and "DTSTART:20261102T013000Z" in body
    assert "SUMMARY:综合执法大讲堂第3讲《先审后决》" in body.replace("\r\n ", "")
    assert "生成订阅地址" in text_of(learner, url("calendar"))
    learner.post(url("calendar_renew"))
    key = CalendarKey.objects.get(user=learning.officer).key
    feed = url("calendar_feed", key)
    assert feed in text_of(learner, url("calendar")) and "webcal://" in text_of(learner, url("calendar"))
    assert key not in str(list(AuditEvent.objects.values("data")))
    text = client.get(feed).content.decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 3 and "lecture-" in text
    # Only what one may attend; cancelled lectures stay and say so.
    for row in learning.held:
        row.units.set([learning.cast.west_town])
    sessions.cancel_session(session=learning.session, reason="防汛", actor=learning.training, now=NOW)
    text = client.get(feed).content.decode()
    assert text.count("BEGIN:VEVENT") == 1 and "STATUS:CANCELLED" in text
    learner.post(url("calendar_renew"))
    assert client.get(feed).status_code == 404
    feed = url("calendar_feed", CalendarKey.objects.get(user=learning.officer).key)
    assert client.get(feed).status_code == 200
    learning.officer.is_active = False
    learning.officer.save()
    assert client.get(feed).status_code == 404
    assert client.get(url("calendar_feed", "x" * 300)).status_code == 404
