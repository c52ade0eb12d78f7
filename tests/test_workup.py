"""The path of the work-up: does every way end, and does each step say what it costs and what it settles?"""

from __future__ import annotations

import re
from html import unescape

import pytest
import traitlets

from helpers.blood.search.workup import FIRST, Walk, invented, otherwise, results, spared, steps, uses
from helpers.blood.search.workup import tests as known_tests
from helpers.evidence import records, table
from helpers.panels.workup import WorkUp
from helpers.wording import small


def every_walk(walk: Walk = Walk()) -> list[Walk]:  # noqa: B008 (it never changes)
    if walk.here.is_end:
        return [walk]
    return [done for answer in walk.here.ways for done in every_walk(walk.answer(answer))]


WALKS = every_walk()


def test_every_way_ends_and_every_end_is_reached():
    assert all(len(walk.path) <= len(steps()) for walk in WALKS)
    assert {walk.here.key for walk in WALKS} == {key for key, step in steps().items() if step.is_end}
    assert {step.key for walk in WALKS for step in walk.path} == set(steps())


def needles(walk: Walk) -> bool:
    """Whether the marrow was examined on the way."""
    return any(test.sample == "marrow" for test in walk.done)


def test_the_marrow_is_never_the_first_thing_unless_the_film_asks_for_it():
    for walk in WALKS:
        keys = [step.key for step in walk.path]
        if "marrow" in keys:
            assert {"repeat", "flags", "history"} <= set(keys[: keys.index("marrow")])
            assert needles(walk)


def test_some_ways_need_no_needle():
    spared = {walk.here.key for walk in WALKS if not needles(walk)}
    assert {"not_real", "treated", "lost"} <= spared
    assert not {"diagnosed", "aplastic", "inherited"} & spared


def test_a_walk_knows_what_it_cost():
    walk = Walk().answer("no").answer("same").answer("nothing").answer("low")
    assert walk.here.key == "blood_tests"
    assert [test.key for test in walk.done] == ["film", "coagulation", "repeat_count", "history", "retic"]
    assert walk.back().here.key == "retic_film" and Walk().back() == Walk()


def test_what_cannot_be_answered_is_told():
    with pytest.raises(ValueError, match="'yes', 'no'"):
        Walk().answer("perhaps")
    with pytest.raises(ValueError, match="the path ends here"):
        Walk().answer("no").answer("normal").answer("same")


def test_every_step_says_why_and_names_tests_there_are():
    assert FIRST == "flags"
    for step in steps().values():
        assert step.why and step.source and set(step.tests) <= set(known_tests())
        assert all(way.says for way in step.ways.values())
        assert step.is_end or step.title.endswith("?"), "what is said after it begins a sentence"


def test_a_published_patient_tells_what_a_test_showed_and_nothing_else():
    assert "B12" in results("CRS-014", "b12")
    assert "empty" in results("CRS-014", "marrow") and "10" in results("CRS-014", "repeat_count")
    assert results("CRS-014", "hiv") == ""


def test_a_value_that_the_report_does_not_print_is_not_among_its_results():
    """Of CRS-001 neutrophils and reticulocytes are not printed; CRS-003 prints hemoglobin and white cells alone."""
    assert results("CRS-001", "repeat_count") == (
        "hemoglobin 44 g/L; white cell count 3.00 ×10⁹/L; platelets 41 ×10⁹/L; mean cell volume 115 fL"
    )
    assert results("CRS-003", "repeat_count") == "hemoglobin 68 g/L; white cell count 1.30 ×10⁹/L"
    for patient in table("patients")["patient"]:
        assert "not known" not in results(patient, "repeat_count")


def test_every_test_of_the_path_tells_a_finding_or_is_a_count():
    silent = {"repeat_count", "mma", "hla"}
    told = {row["test"] for row in records("test_features")}
    assert {name for step in steps().values() for name in step.tests} - told == silent


