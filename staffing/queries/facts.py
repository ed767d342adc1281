"""All dated facts as arrays, loaded once per revision and process: any day is then a matter of comparisons.

``Facts`` holds no name and no number of anybody: only row ids, unit indexes, days and codes.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.core.cache import cache
from django.db import connection
from django.db.models import CharField, FloatField, IntegerField
from django.db.models.functions import Cast

from portal.models import Revision
from staffing.models import (
    Category,
    CertificateCheck,
    HourCredit,
    Leave,
    Membership,
    Person,
    Posting,
    Qualification,
    QualificationKind,
    QualificationState,
    QualificationStatus,
    Unit,
)
from staffing.queries.unit_tree import Tree
from staffing.rules import certificates, structure
from staffing.rules import hours as hour_rules
from staffing.rules.params import Params

FOREVER = 2**31 - 1
LONG_AGO = -(2**31) + 1
CATEGORIES = [str(value) for value in Category]
STATES = [str(value) for value in QualificationState]
HOUR_CLASSES = (hour_rules.OFFLINE, hour_rules.ONLINE, hour_rules.TEACHING)
_TOKEN = "staffing.figures.token"  # noqa: S105
_LOCK = threading.RLock()
_kept: dict = {}


def ordinal(day: date) -> int:
    """Days since 1970-01-01, the arrays' calendar."""
    return int(np.datetime64(day, "D").astype(np.int64))


def to_date(number: int) -> date | None:
    """The date of an ordinal; None for the open ends."""
    return None if number in (FOREVER, LONG_AGO) else np.datetime64(int(number), "D").astype(date)


def _days(values, missing: int) -> np.ndarray:
    array = np.array(values, dtype="datetime64[D]") if len(values) else np.zeros(0, dtype="datetime64[D]")
    empty = np.isnat(array)
    numbers = array.astype(np.int64)
    numbers[empty] = missing
    return numbers


def _text(name):
    # Dates travel as text: the drivers' conversion into date objects costs more than everything else together.
    return Cast(name, CharField())


def _columns(queryset, *names):
    rows = list(queryset.values_list(*names))
    return list(zip(*rows, strict=True)) if rows else [()] * len(names)


def _ints(values) -> np.ndarray:
    return np.array([-1 if value is None else value for value in values], dtype=np.int64)


def _codes(values, code) -> np.ndarray:
    known = {value: code(value) for value in set(values)}
    return np.array([known[value] for value in values], dtype=np.int16)


@dataclass
class Ranges:
    """Rows with a person and a half-open range of days."""

    person: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def on(self, day: int) -> np.ndarray:
        """Which rows hold ``day``."""
        return (self.start <= day) & (day < self.end)


