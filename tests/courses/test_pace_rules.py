"""Pure rules of hours: what counts and why, the pace to 31 December, the shortest set that closes the gap."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from courses.rules import closing_set, counting, pace
from courses.rules.closing_set import Need, Option
from courses.rules.counting import Entry
from staffing.rules import hours
from staffing.rules.hours import Credit
from staffing.rules.params import Params

HALVES = st.integers(1, 24).map(lambda n: Fraction(n, 2))
KINDS = st.sampled_from(["lecture", "online", "drill", "court", "teaching", "political", "external"])
DAYS = st.integers(0, 6).map(lambda n: date(2026, 3, 1) + timedelta(days=n))
CREDITS = st.builds(Credit, DAYS, HALVES, KINDS, st.booleans())
PARAMS = st.builds(
    Params,
    hours_online_min=st.sampled_from([Fraction(0), Fraction(30)]),
    hours_online_max=st.sampled_from([None, Fraction(0), Fraction(10), Fraction(30)]),
    hours_daily_cap=st.sampled_from([Fraction(4), Fraction(8)]),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(CREDITS, st.booleans()), max_size=14), st.integers(1, 12), PARAMS)
def test_what_is_explained_sums_to_the_figure(rows, months, params):
    entries, ledger = [], []
    for credit, taken_back in rows:
        entries.append(Entry(len(entries), credit, taken_back))
        ledger.append(credit)
        if taken_back:
            back = Credit(credit.day, -credit.hours, credit.kind, credit.whole_year)
            entries.append(Entry(len(entries), back, True))
            ledger.append(back)
    lines = counting.explain(entries, months, params)
    assert [line.key for line in lines] == list(range(len(entries)))
    assert sum((line.counted for line in lines), Fraction(0)) == hours.status(ledger, months, params).counted
    for line, entry in zip(lines, entries):
        assert line.hours == line.counted + sum((lost for _why, lost in line.lost), Fraction(0))
        if not entry.void:
            assert 0 <= line.counted <= line.hours and all(lost > 0 for _why, lost in line.lost)


def test_each_ceiling_is_named():
    day, params = date(2026, 3, 1), Params(hours_online_max=Fraction(10))
    credits = [
        Credit(day, Fraction(6), "lecture"),
        Credit(day, Fraction(5), "online"),
        Credit(day, Fraction(3), "political"),
        Credit(day + timedelta(days=1), Fraction(8), "online"),
        Credit(day + timedelta(days=2), Fraction(3), "online"),
        Credit(day, Fraction(8), "teaching"),
        Credit(day, Fraction(4), "teaching"),
    ]
    found = counting.explain((Entry(n, credit) for n, credit in enumerate(credits)), 12, params)
    assert [(line.counted, dict(line.lost)) for line in found] == [
        (6, {}),
        (2, {"daily": 3}),
        (0, {"political": 3}),
        (8, {}),
        (0, {"online": 3}),
        (8, {}),
        (2, {"teaching": 2}),
    ]


def stand(counted, online=0, *, target=60, minimum=0, most=None, months=12, first=1):
    numbers = (Fraction(n) for n in (counted, online, target, minimum))
    return pace.Stand(*numbers, None if most is None else Fraction(most), months, first)


def test_pace_goes_on_as_so_far():
    half = date(2026, 6, 30)
    assert pace.forecast(stand(30), half) == pace.Forecast(Fraction(60), Fraction(0), True, Fraction(5))
    short = pace.forecast(stand(29), half)
    assert (short.projected, short.will_meet) == (58, False)
    # Online hours stay under their ceiling, and the floor must be reached too.
    assert not pace.forecast(stand(39, 25, most=30), half).will_meet
    assert not pace.forecast(stand(40, 10, minimum=30), half).will_meet
    assert pace.forecast(stand(60, 30, minimum=30), half).will_meet
    # Joined in August: five months due, one has passed.
    assert pace.passed(date(2026, 8, 31), 8, 5) == 1
    assert pace.forecast(stand(5, target=25, months=5, first=8), date(2026, 8, 31)).will_meet
    # Two months of leave lie behind: four of ten months are over at the end of June.
    assert pace.passed(half, 1, 10) == 4
    assert pace.forecast(stand(20, target=50, months=10), half).will_meet
    assert pace.forecast(stand(0, target=10, months=2, first=11), date(2026, 10, 5)).will_meet
    over = pace.forecast(stand(58), date(2026, 12, 31))
    assert not over.will_meet and over.needed == 2


OPTIONS = st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=7).map(
    lambda rows: [Option(str(n), Fraction(half, 2), online) for n, (half, online) in enumerate(rows)]
)
NEEDS = st.builds(
    Need,
    st.integers(0, 30).map(lambda n: Fraction(n, 2)),
    st.integers(0, 8).map(lambda n: Fraction(n, 2)),
    st.one_of(st.none(), st.integers(0, 14).map(lambda n: Fraction(n, 2))),
)


@settings(max_examples=150, deadline=None)
@given(OPTIONS, NEEDS)
def test_no_other_set_is_shorter(options, need):
    found = closing_set.shortest(options, need)

    def closing(chosen):
        return need.closed(
            sum((o.hours for o in chosen if o.online), Fraction(0)),
            sum((o.hours for o in chosen if not o.online), Fraction(0)),
        )

    ways = [c for n in range(len(options) + 1) for c in combinations(options, n) if closing(c)]
    assert found.closes == bool(ways)
    if ways:
        taken = [o for o in options if o.key in found.keys]
        assert closing(taken)
        best = min((len(c), sum((o.hours for o in c), Fraction(0))) for c in ways)
        assert (len(taken), sum((o.hours for o in taken), Fraction(0))) == best


def test_what_must_be_done_comes_first():
    options = [
        Option("a", Fraction(4), False),
        Option("b", Fraction(1), True, must=True),
        Option("c", Fraction(2), True),
    ]
    assert closing_set.shortest(options, Need(Fraction(4))).keys == ("a", "b")
    assert closing_set.shortest(options, Need(Fraction(1))).keys == ("b",)
    none = closing_set.shortest(options, Need(Fraction(20), Fraction(2)))
    assert none.keys == ("a", "b", "c") and none.left == 13 and not none.online_left
    # No room for more online hours: only what is attended in person helps.
    full = closing_set.shortest(options[::2], Need(Fraction(12), room=Fraction(0)))
    assert full.keys == ("a",) and full.left == 8
