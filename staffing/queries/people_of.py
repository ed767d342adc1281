"""The people behind a figure: the same arrays the figure was counted from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from django.utils.translation import gettext_lazy as _

from portal.access import EVERYWHERE, Scope
from staffing.models import Person, Posting
from staffing.queries.facts import to_date
from staffing.queries.gaps import Desk
from staffing.queries.gaps_table import Mask, candidates, mask_of, members, posting_masks
from staffing.queries.snapshot import Snapshot
from staffing.queries.unit_tree import UnitInfo
from staffing.rules import structure
from staffing.rules.params import Params

NUMERATOR, DENOMINATOR, MISSING = "numerator", "denominator", "missing"
SIDES = {NUMERATOR: _("计入的"), DENOMINATOR: _("应计的"), MISSING: _("未达到的")}


@dataclass(frozen=True)
class Figure:
    """A figure that opens a list. ``sides`` beyond the numerator exist where the figure is a part of something."""

    key: str
    label: str
    sides: tuple[str, ...] = (NUMERATOR,)
    missing_label: str = ""


ALL = (NUMERATOR, DENOMINATOR, MISSING)
LEVEL_LABELS = {
    "postgraduate": _("研究生"),
    "bachelor": _("大学本科"),
    "college": _("大学专科"),
    "vocational": _("中专中技"),
    "high": _("高中"),
    "junior": _("初中及以下"),
    "unknown": _("未填写"),
}
AGE_LABELS = {
    "30": _("30 岁及以下"),
    "35": _("31–35 岁"),
    "40": _("36–40 岁"),
    "45": _("41–45 岁"),
    "50": _("46–50 岁"),
    "55": _("51–55 岁"),
    "56": _("56 岁及以上"),
    "unknown": _("出生日期不明"),
}


def _declare() -> dict[str, Figure]:
    plain = {
        "officers": _("行政执法人员"),
        "auxiliaries": _("行政执法辅助人员"),
        "away": _("借出人员"),
        "on_leave": _("请假人员"),
        "home": _("编制在本单位的执法人员"),
        "unplaced": _("下沉去向未对应单位"),
        "expiring_90": _("执法证 90 日内到期"),
        "expired": _("执法证已过期"),
        "undated": _("执法证未载明有效期"),
        "aux_with_certificate": _("辅助人员持执法证"),
        "retire_12": _("12 个月内到龄退休"),
        "postings_open": _("在期派驻借调"),
        "postings_due_30": _("30 日内应归位"),
        "postings_overdue": _("逾期未归位"),
    }
    whole = {
        "in_post": (_("在岗执法人员"), _("不在岗的")),
        "downstream": (_("下沉镇街执法人员"), _("未下沉的")),
        "reviewers": (_("合格法制审核人员"), _("缺员单位中可任审核的人员")),
        "certificates": (_("持有效执法证"), _("无有效执法证的")),
        "hours": (_("年度学时达标"), _("学时未达标的")),
        "hours_recorded": (_("有学时记录"), _("没有学时记录的")),
    }
    parts = {
        "first_education_college_or_above": _("第一学历大专及以上"),
        "first_education_below_high_school": _("第一学历高中以下（不含高中）"),
        "education_bachelor_or_above": _("最高学历本科及以上"),
        "female": _("女性"),
        "party": _("中共党员"),
        "law_major": _("法律专业"),
        "legal_qualification": _("法律职业资格"),
        "prof_title": _("有职称"),
        "ages": _("出生日期已知"),
    }
    for key, label in AGE_LABELS.items():
        plain[f"age_{key}"] = label
    for axis, title in (("first", _("第一学历")), ("education", _("最高学历"))):
        for key in structure.LEVELS:
            plain[f"{axis}_{key}"] = _Joined(title, LEVEL_LABELS[key])
    found = {key: Figure(key, label) for key, label in plain.items()}
    found |= {key: Figure(key, label, ALL, missing) for key, (label, missing) in whole.items()}
    found |= {key: Figure(key, label, (NUMERATOR, DENOMINATOR)) for key, label in parts.items()}
    for key in [*parts, *(k for k in plain if k.startswith(("age_", "first_", "education_")))]:
        found["down_" + key] = Figure("down_" + key, _Joined(_("下沉人员"), found[key].label), found[key].sides)
    return found


@dataclass(frozen=True)
class _Joined:
    """Two lazy texts with a middle dot, translated when shown."""

    first: object
    second: object

    def __str__(self):
        return f"{self.first} · {self.second}"


FIGURES: dict[str, Figure] = _declare()
_RESTRICTED = ("first_", "education_", "party")


def is_restricted(figure: str) -> bool:
    """Does the list behind this figure tell of each person what only some may see (domain §5: education, politics)?"""
    return figure.removeprefix("down_").startswith(_RESTRICTED)


@dataclass(frozen=True)
class PersonFact:
    """One line of a list; the ID number is masked. Hours in 学时."""

    id: int
    staff_no: str
    name: str
    id_masked: str
    gender: str
    age: int | None
    position: str
    category: str
    home: str
    base: str
    base_code: str
    actual: str
    state: str
    cert_no: str
    cert_until: date | None
    cert_state: str
    legal: bool
    reviewer: str
    hours_counted: float
    hours_target: float
    posting: Posting | None = None


@dataclass
class People:
    """The list behind one side of one figure, in order of staff number. ``posting_ids`` go with ``ids`` one to one."""

    figure: Figure
    side: str
    unit: UnitInfo
    as_of: date
    policy: Params
    ids: list[int]
    posting_ids: list[int] | None
    snapshot: Snapshot = field(repr=False)
    indexes: np.ndarray = field(repr=False)

    @property
    def count(self) -> int:
        return len(self.ids)

    def __len__(self):
        return len(self.ids)

    @property
    def label(self) -> str:
        if self.side == MISSING:
            return str(self.figure.missing_label)
        return f"{self.figure.label} · {SIDES[DENOMINATOR]}" if self.side == DENOMINATOR else str(self.figure.label)

    def keep(self, person_ids) -> People:
        """The same list with only these people (a name filter)."""
        wanted = set(person_ids)
        kept = [i for i, pk in enumerate(self.ids) if pk in wanted]
        return People(
            self.figure,
            self.side,
            self.unit,
            self.as_of,
            self.policy,
            [self.ids[i] for i in kept],
            None if self.posting_ids is None else [self.posting_ids[i] for i in kept],
            self.snapshot,
            self.indexes[kept],
        )

    def rows(self, start: int = 0, stop: int | None = None) -> list[PersonFact]:
        """Lines ``start`` to ``stop``. Two queries a thousand lines, one more when they are postings."""
        stop = self.count if stop is None else min(stop, self.count)
        lines: list[PersonFact] = []
        for first in range(start, stop, 1000):
            lines += self._some(first, min(first + 1000, stop))
        return lines

    def _some(self, start: int, stop: int) -> list[PersonFact]:
        indexes = self.indexes[start:stop].tolist()
        people = Person.objects.defer("id_number", "mobile", "mobile_masked").in_bulk(self.ids[start:stop])
        numbers = _certificate_numbers(self.snapshot, indexes)
        postings: list = [None] * len(indexes)
        if self.posting_ids is not None:
            rows = Posting.objects.select_related("from_unit", "to_unit").in_bulk(self.posting_ids[start:stop])
            postings = [rows.get(pk) for pk in self.posting_ids[start:stop]]
        return [
            _line(self.snapshot, index, people[int(self.snapshot.facts.ids[index])], numbers, posting)
            for index, posting in zip(indexes, postings, strict=True)
        ]


def _certificate_numbers(s: Snapshot, indexes: list[int]) -> dict[int, str]:
    """Number of each person's latest enforcement certificate."""
    from_ids = s.facts.ids[indexes].tolist()
    rows = (
        Person.objects.filter(pk__in=from_ids, qualifications__kind="enforce")
        .order_by("qualifications__valid_until", "qualifications__issued")
        .values_list("id", "qualifications__number")
    )
    return {pk: number or "" for pk, number in rows}


