"""Seating: everybody once, no seat twice, colleagues apart wherever arithmetic allows it."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.rules.seating import Fill, Hall, TooFewSeats, assign, best_free, count_neighbours

sides = st.integers(1, 8)


@st.composite
def halls_and_people(draw):
    halls = []
    for index in range(draw(st.integers(1, 4))):
        rows, columns = draw(sides), draw(sides)
        holes = draw(st.sets(st.integers(1, rows * columns), max_size=rows * columns // 3))
        halls.append(Hall(index, rows, columns, frozenset(holes)))
    seats = sum(len(hall.numbers) for hall in halls)
    units = draw(st.lists(st.integers(0, 6), max_size=seats))
    return halls, units


@given(halls_and_people(), st.sampled_from(Fill), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_everybody_once_no_seat_twice_none_unusable(given_halls, fill, seed):
    halls, units = given_halls
    plan = assign(units, halls, fill=fill, seed=seed)
    assert len(plan.places) == len(units) == len(set(plan.places))
    for hall, number in plan.places:
        assert number in halls[hall].numbers
    seated = [{} for _ in halls]
    for (hall, number), unit in zip(plan.places, units, strict=True):
        seated[hall][number] = unit
    assert plan.neighbours == sum(map(count_neighbours, halls, seated))
    assert plan == assign(units, halls, fill=fill, seed=seed)
    counts = Counter(hall for hall, _ in plan.places)
    if fill == Fill.ONE:
        filled = [counts[index] for index in range(len(halls))]
        last = max((index for index, number in enumerate(filled) if number), default=0)
        assert all(filled[index] == len(halls[index].numbers) for index in range(last))
    else:
        total = sum(len(hall.numbers) for hall in halls)
        for index, hall in enumerate(halls):
            assert abs(counts[index] - len(units) * len(hall.numbers) / max(1, total)) < 1


@st.composite
def one_room(draw):
    """A room without holes and units of at most half of its seats."""
    rows, columns = draw(sides), draw(sides)
    seats = rows * columns
    people, units = draw(st.integers(0, seats)) if seats > 1 else 0, []
    while len(units) < people:
        size = draw(st.integers(1, max(1, seats // 2)))
        units += [len(set(units))] * min(size, people - len(units))
    return Hall("r", rows, columns), units


@given(one_room(), st.integers(0, 9))
@settings(max_examples=400, deadline=None)
def test_no_colleagues_side_by_side_while_no_unit_has_more_than_half_of_the_room(room, seed):
    hall, units = room
    assert assign(units, [hall], seed=seed).neighbours == 0


@given(st.lists(st.integers(0, 5), min_size=40, max_size=150), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_units_are_dealt_over_the_rooms_in_proportion(units, seed):
    halls = [Hall(index, 6, 5) for index in range(-(-len(units) // 30))]
    plan = assign(units, halls, seed=seed)
    sizes = Counter(hall for hall, _ in plan.places)
    per_hall = Counter((hall, unit) for (hall, _), unit in zip(plan.places, units, strict=True))
    for (hall, unit), number in per_hall.items():
        assert number <= units.count(unit) * sizes[hall] / len(units) + 2
    if max(Counter(units).values()) <= 0.4 * len(units):
        assert plan.neighbours == 0


def test_a_unit_of_half_the_room_sits_on_every_other_seat():
    units = ["东江"] * 20 + ["西岭"] * 20
    plan = assign(units, [Hall("1", 8, 5)])
    assert plan.neighbours == 0
    # Alone in a room of twice their number as well: seats in between stay empty.
    assert assign(["东江"] * 20, [Hall("1", 8, 5)]).neighbours == 0


def test_what_cannot_be_parted_is_counted():
    plan = assign(["东江"] * 6, [Hall("1", 2, 3)])
    assert plan.neighbours == 7
    few = assign(["东江"] * 22 + ["西岭"] * 18, [Hall("1", 8, 5)])
    # Two more than every other seat: a corner touches two others, the next best seat three.
    assert 0 < few.neighbours <= 6


def test_an_aisle_parts_neighbours():
    hall = Hall("1", 1, 3, frozenset({2}))
    assert assign(["东江", "东江"], [hall]).neighbours == 0


def test_too_few_seats_says_how_many():
    with pytest.raises(TooFewSeats) as error:
        assign([1] * 31, [Hall("1", 6, 5)])
    assert (error.value.need, error.value.have) == (31, 30)


def test_another_seed_another_plan():
    units = [number % 7 for number in range(60)]
    halls = [Hall("1", 6, 5), Hall("2", 6, 5)]
    assert assign(units, halls, seed=1) != assign(units, halls, seed=2)


def test_whoever_comes_late_gets_the_seat_without_colleagues():
    halls = [Hall("1", 1, 4), Hall("2", 1, 4)]
    taken = [{1: "东江", 2: "西岭"}, {1: "西岭", 2: "西岭", 3: "东江"}]
    assert best_free("西岭", halls, taken) == (0, 4)
    assert best_free("东江", halls, taken) == (0, 3)
    assert best_free("南塘", [Hall("1", 1, 1)], [{1: "东江"}]) is None


def test_two_thousand_people_are_seated_apart():
    units = [number * number % 40 for number in range(2000)]
    halls = [Hall(index, 6, 5) for index in range(67)]
    plan = assign(units, halls)
    assert len(set(plan.places)) == 2000
    assert plan.neighbours == 0
