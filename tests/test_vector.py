"""A figure as SVG: sound XML, every word and mark where matplotlib puts it, and what moves leaves nothing behind."""

from __future__ import annotations

import re
import xml.etree.ElementTree as xml

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.pictures.vector import Vector, _number

NS = "{http://www.w3.org/2000/svg}"


def drawn(figure: Figure, *moving) -> xml.Element:
    return xml.fromstring(Vector(figure).svg(moving))


@pytest.fixture
def figure() -> Figure:
    """A figure of 200 by 100 pixels without anything in it."""
    return Figure(figsize=(2, 1), dpi=100, frameon=False)


def styles(root: xml.Element) -> dict[str, str]:
    return dict(re.findall(r"\.(\w+)\{(.*?)\}", root.find(f"{NS}style").text))


def style_of(root: xml.Element, element: xml.Element) -> str:
    return styles(root)[element.get("class")]


@pytest.mark.parametrize(("value", "written"), [(3.0, "3"), (-0.5, "-.5"), (12.345, "12.3"), (-7.0, "-7")])
def test_numbers_are_short(value, written):
    assert _number(value) == written


def test_its_size_is_that_of_the_figure(figure):
    root = drawn(figure)
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("200", "100", "0 0 200 100")
    assert [child.tag for child in root] == [f"{NS}style"], "nothing is in it"


def test_words_stay_words_and_are_no_markup(figure):
    figure.text(0.5, 0.25, "Hb < 80 & falling", fontsize=9, color="#123456", fontweight="bold")
    (text,) = drawn(figure).iter(f"{NS}text")
    assert text.text == "Hb < 80 & falling"
    assert (text.get("x"), text.get("y")) == ("100", "75"), "from the top, not from the foot"
    assert float(text.get("textLength")) > 50
    assert style_of(drawn(figure), text) == "font-size:12.5px;font-weight:700;fill:#123456"


def test_turned_and_faint_words(figure):
    figure.text(0.1, 0.5, "up", rotation=90, alpha=0.5, fontstyle="italic")
    root = drawn(figure)
    (text,) = root.iter(f"{NS}text")
    assert text.get("transform").startswith("rotate(-90 ")
    assert "fill-opacity:0.5" in style_of(root, text) and "font-style:italic" in style_of(root, text)


def test_a_filled_shape_stands_where_it_is(figure):
    figure.add_artist(Rectangle((0.25, 0.5), 0.5, 0.25, facecolor="#ff0000", edgecolor="none"))
    root = drawn(figure)
    (path,) = root.iter(f"{NS}path")
    assert style_of(root, path) == "fill:#ff0000"
    numbers = [float(one) for one in re.findall(r"-?[\d.]+", path.get("d"))]
    assert {min(numbers[::2]), max(numbers[::2])} == {50, 150}
    assert {min(numbers[1::2]), max(numbers[1::2])} == {25, 50}


def test_what_cannot_be_seen_is_not_written(figure):
    figure.add_artist(Rectangle((0, 0), 1, 1, facecolor="none", edgecolor="none"))
    assert list(drawn(figure).iter(f"{NS}path")) == []


def test_lines_with_their_dashes_and_width(figure):
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.plot([0, 1], [0, 1], color="#0000ff", linewidth=2, linestyle="--")
    root = drawn(figure)
    (path,) = root.iter(f"{NS}path")
    style = style_of(root, path)
    assert "stroke:#0000ff;stroke-width:2.8;stroke-dasharray:" in style and "fill" not in style


def test_marks_are_drawn_once_and_used_at_each_place(figure):
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.plot([0.25, 0.5, 0.75], [0.5, 0.5, 0.2], "o", color="#00ff00", markersize=6)
    root = drawn(figure)
    (mark,) = root.find(f"{NS}defs")
    uses = list(root.iter(f"{NS}use"))
    assert [(use.get("x"), use.get("y")) for use in uses] == [("50", "50"), ("100", "50"), ("150", "80")]
    assert {use.get("href") for use in uses} == {f"#{mark.get('id')}"}
    assert "fill:#00ff00" in style_of(root, mark)


def test_a_hatch_is_a_pattern_over_its_fill(figure):
    figure.add_artist(Rectangle((0, 0), 1, 1, facecolor="#eeeeee", edgecolor="#111111", hatch="//", linewidth=0))
    root = drawn(figure)
    (pattern,) = root.iter(f"{NS}pattern")
    under, lines = pattern
    assert under.get("fill") == "#eeeeee" and lines.get("stroke")
    path = root.find(f"{NS}path")
    assert style_of(root, path).startswith(f"fill:url(#{pattern.get('id')})")


def test_what_reaches_beyond_its_axes_is_cut_off_there(figure):
    axes = figure.add_axes((0.25, 0.25, 0.5, 0.5))
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.add_patch(Rectangle((0.2, 0.2), 0.2, 0.2, facecolor="#aaaaaa"))
    axes.add_patch(Rectangle((-1, 0.2), 3, 0.2, facecolor="#bbbbbb"))
    inside, beyond = drawn(figure).iter(f"{NS}path")
    assert inside.get("style") is None
    assert beyond.get("style") == "clip-path:view-box polygon(50px 25px,150px 25px,150px 75px,50px 75px)"


def test_what_moves_is_drawn_over_the_rest_and_leaves_nothing(figure):
    figure.text(0, 0, "still")
    vector = Vector(figure)
    alone = vector.svg([])
    moving = figure.text(0.5, 0.5, "moves")
    moving.remove()
    moving.set_figure(figure)
    with_it = xml.fromstring(vector.svg([moving]))
    assert [text.text for text in with_it.iter(f"{NS}text")] == ["still", "moves"]
    assert vector.svg([]) == alone
