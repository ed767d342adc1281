"""Watching and reading by the server's clock: one window, presence checks, the share that completes, and forgers."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from courses.actions import watching
from courses.models import LessonDone, Watch
from courses.queries.watching import content_of, going_on, is_watched, player_for, spans_of, watches_of
from courses.rules.watching import total
from portal.actions.errors import Refused
from staffing.models import HourCredit
from tests.cast import NOW
from tests.courses.watched import Window, watch_through


@pytest.fixture
def window(learning):
    return Window(learning.officer, learning.video)


def test_a_film_is_watched_through(learning, window):
    """Ninety seconds in beats of fifteen: done at 81, told once, booked with the time it took."""
    assert (window.watch.duration, window.watch.rule["share"]) == (90, "0.9")
    for _n in range(5):
        assert not window.play(15).finished
    assert window.watch.covered == [[0.0, 75.0]] and window.watch.done_at is None
    assert [one.page_id for one in (found.watch for found in going_on(learning.wang, 2026))] == [learning.video.pk]
    assert going_on(learning.wang, 2026)[0].percent == 92
    assert window.play(15).finished
    watch = window.watch
    assert watch.done_at == window.now and watch.covered_seconds == 90 and watch.wall == 90
    assert LessonDone.objects.filter(person=learning.wang, lesson=learning.video.pk).count() == 1
    assert spans_of(learning.wang.pk, [learning.video.pk], 2026) == [(NOW, NOW + timedelta(seconds=90))]
    # Again at double speed: free, and nothing is counted or told a second time.
    again = window.play(15, speed=2)
    assert not again.finished and again.watch.wall == 90 and going_on(learning.wang, 2026) == []
    assert is_watched(learning.wang, learning.video, 2026) and not is_watched(learning.wang, learning.video, 2027)


def test_a_recording_brings_hours_once(learning):
    learning.whole_film()
    window = Window(learning.officer, learning.lecture)
    Watch.objects.filter(pk=window.pk).update(covered=[[0, 8090]], covered_seconds=8090)
    window.upto = 8090
    assert window.through(30).finished
    assert HourCredit.objects.get(person=learning.wang).hours == 3
    window.play(15)
    Window(learning.officer, learning.lecture, window.now).through(30)
    assert HourCredit.objects.filter(person=learning.wang).count() == 1


def test_reading_takes_its_minutes(learning):
    content = content_of(learning.reading)
    assert (content.kind, content.seconds, content.share) == ("reading", 120, 1)
    window = Window(learning.officer, learning.reading)
    assert not window.through(105).finished
    assert window.through(15).finished
    assert content_of(learning.quizzed).kind == "" and content_of(learning.course).kind == ""
    with pytest.raises(watching.Unknown):
        watching.start(actor=learning.officer, now=NOW, page=learning.quizzed)


def test_one_window_at_a_time(learning, window):
    window.play(15)
    other = Window(learning.officer, learning.lecture, window.now)
    with pytest.raises(watching.Stopped) as stopped:
        window.play(15)
    assert stopped.value.code == "lease" and window.watch.covered_seconds == 15
    assert Watch.objects.get(live=learning.wang.pk).pk == other.pk
    # Two windows of the same film: the later one goes on where the first stopped.
    later = Window(learning.officer, learning.video, window.now)
    assert later.upto == 15
    for stale in (window, other):
        with pytest.raises(watching.Stopped):
            stale.play(15)
    assert later.play(15).watch.covered_seconds == 30
    later.play(5, last=True)
    assert later.watch.live is None and later.watch.covered_seconds == 35
    with pytest.raises(watching.Stopped):
        later.play(15)


def test_whose_viewing_it_is(learning, window):
    for user, pk in ((learning.training, window.pk), (learning.officer, window.pk + 99), (learning.officer, 2**70)):
        with pytest.raises(watching.Unknown):
            watching.beat(user_id=user.pk, watch_id=pk, lease=window.lease, played=(0, 9), position=9, now=NOW)
    for lease in ("", "x" * 32, window.lease[:-1]):
        with pytest.raises(watching.Stopped):
            watching.beat(
                user_id=learning.officer.pk, watch_id=window.pk, lease=lease, played=(0, 9), position=9, now=NOW
            )
    with pytest.raises(Refused):
        watching.start(actor=learning.training, now=NOW, page=learning.video)
    learning.video.unpublish()
    learning.video.refresh_from_db()
    with pytest.raises(watching.Unknown):
        window.open()


def test_presence_checks_stop_the_count_until_answered(learning):
    learning.lecture.checks = True
    learning.lecture.save_revision().publish()
    window = Window(learning.officer, learning.lecture)
    at = window.watch.check_at
    assert 0 < at <= 81 * 0.8
    while window.last.check is None:
        window.play(15)
    at = window.watch.wall
    assert window.last.check == 60 and window.watch.check_at <= at < window.watch.check_at + 15
    # Nothing counts while it is open, and the film is not done whatever is reported.
    for _n in range(9):
        assert window.play(15).watch.wall == at
    assert window.last.check == 0
    # More time, then an answer in time; a reload asks anew.
    assert window.answer(more_time=True).check == 60
    window.open()
    assert window.last.check == 60
    window.now += timedelta(seconds=50)
    assert window.answer().check is None
    assert (window.watch.checks, window.watch.missed, window.watch.asked_at) == (1, 0, None)
    # The time of the question is not made up for.
    assert window.report(window.upto, 90).watch.wall == at
    while window.last.check is None and not window.last.finished:
        window.play(15)
    if window.last.check is not None:
        window.now += timedelta(seconds=200)
        window.answer()
        assert (window.watch.checks, window.watch.missed) == (1, 1)
        window.through(90)
    assert window.watch.done_at
    checks = window.watch.checks
    window.answer()
    assert window.watch.checks == checks


def test_the_last_check_comes_before_the_end(learning):
    """Enough was seen in the report that asks: nothing is done until the answer."""
    learning.lecture.checks = True
    learning.lecture.save_revision().publish()
    window = Window(learning.officer, learning.lecture)
    Watch.objects.filter(pk=window.pk).update(check_at=76)
    for _n in range(6):
        window.play(15)
    assert window.last.check == 60 and window.watch.covered_seconds == 90 and window.watch.done_at is None
    window.answer()
    assert window.report(90, 90).finished


def test_hidden_windows_and_long_silence_count_nothing(window):
    window.play(15)
    assert window.play(15, hidden=True).watch.covered_seconds == 15
    window.now += timedelta(hours=2)
    assert window.report(15, 90).watch.covered_seconds == 45
    window.now -= timedelta(hours=1)
    assert window.report(45, 90).watch.covered_seconds == 45


def test_a_new_year_and_a_new_film_begin_from_nothing(learning):
    midnight = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    window = Window(learning.officer, learning.video, midnight - timedelta(seconds=20))
    window.play(15)
    with pytest.raises(watching.Stopped) as stopped:
        window.play(15)
    assert stopped.value.code == "year"
    window.open()
    assert window.watch.year == 2027 and window.watch.covered == [] and window.upto == 0
    assert Watch.objects.get(year=2026).covered_seconds == 15
    window.play(15)
    learning.video.video = learning.film
    learning.video.save_revision().publish()
    window.open()
    assert window.watch.covered == [] and window.watch.media_id == learning.film.pk and window.watch.wall == 15


def test_the_rule_is_that_of_the_beginning(learning, window):
    learning.course.watch_share, learning.course.no_skip = 60, False
    learning.course.save_revision().publish()
    window.open()
    assert window.watch.rule == {"share": "0.9", "no_skip": True, "checks": False}
    sun = learning.cast.sun
    sun.user = learning.cast.account("sun", "officer", learning.cast.west)
    sun.save()
    free = Window(sun.user, learning.video)
    assert free.watch.rule == {"share": "0.6", "no_skip": False, "checks": False}
    free.now += timedelta(seconds=20)
    assert free.report(60, 80).watch.covered == [[60.0, 80.0]]
    assert free.through(40).watch.covered_seconds == 30


FORGERS = 10_000


@pytest.mark.parametrize("count", [300, pytest.param(FORGERS, marks=pytest.mark.full)])
def test_forged_parallel_and_accelerated_reports(learning, count):
    """Whatever is sent, in two windows or many, no more is credited than passed, and hours come once."""
    chance = random.Random(count)
    pages = [learning.video, learning.lecture, learning.reading]
    now, leases, refused = NOW, {}, 0
    for _n in range(count):
        now += timedelta(seconds=chance.choice([0, 0, 0.01, 0.4, 1, 7, 40, -3]))
        page = chance.choice(pages)
        if page.pk not in leases or chance.random() < 0.03:
            begun = watching.start(actor=learning.officer, now=now, page=page)
            leases[page.pk] = (begun.watch.pk, begun.watch.lease)
        pk, lease = leases[page.pk]
        start = chance.choice([0, begun.upto, 80, chance.uniform(-5, 95)])
        try:
            watching.beat(
                user_id=learning.officer.pk,
                watch_id=pk,
                lease=chance.choice([lease, lease, lease, "0" * 32]),
                played=(start, start + chance.choice([15, 90, 9e8, -4])),
                position=chance.uniform(-9, 99),
                hidden=chance.random() < 0.1,
                now=now,
            )
        except watching.Stopped:
            refused += 1
    elapsed = (now - NOW).total_seconds() + 3 * count  # The clock never really goes back: count its steps forward.
    rows = Watch.objects.all()
    spans = sorted(span for row in rows for span in row.spans)
    assert refused and sum(row.wall for row in rows) <= elapsed
    # Never in two places: the times of different pages do not overlap.
    for (_a, before), (after, _b) in pairwise(spans):
        assert before <= after + 0.002
    for row in rows:
        assert row.covered_seconds <= row.wall + 1 and total(row.covered) <= row.duration
        assert row.wall <= total(row.spans) + 0.01 * len(row.spans) + 0.002 * row.version
    assert HourCredit.objects.filter(person=learning.wang, reverses=None).count() <= 2


def test_what_others_ask(learning, rf):
    watch_through(learning.wang, learning.video)
    assert set(watches_of(learning.wang, [learning.video.pk, learning.reading.pk], 2026)) == {learning.video.pk}
    assert spans_of(learning.wang.pk, [learning.video.pk], 2026) == [(NOW - timedelta(seconds=90), NOW)]
    request = rf.get("/")
    request.user = learning.officer
    player = player_for(request, learning.wang, learning.lecture)
    assert player.words == "看满90%（1分21秒），已计0秒" and player.percent == 0 and player.open_url
    assert player_for(request, learning.wang, learning.video).words == "看满90%（1分21秒），已完成"
    assert player_for(request, learning.wang, learning.reading).words == "阅读满1分59秒，已计0秒"
    request.is_preview = True
    preview = player_for(request, None, learning.lecture)
    assert preview.open_url == "" and preview.notes == [] and preview.words == "看满90%（1分21秒）"
    assert player_for(request, None, learning.quizzed) is None
