"""Pure comparison: a plan, today's facts and the importer's decisions → what would be written, row by row.

Rules that hold everywhere: an empty cell clears nothing; nobody is deleted and absence is only proposed as leaving;
what the
system learnt for a day after the roster's date is never rewritten; nothing outside the importer's scope is touched
or told.
"""

from __future__ import annotations

from datetime import date

from staffing.roster.diff import people, postings, quals, units
from staffing.roster.diff.facts import Facts, PersonFact, Tree
from staffing.roster.diff.model import PERSON, Change, Conflict, Diff, Leaver
from staffing.roster.diff.values import category_of
from staffing.roster.diff.wanted import Wanted, gather, home_and_work, units_named
from staffing.roster.resolve import Decisions

__all__ = ["Diff", "Facts", "Work", "compare"]


class Work:
    """The diff of one person while it is being worked out."""

    def __init__(self, facts: Facts, as_of: date):
        self.tree, self.as_of, self.numbers, self.index = facts.tree, as_of, dict(facts.numbers), facts.index
        self.person, self.name, self.sheet, self.row = 0, "", "", 0
        self.staff_nos: set[str] = set()
        self.changes: list[Change] = []
        self.conflicts: list[Conflict] = []

    def begin(self, person: int, name: str, sheet: str, row: int) -> None:
        self.person, self.name, self.sheet, self.row = person, name, sheet, row
        self.changes, self.conflicts = [], []

    def change(self, kind, table, ref, before, after, at=None) -> None:
        sheet, row = at or (self.sheet, self.row)
        self.changes.append(Change(kind, table, self.person, ref, before, after, sheet, row))

    def conflict(self, code, field="", now=None, new=None, at=None) -> None:
        sheet, row = at or (self.sheet, self.row)
        self.conflicts.append(Conflict(code, self.person, self.name, field, now, new, sheet, row))


def compare(
    plan,
    facts: Facts,
    *,
    as_of: date,
    decisions: Decisions | None = None,
    complete: bool = True,
    fallback_unit: int | None = None,
) -> Diff:
    """What importing ``plan`` as the state of ``as_of`` would change.

    ``complete``: the roster lists everybody of its units, so absent people are proposed as having left.
    ``fallback_unit``: post of people whose rows name no unit (填报单位 chosen at upload).
    """
    decisions = decisions or Decisions()
    diff, tree = Diff(), facts.tree
    wanted = gather(plan, decisions)
    needed = {w.record.get("establishment_unit") or w.record.get("working_unit") or "" for w in wanted}
    diff.changes += units.propose(plan, tree, needed)
    units.learn_modes(plan, tree, diff.changes, diff.conflicts)
    diff.changes = _inside(diff, tree, facts)
    work = Work(facts, as_of)
    present: set[int] = set()
    homes: dict[object, set[str]] = {}
    fresh = 0
    for one in wanted:
        home, stated, at = home_and_work(one.record, tree)
        if home is None:
            home = at = fallback_unit
        person = _match(facts, one, home, at)
        if not _allowed(facts, tree, one, person, home):
            diff.refused += one.rows
            continue
        if person is not None:
            present.add(person.id)
        if home is not None and one.record.get("posting_type") is None:
            homes.setdefault(home, set()).add(category_of(one.record))
        fresh -= person is None
        number = fresh if person is None else person.id
        name = one.record.get("name") or (person.name if person else "")
        work.begin(number, name, one.sheet, one.row)
        diff.names[number] = name
        _one(work, person, one, home, stated, at)
        for place in one.rows:
            diff.rows[place] = number
        _settle(diff, work, person)
    _leavers(diff, facts, plan, present, homes, complete, fallback_unit)
    _decided_leavings(diff, facts, decisions, work)
    return diff


def _inside(diff: Diff, tree: Tree, facts: Facts) -> list[Change]:
    """Unit changes the importer may make; people of the other units are refused row by row later."""
    kept = []
    for change in diff.changes:
        ref = change.ref if change.ref is not None else change.after["name"]
        if tree.covered(ref, facts.covers):
            kept.append(change)
    return kept


def _match(facts: Facts, one: Wanted, home, at) -> PersonFact | None:
    record = one.record
    if record.get("id_number"):
        found = facts.by_id(record["id_number"])
        if found:
            return found
    if record.get("staff_no"):
        found = facts.by_staff_no(str(record["staff_no"]))
        if found:
            return found
    namesakes = [p for p in facts.by_name(record.get("name") or "") if {home, at} & _places(p)]
    if record.get("id_number"):
        namesakes = [p for p in namesakes if not p.id_index]
    last4 = record.get("id_last4")
    if last4:
        namesakes = [p for p in namesakes if p.id_masked.endswith(str(last4))]
    return namesakes[0] if len(namesakes) == 1 else None


def _places(person: PersonFact) -> set:
    open_units = {m.unit for m in person.memberships if m.end is None}
    return open_units | {p.to_unit for p in person.postings if p.end is None} - {None}


