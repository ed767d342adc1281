"""Random small counties: every figure equals the length of its list, and the arrays follow the rules of staffing.rules."""

import random
from datetime import date, timedelta
from fractions import Fraction as F

import pytest

from portal.access import EVERYWHERE
from staffing.models import (
    HourCredit,
    Leave,
    Policy,
    PostingKind,
    QualificationKind,
    QualificationState,
    Unit,
    UnitKind,
)
from staffing.queries import facts
from staffing.queries.gaps import Desk, figures
from staffing.queries.people_of import FIGURES, people_of
from staffing.queries.standing import hours_of
from staffing.rules import certificates, downstream, reviewers, structure
from tests.cast import NOW
from tests.staffing.gaps.oracle import standing_of
from tests.staffing.gaps.scenarios import County

DAY = date(2026, 7, 15)


def some_day(chance, first=date(2024, 1, 1), span=1200):
    return first + timedelta(days=chance.randrange(span))


def random_county(seed: int) -> County:
    chance = random.Random(seed)
    county = County(day=date(2024, 1, 1))
    water = county.root.add_child(code="水利", name="水利局", kind=UnitKind.DEPARTMENT)
    squads = [county.squad(f"镇{n}", mode) for n, mode in enumerate(("empowered", "radiated", "", "empowered"))]
    homes = [county.bureau, county.office, water, Unit.objects.get(code="镇0"), *squads]
    Policy.objects.create(
        code="p",
        name="随机",
        start=date(2020, 1, 1),
        legal_basis="试",
        downstream_scope=chance.choice(("bureau", "system")),
        full_time_required=chance.random() < 0.5,
        native_counts=chance.random() < 0.5,
        reviewer_includes_self=chance.random() < 0.5,
        reviewer_all_modes=chance.random() < 0.5,
        reviewer_grades=chance.choice(("", "A证")),
        certificate_check=chance.random() < 0.5,
        certificate_unit_bound=chance.random() < 0.5,
        hours_auxiliaries=chance.random() < 0.5,
        hours_online_max=chance.choice((None, 11)),
        hours_online_min=chance.choice((0, 6)),
        hours_target=20,
    )
    for _ in range(28):
        _person(county, chance, homes, squads)
    facts.forget()
    return county


def _person(county, chance, homes, squads):
    start = some_day(chance, span=1000)
    born = some_day(chance, date(1962, 1, 1), 14000) if chance.random() < 0.9 else None
    person = county.person(
        chance.choice(homes),
        category=chance.choice(("officer", "officer", "officer", "auxiliary", "worker")),
        start=start,
        birth_date=born,
        gender=chance.choice(("男", "女", "")),
        first_education=chance.choice(("大学本科", "高中", "初中", "")),
        education=chance.choice(("硕士研究生", "大学专科", "")),
        political_status=chance.choice(("中共党员", "农工党党员", "")),
        prof_title=chance.choice(("", "无", "工程师")),
    )
    row = person.memberships.get()
    row.start_known = chance.random() < 0.5
    if chance.random() < 0.2:
        row.end = start + timedelta(days=chance.randrange(900))
        if chance.random() < 0.5 and row.end > start:
            row.save()
            person.memberships.create(unit=chance.choice(homes), start=row.end, category="officer")
    row.save()
    for kinds, places in (
        ((PostingKind.DOWN, PostingKind.TRANSFER), [*squads, county.bureau]),
        ((PostingKind.SECOND, PostingKind.TEMP), [None, *homes]),
    ):
        if chance.random() < 0.5:
            begin = some_day(chance)
            due = begin + timedelta(days=chance.randrange(1, 700)) if chance.random() < 0.7 else None
            end = begin + timedelta(days=chance.randrange(900)) if chance.random() < 0.5 else None
            to = chance.choice(places)
            full = chance.random() < 0.7
            county.post(person, to, chance.choice(kinds), begin, end, due=due, full_time=full)
    for kind in (
        QualificationKind.ENFORCE,
        QualificationKind.ENFORCE,
        QualificationKind.LEGAL,
        QualificationKind.REVIEWER,
    ):
        if chance.random() < 0.6:
            issued = chance.choice((None, some_day(chance), some_day(chance, date(2016, 1, 1))))
            until = some_day(chance, span=1500) if kind == QualificationKind.ENFORCE and chance.random() < 0.6 else None
            held = county.qualify(
                person,
                kind,
                issued=issued,
                until=until,
                state=chance.choice([*QualificationState.values, "valid", "valid", "valid"]),
                start=some_day(chance, span=900),
                grade=chance.choice(("A证", "C证")),
                issuing_unit=chance.choice((None, *homes)),
            )
            if chance.random() < 0.4 and kind == QualificationKind.ENFORCE:
                held.checks.create(year=2025, passed=chance.random() < 0.6, checked_on=some_day(chance))
    if chance.random() < 0.3:
        begin = some_day(chance)
        Leave.objects.create(person=person, kind="sick", start=begin, end=begin + timedelta(days=chance.randrange(250)))
    for number in range(chance.randrange(6)):
        day = some_day(chance, date(2026, 1, 1), 20 if number % 2 else 300)
        HourCredit.objects.create(
            person=person,
            kind=chance.choice(("lecture", "online", "teaching", "political", "drill")),
            whole_year=chance.random() < 0.2,
            hours=chance.randrange(1, 24) / 2,
            earned_on=day,
            year=2026,
            title="课",
            source=str(number),
            recorded_at=NOW,
        )