def test_an_answer_that_the_report_speaks_against_is_told_what_it_says():
    assert otherwise("CRS-014", steps()["retic_film"], "high") == "few reticulocytes"
    assert otherwise("CRS-014", steps()["retic_film"], "low") == ""
    assert otherwise("CRS-014", steps()["marrow"], "full") == "an empty marrow"
    assert otherwise("CRS-063", steps()["repeat"], "normal") == "few white cells; few platelets"
    assert otherwise("CRS-063", steps()[FIRST], "no") == "hemoglobin below 60 g/L"
    assert "platelets below 20" in otherwise("CRS-014", steps()[FIRST], "no") and not otherwise(
        "CRS-014", steps()[FIRST], "yes"
    )
    path = WorkUp(patient="CRS-014")
    for answer in ("yes", "on", "same", "nothing", "high"):
        path.ask_for()
        path.answer(answer)
    assert path.words().count("The report says otherwise") == 1 and "few reticulocytes" in path.words()


def test_an_answer_that_the_report_contradicts_is_told_at_once_and_settles_nothing():
    path = WorkUp(patient="CRS-014")
    path.answer("no")
    words = plain(path.words())
    assert "The report contradicts the answer at “Is it urgent?”: One step back takes an answer back." in words
    assert steps()[FIRST].ways["no"].says not in words, "nothing is settled by it"
    path.back()
    path.answer("yes")
    assert "contradicts" not in plain(path.words())


def test_an_answer_that_the_report_tells_in_part_names_what_it_leaves_out():
    path = WorkUp(patient="CRS-014")
    for answer in ("yes", "on", "same", "nothing", "low", "nothing", "empty", "negative"):
        path.ask_for()
        path.answer(answer)
    silent = [known_tests()[name].label for name in steps()["empty"].tests if not results("CRS-014", name)]
    assert silent and f"His report does not say: {'; '.join(map(small, silent))}." in plain(path.words())


def test_what_speaks_for_an_answer_is_a_finding_that_a_test_of_its_step_tells():
    known = {(row["feature"], row["value"]) for row in records("features")}
    told = {(row["test"], row["feature"]) for row in records("test_features")}
    told |= {("repeat_count", row["feature"]) for row in records("features") if row["group"] == "count"}
    for step in steps().values():
        for way in step.ways.values():
            found = (*way.fits, *way.allows)
            assert set(found) <= known, way.label
            assert all(any((test, name) in told for test in step.tests) for name, _ in found), (step.key, way.label)


def test_an_emergency_does_not_end_the_search():
    walk = Walk().answer("yes")
    assert walk.here.key == "emergency" and walk.answer("on").here.key == "repeat"


def test_a_clear_cause_that_was_not_it_leads_to_what_costs_little_before_the_needle():
    walk = Walk(("no", "same", "obvious", "no"))
    assert walk.here.key == "retic_film" and not needles(walk)


def test_with_a_patient_each_step_reveals_only_what_was_asked_for():
    path = WorkUp(patient="CRS-014")
    assert "Asked, not in the report" not in path.words()
    path.ask_for()
    assert "Asked, not in the report: blood film" in path.words()
    for answer in ("yes", "on", "same", "nothing", "low"):
        path.answer(answer)
        path.ask_for()
    assert results("CRS-014", "b12") in path.words() and results("CRS-014", "marrow") not in path.words()
    path.answer("nothing")
    assert path.waits and results("CRS-014", "marrow") not in path.words()
    path.ask_for()
    assert results("CRS-014", "marrow") in path.words()
    assert "Severe aplastic anemia" not in path.words()
    path.answer("empty")
    path.answer("negative")
    assert "Severe aplastic anemia" in path.words() and "engrafted" in path.words()


def test_what_was_asked_for_is_counted_before_and_after_a_step_back():
    path = WorkUp(patient="CRS-014")
    for answer in ("no", "same", "nothing"):
        path.ask_for()
        path.answer(answer)
    before = path.status
    path.ask_for()
    assert path.status != before and len(path.tests_asked) > len(path.walk.done), "asked for, and so done"
    blood = sum(known_tests()[name].sample == "blood" for name in path.tests_asked)
    assert f"So far: {blood} blood tests" in path.status
    path.answer("low")
    path.back()
    assert f"So far: {blood} blood tests" in path.status


