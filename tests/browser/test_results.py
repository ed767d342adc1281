"""Pages of marking, register, appeals and own results in a real browser: no sideways scroll, one primary button."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import timezone

from exams.actions import appeals, marking, results
from exams.models import Appeal, MarkingTask, Sitting
from tests.browser.looks import SIZES
from tests.browser.test_sittings import WIDE
from tests.cast import NOW
from tests.exams.closed import FAILS, MACHINE, PASSES, SatCast

PRIMARY = (
    "() => [...document.querySelectorAll('.btn-primary')].filter(el => el.offsetParent && !el.closest('dialog')).length"
)


@pytest.fixture
def sat(town):
    sat = SatCast(town)
    sat.written = sat.make_sitting("w1", "冬季执法资格考试（综合法律知识与专业法律知识）", sat.paper, state="closed")
    part = sat.written.papers.get()
    part.frozen = sat.part.frozen
    part.save()
    for _n in range(2):
        sat.sit(part=part, person=registered(sat))
    sat.good, sat.bad = sat.sit(PASSES, items=MACHINE), sat.sit(FAILS, items=MACHINE)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    Sitting.objects.filter(pk=sat.closed.pk).update(appeals_until=timezone.now() + timedelta(days=1))
    sat.appeal = appeals.apply(actor=sat.bad.user, now=NOW, entry=sat.bad.entry, reason="第2题的答案应为甲、丙两项")
    sat.one, sat.two = sat.marker("m1", sat.written), sat.marker("m2", sat.written)
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.written)
    return sat


def registered(sat):
    sat.count += 1
    return sat.candidate(f"䶮考生{sat.count}", sat.count, sitting=sat.written)


def pages(sat):
    """(who, address, primary buttons)."""
    code = MarkingTask.objects.filter(marker=sat.one).first().code
    office, marker, officer = sat.office, sat.one, sat.bad.user
    yield office, reverse("exams:register", args=["c1"]), 0
    yield office, reverse("exams:register", args=["w1"]), 0
    yield office, reverse("exams:register_edition", args=["c1", 1]), 0
    yield office, reverse("exams:register_correct", args=["c1"]), 1
    yield office, reverse("exams:marking_overview", args=["w1"]), 0
    yield office, reverse("exams:appeals", args=["c1"]), 0
    yield office, reverse("exams:appeal", args=[Appeal.objects.get().pk]), 1
    yield office, reverse("exams:attempt_paper", args=[sat.good.pk]), 0
    yield office, reverse("exams:archive", args=["c1"]), 1
    yield marker, reverse("exams:marking"), 1
    yield marker, reverse("exams:marking_task", args=[code]), 1
    yield officer, reverse("exams:result", args=["c1"]), 1


@pytest.mark.parametrize(("large", "widths"), SIZES)
def test_no_sideways_scroll_and_one_primary_button(sat, page, live_server, large, widths):
    type(sat.office).objects.update(large_text=large)
    page.set_default_timeout(20000)
    errors, found, signed = [], {}, None
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    for user, address, primary in pages(sat):
        if user != signed:
            client = sat.cast.client()
            client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
            cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
            page.context.clear_cookies()
            page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
            signed = user
        answer = page.goto(live_server.url + address)
        assert answer.status == 200, address
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate(WIDE)
            buttons = page.evaluate(PRIMARY)
            if wide or buttons != primary:
                found[address, width] = (wide, buttons)
    assert not found and not errors
