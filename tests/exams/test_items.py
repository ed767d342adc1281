"""Item analysis against figures reckoned by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.rules.items import Item, Sheet, alpha, analyse, correlation, tail_of

ONE = Decimal(1)


def sheets(rows, worth=ONE):
    """Rows of marks, one column an item (None: did not have it)."""
    return [
        Sheet(f"N{n:03d}", {v: (Decimal(mark), worth) for v, mark in enumerate(row) if mark is not None})
        for n, row in enumerate(rows)
    ]


def plain(n):
    return [Item(v, "blank") for v in range(n)]


def test_difficulty_is_mean_over_worth():
    result = analyse(sheets([[2], [1], [0], [2]], Decimal(2)), plain(1))
    assert result.items[0].p == pytest.approx(5 / 8) and result.items[0].n == 4


def test_alpha_by_hand():
    # Item variances 0.25, 0.1875, 0.1875 (population), totals 3 2 1 0 with variance 1.25: 3/2·(1 − 0.625/1.25) = 0.75.
    rows = [[1, 1, 1], [1, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert alpha(rows) == pytest.approx(0.75)
    result = analyse(sheets(rows), plain(3))
    assert (result.alpha, result.alpha_items, result.alpha_why) == (pytest.approx(0.75), 3, "")


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([[1, 0]], "persons"),
        ([], "persons"),
        ([[1], [0]], "items"),
        ([[1, 0], [0, 1]], "variance"),
        ([[1, 1], [1, 1]], "variance"),
        ([[1, 0, None], [None, 1, 1], [1, None, 0]], "drawn"),
    ],
)
def test_alpha_that_cannot_be_computed_says_why(rows, why):
    width = max(map(len, rows), default=2)
    result = analyse(sheets(rows), plain(width))
    assert result.alpha is None and result.alpha_why == why


def test_alpha_of_drawn_papers_counts_the_common_items():
    rows = [[1, 1, 1, None], [1, 1, None, 0], [0, 1, 0, None], [0, 0, None, 1]]
    result = analyse(sheets(rows), plain(4))
    assert result.alpha_items == 2 and result.alpha == pytest.approx(alpha([[1, 1], [1, 1], [0, 1], [0, 0]]))


def test_void_items_stay_out_of_alpha():
    items = [Item(0, "blank"), Item(1, "blank"), Item(2, "blank", void=True)]
    result = analyse(sheets([[1, 1, 1], [1, 0, 1], [0, 0, 1]]), items)
    assert result.alpha_items == 2 and result.items[2].flags == ("void",)


def test_discrimination_compares_the_tails():
    # Ten candidates, tails of three: the best three right, of the last three one.
    rows = [[1 if n < 5 or n == 9 else 0, *[1] * (10 - n), *[0] * n] for n in range(10)]
    figures = analyse(sheets(rows), plain(11)).items[0]
    assert figures.tail == tail_of(10) == 3
    assert figures.discrimination == pytest.approx(1 - 1 / 3)
    assert -1 <= figures.correlation <= 1


def test_correlation_is_with_the_rest_of_the_paper():
    rows = [[1, 1, 1], [1, 1, 0], [0, 0, 1], [0, 0, 0]]
    # Rest shares of item 0: 1, 0.5, 0.5, 0; both sides have mean 0.5, so r = 0.125 / √(0.25 · 0.125).
    assert analyse(sheets(rows), plain(3)).items[0].correlation == pytest.approx(
        correlation([1, 1, 0, 0], [1, 0.5, 0.5, 0])
    )
    assert correlation([1, 1, 0, 0], [1, 0.5, 0.5, 0]) == pytest.approx(0.7071, abs=1e-4)
    assert correlation([1, 1, 1], [0, 1, 0]) is None and correlation([0, 1], [0, 1]) is None


def choice_sheets(answers, key="A"):
    """Candidates with 20 other marks falling from best to last; ``answers``: one letter (or more, or "") each."""
    result = []
    for n, answer in enumerate(answers):
        marks = {0: (ONE if answer == key else Decimal(0), ONE), 1: (Decimal(len(answers) - n), Decimal(len(answers)))}
        result.append(Sheet(f"N{n:03d}", marks, {0: tuple(answer)}))
    return result


def one(answers, key="A", form="single", options="ABCD"):
    items = [Item(0, form, tuple(options), tuple(key)), Item(1, "blank")]
    return analyse(choice_sheets(answers, key), items).items[0]


def test_choices_by_group():
    figures = one(["A"] * 8 + ["B"] * 6 + ["C"] * 4 + [""] * 2)
    assert [(c.option, c.right, c.n, c.upper, c.lower) for c in figures.choices] == [
        ("A", True, 8, 5, 0),
        ("B", False, 6, 0, 0),
        ("C", False, 4, 0, 3),
        ("D", False, 0, 0, 0),
        ("", False, 2, 0, 2),
    ]
    assert figures.flags == ("idle",)


@pytest.mark.parametrize(
    ("answers", "flags"),
    [
        (["A"] * 19 + ["B"], ("easy", "idle")),
        (["A"] * 5 + list("BCD" * 5), ("hard",)),
        (list("BCD" * 5) + ["A"] * 15, ("negative",)),
        (["B"] * 8 + list("ACD" * 4) + ["A"] * 8, ("negative", "suspect")),
        (list("ABCD" * 6), ("hard", "weak")),
    ],
)
def test_flags(answers, flags):
    assert one(answers).flags == flags


def test_suspect_names_the_rival():
    assert one(["B"] * 8 + list("ACD" * 5)).rival == ("B",)
    figures = one(["AB"] * 8 + ["AC"] * 12, key="AC", form="multiple")
    assert figures.rival == ("A", "B") and "suspect" in figures.flags


def test_few_candidates_are_not_judged():
    figures = one(["B"] * 10)
    assert figures.flags == () and figures.p == 0
    assert one(["A"] * 3).discrimination is None


def test_nobody():
    result = analyse([], plain(2))
    assert (result.candidates, result.mean, result.deviation) == (0, None, None)
    assert result.items[0].p is None and result.items[0].n == 0


@given(st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=3), min_size=1, max_size=30))
def test_figures_stay_in_their_ranges(rows):
    result = analyse(sheets(rows), plain(3))
    assert result.alpha is None or result.alpha <= 1 + 1e-9
    for figures in result.items:
        assert 0 <= figures.p <= 1 and figures.n == len(rows)
        assert figures.discrimination is None or -1 <= figures.discrimination <= 1
        assert figures.correlation is None or -1 <= figures.correlation <= 1
    again = analyse(sheets(rows), plain(3))
    assert again == result, "ties are settled the same way every time"