CERT_STATES = {"in_force": _("有效"), "expired": _("过期"), "other": _("不在有效状态"), "none": _("未领证")}
STANDINGS = {"in_post": _("在岗"), "deployed": _("下派"), "away": _("借出"), "leave": _("请假")}
REVIEWER_STATES = {"qualified": _("合格"), "grandfathered": _("保留岗位，未取得资格"), "unqualified": _("未取得资格")}
CATEGORIES = {"officer": _("执法人员"), "auxiliary": _("辅助人员"), "worker": _("工勤人员")}


def _line(s: Snapshot, i: int, person: Person, numbers, posting) -> PersonFact:
    tree = s.facts.tree
    until = to_date(int(s.until[i]))
    state = "in_force" if s.in_force[i] else "expired" if s.expired[i] else "other" if s.certified[i] else "none"
    standing = "away" if s.away[i] else "leave" if s.on_leave[i] else "deployed" if s.deployed[i] else "in_post"
    base = tree.info(int(s.base[i]))
    return PersonFact(
        id=person.id,
        staff_no=person.staff_no,
        name=person.name,
        id_masked=person.id_masked,
        gender=person.gender,
        age=int(s.age[i]) if s.age[i] >= 0 else None,
        position=person.position,
        category="officer" if s.officer[i] else "auxiliary" if s.auxiliary[i] else "worker",
        home=tree.info(int(s.home[i])).name,
        base=base.name,
        base_code=base.code,
        actual=tree.info(int(s.actual[i])).name if s.actual[i] >= 0 else "",
        state=standing,
        cert_no=numbers.get(person.id, ""),
        cert_until=until,
        cert_state=state,
        legal=bool(s.legal[i]),
        reviewer="grandfathered"
        if s.grandfathered[i]
        else "qualified"
        if s.qualified[i]
        else "unqualified"
        if s.reviewer[i]
        else "",
        hours_counted=int(s.hours.counted[i]) / 10,
        hours_target=int(s.hours.target[i]) / 10,
        posting=posting,
    )


