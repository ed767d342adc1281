"""How invented candidates answer: by an ability, from their own paper, saved and handed in as a browser does."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta

from exams.actions import taking
from exams.delivery import tokens
from exams.models import Attempt, QuestionKey

WRONG_WORDS = "应当依照有关规定办理。"


def sit(*, user, sitting, position: int, ability: float, start: datetime, minutes: int, seed: int) -> Attempt:
    """Start, answer everything with probability ``ability`` of being right, and hand in after ``minutes``."""
    chance = random.Random(seed)  # noqa: S311 - invented people
    attempt = taking.start(actor=user, now=start, sitting=sitting, position=position, entry_code=sitting.entry_code)
    keys = QuestionKey.objects.in_bulk([item["v"] for item in attempt.layout])
    answers = [
        {
            "n": number,
            "seq": number + 1,
            "key": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "a": answer(attempt, number, item, keys[item["v"]].answer, chance.random() < ability, chance),
            "f": False,
        }
        for number, item in enumerate(attempt.layout)
    ]
    saved = start + timedelta(minutes=minutes - 1)
    taking.save(user_id=user.pk, attempt_id=attempt.pk, lease=attempt.lease, answers=answers, focus=[], now=saved)
    taking.hand_in(
        actor=user, attempt_id=attempt.pk, lease=attempt.lease, answers=[], now=start + timedelta(minutes=minutes)
    )
    return attempt


def answer(attempt: Attempt, number: int, item: dict, right, knows: bool, chance: random.Random):
    """What the browser would send: tokens, words for each blank, or a text."""
    if item["f"] == "written":
        return right.removeprefix("参考答案：") if knows else WRONG_WORDS
    if item["f"] == "blank":
        return [words[0] if knows else "—" for words in right]
    chosen = right if knows else wrong(item, right, chance)
    return [tokens.token(attempt.secret, number, key) for key in chosen]


def wrong(item: dict, right: list[str], chance: random.Random) -> list[str]:
    """Other options than the right ones, as many as make sense."""
    others = [key for key in item["o"] if key not in right]
    if item["f"] != "multiple":
        return [chance.choice(others)] if others else []
    if len(right) > 2 and chance.random() < 0.5:
        return sorted(right[:-1])
    return sorted([right[0], *(chance.sample(others, 1) if others else [])])
