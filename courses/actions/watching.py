"""Watching and reading: a page reports what it played, the server's clock says what of that counts.

One window at a time: ``Watch.live`` is unique and holds the person's id, ``lease`` names the window. A report is one
look and one conditional update without locks: of two at once one is first, and for the other no time has passed.
"""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    F,
    FloatField,
    JSONField,
    PositiveIntegerField,
)
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.actions.completion import advance
from courses.actions.enrolments import begin
from courses.models import LecturePage, LessonPage, Watch
from courses.queries.own import own_person
from courses.queries.watching import CHECK_SECONDS, content_of
from courses.rules import watching as rules
from portal.actions.errors import Refused
from portal.prepared import Change, Given, Rows
from staffing.models import Person

# An answer that was on its way when the minute ended is in time.
ANSWER_GRACE = 5
# A row that changed under a report is looked at again so often.
TRIES = 4


class Unknown(LookupError):
    """There is no such viewing, or it is somebody else's."""


class Stopped(Refused):
    """Nothing more is counted in this window: ``code`` lease (another window goes on) or year (a new one began)."""

    def __init__(self, code: str):
        super().__init__(_TEXTS[code]())
        self.code = code


_TEXTS = {
    "lease": lambda: _("您已在另一个窗口学习，这里已暂停。要在这里继续，请按播放。"),
    "year": lambda: _("新的一年已经开始，学时重新计算。要继续，请按播放。"),
}


@dataclass
class Beaten:
    """A viewing after a report: ``upto`` is where the next report begins, ``back`` where the page must go.

    ``check``: seconds that are left to answer the presence check, None when none is open. ``missing``: what the page
    still asks for, told once, when the viewing was finished; ``note``: why its hours were not given.
    """

    watch: Watch
    upto: float
    back: float | None = None
    check: float | None = None
    finished: bool = False
    missing: list[str] = field(default_factory=list)
    note: str = ""


def start(*, actor, now: datetime, page) -> Beaten:
    """Begin or take up the viewing of a live page in this window; any other window of the person stops.

    Enrols in the course of a lesson. Another film than the one seen so far begins from nothing. Raises Unknown for a
    page with nothing to watch, Refused (no person behind the account; a course that cannot be taken).
    """
    if not isinstance(page, (LessonPage, LecturePage)) or not page.live:
        raise Unknown
    person = own_person(actor)
    try:
        with transaction.atomic():
            return _started(actor, now, person, page)
    except IntegrityError:
        # Two windows at the same moment: the later one is right.
        with transaction.atomic():
            return _started(actor, now, person, page)


def _started(actor, now, person: Person, page) -> Beaten:
    enrolment = begin(actor=actor, now=now, person=person, page=page)
    content = content_of(page, enrolment.rule if enrolment else None)
    if not content.kind:
        raise Unknown
    film = content.recording
    year = timezone.localdate(now).year
    fresh = {"media": film, "duration": content.seconds, "rule": content.rule}
    fresh["check_at"] = _next_check(0, content.need) if content.checks else None
    watch, made = Watch.objects.select_for_update().get_or_create(
        person=person, page_id=page.pk, year=year, defaults=fresh
    )
    other = (watch.media_id, watch.duration) != (film.pk if film else None, content.seconds)
    if not made and other and not watch.done_at:
        watch.media, watch.duration, watch.rule = film, content.seconds, content.rule
        watch.check_at = _next_check(watch.wall, content.need) if content.checks else None
        watch.covered, watch.covered_seconds, watch.position, watch.asked_at = [], 0, 0, None
    Watch.objects.filter(live=person.pk).exclude(pk=watch.pk).update(live=None, lease="", version=F("version") + 1)
    watch.live, watch.lease = person.pk, secrets.token_hex(16)
    watch.beat_at = max(now, watch.beat_at or now)
    watch.version += 1
    if watch.asked_at:
        # Whoever opens the page anew has not seen the question yet.
        watch.asked_at = now
    watch.save()
    return Beaten(watch, watch.position, check=_left(watch, now))


def beat(
    *,
    user_id: int,
    watch_id: int,
    lease: str,
    played: tuple[float, float],
    position: float,
    now: datetime,
    hidden: bool = False,
    last: bool = False,
) -> Beaten:
    """Count what a window says it played: [from, to) since its last report, standing at ``position`` now.

    Worth at most the server's time since then, and nothing while a presence check is open or the window was hidden.
    ``last``: the window goes. When enough was seen, the page's completion follows in the same transaction. Two queries.
    Raises Unknown, Stopped.
    """
    for _try in range(TRIES):
        watch = _look(watch_id, user_id)
        _check(watch, lease, now)
        beaten = _counted(watch, None if hidden or watch.asked_at else played, position, now)
        if last:
            watch.live, watch.lease = None, ""
        if _stored(beaten, lease, now):
            return beaten
    raise Stopped("lease")