def test_what_the_authors_found_is_told_at_an_end_that_the_report_does_not_contradict():
    path = WorkUp(answers=("no", "normal"), patient="CRS-014")
    assert path.walk.here.is_end and "Severe aplastic anemia" not in path.words()
    assert "contradicts the answer at" in path.words() and "“Is it real?”" in path.words()
    path.back()
    assert "Not yet" not in path.words()


def test_an_answer_of_which_the_report_says_nothing_is_told_and_reveals_nothing():
    """A learner who answers that breakage was found has made it up: the report of CRS-014 has no such test."""
    path = WorkUp(patient="CRS-014")
    for answer in ("yes", "on", "same", "nothing", "low", "nothing", "empty", "positive"):
        path.ask_for()
        path.answer(answer)
    words = plain(path.words())
    assert path.walk.here.key == "inherited" and "His report does not say." in words
    assert "Not yet" in words and "His report says nothing of what you answered at “Inherited, immune" in words
    assert "A test for it is positive" in steps()["inherited"].ask + steps()["inherited"].why
    assert "A test for it is positive" not in words, "nor what is said of such an end"
    assert steps()["empty"].ways["positive"].says not in words and "Severe aplastic anemia" not in words
    path.back()
    path.answer("negative")
    words = plain(path.words())
    assert "Severe aplastic anemia" in words and "Not yet" not in words


def test_a_cause_is_found_without_a_needle_only_where_the_report_names_one():
    ends = ("same", "obvious", "yes")
    assert "Severe aplastic anemia" not in WorkUp(("yes", "on", *ends), "CRS-014").words()
    assert "What the authors found" in WorkUp(("yes", "on", *ends), "CRS-051").words()
    spleen = ("same", "nothing", "low", "spleen")
    assert "What the authors found" in WorkUp(("no", *spleen), "CRS-082").words()


def test_every_coded_patient_has_an_end_that_fits_the_report():
    for patient in table("patient_findings")["patient"].unique():
        fits = {
            (step.key, answer): not otherwise(patient, step, answer) and not invented(patient, step, answer)
            for step in steps().values()
            for answer in step.ways
        }
        ends = [walk for walk in WALKS if all(fits[step.key, way.key] for step, way in walk.taken)]
        assert ends, patient
        assert "What the authors found" in WorkUp(ends[0].answers, patient).words()


def test_what_was_asked_for_and_is_not_in_the_report_stands_in_one_line():
    path = WorkUp(patient="CRS-014")
    for answer in ("yes", "on", "same", "nothing", "low"):
        path.ask_for()
        path.answer(answer)
    path.ask_for()
    words = path.words()
    assert words.count("Asked, not in the report: ") == 1 and "the report does not say" not in words
    told = words.split("What was asked for</caption>")[1].split("</table>")[0]
    silent = [known_tests()[name] for name in path.tests_asked if not results("CRS-014", name)]
    assert len(silent) > 3 and all(f">{one.label}</th>" not in told for one in silent)


def test_another_patient_begins_anew_and_a_state_comes_back():
    path = WorkUp(patient="CRS-014")
    path.ask_for()
    path.answer("no")
    kept = path.state()
    path.patient = "CRS-002"
    assert path.answers == () and path.tests_asked == ()
    path.restore(kept)
    assert (path.patient, path.answers, path.tests_asked) == ("CRS-014", ("no",), ("film", "coagulation"))


def test_without_a_patient_nothing_waits():
    path = WorkUp()
    assert not path.waits and not path.with_patients
    assert path.widgets.ask_for.disabled and not path.widgets.choice.disabled
    carried = WorkUp(("no",), patient="CRS-002").widgets
    assert carried.choice.disabled and not carried.ask_for.disabled


def test_the_menu_says_why_no_answer_can_be_given_yet():
    path = WorkUp(("no",), patient="CRS-002")
    view = path.widgets
    assert path.waits and view.choice.labels[0] == "ask for a test of this step first" and len(view.choice.labels) == 3
    path.ask("repeat_count")
    assert not view.choice.disabled and view.choice.labels[0] == "choose your answer"


