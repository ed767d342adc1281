"""Comparing rows: the same person twice, one certificate twice, one name with two numbers (domain §3)."""

from dataclasses import dataclass, field
from typing import Any

from staffing.roster.model import Issue
from staffing.roster.records import Draft

_NOT_COMPARED = frozenset({"birth_stated", "posting"})


@dataclass(frozen=True, slots=True)
class Seen:
    """Where somebody was met first."""

    sheet: str
    row: int
    name: str | None
    record: dict[str, Any]

    @property
    def place(self) -> dict[str, Any]:
        return {"sheet": self.sheet, "row": self.row}


@dataclass(slots=True)
class Register:
    """Everybody met so far in this file. Rows that are rejected never enter."""

    by_id: dict[str, Seen] = field(default_factory=dict)
    by_cert: dict[str, tuple[Seen, str]] = field(default_factory=dict)
    by_name: dict[str, str] = field(default_factory=dict)
    posted: dict[str, list[Seen]] = field(default_factory=dict)

    def same_number_other_name(self, draft: Draft) -> bool:
        """Whether the row's ID number belongs to somebody met under another name. Reports it; the number then proves
        nothing.
        """
        identity = draft.record.get("id_number")
        seen = self.by_id.get(identity) if identity else None
        if seen is None or seen.name == draft.record.get("name"):
            return False
        column = draft.columns.get("id_number")
        draft.add(
            "review", Issue("DUP_ID_DIFF_NAME", "id_number", other=seen.place, col=column.letter if column else "")
        )
        return True

    def compare(self, draft: Draft) -> None:
        """A roster row against everybody before it."""
        record = draft.record
        identity, name = record.get("id_number"), record.get("name")
        seen = self.by_id.get(identity) if identity else None
        if seen is not None:
            self._again(draft, seen)
        elif identity:
            if self.by_name.setdefault(name, identity) != identity:
                draft.warn("SAME_NAME_DIFF_ID")
            self.by_id[identity] = Seen(draft.sheet, draft.line.row, name, record)
        self._certificate(draft, identity or name or "")

    def _again(self, draft: Draft, seen: Seen) -> None:
        record = draft.record
        if _unit(record) and _unit(seen.record) and _unit(record) != _unit(seen.record):
            column = draft.columns.get("working_unit")
            draft.add("review", Issue("DUP_ID_OTHER_UNIT", other=seen.place, col=column.letter if column else ""))
            return
        added, conflict = _difference(record, seen.record)
        if conflict:
            column = draft.columns.get(conflict)
            letter = column.letter if column else ""
            draft.add("review", Issue("DUP_ID_CONFLICT", conflict, record[conflict], other=seen.place, col=letter))
        elif added:
            draft.add("merge", Issue("SAME_PERSON", other=seen.place))
        else:
            draft.add("duplicate", Issue("EXACT_DUP", other=seen.place))

    def _certificate(self, draft: Draft, owner: str) -> None:
        number = draft.record.get("cert_no")
        if not number:
            return
        here = Seen(draft.sheet, draft.line.row, draft.record.get("name"), {})
        seen, holder = self.by_cert.setdefault(number, (here, owner))
        if holder != owner:
            column = draft.columns.get("cert_no")
            letter = column.letter if column else ""
            draft.add("review", Issue("DUP_CERT_NO", "cert_no", number, other=seen.place, col=letter))

    def compare_posting(self, draft: Draft) -> None:
        """A row of a postings sheet: adds to the person met in a roster, or is somebody new."""
        record = draft.record
        identity, name = record.get("id_number"), record.get("name")
        if not identity:
            return
        here = Seen(draft.sheet, draft.line.row, name, dict(record))
        before = self.posted.setdefault(identity, [])
        twin = next((seen for seen in before if _difference(record, seen.record) == (False, "")), None)
        if twin is not None:
            draft.add("duplicate", Issue("EXACT_DUP", other=twin.place))
            return
        before.append(here)
        seen = self.by_id.get(identity)
        if seen is not None:
            draft.add("merge", Issue("SAME_PERSON", other=seen.place))
            draft.issues.insert(0, draft.issues.pop())
        else:
            if self.by_name.setdefault(name, identity) != identity:
                draft.warn("SAME_NAME_DIFF_ID")
            self.by_id[identity] = here


def _unit(record: dict[str, Any]) -> str | None:
    return record.get("working_unit") or record.get("establishment_unit")


def _difference(record: dict[str, Any], earlier: dict[str, Any]) -> tuple[bool, str]:
    """(whether the row says something new, the first field that contradicts the earlier row)."""
    added = False
    for key, value in record.items():
        if value is None or key in _NOT_COMPARED:
            continue
        before = earlier.get(key)
        if before is None:
            added = True
        elif before != value:
            if key == "remarks":
                added = True
            else:
                return added, key
    return added, ""
