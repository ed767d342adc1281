"""Scripts of drills, pure."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.rules.drills import Choice, Drill, Scene, best, defects, drill_of, walk


def scene(key, *choices, **fields):
    return Scene(key, choices=tuple(Choice(f"到{then}", next=then, **more) for then, more in choices), **fields)


def codes(*scenes, pass_score=0):
    return [(one.code, one.scene) for one in defects(Drill(scenes, pass_score))]


def test_every_defect_has_its_name():
    assert [one.code for one in defects(Drill((), 0))] == ["no_scenes"]
    assert codes(scene("1")) == [("no_choice", "1")]
    assert codes(scene("1", ("9", {}), ("", {}))) == [("unknown", "1")]
    assert codes(scene("1", ("", {})), scene("2", ("", {}))) == [("unreachable", "2")]
    assert codes(scene("1", ("2", {}), ("", {})), scene("2", ("2", {}))) == [("endless", "2")]
    # A circle with a way out is sound.
    assert codes(scene("1", ("2", {})), scene("2", ("1", {}), ("", {}))) == []
    assert ("twice", "1") in codes(scene("1", ("", {})), scene("1", ("", {})))
    assert ("no_key", "") in codes(scene("1", ("", {})), scene("", ("", {})))
    late = (scene("1", ("2", {"days": 4}), ("2", {"days": 6})), scene("2", limit=3))
    assert codes(*late) == [("limit_impossible", "2")]
    assert codes(scene("1", ("", {"score": 50})), pass_score=60) == [("pass_impossible", "")]
    assert codes(scene("1", ("", {"score": 50, "broken": 7}), ("", {"score": 40}))) == [("best_unlawful", "1")]
    in_time = (scene("1", ("2", {"days": 3}), ("2", {"days": 9, "score": 5})), scene("2", limit=5))
    assert codes(*in_time) == [("best_unlawful", "2")]
    assert [one.code for one in defects(Drill(tuple(scene(str(n), ("", {})) for n in range(61)), 0))] == ["too_many"]


def test_a_way_is_scored_with_its_breaches_and_terms():
    drill = Drill(
        (
            scene("1", ("2", {"days": 5, "score": 60}), ("3", {"score": -20, "broken": 64})),
            scene("2", ("", {"days": 3, "score": 40}), ("1", {"days": 1, "score": 10})),
            scene("3", limit=2, limit_article=9),
        ),
        60,
    )
    found = walk(drill, [0, 0])
    assert (found.score, found.days, found.ended, found.broken, found.overruns) == (100, 8, True, (), ())
    found = walk(drill, [0, 1, 1])
    assert (found.score, found.broken, found.faults) == (50, (64,), 2)
    assert [(one.scene, one.days, one.limit, one.article) for one in found.overruns] == [("3", 6, 2, 9)]
    # Points once, however often the way leads round.
    assert walk(drill, [0, 1, 0, 1, 0]).score == 70
    with pytest.raises(ValueError):
        walk(drill, [2])
    with pytest.raises(ValueError):
        walk(drill, [0, 0, 0])
    assert [stop.index for stop in best(drill).stops] == [0, 0] and best(drill).score == 100


def test_a_long_script_is_compared_as_a_whole():
    steps = tuple(
        scene(str(n), (str(n + 1), {"score": 1}), (str(n + 1), {"score": 2, "days": 1}), limit=60) for n in range(40)
    )
    assert best(Drill((*steps, scene("40")))).score == 80
    assert defects(Drill((*steps, scene("40")), 80)) == []


KEYS = st.sampled_from(["1", "2", "3", "4", "9", ""])
CHOICE = st.builds(
    Choice,
    text=st.just("x"),
    next=KEYS,
    days=st.integers(0, 5),
    score=st.integers(-20, 20),
    broken=st.sampled_from([None, 1]),
)
SCENES = st.lists(
    st.builds(
        Scene,
        key=st.sampled_from(["1", "2", "3", "4"]),
        limit=st.sampled_from([None, 0, 3, 9]),
        choices=st.lists(CHOICE, max_size=3).map(tuple),
    ),
    max_size=5,
)


@settings(max_examples=150)
@given(SCENES, st.integers(-10, 30), st.lists(st.integers(0, 2), max_size=12))
def test_a_script_without_defects_can_be_played_to_an_end(scenes, pass_score, picks):
    drill = Drill(tuple(scenes), pass_score)
    if defects(drill):
        return
    top = best(drill)
    assert top.ended and top.score >= pass_score and not top.faults
    found = walk(drill, [])
    made = []
    for pick in picks:
        if found.ended:
            break
        made.append(pick % len(found.at.choices))
        found = walk(drill, made)
    once = len({(stop.scene.key, stop.index) for stop in found.stops}) == len(found.stops)
    assert found.score <= top.score or not (found.ended and once)


def test_stored_scripts_are_read_with_trimmed_keys():
    raw = {
        "pass": 5,
        "scenes": [
            {
                "key": " 1 ",
                "heading": "",
                "text": "",
                "limit": None,
                "limit_article": None,
                "choices": [{"text": "x", "result": "", "next": " 1 ", "days": 0, "score": 0, "broken": None}],
            }
        ],
    }
    drill = drill_of(raw)
    assert drill.start.key == "1" and drill.start.choices[0].next == "1" and drill.pass_score == 5
