"""What pictures conclude: does every sentence come from a row, and does every row bear out what is said of it?"""

from __future__ import annotations

import ast
import math
import re
from pathlib import Path
from string import Formatter

import pytest

from helpers.blood.care.trials import figures
from helpers.blood.core import conclusions
from helpers.blood.core.conclusions import conclude, concluded, filled, title_of
from helpers.blood.core.published import findings
from helpers.evidence import records, table
from helpers.pictures.findings import FindingsPicture
from helpers.pictures.lives import LivesPicture
from helpers.pictures.oxygen import BleedingExperimentPicture
from helpers.pictures.trials import TrialsPicture

ROWS = records("conclusions")
QUESTIONS = list(table("trials")["question"].unique())
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
PICTURES = Path(conclusions.__file__).parents[2] / "pictures"


def conclusion_faults(row: dict) -> list[str]:
    """What in a conclusion its rows do not bear out, a sentence each."""
    known, needs = conclusions._rows(row["of"]), set((row["needs"] or "").split())
    slots = {name for _, name, _, _ in Formatter().parse(row["text"]) if name}
    claims = [re.fullmatch(r"(\w+)(>>|>|~)([\w.]+)", claim) for claim in (row["holds"] or "").split()]
    if not all(claims):
        return [f"{row['id']}: cannot read {row['holds']!r}."]
    named = slots | {claim[1] for claim in claims} | {claim[3] for claim in claims if claim[3] in known}
    found = [f"{row['id']}: there is no row {name!r}." for name in sorted((named | needs) - set(known))]
    found += [f"{row['id']}: it rests on {name}, which is not among what it needs." for name in sorted(named - needs)]
    return found or [f"{row['id']}: {claim[0]} does not hold." for claim in claims if not _holds(claim, known)]


def _holds(claim: re.Match, known: dict) -> bool:
    one, operator = known[claim[1]], claim[2]
    other = known[claim[3]]["value"] if claim[3] in known else float(claim[3])
    low, high = (math.nan if one[end] is None else one[end] for end in ("low", "high"))
    return {">": one["value"] > other, ">>": low > other, "~": low < other < high}[operator]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_rows_bear_out_the_conclusion(row):
    assert conclusion_faults(row) == []


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"text": "{nobody} of 100"}, "there is no row 'nobody'"),
        ({"text": "{race_or6_e} of 100", "needs": ""}, "rests on race_or6_e, which is not among what it needs"),
        ({"needs": "nobody"}, "there is no row 'nobody'"),
        ({"needs": "race_or6_c race_or6_e", "holds": "race_or6_c>race_or6_e"}, "race_or6_c>race_or6_e does not hold"),
        ({"needs": "metcalf_severe", "holds": "metcalf_severe>>0"}, "metcalf_severe>>0 does not hold"),
        ({"needs": "metcalf_bleed", "holds": "metcalf_bleed~0"}, "metcalf_bleed~0 does not hold"),
        ({"needs": "race_or6_e", "holds": "race_or6_e>>0"}, "race_or6_e>>0 does not hold"),
        ({"holds": "more is better"}, "cannot read"),
    ],
)
def test_a_conclusion_without_ground_is_noticed(cells, told):
    row = {"id": "new", "of": "trials", "text": "More respond", "needs": "", "holds": ""} | cells
    assert any(told in fault for fault in conclusion_faults(row))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_figure_of_a_text_stands_in_its_rows(row):
    """A number is a slot, a round hundred, or a word of the rows it rests on ("after 5 years")."""
    needed = {
        name: found for name, found in conclusions._rows(row["of"]).items() if name in (row["needs"] or "").split()
    }
    printed = " ".join(str(cell) for found in needed.values() for cell in found.values())
    typed = re.findall(r"\d[\d.]*", re.sub(r"\{[^}]*\}|of 100", "", row["text"]))
    assert all(re.search(rf"(?<!\d){number}(?!\d)", printed) for number in typed), typed
    values = {name: found.get("value") for name, found in needed.items()}
    for _, name, spec, _ in Formatter().parse(row["text"]):
        if name and spec != "share":
            assert format(values[name], spec or "g") in filled(row)