def test_what_the_count_alone_shows_to_be_urgent_waits_for_no_test():
    """Platelets of 2 are a red flag the moment they are seen; a second sample is asked for before it is called real."""
    path = WorkUp(patient="CRS-014")
    assert not path.waits and not path.widgets.choice.disabled
    path.answer("yes")
    path.answer("on")
    assert path.waits and path.tests_asked == ()


def test_a_second_count_is_not_told_as_if_it_had_been_taken():
    path = WorkUp(patient="CRS-014")
    path.ask("repeat_count")
    assert "the published count, taken to be real: hemoglobin" in path.words()


ONE_BY_ONE = (
    ("yes", ["film"]), ("on", []), ("same", ["repeat_count"]), ("nothing", ["ferritin", "history"]), ("low", ["retic"]),
    ("nothing", ["b12", "hiv"]), ("empty", ["marrow"]), ("negative", ["breakage", "pnh_flow"]),
)  # fmt: skip
"""The way of CRS-014, each answer with the tests asked for before it."""


def walked(tests_before: tuple[tuple[str, list[str]], ...]) -> WorkUp:
    path = WorkUp(patient="CRS-014")
    for answer, names in tests_before:
        path.ask(*names)
        assert not path.waits
        path.answer(answer)
    return path


def test_one_test_is_asked_for_at_a_time_and_only_it_is_told():
    path = WorkUp(("yes", "on"), patient="CRS-014")
    path.ask("ferritin")
    assert path.waits, "no test of this step was asked for yet"
    assert "Asked, not in the report: ferritin." in path.words() and "So far: 1 blood test;" in path.status
    path.ask("marrow")
    assert results("CRS-014", "marrow") in path.words() and "a needle into the marrow" in path.status
    assert results("CRS-014", "b12") not in path.words() and "Severe aplastic anemia" not in path.words()
    path.ask("repeat_count", "marrow")
    assert path.tests_asked == ("ferritin", "marrow", "repeat_count") and not path.waits
    with pytest.raises(traitlets.TraitError, match="no test 'horoscope'"):
        path.ask("horoscope")


def test_at_an_end_that_fits_it_is_told_what_each_test_did_beside_the_path():
    path = walked(ONE_BY_ONE[:-1])
    assert "What each test did" not in path.words(), "only at the end"
    path = walked(ONE_BY_ONE)
    words = path.words()
    said = words.split("What each test did</caption>")[1].split("</table>")[0]
    rows = {plain(one.split("</th>")[0]): plain(one.replace("</td>", "|")) for one in said.split("<tr>")[2:]}
    assert (
        "as no. 6|at step 6|it speaks against another answer at step 6 (a normal vitamin B12)"
        in rows["Vitamin B12 in serum"]
    )
    assert "the answer at step 7 rests on it (an empty marrow)" in rows["Bone marrow: aspirate and biopsy"]
    assert "as no. 3|not on this way|in vain: the report does not say" in rows["Ferritin"]
    assert "no answer rests on it" in rows["Flow cytometry for PNH (FLAER)"]
    assert "step 5" not in rows["Repeat the count"], "reticulocytes have a test of their own"
    assert (
        "Telomere length (flow-FISH)" not in rows
        and "telomere length" in plain(words).split("not in the report either")[1]
    )
    assert "Spared, by you and by this way: direct antiglobulin test." in plain(words)
    assert "You asked for 10 tests. Needed for an answer: 4." in plain(words)


def test_a_needed_test_that_was_left_out_is_named_at_the_end_and_no_summary_stands_where_the_report_says_otherwise():
    without = tuple((answer, [name for name in names if name != "b12"]) for answer, names in ONE_BY_ONE)
    words = plain(walked(without).words())
    assert "left out, although it speaks against another answer at step 6 (a normal vitamin B12)" in words
    assert "Left out, although an answer rests on it: 1." in words
    strayed = walked((*ONE_BY_ONE[:-1], ("positive", ["breakage"])))
    assert strayed.walk.here.is_end and "What each test did" not in strayed.words()
    assert "What each test did" not in WorkUp(("no", "same", "obvious", "yes")).words(), "nobody walks along"


