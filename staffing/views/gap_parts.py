"""Figures as the components draw them: tiles, bars, named gaps, charts. Words and addresses only, no rule."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from portal import figures as show
from portal.ui import Chart, GapRow, Link, Part, RatioBar, Series, StatTile
from staffing.queries import gap_names
from staffing.queries.figures import Figures, Profile, UnitReviewers
from staffing.queries.people_of import AGE_LABELS, FIGURES, LEVEL_LABELS
from staffing.queries.trend import TrendPoint
from staffing.views.gap_asked import Asked


def _tile(asked: Asked, **values) -> StatTile:
    return StatTile(as_of=asked.day, basis=_(asked.desk.policy.name), **values)


def downstream_tile(asked: Asked, f: Figures) -> StatTile:
    d = f.downstream
    if d.ratio is None:
        return _tile(asked, label=_("执法力量下沉"), status="none", note=_("没有可计算的人员"))
    note = _("余%(n)s人") % {"n": d.margin} if d.met else _("缺%(n)s人") % {"n": -d.margin}
    return _tile(
        asked,
        label=_("执法力量下沉"),
        figure=show.percent_number(d.ratio, 2, d.target),
        unit="%",
        url=asked.people("downstream"),
        n=d.numerator,
        d=d.denominator,
        target=show.percent_short(d.target),
        status="met" if d.met else "short",
        status_text=_("达标") if d.met else _("未达标"),
        note=note,
    )


def reviewer_tile(asked: Asked, f: Figures) -> StatTile:
    r = f.reviewers
    label = _("法制审核人员")
    if not r.units_in_scope:
        return _tile(asked, label=label, status="none", note=_("没有须配备的单位"))
    short = r.sum_of_unit_gaps
    without = r.units_in_scope - r.units_covered
    note = _("%(all)s个单位中%(n)s个没有合格人员") % {"all": r.units_in_scope, "n": without}
    if not without:
        note = _("%(all)s个单位都有合格人员") % {"all": r.units_in_scope}
    return _tile(
        asked,
        label=label,
        figure=show.num(r.qualified),
        unit=_("人"),
        url=asked.people("reviewers"),
        target=_("应有%(n)s人") % {"n": show.num(r.required)},
        status="short" if short else "met",
        status_text=_("逐单位缺%(n)s人") % {"n": short} if short else _("达标"),
        note=note,
    )


def certificate_tile(asked: Asked, f: Figures) -> StatTile:
    c = f.certificates
    label = _("持有效执法证")
    if c.coverage is None:
        return _tile(asked, label=label, status="none", note=_("没有执法人员"))
    parts = [_("90日内到期%(n)s人") % {"n": c.expiring_90}, _("过期%(n)s人") % {"n": c.expired}]
    if c.undated:
        parts.append(_("未载明有效期%(n)s人") % {"n": c.undated})
    return _tile(
        asked,
        label=label,
        figure=show.percent_number(c.coverage, 2, 1),
        unit="%",
        url=asked.people("certificates"),
        n=c.in_force,
        d=c.must_hold,
        status="met" if not c.missing else "short",
        status_text=_("缺%(n)s人") % {"n": c.missing} if c.missing else _("达标"),
        note=" · ".join(parts),
    )


def hours_tile(asked: Asked, f: Figures) -> StatTile:
    h = f.hours
    label = _("%(year)s年学时达标") % {"year": h.year}
    if h.rate is None or not h.recorded:
        note = _("本年度还没有学时记录") if h.due else _("没有须达标的人员")
        return _tile(asked, label=label, status="none", note=note)
    return _tile(
        asked,
        label=label,
        figure=show.percent_number(h.rate, 2, 1),
        unit="%",
        url=asked.people("hours"),
        n=h.met,
        d=h.due,
        target=_("%(n)s学时") % {"n": show.num(asked.desk.policy.hours_target)},
        status="met" if not h.short else "short",
        status_text=_("缺%(n)s人") % {"n": h.short} if h.short else _("达标"),
        note=_("%(n)s人有记录") % {"n": h.recorded},
    )


def tiles(asked: Asked, f: Figures) -> list[StatTile]:
    return [make(asked, f) for make in (downstream_tile, reviewer_tile, certificate_tile, hours_tile)]


def ratio_bar(f: Figures) -> RatioBar:
    d = f.downstream
    return RatioBar(d.ratio, d.target, d.numerator, d.denominator, d.margin, label=_("下沉比例"))


def reviewer_rule(asked: Asked, row: UnitReviewers) -> str:
    """How the required number comes about, in one line."""
    share = show.percent_short(asked.desk.policy.reviewer_share)
    return _("执法人员%(officers)s人×%(share)s，应有法制审核人员%(required)s人，合格%(qualified)s人") % {
        "officers": row.officers,
        "share": share,
        "required": row.required,
        "qualified": row.qualified,
    }


def candidates(asked: Asked, rows: Sequence[UnitReviewers]) -> dict[int, list[Link]]:
    """Who could be appointed reviewer in these units, by the unit's index in the tree."""
    places = [asked.desk.tree.by_id[row.unit.id] for row in rows]
    found = gap_names.reviewer_candidates(asked.desk, places)
    return {index: [Link(name, asked.person(pk)) for pk, name in people] for index, people in found.items()}