SEEDS = range(3)


def key_sampled(figure):
    """Lines are read for some figures only; they are all made by the same few statements."""
    return figure in ("downstream", "reviewers", "hours", "certificates", "postings_open")


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_is_the_length_of_its_list(seed):
    random_county(seed)
    for unit in [None, *Unit.objects.all()]:
        f = figures(unit, DAY, scope=EVERYWHERE)

        def many(figure, side="numerator", unit=unit):
            people = people_of(figure, unit, DAY, scope=EVERYWHERE, side=side)
            assert len(set(people.ids)) == len(people.ids) or people.posting_ids is not None
            if unit is None and key_sampled(figure):
                assert len(people.rows()) == people.count
            return people.count

        h = f.headcount
        assert [h.officers, h.auxiliaries, h.in_post, h.away, h.on_leave, h.home] == [
            many(key) for key in ("officers", "auxiliaries", "in_post", "away", "on_leave", "home")
        ]
        d, r, c = f.downstream, f.reviewers, f.certificates
        assert (d.numerator, d.denominator) == (many("downstream"), many("downstream", "denominator"))
        assert d.denominator - d.numerator == many("downstream", "missing") and d.unplaced == many("unplaced")
        assert (r.qualified, r.officers) == (many("reviewers"), many("reviewers", "denominator"))
        assert sum(row.candidates for row in r.short_units) == many("reviewers", "missing")
        assert (c.in_force, c.must_hold) == (many("certificates"), many("certificates", "denominator"))
        assert [c.expiring_90, c.expired, c.undated, c.aux_with_certificate] == [
            many(key) for key in ("expiring_90", "expired", "undated", "aux_with_certificate")
        ]
        assert (f.hours.met, f.hours.due, f.hours.short) == (
            many("hours"),
            many("hours", "denominator"),
            many("hours", "missing"),
        )
        assert f.hours.recorded == many("hours_recorded") and f.retiring == many("retire_12")
        p = f.postings
        assert [p.open, p.due_30, p.overdue] == [many(f"postings_{key}") for key in ("open", "due_30", "overdue")]
        for prefix, profile in (("", f.profile), ("down_", f.profile_downstream)):
            assert profile.ages == {key: many(f"{prefix}age_{key}") for key in profile.ages}
            assert profile.first == {key: many(f"{prefix}first_{key}") for key in profile.first}
            assert profile.education == {key: many(f"{prefix}education_{key}") for key in profile.education}
            assert sum(profile.ages.values()) == sum(profile.first.values()) == profile.people
            for key, part in profile.parts.items():
                assert (part.n, part.of) == (many(prefix + key), many(prefix + key, "denominator"))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_arrays_follow_the_rules(seed):
    random_county(seed + 100)
    desk = Desk(None, DAY, scope=EVERYWHERE)
    s, params, tree = desk.snapshot(), desk.policy, desk.tree
    for i, pk in enumerate(desk.facts.ids.tolist()):
        found = standing_of(pk, DAY)
        assert bool(s.active[i]) == (found is not None)
        if found is None:
            continue
        home, base = tree.by_id[found.home.pk], tree.by_id[found.base.pk]
        assert (s.home[i], s.base[i]) == (home, base)
        assert s.actual[i] == (tree.by_id[found.actual.pk] if found.actual else -1)
        _check_downstream(s, i, found, params, tree, home, base)
        _check_certificates(s, i, pk, params, tree, home, base)
        hours = hours_of(pk, DAY, policy=params)
        assert (F(int(s.hours.target[i]), 10), F(int(s.hours.counted[i]), 10)) == (hours.target, hours.counted)
        assert bool(s.hours.met[i]) == (bool(s.hours.due[i]) and hours.met)
        person = found.membership.person
        if person.birth_date:
            assert s.age[i] == structure.age(person.birth_date, DAY)
            assert s.age_bin[i] == [key for key, _ in structure.AGE_BINS].index(structure.age_bin(int(s.age[i])))
            last = structure.retires_on(person.birth_date, person.gender, params)
            assert bool(s.retiring[i]) == bool(s.officer[i] and last and last <= date(2027, 7, 15))
        else:
            assert s.age[i] == -1


