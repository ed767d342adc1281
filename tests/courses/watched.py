"""Viewings for tests: finished ones put straight into the table, and a window that reports like the player does."""

from __future__ import annotations

from datetime import timedelta

from courses.actions import watching
from courses.models import Watch
from courses.queries.watching import content_of
from tests.cast import NOW


def watch_through(person, page, until=NOW, year: int | None = None) -> Watch:
    """A finished viewing that ended at ``until``, without what follows from it."""
    content = content_of(page)
    begun = until - timedelta(seconds=content.seconds)
    return Watch.objects.create(
        person=person,
        page_id=page.pk,
        year=year or until.year,
        media=content.recording,
        duration=content.seconds,
        rule=content.rule,
        covered=[[0, content.seconds]],
        covered_seconds=content.seconds,
        wall=content.seconds,
        spans=[[begun.timestamp(), until.timestamp()]],
        position=content.seconds,
        beat_at=until,
        done_at=until,
    )


class Window:
    """A player's window at a clock of its own: ``play`` lets time pass and reports it."""

    def __init__(self, user, page, now=NOW):
        self.user, self.page, self.now = user, page, now
        self.open()

    def open(self):
        # As a request would find it, with nothing remembered.
        page = type(self.page).objects.get(pk=self.page.pk)
        begun = watching.start(actor=self.user, now=self.now, page=page)
        self.pk, self.lease, self.upto = begun.watch.pk, begun.watch.lease, begun.upto
        self.last = begun
        return begun

    def report(self, start: float, end: float, **more):
        self.last = watching.beat(
            user_id=self.user.pk,
            watch_id=self.pk,
            lease=self.lease,
            played=(start, end),
            position=end,
            now=self.now,
            **more,
        )
        self.upto = self.last.upto
        return self.last

    def play(self, seconds: float, speed: float = 1.0, **more):
        """The film runs on for so many seconds of the clock, then one report."""
        self.now += timedelta(seconds=seconds)
        return self.report(self.upto, self.upto + seconds * speed, **more)

    def through(self, seconds: float, beat: float = 15.0):
        """Play this long, reporting every ``beat`` seconds; presence checks are answered at once."""
        left = seconds
        while left > 0 and not self.last.finished:
            self.play(min(beat, left))
            left -= min(beat, left)
            if self.last.check is not None:
                self.answer()
        return self.last

    def answer(self, **more):
        return watching.present(user_id=self.user.pk, watch_id=self.pk, lease=self.lease, now=self.now, **more)

    @property
    def watch(self) -> Watch:
        return Watch.objects.get(pk=self.pk)
