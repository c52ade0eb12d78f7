"""Does a film hold as many cells as its count says, and does it say what it cannot draw?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.cells.film import (
    GROUPS,
    LOOKS,
    RED,
    WHITE,
    Film,
    cell_kinds,
    field_diameter_um,
    red_cell_diameter_um,
    teaching_films,
)
from helpers.blood.core.count import BloodCount
from helpers.evidence import table

WHOLE = dict(hb=143, rbc=4.8, mcv=90, rdw=13, wbc=7, seg_pct=55, lymph_pct=35, mono_pct=10, plt=250, retic=50)


def film(signs=None, **values) -> Film:
    signs, choices = (
        signs or {},
        {name: values.pop(name) for name in ("per_cell", "crowding", "crowded_red_cells") if name in values},
    )
    return Film(BloodCount.of(**(WHOLE | values)), signs, **choices)


# --- how many -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "kind", "mean"),
    [
        (dict(plt=250), "platelet", 250 / 15),
        (dict(rbc=5.0, retic=None), "red_cell", 5000 / 15),
        (dict(wbc=6, lymph_pct=100, seg_pct=0, mono_pct=0), "lymphocyte", 0.4),
        (dict(plt=250, per_cell=25.0), "platelet", 10),
        (dict(rbc=1.8, plt=90, crowding="same crowding"), "platelet", 10),
        (dict(rbc=1.8, plt=90, crowding="same crowding", crowded_red_cells=300.0), "platelet", 15),
    ],
)
def test_a_count_over_one_number_is_what_to_expect(values, kind, mean):
    assert film(**values).expected[kind] == pytest.approx(mean)


def test_the_field_goes_with_the_eyepiece():
    assert [field_diameter_um(number) for number in (18, 20, 22)] == pytest.approx([180, 200, 220])
    wide = Film(BloodCount.of(**WHOLE), field_number_mm=22)
    assert 250 / wide.expected["platelet"] == pytest.approx(12.40, abs=0.005)


def test_a_field_mostly_holds_no_white_cell():
    two = film(wbc=2.0)
    assert math.exp(-sum(two.expected[kind] for kind in WHITE if kind in two.expected)) == pytest.approx(
        0.8752, abs=1e-4
    )
    hundred = film(wbc=1.0).search(100, seed=3)
    assert 1100 < hundred.fields[-1] < 1950, "100 white cells at 1.0 take 1,500 fields, give or take chance"


@pytest.mark.parametrize("name", list(teaching_films()))
def test_what_is_drawn_agrees_with_the_count(name):
    """Over many fields every kind comes as often as it should, and varies as chance does."""
    shown, seeds = Film.of(name), 300
    tallies = [shown.field(seed).tally() for seed in range(seeds)]
    for kind, mean in shown.expected.items():
        found = np.array([tally.get(kind, 0) for tally in tallies])
        assert abs(found.sum() - seeds * mean) < 5 * math.sqrt(seeds * mean) + 1, kind
        if mean > 3:
            assert 0.65 < found.var() / mean < 1.4, kind
    assert not {kind for tally in tallies for kind in tally} - set(shown.expected)


def test_white_cells_are_met_as_often_as_they_are_there():
    shown = Film.of("acute_leukemia")
    cells = shown.search(20_000, seed=1)
    found = cells.cells.tally()
    for kind, share in (("blast", 0.30), ("lymphocyte", 0.50), ("neutrophil", 0.15), ("monocyte", 0.05)):
        assert found[kind] / 20_000 == pytest.approx(share, abs=0.015), kind
    fields = 20_000 / sum(shown.expected[kind] for kind in WHITE if kind in shown.expected)
    assert cells.fields[-1] == pytest.approx(fields, rel=0.04)
    assert (np.diff(cells.fields) >= 0).all() and cells.fields[0] >= 1


def test_the_same_seed_is_the_same_field_and_another_is_another():
    shown = Film.of("normal")
    one, same, other = shown.field(4), shown.field(4), shown.field(5)
    assert one.kinds == same.kinds and (one.diameter_um == same.diameter_um).all() and (one.looks == same.looks).all()
    assert (other.kinds, *other.diameter_um[:5]) != (one.kinds, *one.diameter_um[:5])
    assert one.looks.max() < LOOKS


def test_a_small_change_adds_or_takes_cells_at_the_end_of_the_line():
    few, more = film(plt=100).field(7), film(plt=180).field(7)
    assert few.tally()["platelet"] < more.tally()["platelet"]
    assert more.kinds[: len(few)] == few.kinds
    assert (more.diameter_um[: len(few)] == few.diameter_um).all()
    thin, thick = film(rbc=3.0, hb=90).field(7), film(rbc=4.5, hb=135).field(7)
    assert thin.tally()["red_cell"] < thick.tally()["red_cell"]
    assert thin.tally()["platelet"] == thick.tally()["platelet"]


# --- how large ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mcv", "wide"), [(90, 7.5), (115, 8.48), (70, 6.61)])
def test_width_of_a_red_cell(mcv, wide):
    assert red_cell_diameter_um(mcv) == pytest.approx(wide, abs=0.005)


@pytest.mark.parametrize(
    ("mcv", "rdw", "mean", "spread", "over"), [(90, 13, 7.48, 0.48, 0.02), (115, 20, 8.44, 0.84, 0.45)]
)
def test_widths_spread_as_the_rdw_says(mcv, rdw, mean, spread, over):
    shown = film(mcv=mcv, rdw=rdw, rbc=5.0)
    wide = np.concatenate(
        [field.diameter_um[np.array(field.kinds) == "red_cell"] for field in map(shown.field, range(60))]
    )
    assert wide.mean() == pytest.approx(mean, abs=0.03)
    assert wide.std() == pytest.approx(spread, abs=0.03)
    assert (wide > 8.5).mean() == pytest.approx(over, abs=0.02)


def test_cells_are_as_wide_as_the_table_prints():
    for name in teaching_films():
        shown = Film.of(name)
        for seed in range(20):
            field = shown.field(seed)
            for kind, wide in zip(field.kinds, field.diameter_um, strict=True):
                row = cell_kinds()[kind]
                if row["of"] != "red_cells":
                    off = 2 * row["spread_pct"] / 100 * row["drawn_um"] + 1e-9
                    assert abs(wide - row["drawn_um"]) <= off, kind
                if kind == "macro_ovalocyte":
                    assert wide >= 8.5


def test_the_pale_middle_grows_when_hemoglobin_is_short():
    assert film().pallor == pytest.approx(1 / 3, abs=0.01)
    assert Film.of("iron_lack").pallor > 0.45
    assert film(hb=50, rbc=4.8).pallor <= 0.75


# --- what cannot be drawn -------------------------------------------------------------------------------------------


def test_a_whole_count_leaves_nothing_out():
    assert film().left_out == () and film().assumed == ()
    for name in teaching_films():
        assert Film.of(name).left_out == (), name


def test_a_differential_over_100_percent_leaves_the_white_cells_out():
    shown = film(seg_pct=80, lymph_pct=40)
    assert "adds up to 130 %" in shown.left_out[0] and "Check the percentages" in shown.left_out[0]
    assert not set(shown.expected) & set(WHITE)
    assert shown.expected["platelet"] and shown.expected["red_cell"], "the rest is drawn"
    assert len(shown.search(10, 1).cells) == 0


def test_a_differential_a_little_off_is_taken_as_a_whole():
    shown = film(seg_pct=56, lymph_pct=36, mono_pct=11)
    assert shown.left_out == ()
    assert sum(shown.expected[kind] for kind in WHITE if kind in shown.expected) == pytest.approx(7 / 15)


def test_white_cells_of_an_unknown_kind_are_left_out():
    some = film(mono_pct=None, lymph_pct=None)
    assert "45 % of the white cells are left out" in some.left_out[0]
    assert sum(some.expected[kind] for kind in WHITE if kind in some.expected) == pytest.approx(0.55 * 7 / 15)
    none = film(seg_pct=None, mono_pct=None, lymph_pct=None)
    assert none.left_out[0].startswith("White cells are left out: the report does not say")


def test_neutrophils_alone_are_enough_for_neutrophils():
    shown = Film(BloodCount.of(hb=143, rbc=4.8, mcv=90, rdw=13, wbc=2.0, anc=0.5, plt=100))
    assert shown.expected["neutrophil"] == pytest.approx(0.5 / 15)


@pytest.mark.parametrize("name", ["plt", "wbc"])
def test_a_count_of_zero_draws_none(name):
    shown = film(**{name: 0})
    assert shown.left_out == ()
    kinds = set(shown.field(1).kinds)
    assert not kinds & (set(WHITE) if name == "wbc" else {"platelet"})


@pytest.mark.parametrize(
    ("name", "begins", "unknown"),
    [
        ("mcv", "The size of the red cells is not known", set()),
        ("rdw", "How much red cells differ in size (RDW) is not known", set()),
        ("retic", "Reticulocytes are not known", set()),
        ("plt", "Platelets are left out. Their number is not known.", {"platelets"}),
        ("wbc", "White cells are left out. Their number is not known.", {"white cells"}),
    ],
)
def test_what_is_missing_is_said(name, begins, unknown):
    shown = film(**{name: None})
    assert [sentence for sentence in shown.left_out if sentence.startswith(begins)], shown.left_out
    assert shown.unknown == unknown
    assert len(shown.field(1)) > 10


def test_not_known_is_not_none():
    assert film(wbc=0).unknown == film(plt=0).unknown == set()
    assert film(seg_pct=80, lymph_pct=40).unknown == {"white cells"}
    assert film(seg_pct=None, mono_pct=None, lymph_pct=None).unknown == {"white cells"}


def test_without_a_size_all_red_cells_are_drawn_alike():
    field = film(mcv=None, rdw=None, hb=143).field(2)
    wide = {
        round(float(one), 9) for one, kind in zip(field.diameter_um, field.kinds, strict=True) if kind == "red_cell"
    }
    assert wide == {7.5}


def test_red_cells_are_worked_out_and_it_is_said():
    shown = Film(BloodCount.of(hb=72, mcv=100, rdw=14, plt=20))
    assert shown.expected["red_cell"] == pytest.approx(72 / 33 * 1000 / 15)
    assert "worked out from hemoglobin and MCV" in shown.assumed[0] and "330" in shown.assumed[0]


def test_without_a_size_red_cells_are_taken_as_usual_and_it_is_said():
    shown = Film(BloodCount.of(hb=72, plt=20))
    assert shown.expected["red_cell"] == pytest.approx(72 / 29.7 * 1000 / 15)
    assert "MCV 90 fL" in shown.assumed[0] and "is worked out from hemoglobin;" in shown.assumed[0]
    assert any("size of the red cells is not known" in sentence for sentence in shown.left_out)


def test_without_hemoglobin_and_red_cells_there_are_none_to_draw():
    shown = Film(BloodCount.of(mcv=100, plt=20))
    assert shown.left_out[0].startswith("Red cells are left out.") and shown.unknown >= {"red cells"}
    assert not set(shown.expected) & set(RED)
    assert not any("size" in sentence for sentence in shown.left_out), "of what is not drawn, size is no matter"


def test_a_red_cell_count_that_cannot_be_told_says_why():
    shown = Film(BloodCount.of(rbc="4.8 g/L", plt=20))
    assert "is not a unit for this" in shown.left_out[0] or "cannot be told" in shown.left_out[0]


def test_shapes_of_more_than_all_red_cells_are_left_out():
    shown = film({"teardrop": 70, "schistocyte": 60}, retic=None)
    assert "add up to 130 %" in shown.left_out[0]
    assert "teardrop" not in shown.expected and shown.expected["red_cell"] == pytest.approx(320)


@pytest.mark.parametrize(
    ("signs", "choices", "says"),
    [
        ({"eleven": 3}, {}, "A film has no 'eleven'"),
        ({"microcyte": 3}, {}, "A film has no 'microcyte'"),
        ({"teardrop": 101}, {}, "0 to 100"),
        ({"teardrop": -1}, {}, "0 to 100"),
        ({"platelet_clump": 100}, {}, "less than 100 %"),
        ({}, {"per_cell": 0}, "above 0"),
        ({}, {"field_number_mm": math.inf}, "above 0"),
        ({}, {"crowding": "some"}, '"same volume" or "same crowding"'),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(signs, choices, says):
    with pytest.raises(ValueError, match=says):
        Film(BloodCount.of(**WHOLE), signs, **choices)


def test_an_unknown_film_names_those_there_are():
    with pytest.raises(KeyError, match="normal"):
        Film.of("rainbow")


def test_reticulocytes_are_the_young_red_cells():
    assert film(retic=48).expected["polychromatic"] == pytest.approx(48 / 15)
    assert film(retic=None, retic_pct=2).expected["polychromatic"] == pytest.approx(0.02 * 4800 / 15)
    assert film({"polychromatic": 6}, retic=48).expected["polychromatic"] == pytest.approx(0.06 * 4800 / 15)


def test_clumps_hold_what_the_machine_missed():
    shown = Film.of("edta_clumps")
    missed = shown.expected["platelet_clump"] * 20 * 15
    assert shown.expected["platelet"] * 15 == pytest.approx(35)
    assert missed + 35 == pytest.approx(220, rel=0.02)
    assert "35" in shown.assumed[0] and "219" in shown.assumed[0]


def test_every_sign_of_a_film_is_drawn():
    for row in table("film_signs").itertuples():
        assert row.sign in Film.of(row.film).expected, (row.film, row.sign)


def test_every_kind_is_in_one_group():
    every = [kind for group in GROUPS for kind in group]
    assert sorted(every) == sorted(cell_kinds())


amounts = st.one_of(st.none(), st.just(0.0), st.floats(0.01, 300))
shares = st.one_of(st.none(), st.floats(0, 100))


@given(
    st.fixed_dictionaries(
        {name: amounts for name in ("hb", "rbc", "wbc", "plt", "mcv", "rdw", "retic", "nrbc")}
        | {name: shares for name in ("seg_pct", "band_pct", "lymph_pct", "mono_pct", "blast_pct", "neut_pct")}
    ),
    st.dictionaries(st.sampled_from(sorted(set(cell_kinds()) - {"platelet_clump"})), st.floats(0, 100), max_size=4),
    st.integers(0, 2**31),
)
def test_any_count_gives_a_film(values, signs, seed):
    shown = Film(BloodCount.of(**values), signs)
    assert all(math.isfinite(many) and many > 0 for many in shown.expected.values())
    if sum(shown.expected.values()) < 3000:
        field = shown.field(seed)
        assert len(field.kinds) == len(field.diameter_um) == len(field.looks)
        assert (field.diameter_um > 0).all()
        assert set(field.kinds) <= set(shown.expected)
    missing = [name for name in ("wbc", "plt") if math.isnan(getattr(shown.count, name))]
    assert len(shown.left_out) >= len(missing) and len(shown.unknown) >= len(missing)
