"""Rows of one roster gathered by person: what the whole file says about each human being."""

from __future__ import annotations

from dataclasses import dataclass, field

from staffing.roster.diff.facts import Tree, UnitRef
from staffing.roster.diff.values import POSTING_KINDS
from staffing.roster.resolve import WINS, Decisions, effective

TAKEN = ("accept", "fix", "merge", "review")


@dataclass(slots=True)
class Wanted:
    """``home`` is stated when a column names the establishment; else only where the person works is known
    (``work``).
    """

    sheet: str
    row: int
    record: dict
    postings: list[dict] = field(default_factory=list)
    rows: list[tuple[str, int]] = field(default_factory=list)


def gather(plan, decisions: Decisions) -> list[Wanted]:
    """People of the plan in file order. Review rows come in only through a decision; a merge adds to the first
    row's person.
    """
    people: dict[object, Wanted] = {}
    key_of_row: dict[tuple[str, int], object] = {}
    for planned in plan.rows:
        if planned.action not in TAKEN:
            continue
        record = effective(planned, decisions.get(planned.sheet, planned.row))
        if record is None:
            continue
        place = (planned.sheet, planned.row)
        key = record.get("id_number") or _key_through(planned, key_of_row) or place
        key_of_row[place] = key
        person = people.get(key)
        own = _own_posting(planned, record)
        if person is None:
            person = people[key] = Wanted(planned.sheet, planned.row, record)
        else:
            _merge(person.record, record, posting_row=planned.kind == "posting")
        person.rows.append(place)
        if own:
            person.postings.append(own | {"sheet": planned.sheet, "row": planned.row})
    return list(people.values())


def _key_through(planned, key_of_row):
    for issue in planned.issues:
        if issue.code == "SAME_PERSON" and issue.other:
            return key_of_row.get((issue.other["sheet"], issue.other["row"]))
    return None


def _merge(into: dict, more: dict, *, posting_row: bool) -> None:
    wins = more.pop(WINS, False)
    for key, value in more.items():
        if value is None or (posting_row and key in ("working_unit", "posted_unit", "posting_type")):
            continue
        if wins or into.get(key) is None:
            into[key] = value


def _own_posting(planned, record: dict) -> dict | None:
    """What a row says about a posting: a line of a postings sheet, posting columns of a roster, or a status
    借调某处.
    """
    status = record.get("posting")
    if status:
        return {"type": status.get("type"), "to": status.get("to_unit"), "start": status.get("start"), "stated": True}
    kind, to = record.get("posting_type"), record.get("posted_unit")
    if planned.kind != "posting" and not to and not kind:
        return None
    return {
        "type": kind,
        "to": to or record.get("working_unit"),
        "start": record.get("posting_start"),
        "end": record.get("actual_return"),
        "due": record.get("planned_return"),
        "doc_no": record.get("posting_basis"),
        "full_time": record.get("co_located"),
        "post_locked": record.get("establishment_locked"),
        "score_street": record.get("score_street"),
        "score_bureau": record.get("score_bureau"),
        "stated": bool(kind),
    }


def home_and_work(record: dict, tree: Tree) -> tuple[UnitRef | None, bool, UnitRef | None]:
    """(home, home stated by a column of its own, workplace)."""
    work = tree.find(record.get("working_unit"))
    named = tree.find(record.get("establishment_unit"))
    if named is None:
        return work, False, work
    # An office is part of its bureau: whoever works there has the post there.
    if work is not None and work != named and tree.kind(work) == "office" and tree.under(work, named):
        return work, True, work
    return named, True, work


def units_named(record: dict, posting: dict | None = None):
    """Every unit name a record speaks of."""
    for key in ("establishment_unit", "working_unit", "posted_unit"):
        if record.get(key):
            yield record[key]
    if posting and posting.get("to"):
        yield posting["to"]


def posting_kind(words: str | None) -> str:
    """PostingKind value of a roster's word; empty for none."""
    return POSTING_KINDS.get(words or "", "")