def people_of(
    figure: str, unit, as_of: date, *, scope: Scope, side: str = NUMERATOR, year: int | None = None
) -> People:
    """The people counted in ``side`` of ``figure`` for ``unit`` on ``as_of``; their number is the figure.

    Raises KeyError for an unknown figure or side, Unit.DoesNotExist when the unit lies outside ``scope``.
    """
    return people_at(Desk(unit, as_of, scope=scope, year=year), figure, side)


def people_at(desk: Desk, figure: str, side: str = NUMERATOR) -> People:
    """Like ``people_of`` for a desk at hand. Raises KeyError for an unknown figure or side."""
    chosen = FIGURES[figure]
    if side not in chosen.sides:
        raise KeyError(side)
    s = desk.snapshot()
    posting_ids = None
    if figure.startswith("postings_"):
        indexes, posting_ids = _posting_members(desk, s, figure)
    elif figure == "reviewers":
        indexes = _reviewer_members(desk, s, side)
    else:
        numerator, denominator = mask_of(s, figure)
        indexes = members(s, numerator if side == NUMERATOR else denominator, desk.index)
        if side == MISSING:
            indexes = indexes[~numerator.people[indexes]]
    ids = desk.facts.ids[indexes].tolist()
    return People(chosen, side, desk.unit, desk.as_of, desk.policy, ids, posting_ids, s, indexes)


def _posting_members(desk: Desk, s: Snapshot, figure: str):
    low, high = desk.tree.span(desk.index)
    inside = ((s.posting_home >= low) & (s.posting_home < high)) | ((s.posting_to >= low) & (s.posting_to < high))
    rows = s.posting_rows[posting_masks(s)[figure] & inside]
    people = s.facts.postings.person[rows]
    order = np.lexsort((s.facts.posting_id[rows], people))
    return people[order], s.facts.posting_id[rows[order]].tolist()


def _reviewer_members(desk: Desk, s: Snapshot, side: str) -> np.ndarray:
    low, high = desk.tree.span(desk.index)
    table = desk.table()
    squads = [i for i in table.reviewed if low <= i < high]
    if side == MISSING:
        squads = [i for i in squads if table.squad_data[i].gap]
    wanted = {NUMERATOR: s.qualified, DENOMINATOR: s.officer, MISSING: candidates(s)}[side]
    flags = np.zeros(len(s.facts.ids), dtype=bool)
    for i in squads:
        flags[members(s, Mask(wanted), i)] = True
    return np.nonzero(flags)[0]


def hours_keys(day: date, unit, *, met: bool) -> np.ndarray:
    """Sorted keys of those who have met the year's study hours on ``day``, or (``met`` false) who ought to and have
    not, by the policy that holds for ``unit``. The caller keeps to the viewer's scope.
    """
    desk = Desk(unit, day, scope=EVERYWHERE)
    hours = desk.snapshot().hours
    return np.sort(desk.facts.ids[hours.met if met else hours.due & ~hours.met])


def reminded(unit, day: date, *, scope: Scope) -> list[tuple[int, int]]:
    """For each reminder of the policy in force, the earliest first: (days, officers of ``unit`` whose certificate ends
    within them). A later one is part of an earlier.

    Raises Unit.DoesNotExist when the unit lies outside ``scope``.
    """
    desk = Desk(unit, day, scope=scope)
    s = desk.snapshot()
    found = members(s, Mask(s.officer & s.reminded), desk.index)
    left = s.until[found] - s.today
    return [(days, int((left <= days).sum())) for days in desk.policy.certificate_alerts]