def test_a_share_is_said_in_words_only_where_it_is_one():
    slots = conclusions._Slots()
    assert slots.format("{:share}", 67.0) == "two thirds" and slots.format("{:share}", 25.0) == "a quarter"
    assert slots.format("{:share}", 70.0) == "70 of 100"


# --- pictures say only what they show ---------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_concludes_from_all_its_figures(question):
    assert TrialsPicture(question).point() == conclude("trials", question, [row["id"] for row in figures(question)])


@pytest.mark.parametrize("question", QUESTIONS)
def test_one_study_alone_never_concludes_more_than_its_rows(question):
    titles = {filled(row): set((row["needs"] or "").split()) for row in ROWS}
    for study in {row["study"] for row in figures(question)}:
        picture = TrialsPicture(question, studies=[study])
        needed = titles.get(picture.point())
        assert needed is None or needed <= {row["id"] for row in picture.rows}
        assert needed is not None or re.search(r": \d+ figures? from 1 study$", picture.point())


def test_a_filter_takes_the_claim_away():
    assert TrialsPicture("after").point() == "After a response: relapse in 16 to 39 of 100"
    alone = TrialsPicture("after", studies=("Tichelli 1999",))
    assert alone.point() == "After a response: 1 figure from 1 study" and "16 to 39" not in alone.describe()
    lived = TrialsPicture("horse_rabbit", outcome=["alive"])
    assert "elsewhere" not in lived.point()
    assert TrialsPicture("horse_rabbit").point().endswith("elsewhere studies differ")


def test_findings_conclude_from_what_is_drawn():
    assert "often after a fall" in FindingsPicture("infection", units="%").point()
    assert "more infections" in FindingsPicture("infection", units=("odds ratio", "hazard ratio")).point()
    assert FindingsPicture("infection", studies="Gerson 1984").point() == (
        "Infections and white cells: 3 figures from 1 study"
    )
    assert "Bodey" not in FindingsPicture("infection", studies="Gerson 1984").not_known()
    assert "Bodey" in FindingsPicture("infection", units="%").not_known()
    assert FindingsPicture("oxygen").not_known() == ""


def test_a_subject_without_a_row_is_named_and_counted():
    assert title_of("findings", "oxygen", findings("oxygen")[:2]) == "Oxygen: 2 figures from 1 study"
    assert concluded("findings", "oxygen", []) == ()


def test_the_other_pictures_conclude_from_rows():
    assert BleedingExperimentPicture().point() == conclude(
        "findings", "bleeding_experiments", [row["id"] for row in BleedingExperimentPicture().rows]
    )
    assert LivesPicture().point() == conclude("lives", "blood", LivesPicture().used) != ""


def test_what_figures_say_is_typed_in_rows_alone():
    """No sentence of the table, and no half of one between two slots, stands in code as well."""
    said = {part for row in ROWS for part in (filled(row), *re.split(r"\{[^}]*\}", row["text"])) if len(part) > 30}
    for path in (PICTURES.parent).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {ast.get_docstring(node, clean=False) or "" for node in ast.walk(tree) if isinstance(node, _DOCUMENTED)}
        words = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        code = "".join(words - docs)
        assert not [part for part in said if part in code], path.name


def test_no_title_is_typed_in_code():
    """A picture of figures has its title from rows: no point() gives back a bare sentence, no table of them stands."""
    of_no_source = {
        "counting",
        "film",
        "progress",
        "response",
        "road",
        "rounds",
    }  # what is on the glass, a learner's own
    for path in (path for path in PICTURES.glob("*.py") if path.stem not in of_no_source):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        points = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "point"]
        bare = [
            node.value.value
            for point in points
            for node in ast.walk(point)
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and node.value.value
        ]
        assert all(sentence.endswith("?") for sentence in bare), (path.name, bare)