def present(*, user_id: int, watch_id: int, lease: str, now: datetime, more_time: bool = False) -> Beaten:
    """Answer the presence check (or ask for another minute); counting goes on from now. Without an open check nothing
    changes. An answer after the minute is a missed check: it only had paused. Raises Unknown, Stopped.
    """
    for _try in range(TRIES):
        watch = _look(watch_id, user_id)
        _check(watch, lease, now)
        if watch.asked_at is None:
            return Beaten(watch, watch.position)
        changes = {"asked_at": now} if more_time else _answered(watch, now)
        mine = Watch.objects.filter(pk=watch.pk, lease=lease, version=watch.version)
        if mine.update(version=F("version") + 1, **changes):
            for name, value in changes.items():
                setattr(watch, name, value)
            return Beaten(watch, watch.position, check=_left(watch, now))
    raise Stopped("lease")


def _answered(watch: Watch, now: datetime) -> dict:
    late = (now - watch.asked_at).total_seconds() > CHECK_SECONDS + ANSWER_GRACE
    return {
        "asked_at": None,
        "check_at": _next_check(watch.wall, rules.needed(watch.duration, Decimal(watch.rule["share"]))),
        "beat_at": max(now, watch.beat_at),
        "missed" if late else "checks": (watch.missed if late else watch.checks) + 1,
    }


def _next_check(wall: float, need: int) -> float:
    return rules.next_check(wall, need, random.SystemRandom().random())


def _left(watch: Watch, now: datetime) -> float | None:
    """Seconds left to answer an open check."""
    if watch.asked_at is None:
        return None
    return max(0.0, round(CHECK_SECONDS - (now - watch.asked_at).total_seconds(), 1))


# --- one report -------------------------------------------------------------------------------------------------------

_FIND = Rows(
    lambda: Watch.objects.filter(
        pk=Given("watch", BigIntegerField()), person__user_id=Given("user", BigIntegerField())
    ).order_by()
)
# What a report may change.
_CHANGED = {
    "covered": JSONField(),
    "covered_seconds": PositiveIntegerField(),
    "wall": FloatField(),
    "spans": JSONField(),
    "position": FloatField(),
    "live": BigIntegerField(null=True),
    "lease": CharField(),
    "beat_at": DateTimeField(),
    "asked_at": DateTimeField(null=True),
    "done_at": DateTimeField(null=True),
}
_STORE = Change(
    lambda: (
        Watch.objects.filter(
            pk=Given("watch", BigIntegerField()),
            lease=Given("held", CharField()),
            version=Given("version", PositiveIntegerField()),
        ),
        {name: Given(name, kind) for name, kind in _CHANGED.items()} | {"version": F("version") + 1},
    )
)


def _look(watch_id: int, user_id: int) -> Watch:
    """The viewing, if it is this user's own. One query."""
    found = _FIND.named(watch=watch_id, user=user_id) if 0 < watch_id < 2**63 else None
    if not found:
        raise Unknown
    columns = found[0][Watch]
    return Watch.from_db(connection.alias, columns.keys(), columns.values())


def _check(watch: Watch, lease: str, now: datetime) -> None:
    if not watch.live or not lease or not secrets.compare_digest(watch.lease.encode(), lease.encode()):
        raise Stopped("lease")
    if timezone.localdate(now).year != watch.year:
        raise Stopped("year")


def _counted(watch: Watch, report, position: float, now: datetime) -> Beaten:
    """Put a report into the row (not stored yet). Without one only the position is kept."""
    share = Decimal(watch.rule["share"])
    watch.position = rules.floor_ms(min(max(position, 0.0), watch.duration))
    if watch.done_at:
        # Seen once, freely seen again: nothing is counted any more.
        return Beaten(watch, watch.position)
    if report is None:
        watch.beat_at = max(now, watch.beat_at)
        return Beaten(watch, watch.position, check=_left(watch, now))
    viewing = rules.Viewing(watch.duration, watch.covered, watch.spans, watch.beat_at.timestamp())
    step = rules.advance(viewing, *report, now.timestamp(), no_skip=watch.rule["no_skip"])
    watch.covered, watch.covered_seconds = step.covered, int(rules.total(step.covered))
    watch.wall, watch.spans = round(watch.wall + step.gained, 3), step.spans
    watch.beat_at = max(watch.beat_at, datetime.fromtimestamp(step.clock, UTC))
    if watch.rule["no_skip"]:
        # Where it goes on is where counting stopped.
        watch.position = min(watch.position, step.upto)
    beaten = Beaten(watch, step.upto, step.back)
    if watch.check_at is not None and watch.wall >= watch.check_at:
        # Also when enough was seen: the answer comes first.
        watch.asked_at = now
        beaten.check = float(CHECK_SECONDS)
    elif rules.enough(step.covered, watch.duration, share):
        watch.done_at, beaten.finished = now, True
    return beaten


def _stored(beaten: Beaten, held: str, now: datetime) -> bool:
    """Write the row as far as nobody else did meanwhile; what a finished viewing brings comes with it."""
    watch = beaten.watch
    values = {name: getattr(watch, name) for name in _CHANGED}
    if not beaten.finished:
        return _STORE(watch=watch.pk, held=held, version=watch.version, **values) == 1
    with transaction.atomic():
        if _STORE(watch=watch.pk, held=held, version=watch.version, **values) != 1:
            return False
        person = Person.objects.select_related("user").get(pk=watch.person_id)
        model = LessonPage if LessonPage.objects.filter(pk=watch.page_id).exists() else LecturePage
        outcome = advance(actor=person.user, now=now, person=person, page=model.objects.get(pk=watch.page_id))
    beaten.missing, beaten.note = outcome.missing, outcome.note
    return True
