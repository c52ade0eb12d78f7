"""Are derived values those of the printed formulas?"""

import numpy as np
import pandas as pd
import pytest

from helpers.blood.core import derived
from helpers.blood.core.count import BloodCount
from helpers.blood.core.units import COLUMN
from helpers.blood.core.value import cannot_tell


def test_neutrophils_are_segmented_plus_bands():
    assert derived.anc(2.1, 30, 8) == pytest.approx(0.798)


@pytest.mark.parametrize(("percent", "hct", "corrected", "merck", "other"), [
    (2, 0.24, 1.07, 0.53, 0.43),
    (9, 0.24, 4.80, 2.40, 1.92),
    (6, 0.32, 4.27, 2.84, 2.13),
])  # fmt: skip
def test_reticulocyte_index_under_two_schemes(percent, hct, corrected, merck, other):
    """The second patient is adequate under one scheme and inadequate under the other. The last column of the third
    row is by interpolation of neither: it follows the bands of medicalalgorithms."""
    assert derived.corrected_retic(percent, hct) == pytest.approx(corrected, abs=0.005)
    assert derived.retic_index(percent, hct) == pytest.approx(merck, abs=0.006)
    assert derived.retic_index(percent, hct, "medicalalgorithms") == pytest.approx(other, abs=0.006)


def test_unknown_scheme_lists_what_there_is():
    with pytest.raises(ValueError, match="merck"):
        derived.retic_index(2, 0.3, "mine")


def test_maturation_by_interpolation_is_continuous():
    days = derived.maturation_days(np.array([0.45, 0.40, 0.35, 0.25, 0.15, np.nan]), "interpolated")
    assert days[:5].tolist() == [1.0, 1.25, 1.5, 2.0, 2.5]
    assert np.isnan(days[5])


def test_absolute_reticulocytes_and_nucleated_red_cells():
    assert derived.absolute_retic(0.8, 2.1) == pytest.approx(16.8)
    assert derived.corrected_wbc(30, 115) == pytest.approx(13.95, abs=0.005)


def test_indices():
    assert derived.mcv(0.45, 5.0) == pytest.approx(90)
    assert derived.mch(150, 5.0) == pytest.approx(30)
    assert derived.mchc(150, 0.45) == pytest.approx(333.3, abs=0.1)


def test_rule_of_three():
    whole = derived.rule_of_three(5.0, 150, 0.45)
    assert whole.hb_holds is whole.hct_holds is True
    broken = derived.rule_of_three(2.0, 130, 0.25)
    assert broken.hb_holds is False
    assert broken.hct_holds is False
    assert derived.rule_of_three(np.nan, 150, 0.45).hb_holds is None
    unknown = derived.rule_of_three(np.nan, 150, np.nan)
    assert unknown.hb_holds is unknown.hct_holds is None


def test_complete_adds_what_the_report_settles_and_replaces_nothing():
    count = derived.complete(BloodCount.of(wbc=2.1, seg_pct=30, band_pct=8, hb=72, rbc=2.0, mcv=110, retic_pct=0.5))
    assert count.anc == pytest.approx(0.798)
    assert count.hct == pytest.approx(0.22)
    assert count.retic == pytest.approx(10)
    assert "computed" in count.values["anc"].printed
    assert derived.complete(BloodCount.of(wbc=2.1, neut_pct=38, anc=0.9)).anc == 0.9


def test_what_was_printed_but_cannot_be_told_is_not_filled_in():
    count = derived.complete(BloodCount.of(wbc=2.1, neut_pct=38, anc="0.8 g/L"))
    assert np.isnan(count.anc)


def test_a_frame_is_completed_as_each_count_alone():
    frame = pd.DataFrame({"wbc_e9_per_l": [2.1, np.nan], "neut_pct": [38.0, 40.0], "anc_e9_per_l": [np.nan, 0.4]})
    assert derived.complete(frame)["anc_e9_per_l"].tolist() == pytest.approx([0.798, 0.4])


def test_dividing_by_zero_gives_no_value():
    assert "mcv" not in derived.complete(BloodCount.of(hct=0.3, rbc=0)).values
    assert derived.complete(pd.DataFrame({"hct_l_per_l": [0.3], "rbc_e12_per_l": [0.0]}))["mcv_fl"].isna().all()


def test_a_bound_is_carried_through_a_product_but_not_through_a_divisor():
    assert derived.complete(BloodCount.of(wbc="<0.5 x10^9/L", neut_pct=20)).values["anc"].below
    assert "mchc" not in derived.complete(BloodCount.of(hb=80, hct="<0.2 L/L")).values


# Worked out by hand: what is given, in the course's units, and what it makes.
@pytest.mark.parametrize(("name", "given", "value"), [
    ("neut_pct", dict(seg_pct=30, band_pct=8), 38),
    ("neut_pct", dict(seg_pct=30), 30),
    ("anc", dict(wbc=2.0, neut_pct=40), 0.8),
    ("alc", dict(wbc=4.0, lymph_pct=30), 1.2),
    ("amc", dict(wbc=5.0, mono_pct=8), 0.4),
    ("aec", dict(wbc=10.0, eos_pct=3), 0.3),
    ("abc", dict(wbc=20.0, baso_pct=1), 0.2),
    ("hct", dict(mcv=90, rbc=5.0), 0.45),
    ("rbc", dict(hct=0.36, mcv=90), 4.0),
    ("mcv", dict(hct=0.30, rbc=2.5), 120),
    ("mch", dict(hb=120, rbc=4.0), 30),
    ("mchc", dict(hb=99, hct=0.30), 330),
    ("retic", dict(retic_pct=2, rbc=2.5), 50),
])  # fmt: skip
def test_each_derived_value_is_the_one_worked_out_by_hand(name, given, value):
    from helpers.blood.core.units import COLUMN

    assert getattr(derived.complete(BloodCount.of(**given)), name) == pytest.approx(value)
    frame = pd.DataFrame({COLUMN[key]: [amount] for key, amount in given.items()})
    assert derived.complete(frame)[COLUMN[name]].tolist() == pytest.approx([value])


