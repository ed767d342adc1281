"""Marks of one answer and the register's arithmetic: properties first, then the cases people ask about."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.rules.marking import answered, cent, half_mark, marks_for, normal_text
from exams.rules.register import PARTS, PaperResult, fold_scores, outcome_of, sum_up, total_of

worths = st.decimals(min_value=Decimal("0.5"), max_value=100, places=1)
options = st.sampled_from("ABCDEF")
keys = st.sets(options, min_size=1).map(sorted)
chosen = st.sets(options).map(sorted)
policies = st.sampled_from(["all", "half", "share"])
words = st.text(min_size=1, max_size=6).filter(lambda text: normal_text(text))


@given(form=st.sampled_from(["single", "multiple", "judge"]), answer=chosen, key=keys, worth=worths, policy=policies)
def test_marks_lie_between_nothing_and_the_worth(form, answer, key, worth, policy):
    marks = marks_for(form, answer, key, worth, policy)
    assert 0 <= marks <= worth
    assert marks == cent(marks)


@given(key=keys, worth=worths, policy=policies)
def test_the_key_itself_gets_everything_and_nothing_gets_nothing(key, worth, policy):
    assert marks_for("multiple", list(reversed(key)), key, worth, policy) == worth
    for empty in (None, [], ""):
        assert marks_for("multiple", empty, key, worth, policy) == 0


@given(answer=chosen, key=keys, worth=worths)
def test_milder_policies_never_give_less(answer, key, worth):
    strict = marks_for("multiple", answer, key, worth, "all")
    for mild in ("half", "share"):
        assert marks_for("multiple", answer, key, worth, mild) >= strict


@given(answer=chosen, key=keys, worth=worths, policy=policies)
def test_one_wrong_option_gives_nothing(answer, key, worth, policy):
    if set(answer) - set(key):
        assert marks_for("multiple", answer, key, worth, policy) == 0


@given(key=st.lists(st.lists(words, min_size=1, max_size=3), min_size=1, max_size=5), worth=worths, data=st.data())
def test_blanks_share_the_worth(key, worth, data):
    full = [data.draw(st.sampled_from(accepted)) for accepted in key]
    assert marks_for("blank", full, key, worth) == worth
    right = data.draw(st.integers(0, len(key)))
    part = full[:right] + [""] * (len(key) - right)
    assert marks_for("blank", part, key, worth) == cent(worth * right / len(key))
    assert marks_for("blank", full[:right], key, worth) == marks_for("blank", part, key, worth)


@pytest.mark.parametrize(
    ("given_text", "accepted"),
    [
        ("罚 款", "罚款"),
        ("罚款。", "罚款"),
        ("《行政处罚法》", "行政处罚法"),
        ("１５日", "15日"),
        ("十五　日", "十五日"),
        ("ＡＢ", "ab"),
        ("10％", "10%"),
    ],
)
def test_spaces_full_width_and_punctuation_make_no_difference(given_text, accepted):
    assert marks_for("blank", [given_text], [[accepted]], Decimal(2)) == 2


def test_a_decimal_point_is_no_punctuation():
    assert marks_for("blank", ["15"], [["1.5"]], Decimal(2)) == 0
    assert marks_for("blank", ["1.5"], [["1.5"]], Decimal(2)) == 2


def test_half_and_share_for_fewer_right_ones():
    assert marks_for("multiple", ["A"], ["A", "B", "C"], Decimal(2), "half") == 1
    assert marks_for("multiple", ["A"], ["A", "B", "C"], Decimal(2), "share") == Decimal("0.67")
    assert marks_for("multiple", ["A"], ["A", "B", "C"], Decimal(2), "all") == 0
    assert marks_for("multiple", ["A", "D"], ["A", "B"], Decimal(2), "share") == 0


def test_single_and_judge_take_no_second_option():
    assert marks_for("single", ["A", "B"], ["A"], Decimal(2)) == 0
    assert marks_for("judge", ["B"], ["B"], Decimal(1)) == 1


def test_people_mark_what_is_written():
    assert marks_for("written", "答", "参考", Decimal(10)) is None
    assert answered("答") and not answered("  ") and not answered(None) and not answered(["", None]) and answered(["A"])


def test_rounding_is_half_up():
    assert cent(Decimal("0.125")) == Decimal("0.13")
    assert half_mark(Decimal("7.25")) == Decimal("7.5")
    assert half_mark(Decimal("7.24")) == Decimal("7.0")


@given(st.lists(st.dictionaries(st.sampled_from("01234"), st.sampled_from(["0", "1.5", "2"]), max_size=3)))
def test_the_last_event_that_names_an_item_decides(events):
    marks = fold_scores(events)
    for item in "01234":
        named = [scores[item] for scores in events if item in scores]
        assert marks.get(item) == (Decimal(named[-1]) if named else None)
    assert total_of(marks) == sum(marks.values(), Decimal(0))


results = st.builds(
    lambda sat, score: PaperResult(sat, score if sat else None, (score >= 60) if sat and score is not None else None),
    st.booleans(),
    st.none() | st.decimals(0, 100, places=1),
)
people = st.tuples(st.lists(results, min_size=1, max_size=3), st.booleans(), st.booleans(), st.booleans())


@given(st.lists(people, max_size=30))
def test_the_parts_always_sum(rows):
    told = []
    for papers, withdrawn, absent, disqualified in rows:
        outcome = outcome_of(papers, withdrawn=withdrawn, absent=absent, disqualified=disqualified)
        told.append((outcome, any(paper.sat for paper in papers)))
    sums = sum_up(told)
    assert sums.registered == len(rows) == sum(getattr(sums, part) for part in PARTS) + sums.waiting


@given(people)
def test_an_outcome_is_one_part_and_passing_needs_every_paper(person):
    papers, withdrawn, absent, disqualified = person
    outcome = outcome_of(papers, withdrawn=withdrawn, absent=absent, disqualified=disqualified)
    assert outcome in (*PARTS, None)
    if outcome == "passed":
        assert all(paper.passed for paper in papers) and not (withdrawn or absent or disqualified)
    if disqualified:
        assert outcome == "disqualified"


def test_one_paper_of_two_missed_is_a_failure_none_sat_is_absence():
    good, missed = PaperResult(True, Decimal(80), True), PaperResult(False)
    assert outcome_of([good, missed]) == "failed"
    assert outcome_of([missed, missed]) == "absent"
    assert outcome_of([missed, missed], withdrawn=True) == "withdrawn"
    assert outcome_of([good, PaperResult(True)]) is None


def test_rates_of_an_empty_register_are_nothing():
    sums = sum_up([])
    assert (sums.pass_rate_of_sat, sums.pass_rate_of_registered, sums.attendance_rate) == (None, None, None)