def _allowed(facts: Facts, tree: Tree, one: Wanted, person: PersonFact | None, home) -> bool:
    """May the importer write this person's rows? The same refusal whether a unit or a known person lies outside."""
    if home is not None and not tree.covered(home, facts.covers):
        return False
    for posting in one.postings or [None]:
        for name in units_named(one.record, posting):
            ref = tree.find(name)
            if ref is not None and not tree.covered(ref, facts.covers):
                return False
    if person is None:
        return True
    places = _places(person) or {m.unit for m in person.memberships[-1:]}
    return not places or any(tree.covered(ref, facts.covers) for ref in places)


def _one(work: Work, person: PersonFact | None, one: Wanted, home, stated: bool, at) -> None:
    record = one.record
    left_on = people.left_date(record, work.as_of)
    if person is None:
        if home is None:
            work.conflict("NO_UNIT", "working_unit", None, record.get("working_unit"))
            return
        if record.get("staff_no"):
            if record["staff_no"] in work.staff_nos:
                work.conflict("STAFF_NO_TWICE", "staff_no", None, record["staff_no"])
                return
            work.staff_nos.add(record["staff_no"])
        people.create(work, record, home, left_on)
        lines = postings.plan_lines(work, one, home, stated, at)
        if left_on is None:
            postings.reconcile(work, None, lines, back_home=False)
            people.absence(work, None, record)
        quals.reconcile(work, None, record)
        return
    if record.get("id_number") and person.id_index and work.index(record["id_number"]) != person.id_index:
        # Found by staff number, but the ID is another one: one of the two is wrong, and only a human can tell which.
        work.conflict("ID_DIFFERS", "id_number")
        return
    people.correct(work, person, record)
    if left_on is not None:
        people.leave_post(work, person, left_on, people.LEFT[record["status"]])
    else:
        now = [p for p in person.postings if p.covers(work.as_of)]
        # One unit column only, and the person is posted: it tells the workplace, not the post.
        if not stated and now and home is not None:
            current = person.member_on(work.as_of)
            there = any(p.to_unit == at for p in now)
            deployed = next((p for p in now if p.layer == "deployed"), None)
            if current is not None and (there or deployed):
                at = None if there or at == current.unit else at
                home, stated = current.unit, True
        people.move(work, person, record, home, stated)
        if any(p.layer == "away" and p.to_unit == at for p in now):
            at = None
        lines = postings.plan_lines(work, one, home, stated, at)
        back = stated and at is not None and at == home and not lines
        postings.reconcile(work, person, lines, back_home=back)
        people.absence(work, person, record)
    quals.reconcile(work, person, record)


def _settle(diff: Diff, work: Work, person: PersonFact | None) -> None:
    """Keep the person's changes, unless newer knowledge forbids them."""
    if person is not None and person.confirmed is not None and work.changes:
        work.conflicts.append(Conflict("NEWER", person.id, work.name, "", person.confirmed, None, work.sheet, work.row))
        work.changes = []
    if person is not None and person.edited:
        kept = [c for c in work.changes if not (c.table == PERSON and c.ref)]
        if len(kept) < len(work.changes):
            work.conflicts.append(Conflict("EDITED", person.id, work.name, "", None, None, work.sheet, work.row))
        work.changes = kept
    diff.changes += work.changes
    diff.conflicts += work.conflicts
    if person is not None and not work.changes:
        diff.unchanged.append(person.id)


def _leavers(diff, facts, plan, present, homes, complete, fallback_unit) -> None:
    if not complete:
        return
    # A row that was refused or awaits a decision still shows that its person is there.
    named: set[str] = set()
    for row in plan.rows:
        if row.action in ("review", "reject") and (row.sheet, row.row) not in diff.rows:
            named.update("".join(cell.split()) for cell in (row.raw or {}).values() if isinstance(cell, str))
            if row.record and row.record.get("name"):
                named.add(row.record["name"])
    for member in facts.staff:
        if member.id in present or member.name in named:
            continue
        categories = homes.get(member.unit)
        if categories is None and fallback_unit is not None and facts.tree.under(member.unit, fallback_unit):
            categories = {member.category}
        if categories and member.category in categories and facts.tree.covered(member.unit, facts.covers):
            diff.leavers.append(Leaver(member.id, member.name, member.id_masked, member.unit, member.category))


def _decided_leavings(diff: Diff, facts: Facts, decisions: Decisions, work: Work) -> None:
    by_id = {p.id: p for p in facts.people}
    for leaver in diff.leavers:
        decided = decisions.left(leaver.person)
        person = by_id.get(leaver.person)
        if not decided or person is None:
            continue
        work.begin(person.id, person.name, "", 0)
        on = date.fromisoformat(decided["date"]) if decided.get("date") else work.as_of
        people.leave_post(work, person, on, decided.get("reason") or "other")
        diff.names[person.id] = person.name
        _settle(diff, work, person)
