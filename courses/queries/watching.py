"""What a page has to watch or to read, how far somebody is with it, and what its player shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import CoursePage, LecturePage, LessonPage, Recording, Watch, WatchNote
from courses.rules import watching as rules
from portal.access import access_of

# Domain §2.1: a film counts from 90 % on; a text's minutes are those that must be read.
LECTURE_SHARE, READING_SHARE = Decimal("0.9"), Decimal(1)
# Seconds between two reports of a page, and those a presence check waits for its answer.
BEAT_SECONDS, CHECK_SECONDS = 15, 60


@dataclass(frozen=True)
class Content:
    """What of a page is watched or read: ``kind`` video, audio, reading or "" (nothing); ``share`` of ``seconds``."""

    kind: str = ""
    recording: Recording | None = None
    seconds: int = 0
    share: Decimal = READING_SHARE
    no_skip: bool = True
    checks: bool = False

    @property
    def need(self) -> int:
        return rules.needed(self.seconds, self.share)

    @property
    def rule(self) -> dict:
        """As a Watch keeps it."""
        return {"share": str(self.share), "no_skip": self.no_skip, "checks": self.checks}


def content_of(page, rule: dict | None = None) -> Content:
    """What of a lesson or a recorded lecture is watched or read.

    ``rule``: how somebody takes the course (``Enrolment.rule``); without it the course's own fields as they are now,
    for which a lesson needs one query. A recording without a length holds nothing that could be watched.
    """
    if isinstance(page, LecturePage):
        film, share, no_skip, checks = page.recording, LECTURE_SHARE, page.no_skip, page.checks
        minutes = 0
    elif isinstance(page, LessonPage):
        film, minutes = page.video, page.minutes
        if film is None and not minutes:
            return Content()
        rule = rule or _course_rule(page)
        share, no_skip, checks = Decimal(rule["watch"]), rule["no_skip"], rule["checks"]
    else:
        return Content()
    if film is not None and int(film.duration):
        return Content("audio" if film.type == "audio" else "video", film, int(film.duration), share, no_skip, checks)
    return (
        Content("reading", None, minutes * 60, READING_SHARE, True, checks) if minutes and film is None else Content()
    )


def _course_rule(lesson: LessonPage) -> dict:
    course = getattr(lesson, "_course", None)
    if course is None and lesson.path:
        course = CoursePage.objects.filter(path=lesson.path[: -LessonPage.steplen]).first()
    course = course or CoursePage()
    return {
        "watch": str(Decimal(course.watch_share) / 100),
        "no_skip": course.no_skip,
        "checks": course.checks,
    }


def watches_of(person, page_ids: Iterable[int], year: int) -> dict[int, Watch]:
    """Somebody's viewings of these pages in a year, by page. One query."""
    rows = Watch.objects.filter(person=person, year=year, page__in=list(page_ids))
    return {row.page_id: row for row in rows}


def is_watched(person, page, year: int) -> bool:
    """Was as much of it watched or read as it asks for, this year?"""
    return Watch.objects.filter(person=person, page=page, year=year, done_at__isnull=False).exists()


def progress(watch: Watch | None, content: Content) -> tuple[int, int]:
    """(seconds seen, seconds to be seen)."""
    return (watch.covered_seconds if watch else 0), content.need


def spans_of(person_id: int, page_ids: Iterable[int], year: int) -> list[tuple[datetime, datetime]]:
    """When these pages were watched, [from, to) of the server's clock, sorted and disjoint. One query."""
    rows = Watch.objects.filter(person=person_id, page__in=list(page_ids), year=year).values_list("spans", flat=True)
    spans = rules.joined([span for spans in rows for span in spans], rules.SPAN_HOLE)
    return [(datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC)) for a, b in spans]


@dataclass(frozen=True)
class GoingOn:
    """Something begun and not finished; ``percent`` of what must be seen, ``left`` seconds of it."""

    page: Page
    watch: Watch
    title: str
    url: str
    percent: int
    left: int


