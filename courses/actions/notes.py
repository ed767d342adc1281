"""A learner's own notes at seconds of a film; nobody else ever sees them, so nothing is audited."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import WatchNote
from courses.queries.own import own_person
from portal.actions.errors import Refused

MOST_CHARACTERS = WatchNote._meta.get_field("text").max_length
# More notes than anybody writes for one film.
MOST_NOTES = 500


class NoNote(LookupError):
    """There is no such note, or it is somebody else's."""


def _words(text: str) -> str:
    text = text.replace("\0", "").strip()
    if not text:
        raise Refused(_("请写下笔记内容。"), "text")
    if len(text) > MOST_CHARACTERS:
        raise Refused(_("一条笔记最多%(n)d字，现有%(now)d字。") % {"n": MOST_CHARACTERS, "now": len(text)}, "text")
    return text


def add_note(*, actor, now: datetime, page, second: int, text: str) -> WatchNote:
    """Write a note at this second of the page's film. The same words at the same second twice are one note.

    Raises Refused with the field "text".
    """
    person, text = own_person(actor), _words(text)
    with transaction.atomic():
        mine = WatchNote.objects.filter(person=person, page_id=page.pk)
        known = mine.filter(second=second, text=text).first()
        if known:
            return known
        if mine.count() >= MOST_NOTES:
            raise Refused(_("本页笔记已有%(n)d条，请先整理。") % {"n": MOST_NOTES}, "text")
        return WatchNote.objects.create(person=person, page_id=page.pk, second=second, text=text, at=now)


def edit_note(*, actor, now: datetime, note_id: int, text: str) -> WatchNote:
    """Change the words of one's own note. Raises NoNote, Refused with the field "text"."""
    text = _words(text)
    with transaction.atomic():
        note = _own(actor, note_id)
        note.text, note.at = text, now
        note.save(update_fields=["text", "at"])
    return note


def delete_note(*, actor, now: datetime, note_id: int) -> None:
    """Remove one's own note for good. Raises NoNote."""
    with transaction.atomic():
        _own(actor, note_id).delete()


def _own(actor, note_id: int) -> WatchNote:
    note = WatchNote.objects.filter(pk=note_id, person=own_person(actor)).first()
    if note is None:
        raise NoNote
    return note
