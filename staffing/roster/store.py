"""A plan on disk: sealed, compressed blocks of rows with an index, so that a page of a 100,000-row plan is cheap.

The same container holds the comparison (what would change). ``seal``/``unseal`` are given by the caller: rosters hold
ID numbers, and what is not in the database must be no easier to read than what is.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from itertools import groupby
from typing import BinaryIO

from portal.masks import mask_id, mask_mobile
from staffing.roster.model import ACTIONS, ColumnGuess, Issue, Plan, PlannedRow, SheetPlan
from staffing.roster.units import UnitProposal

MAGIC = b"ROSTER1\n"
BLOCK = 100
Seal = Callable[[bytes], bytes]


def _plain(value):
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return str(value)


def pack(value, seal: Seal) -> bytes:
    """A value as compressed JSON, sealed."""
    return seal(zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain).encode(), 1))


def unpack(data: bytes, unseal: Seal):
    """What ``pack`` was given."""
    return json.loads(zlib.decompress(unseal(data)))


def write(out: BinaryIO, items: Iterable, index: dict, *, seal: Seal, size: int = BLOCK) -> None:
    """Write JSON-able ``items`` in blocks, then ``index`` with the blocks' places."""
    out.write(MAGIC)
    offset, places, batch = len(MAGIC), [], []

    def flush():
        nonlocal offset
        data = pack(batch, seal)
        out.write(data)
        places.append([offset, len(data)])
        offset += len(data)
        batch.clear()

    for item in items:
        batch.append(item)
        if len(batch) == size:
            flush()
    if batch:
        flush()
    tail = pack({**index, "places": places, "size": size}, seal)
    out.write(tail)
    out.write(len(tail).to_bytes(8, "big"))


def copy(file: BinaryIO, out: BinaryIO, *, unseal: Seal, seal: Seal) -> None:
    """Write the container in ``file`` to ``out`` under another seal."""
    reader = Reader(file, unseal=unseal)
    index = {name: value for name, value in reader.index.items() if name not in ("places", "size")}
    write(out, reader, index, seal=seal, size=reader.index["size"])


class Reader:
    """Random access to what ``write`` wrote. Raises ValueError for a file that is not one of ours or was cut off."""

    def __init__(self, file: BinaryIO, *, unseal: Seal):
        self._file, self._unseal = file, unseal
        file.seek(0, 2)
        end = file.tell()
        file.seek(0)
        if file.read(len(MAGIC)) != MAGIC or end < len(MAGIC) + 8:
            raise ValueError("not a stored plan")
        file.seek(end - 8)
        length = int.from_bytes(file.read(8), "big")
        file.seek(end - 8 - length)
        self.index = unpack(file.read(length), unseal)

    def _block(self, number: int) -> list:
        offset, length = self.index["places"][number]
        self._file.seek(offset)
        return unpack(self._file.read(length), self._unseal)

    def __iter__(self):
        for number in range(len(self.index["places"])):
            yield from self._block(number)

    def pick(self, positions: Sequence[int]) -> list:
        """Items at these positions, each block read once."""
        size, blocks = self.index["size"], {}
        out = []
        for position in positions:
            number = position // size
            if number not in blocks:
                blocks[number] = self._block(number)
            out.append(blocks[number][position % size])
        return out


# --- plans ----------------------------------------------------------------------------------------------------------


def _row(row) -> list:
    issues = [[i.code, i.field, i.raw, i.fixed, i.other, i.col, i.resolved_by] for i in row.issues]
    return [row.sheet, row.row, row.action, row.kind, issues, row.warnings, row.record, row.raw, row.block]