class Facts:
    """Everything figures need, of all people, at one revision."""

    def __init__(self):
        self.tree = Tree()
        self._load_people()
        self._load_ranges()
        self._load_qualifications()
        self._hours: dict[int, HourYear] = {}
        self._leave_rows: dict[int, list[int]] | None = None
        self._memo: dict[tuple, np.ndarray] = {}

    def _person_index(self, ids) -> np.ndarray:
        ids = np.asarray(ids, dtype=np.int64)
        if not len(ids):
            return ids
        # A row written between two of our queries may name someone not loaded; ``current`` then loads again.
        place = np.searchsorted(self._sorted_ids, ids)
        return self._by_id[np.minimum(place, len(self._sorted_ids) - 1)]

    def _unit_index(self, ids) -> np.ndarray:
        known = self.tree.by_id
        return np.array([known.get(pk, -1) for pk in ids], dtype=np.int64)

    def _load_people(self):
        ids, births, genders, first, top, party, law, majors, titles = _columns(
            Person.objects.order_by("staff_no", "id"),
            "id",
            _text("birth_date"),
            "gender",
            "first_education",
            "education",
            "political_status",
            "is_law_major",
            "major",
            "prof_title",
        )
        self.ids = np.array(ids, dtype=np.int64)
        self._by_id = np.argsort(self.ids, kind="stable")
        self._sorted_ids = self.ids[self._by_id]
        self.birth = _days(births, FOREVER)
        self.gender = _codes(genders, lambda text: {"男": 1, "女": 2}.get(text, 0))
        self.first = _codes(first, lambda text: structure.LEVELS.index(structure.level(text)))
        self.education = _codes(top, lambda text: structure.LEVELS.index(structure.level(text)))
        self.party = _codes(party, _party)
        self.law = _codes(list(zip(law, majors, strict=True)), _law)
        self.titled = _codes(titles, lambda text: int(text not in ("", "无", "暂无")))

    def _load_ranges(self):
        dated = (_text("start"), _text("end"))
        person, unit, start, end, category, known = _columns(
            Membership.objects.order_by("person_id", "start"),
            "person_id",
            "unit_id",
            *dated,
            "category",
            Cast("start_known", IntegerField()),
        )
        self.memberships = Ranges(self._person_index(person), _days(start, LONG_AGO), _days(end, FOREVER))
        self.membership_unit = self._unit_index(unit)
        self.membership_category = _codes(category, CATEGORIES.index)
        self._chain(np.array(known, dtype=bool))
        ids, person, layer, unit, start, end, due, full_time = _columns(
            Posting.objects.order_by("person_id", "id"),
            "id",
            "person_id",
            "layer",
            "to_unit_id",
            *dated,
            _text("due"),
            Cast("full_time", IntegerField()),
        )
        self.postings = Ranges(self._person_index(person), _days(start, LONG_AGO), _days(end, FOREVER))
        self.posting_id = np.array(ids, dtype=np.int64)
        self.posting_away = np.array([value == "away" for value in layer], dtype=bool)
        self.posting_unit = self._unit_index(unit)
        self.posting_due = _days(due, FOREVER)
        self.posting_full_time = np.array(full_time, dtype=bool)
        person, start, end = _columns(Leave.objects.order_by("person_id", "start"), "person_id", *dated)
        self.leaves = Ranges(self._person_index(person), _days(start, LONG_AGO), _days(end, FOREVER))

    def leaves_of(self, person: int) -> list[int]:
        """Rows of one person's leaves in order of time."""
        if self._leave_rows is None:
            self._leave_rows = {}
            for row, owner in enumerate(self.leaves.person.tolist()):
                self._leave_rows.setdefault(owner, []).append(row)
        return self._leave_rows.get(person, [])

    def _chain(self, known):
        """For every membership the first day of the unbroken service it continues; is that day on record?"""
        rows = self.memberships
        if not len(rows.person):
            self.joined, self.joined_known = rows.start, known
            return
        fresh = np.ones(len(rows.person), dtype=bool)
        fresh[1:] = (rows.person[1:] != rows.person[:-1]) | (rows.start[1:] > rows.end[:-1])
        first = np.maximum.accumulate(np.where(fresh, np.arange(len(fresh)), 0))
        self.joined, self.joined_known = rows.start[first], known[first]

    def _load_qualifications(self):
        wanted = {QualificationKind.ENFORCE: 0, QualificationKind.LEGAL: 1, QualificationKind.REVIEWER: 2}
        ids, person, kind, issued, until, grade, issuer = _columns(
            Qualification.objects.filter(kind__in=list(wanted)).order_by("id"),
            "id",
            "person_id",
            "kind",
            _text("issued"),
            _text("valid_until"),
            "grade",
            "issuing_unit_id",
        )
        self.qual_id = np.array(ids, dtype=np.int64)
        self.qual_person = self._person_index(person)
        self.qual_kind = _codes(kind, wanted.__getitem__)
        self.qual_issued = _days(issued, LONG_AGO)
        self.qual_until = _days(until, FOREVER)
        self.qual_grade = list(grade)
        self.qual_unit = self._unit_index(issuer)
        rows = QualificationStatus.objects.filter(qualification__kind__in=list(wanted)).order_by("id")
        owner, state, start, end = _columns(rows, "qualification_id", "state", _text("start"), _text("end"))
        place = np.searchsorted(self.qual_id, np.array(owner, dtype=np.int64))
        # ``person`` of these ranges is the place of the qualification they belong to.
        self.statuses = Ranges(place, _days(start, LONG_AGO), _days(end, FOREVER))
        self.status_state = _codes(state, STATES.index)
        owner, year, passed, day = _columns(
            CertificateCheck.objects.filter(qualification__kind=QualificationKind.ENFORCE).order_by("year"),
            "qualification_id",
            "year",
            Cast("passed", IntegerField()),
            _text("checked_on"),
        )
        self.check_qual = np.searchsorted(self.qual_id, np.array(owner, dtype=np.int64))
        self.check_year = _ints(year)
        self.check_passed = np.array(passed, dtype=bool)
        self.check_day = _days(day, FOREVER)

    def memo(self, name: tuple, make):
        """A value that follows from the facts alone, computed once."""
        if name not in self._memo:
            self._memo[name] = make()
        return self._memo[name]

    def certificate_ends(self, params: Params) -> np.ndarray:
        """Last valid day of every qualification: as printed, else reckoned from the day of issue."""

        def make():
            until = self.qual_until.copy()
            rows = (until == FOREVER) & (self.qual_issued != LONG_AGO) & (self.qual_kind == 0)
            issued = self.qual_issued[rows]
            known = {
                int(day): ordinal(certificates.effective_until(to_date(day), None, params)) for day in np.unique(issued)
            }
            until[rows] = [known[day] for day in issued.tolist()]
            return until

        return self.memo(("until", params.certificate_months), make)

    def retirements(self, params: Params) -> np.ndarray:
        """Statutory retirement day of everybody whose birth and gender are known."""

        def make():
            days = np.full(len(self.ids), FOREVER, dtype=np.int64)
            known = (self.birth != FOREVER) & (self.gender > 0)
            known_days = {}
            pairs = list(zip(self.birth[known].tolist(), self.gender[known].tolist(), strict=True))
            for birth, gender in set(pairs):
                day = structure.retires_on(to_date(birth), ("", "男", "女")[gender], params)
                known_days[birth, gender] = ordinal(day)
            days[known] = [known_days[pair] for pair in pairs]
            return days

        return self.memo(("retire", params.retire_age_male, params.retire_age_female), make)

    def hours(self, year: int) -> HourYear:
        """The ledger of a year, loaded at first use."""
        if year not in self._hours:
            self._hours[year] = HourYear(self, year)
        return self._hours[year]

    @property
    def earliest(self) -> date | None:
        """First day on which anybody is on record."""
        return to_date(int(self.memberships.start.min())) if len(self.memberships.start) else None