def test_every_derived_value_has_one_worked_out_by_hand():
    (mark,) = test_each_derived_value_is_the_one_worked_out_by_hand.pytestmark
    assert [case[0] for case in mark.args[1]] == [name for name, *_ in derived._DERIVED]


@pytest.mark.parametrize(("hct", "days"), [(0.36, 1), (0.35, 1.5), (0.26, 1.5), (0.25, 2), (0.16, 2), (0.15, 2.5)])
def test_maturation_in_whole_percents(hct, days):
    assert derived.maturation_days(hct, "whole_percent") == days


def test_the_scheme_can_take_a_patient_across_the_limit():
    """At a hematocrit of 37 % one table counts a day, the other one and a half: 2.4 and 1.6, on both sides of 2."""
    found = {scheme: derived.retic_index(2.92, 0.37, scheme) for scheme in ("whole_percent", "merck")}
    assert {scheme: round(index, 1) for scheme, index in found.items()} == {"whole_percent": 2.4, "merck": 1.6}


# --- bands beside neutrophils -----------------------------------------------------------------------------------------


def test_bands_beside_neutrophils_are_added_where_only_that_makes_the_differential_whole():
    whole = dict(wbc=2.1, neut_pct=22, band_pct=13, lymph_pct=50, mono_pct=15, eos_pct=0, baso_pct=0)
    assert derived.complete(BloodCount.of(**whole)).anc == pytest.approx(2.1 * 0.35)
    inside = whole | {"lymph_pct": 63}
    assert derived.complete(BloodCount.of(**inside)).anc == pytest.approx(2.1 * 0.22)
    assert derived.complete(BloodCount.of(**whole | {"band_pct": 0, "lymph_pct": 63})).anc == pytest.approx(2.1 * 0.22)


def test_without_the_whole_differential_both_counts_are_named():
    count = derived.complete(BloodCount.of(wbc=2.1, neut_pct=22, band_pct=3))
    assert count.anc == pytest.approx(0.462), "the lower one, which asks for more"
    assert "0.53" in count.values["anc"].printed and "3 % of bands" in count.values["anc"].printed


def test_a_table_treats_bands_as_one_count_does():
    rows = [
        dict(wbc=2.1, neut_pct=22, band_pct=13, lymph_pct=50, mono_pct=15, eos_pct=0, baso_pct=0),
        dict(wbc=2.1, neut_pct=22, band_pct=13, lymph_pct=63, mono_pct=15, eos_pct=0, baso_pct=0),
        dict(wbc=2.1, neut_pct=22, band_pct=3),
        dict(wbc=2.1, neut_pct=22),
        dict(wbc=2.1, neut_pct=22, band_pct=13, lymph_pct=50, mono_pct=15, eos_pct=0, baso_pct=0, blast_pct=13),
        dict(wbc=2.1, seg_pct=22, band_pct=3),
        dict(wbc=2.1, seg_pct=22),
        dict(wbc=2.1, neut_pct=22, seg_pct=22, band_pct=8),
        dict(wbc=2.1, neut_pct=22, seg_pct=14, band_pct=8),
        dict(wbc=2.1, neut_pct=22, band_pct=13, lymph_pct=63, mono_pct=15),
        dict(wbc=2.1, neut_pct=22, band_pct=13, lymph_pct=50, mono_pct=15),
    ]
    frame = pd.DataFrame([{COLUMN[name]: amount for name, amount in row.items()} for row in rows])
    found = derived.complete(frame)[COLUMN["anc"]].tolist()
    single = [derived.complete(BloodCount.of(**row)).anc for row in rows]
    assert found == pytest.approx(single) and found[2] == pytest.approx(0.462)
    assert found[6] == pytest.approx(0.462), "segmented cells alone, where no bands are printed"
    assert found[7] == pytest.approx(0.63), "neutrophils that are the segmented ones: bands lie beside"


def test_what_is_said_of_bands_is_what_is_printed():
    def said(**values: float) -> str:
        return derived.complete(BloodCount.of(wbc=2.1, **values)).values["anc"].printed

    fits = said(neut_pct=30, band_pct=12, lymph_pct=52, mono_pct=6)
    assert "with which the printed percentages add up to 100" in fits and "not printed" not in fits
    assert "which is not printed" in said(neut_pct=30, band_pct=12, lymph_pct=40, mono_pct=6), (
        "88: two kinds are missing"
    )
    for told in (
        dict(neut_pct=22, seg_pct=14, band_pct=8),
        dict(neut_pct=22, band_pct=13, lymph_pct=63, mono_pct=15),
    ):
        assert said(**told) == "computed: WBC × neutrophils %"
    alone = derived.complete(BloodCount.of(wbc=2.1, seg_pct=22))
    assert "no bands are printed" in alone.values["neut_pct"].printed
    unreadable = BloodCount.of(wbc=2.1, seg_pct=22).with_values(
        {**BloodCount.of(wbc=2.1, seg_pct=22).values, "band_pct": cannot_tell("?", "", "Bands cannot be told.")}
    )
    assert "anc" not in derived.complete(unreadable).values, "bands that cannot be told are not none"
