"""The path of the work-up: does every way end, and does each step say what it costs and what it settles?"""

from __future__ import annotations

import pytest

from helpers.blood.workup import FIRST, Walk, steps
from helpers.blood.workup import tests as known_tests


def every_walk(walk: Walk = Walk()) -> list[Walk]:  # noqa: B008 (it never changes)
    if walk.here.is_end:
        return [walk]
    return [done for answer in walk.here.ways for done in every_walk(walk.answer(answer))]


WALKS = every_walk()


def test_every_way_ends_and_every_end_is_reached():
    assert all(len(walk.path) <= len(steps()) for walk in WALKS)
    assert {walk.here.key for walk in WALKS} == {key for key, step in steps().items() if step.is_end}
    assert {step.key for walk in WALKS for step in walk.path} == set(steps())


def test_the_marrow_is_never_the_first_thing_unless_the_film_asks_for_it():
    for walk in WALKS:
        keys = [step.key for step in walk.path]
        if "marrow" in keys:
            assert {"repeat", "flags", "history"} <= set(keys[: keys.index("marrow")])
            assert walk.needles


def test_some_ways_need_no_needle():
    spared = {walk.here.key for walk in WALKS if not walk.needles}
    assert {"not_real", "emergency", "treated", "lost"} <= spared
    assert not {"diagnosed", "aplastic", "inherited"} & spared


def test_a_walk_knows_what_it_cost():
    walk = Walk().answer("same").answer("no").answer("nothing").answer("low")
    assert walk.here.key == "blood_tests"
    assert [test.key for test in walk.done] == ["repeat_count", "film", "coagulation", "history", "retic"]
    assert walk.back().here.key == "retic_film" and Walk().back() == Walk()


def test_what_cannot_be_answered_is_told():
    with pytest.raises(ValueError, match="'same', 'normal'"):
        Walk().answer("perhaps")
    with pytest.raises(ValueError, match="the path ends here"):
        Walk().answer("normal").answer("same")


def test_every_step_says_why_and_names_tests_there_are():
    assert FIRST == "repeat"
    for step in steps().values():
        assert step.why and step.source and set(step.tests) <= set(known_tests())
        assert all(way.says for way in step.ways.values())
