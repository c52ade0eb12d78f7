"""Does the picture of the definitions show and say what the rules say, and only that?"""

from __future__ import annotations

import re

import pandas as pd
import pytest
from conftest import forget_citations

from helpers.blood.grading.severity import editions, grade
from helpers.evidence import cited, table
from helpers.pictures import look
from helpers.pictures.definitions import DefinitionsPicture, pancytopenia_definitions

NEEDED = ["hb_g_per_l", "wbc_e9_per_l", "plt_e9_per_l"]


@pytest.fixture
def patients() -> pd.DataFrame:
    return table("patients").set_index("patient").dropna(subset=NEEDED)


@pytest.fixture
def three() -> pd.DataFrame:
    """One low in every line, one whose neutrophils are unknown, one with nothing low."""
    return pd.DataFrame(
        {
            "hb_g_per_l": [60.0, 60.0, 150.0],
            "wbc_e9_per_l": [1.0, 1.0, 7.0],
            "anc_e9_per_l": [0.4, None, 4.0],
            "plt_e9_per_l": [20.0, 20.0, 250.0],
            "sex": ["male", "female", "male"],
        },
        index=["A", "B", "C"],
    )


def bars(picture: DefinitionsPicture, definition: str) -> dict[str, int]:
    """How many bars of each kind are drawn in one row."""
    picture.image()
    axes = next(axes for axes in picture.live.figure.axes if axes.get_label() == definition)
    return {group.get_label(): len(group) for group in axes.containers}


def words(picture: DefinitionsPicture) -> list[str]:
    picture.image()
    return [text.get_text() for text in picture.live.figure.texts]


def test_the_bars_are_the_grades(patients):
    picture = DefinitionsPicture(patients)
    for name in picture.definitions:
        expected = grade(patients, "pancytopenia", name).labels()["pancytopenia"].value_counts().to_dict()
        drawn = {verdict: number for verdict, number in bars(picture, name).items() if number}
        assert drawn == {verdict: number for verdict, number in expected.items() if number}


def test_the_table_counts_everyone_once(patients):
    counts = DefinitionsPicture(patients).table()
    assert (counts[["met", "cannot tell", "not met"]].sum(axis=1) == len(patients)).all()
    assert len(counts) == len(pancytopenia_definitions())
    assert counts["source"].ne("").all()


def test_only_definitions_of_pancytopenia_unless_others_are_named(three):
    assert set(DefinitionsPicture(three).definitions) == set(pancytopenia_definitions())
    assert "hlh_2004" not in pancytopenia_definitions()
    assert DefinitionsPicture(three, ["hlh_2004"]).definitions == ("hlh_2004",)


def test_unknown_is_neither_met_nor_not_met(three):
    picture = DefinitionsPicture(three, ["statpearls", "mds_limits"])
    assert picture.verdicts["mds_limits"].to_dict() == {"A": "met", "B": "cannot tell", "C": "not met"}
    assert bars(picture, "mds_limits") == {"met": 1, "cannot tell": 1, "not met": 1}
    assert "1 met, 1 cannot tell, 1 not met" in picture.describe()


def test_a_patient_has_the_same_place_in_every_row(three):
    picture = DefinitionsPicture(three.loc[["C", "B", "A"]])
    picture.image()
    places = {
        (axes.get_label(), group.get_label()): [round(bar.get_center()[0]) for bar in group]
        for axes in picture.live.figure.axes
        for group in axes.containers
    }
    assert places["mds_limits", "met"] == [0]
    assert places["mds_limits", "cannot tell"] == [1]
    assert places["statpearls", "met"] == [0, 1]
    assert places["statpearls", "not met"] == places["mds_limits", "not met"] == [2]


def test_the_limits_are_those_of_the_table():
    picture = DefinitionsPicture(table("patients"), editions("pancytopenia"))
    definitions = table("definitions")
    for name in picture.definitions:
        printed = {float(found) for found in re.findall(r"\d+(?:\.\d+)?", " ".join(picture.limits(name).values()))}
        assert printed == set(definitions.loc[definitions["definition"] == name, "limit"])
    assert picture.limits("statpearls")["red"] == "Hb 130 men, 120 women"
    assert picture.limits("hscore")["red"] == "Hb ≤ 92"


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (["statpearls", "mds_limits"], "The definition decides: 1 to 2 of the same 3 patients meet it"),
        (["statpearls", "iran_series"], "Each definition is met by 2 of 3 patients"),
        (["mds_limits"], "1 of 3 patients meets the definition"),
        (["statpearls"], "2 of 3 patients meet the definition"),
    ],
)
def test_the_title_is_a_sentence(three, chosen, sentence):
    picture = DefinitionsPicture(three, chosen)
    assert picture.point() == sentence
    assert " ".join(words(picture)[0].split()) == sentence
    assert repr(picture) == f"DefinitionsPicture: {sentence}"


def test_a_weak_source_is_said(patients):
    picture = DefinitionsPicture(patients, ["statpearls", "de_gruchy"])
    assert "(weak source)" not in picture.name("statpearls")
    assert picture.name("de_gruchy").endswith("(weak source)")
    assert "Weak source:" in picture.caption()
    assert "Weak source:" not in DefinitionsPicture(patients, ["statpearls"]).caption()


def test_no_words_leave_the_paper_or_touch(patients):
    picture = DefinitionsPicture(patients)
    picture.image()
    live = picture.live
    boxes = [text.get_window_extent(live.canvas.get_renderer()) for text in live.figure.texts]
    assert all(box.x0 >= 0 and box.x1 <= live.width * live.sharpness and box.y0 >= 0 for box in boxes)
    touching = [(a, b) for place, a in enumerate(boxes) for b in boxes[place + 1 :] if a.overlaps(b)]
    assert touching == []


def test_each_line_has_its_ink_and_its_sign(patients):
    picture = DefinitionsPicture(patients, ["iran_series"])
    picture.image()
    inks = {text.get_text(): text.get_color() for text in picture.live.figure.texts}
    assert inks["● Hb 100"] == look.INK["red"]
    assert inks["■ WBC 4"] == look.INK["white"]
    assert inks["▲ PLT 140"] == look.INK["platelets"]


def test_it_is_shown_as_a_figure_with_its_words(patients):
    forget_citations()
    picture = DefinitionsPicture(patients)
    html = picture._repr_html_()
    assert html.startswith('<figure class="course-figure" style="margin:0"><img src="data:image/webp;base64,')
    assert f'alt="{picture.point()}.' in html
    assert "IRAN683" in cited().index
    assert len(picture.image(small=True)) < 20_000


@pytest.mark.parametrize(
    ("chosen", "rows", "told"),
    [
        (["who_knows"], 3, "no edition 'who_knows'.*statpearls"),
        ([], 3, "no definition to show"),
        (None, 0, "no patient"),
    ],
)
def test_what_cannot_be_shown_is_told(three, chosen, rows, told):
    with pytest.raises(ValueError, match=told):
        DefinitionsPicture(three.head(rows), chosen)