def _check_downstream(s, i, found, params, tree, home, base):
    place = downstream.Placement(
        home_in_department=bool(tree.in_department[home]),
        home_in_town=bool(tree.in_town[home]),
        base_in_town=bool(tree.in_town[base]),
        deployed=bool(found.deployed and found.deployed.to_unit_id),
        full_time=found.deployed.full_time if found.deployed else True,
        away=found.away is not None,
    )
    officer = found.category == "officer"
    assert bool(s.in_system[i]) == (officer and downstream.counts_in_system(place, params))
    assert bool(s.in_town[i]) == (officer and downstream.counts_in_town(place, params))


def _check_certificates(s, i, pk, params, tree, home, base):
    from staffing.models import Qualification

    held, legal, reviewing = [], False, []
    for row in Qualification.objects.filter(person=pk):
        status = row.statuses.on(DAY).first()
        state = status.state if status else ""
        usable = state == "valid" and (row.issued is None or row.issued <= DAY)
        usable = usable and (row.valid_until is None or row.valid_until >= DAY)
        if row.kind == QualificationKind.ENFORCE:
            check = row.checks.filter(checked_on__lte=DAY).order_by("year").last()
            passed = check.passed and check.year >= 2025 if check else bool(row.issued and row.issued.year >= 2025)
            unit = row.issuing_unit
            fits = unit is None or any(tree.units[place].path.startswith(unit.path) for place in (home, base))
            held.append(certificates.Certificate(row.issued, row.valid_until, state, passed, fits))
        elif row.kind == QualificationKind.LEGAL:
            legal = legal or (usable and reviewers.accepts(row.grade, params))
        elif usable:
            reviewing.append(row.issued)
    standing = certificates.holder(held, DAY, params)
    assert bool(s.in_force[i]) == (standing.standing == "in_force"), (held, standing)
    assert bool(s.expired[i]) == (standing.standing == "expired"), (held, standing)
    assert bool(s.expiring[i]) == standing.expires_within(DAY, 90)
    may = bool(s.officer[i]) and not s.away[i]
    assert bool(s.qualified[i]) == (may and any(reviewers.qualified(legal, start, params) for start in reviewing))


def test_figures_have_labels_and_sides():
    for key, figure in FIGURES.items():
        assert figure.key == key and str(figure.label) and figure.sides[0] == "numerator"
        assert "missing" not in figure.sides or str(figure.missing_label)