def reviewer_gap(asked: Asked, row: UnitReviewers, names: dict[int, list[Link]]) -> GapRow:
    """One unit short of reviewers: who could be appointed stands beside it."""
    index = asked.desk.tree.by_id[row.unit.id]
    notes = []
    if not row.qualified and row.since is None:
        notes.append(_("有记录以来没有合格审核人员"))
    if row.reviewers > row.qualified:
        notes.append(_("%(n)s人任审核但未取得资格") % {"n": row.reviewers - row.qualified})
    if row.grandfathered:
        notes.append(_("%(n)s人按原有岗位保留，未取得资格") % {"n": row.grandfathered})
    acts = [Link(_("中队画像"), asked.profile(row.unit), icon="users")]
    if row.candidates:
        acts.append(Link(_("可任审核人员"), asked.people("reviewers", "missing", row.unit), icon="user-check"))
    return GapRow(
        unit=row.unit.name,
        unit_url=asked.page("staffing:gaps", row.unit),
        rule=reviewer_rule(asked, row),
        missing=row.gap,
        since=row.since,
        names=names.get(index, []),
        advice=_("上列人员具备法律职业资格，可任审核") if names.get(index) else _("本单位无人可任，须派驻或调配"),
        acts=acts,
        people_url=asked.people("reviewers", "denominator", row.unit),
        note=_("；").join(notes),
    )


def explain_sum(f: Figures) -> str:
    """Why the sum of unit gaps may exceed the gap of the whole."""
    r = f.reviewers
    if r.gap == r.sum_of_unit_gaps:
        return ""
    return _("合计缺%(gap)s人，逐单位相加缺%(sum)s人：一单位富余不能抵另一单位缺额。") % {
        "gap": r.gap,
        "sum": r.sum_of_unit_gaps,
    }


def capacity_gaps(asked: Asked, f: Figures) -> list[GapRow]:
    """Squads that cannot field the officers a case needs."""
    need = asked.desk.policy.certificate_minimum
    return [
        GapRow(
            unit=unit.name,
            unit_url=asked.page("staffing:gaps", unit),
            rule=_("在岗有效持证%(n)s人，不足%(need)s人，不能独立办案") % {"n": holders, "need": need},
            missing=need - holders,
            people_url=asked.people("certificates", unit=unit),
            acts=[Link(_("无有效执法证的人员"), asked.people("certificates", "missing", unit), icon="list")],
        )
        for unit, holders in f.certificates.squads_below_two
    ]


def trend_charts(points: list[TrendPoint]) -> list[Chart]:
    """Downstream ratio, hours rate, missing reviewers at month ends."""
    labels = [point.day.strftime("%Y-%m") for point in points]
    target = points[-1].target if points else None
    return [
        Chart(
            labels,
            (Series(_("下沉比例"), [point.downstream for point in points]),),
            percent=True,
            target=target,
            target_label=_("目标 %(goal)s") % {"goal": show.percent_short(target)},
            title=_("下沉比例"),
        ),
        Chart(
            labels,
            (Series(_("学时达标率"), [point.hours_rate for point in points]),),
            percent=True,
            title=_("当年学时达标率"),
        ),
        Chart(
            labels,
            (Series(_("缺法制审核人员"), [point.reviewers_gap for point in points]),),
            unit=_("人"),
            decimals=0,
            title=_("缺法制审核人员（合计）"),
        ),
    ]


