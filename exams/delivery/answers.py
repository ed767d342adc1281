"""Answers on their way in (checked, tokens turned into option keys) and out (the current ones, keys into tokens)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from exams.delivery import tokens
from exams.delivery.sheets import Shape, Sheet
from exams.models.attempts import AnswerEvent
from exams.models.bank import AnswerForm

MOST_ANSWERS = 100
MOST_TEXT = 20_000
MOST_BLANK = 500
LONGEST_KEY = 64
MOST_SEQUENCE = 2**31 - 1
ONE_OPTION = {AnswerForm.SINGLE, AnswerForm.JUDGE}


class Given(NamedTuple):
    """One answer that may be stored; ``value`` as in AnswerEvent."""

    item: int
    sequence: int
    key: UUID
    value: dict
    filled: bool


class Bad(ValueError):
    """This answer cannot be stored; the text is for the candidate."""


def read(sheet: Sheet, raw: list) -> tuple[list[Given], list[dict]]:
    """(what can be stored, [{"key", "message"}] of what cannot). One bad answer does not harm the others."""
    good, refused = [], []
    for entry in raw:
        try:
            good.append(_given(sheet, entry))
        except Bad as error:
            key = entry.get("key") if isinstance(entry, dict) else None
            # The page knows its answer by the key; what no key can be is not sent back.
            known = isinstance(key, str) and len(key) <= LONGEST_KEY
            refused.append({"key": _text(key) if known else None, "message": str(error)})
    return good, refused


def _given(sheet: Sheet, entry) -> Given:
    if not isinstance(entry, dict):
        raise Bad(_("这条答案的格式不对。"))
    item, sequence, flag = entry.get("n"), entry.get("seq"), entry.get("f", False)
    if type(item) is not int or not 0 <= item < len(sheet.items):
        raise Bad(_("试卷中没有这道题。"))
    if type(sequence) is not int or not 1 <= sequence <= MOST_SEQUENCE or type(flag) is not bool:
        raise Bad(_("这条答案的格式不对。"))
    try:
        key = UUID(entry.get("key"))
    except (ValueError, TypeError, AttributeError):
        raise Bad(_("这条答案的格式不对。")) from None
    answer = _answer(sheet, item, entry.get("a"))
    filled = any(answer) if isinstance(answer, list) else bool(answer)
    return Given(item, sequence, key, {"a": answer, "f": flag}, filled)


def _answer(sheet: Sheet, item: int, raw) -> list[str] | str:
    shape = sheet.items[item]
    if shape.form == AnswerForm.WRITTEN:
        if not isinstance(raw, str):
            raise Bad(_("这条答案的格式不对。"))
        if len(raw) > MOST_TEXT:
            raise Bad(_("论述不得超过%(n)d字，请删减后再保存。") % {"n": MOST_TEXT})
        text = _text(raw)
        return text if text.strip() else ""
    if not isinstance(raw, list) or not all(isinstance(part, str) for part in raw):
        raise Bad(_("这条答案的格式不对。"))
    if shape.form == AnswerForm.BLANK:
        return _blanks(shape, raw)
    return _options(sheet, item, shape, raw)


def _blanks(shape: Shape, raw: list[str]) -> list[str]:
    if raw and len(raw) != shape.blanks:
        raise Bad(_("本题有%(n)d个空。") % {"n": shape.blanks})
    if any(len(part) > MOST_BLANK for part in raw):
        raise Bad(_("每空不得超过%(n)d字。") % {"n": MOST_BLANK})
    return [_text(part).strip() for part in raw]


def _options(sheet: Sheet, item: int, shape: Shape, raw: list[str]) -> list[str]:
    known = tokens.keys_of(sheet.secret, item, shape.keys)
    if len(set(raw)) != len(raw) or not known.keys() >= set(raw):
        raise Bad(_("所选的选项不在本题之中，请刷新页面后重新作答。"))
    if shape.form in ONE_OPTION and len(raw) > 1:
        raise Bad(_("本题只能选一项。"))
    return sorted(known[part] for part in raw)


def _text(raw: str) -> str:
    """What a database can hold: PostgreSQL knows no NUL, and half a surrogate pair is no character."""
    return raw.replace("\0", "").encode("utf-8", "replace").decode()


def current(attempt_ids: Iterable[UUID]) -> dict[UUID, dict[int, tuple[int, dict]]]:
    """{attempt: {item: (sequence, value)}} by the log: the highest sequence wins, of equal ones the later row."""
    found: dict[UUID, dict[int, tuple[int, dict]]] = {}
    rows = AnswerEvent.objects.filter(attempt_id__in=list(attempt_ids)).order_by("attempt_id", "sequence", "id")
    for attempt_id, item, sequence, value in rows.values_list("attempt_id", "item", "sequence", "value"):
        found.setdefault(attempt_id, {})[item] = (sequence, value)
    return found


def is_filled(value: dict) -> bool:
    """Does this stored value answer anything?"""
    answer = value["a"]
    return any(answer) if isinstance(answer, list) else bool(answer)


def shown(sheet: Sheet, held: dict[int, tuple[int, dict]]) -> dict[str, dict]:
    """Current answers for the browser: {"3": {"a": [token…], "f": bool, "seq": 7}}."""
    result = {}
    for item, (sequence, value) in held.items():
        answer = value["a"]
        if sheet.items[item].form not in (AnswerForm.WRITTEN, AnswerForm.BLANK):
            answer = [tokens.token(sheet.secret, item, key) for key in answer]
        result[str(item)] = {"a": answer, "f": value.get("f", False), "seq": sequence}
    return result