def going_on(person, year: int, limit: int = 3) -> list[GoingOn]:
    """What somebody is in the middle of, latest first, without withdrawn pages. At most three queries."""
    rows = Watch.objects.filter(person=person, year=year, done_at=None, covered_seconds__gt=0, page__live=True)
    found = []
    for row in rows.select_related("page").order_by("-beat_at")[:limit]:
        need = rules.needed(row.duration, Decimal(row.rule["share"]))
        percent = min(99, row.covered_seconds * 100 // need)
        left = max(0, need - row.covered_seconds)
        found.append(GoingOn(row.page, row, row.page.title, row.page.url, percent, left))
    return found


# --- the player -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NoteView:
    id: int
    second: int
    text: str
    url: str
    delete_url: str


@dataclass(frozen=True)
class PlayerView:
    """What templates/courses/player.html draws. Without ``open_url`` it plays and reports nothing (preview, and people
    who learn nothing themselves).
    """

    kind: str
    title: str
    page_id: int
    seconds: int
    need: int
    no_skip: bool
    checks: bool
    share: int
    src: str = ""
    mime: str = ""
    poster: str = ""
    captions: str = ""
    width: int = 16
    height: int = 9
    covered: int = 0
    parts: list = field(default_factory=list)
    position: float = 0
    done: bool = False
    marks: list[rules.Mark] = field(default_factory=list)
    notes: list[NoteView] = field(default_factory=list)
    open_url: str = ""
    notes_url: str = ""
    beat_seconds: int = BEAT_SECONDS
    check_seconds: int = CHECK_SECONDS

    @property
    def percent(self) -> int:
        """Of what must be seen; never rounded up to all of it."""
        return 100 if self.done else min(99, self.covered * 100 // self.need)

    @property
    def words(self) -> str:
        """What completes it and how far it is."""
        covered = self.covered if self.open_url else None
        return progress_words(self.kind == "reading", self.share, self.need, covered, self.done)

    @property
    def config(self) -> dict:
        """What the script needs to know."""
        return {
            "kind": self.kind,
            "seconds": self.seconds,
            "need": self.need,
            "position": self.position,
            "parts": self.parts,
            "done": self.done,
            "noSkip": self.no_skip,
            "openUrl": self.open_url,
            "notesUrl": self.notes_url,
            "beat": self.beat_seconds,
            "check": self.check_seconds,
            "marks": [{"second": mark.second, "name": mark.name} for mark in self.marks],
        }


def progress_words(reading: bool, share: int, need: int, covered: int | None, done: bool) -> str:
    """看满90%（1分21秒），已计40秒; ``covered`` None: only what is asked."""
    if reading:
        asked = _("阅读满%(time)s") % {"time": clock_words(need)}
    else:
        asked = _("看满%(share)d%%（%(time)s）") % {"share": share, "time": clock_words(need)}
    if covered is None:
        return asked
    if done:
        return _("%(asked)s，已完成") % {"asked": asked}
    return _("%(asked)s，已计%(time)s") % {"asked": asked, "time": clock_words(covered)}


def watch_words(watch: Watch) -> str:
    """The same of a viewing as it stands."""
    share = Decimal(watch.rule["share"])
    need = rules.needed(watch.duration, share)
    return progress_words(
        watch.media_id is None, int(share * 100), need, watch.covered_seconds, watch.done_at is not None
    )


def clock_words(seconds: float) -> str:
    """1小时2分5秒; 1小时2分钟; 12分30秒; 5分钟; 40秒: what is nought at the end is not said."""
    seconds = int(seconds)
    told = {"h": seconds // 3600, "m": seconds // 60 % 60, "s": seconds % 60}
    if told["s"]:
        if told["h"]:
            return _("%(h)d小时%(m)d分%(s)d秒") % told
        return (_("%(m)d分%(s)d秒") if told["m"] else _("%(s)d秒")) % told
    if told["h"]:
        return (_("%(h)d小时%(m)d分钟") if told["m"] else _("%(h)d小时")) % told
    return (_("%(m)d分钟") if told["m"] else _("%(s)d秒")) % told


def length_words(seconds: float) -> str:
    """How long something takes: exact below ten minutes, then 约1小时35分钟."""
    seconds = int(seconds)
    if seconds < 600 or not seconds % 60:
        return clock_words(seconds)
    return _("约%(time)s") % {"time": clock_words((seconds + 30) // 60 * 60)}


MIMES = {
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
}


def mime_of(name: str) -> str:
    """The type under which a recording is handed out; what browsers cannot play has none of these."""
    return MIMES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def note_view(note: WatchNote) -> NoteView:
    """A note as the player shows it."""
    return NoteView(
        note.pk,
        note.second,
        note.text,
        reverse("courses:note", args=[note.pk]),
        reverse("courses:note_delete", args=[note.pk]),
    )


def player_for(request, person, page, *, rule: dict | None = None) -> PlayerView | None:
    """The player of a lesson or a recorded lecture; None when it has nothing to watch or read.

    ``rule`` as in ``content_of``. Reports are made only for a person who may learn, and never in a preview. At most
    four queries.
    """
    content = content_of(page, rule)
    if not content.kind:
        return None
    learns = bool(person and page.pk and page.live and not getattr(request, "is_preview", False)) and access_of(
        request
    ).can("learn.take")
    year = timezone.localdate().year
    watch = watches_of(person, [page.pk], year).get(page.pk) if learns else None
    same = watch is not None and watch.media_id == (content.recording.pk if content.recording else None)
    film = content.recording
    more = {}
    if film is not None:
        more = {
            "src": film.url,
            "mime": mime_of(film.file.name),
            "poster": reverse("courses:poster", args=[film.pk]) if film.thumbnail else "",
            "captions": reverse("courses:captions", args=[film.pk]) if film.captions else "",
            "width": film.width or 16,
            "height": film.height or 9,
            "marks": rules.read_marks(getattr(page, "marks", ""), content.seconds)[0],
        }
    if learns:
        notes = WatchNote.objects.filter(person=person, page=page.pk) if film is not None else []
        more |= {
            "open_url": reverse("courses:watch_open", args=[page.pk]),
            "notes_url": reverse("courses:notes", args=[page.pk]),
            "notes": [note_view(note) for note in notes],
        }
    if watch and (same or watch.done_at):
        more |= {
            "covered": watch.covered_seconds,
            "parts": watch.covered if same else [],
            "position": watch.position if same else 0,
            "done": watch.done_at is not None,
        }
    return PlayerView(
        kind=content.kind,
        title=page.title,
        page_id=page.pk or 0,
        seconds=content.seconds,
        need=content.need,
        no_skip=content.no_skip,
        checks=content.checks,
        share=int(content.share * 100),
        beat_seconds=BEAT_SECONDS,
        check_seconds=CHECK_SECONDS,
        **more,
    )
