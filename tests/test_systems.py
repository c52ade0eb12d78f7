"""A grading system is rows: a new edition, or a new system, is graded, drawn and asked about without a line of code."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from helpers import evidence
from helpers.blood.core.count import BloodCount, Person, Value
from helpers.blood.grading import severity, systems
from helpers.blood.grading.severity import bands, editions, grade, grade_all
from helpers.evidence import table

ADULT = dict(age_y=40, sex="female", trimester=0)


def with_ctcae_7(add: Callable[..., None]) -> None:
    """A seventh version: platelets with other limits, and lymphocytes that it drops."""
    add.edit("systems", "ctcae,6.0,CTCAE,CTCAE v6.0,ladder,true,", "ctcae,6.0,CTCAE,CTCAE v6.0,ladder,false,")
    add(
        "systems", system="ctcae", edition="7.0", name="CTCAE", title="CTCAE v7.0", family="ladder", current="true",
        side_by_side=9, lane="CTCAE 7", paired="true", adjusted="false", source="CTCAE6",
    )  # fmt: skip
    row = dict(system="ctcae", edition="7.0", item="platelets", analyte="plt", source="CTCAE6", confidence="A")
    add("severity", id="T1", grade=1, label="grade 1", lower=40, lower_limit_normal="true", **row)
    add("severity", id="T2", grade=2, label="grade 2", upper=40, lower_limit_normal="false", **row)
    gone = row | dict(item="lymphocytes", analyte="alc", label="not graded", clinical="term removed in v7.0")
    add("severity", id="T3", lower_limit_normal="false", **gone)


def test_a_new_edition_is_graded_beside_the_others(other_data):
    with_ctcae_7(other_data)
    assert editions("ctcae") == ("5.0", "6.0", "7.0") and systems.current("ctcae") == "7.0"
    count = BloodCount.of(plt=30, alc=0.3, **ADULT)
    assert (grade(count, "ctcae").edition, grade(count, "ctcae")["platelets"].grade) == ("7.0", 2)
    assert grade(count, "ctcae")["lymphocytes"].label == "not graded"
    assert grade(count, "ctcae")["lymphocytes"].grade is None
    assert "CTCAE v7.0 does not grade the lymphocytes: term removed" in grade(count, "ctcae")["lymphocytes"].reason
    assert [one.title for one in grade_all(count) if one.item == "platelets"][:3] == [
        *("CTCAE v6.0", "CTCAE v5.0", "Platelets and bleeding risk"),
    ]
    assert grade_all(count)[-2].title == "CTCAE v7.0"
    assert len(grade(table("patients"), "ctcae", "7.0").frame()) == len(table("patients"))
    assert [band.grade for band in bands("ctcae", "7.0", "platelets", Person(**ADULT))] == [1, 2]


def test_a_new_edition_is_drawn_and_compared_in_the_panel(other_data):
    from helpers.panels.explorer import CountExplorer
    from helpers.pictures.count import CountPicture

    with_ctcae_7(other_data)
    picture = CountPicture(BloodCount.of(hb=120, anc=3, plt=30, **ADULT))
    assert [lane.label for lane in picture.strips["plt"].lanes] == ["CTCAE 5", "CTCAE 6", "CTCAE 7"]
    assert "grade 3 in CTCAE 5, 3 in CTCAE 6, 2 in CTCAE 7" in picture.point()
    explorer = CountExplorer(BloodCount.of(hb=120, anc=3, plt=30, **ADULT))
    shown = explorer.ctcae_table()
    assert list(shown.columns) == ["CTCAE 5", "CTCAE 6", "CTCAE 7"]
    assert shown.loc["platelets (they differ)", "CTCAE 7"].startswith("**grade 2**")
    assert "CTCAE 5, 6 and 7 on this patient" in explorer.words()


def test_a_new_edition_is_held_against_the_one_before(other_data):
    from helpers.pictures.criteria import EditionsGrid

    assert EditionsGrid().editions == ("5.0", "6.0")
    with_ctcae_7(other_data)
    grid = EditionsGrid()
    assert (grid.name, grid.editions) == ("CTCAE", ("6.0", "7.0"))
    assert grid.criterion("platelets", "7.0", 2) == "below 40" and "from 6.0 to 7.0" in grid.point()
    assert list(grid.table().columns) == ["CTCAE 6.0", "CTCAE 7.0"]
    assert grid.criterion("lymphocytes", "7.0", 1) == "no such grade" and "<th" in grid._repr_html_()
    assert EditionsGrid(editions=("5.0", "7.0")).point().endswith("from 5.0 to 7.0")


def test_a_new_score_of_points_is_a_table(other_data):
    """Its name is a row, its points a table of that name; which values and findings it weighs, its rows say."""
    from helpers.blood.grading.severity import karyotypes
    from helpers.questions.kinds.grade import grade_menu

    package = evidence.DATA / "datapackage.json"
    tables = json.loads(package.read_text(encoding="utf-8"))
    old = next(one for one in tables["resources"] if one["name"] == "ipss_r")
    tables["resources"].append(old | {"name": "score_x", "path": "score_x.csv"})
    package.write_text(json.dumps(tables), encoding="utf-8")
    columns = [field["name"] for field in old["schema"]["fields"]]
    (evidence.DATA / "score_x.csv").write_text(",".join(columns) + "\n", encoding="utf-8")
    row = dict(source="GREENBERG2012", confidence="A")
    for code, low, high, points in (("lt_50", None, 50, 2), ("ge_50", 50, None, 0)):
        ends = dict(low=low, low_included="true", high=high, high_included="false")
        other_data("score_x", item="plt", code=code, label=code, points=points, **ends, **row)
    other_data("score_x", item="cytogenetics", code="odd", label="odd", points=1, **row)
    other_data("score_x", item="category", code="mild", label="mild risk", high=1, high_included="true", **row)
    other_data("score_x", item="category", code="grave", label="grave risk", low=1, low_included="false", **row)
    other_data("systems", system="score_x", name="Score X", title="Score X", family="points", current="true",
               paired="false", adjusted="false", source="GREENBERG2012")  # fmt: skip
    count = BloodCount.of(hb=90, plt=30, anc=1, **ADULT)
    assert karyotypes("score_x") == {"odd": 1}
    found = grade(count, "score_x", cytogenetics="odd")["score_x"]
    assert (found.grade, found.label, found.value, found.title) == (2, "grave risk", 3, "Score X")
    assert found.reason == "Points: platelets 2, karyotype 1; total 3."
    assert grade(count, "score_x")["score_x"].label == "grave risk", "whatever the karyotype"
    assert grade(count.change(plt=90), "score_x")["score_x"].label == "mild risk"
    with pytest.raises(ValueError, match=r"in Score X\. Choose among: odd"):
        grade(count, "score_x", cytogenetics="good")
    assert [one.title for one in grade_all(count, blasts_pct=3)][-2:] == ["IPSS-R", "Score X"]
    assert grade_menu("score_x", "score_x") == {"1": "mild risk", "2": "grave risk", "?": "cannot tell from this count"}


def test_a_new_edition_can_be_asked_about(other_data):
    from helpers.questions.answers import grade_key
    from helpers.questions.kinds.grade import grade_menu

    with_ctcae_7(other_data)
    assert set(grade_menu("ctcae", "platelets", "7.0")) == {"0", "1", "2", "-", "?"}
    found = grade(BloodCount.of(plt=30, alc=0.3, **ADULT), "ctcae", "7.0")
    assert (grade_key(found["platelets"]), grade_key(found["lymphocytes"])) == ("2", "-")


def test_a_grade_that_rests_on_a_weak_row_says_so(other_data):
    """The rows it rests on, and no other line of the system; beside the reason, wherever that is shown."""
    from helpers.panels.explorer import CountExplorer

    with_ctcae_7(other_data)
    other_data.edit("severity", "T2,ctcae,7.0,platelets,plt,,2,grade 2,,40,false,,CTCAE6,A,", (
        "T2,ctcae,7.0,platelets,plt,,2,grade 2,,40,false,,CTCAE6,C,Caution: read on one page."
    ))  # fmt: skip
    note = "Caution: read on one page."
    for platelets in (30, 60):  # its own band, and the band that ends where it begins
        found = grade(BloodCount.of(plt=platelets, alc=0.3, **ADULT), "ctcae", "7.0")
        assert (found["platelets"].caution, found["lymphocytes"].caution) == (note, "")
        assert found["platelets"].because.endswith(note) and note in found.table().loc["CTCAE v7.0"].to_string()
    assert grade(BloodCount.of(plt=200, **ADULT), "ctcae", "7.0")["platelets"].caution == "", "the mildest is not weak"
    assert grade(BloodCount.of(**ADULT), "ctcae", "7.0")["platelets"].caution == "", "nothing was told"
    count = BloodCount.of(hb=120, anc=3, plt=30, **ADULT)
    assert grade(count, "ctcae", "6.0")["platelets"].caution == ""
    cells = CountExplorer(count).ctcae_table().loc["platelets (they differ)"]
    assert [note in cell for cell in cells] == [False, False, True]


def test_a_new_system_with_a_lane_of_its_own(other_data):
    from helpers.panels.explorer import CountExplorer
    from helpers.pictures.count import CountPicture

    other_data(
        "systems", system="leukopenia", edition="test", name="Leukopenia", title="Leukopenia bands", family="ladder",
        current="true", side_by_side=9, lane="Leuko", paired="false", adjusted="false", source="CTCAE6",
    )  # fmt: skip
    row = dict(system="leukopenia", edition="test", item="white_cells", analyte="wbc", source="CTCAE6", confidence="A")
    other_data("severity", id="T1", grade=0, label="no leukopenia", lower=4, lower_limit_normal="false", **row)
    other_data("severity", id="T2", grade=1, label="leukopenia", upper=4, lower_limit_normal="false", **row)
    count = BloodCount.of(wbc=3.5, **ADULT)
    assert severity.systems()[-1] == "leukopenia"
    assert grade(count, "leukopenia")["white_cells"].label == "leukopenia"
    assert grade_all(count)[-1].title == "Leukopenia bands"
    assert [lane.label for lane in CountPicture(count, ("wbc",)).strips["wbc"].lanes] == ["CTCAE", "Leuko"]
    assert "Leukopenia bands" in CountExplorer(count, show=("wbc",)).other_table().index


def test_without_the_rows_there_is_no_such_system():
    with pytest.raises(ValueError, match=r"no edition '7\.0'"):
        grade(BloodCount.of(plt=30), "ctcae", "7.0")
    with pytest.raises(ValueError, match="no grading system 'leukopenia'"):
        editions("leukopenia")


def test_the_table_of_systems_holds_together():
    rows = table("systems")
    assert (rows.groupby("system")["current"].sum() == 1).all(), "one edition of each is meant when none is named"
    ladders = rows[rows["family"] == "ladder"]
    graded = table("severity")[["system", "edition"]].drop_duplicates()
    assert set(map(tuple, graded.to_numpy())) == set(map(tuple, ladders[["system", "edition"]].to_numpy()))
    for system, family in rows.groupby("system")["family"]:
        assert family.nunique() == 1, system
    one_item = table("severity").drop_duplicates(["analyte", "item"])
    assert one_item["analyte"].is_unique, "a value has one line"
    assert rows[rows["paired"]].groupby("name").size().min() > 1, "what is compared has something beside it"


# --- the lower limit of normal ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "person", "item", "expected"),
    [
        ({"plt": 634}, {"age_y": 0.75}, "platelets", 0),
        ({"wbc": 55.9}, {"age_y": 17, "sex": "male"}, "white_cells", 0),
        ({"hb": 160}, {"age_y": 40}, "anemia", 0),
        ({"plt": 200}, {"age_y": 0.75}, "platelets", None),
        ({"wbc": 5.9}, {"age_y": 17, "sex": "male"}, "white_cells", None),
        ({"wbc": 55.9}, {"age_y": 0.1}, "white_cells", None),
        ({"wbc": 55.9}, {}, "white_cells", None),
        ({"plt": 60}, {"age_y": 0.75}, "platelets", 2),
    ],
)
def test_no_grade_is_said_where_every_limit_would_agree(values, person, item, expected):
    """Above the highest lower limit of any set there is no grade; not for people younger than all those sets."""
    found = grade(BloodCount.of(**values, **person), "ctcae", "6.0")[item]
    assert found.grade == expected
    if expected == 0:
        assert "none of the course puts it above" in found.reason
    if expected is None:
        assert found.reason.startswith("The mildest grade")


def printed(wbc: float) -> Value:
    """White cells with the interval that the report prints beside them."""
    return Value(wbc, own_low=4.8, own_high=10.8)


@pytest.mark.parametrize(("wbc", "expected"), [(4.0, 1), (4.79, 1), (4.8, 0), (2.5, 2)])
def test_the_limit_that_the_report_prints_comes_first(wbc, expected):
    count = BloodCount({"wbc": printed(wbc)}, Person(**ADULT))
    found = grade(count, "ctcae", "6.0")["white_cells"]
    assert found.grade == expected
    assert ("the one the report prints, 4.80" in found.reason) is (expected < 2)
    if wbc >= 4:
        assert grade(BloodCount.of(wbc=wbc, **ADULT), "ctcae", "6.0")["white_cells"].grade == 0, "Dorset begins at 4.0"
    assert "report prints" not in grade(count, "pancytopenia")["pancytopenia"].reason


def test_the_picture_draws_the_limit_that_the_report_prints():
    from helpers.pictures.count import CountPicture

    reported = BloodCount({"wbc": printed(4.4)}, Person(**ADULT))
    picture = CountPicture(BloodCount.of(wbc=4.4, **ADULT), ("wbc",))
    assert picture.strips["wbc"].lanes[0].bands[0].upper == 4.0 and "not low" in picture.point()
    picture.update(reported)
    assert picture.strips["wbc"].lanes[0].bands[0].upper == 4.8
    assert "CTCAE grade 1" in picture.describe()