def write_plan(out: BinaryIO, plan, *, seal: Seal) -> None:
    """A plan in blocks; its index can be filtered by action and issue code without reading a block."""
    number_of = {sheet.name: number for number, sheet in enumerate(plan.sheets)}
    places: dict[str, list[int]] = {}
    for at, row in enumerate(plan.rows):
        for code in dict.fromkeys([*(i.code for i in row.issues), *(w.split(":")[0] for w in row.warnings)]):
            places.setdefault(code, []).append(at)
    index = {
        "as_of": plan.as_of,
        "sheets": [asdict(sheet) for sheet in plan.sheets],
        "units_proposed": [unit.as_dict() for unit in plan.units_proposed],
        # One digit a row; sheets as runs; codes by place: a page has to parse this whole index.
        "a": "".join(str(ACTIONS.index(row.action)) for row in plan.rows),
        "r": [row.row for row in plan.rows],
        "s": [
            [number_of.setdefault(name, len(number_of)), sum(1 for _ in rows)]
            for name, rows in groupby(plan.rows, key=lambda row: row.sheet)
        ],
        "c": places,
    }
    index["names"] = list(number_of)
    write(out, (_row(row) for row in plan.rows), index, seal=seal)


class StoredPlan:
    """A stored plan as the preview pages read it; ``load()`` gives the whole Plan back."""

    def __init__(self, file: BinaryIO, *, unseal: Seal):
        self._reader = Reader(file, unseal=unseal)
        self.index = self._reader.index

    def __len__(self):
        return len(self.index["r"])

    @property
    def sheets(self) -> list[dict]:
        return self.index["sheets"]

    def sheet_issues(self, at: int) -> list[Issue]:
        """Remarks on the sheet as a whole."""
        return [Issue(**issue) for issue in self.sheets[at]["issues"]]

    def counts(self) -> dict[str, int]:
        return {action: self.index["a"].count(str(number)) for number, action in enumerate(ACTIONS)}

    def rows_of_sheet(self, at: int) -> int:
        """Rows of a sheet that are about somebody."""
        skip = str(ACTIONS.index("skip"))
        return sum(end - start - self.index["a"].count(skip, start, end) for start, end in self._runs(at))

    def _runs(self, sheet: int) -> list[tuple[int, int]]:
        runs, start = [], 0
        for number, count in self.index["s"]:
            if number == sheet:
                runs.append((start, start + count))
            start += count
        return runs

    def codes(self, action: str = "") -> list[tuple[str, int]]:
        """Issue codes with their row counts, most frequent first, among rows of one action or all."""
        wanted, actions = str(ACTIONS.index(action)) if action else "", self.index["a"]
        found = {
            code: sum(actions[at] == wanted for at in positions) if wanted else len(positions)
            for code, positions in self.index["c"].items()
        }
        return sorted(((code, count) for code, count in found.items() if count), key=lambda pair: -pair[1])

    def find(self, *, action: str = "", code: str = "", sheet: str = "", hide: Sequence[str] = ()) -> Sequence[int]:
        """Positions of rows, in file order."""
        positions: Sequence[int] = range(len(self))
        if code:
            positions = self.index["c"].get(code, [])
        actions = self.index["a"]
        if action or hide:
            hidden = {str(ACTIONS.index(name)) for name in hide}
            wanted = {str(ACTIONS.index(action))} if action else {str(n) for n in range(len(ACTIONS))} - hidden
            positions = [at for at in positions if actions[at] in wanted]
        if sheet in self.index["names"]:
            runs = self._runs(self.index["names"].index(sheet))
            positions = [at for at in positions if any(start <= at < end for start, end in runs)]
        return positions

    def position(self, sheet: str, row: int) -> int | None:
        """Where a row of the file stands in the plan."""
        if sheet not in self.index["names"]:
            return None
        for start, end in self._runs(self.index["names"].index(sheet)):
            for at in range(start, end):
                if self.index["r"][at] == row:
                    return at
        return None

    def rows(self, positions: Sequence[int]) -> list:
        return [_planned(item) for item in self._reader.pick(positions)]

    def load(self):
        return Plan(
            as_of=self.index["as_of"],
            sheets=[sheet_plan(sheet) for sheet in self.index["sheets"]],
            rows=[_planned(item) for item in self._reader],
            units_proposed=[UnitProposal(**unit) for unit in self.index["units_proposed"]],
        )