def test_a_finding_that_raises_a_flag_is_what_the_first_answer_rests_on():
    film = next(one for one in uses("CRS-041", Walk(("yes", "on", "same", "nothing", "blasts", "full")), ["film"]))
    assert film.turn == 1 and 1 in dict(film.decides) and "blasts" in dict(film.decides)[1]


def test_a_needle_that_was_not_needed_is_named_among_what_was_spared():
    ends = [walk for walk in WALKS if not needles(walk) and walk.here.key == "treated"]
    assert all("marrow" in {test.key for test in spared(walk, ())} for walk in ends)
    assert all("marrow" not in {test.key for test in spared(walk, ["marrow"])} for walk in ends)
    assert (
        "The needle into the marrow is among them."
        in WorkUp(("yes", "on", "same", "obvious", "yes"), "CRS-051").words()
    )


def test_what_was_chosen_comes_back_and_goes_with_a_reset():
    path = walked(ONE_BY_ONE[:4])
    kept = path.state()
    again = WorkUp(patient="CRS-014")
    again.restore(kept)
    assert again.tests_asked == ("film", "repeat_count", "ferritin", "history") and again.words() == path.words()
    again.reset()
    assert again.tests_asked == () and again.answers == () and again.patient == "CRS-014"
    path.restart()
    assert path.tests_asked == () and path.answers == ()


def test_the_menu_offers_every_test_once_under_what_it_is_for():
    path = WorkUp(patient="CRS-014")
    view = path.widgets
    assert view.ask.disabled and view.test.value == "" and len(view.test.labels) == 1 + len(known_tests())
    headings = view.test.groups[1:]
    assert len(dict.fromkeys(headings)) == sum(a != b for a, b in zip(headings, ["", *headings[:-1]], strict=True))
    view.test.value = "marrow"
    assert not view.ask.disabled
    view.ask.presses += 1
    assert path.tests_asked == ("marrow",) and view.test.value == "" and view.ask.disabled
    assert known_tests()["marrow"].label not in view.test.labels and len(view.test.groups) == len(view.test.labels)
    assert WorkUp(patients=True).widgets.asking.layout.display == "none", "nobody is there to be asked about"
    assert walked(ONE_BY_ONE).widgets.asking.layout.display == "none", "the path has ended"


def test_no_answer_is_suggested_and_without_one_nobody_goes_on():
    path = WorkUp()
    view = path.widgets
    for answer in ("no", "same", "nothing", "low", "found"):
        assert view.choice.value == "" and view.choice.labels[0] == "choose your answer" and view.go_on.disabled
        view.go_on.presses += 1
        before = path.answers
        view.choice.value = answer
        assert not view.go_on.disabled
        view.go_on.presses += 1
        assert path.answers == (*before, answer)


def test_the_tests_of_a_step_stand_under_what_they_are_for():
    path = WorkUp(("no", "same", "nothing", "low"))
    asked = path.walk.here.tests
    groups = dict.fromkeys(known_tests()[name].group for name in asked)
    assert 3 < len(groups) < len(asked)
    words = path.words()
    for group, after in zip(groups, [*list(groups)[1:], None], strict=True):
        under = words.split(f">{group}</caption>")[1].split(f">{after}</caption>" if after else "The way so far")[0]
        assert [name for name in asked if f">{known_tests()[name].label}</th>" in under] == [
            name for name in asked if known_tests()[name].group == group
        ]


def test_the_path_met_so_far_stands_in_one_line_with_the_present_step_marked():
    path = WorkUp()
    assert plain(path.path_line()) == "Your path: 1 Is it urgent? (here now)"
    path.answer("no")
    path.answer("same")
    said = plain(path.path_line())
    assert said.startswith("Your path: 1 Is it urgent? → 2 Is it real? → 3 What do history") and said.endswith(
        "(here now)"
    )
    assert path.path_line() in path.words() and path.path_line() in path.static_html()
    path.back()
    assert plain(path.path_line()).endswith("→ 2 Is it real? (here now)")
    for walk in WALKS:
        path.answers = walk.answers
        said = plain(path.path_line())
        assert said.endswith(f"{walk.here.title} (the end)") and all(step.title in said for step in walk.path)


def plain(html: str) -> str:
    return unescape(re.sub("<[^>]*>", "", html))