def _party(text) -> int:
    # 农工党党员 and others are members of other parties.
    return -1 if not text else int(text.startswith("中共") or text in ("党员", "预备党员"))


def _law(pair) -> int:
    stated, major = pair
    if stated is not None:
        return int(stated)
    return -1 if not major else int(any(word in major for word in ("法学", "法律", "司法")))


class HourYear:
    """One year's credits added up per person and day, in tenths of an hour, political education left out.

    ``whole_…``: entries that stand for a whole year, one by one, because no day's ceiling holds for them.
    """

    def __init__(self, facts: Facts, year: int):
        person, day, kind, hours, whole = _columns(
            HourCredit.objects.filter(year=year).order_by(),
            "person_id",
            _text("earned_on"),
            "kind",
            Cast("hours", FloatField()),
            Cast("whole_year", IntegerField()),
        )
        person, day = facts._person_index(person), _days(day, LONG_AGO)
        tenths = np.rint(np.array(hours, dtype=float) * 10).astype(np.int64)
        sort = _codes(
            kind, lambda value: HOUR_CLASSES.index(c) if (c := hour_rules.class_of(value)) in HOUR_CLASSES else -1
        )
        self.any_person, self.any_day = person, day
        teaching = sort == 2
        self.teach_person, self.teach_day, self.teach = person[teaching], day[teaching], tenths[teaching]
        whole = np.array(whole, dtype=bool) & (sort >= 0) & ~teaching
        self.whole_person, self.whole_day = person[whole], day[whole]
        self.whole_offline = np.where(sort[whole] == 0, tenths[whole], 0)
        self.whole_online = np.where(sort[whole] == 1, tenths[whole], 0)
        learnt = ((sort == 0) | (sort == 1)) & ~whole
        person, day, tenths, online = person[learnt], day[learnt], tenths[learnt], sort[learnt] == 1
        key = person * 2**32 + (day + 2**31)
        distinct, inverse = np.unique(key, return_inverse=True)
        self.person = distinct // 2**32
        self.day = distinct % 2**32 - 2**31
        size = len(distinct)
        self.offline = np.bincount(inverse[~online], tenths[~online], size).astype(np.int64)
        self.online = np.bincount(inverse[online], tenths[online], size).astype(np.int64)


def _fingerprint() -> tuple:
    """What cached facts depend on, in one query: the audited revision, and the last row ids as a safety net."""
    quote = connection.ops.quote_name
    tables = [
        Unit,
        Person,
        Membership,
        Posting,
        Leave,
        Qualification,
        QualificationStatus,
        CertificateCheck,
        HourCredit,
    ]
    parts = ", ".join(f"(SELECT MAX(id) FROM {quote(model._meta.db_table)})" for model in tables)  # noqa: S608
    revision = quote(Revision._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT (SELECT number FROM {revision} WHERE name = 'figures'), {parts}")  # noqa: S608
        return (connection.settings_dict["NAME"], *cursor.fetchone())


def _token() -> str:
    token = cache.get(_TOKEN)
    if token is None:
        cache.add(_TOKEN, uuid.uuid4().hex, None)
        token = cache.get(_TOKEN)
    return token or ""


def current() -> tuple[tuple, Facts]:
    """(key, facts) of now. One query when nothing has changed since the last call in this process."""
    with _LOCK:
        for _attempt in range(3):
            key = (_token(), *_fingerprint())
            if _kept.get("key") == key:
                return key, _kept["facts"]
            facts = Facts()
            if _fingerprint() == key[1:]:
                break
        _kept.clear()
        _kept.update(key=key, facts=facts, derived={})
        return key, facts


def derived(key: tuple, name: tuple, make, *, family: str, keep: int):
    """A value computed from the facts of ``key``, kept until the facts change; of one family the ``keep`` used last."""
    with _LOCK:
        store = _kept["derived"].setdefault(family, OrderedDict()) if _kept.get("key") == key else OrderedDict()
        if name in store:
            store.move_to_end(name)
            return store[name]
        value = store[name] = make()
        while len(store) > keep:
            store.popitem(last=False)
        return value


def is_kept(key: tuple, name: tuple, *, family: str) -> bool:
    """Would ``derived`` answer without computing?"""
    return _kept.get("key") == key and name in _kept["derived"].get(family, ())


def forget() -> None:
    """Drop what this process holds and make other processes that share the cache drop theirs."""
    cache.delete(_TOKEN)
    with _LOCK:
        _kept.clear()
