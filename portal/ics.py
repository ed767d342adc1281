"""Calendar files (.ics, RFC 5545) for phones and desks: what, when, where. No personal numbers go into them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpResponse
from django.utils.translation import get_language
from icalendar import Calendar, Event


@dataclass(frozen=True)
class CalendarEntry:
    """One appointment, half-open [starts, ends), aware times. ``uid`` stays the same when the appointment moves."""

    uid: str
    title: str
    starts: datetime
    ends: datetime
    place: str = ""
    text: str = ""
    url: str = ""
    cancelled: bool = False


def calendar_file(entries: Iterable[CalendarEntry], *, name: str, now: datetime) -> bytes:
    """The entries as one calendar; times in UTC, which every calendar shows in its own zone."""
    calendar = Calendar()
    calendar.add("prodid", f"-//enforcement portal//{get_language() or 'zh-hans'}")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", entry.starts.astimezone(UTC))
        event.add("dtend", entry.ends.astimezone(UTC))
        event.add("summary", entry.title)
        for key, value in (("location", entry.place), ("description", entry.text), ("url", entry.url)):
            if value:
                event.add(key, value)
        event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
        calendar.add_component(event)
    return calendar.to_ical()


def calendar_response(entries: Iterable[CalendarEntry], *, name: str, now: datetime, file: str) -> HttpResponse:
    """The calendar as a download called ``file`` (ASCII)."""
    answer = HttpResponse(calendar_file(entries, name=name, now=now), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer
