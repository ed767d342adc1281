"""Parsers of dates, periods and of 人员状态, which often hides a date and a place. Same shape as those in values.py."""

import re

from staffing.roster import vocabulary as words
from staffing.roster.dates import DateValue, date_inside, first_day, last_day, parse_date, parse_range
from staffing.roster.text import OPEN_ENDED, as_text, is_placeholder, squeeze
from staffing.roster.values import NOTHING, Context, Parsed

_AWAY = re.compile(r"(借调|借用|抽调|挂职|跟班(?:学习)?)(?:至|到|在|去|于)?([\u4e00-\u9fa5A-Za-z（）()]{2,30})?")
_AWAY_FROM = re.compile(r"(?:在|至|到)([\u4e00-\u9fa5]{2,20}?)(借调|抽调|挂职|跟班)")
_NO_UNIT = re.compile(r"^(?:人员|情况|手续|期间|期限|期满|时间|工作|锻炼|学习|待|已|未|中|结束|在外|出去|上级)")
_BACK = re.compile(r"已?(?:归位|返回|返岗|归队|结束)")
_PAST = frozenset(
    [
        "birth_date",
        "party_join_date",
        "work_start_date",
        "entry_date",
        "enforcement_start_date",
        "position_date",
        "cert_issue_date",
        "legal_qualification_date",
        "legal_review_start_date",
    ]
)
_END = frozenset(["planned_return", "actual_return", "leave_to"])


def day(raw, ctx: Context) -> Parsed:
    """A date with the precision given. Placeholders become nothing; ends may say 至今."""
    latest = ctx.as_of.year if ctx.canonical in _PAST else 2100
    found = parse_date(raw, latest_year=latest)
    return _dated(found, ctx)


def _dated(found: DateValue, ctx: Context) -> Parsed:
    if found.code == "OPEN":
        return NOTHING if ctx.canonical in _END else Parsed(None, (("warn", f"VALUE_UNPARSED:{ctx.canonical}", None),))
    if found.code == "PLACEHOLDER":
        return Parsed(None, (("fix", "PLACEHOLDER_TO_NULL", None),))
    if found.code == "IMPOSSIBLE":
        return Parsed(None, (("warn", f"DATE_IMPOSSIBLE:{ctx.canonical}", None),))
    if found.code == "UNPARSED":
        return Parsed(None, (("warn", f"VALUE_UNPARSED:{ctx.canonical}", None),))
    if found.code == "AMBIGUOUS":
        return Parsed(found.value, (("warn", f"MONTH_AMBIGUOUS:{ctx.canonical}", None),))
    if found.two_digit:
        return Parsed(found.value, (("fix", "TWO_DIGIT_YEAR", found.value),))
    return Parsed(found.value)


def posting_start(raw, ctx: Context) -> Parsed:
    """When a posting began; a period gives its end as well."""
    period = parse_range(raw)
    if period is None:
        return day(raw, ctx)
    start, end = period
    return Parsed(start.value, (), {"actual_return": end.value} if end.value else {})


def valid_until(raw, ctx: Context) -> Parsed:
    """Last day of validity. A period also gives the issue date; a month means its last day; 长期 is not a date
    (domain §2.3).
    """
    period = parse_range(raw)
    if period is not None:
        start, end = period
        extra = {"cert_issue_date": first_day(start.value)} if start.value else {}
        if not end.value:
            return Parsed(None, (("warn", "CERT_VALIDITY_UNPARSED", None),), extra)
        return Parsed(last_day(end.value), (), extra)
    found = parse_date(raw)
    if found.code in ("OPEN", "UNPARSED"):
        if found.code == "OPEN" or raw is not None:
            return Parsed(None, (("warn", "CERT_VALIDITY_UNPARSED", None),))
        return NOTHING
    made = _dated(found, ctx)
    return Parsed(last_day(made.value), made.notes) if made.value else made


# ------------------------------------------------------------------ status
def status(raw, ctx: Context) -> Parsed:
    """人员状态. ``借调区府办`` also tells where to; a date in the text is when."""
    text = squeeze(as_text(raw))
    if not text or is_placeholder(text):
        return NOTHING
    if text in words.STATUS_PRESENT:
        return Parsed("在岗")
    since = date_inside(text)
    for pattern, value in words.STATUS:
        if pattern in text:
            extra = {"status_since": since} if since else {}
            if value in words.AWAY_TYPES:
                extra["away"] = {"type": value, "to_unit": away_unit(text), "start": since}
            return Parsed(value, (), extra)
    if "在岗" in text or "在职" in text:
        return Parsed("在岗")
    return Parsed(text[:30], (("warn", "UNKNOWN_ENUM:status", None),))


def away_unit(text: str) -> str | None:
    """Where somebody is lent to, from ``借调区府办`` or ``在区府办挂职``."""
    bare = re.sub(r"\d{4}[-./年]\d{1,2}(?:[-./月]\d{1,2}日?|月)?|\d{4}年", "", squeeze(text))
    bare = re.sub(r"^[自从]?起?", "", bare)
    if found := _AWAY_FROM.search(bare):
        return found[1]
    found = _AWAY.search(bare)
    if not found or not found[2]:
        return None
    unit = re.sub(r"(?:工作|帮助工作|锻炼|学习|中|期间|至今|人员|起)$", "", found[2]).strip("()（）")
    return unit if len(unit) >= 2 and unit not in OPEN_ENDED and not _NO_UNIT.match(unit) else None


def away_in_remarks(text: str) -> dict | None:
    """A loan that only the remarks mention, unless they also say it is over."""
    flat = squeeze(text)
    found = _AWAY.search(flat)
    if not found or _BACK.search(flat):
        return None
    unit = away_unit(flat)
    kind = {"借用": "借调", "跟班": "抽调", "跟班学习": "抽调"}.get(found[1], found[1])
    return {"type": kind, "to_unit": unit, "start": date_inside(flat)} if unit else None
