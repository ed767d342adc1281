"""A candidate's paper as JSON: what is asked, what was answered so far. No key, explanation, topic, difficulty, option
letter or version id is in it.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from exams.delivery import answers, content, frozen, pictures, tokens
from exams.delivery.facts import facts
from exams.delivery.sheets import Sheet
from exams.models.attempts import Attempt
from portal.figures import num

# What ``paper`` needs loaded beside the attempt.
RELATED = ("sitting", "entry__paper", "entry__registration__person")


def paper(attempt: Attempt, sheet: Sheet, now: datetime, *, mine: bool) -> dict:
    """The document of the take page. Content only for the device that holds the lease and while the attempt lasts."""
    person = attempt.entry.registration.person
    document = {
        "attempt": str(attempt.pk),
        "title": attempt.sitting.title,
        "paper": attempt.entry.paper.title,
        "candidate": {"name": person.name, "staff_no": person.staff_no},
        "watermark": attempt.sitting.watermark,
        "mine": mine,
        "lease": str(attempt.lease) if mine else "",
        **facts(attempt, sheet, now),
        "next_seq": 1,
        "sections": [],
        "items": [],
        "answers": {},
    }
    if mine and attempt.state != Attempt.State.SUBMITTED:
        held = answers.current([attempt.pk]).get(attempt.pk, {})
        document["next_seq"] = max((sequence for sequence, _value in held.values()), default=0) + 1
        document["sections"] = sections(attempt)
        document["items"] = items(attempt, sheet)
        document["answers"] = answers.shown(sheet, held)
    return document


def sections(attempt: Attempt) -> list[dict]:
    """Title, kind, marks of each item, and how many items this paper has in it."""
    parts = frozen.body_of(attempt.frozen_id)["sections"]
    counts = [0] * len(parts)
    for item in attempt.layout:
        counts[item["s"]] += 1
    return [
        {"title": section["title"], "kind": section["kind"], "marks": num(Decimal(section["marks"])), "count": count}
        for section, count in zip(parts, counts)
    ]


def items(attempt: Attempt, sheet: Sheet) -> list[dict]:
    """The questions in the order of the layout, options under tokens in the order drawn."""
    shown, cases = content.of(item["v"] for item in attempt.layout), {}

    def picture(found):
        return {"url": pictures.address(found[0], attempt.user_id), "alt": found[1]} if found else None

    result = []
    for number, item in enumerate(attempt.layout):
        said = shown[item["v"]]
        # The author's code of a case is the author's own; here cases are counted.
        case = cases.setdefault(item["c"], f"c{len(cases) + 1}") if item["c"] else ""
        result.append(
            {
                "n": number,
                "s": item["s"],
                "kind": said.kind,
                "form": item["f"],
                "marks": num(Decimal(item["m"])),
                "stem": said.stem,
                "material": said.material,
                "case": case,
                "picture": picture(said.picture),
                "options": [
                    {
                        "t": tokens.token(sheet.secret, number, key),
                        "text": said.options[key][0],
                        "picture": picture(said.options[key][1]),
                    }
                    for key in item["o"]
                ],
                "blanks": item["b"],
            }
        )
    return result
