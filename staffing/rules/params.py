"""The parameters every rule takes: one version of a policy, as exact numbers, without the database."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from typing import Any

MOST_DAYS = 999


def exact(value) -> Fraction:
    """The exact number of a Decimal, int, Fraction or decimal text. A float is refused: it is not what was written."""
    if isinstance(value, float):
        raise TypeError("a rule parameter must be exact, not a float")
    return value if isinstance(value, Fraction) else Fraction(str(value))


def thresholds(text: str) -> tuple[int, ...]:
    """Days before a date on which to remind: "90,60,30" → (90, 60, 30), the earliest reminder first.

    Raises ValueError on anything but whole numbers from 1 to MOST_DAYS, and when there is none.
    """
    found = {int(part) for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()}
    if not found or min(found) < 1 or max(found) > MOST_DAYS:
        raise ValueError(text)
    return tuple(sorted(found, reverse=True))


@dataclass(frozen=True)
class Params:
    """Field names are those of staffing.models.Policy. Hours in 学时 (45 minutes), shares as parts of 1."""

    code: str = ""
    name: str = ""
    legal_basis: str = ""
    start: date | None = None
    end: date | None = None
    downstream_target: Fraction = Fraction(3, 5)
    downstream_scope: str = "bureau"
    full_time_required: bool = False
    native_counts: bool = True
    reviewer_share: Fraction = Fraction(1, 20)
    reviewer_minimum: int = 1
    reviewer_includes_self: bool = True
    reviewer_cutoff: date = date(2018, 1, 1)
    reviewer_grades: str = ""
    reviewer_all_modes: bool = False
    certificate_months: int = 60
    certificate_check: bool = False
    certificate_minimum: int = 2
    certificate_unit_bound: bool = False
    alert_days: str = "90,60,30"
    hours_target: Fraction = Fraction(60)
    hours_online_min: Fraction = Fraction(0)
    hours_online_max: Fraction | None = None
    hours_auxiliaries: bool = False
    hours_leave_days: int = 90
    hours_daily_cap: Fraction = Fraction(8)
    hours_teaching_cap: Fraction = Fraction(10)
    hours_teaching_factor: Fraction = Fraction(2)
    hours_unit_minutes: int = 45
    hours_presence_full: Fraction = Fraction(4, 5)
    hours_presence_min: Fraction = Fraction(3, 10)
    hours_court: Fraction = Fraction(4)
    return_alert_days: str = "30,15,7"
    retire_age_male: int = 63
    retire_age_female: int = 58

    @classmethod
    def of(cls, source: Any) -> Params:
        """Copy the parameters from any object with the same attribute names (a Policy row)."""
        values = {}
        for field in fields(cls):
            value = getattr(source, field.name, field.default)
            if field.type.startswith("Fraction") and value is not None:
                value = exact(value)
            elif field.name == "reviewer_cutoff" and isinstance(value, str):
                value = date.fromisoformat(value)
            values[field.name] = value
        return cls(**values)

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type.startswith("Fraction") and value is not None:
                object.__setattr__(self, field.name, exact(value))

    @property
    def grades(self) -> frozenset[str]:
        """Accepted grades of the legal qualification; empty accepts all."""
        return frozenset(part.strip() for part in self.reviewer_grades.replace(",", "、").split("、") if part.strip())

    @property
    def certificate_alerts(self) -> tuple[int, ...]:
        """Days before a certificate ends, the earliest first. What cannot be read counts as the default."""
        return _readable(self.alert_days, Params.alert_days)

    @property
    def return_alerts(self) -> tuple[int, ...]:
        """Days before a posting's last permitted day, the earliest first. What cannot be read counts as the default."""
        return _readable(self.return_alert_days, Params.return_alert_days)

    def as_json(self) -> dict:
        """Every parameter as JSON values; shares and hours as numbers."""
        shown = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Fraction):
                value = float(value) if value.denominator != 1 else int(value)
            elif isinstance(value, date):
                value = value.isoformat()
            shown[field.name] = value
        return shown


def _readable(text: str, default: str) -> tuple[int, ...]:
    try:
        return thresholds(text)
    except ValueError:
        return thresholds(default)
