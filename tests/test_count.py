"""BloodCount: values in, values out, and a reason where there is none."""

import copy
import math
import pickle

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.core.count import BloodCount, Person, Value
from helpers.blood.core.units import ANALYTES, COLUMN
from helpers.evidence import table

COUNT = BloodCount.of(hb="7.2 g/dL", wbc=(2.1, "10^9/L"), plt=18, age_y=34, sex="female")


def test_values_are_attributes_in_the_course_s_unit():
    assert (COUNT.hb, COUNT.wbc, COUNT.plt) == (72.0, 2.1, 18.0)
    assert math.isnan(COUNT.anc)
    assert COUNT.why("hb") == ""
    assert COUNT.why("anc") == "Not on the report: Neutrophils, absolute (ANC)."


def test_the_same_values_in_other_units_are_the_same_count():
    other = BloodCount.of(
        hb=72, wbc="2,100 /µL", plt="18 K/uL", age_y=34.0, sex="female", label="another", notes=("x",)
    )
    assert other == COUNT and hash(other) == hash(COUNT)
    assert COUNT.change(plt=19) != COUNT
    assert COUNT.change(sex="male") != COUNT
    assert BloodCount.of(plt="<18 K/uL") != BloodCount.of(plt="18 K/uL")


def test_a_count_never_changes():
    changed = COUNT.change(hb=80, trimester=2, wbc=None)
    assert (COUNT.hb, COUNT.person.trimester, COUNT.wbc) == (72.0, None, 2.1)
    assert (changed.hb, changed.person.trimester) == (80.0, 2)
    assert "wbc" not in changed.values
    with pytest.raises(AttributeError):
        COUNT.label = "x"
    with pytest.raises(TypeError):
        COUNT.values["hb"] = Value(1.0)


def test_copying_and_pickling_keep_it():
    assert pickle.loads(pickle.dumps(COUNT)) == copy.deepcopy(COUNT) == COUNT


def test_its_words_are_stable():
    assert repr(COUNT) == "BloodCount(hb 72 g/L, wbc 2.10 ×10⁹/L, plt 18 ×10⁹/L; woman of 34)"
    assert repr(BloodCount()) == "BloodCount(empty; person, age and sex not stated)"
    assert (
        str(Person(age_y=0.75, sex="male", trimester=0, duffy_null=True)) == "boy of 9 months, Duffy-null, not pregnant"
    )


def test_an_impossible_number_is_not_known_and_says_what_may_be_meant():
    count = COUNT.change(hb=7.2)
    assert math.isnan(count.hb)
    assert count.why("hb").startswith('Hemoglobin "7.2 g/L" would be 7.2 g/L, far less than a living person could have')
    assert "7.2 g/dL (72 g/L)" in count.why("hb")
    assert count.wbc == 2.1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (-5, "is negative"),
        (math.inf, "infinite"),
        (-math.inf, "infinite"),
        (math.nan, "is not a number"),
        (1e300, "far more"),
    ],
)
def test_strange_numbers_get_a_sentence(number, words):
    assert words in BloodCount.of(hb=number).why("hb")


def test_a_lost_unit_lists_what_it_could_be():
    why = BloodCount.of(wbc="2100").why("wbc")
    assert "has no unit" in why and "2\u202f100 /µL (2.1 ×10⁹/L)" in why and "Look at the report" in why
    why = BloodCount.of(hb="72").why("hb")
    assert "72 g/L" in why and "7.2 g/dL with a lost decimal point" in why


def test_the_learner_can_state_the_system():
    assert BloodCount.of(hb="7.2", assume="conventional").hb == 72
    assert BloodCount.of(hb="72", assume="si").hb == 72
    assert math.isnan(BloodCount.of(hb="72", assume="conventional").hb)
    with pytest.raises(ValueError, match="assume"):
        BloodCount.of(hb="72", assume="metric")


def test_a_unit_that_every_report_shares_needs_no_print():
    assert BloodCount.of(mcv="101", rdw="15.2", mch="29").mcv == 101
    assert "fraction" in BloodCount.of(seg_pct="0.38").why("seg_pct")


def test_per_milliliter_is_doubted_even_when_it_is_possible():
    why = BloodCount.of(wbc="14200 /mL").why("wbc")
    assert "0.0142 or 14.2" in why


def test_misuse_raises_a_sentence():
    with pytest.raises(TypeError, match="Did you mean 'plt'"):
        BloodCount.of(plts=3)
    with pytest.raises(TypeError, match="hb should be text with a unit"):
        BloodCount.of(hb=[7.2])
    with pytest.raises(TypeError, match="hb should be text with a unit"):
        BloodCount.of(hb=True)
    with pytest.raises(ValueError, match="'female', 'male' or None"):
        BloodCount.of(sex="F")
    with pytest.raises(ValueError, match="200 years"):
        BloodCount.of(age_y=200)
    with pytest.raises(ValueError, match="trimester"):
        BloodCount.of(trimester=4)
    with pytest.raises(TypeError, match="age_y"):
        BloodCount.of(age_y="34")
    with pytest.raises(ValueError, match="smoker"):
        BloodCount.of(smoker="yes")
    with pytest.raises(AttributeError, match="no 'ferritin'"):
        _ = COUNT.ferritin
    with pytest.raises(TypeError, match="should be a Value"):
        BloodCount({"hb": 72})
    with pytest.raises(ValueError, match="no analyte 'ferritin'"):
        COUNT.why("ferritin")


def test_frame_has_every_column_and_comes_back():
    frame = COUNT.change(duffy_null=True, trimester=0, elevation_m=1500, smoker=False).to_frame()
    assert len(frame) == 1 and set(COLUMN.values()) <= set(frame.columns)
    assert frame.loc[0, "hb_g_per_l"] == 72 and math.isnan(frame.loc[0, "anc_e9_per_l"])
    assert BloodCount.from_row(frame.iloc[0]).to_frame().equals(frame)
    both = pd.concat([frame, BloodCount.of(hb=90).to_frame()], ignore_index=True)
    assert BloodCount.from_row(both.iloc[1]) == BloodCount.of(hb=90)


def test_a_row_with_text_for_a_number_is_refused():
    with pytest.raises(TypeError, match="hb_g_per_l"):
        BloodCount.from_row({"hb_g_per_l": "72"})


def test_every_published_patient_becomes_a_count():
    for _, row in table("patients").iterrows():
        count = BloodCount.from_row(row)
        assert not [count.why(name) for name, value in count.values.items() if not value.known], row["patient"]
        assert count.label == row["patient"]


def test_its_table_shows_print_and_reason():
    shown = COUNT.change(retic="pending").table()
    assert list(shown["what"])[:1] == ["Hemoglobin"]
    assert shown.loc[shown["what"] == "Hemoglobin", "printed"].item() == "7.2 g/dL"
    assert shown["value"].tolist()[-1] == "cannot tell"
    assert "pending" in shown["why not"].tolist()[-1]


@given(st.dictionaries(st.sampled_from(list(ANALYTES)), st.floats(allow_nan=True)), st.none() | st.floats(0, 120))
def test_any_numbers_make_a_count(values, age):
    count = BloodCount.of(age_y=age, **values)
    for name in values:
        known = not math.isnan(getattr(count, name))
        assert known == (count.why(name) == "")
    assert BloodCount.from_row(count.to_frame().iloc[0]).person == count.person
