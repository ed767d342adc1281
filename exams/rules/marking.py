"""Marks for one answer, by form and policy (pure).

Multiple choice: 全部选对才得分 is the default of domain §2.2; half and proportional marks are a paper's own choice, and
under each of them one wrong option gives nothing. Marks are decimals rounded half up to 0.01.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

ALL, HALF, SHARE = "all", "half", "share"
CENT = Decimal("0.01")
HALF_MARK = Decimal("0.5")
ZERO = Decimal("0.00")

# Signs that do not make an answer another one. Kept: ".", "%", "/", "-", "+" between figures ("0.5", "10%", "1/3").
_IGNORED = frozenset("，。；：、？！“”‘’「」『』（）《》〈〉【】…—·,;:?!\"'()<>[]{}`~_")


def cent(value: Decimal) -> Decimal:
    """``value`` rounded half up to 0.01."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def half_mark(value: Decimal) -> Decimal:
    """``value`` rounded half up to 0.5: what two markers' mean becomes."""
    return (value / HALF_MARK).quantize(Decimal(1), rounding=ROUND_HALF_UP) * HALF_MARK


def normal_text(text: str) -> str:
    """A filled-in word as it is compared: NFKC (full-width forms, ⅓ …), lower case, without spaces and punctuation."""
    folded = unicodedata.normalize("NFKC", str(text)).casefold()
    kept = "".join(sign for sign in folded if sign not in _IGNORED and not sign.isspace() and sign.isprintable())
    return kept.rstrip(".")


def _chosen(answer) -> set[str]:
    if isinstance(answer, str):
        answer = [answer]
    return {str(option) for option in answer or ()}


def _multiple(chosen: set[str], right: set[str], worth: Decimal, policy: str) -> Decimal:
    if chosen == right:
        return cent(worth)
    if not chosen or not chosen < right or policy == ALL:
        return ZERO
    return cent(worth / 2) if policy == HALF else cent(worth * len(chosen) / len(right))


def _blanks(answer, key: Sequence[Sequence[str]], worth: Decimal) -> Decimal:
    given = [answer] if isinstance(answer, str) else list(answer or ())
    right = 0
    for blank, accepted in enumerate(key):
        text = normal_text(given[blank]) if blank < len(given) and given[blank] is not None else ""
        words = [accepted] if isinstance(accepted, str) else accepted
        right += bool(text) and text in {normal_text(word) for word in words}
    return cent(worth * right / len(key)) if key else ZERO


def marks_for(form: str, answer, key, worth: Decimal, policy: str = ALL) -> Decimal | None:
    """Marks for ``answer`` against ``key``; None for a written answer, which people mark.

    ``form`` single | multiple | judge | blank | written; ``answer`` as in Attempt.answers["n"]["a"] (None or empty: not
    answered, 0); ``key`` as QuestionKey.answer; ``policy`` all | half (fewer right ones and none wrong: half) | share
    (fewer right ones and none wrong: their share), for multiple choice only. Blanks share the worth equally.
    """
    if form == "written":
        return None
    if form == "blank":
        return _blanks(answer, key, worth)
    chosen, right = _chosen(answer), _chosen(key)
    if not right:
        return ZERO
    if form == "multiple":
        return _multiple(chosen, right, worth, policy)
    return cent(worth) if chosen == right else ZERO


def answered(answer) -> bool:
    """Whether an answer says anything at all: an option, a word in one blank, or text."""
    if isinstance(answer, str):
        return bool(answer.strip())
    return any(str(part).strip() for part in answer or () if part is not None)
