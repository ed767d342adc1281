"""Everybody's standing on one day under one policy, as boolean arrays over people.

The rules are those of staffing.rules, written for arrays; tests hold both against each other on random people.
Figures and the lists of people behind them are taken from the same arrays, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from staffing.queries.facts import CATEGORIES, FOREVER, LONG_AGO, STATES, Facts, ordinal, to_date
from staffing.rules import certificates, hours, reviewers, structure
from staffing.rules.params import Params

OFFICER, AUXILIARY = CATEGORIES.index("officer"), CATEGORIES.index("auxiliary")
VALID, SUSPENDED, EXPIRED, LOST = (STATES.index(name) for name in ("valid", "suspended", "expired", "lost"))
DUE_DAYS = 30
EXPIRING_DAYS = 90
BIN_KEYS = [key for key, _ in structure.AGE_BINS] + ["unknown"]


@dataclass
class HourArrays:
    """Per person, in tenths of an hour; ``due``: has a target this year and belongs to those who must learn.

    ``months`` of the year that were due; the target follows them.
    """

    target: np.ndarray
    counted: np.ndarray
    online: np.ndarray
    online_min: np.ndarray
    due: np.ndarray
    met: np.ndarray
    recorded: np.ndarray
    months: np.ndarray


class Snapshot:
    """Standing on ``day``.

    Places are unit indexes: ``home`` (post), ``base`` (deployed to, else post), ``actual`` (called away to, else base;
    -1 outside the tree or not on record).
    """

    def __init__(self, facts: Facts, day: date, params: Params, year: int | None = None):
        self.facts, self.day, self.params = facts, day, params
        self.year = year or day.year
        self.today = ordinal(day)
        self._place()
        self._downstream()
        self._qualifications()
        self._reviewers()
        self._structure()
        self._postings()
        self.hours = self._hours()

    # --- where everybody is -------------------------------------------------------------------------------------------
    def _place(self):
        facts, size = self.facts, len(self.facts.ids)
        rows = np.nonzero(facts.memberships.on(self.today) & (facts.membership_unit >= 0))[0]
        who = facts.memberships.person[rows]
        self.home = np.full(size, -1, dtype=np.int64)
        self.home[who] = facts.membership_unit[rows]
        self.membership = np.full(size, -1, dtype=np.int64)
        self.membership[who] = rows
        self.category = np.full(size, -1, dtype=np.int16)
        self.category[who] = facts.membership_category[rows]
        self.active = self.home >= 0
        open_now = facts.postings.on(self.today)
        rows = np.nonzero(open_now & ~facts.posting_away & (facts.posting_unit >= 0))[0]
        self.base = self.home.copy()
        self.base[facts.postings.person[rows]] = facts.posting_unit[rows]
        self.deployed = np.zeros(size, dtype=bool)
        self.deployed[facts.postings.person[rows]] = True
        self.full_time = np.ones(size, dtype=bool)
        self.full_time[facts.postings.person[rows]] = facts.posting_full_time[rows]
        rows = np.nonzero(open_now & facts.posting_away)[0]
        self.away = np.zeros(size, dtype=bool)
        self.away[facts.postings.person[rows]] = True
        self.actual = self.base.copy()
        self.actual[facts.postings.person[rows]] = facts.posting_unit[rows]
        self.on_leave = np.zeros(size, dtype=bool)
        self.on_leave[facts.leaves.person[facts.leaves.on(self.today)]] = True
        # Deployed to a place that no unit stands for: their ratio cannot be told, so they are named.
        rows = np.nonzero(open_now & ~facts.posting_away & (facts.posting_unit < 0))[0]
        self.unplaced = np.zeros(size, dtype=bool)
        self.unplaced[facts.postings.person[rows]] = True
        gone = ~self.active
        self.base[gone] = self.actual[gone] = -1
        for flags in (self.deployed, self.away, self.on_leave, self.unplaced):
            flags[gone] = False
        self.officer = self.active & (self.category == OFFICER)
        self.auxiliary = self.active & (self.category == AUXILIARY)
        self.present = self.officer & ~self.away & ~self.on_leave
        # Where home and base meet: what makes "home or base under a unit" add up without counting anybody twice.
        self.meet = np.full(size, -1, dtype=np.int64)
        self.meet[self.active] = facts.tree.common(self.home[self.active], self.base[self.active])

    def _downstream(self):
        tree, params = self.facts.tree, self.params
        home_department = self.active & tree.in_department[self.home]
        base_town = self.active & tree.in_town[self.base]
        home_town = self.active & tree.in_town[self.home]
        by_posting = self.deployed & self.full_time if params.full_time_required else self.deployed
        native = ~self.deployed & home_town if params.native_counts else np.zeros_like(self.active)
        self.in_town = self.officer & base_town & ~self.away & (by_posting | native)
        # Not in place: a department whose people all left the town again has posted nobody on this day.
        self.in_system = self.officer & ~home_department if params.downstream_scope == "bureau" else self.officer.copy()
        self.downstream = self.in_system & self.in_town

    # --- certificates -------------------------------------------------------------------------------------------------
    def _qualifications(self):
        facts, size, today = self.facts, len(self.facts.ids), self.today
        state = np.full(len(facts.qual_id), -1, dtype=np.int16)
        rows = np.nonzero(facts.statuses.on(today))[0]
        state[facts.statuses.person[rows]] = facts.status_state[rows]
        self.qual_state = state
        started = facts.qual_issued <= today
        self.standing_rows = (state == VALID) & started
        legal = self.standing_rows & (facts.qual_kind == 1) & (facts.qual_until >= today)
        self.legal = self._people(legal, size)
        if self.params.grades:
            legal &= np.array([reviewers.accepts(grade, self.params) for grade in facts.qual_grade], dtype=bool)
        self.legal_accepted = self._people(legal, size)
        enforce = (facts.qual_kind == 0) & (state >= 0)
        until = facts.certificate_ends(self.params)
        good = enforce & self.standing_rows & (until >= today) & self._checked() & self._unit_fits()
        self.in_force = self._people(good, size)
        best = np.full(size, LONG_AGO, dtype=np.int64)
        np.maximum.at(best, facts.qual_person[good], until[good])
        latest = np.full(size, LONG_AGO, dtype=np.int64)
        np.maximum.at(latest, facts.qual_person[enforce], until[enforce])
        past = enforce & (until == latest[facts.qual_person]) & ~good
        past &= (state == EXPIRED) | (np.isin(state, (VALID, SUSPENDED, LOST)) & (until < today))
        self.expired = self._people(past, size) & ~self.in_force
        self.until = np.where(self.in_force, best, latest)
        self.certified = self._people(enforce, size)
        self.undated = self.in_force & (best == FOREVER)
        self.expiring = self.in_force & (best <= today + EXPIRING_DAYS)
        # The figure keeps its ninety days; who is reminded of is for the policy to say.
        self.reminded = self.in_force & (best <= today + self.params.certificate_alerts[0])

    def _people(self, rows, size) -> np.ndarray:
        flags = np.zeros(size, dtype=bool)
        flags[self.facts.qual_person[rows]] = True
        return flags

    def _checked(self) -> np.ndarray:
        """Annual check: the latest, not older than last year's, was passed; a certificate of last year needs none."""
        facts = self.facts
        if not self.params.certificate_check:
            return np.ones(len(facts.qual_id), dtype=bool)
        year = self.day.year
        fresh = facts.qual_issued >= ordinal(date(year - 1, 1, 1))
        latest = np.full(len(facts.qual_id), -1, dtype=np.int64)
        passed = np.zeros(len(facts.qual_id), dtype=bool)
        for row in np.nonzero(facts.check_day <= self.today)[0]:  # in order of years
            owner = facts.check_qual[row]
            latest[owner], passed[owner] = facts.check_year[row], facts.check_passed[row]
        return np.where(latest >= 0, passed & (latest >= year - 1), fresh)

    def _unit_fits(self) -> np.ndarray:
        """The certificate was issued for the holder's unit (post or place of work), or for one above it."""
        facts = self.facts
        if not self.params.certificate_unit_bound:
            return np.ones(len(facts.qual_id), dtype=bool)
        last = np.array(facts.tree.last)
        issuer = facts.qual_unit
        fits = issuer < 0
        for place in (self.home, self.base):
            where = place[facts.qual_person]
            fits |= (issuer <= where) & (where < last[issuer])
        return fits

    # --- reviewers ----------------------------------------------------------------------------------------------------
    def _reviewers(self):
        facts, size = self.facts, len(self.facts.ids)
        assigned = self.standing_rows & (facts.qual_kind == 2) & (facts.qual_until >= self.today)
        early = assigned & (facts.qual_issued < ordinal(self.params.reviewer_cutoff)) & (facts.qual_issued != LONG_AGO)
        self.reviewer = self._people(assigned, size) & self.officer & ~self.away
        exempt = self._people(early, size)
        self.qualified = self.reviewer & (self.legal_accepted | exempt)
        self.grandfathered = self.reviewer & exempt & ~self.legal_accepted

    # --- structure ----------------------------------------------------------------------------------------------------
    def _structure(self):
        facts = self.facts
        known = facts.birth != FOREVER
        births = np.where(known, facts.birth, 0).astype("datetime64[D]")
        years = births.astype("datetime64[Y]").astype(np.int64) + 1970
        months = births.astype("datetime64[M]").astype(np.int64) % 12 + 1
        days = (births - births.astype("datetime64[M]")).astype(np.int64) + 1
        later = (months > self.day.month) | ((months == self.day.month) & (days > self.day.day))
        self.age = np.where(known, self.day.year - years - later, -1)
        tops = np.array([top for _, top in structure.AGE_BINS if top is not None])
        self.age_bin = np.where(self.age >= 0, np.searchsorted(tops, self.age), len(BIN_KEYS) - 1)
        limit = ordinal(certificates.add_months(self.day, 12))
        self.retiring = self.officer & (facts.retirements(self.params) <= limit)

    # --- postings -----------------------------------------------------------------------------------------------------
    def _postings(self):
        """Postings open on the day of people on record: places to count them at, and which are due or overdue."""
        facts = self.facts
        rows = facts.postings.on(self.today)
        rows &= self.active[facts.postings.person] if len(rows) else rows
        self.posting_rows = np.nonzero(rows)[0]
        self.posting_home = self.home[facts.postings.person[self.posting_rows]]
        to = facts.posting_unit[self.posting_rows]
        self.posting_to = np.where(to < 0, self.posting_home, to)
        self.posting_meet = facts.tree.common(self.posting_home, self.posting_to)
        due = facts.posting_due[self.posting_rows]
        self.posting_overdue = due < self.today
        self.posting_due = (due >= self.today) & (due <= self.today + DUE_DAYS)

    # --- hours --------------------------------------------------------------------------------------------------------
    def _months_due(self, until: date) -> np.ndarray:
        facts, year = self.facts, self.year
        months = np.full(len(facts.ids), 12, dtype=np.int64)
        rows = self.membership[self.active]
        joined, known = facts.joined[rows], facts.joined_known[rows]
        who = np.nonzero(self.active)[0]
        first, beyond = ordinal(date(year, 1, 1)), ordinal(date(year + 1, 1, 1))
        months[who[joined >= beyond]] = 0
        late = known & (joined >= first) & (joined < beyond)
        start = {}
        for person, day in zip(who[late], joined[late], strict=True):
            start[int(person)] = to_date(day)
            months[person] = 13 - start[int(person)].month
        touched = (facts.leaves.start < beyond) & (facts.leaves.end > first)
        for person in np.unique(facts.leaves.person[touched]):
            if not self.active[person] or not months[person]:
                continue
            own = facts.leaves_of(int(person))
            leaves = [
                (to_date(a), to_date(b)) for a, b in zip(facts.leaves.start[own], facts.leaves.end[own], strict=True)
            ]
            months[person] = hours.months_due(start.get(int(person)), leaves, year, until, self.params)
        return months

    def _hours(self) -> HourArrays:
        facts, params, size = self.facts, self.params, len(self.facts.ids)
        ledger = facts.hours(self.year)
        until = min(self.day, date(self.year, 12, 31))
        last = ordinal(until)
        cap, teaching_cap = int(params.hours_daily_cap * 10), int(params.hours_teaching_cap * 10)
        so_far = ledger.day <= last
        offline = np.minimum(ledger.offline[so_far], cap)
        online = np.minimum(ledger.online[so_far], cap - np.maximum(offline, 0))
        who = ledger.person[so_far]
        learnt = np.bincount(who, offline, size).astype(np.int64)
        online = np.bincount(who, online, size).astype(np.int64)
        so_far = ledger.whole_day <= last
        who = ledger.whole_person[so_far]
        learnt += np.bincount(who, ledger.whole_offline[so_far], size).astype(np.int64)
        online += np.bincount(who, ledger.whole_online[so_far], size).astype(np.int64)
        months = self._months_due(until)
        if params.hours_online_max is not None:
            online = np.minimum(
                online, np.array([int(hours.online_maximum(n, params) * 10) for n in range(13)])[months]
            )
        so_far = ledger.teach_day <= last
        taught = np.bincount(ledger.teach_person[so_far], ledger.teach[so_far], size).astype(np.int64)
        counted = learnt + online + np.minimum(taught, teaching_cap)
        targets = np.array([int(hours.target(n, params) * 10) for n in range(13)])
        # Tenths of an hour are whole numbers: reaching x is reaching x rounded up.
        minimum = np.array([-(-hours.online_minimum(n, params) * 10 // 1) for n in range(13)]).astype(np.int64)
        target = targets[months]
        must = self.officer | self.auxiliary if params.hours_auxiliaries else self.officer
        recorded = np.zeros(size, dtype=bool)
        recorded[ledger.any_person[ledger.any_day <= last]] = True
        met = (counted >= target) & (online >= minimum[months])
        due = must & (target > 0)
        return HourArrays(target, counted, online, minimum[months], due, due & met, recorded, months)


def last_day(year: int, as_of: date) -> date:
    """The day up to which a year's hours are looked at."""
    return min(as_of, date(year, 12, 31))


def month_ends(as_of: date, months: int) -> list[date]:
    """``as_of`` and the month ends before it, oldest first, ``months`` days in all."""
    days, first = [as_of], as_of.replace(day=1)
    while len(days) < months:
        days.append(first - timedelta(days=1))
        first = days[-1].replace(day=1)
    return sorted(set(days))
