"""Reading rows back in the form the import journal keeps them: what an undo compares before it takes anything away."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from django.db.models import Model

from portal import crypto
from staffing.models import Leave, Membership, Person, Posting, Qualification, QualificationStatus, Unit

TABLES: dict[str, type[Model]] = {
    "unit": Unit,
    "person": Person,
    "membership": Membership,
    "posting": Posting,
    "qualification": Qualification,
    "status": QualificationStatus,
    "leave": Leave,
}
# Encrypted columns read differently every time; their masks and index stand for them.
_LEFT_OUT = {"id_number", "mobile"}
# A unit's place in the tree is kept by the tree itself.
_UNIT = ("code", "name", "kind", "empower_mode")

COLUMNS = {
    name: _UNIT
    if name == "unit"
    else tuple(f.attname for f in model._meta.concrete_fields if f.name not in {"id", *_LEFT_OUT})
    for name, model in TABLES.items()
}
CHUNK = 900


def plain(value):
    """JSON form that is the same before and after a trip through the database."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Decimal, float)) or (isinstance(value, int) and not isinstance(value, bool)):
        return float(value)
    return value


def content(table: str, row: Mapping[str, object]) -> list:
    """A row's stored values, in column order."""
    return [plain(row[name]) for name in COLUMNS[table]]


def digest(table: str, pk: int, values: list) -> bytes:
    """Short fingerprint of one row's content; only a keyed ``seal`` of these is ever stored."""
    text = json.dumps([table, pk, values], ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=12).digest()


def seal(digests: Iterable[bytes]) -> str:
    """Keyed fingerprint of several rows, whatever their order."""
    return crypto.blind_index(b"".join(sorted(digests)).hex())[:32]


def contents(table: str, ids: Collection[int]) -> Iterator[tuple[int, list]]:
    """(id, content) of the rows that still exist."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        found = TABLES[table].objects.filter(pk__in=ordered[start : start + CHUNK]).order_by()
        for pk, *values in found.values_list("pk", *COLUMNS[table]):
            yield pk, [plain(value) for value in values]
