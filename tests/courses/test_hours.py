"""学时: every entry with what counts of it, years that were closed, and what may still become hours."""

from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse

from courses.models import Attendance, AttendanceState
from courses.queries import hours as queries
from staffing.models import HourYear, HourYearLine
from staffing.queries.standing import hours_of
from tests.cast import NOW, TODAY
from tests.courses.test_mine import earn, now  # noqa: F401


def test_every_entry_says_what_counts_of_it(cast, now):  # noqa: F811
    cast.policy.hours_online_max = Decimal(6)
    cast.policy.save()
    day = date(2026, 3, 2)
    earn(cast.wang, 7, day)
    earn(cast.wang, 3, day, "online")
    earn(cast.wang, 8, day + timedelta(days=1), "online")
    wrong = earn(cast.wang, 4, day + timedelta(days=2), title="重复登记的讲座")
    earn(cast.wang, -4, day + timedelta(days=2), reverses=wrong, reason="重复登记")
    page = queries.year_page(cast.wang, 2026, TODAY)
    assert (
        sum(line.counted for line in page.lines) == page.status.counted == hours_of(cast.wang.pk, TODAY).counted == 13
    )
    text = cast.client("officer").get(reverse("courses:hours")).content.decode()
    assert "每日最多计8学时，2学时不计入" in text and "线上每年最多计6学时，3学时不计入" in text
    assert "冲正：重复登记" in text and "已冲正" in text and "合计计入 13 学时" in text


def test_a_closed_year_shows_what_was_frozen_and_adjusted(cast, now):  # noqa: F811
    earn(cast.wang, 8, date(2025, 3, 3))
    closing = HourYear.objects.create(year=2025, closed_at=NOW, policy=cast.policy, due=1, met=0)
    HourYearLine.objects.create(
        closing=closing, person=cast.wang, unit=cast.east, target=60, counted=8, online=0, met=False
    )
    earn(cast.wang, 2, date(2025, 3, 4))
    client = cast.client("officer")
    text = client.get(reverse("courses:hours_year", args=[2025])).content.decode()
    assert (
        "2025年度已于2026-11-02关账。" in text
        and "关账时计入8学时，应学60学时" in text
        and "关账后调整增加2学时" in text
    )
    assert client.get(reverse("courses:hours_year", args=[2027])).status_code == 404
    assert client.get(reverse("courses:hours_year", args=[1900])).status_code == 404


def test_what_waits_is_named(learning, now):  # noqa: F811
    Attendance.objects.create(
        session=learning.held[0],
        person=learning.wang,
        unit=learning.cast.east,
        way="scan",
        state=AttendanceState.NO_SIGN_OUT,
        recorded_at=NOW,
    )
    assert "缺签退，暂不计入，已请培训员核对。" in learning.client().get(reverse("courses:hours")).content.decode()
