"""A person's own columns and post: created, corrected, moved, left, on leave."""

from __future__ import annotations

from datetime import date

from staffing.roster.diff.facts import PersonFact
from staffing.roster.diff.model import LEAVE, MEMBERSHIP, PERSON
from staffing.roster.diff.values import (
    ABSENT,
    LEFT,
    category_of,
    day,
    establishment_of,
    person_columns,
    says_category,
)


def create(work, record: dict, home, left_on: date | None) -> None:
    """New person and post. ``work`` is the running diff of one person (see diff.Work)."""
    columns = person_columns(record)
    columns["id_number"] = record.get("id_number") or ""
    if record.get("staff_no"):
        columns["staff_no"] = str(record["staff_no"])[:30]
    work.change("create", PERSON, None, None, columns)
    entry = columns.get("entry_date")
    known = entry is not None and entry <= work.as_of
    start = entry if known else work.as_of
    post = _post(record, home)
    if left_on is not None:
        # When the person came is not told; an empty range claims no day in post.
        start, known = (start, True) if known and start <= left_on else (left_on, False)
        post |= {"end": left_on, "end_reason": LEFT[record["status"]]}
    work.change("create", MEMBERSHIP, None, None, {"start": start, "start_known": known, **post})


def _post(record: dict, home) -> dict:
    establishment = establishment_of(record)
    return {
        "unit": home,
        "category": category_of(record),
        "establishment_type": establishment,
        "is_dedicated": establishment == "dedicated",
        "post_locked": bool(record.get("establishment_locked")),
    }


def left_date(record: dict, as_of: date) -> date | None:
    """First day no longer in post when the row says so (退休、调出 …); None for people in post."""
    if record.get("status") not in LEFT:
        return None
    stated = day(record.get("status_date"))
    return stated if stated and stated <= as_of else as_of


def correct(work, person: PersonFact, record: dict) -> None:
    """Columns whose value differs; an empty cell never clears one."""
    new = person_columns(record)
    if record.get("id_number") and not person.id_index:
        new["id_number"] = record["id_number"]
    before, after = {}, {}
    for column, value in new.items():
        now = person.columns.get(column)
        if (
            column == "birth_stated"
            and now in (None, "")
            and str(person.columns.get("birth_date") or "").startswith(value)
        ):
            continue
        if now != value and not _less_precise(value, now):
            before[column], after[column] = now if now is not None else None, value
    if after:
        work.change("change", PERSON, person.id, before, after)


def _less_precise(value, now) -> bool:
    """``1985-03`` beside a stored ``1985-03-07`` says nothing new."""
    return (
        isinstance(value, str) and isinstance(now, str) and len(now) > len(value) >= 4 and now.startswith(value + "-")
    )


def move(work, person: PersonFact, record: dict, home, stated: bool) -> None:
    """Post on the roster's date: same, corrected in place, changed from that day on, or taken up again."""
    as_of = work.as_of
    current = person.member_on(as_of)
    later = [m for m in person.memberships if m.start > as_of and m.end != m.start]
    if current is None:
        if home is None:
            return
        if later:
            work.conflict("NEWER", "home_unit", None, home)
            return
        post = _post(record, home)
        work.change("move", MEMBERSHIP, None, None, {"start": as_of, "start_known": False, **post})
        return
    after = _differences(current, record, home)
    if later and after:
        work.conflict("NEWER", "home_unit", current.unit, home)
        return
    entry = day(record.get("entry_date"))
    earlier = [m for m in person.memberships if m is not current and m.start < current.start]
    if "unit" not in after and entry and not current.start_known and entry < current.start and not earlier:
        before = {"start": current.start, "start_known": False}
        work.change("change", MEMBERSHIP, current.id, before, {"start": entry, "start_known": True})
    if not after:
        return
    if "unit" in after and current.post_locked:
        work.conflict("POST_LOCKED", "home_unit", current.unit, home)
        return
    fills = all(getattr(current, name) in ("", False) for name in after)
    kind = "move" if "unit" in after else "change"
    if fills or current.start == as_of:
        work.change(kind, MEMBERSHIP, current.id, {name: getattr(current, name) for name in after}, after)
        return
    whole = {
        name: getattr(current, name)
        for name in ("unit", "category", "establishment_type", "is_dedicated", "post_locked")
    }
    work.change(
        kind,
        MEMBERSHIP,
        current.id,
        {"end": current.end, "end_reason": current.end_reason},
        {"end": as_of, "end_reason": "moved" if kind == "move" else ""},
    )
    work.change(
        kind,
        MEMBERSHIP,
        None,
        None,
        {**whole, **after, "start": as_of, "start_known": True, "end": current.end, "end_reason": current.end_reason},
    )


def _differences(current, record: dict, home) -> dict:
    after = {}
    if home is not None and home != current.unit:
        after["unit"] = home
    if says_category(record) and category_of(record) != current.category:
        after["category"] = category_of(record)
    establishment = establishment_of(record)
    if establishment and establishment != current.establishment_type:
        after["establishment_type"] = establishment
        if (establishment == "dedicated") != current.is_dedicated:
            after["is_dedicated"] = establishment == "dedicated"
    if record.get("establishment_locked") is not None and bool(record["establishment_locked"]) != current.post_locked:
        after["post_locked"] = bool(record["establishment_locked"])
    return after


def leave_post(work, person: PersonFact, on: date, reason: str) -> None:
    """Close post, postings and absence at ``on``, the first day no longer in post."""
    current = person.member_on(on) or next((m for m in person.memberships if m.end is None), None)
    if current is None:
        return
    if current.start > on:
        work.conflict("NEWER", "status", None, reason)
        return
    work.change(
        "left",
        MEMBERSHIP,
        current.id,
        {"end": current.end, "end_reason": current.end_reason},
        {"end": on, "end_reason": reason},
    )
    for posting in person.postings:
        if posting.end is None and posting.start <= on:
            work.change("left", "posting", posting.id, {"end": None}, {"end": on})
    for leave in person.leaves:
        if leave.end is None and leave.start <= on:
            work.change("left", LEAVE, leave.id, {"end": None}, {"end": on})


def absence(work, person: PersonFact | None, record: dict) -> None:
    """Leave that a status (长病假、产假) or leave columns tell; 在岗 ends an open one."""
    status, as_of = record.get("status") or "", work.as_of
    start, until = day(record.get("leave_from")), day(record.get("leave_to"))
    words = record.get("leave_type") or status
    kind = next((kind for key, kind in ABSENT.items() if key in words), "other" if record.get("leave_type") else "")
    known = person.leaves if person else []
    if kind and (start or status in ABSENT):
        begin = start or as_of
        end = date.fromordinal(until.toordinal() + 1) if until and until >= begin else None
        if any(_overlap(x.start, x.end, begin, end) for x in known):
            return
        work.change("leave", LEAVE, None, None, {"kind": kind, "start": begin, "end": end})
    elif status == "在岗":
        for leave in known:
            if leave.end is None and leave.start < as_of:
                work.change("leave", LEAVE, leave.id, {"end": None}, {"end": as_of})


def _overlap(a: date, a_end: date | None, b: date, b_end: date | None) -> bool:
    return (a_end is None or b < a_end) and (b_end is None or a < b_end)
