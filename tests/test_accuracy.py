"""How well tests do and how often causes are found: do people add up, and does what is not printed stay unknown?"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.core.confidence_limits import exact_limits
from helpers.blood.search.accuracy import accuracies, accuracy
from helpers.blood.search.base_rates import base_rates, cause_names, could_be, doors, printed_slips
from helpers.evidence import table

# --- accuracy ---


def test_ferritin_in_children_told_as_people():
    seen = accuracy("ferritin_children").among(3)
    assert (seen.found, seen.missed, seen.alarmed, seen.spared) == (27, 3, 39, 931)
    assert seen.sentence == "Of 66 people with a positive test, 27 have HLH."


@given(st.sampled_from(list(accuracies())), st.floats(0, 100), st.sampled_from([100, 1000, 10_000]))
def test_people_add_up_and_what_is_unknown_stays_unknown(name, base_rate, people):
    test = accuracy(name)
    seen = test.among(base_rate, people)
    with_it, without = seen.with_target, people - seen.with_target
    for parts, printed, whole in (
        ((seen.found, seen.missed), test.sensitivity_pct, with_it),
        ((seen.alarmed, seen.spared), test.specificity_pct, without),
    ):
        assert (None in parts) == (printed is None)
        assert printed is None or sum(parts) == whole
    assert seen.sentence.endswith(".")


@given(st.floats(0, 99), st.floats(0, 1))
def test_a_higher_base_rate_never_lowers_what_a_positive_test_means(base_rate, more):
    test = accuracy("ferritin_adults")
    low, high = test.among(base_rate, 100_000), test.among(base_rate + more, 100_000)
    assert high.found / high.positive >= low.found / low.positive - 1e-3


def test_a_base_rate_beyond_all_people_is_told():
    with pytest.raises(ValueError, match="between 0 and 100"):
        accuracy("mma").among(101)


def test_likelihood_ratios_are_computed_only_from_what_is_printed():
    assert round(accuracy("ferritin_children").lr_positive, 1) == 22.5
    assert round(accuracy("ferritin_adults").lr_negative, 2) == 0.26
    assert math.isinf(accuracy("fragments").lr_positive) and accuracy("fragments").lr_negative == 0
    assert accuracy("spleen_palpation").lr_positive == 2.66 and accuracy("spleen_palpation").lr_negative is None
    assert accuracy("lobes_b12").lr_positive is None


def test_words_where_the_page_does_not_say():
    assert "how many others it alarms is not known" in accuracy("lobes_b12").among(10).sentence
    assert "how many it finds is not known" in accuracy("dysplasia_one").among(10).sentence
    assert "is not known" in accuracy("spleen_percussion").among(10).sentence
    assert "nobody has a positive test" in accuracy("fragments").among(0).sentence


def test_an_unknown_test_is_told():
    with pytest.raises(KeyError, match="ferritin_children"):
        accuracy("crystal_ball")


@pytest.mark.parametrize(
    ("name", "events", "of", "side"),
    [
        ("b12_200", 59, 70, "sensitivity"), ("b12_350", 67, 70, "sensitivity"), ("mcv_mouths", 30, 70, "sensitivity"),
        ("mma", 30, 31, "sensitivity"), ("mma", 10, 11, "specificity"), ("pnh_clone", 119, 258, "sensitivity"),
        ("pnh_clone", 29, 29, "specificity"), ("rules_inpatients", 118, 130, "sensitivity"),
        ("rules_outpatients", 72, 96, "sensitivity"), ("fragments", 6, 6, "sensitivity"),
        ("fragments", 78, 78, "specificity"),
    ],
)  # fmt: skip
def test_the_tables_limits_are_the_exact_ones(name, events, of, side):
    row = table("accuracy").set_index("id").loc[name]
    low, high = exact_limits(events, of)
    assert row[f"{side}_pct"] == pytest.approx(100 * events / of, abs=0.06)
    assert (row[f"{side}_low_pct"], row[f"{side}_high_pct"]) == (
        pytest.approx(low, abs=0.06),
        pytest.approx(high, abs=0.06),
    )


# --- series ---


def test_shares_are_of_all_people_whatever_the_paper_divides_by():
    spleen = base_rates("hypersplenism").set_index("series").loc["turkey_2020"]
    assert (spleen["pct_printed"], spleen["of_n"], spleen["n"]) == (14.5, 595, 766)
    assert spleen["share_pct"] == pytest.approx(100 * 86 / 766)


def test_the_widest_door_comes_first_and_doors_are_never_mixed():
    found = base_rates("megaloblastic")
    places = [list(doors()).index(door) for door in found["door"]]
    assert places == sorted(places) and len(set(places)) == len(doors())
    for door in doors():
        assert set(base_rates("megaloblastic", door)["door"]) == {door}


@pytest.mark.parametrize("cause", list(cause_names()))
def test_every_share_lies_in_its_limits(cause):
    found = base_rates(cause)
    assert (
        len(found)
        and (found["low_pct"] <= found["share_pct"]).all()
        and (found["share_pct"] <= found["high_pct"]).all()
    )
    assert found["source"].str.len().gt(0).all()


def test_an_unknown_cause_or_door_is_told():
    with pytest.raises(ValueError, match="megaloblastic"):
        base_rates("bad luck")
    with pytest.raises(ValueError, match="marrow referral"):
        base_rates("aplastic", "window")
    with pytest.raises(ValueError, match="Africa"):
        base_rates("aplastic", region="Atlantis")
    with pytest.raises(ValueError, match="children"):
        base_rates("aplastic", people="cats")


def test_series_are_chosen_by_place_and_people():
    children = base_rates("aplastic", people="children")
    assert set(children["people"]) == {"children"} and 0 < len(children) < len(base_rates("aplastic"))
    assert set(base_rates("aplastic", region="Africa")["series"]) == {"tanzania_2013"}
    assert base_rates("aplastic", "all counts").empty


@given(st.integers(1, 900), st.data(), st.integers(0, 2))
def test_what_was_counted_could_always_be_printed(of, data, decimals):
    cases = data.draw(st.integers(0, of))
    assert could_be(round(100 * cases / of, decimals), of, decimals)
    assert could_be(math.floor(100 * cases / of * 10**decimals) / 10**decimals, of, decimals)


@pytest.mark.parametrize(
    ("pct", "of", "decimals", "cases", "fits"),
    [
        (10.5, 214, 1, None, False),
        (10.3, 214, 1, None, True),
        (35.4, 683, 1, 235, False),
        (34.4, 683, 1, 235, True),
        (17.0, 41, 1, 7, True),
        (17, 41, 0, None, True),
        (5.0, 60, 1, 1, False),
    ],
)
def test_some_percentages_cannot_be(pct, of, decimals, cases, fits):
    assert could_be(pct, of, decimals, cases) == fits


def test_the_slips_are_found_and_their_notes_say_so():
    found = printed_slips()
    assert set(found["series"]) == {"iran_2017", "turkey_2020", "surat_children_2017", "east_india"}
    assert found["note"].notna().all()


def test_a_test_that_alarmed_nobody_promises_nothing():
    """Six of six with TTP, none of 78 others: the lower limits 54.1 and 95.4 % belong into the sentence."""
    seen = accuracy("fragments").among(10)
    assert (seen.found, seen.alarmed, seen.least) == (100, 0, (54, 54 + 41))
    assert seen.sentence == "All 100 with a positive test have TTP, or only 54 of 95 by its limits."
    assert accuracy("ferritin_children").among(3).least is None
    for one in accuracies().values():
        if one.specificity_pct == 100:
            assert one.among(10).least, f"{one.id}: no limits for a test without false alarms"