def age_chart(asked: Asked, profile: Profile, prefix: str = "") -> Chart:
    """Age groups as bars; each opens its people."""
    keys = [key for key in AGE_LABELS if key != "unknown" or profile.ages[key]]
    return Chart(
        [str(AGE_LABELS[key]) for key in keys],
        (Series(_("人数"), [profile.ages[key] for key in keys]),),
        kind="bar",
        decimals=0,
        title=_("年龄"),
        unit=_("人"),
        urls=[asked.people(f"{prefix}age_{key}") if profile.ages[key] else "" for key in keys],
    )


def education_parts(asked: Asked, counts: dict[str, int], axis: str, prefix: str = "") -> list[Part]:
    """Education levels as parts of a whole, tones from dark (highest) to light."""
    keys = [key for key in LEVEL_LABELS if counts[key]]
    tones = {"postgraduate": 1, "bachelor": 1, "college": 2, "vocational": 3, "high": 3, "junior": 4, "unknown": 5}
    return [
        Part(str(LEVEL_LABELS[key]), counts[key], tone=tones[key], url=asked.people(f"{prefix}{axis}_{key}"))
        for key in keys
    ]


def mean_age(profile: Profile) -> str:
    """The mean weighted by persons, one decimal."""
    return "" if profile.mean_age is None else f"{float(profile.mean_age):.1f}"


SHOWN_PARTS = (
    "first_education_college_or_above",
    "education_bachelor_or_above",
    "law_major",
    "legal_qualification",
    "party",
    "female",
    "prof_title",
)


def part_rows(asked: Asked, profile: Profile, prefix: str = "") -> list[dict]:
    """Shares of the structure table: label, n, of, ratio, addresses."""
    rows = []
    for key in SHOWN_PARTS:
        part = profile.parts[key]
        rows.append(
            {
                "label": str(FIGURES[key].label),
                "n": part.n,
                "of": part.of,
                "ratio": part.n / part.of if part.of else None,
                "url": asked.people(prefix + key),
                "of_url": asked.people(prefix + key, "denominator"),
            }
        )
    return rows


def import_link(access) -> Link | None:
    """Where data comes from, for those who may bring it in."""
    if not access.can("rosters.import"):
        return None
    return Link(_("导入花名册"), reverse("staffing:import_upload"), icon="upload")


def other_gaps(asked: Asked, f: Figures) -> list[GapRow]:
    """Certificates, hours and postings of a unit, named in persons."""
    rows, c, h, p = [], f.certificates, f.hours, f.postings
    name = f.unit.name
    if c.missing:
        rows.append(
            GapRow(
                name,
                _("应持有效执法证%(must)s人，有效%(n)s人，其中过期%(expired)s人")
                % {"must": c.must_hold, "n": c.in_force, "expired": c.expired},
                c.missing,
                people_url=asked.people("certificates", "missing"),
                acts=[Link(_("查看名单"), asked.people("certificates", "missing"), icon="list")],
            )
        )
    if c.aux_with_certificate:
        rows.append(
            GapRow(
                name,
                _("辅助人员不得持有执法证"),
                status="overdue",
                status_text=_("%(n)s人持证") % {"n": c.aux_with_certificate},
                people_url=asked.people("aux_with_certificate"),
            )
        )
    if h.short and h.recorded:
        rows.append(
            GapRow(
                name,
                _("%(year)s年应达标%(due)s人，已达标%(met)s人") % {"year": h.year, "due": h.due, "met": h.met},
                status_text=_("%(n)s人未达标") % {"n": h.short},
                people_url=asked.people("hours", "missing"),
                acts=[Link(_("查看名单"), asked.people("hours", "missing"), icon="list")],
            )
        )
    if p.overdue:
        rows.append(
            GapRow(
                name,
                _("派驻借调期满未登记归位"),
                status="overdue",
                status_text=_("逾期%(n)s人") % {"n": p.overdue},
                people_url=asked.people("postings_overdue"),
                acts=[Link(_("查看名单"), asked.people("postings_overdue"), icon="list")],
            )
        )
    return rows
