"""Does every picture tell its parts apart for people who see colors otherwise?

Colors are simulated by the matrices of Machado, Oliveira and Fernandes (IEEE Transactions on Visualization and
Computer Graphics 2009; 15: 1291-1298) for a vision that lacks one kind of cone.
"""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from helpers.evidence import records
from helpers.pictures import look

LACKING = {
    "red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "green cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "blue cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "all cones but one": [[0.2126, 0.7152, 0.0722]] * 3,
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(axis=1)
APART = 20
"""Of CIELAB's distance; about 2 is the least that is seen side by side."""


def linear(color: str) -> np.ndarray:
    parts = np.array(to_rgb(color))
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def seen(color: str, lacking: str) -> str:
    """A color as somebody sees it who lacks these cones."""
    parts = np.clip(np.array(LACKING[lacking]) @ linear(color), 0, 1)
    return to_hex(np.where(parts <= 0.0031308, parts * 12.92, 1.055 * parts ** (1 / 2.4) - 0.055))


def lab(color: str) -> np.ndarray:
    x, y, z = (
        part ** (1 / 3) if part > (6 / 29) ** 3 else part / (3 * (6 / 29) ** 2) + 4 / 29
        for part in TO_XYZ @ linear(color) / WHITE
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(one: str, other: str) -> float:
    return float(np.linalg.norm(lab(one) - lab(other)))


def test_the_simulation_leaves_grays_and_confuses_what_it_should():
    for lacking in LACKING:
        assert apart(seen("#808080", lacking), "#808080") < 1
    assert apart("#B55A5A", "#6F7A3C") > 40 > 12 > apart(seen("#B55A5A", "green cones"), seen("#6F7A3C", "green cones"))


@pytest.mark.parametrize("lacking", ["red cones", "green cones", "blue cones"])
def test_the_inks_of_the_three_lines_stay_apart(lacking):
    for one, other in combinations(("red", "white", "platelets"), 2):
        assert apart(seen(look.INK[one], lacking), seen(look.INK[other], lacking)) > APART, (one, other)


def test_no_line_is_told_by_its_ink_alone():
    for said in (look.MARKER, look.SIGN):
        assert set(said) == set(look.INK) and len(set(said.values())) == len(said)


@pytest.mark.parametrize("lacking", LACKING)
def test_grades_go_from_light_to_dark_for_everybody(lacking):
    shades = [seen(shade, lacking) for shade in look.GRADE_SHADE]
    for light, dark in pairwise(shades):
        assert look.luminance(light) > look.luminance(dark) and look.contrast(light, dark) > 1.2


@pytest.mark.parametrize("lacking", LACKING)
def test_words_on_a_grade_can_be_read(lacking):
    for shade in look.GRADE_SHADE:
        assert look.contrast(seen(shade, lacking), seen(look.text_on(shade), lacking)) > 4.5


def test_no_choice_of_a_treatment_is_told_by_its_fill_alone():
    letters = [row["letter"] for row in records("choices")]
    assert all(letters) and len(set(letters)) == len(letters)