def sheet_plan(values: dict):
    """A sheet from the index of a stored plan."""
    columns = [ColumnGuess(**column) for column in values["columns"]]
    issues = [Issue(**issue) for issue in values["issues"]]
    return SheetPlan(**{**values, "columns": columns, "issues": issues})


def _planned(item):
    sheet, row, action, kind, issues, warnings, record, raw, block = item
    return PlannedRow(
        sheet=sheet,
        row=row,
        action=action,
        kind=kind,
        issues=[
            Issue(code=code, field=name, raw=value, fixed=fixed, other=other, col=col, resolved_by=by)
            for code, name, value, fixed, other, col, by in issues
        ],
        warnings=warnings,
        record=record,
        raw=raw,
        block=block,
    )


# --- comparisons ----------------------------------------------------------------------------------------------------


def write_diff(out: BinaryIO, diff, *, name_of: Callable[[object], str], seal: Seal) -> None:
    """What would change, for display: one item a change, conflict or proposed leaver, in groups by kind.

    Changes of a person and of the person's post are one item, so that a number of people opens as many items.
    """
    items, kinds, whole = [], [], {}
    for c in diff.changes:
        before, after = _named(c.before, name_of), _named(c.after, name_of)
        about = whole.get((c.kind, c.person)) if c.kind in _OF_A_PERSON else None
        if about is not None:
            about[4].update(before)
            about[5].update(after)
            continue
        kinds.append(c.kind)
        name = diff.names.get(c.person) or c.after.get("name") or name_of(c.ref)
        items.append([c.kind, c.table, c.person, name, before, after, c.sheet, c.row])
        if c.kind in _OF_A_PERSON:
            whole[c.kind, c.person] = items[-1]
    for c in diff.conflicts:
        kinds.append("conflict")
        now, new = (name_of(v) if c.field == "home_unit" else v for v in (c.now, c.new))
        items.append(["conflict", c.code, c.person, c.name, {c.field: now}, {c.field: new}, c.sheet, c.row])
    for one in diff.leavers:
        kinds.append("leaver")
        items.append(
            ["leaver", "person", one.person, one.name, {}, {"unit": name_of(one.unit), "id": one.id_masked}, "", 0]
        )
    names = list(dict.fromkeys(kinds))
    index = {
        "kinds": names,
        "k": [names.index(kind) for kind in kinds],
        "signature": diff.signature(),
        "totals": diff.totals,
        "refused": [list(place) for place in diff.refused],
    }
    write(out, items, index, seal=seal)


# Kinds that count people; the others count what happens to them.
_OF_A_PERSON = ("create", "change", "move")
# Shown masked: a comparison tells that a number changes, not which.
_MASKS = {"id_number": mask_id, "mobile": mask_mobile}


def _named(values: dict | None, name_of) -> dict:
    out = {}
    for key, value in (values or {}).items():
        if key in ("unit", "from_unit", "to_unit", "parent"):
            value = name_of(value)
        elif key in _MASKS and value:
            value = _MASKS[key](value)
        elif key == "statuses":
            value = value[-1]["state"] if value else ""
        if value not in (None, ""):
            out[key] = value
    return out


class StoredDiff:
    """A stored comparison, read by kind and page."""

    def __init__(self, file: BinaryIO, *, unseal: Seal):
        self._reader = Reader(file, unseal=unseal)
        self.index = self._reader.index
        self.signature = self.index["signature"]
        self.totals = self.index["totals"]
        self.refused = {(sheet, row) for sheet, row in self.index["refused"]}

    def counts(self) -> dict[str, int]:
        found = Counter(self.index["k"])
        return {kind: found[number] for number, kind in enumerate(self.index["kinds"])}

    def find(self, kind: str = "") -> list[int]:
        if not kind:
            return list(range(len(self.index["k"])))
        if kind not in self.index["kinds"]:
            return []
        number = self.index["kinds"].index(kind)
        return [position for position, k in enumerate(self.index["k"]) if k == number]

    def items(self, positions: Sequence[int]) -> list[dict]:
        keys = ("kind", "table", "person", "name", "before", "after", "sheet", "row")
        return [dict(zip(keys, item)) for item in self._reader.pick(positions)]
