"""Postings: lines of a postings sheet, posting columns, and workplaces that differ from the post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from staffing.roster.diff.facts import PersonFact
from staffing.roster.diff.model import POSTING
from staffing.roster.diff.values import DEPLOYED, day
from staffing.roster.diff.wanted import posting_kind

FIELD_ORDER = ("due", "doc_no", "full_time", "post_locked", "score_street", "score_bureau")


@dataclass(slots=True)
class Line:
    """One wanted posting, its units found."""

    kind: str
    to_unit: object
    to_text: str
    from_unit: object
    start: date
    start_known: bool
    end: date | None
    details: dict
    sheet: str
    row: int
    approved: bool = True

    @property
    def layer(self) -> str:
        return "deployed" if self.kind in DEPLOYED else "away"

    @property
    def whole(self) -> dict:
        return {
            "kind": self.kind,
            "layer": self.layer,
            "from_unit": self.from_unit,
            "to_unit": self.to_unit,
            "to_text": self.to_text,
            "start": self.start,
            "start_known": self.start_known,
            "end": self.end,
            "approved": self.approved,
            **{name: value for name, value in self.details.items() if value is not None},
        }


def stated(work, raw: dict, home) -> Line | None:
    """A posting that the roster writes down; None when it leads nowhere or to the person's own post."""
    to = work.tree.find(raw.get("to"))
    words = raw.get("to") or ""
    kind = posting_kind(raw.get("type"))
    if not kind:
        # A line without a form: called out of the system, or sent down into it.
        kind = "second" if to is None or work.tree.kind(to) not in ("town", "squad") else "down"
    if kind in DEPLOYED and (to is None or to == home):
        return None
    if not words or (to is not None and to == home):
        return None
    start, end = day(raw.get("start")), day(raw.get("end"))
    details = {
        "due": day(raw.get("due")),
        "doc_no": (raw.get("doc_no") or None) and str(raw["doc_no"])[:80],
        "full_time": raw.get("full_time"),
        "post_locked": raw.get("post_locked"),
        "score_street": raw.get("score_street"),
        "score_bureau": raw.get("score_bureau"),
    }
    begin = start or work.as_of
    if end and end < begin:
        begin = end
    return Line(
        kind,
        to,
        "" if to is not None else words[:80],
        home,
        begin,
        start is not None,
        end,
        details,
        raw["sheet"],
        raw["row"],
    )


def implied(work, home, home_stated: bool, at, wanted) -> Line | None:
    """A workplace that is not the post: sent down when it is a town's, else called away without a paper that we
    know of.
    """
    if at is None or home is None or at == home or not home_stated:
        return None
    if work.tree.kind(home) in ("bureau", "department", "office") and work.tree.kind(at) in ("town", "squad"):
        return Line("down", at, "", home, work.as_of, False, None, {}, wanted.sheet, wanted.row)
    if work.tree.under(at, home) or work.tree.under(home, at):
        return None
    return Line("second", at, "", home, work.as_of, False, None, {}, wanted.sheet, wanted.row, approved=False)


def plan_lines(work, wanted, home, home_stated: bool, at) -> list[Line]:
    """All postings the roster tells of one person, at most one a layer and day."""
    lines = [line for raw in wanted.postings if (line := stated(work, raw, home))]
    covered = {line.layer for line in lines if line.start <= work.as_of and (line.end is None or line.end > work.as_of)}
    guess = implied(work, home, home_stated, at, wanted)
    if guess and guess.layer not in covered and not (guess.layer == "away" and covered):
        lines.append(guess)
    lines.sort(key=lambda line: line.start)
    kept: list[Line] = []
    for line in lines:
        rival = next(
            (k for k in reversed(kept) if k.layer == line.layer and (k.end is None or line.start < k.end)), None
        )
        if rival is not None:
            if rival.start == line.start or rival.end is not None:
                work.conflict("OVERLAP", "posting", rival.start, line.start)
                continue
            rival.end = line.start
        kept.append(line)
    return kept


def reconcile(work, person: PersonFact | None, lines: list[Line], *, back_home: bool) -> None:
    """Match wanted postings with stored ones: alter, close and open, or create."""
    existing = list(person.postings) if person else []
    for line in lines:
        twin = next((p for p in existing if _same(p, line, work.as_of)), None)
        if twin is not None:
            _update(work, twin, line)
            continue
        if not _make_room(work, existing, line):
            continue
        kind = "return" if line.end and line.end <= work.as_of else "posting"
        work.change(kind, POSTING, None, None, line.whole)
    if back_home:
        for posting in existing:
            if posting.layer == "deployed" and posting.end is None and posting.start < work.as_of:
                work.change("return", POSTING, posting.id, {"end": None}, {"end": work.as_of})


def _same(posting, line: Line, as_of: date) -> bool:
    if posting.layer != line.layer or posting.end == posting.start:
        return False
    if (posting.to_unit, posting.to_text if posting.to_unit is None else "") != (line.to_unit, line.to_text):
        return False
    if posting.start == line.start:
        return True
    loose = not posting.start_known or not line.start_known
    return loose and (posting.end is None or posting.end > line.start or line.end == posting.end)


def _update(work, posting, line: Line) -> None:
    before, after = {}, {}

    def put(name, value):
        if value is not None and getattr(posting, name) != value:
            before[name], after[name] = getattr(posting, name), value

    if line.start_known and not posting.start_known and line.start != posting.start:
        put("start", line.start)
        put("start_known", True)
    for name in FIELD_ORDER:
        put(name, line.details.get(name))
    if line.end is not None and posting.end is None:
        put("end", line.end)
    if line.start_known or line.details.get("due"):
        put("kind", line.kind)
    if after:
        ended = "end" in after
        work.change("return" if ended else "posting", POSTING, posting.id, before, after, at=(line.sheet, line.row))


def _make_room(work, existing, line: Line) -> bool:
    """Close an open posting of the same layer at the new one's start; anything else in the way is a conflict."""
    for posting in existing:
        if posting.layer != line.layer or posting.end == posting.start:
            continue
        if not ((posting.end is None or line.start < posting.end) and (line.end is None or posting.start < line.end)):
            continue
        if posting.end is None and posting.start < line.start:
            work.change("return", POSTING, posting.id, {"end": None}, {"end": line.start}, at=(line.sheet, line.row))
            posting.end = line.start
        elif posting.end is None and posting.start == line.start and not posting.start_known:
            work.change("return", POSTING, posting.id, {"end": None}, {"end": posting.start}, at=(line.sheet, line.row))
            posting.end = posting.start
        else:
            work.conflict("OVERLAP", "posting", posting.start, line.start, at=(line.sheet, line.row))
            return False
    return True
