"""What a question version says to a candidate. Versions never change, so each process reads one once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from exams.delivery import pictures
from exams.models.bank import QuestionVersion

MOST = 3000


class Shown(NamedTuple):
    """Stem and options as the author wrote them; pictures as (id, words for the blind)."""

    kind: str
    form: str
    stem: str
    material: str
    blanks: int
    picture: tuple[int, str] | None
    options: dict[str, tuple[str, tuple[int, str] | None]]


_contents: OrderedDict[int, Shown] = OrderedDict()
_lock = threading.Lock()


def of(version_ids: Iterable[int]) -> dict[int, Shown]:
    """Contents by version id; one query for those this process has not read yet, one for their pictures."""
    wanted = set(version_ids)
    with _lock:
        found = {pk: _contents[pk] for pk in wanted if pk in _contents}
        for pk in found:
            _contents.move_to_end(pk)
    if missing := wanted - found.keys():
        read = _read(missing)
        found |= read
        with _lock:
            _contents.update(read)
            while len(_contents) > MOST:
                _contents.popitem(last=False)
    return found


def _read(version_ids: set[int]) -> dict[int, Shown]:
    # Named columns: neither difficulty nor topic nor basis is even read.
    columns = ("id", "kind", "form", "stem", "material", "blanks", "picture_id", "options")
    rows = list(QuestionVersion.objects.filter(pk__in=version_ids).values_list(*columns))
    ids = {row[6] for row in rows} | {option.get("picture") for row in rows for option in row[7]}
    words = {pk: picture.alt for pk, picture in pictures.facts(ids).items()}

    def picture(pk):
        return (pk, words[pk]) if pk in words else None

    return {
        pk: Shown(
            kind,
            form,
            stem,
            material,
            blanks,
            picture(pictured),
            {option["key"]: (option["text"], picture(option.get("picture"))) for option in options},
        )
        for pk, kind, form, stem, material, blanks, pictured, options in rows
    }


def forget() -> None:
    """Empty the memory (tests)."""
    with _lock:
        _contents.clear()
