"""Units: every spelling is found, every conversion goes both ways, what is shown can be read again."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.core import units
from helpers.blood.core.amount import read_value
from helpers.blood.core.units import ANALYTES, COLUMN, NAME, UNITS, convert, plausible, read_unit, show

EVERY_SPELLING = [
    (name, unit, spelling)
    for name in ANALYTES
    for unit in units.units_of(name)
    for spelling in (unit.name, *unit.spellings)
]


def test_every_spelling_means_its_own_unit():
    wrong = [(name, str(unit), text) for name, unit, text in EVERY_SPELLING if units.find_unit(text, name) is not unit]
    assert not wrong


def test_every_ucum_code_is_read():
    for dimension, known in UNITS.items():
        name = next(item.name for item in ANALYTES.values() if item.dimension == dimension)
        for unit in known.values():
            assert units.find_unit(unit.ucum, name).factor == unit.factor, unit.ucum


def test_columns_and_names_are_each_other_s_inverse():
    assert {NAME[column]: column for column in NAME} == COLUMN
    assert COLUMN["hb"] == "hb_g_per_l"


@pytest.mark.parametrize(
    ("number", "unit", "name", "amount"),
    [
        (10.0, "g/dL", "hb", 100.0),
        (7.2, "g/dL", "hb", 72.0),
        (0.07, "g/mL", "hb", 70.0),
        (22, "%", "hct", 0.22),
        (21.6, "%", "hct", 0.216),
        (2100, "/µL", "wbc", 2.1),
        (2.1, "K/µl", "wbc", 2.1),
        (2.1, "x 10³/mm³", "wbc", 2.1),
        (2.1, "10*9/L", "wbc", 2.1),
        (2.1, "×10⁹/l", "wbc", 2.1),
        (2.1, "G/L", "wbc", 2.1),
        (2.1, "thousand per cubic millimeter", "wbc", 2.1),
        (1.8, "lakhs/cumm", "plt", 180.0),
        (18, "10^4/µL", "plt", 180.0),
        (4.2, "million/mm3", "rbc", 4.2),
        (148, "x10^4/uL", "rbc", 1.48),
        (38, "percent", "neut_pct", 38.0),
    ],
)
def test_conversion_is_exact(number, unit, name, amount):
    assert convert(number, unit, name) == amount


def test_hemoglobin_in_mmol_uses_the_single_chain_convention():
    assert round(100 / convert(1, "mmol/L", "hb"), 2) == 6.21


def test_capital_g_is_giga_and_small_g_is_grams():
    assert read_unit("G/L", "anc")[0].factor == 1
    unit, reason = read_unit("g/L", "anc")
    assert unit is None
    assert "grams per liter" in reason and "capital G" in reason
    assert read_unit("G/DL", "hb")[0].name == "g/dL"
    assert read_unit("G/L", "hb")[0].name == "g/L"


def test_an_unknown_unit_names_the_known_ones():
    unit, reason = read_unit("furlongs", "plt")
    assert unit is None and "furlongs" in reason and "×10⁹/L" in reason
    with pytest.raises(ValueError, match="furlongs"):
        convert(1, "furlongs", "plt")


def test_an_unknown_analyte_gets_a_suggestion():
    with pytest.raises(ValueError, match="Did you mean 'plt'"):
        units.analyte("plts")


@pytest.mark.parametrize(
    ("amount", "name", "system", "text"),
    [
        (72, "hb", "si", "72 g/L (7.2 g/dL)"),
        (72, "hb", "conventional", "7.2 g/dL (72 g/L)"),
        (72, "hb", "mmol", "4.5 mmol/L (7.2 g/dL)"),
        (2.1, "wbc", "si", "2.10 ×10⁹/L"),
        (2.1, "wbc", "conventional", "2.10 ×10³/µL"),
        (0.22, "hct", "si", "0.220 L/L (22.0 %)"),
        (1200, "plt", "si", "1\u202f200 ×10⁹/L"),
        (101, "mcv", "si", "101 fL"),
        (0.4, "plt", "si", "0.4 ×10⁹/L"),
        (math.nan, "hb", "si", "not known"),
    ],
)
def test_show(amount, name, system, text):
    assert show(amount, name, system) == text


def test_show_refuses_another_system():
    with pytest.raises(ValueError, match="si, conventional, mmol"):
        show(72, "hb", "imperial")


def test_zero_is_possible_for_cells_that_can_vanish_and_for_nothing_else():
    assert plausible(0, "anc") and plausible(0, "plt") and plausible(0, "retic")
    assert not plausible(0, "hb") and not plausible(0, "mcv")


@st.composite
def amounts(draw):
    name = draw(st.sampled_from(list(ANALYTES)))
    item = ANALYTES[name]
    low, high = math.log(max(item.plausible_low, 0.01)), math.log(item.plausible_high)
    return name, min(max(math.exp(draw(st.floats(low, high))), item.plausible_low), item.plausible_high)


@given(amounts())
def test_conversion_goes_both_ways(drawn):
    name, amount = drawn
    for unit in units.units_of(name):
        assert math.isclose(convert(amount / unit.factor, unit.name, name), amount, rel_tol=1e-8)


@given(amounts(), st.sampled_from(["si", "conventional", "mmol"]))
def test_what_is_shown_is_read_again_within_its_digits(drawn, system):
    name, amount = drawn
    text = show(amount, name, system)
    value = read_value(text, name)
    first = {"si": units.course_unit(name), "conventional": units.conventional_unit(name)}.get(system)
    first = first or next(
        (unit for unit in units.units_of(name) if unit.name.startswith("mmol")), units.course_unit(name)
    )
    decimals = ANALYTES[name].decimals + round(math.log10(first.factor))
    digit = max(10.0**-decimals * first.factor, 10 ** math.floor(math.log10(amount)) * 0.1)
    if value.known:
        assert abs(value.amount - amount) <= 0.51 * digit
    else:
        # Rounding to the printed digits can step over the limit of what is possible; nothing else may fail.
        item = ANALYTES[name]
        assert min(abs(amount - item.plausible_low), abs(amount - item.plausible_high)) <= digit, value.reason
