"""Structure of a body of people: age, education on two axes, retirement. Weighted by headcount throughout."""

from __future__ import annotations

from datetime import date

from staffing.rules.certificates import add_months
from staffing.rules.params import Params

# Upper ends, inclusive; the last is open.
AGE_BINS = (("30", 30), ("35", 35), ("40", 40), ("45", 45), ("50", 50), ("55", 55), ("56", None))
# Highest first. 中专 and 高中 stand apart: whether 高中以下 holds 高中 differs by place (domain §2.8).
LEVELS = ("postgraduate", "bachelor", "college", "vocational", "high", "junior", "unknown")
COLLEGE_OR_ABOVE = frozenset(LEVELS[:3])
BACHELOR_OR_ABOVE = frozenset(LEVELS[:2])
BELOW_HIGH_SCHOOL = frozenset({"junior"})
_MARKS = (
    ("postgraduate", ("研究生", "硕士", "博士")),
    ("vocational", ("中专", "中技", "技校", "职高", "职业高中", "中等")),
    ("college", ("专科", "大专", "高职", "大普")),
    ("bachelor", ("本科", "学士", "大学")),
    ("high", ("高中",)),
    ("junior", ("初中", "小学", "初级")),
)


def age(birth: date, day: date) -> int:
    """Full years on ``day``; someone born on 29 February completes a year on 1 March of a common year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def age_bin(years: int) -> str:
    """Key of the age group."""
    return next(key for key, top in AGE_BINS if top is None or years <= top)


def level(text: str) -> str:
    """Education level of what a roster writes; "unknown" for nothing or something else."""
    return next((key for key, marks in _MARKS if any(mark in text for mark in marks)), "unknown")


def retires_on(birth: date, gender: str, params: Params) -> date | None:
    """Statutory retirement day, or None when the gender is not recorded.

    国务院关于渐进式延迟法定退休年龄的办法 (from 2025-01-01): men from 60, women cadres from 55;
    whoever reaches that age in or after January 2025 waits one month for every four, up to the policy's ages.
    """
    if gender not in ("男", "女"):
        return None
    old, top = (60, params.retire_age_male) if gender == "男" else (55, params.retire_age_female)
    old = min(old, top)
    before = add_months(birth, old * 12)
    waited = (before.year - 2025) * 12 + before.month - 1
    delay = 0 if waited < 0 else waited // 4 + 1
    return add_months(birth, old * 12 + min(delay, max(0, (top - old) * 12)))
