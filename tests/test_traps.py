"""Traps: each is found where it is, is not found where it is not, and says why."""

import re
from dataclasses import replace

import pytest

from helpers.blood.core.count import BloodCount
from helpers.blood.core.derived import constant
from helpers.blood.reports.text import read_report
from helpers.blood.search.traps import traps
from helpers.evidence import records, source

WOMAN = {"age_y": 30, "sex": "female"}


def names(count, previous=None):
    return [trap.name for trap in traps(count, previous)]


HEALTHY = BloodCount.of(hb=135, rbc=4.5, hct=0.405, mcv=90, wbc=6, plt=250, glucose=5, **WOMAN)


def test_a_healthy_count_has_no_trap():
    assert traps(HEALTHY) == [] and traps(HEALTHY, HEALTHY) == []
    assert traps(BloodCount()) == []


def test_edta_clumps_from_the_report_s_own_words():
    assert names(read_report("PLT 45 K/uL clumped\nHb 13 g/dL")) == ["EDTA clumps"]
    assert names(read_report("Platelets: clumped")) == ["EDTA clumps"]
    assert names(BloodCount.of(plt=45, notes=("Aggregates seen on the film",))) == ["EDTA clumps"]
    assert names(BloodCount.of(plt=45)) == []
    assert names(BloodCount.of(plt=250, notes=("clumps",))) == []
    assert names(BloodCount.of(plt=45, notes=("Film: no platelet clumps seen",))) == []


def test_edta_clumps_from_a_fall_with_rising_white_cells():
    before = HEALTHY
    assert names(HEALTHY.change(plt=50, wbc=9), before) == ["EDTA clumps"]
    assert names(HEALTHY.change(plt=50), before) == []
    assert names(HEALTHY.change(plt=50, wbc=5), before) == []
    trap = traps(HEALTHY.change(plt=50, wbc=9), before)[0]
    assert "A count alone cannot prove it" in trap.reason and "citrate" in trap.what_to_do


def test_cold_agglutinin():
    limit = constant("cold_agglutinin_mchc_g_per_l")
    cold = BloodCount.of(hb=90, rbc=1.8, mcv=112, mchc=limit + 1, **WOMAN)
    assert names(cold) == ["cold agglutinin"]
    assert "red cells are low" in traps(cold)[0].sentence and "37.0 g/dL" in traps(cold)[0].reason
    assert names(cold.change(mchc=limit)) == []
    assert names(HEALTHY.change(mchc=limit + 1)) == ["MCHC too high"]
    computed = BloodCount.of(hb=90, rbc=1.8, hct=0.2, **WOMAN)
    assert names(computed) == ["cold agglutinin"]


def test_drip_arm_when_all_lines_fall_together():
    fraction = constant("drip_fall_fraction")
    before = BloodCount.of(hb=100, wbc=5, plt=150, **WOMAN)
    assert names(before.change(hb=100 * (1 - fraction), wbc=5 * (1 - fraction), plt=150 * (1 - fraction)), before) == [
        "drip-arm dilution"
    ]
    assert names(before.change(hb=81, wbc=4, plt=120), before) == []
    assert names(before.change(hb=70, wbc=3, plt=150), before) == []
    assert names(before.change(hb=70, wbc=3, plt=None), before) == []
    assert names(before.change(hb=70, wbc=3, plt=100)) == []


def test_drip_arm_from_a_very_high_glucose():
    limit = constant("drip_glucose_5_mmol_per_l")
    assert names(HEALTHY.change(glucose=limit)) == ["drip-arm dilution"]
    assert names(HEALTHY.change(glucose=limit - 0.1)) == []


def test_pregnancy_dilution():
    fall = constant("pregnancy_hb_fall_g_per_l")
    before = BloodCount.of(hb=120, trimester=1, **WOMAN)
    later = before.change(trimester=3, hb=120 - fall)
    assert names(later, before) == ["pregnancy dilution"]
    assert names(later.change(hb=119 - fall), before) == []
    assert names(later.change(hb=121), before) == []
    assert names(later.change(trimester=None), before) == []
    assert names(later.change(trimester=0), before) == []
    assert names(later, before.change(trimester=3)) == []
    assert names(later) == []


def test_broken_rule_of_three_only_in_normal_red_cells():
    broken = HEALTHY.change(hb=108)
    assert names(broken) == ["broken rule of three"]
    assert "13.5 g/dL" in traps(broken)[0].sentence
    assert names(broken.change(mcv=70)) == []
    assert names(broken.change(mch=20)) == []
    assert names(HEALTHY.change(hb=139)) == []


