"""The end of a notebook: three lines, the slips put right, a card to print, and the sources, folded."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import nbformat
import pandas as pd
import pytest
from conftest import NOTEBOOKS, forget_citations
from execute import fold_code

from helpers import page
from helpers.cards.take_along import TakeAlong, _mended, references
from helpers.evidence import cite, source, table
from helpers.questions import bank
from helpers.questions.exercise import NOT_YET, RIGHT
from helpers.record.journey import A_DAY, COLUMNS, Journey
from helpers.record.session import ANSWERED

NUMBERS = [name.partition("_")[0] for name in bank.notebooks()]
DAY = 86_400_000


@pytest.mark.parametrize("number", NUMBERS)
def test_every_notebook_keeps_three_lines(number):
    end = TakeAlong(number)
    assert len(end.lines) == 3 and end.twin().count("<li>") == 3
    assert "questions are right" in end.html and "questions are right" not in end.twin()
    assert f"notebook {number}: what to keep" in end.document() and "<script" not in end.document()


def test_a_notebook_without_lines_is_told():
    with pytest.raises(ValueError, match="Nothing is kept of a notebook '09'"):
        TakeAlong("09")


def test_a_figure_in_the_lines_comes_from_its_table():
    limits = table("decisions").set_index("id")
    assert (
        f"between {limits.loc['JP-7', 'age_from']} and {limits.loc['BSH24-5', 'age_to']} years" in TakeAlong("05").html
    )


def test_the_slips_put_right_are_those_that_were():
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    ms, name = now.timestamp() * 1000, "began with the needle"
    wrong = ("cause-16", ANSWERED, NOT_YET, name, None, ms - 2, "")
    right = ("cause-16", ANSWERED, RIGHT, "", None, ms - 1, "")
    only_wrong = Journey.of(pd.DataFrame([wrong], columns=COLUMNS), now)
    assert "No slip was put right" in _mended(only_wrong)
    assert "You put 1 slip right" in _mended(Journey.of(pd.DataFrame([wrong, right], columns=COLUMNS), now))


def test_no_more_than_ten_questions_fall_due_on_a_day():
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    asked = [one for one in bank.exercises("05_choosing_a_treatment") if one.asks.scored and not one.asks.in_code]
    rows = [(one.id, ANSWERED, RIGHT, "", None, now.timestamp() * 1000 - (40 - at) * DAY, "") for at, one in
            enumerate(asked[:25])]  # fmt: skip
    journey = Journey.of(pd.DataFrame(rows, columns=COLUMNS), now)
    due = journey.due()
    assert len(due) == A_DAY == 10
    waiting = journey.exercises.dropna(subset=["due"])["due"]
    assert max(due["due"]) <= min(waiting.drop(due.index)), "the longest due come first"


def test_the_sources_are_folded_and_can_be_followed():
    forget_citations()
    cite("WHO2024 CTCAE6 CRS-014")
    shown = references()._repr_html_()
    assert shown.startswith("<details><summary>The 3 sources used above") and shown.count("<li>") == 3
    assert page.escape(source("CRS-014").link) in shown and "(A)" in shown
    forget_citations()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_learner_without_python_meets_no_code(path):
    notebook = nbformat.read(path, as_version=4)
    in_code = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found = re.findall(r"^## (.+)$", cell.source, re.MULTILINE)
            in_code = "In code" in found[-1] if found else in_code
        elif not in_code and "..." not in cell.source:
            assert cell.metadata.jupyter.source_hidden, cell.id
    names = {cell.id for cell in notebook.cells}
    assert {"take-along"} <= names and ("road" in names or path.stem.startswith("07"))


def test_what_is_to_be_typed_is_never_folded():
    cells = [
        nbformat.v4.new_markdown_cell("# Counting\n\n## In code"),
        nbformat.v4.new_code_cell("counted = ...\n\ncheck('start-09', counted)"),
        nbformat.v4.new_markdown_cell("## Exit ticket"),
        nbformat.v4.new_code_cell("ask('start-11')"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    fold_code(notebook)
    assert ["jupyter" in cell.metadata for cell in notebook.cells] == [False, False, False, True]


def test_a_number_and_its_unit_stay_on_one_line():
    assert page.unparted("7.2 g/dL, 41 ×10⁹/L, **11** ×10⁹/L, 5 % of 12 mL") == (
        "7.2\N{NO-BREAK SPACE}g/dL, 41\N{NO-BREAK SPACE}×10⁹/L, **11**\N{NO-BREAK SPACE}×10⁹/L, "
        "5\N{NO-BREAK SPACE}% of 12\N{NO-BREAK SPACE}mL"
    )
    assert page.unparted("5 pgs, 3 girls, 12 % and 5 g/Lx") == "5 pgs, 3 girls, 12\N{NO-BREAK SPACE}% and 5 g/Lx"
