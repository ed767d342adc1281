"""What a roster would change: plain rows, ready to be shown, counted, compared and written."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date

# Tables a change may touch, in the order in which they are written.
UNIT, PERSON, MEMBERSHIP, POSTING, QUALIFICATION, STATUS, LEAVE = (
    "unit",
    "person",
    "membership",
    "posting",
    "qualification",
    "status",
    "leave",
)
# Kinds a person reads on the preview page, in its order.
KINDS = (
    "create",
    "change",
    "move",
    "posting",
    "return",
    "certificate",
    "legal",
    "reviewer",
    "leave",
    "left",
    "unit",
)


@dataclass(slots=True)
class Change:
    """One row to be created (``ref`` None) or altered. ``person``: row id, or a negative number for a new person.

    ``after`` of a created qualification may hold ``statuses``: a list of status rows that go with it.
    """

    kind: str
    table: str
    person: int
    ref: int | None
    before: dict | None
    after: dict
    sheet: str = ""
    row: int = 0


@dataclass(slots=True)
class Conflict:
    """Something the roster says that was not done, with its reason as a code."""

    code: str
    person: int
    name: str
    field: str = ""
    now: object = None
    new: object = None
    sheet: str = ""
    row: int = 0


@dataclass(slots=True)
class Leaver:
    """In post here, absent from the roster: proposed, never acted on by itself."""

    person: int
    name: str
    id_masked: str
    unit: object
    category: str


@dataclass
class Diff:
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    leavers: list[Leaver] = field(default_factory=list)
    # (sheet, row) of rows that the importer may not write.
    refused: list[tuple[str, int]] = field(default_factory=list)
    # names of new people by their negative number, and of the others by id
    names: dict[int, str] = field(default_factory=dict)
    unchanged: list[int] = field(default_factory=list)
    # (sheet, row) -> person, so that a row can link to the person it became
    rows: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def totals(self) -> dict[str, int]:
        """People by what happens to them, in the words of the command's contract; plus dated facts by kind."""
        by_person: dict[int, set[str]] = {}
        counts = dict.fromkeys(KINDS, 0)
        for change in self.changes:
            counts[change.kind] += 1
            if change.person:
                by_person.setdefault(change.person, set()).add(change.kind)
        created = sum(1 for kinds in by_person.values() if "create" in kinds)
        moved = sum(1 for kinds in by_person.values() if "move" in kinds and "create" not in kinds)
        return {
            "create": created,
            "update": len(by_person) - created - moved,
            "move": moved,
            "leave_proposed": len(self.leavers),
            "unchanged": len(self.unchanged),
            "conflicts": len(self.conflicts),
            "refused": len(self.refused),
            "postings": counts["posting"],
            "returns": counts["return"],
            "certificates": counts["certificate"] + counts["legal"],
            "reviewers": counts["reviewer"],
            "leaves": counts["leave"],
            "left": counts["left"],
            "units": counts["unit"],
        }

    def signature(self) -> str:
        """Fingerprint of everything that would be written; equal signatures mean equal consequences."""
        digest = hashlib.sha256()
        for c in self.changes:
            digest.update(
                json.dumps(
                    [c.kind, c.table, c.person, c.ref, c.before, c.after],
                    ensure_ascii=False,
                    sort_keys=True,
                    default=plain,
                ).encode()
            )
        for c in self.conflicts:
            digest.update(json.dumps([c.code, c.person, c.field, c.row], ensure_ascii=False).encode())
        for leaver in self.leavers:
            digest.update(str(leaver.person).encode())
        return digest.hexdigest()


def plain(value):
    """JSON form of what changes hold beside text and numbers."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