# --- printed only as "less than" --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "before"),
    [
        pytest.param(HEALTHY.change(mchc="<400 g/L"), None, id="MCHC may be normal"),
        pytest.param(HEALTHY.change(glucose="<30 mmol/L"), None, id="glucose may be normal"),
        pytest.param(HEALTHY.change(hb="<170 g/L"), None, id="hemoglobin may be three times the red cells"),
        pytest.param(HEALTHY.change(plt=50, wbc="<9 x10^9/L"), HEALTHY, id="white cells may not have risen"),
        pytest.param(HEALTHY.change(plt=50, wbc=9), HEALTHY.change(plt="<150 x10^9/L"), id="they were low before"),
        pytest.param(HEALTHY.change(plt=50, wbc=9), HEALTHY.change(plt="<400 x10^9/L"), id="they may have been low"),
        pytest.param(
            BloodCount.of(hb=110, trimester=3, **WOMAN), BloodCount.of(hb="<120 g/L", trimester=1, **WOMAN),
            id="hemoglobin may have risen",
        ),
        pytest.param(
            BloodCount.of(hb="<110 g/L", trimester=3, **WOMAN), BloodCount.of(hb=120, trimester=1, **WOMAN),
            id="hemoglobin may have fallen by far more",
        ),
        pytest.param(
            BloodCount.of(hb=70, wbc=3, plt=100, **WOMAN), BloodCount.of(hb=100, wbc=5, plt="<150 x10^9/L", **WOMAN),
            id="platelets may have been as few before",
        ),
    ],
)  # fmt: skip
def test_a_bound_that_may_be_harmless_is_no_trap(count, before):
    """Each of these would be one, were the bound the value itself."""
    assert names(exact(count), before and exact(before)) != []
    assert names(count, before) == []


def exact(count):
    """The same count as if each bound were the value."""
    return count.with_values({name: replace(value, below=False) for name, value in count.values.items()})


def test_a_fall_to_less_than_a_bound_is_a_fall_and_says_so():
    (trap,) = traps(HEALTHY.change(plt="<20 x10^9/L", wbc=9), HEALTHY)
    assert trap.name == "EDTA clumps" and "to less than 20 ×10⁹/L" in trap.sentence
    before = BloodCount.of(hb=100, wbc=5, plt=150, **WOMAN)
    (thinned,) = traps(before.change(hb=70, wbc=3, plt="<100 x10^9/L"), before)
    assert thinned.name == "drip-arm dilution" and "from 150 ×10⁹/L to less than 100 ×10⁹/L" in thinned.sentence


def test_clumps_that_the_report_names_are_a_trap_whatever_the_bound():
    (low,) = traps(BloodCount.of(plt="<45 x10^9/L", notes=("Platelets clumped",)))
    assert low.sentence.endswith("and the platelets are less than 45 ×10⁹/L.")
    (open_,) = traps(BloodCount.of(plt="<300 x10^9/L", notes=("Platelets clumped",)))
    assert "300" not in open_.sentence


@pytest.mark.parametrize(
    ("count", "before"),
    [
        (read_report("PLT 45 K/uL clumped"), None),
        (BloodCount.of(hb=90, rbc=1.8, mcv=112, mchc=450, **WOMAN), None),
        (HEALTHY.change(mchc=450), None),
        (HEALTHY.change(glucose=33), None),
        (BloodCount.of(hb=110, trimester=3, **WOMAN), BloodCount.of(hb=120, trimester=1, **WOMAN)),
        (HEALTHY.change(hb=108), None),
    ],
)
def test_every_trap_has_its_reason_and_a_source_that_exists(count, before):
    for trap in traps(count, before):
        for text in (trap.sentence, trap.reason, trap.what_to_do):
            assert text.endswith(".") and len(text) > 20 and " nan" not in text
        assert trap.source and [source(key) for key in trap.source.split()]


def test_only_counts_are_looked_at():
    with pytest.raises(TypeError, match="dict"):
        traps({"hb": 72})


def test_every_figure_in_the_words_is_a_slot_and_every_slot_is_filled() -> None:
    for row in records("traps"):
        for words in (row["reason"], row["what_to_do"]):
            typed = re.sub(r"\{[^}]*\}|10[⁰¹²³⁴⁵⁶⁷⁸⁹]+", "", words)
            assert not re.search(r"\d", typed), f"{row['trap']}: a figure is typed into {words!r}"
    counts = HEALTHY.change(glucose=30), HEALTHY.change(hb=108), HEALTHY.change(mchc=380)
    (thinned,), (broken,), (turbid,) = map(traps, counts)
    assert "fell by 20 % or more (specificity 95 %" in thinned.reason and "19.2 mmol/L" in thinned.reason
    assert "is normal (90 fL)" in broken.reason and "within 0.5, and hematocrit" in broken.reason
    assert "than 370 g/L (37.0 g/dL)" in turbid.reason and "{" not in turbid.what_to_do
