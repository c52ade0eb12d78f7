"""The data: does it keep its own rules, and would it notice if it did not?"""

import csv
import json
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from frictionless import Check, Checklist, Package, errors

from helpers import dictionary
from helpers.evidence import DATA, constant, source, table
from helpers.questions import bank

PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
TABLES = [resource["name"] for resource in PACKAGE["resources"]]
SOURCED = [name for name in TABLES if name != "sources"]
GRADED = [resource["name"] for resource in PACKAGE["resources"] if "confidence" in table(resource["name"]).columns]


class KnownSources(Check):
    """Every key of a ``source`` column is a row of sources.csv; several keys are separated by a space."""

    type = "known-sources"
    Errors = [errors.RowConstraintError]  # noqa: RUF012 (frictionless wants a plain list)

    def __init__(self, known: set[str]) -> None:
        super().__init__()
        self.known = known

    def validate_row(self, row):
        for key in (row.get("source") or "").split():
            if key not in self.known:
                yield errors.RowConstraintError.from_row(row, note=f"no source has the key {key}")


def near(name: str) -> set[str]:
    """A table, those that refer to it, and those that any of them refers to; all tables have sources."""
    if name == "sources":
        return set(TABLES)
    refers = {
        one["name"]: {key["reference"]["resource"] for key in one["schema"].get("foreignKeys", [])}
        for one in PACKAGE["resources"]
    }
    users = {name} | {one for one in TABLES if name in refers[one]}
    return users.union(*(refers[one] for one in users)) - {""}


def problems(folder: Path) -> list[tuple[str, str]]:
    """What is wrong with the tables of a folder: (table, kind of error), empty when all is well."""
    with open(folder / "sources.csv", encoding="utf-8", newline="") as file:
        known = {row["key"] for row in csv.DictReader(file)}
    report = Package((folder / "datapackage.json").as_posix()).validate(Checklist(checks=[KnownSources(known)]))
    assert not report.errors
    return [(task.name, error.type) for task in report.tasks for error in task.errors]


def spoil(folder: Path, name: str, change: Callable[[list[dict[str, str]]], object]) -> list[tuple[str, str]]:
    """Copy the data near a table, change its rows, and report what the schema then finds."""
    copy = folder / "data"
    shutil.copytree(DATA, copy)
    tables = [one for one in PACKAGE["resources"] if one["name"] in near(name)]
    (copy / "datapackage.json").write_text(json.dumps(PACKAGE | {"resources": tables}), encoding="utf-8")
    with open(copy / f"{name}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with open(copy / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return problems(copy)


def put(column: str, text: str) -> Callable[[list[dict[str, str]]], object]:
    return lambda rows: rows[0].update({column: text})


def drop(key: str) -> Callable[[list[dict[str, str]]], object]:
    return lambda rows: rows.remove(next(row for row in rows if row["key"] == key))


def test_the_data_keeps_its_schema():
    assert problems(DATA) == []


@pytest.mark.parametrize(
    ("name", "change", "error"),
    [
        pytest.param("patients", put("hb_g_per_l", "seventy"), "type-error", id="text for a number"),
        pytest.param("patients", put("hb_g_per_l", "-3"), "constraint-error", id="a negative hemoglobin"),
        pytest.param("patients", put("hb_g_per_l", "44000"), "constraint-error", id="an impossible hemoglobin"),
        pytest.param("patients", put("sex", "m"), "constraint-error", id="a sex the schema does not know"),
        pytest.param("patients", put("diagnosis", ""), "constraint-error", id="a patient without a diagnosis"),
        pytest.param("severity", put("grade", "6"), "constraint-error", id="a grade 6"),
        pytest.param("severity", put("confidence", "U"), "constraint-error", id="an unverified figure"),
        pytest.param("severity", put("confidence", "M"), "constraint-error", id="a figure from memory"),
        pytest.param("definitions", put("operator", ">"), "constraint-error", id="an operator turned around"),
        pytest.param("reference_intervals", put("set", "my_lab"), "foreign-key", id="an unknown reference set"),
        pytest.param("reference_intervals", put("trimester", "4"), "constraint-error", id="a fourth trimester"),
        pytest.param("analytes", put("loinc", "718"), "constraint-error", id="a LOINC code without check digit"),
        pytest.param("constants", put("source", ""), "constraint-error", id="a figure without a source"),
        pytest.param("patients", put("source", ""), "constraint-error", id="a patient without a source"),
        pytest.param("constants", put("source", "SOMEBODY"), "row-constraint", id="an unknown source"),
        pytest.param("glossary", put("source", "COURSE SOMEBODY"), "row-constraint", id="one unknown of two sources"),
        pytest.param("patients", put("source", "CRS-999"), "foreign-key", id="a patient whose paper is missing"),
        pytest.param("sources", lambda rows: rows.append(dict(rows[0])), "primary-key", id="a source twice"),
        pytest.param("patients", lambda rows: rows.append(dict(rows[0])), "primary-key", id="a patient twice"),
        pytest.param("severity", lambda rows: rows.append(dict(rows[0])), "unique-error", id="a criterion twice"),
        pytest.param("definitions", lambda rows: rows.append(dict(rows[0])), "primary-key", id="a limit twice"),
        pytest.param("units", lambda rows: rows.append(dict(rows[0])), "primary-key", id="a unit twice"),
        pytest.param("films", put("seg_pct", "140"), "constraint-error", id="a share of 140 percent"),
        pytest.param("film_signs", put("film", "nobody"), "foreign-key", id="a sign of an unknown film"),
        pytest.param("film_signs", put("sign", "star"), "foreign-key", id="a sign that is no kind of cell"),
        pytest.param("film_cells", put("cell", "heart"), "foreign-key", id="a film cell that is no blood cell"),
        pytest.param("film_cells", put("drawn_um", "0"), "constraint-error", id="a cell without width"),
        pytest.param("lives", put("cell", "heart"), "foreign-key", id="the life of an unknown cell"),
        pytest.param("lives", put("quantity", "years"), "constraint-error", id="an unknown quantity"),
        pytest.param("findings", put("topic", "pain"), "constraint-error", id="an unknown topic"),
        pytest.param("film_factors", lambda rows: rows.append(dict(rows[0])), "primary-key", id="a factor twice"),
        pytest.param("sources", put("read_on", ""), "constraint-error", id="a source without a date"),
        pytest.param("sources", put("read_on", "2026-13-01"), "type-error", id="a day that does not exist"),
        pytest.param("clues", put("reviewed_on", ""), "constraint-error", id="a clinical row without a date"),
        pytest.param("sources", drop("CRS-001"), "foreign-key", id="a patient's paper that was removed"),
        pytest.param("sources", drop("CTCAE5"), "row-constraint", id="a source that was removed"),
    ],
)
def test_the_schema_rejects(tmp_path, name, change, error):
    kinds = [kind for _, kind in spoil(tmp_path, name, change)]
    assert error in kinds, f"expected {error}, found {kinds}"


@pytest.mark.parametrize("name", SOURCED)
def test_every_row_names_known_sources(name):
    known = set(table("sources")["key"])
    for keys in table(name)["source"]:
        assert set(keys.split()) <= known


def test_every_source_can_be_followed():
    for row in table("sources").to_dict("records"):
        if row["kind"] != "course":
            assert source(row["key"]).link, f"{row['key']} has no address"
        assert not re.search(r"elogim|ehb\.be|webvpn|scribd|ipaddr|localhost|127\.0", str(row["url"])), row["key"]


def test_every_source_is_used():
    used = {key for name in SOURCED for keys in table(name)["source"] for key in keys.split()}
    used |= {key for name in bank.notebooks() + bank.forms() for one in bank.exercises(name) for key in one.sources}
    assert set(table("sources")["key"]) - used == set()


@pytest.mark.parametrize("name", GRADED)
def test_a_weak_source_comes_with_a_caution(name):
    weak = table(name).query("confidence == 'C'")
    assert weak["note"].str.startswith(("Caution", "Weak")).all()


@pytest.mark.parametrize("name", [item for item in GRADED if item != "sources"])
def test_a_row_is_no_surer_than_a_machine_written_page(name):
    weak = set(table("sources").query("confidence == 'C'")["key"])
    for row in table(name).to_dict("records"):
        if set(row["source"].split()) <= weak:
            assert row["confidence"] == "C", row


def test_bands_are_contiguous_and_do_not_overlap():
    """Going down: each band ends where the one above begins; only the top one ends at the lower limit of normal."""
    counted = table("severity").dropna(subset=["lower", "upper"], how="all")
    for key, bands in counted.groupby(["system", "edition", "item", "group"], dropna=False):
        bands = bands.sort_values("grade")
        assert bands["grade"].is_unique, key
        top, *middle, bottom = bands.to_dict("records")
        assert pd.isna(top["upper"]) or (top["upper"] == 1.5 and key[:3] == ("ctcae", "6.0", "neutrophils")), key
        assert pd.isna(bottom["lower"]), key
        for above, below in zip([top, *middle], [*middle, bottom], strict=True):
            assert below["upper"] == above["lower"], key
            assert not below["lower_limit_normal"], key
        ends = bands[["lower", "upper"]].dropna()
        assert (ends["lower"] < ends["upper"]).all(), key


def test_only_ctcae_leans_on_the_laboratory():
    leaning = table("severity").query("lower_limit_normal")
    assert set(leaning["system"]) == {"ctcae"}
    assert set(leaning["grade"]) == {1}
    assert leaning["upper"].isna().all()
    assert leaning.query("edition == '6.0' and item == 'neutrophils'").empty


def test_what_a_count_cannot_settle_says_so():
    numberless = table("severity").query("lower.isna() and upper.isna() and not lower_limit_normal")
    assert numberless["clinical"].notna().all()
    assert table("severity")["grade"].notna().all(), "no edition drops a line"


def test_groups_share_out_everybody_once():
    """From six months on, every age, sex and stage of pregnancy is in exactly one group of each edition."""
    people = [(age, sex, 0) for age in (0.5, 1.99, 2, 4.9, 5, 11.9, 12, 14.9, 15, 80) for sex in ("female", "male")]
    people += [(age, "female", trimester) for age in (15, 30) for trimester in (1, 2, 3)]
    for edition, groups in table("groups").groupby("edition"):
        for age, sex, trimester in people:
            inside = groups[
                (groups["age_low_y"].fillna(0) <= age)
                & (age < groups["age_high_y"].fillna(float("inf")))
                & groups["sex"].isin(["any", sex])
                & ((groups["trimester"] == trimester).fillna(trimester == 0))
            ]
            assert len(inside) == 1, (edition, age, sex, trimester, list(inside["group"]))


def test_groups_and_their_limits_belong_together():
    graded = table("severity").query("system == 'who_anemia'")
    assert set(graded["group"]) == set(table("groups")["group"])
    for key, bands in graded.groupby(["edition", "group"]):
        assert sorted(bands["grade"]) == [0, 1, 2, 3], key


def test_reference_intervals_are_in_order():
    rows = table("reference_intervals")
    assert (rows["low"].fillna(-1) < rows["high"].fillna(float("inf"))).all()
    assert (rows["age_low_y"].fillna(0) < rows["age_high_y"].fillna(float("inf"))).all()
    assert rows[["low", "high"]].notna().any(axis=1).all()
    limits = rows.merge(table("analytes"), left_on="analyte", right_on="name")
    assert (limits["high"].fillna(0) <= limits["plausible_high"]).all()


def test_nobody_has_two_reference_intervals():
    for key, rows in table("reference_intervals").groupby(["set", "analyte", "duffy"]):
        rows = rows.to_dict("records")
        for number, one in enumerate(rows):
            for other in rows[number + 1 :]:
                same_sex = one["sex"] == other["sex"] or "any" in (one["sex"], other["sex"])
                stages = (one["trimester"], other["trimester"])
                same_stage = pd.isna(stages[0]) or pd.isna(stages[1]) or stages[0] == stages[1]
                ages = [
                    tuple(pd.Series([r["age_low_y"], r["age_high_y"]]).fillna({0: 0, 1: 999})) for r in (one, other)
                ]
                same_age = ages[0][0] < ages[1][1] and ages[1][0] < ages[0][1]
                assert not (same_sex and same_stage and same_age), (key, one["id"], other["id"])


def test_the_default_chain():
    chain = table("reference_sets").dropna(subset="default_rank").sort_values("default_rank")
    assert list(chain["set"]) == ["duffy_null_usa", "pregnancy", "dorset"]


def test_no_interval_is_chosen_by_race():
    for name in ("reference_sets", "reference_intervals"):
        text = (DATA / f"{name}.csv").read_text(encoding="utf-8").lower()
        assert not re.search(r"\b(black|white|race|ethnic|african|caucasian)\b", text)


def test_definitions_have_their_lineages():
    for key, rows in table("definitions").groupby("definition"):
        assert set(rows["lineage"]) == {"red", "white", "platelets"}, key
        assert rows["required"].nunique() == rows["label"].nunique() == 1, key
        for _, same in rows.groupby(["lineage", "analyte"]):
            assert set(same["sex"]) in ({"any"}, {"female", "male"}), key


def test_elevation_steps_meet_and_agree_with_the_equation():
    rows = table("adjustments").query("quantity == 'elevation'")
    for _, steps in rows.query("method == 'steps'").groupby("edition"):
        assert list(steps["low"])[1:] == list(steps["high"])[:-1]
        assert steps["subtract_g_per_l"].is_monotonic_increasing
    equation = rows.query("method == 'equation'").iloc[0]
    for step in rows.query("edition == '2024' and method == 'steps' and low > 0").dropna(subset="high").itertuples():
        middle = (step.low + step.high) / 2
        assert abs(equation["per_m"] * middle + equation["per_m2"] * middle**2 - step.subtract_g_per_l) < 1


def test_maturation_bands_meet():
    for scheme, rows in table("maturation").groupby("scheme"):
        rows = rows.sort_values("hct_low_pct")
        if scheme == "interpolated":
            assert (rows["hct_low_pct"] == rows["hct_high_pct"]).all()
        else:
            assert list(rows["hct_high_pct"])[:-1] == list(rows["hct_low_pct"])[1:]
            assert rows["factor"].is_monotonic_decreasing


def test_ipss_r_bands_meet():
    rows = table("ipss_r")
    for item, bands in rows[rows["item"] != "cytogenetics"].groupby("item"):
        bands = bands.sort_values("low", na_position="first").to_dict("records")
        assert pd.isna(bands[0]["low"]) and pd.isna(bands[-1]["high"]), item
        for below, above in pairwise(bands):
            assert below["high"] == above["low"], item
            assert below["high_included"] != above["low_included"], (item, "the limit belongs to exactly one band")
    assert rows.groupby("item")["points"].max().drop("category").sum() == 10


def test_units_and_analytes_belong_together():
    units, analytes = table("units"), table("analytes")
    assert set(analytes["dimension"]) == set(units["dimension"])
    for row in analytes.itertuples():
        own = units.query("dimension == @row.dimension and unit == @row.unit")
        assert list(own["factor"]) == [1], f"{row.name} is kept in {row.unit}, whose factor must be 1"
        assert row.plausible_low < row.plausible_high and row.axis_low < row.axis_high
        assert row.axis_scale == "linear" or row.axis_low > 0
        assert row.column.startswith(row.name.removesuffix("_pct"))
    assert (units.groupby("dimension")["conventional"].sum() == 1).all()
    assert (units["factor"] > 0).all()


def test_no_spelling_has_two_meanings():
    for dimension, rows in table("units").groupby("dimension"):
        spellings = [text for cell in rows["spellings"] for text in cell.split("|")]
        twice = {text for text in spellings if spellings.count(text) > 1}
        assert not twice, (dimension, twice)
    codes = [code for pair in table("analytes")[["loinc", "loinc_other"]].fillna("").to_numpy() for code in pair]
    codes = " ".join(codes).split()
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("code", [code for code in table("analytes")["loinc"].dropna()])
def test_loinc_check_digit(code):
    """The last digit of a LOINC code follows from the others (Luhn)."""
    digits = [int(digit) for digit in code.replace("-", "")][::-1]
    doubled = [sum(divmod(2 * digit, 10)) if place % 2 else digit for place, digit in enumerate(digits)]
    assert sum(doubled) % 10 == 0


def test_each_printed_unit_error_is_refused_by_its_size_or_its_kind():
    """Taken as printed, the value is outside what a living person could have, or the unit is of another kind."""
    analytes, units = table("analytes").set_index("name"), table("units")
    for error in table("unit_errors").itertuples():
        analyte = analytes.loc[error.analyte]
        known = units[units["dimension"] == analyte["dimension"]]
        unit = error.printed_unit.replace("µ", "u")
        fitting = [row.factor for row in known.itertuples() if unit in row.spellings.split("|")]
        if not fitting:
            assert (error.id, error.printed_unit) == ("U9", "g/L")
            continue
        amount = error.printed * fitting[0]
        assert not analyte["plausible_low"] <= amount <= analyte["plausible_high"], error.id


# --- published patients


def _number(text: str) -> float:
    """Read a number as printed: 41,000 and 3.500 are thousands; 3,7 and 9.46 have a decimal part."""
    text = re.sub(r"(?<=\d)[.,  ](?=\d{3}(\D|$))", "", text)
    return float(text.replace(",", "."))


def _count(printed: str, bare_per_ul_from: float = 1000) -> float | None:
    """A printed cell count in 10^9/L, or None where the print is not regular. A large bare number is per µL."""
    found = re.fullmatch(r"(\d[\d., ]*\d|\d)\s*(.*)", printed)
    if not found:
        return None
    digits, unit = found[1], found[2].lower()
    if re.match(r"(x\s*)?(10\^9|10\(9\))|x?10\^3|^k/ul|^g/l$", unit):
        return float(digits.replace(",", "."))
    amount = _number(digits)
    if re.match(r"(x\s*)?(/?\s*mm3|/mmc|/ul|/ml|/l)$", unit) or (unit == "" and amount >= bare_per_ul_from):
        return amount / 1000
    return amount if unit == "" else None


def test_hemoglobin_agrees_with_what_is_printed():
    checked = 0
    for row in table("patients").dropna(subset=["hb_printed", "hb_g_per_l"]).itertuples():
        if row.patient in {"CRS-044", "CRS-076"}:  # printed g/L, g/dL meant: the note says so
            assert row.hb_g_per_l == 10 * _number(row.hb_printed.split()[0]) and "g/dL" in row.note
            continue
        found = re.match(r"(?:hg )?([\d.,]+)\s*(mmol/l|g/l)?", row.hb_printed, flags=re.IGNORECASE)
        unit, amount = (found[2] or "").lower(), _number(found[1])
        factor = 16.1134 if unit == "mmol/l" else 1 if unit == "g/l" or amount > 30 else 10
        assert row.hb_g_per_l == pytest.approx(amount * factor, abs=0.2), row.patient
        checked += 1
    assert checked > 70


@pytest.mark.parametrize(
    ("printed", "column", "bare_per_ul_from", "least"),
    [("wbc", "wbc_e9_per_l", 100, 65), ("plt", "plt_e9_per_l", 1000, 70)],
)
def test_cell_counts_agree_with_what_is_printed(printed, column, bare_per_ul_from, least):
    irregular = {"CRS-036", "CRS-078"}  # "58.800K/ul" and "G/l" for /mm3: the note says so
    checked = 0
    for row in table("patients").dropna(subset=[f"{printed}_printed", column]).to_dict("records"):
        amount = _count(row[f"{printed}_printed"], bare_per_ul_from)
        if row["patient"] in irregular:
            assert re.search(r"thousands|slip", row["note"])
        elif amount is not None:
            assert row[column] == pytest.approx(amount), (row["patient"], row[f"{printed}_printed"])
            checked += 1
    assert checked >= least


def test_neutrophils_are_printed_or_computed_as_said():
    rows = table("patients")
    assert (rows["anc_e9_per_l"].notna() == rows["anc_from"].notna()).all()
    for row in rows.query("anc_from == 'computed'").itertuples():
        share = sum(float(number) for number in re.findall(r"([\d.]+)\s*%", row.anc_printed))
        assert row.anc_e9_per_l == pytest.approx(row.wbc_e9_per_l * share / 100, rel=0.01), row.patient
    for row in rows.query(
        "anc_from == 'printed' and anc_printed.str.fullmatch(r'[\\d.,]+\\s*(/?mm3|/ul|/uL|/ml)')"
    ).itertuples():
        assert row.anc_e9_per_l == pytest.approx(_count(row.anc_printed)), row.patient


def test_parts_are_no_larger_than_the_whole():
    rows = table("patients")
    for part in ("anc_e9_per_l", "alc_e9_per_l"):
        assert (rows[part].fillna(0) <= rows["wbc_e9_per_l"].fillna(float("inf"))).all()


def test_patients_stay_inside_the_screening_limits():
    for analyte in table("analytes").itertuples():
        if analyte.column in table("patients").columns:
            seen = table("patients")[analyte.column].dropna()
            seen = seen[seen > 0]
            assert seen.between(analyte.plausible_low, analyte.plausible_high).all(), analyte.name


def test_pancytopenia_follows_the_default_definition():
    """All three lines low: yes; one known not to be low: no; otherwise it cannot be told."""
    rows = table("definitions").query("definition == 'statpearls'")
    limit = {(row.analyte, row.sex): row.limit for row in rows.itertuples()}
    stated = {"CRS-016": "yes", "CRS-096": "no"}  # printed as "<"; a true count that is normal
    for row in table("patients").to_dict("records"):
        low_hb = row["hb_g_per_l"] < limit.get(("hb", row["sex"]), float("nan"))
        red = None if pd.isna(row["hb_g_per_l"]) or pd.isna(row["sex"]) else low_hb
        whites = [(row["wbc_e9_per_l"], limit["wbc", "any"]), (row["anc_e9_per_l"], limit["anc", "any"])]
        counted = [value < bound for value, bound in whites if not pd.isna(value)]
        white = any(counted) if counted else None
        platelets = None if pd.isna(row["plt_e9_per_l"]) else row["plt_e9_per_l"] < limit["plt", "any"]
        lines = (red, white, platelets)
        expected = "no" if False in lines else "cannot tell" if None in lines else "yes"
        assert row["pancytopenia"] == stated.get(row["patient"], expected), row["patient"]


def test_every_patient_has_a_paper_of_their_own():
    rows = table("patients")
    assert (rows["patient"] == rows["source"]).all()
    for key in rows["source"]:
        paper = source(key)
        assert paper.doi or paper.pmid or paper.pmcid or paper.url


def test_what_was_corrected_stays_corrected():
    rows = table("patients").set_index("patient")
    assert pd.isna(rows.loc["CRS-043", "age_y"])
    assert rows.loc["CRS-013", ["hb_g_per_l", "anc_e9_per_l"]].tolist() == [57, 1.363]
    assert pd.isna(rows.loc["CRS-054", "plt_e9_per_l"]) and pd.isna(rows.loc["CRS-038", "anc_e9_per_l"])
    assert pd.isna(rows.loc["CRS-011", "anc_e9_per_l"]) and pd.isna(rows.loc["CRS-096", "plt_e9_per_l"])
    assert rows.loc["CRS-084", "counts_from"] == "before treatment"
    assert rows.loc["CRS-046", "age_y"] < 68
    assert "citrate" in rows.loc["CRS-096", "diagnosis"]
    assert not {"CRS-020", "CRS-025", "CRS-045", "CRS-088"} & set(rows.index)  # nothing a reader could follow
    assert (rows.loc[["CRS-008", "CRS-010", "CRS-015", "CRS-044"], "pancytopenia"] == "no").all()


def test_severity_in_another_language_is_translated():
    rows = table("patients").dropna(subset="severity_as_stated")
    foreign = rows["severity_as_stated"].str.contains(
        r"grav|sever[ao]|bicit|febril$|riesgo|grado|leucopenia|estudio|intermedio|citopenia", regex=True
    )
    assert (foreign == rows["severity_in_english"].notna()).all()


# --- cells, their lives, what low counts do, and the teaching films

FILM_TABLES = ("cells", "lives", "findings", "film_cells", "films", "film_signs", "film_factors")
Tables = dict[str, pd.DataFrame]
SHARES = ["seg_pct", "band_pct", "lymph_pct", "mono_pct", "eos_pct", "baso_pct", "blast_pct", "other_pct"]


def differential_is_not_100(tables: Tables) -> list[str]:
    films = tables["films"].set_index("film")
    return list(films.index[(films[SHARES].sum(axis=1) - 100).abs() > 0.5])


def indices_do_not_fit(tables: Tables) -> list[str]:
    """Films whose hemoglobin, red cells and MCV give red cells no blood has: MCHC outside 270 to 360 g/L."""
    films = tables["films"].set_index("film")
    mchc = 1000 * films["hb"] / (films["rbc"] * films["mcv"])
    return list(films.index[~mchc.between(270, 360)])


def count_is_not_plausible(tables: Tables) -> list[str]:
    limits = table("analytes").set_index("name")
    films = tables["films"].set_index("film")
    return [
        f"{film}: {name}"
        for name in ("rbc", "mcv", "rdw", "hb", "wbc", "plt", "retic", "nrbc")
        for film, value in films[name].items()
        if value and not limits.loc[name, "plausible_low"] <= value <= limits.loc[name, "plausible_high"]
    ]


def other_cells_lack_a_kind(tables: Tables) -> list[str]:
    films, kinds = tables["films"], set(tables["film_cells"]["kind"])
    return list(films.loc[(films["other_pct"] > 0) != films["other_kind"].isin(kinds), "film"])


def sign_is_counted_among_others(tables: Tables) -> list[str]:
    among = tables["film_cells"].set_index("kind")["of"]
    signs = tables["film_signs"]
    return list(signs.loc[signs["sign"].map(among) != signs["of"], "sign"])


def signs_are_more_than_the_cells(tables: Tables) -> list[str]:
    shares = tables["film_signs"].groupby(["film", "of"])["share_pct"].sum()
    return [film for (film, _), share in shares.items() if share > 100]


def basis_and_source_disagree(tables: Tables) -> list[str]:
    """A published share needs a source beside the course; a drawing choice says that it is one, and is graded D."""
    signs = tables["film_signs"]
    own, choice = signs["source"] == "COURSE", signs["note"].fillna("").str.startswith("A drawing choice")
    good = (signs["basis"] == "published") & ~signs["source"].str.split().map(lambda keys: "COURSE" in keys)
    good |= (signs["basis"] == "course") & own & choice & (signs["confidence"] == "D")
    return list(signs.loc[~good, "sign"])


def size_is_not_as_printed(tables: Tables) -> list[str]:
    """Drawn inside the printed range, or the note says why not."""
    cells = tables["film_cells"].set_index("kind")
    inside = (cells["diameter_low_um"] <= cells["drawn_um"]) & (cells["drawn_um"] <= cells["diameter_high_um"])
    said = cells["note"].fillna("").str.contains("drawing choice|Only an upper limit is printed")
    return list(cells.index[~(inside | said)])


def spread_leaves_the_printed_range(tables: Tables) -> list[str]:
    """Two standard deviations of the drawn size stay within a quarter beyond the printed range."""
    cells = tables["film_cells"].dropna(subset=["diameter_low_um", "diameter_high_um"]).set_index("kind")
    reach = 2 * cells["drawn_um"] * cells["spread_pct"] / 100
    width = 0.25 * (cells["diameter_high_um"] - cells["diameter_low_um"])
    low, high = cells["diameter_low_um"] - width, cells["diameter_high_um"] + width
    return list(cells.index[(cells["drawn_um"] - reach < low - 0.5) | (cells["drawn_um"] + reach > high + 0.5)])


def does_not_come_from_the_stem_cell(tables: Tables) -> list[str]:
    parent = tables["cells"].set_index("cell")["descends_from"].to_dict()
    lost = []
    for cell in parent:
        seen, here = [], cell
        while here in parent and not pd.isna(parent[here]) and here not in seen:
            seen.append(here)
            here = parent[here]
        if here != "stem_cell":
            lost.append(cell)
    return lost


def range_does_not_hold_its_value(tables: Tables) -> list[str]:
    wrong = []
    for name in ("lives", "findings"):
        rows = tables[name]
        low, value, high = (rows[column] for column in ("low", "value", "high"))
        crossed = (low > value) | (value > high) | (low > high)
        lone = (low.isna() != high.isna()) | (value.isna() & low.isna() & (rows["unit"] != "words"))
        wrong += list(rows.loc[crossed | lone, "id"])
    return wrong


def exposure_is_turned_around(tables: Tables) -> list[str]:
    rows = tables["findings"]
    return list(rows.loc[rows["exposure_low"] > rows["exposure_high"], "id"])


def percentage_is_not_events_over_people(tables: Tables) -> list[str]:
    rows = tables["findings"].query("unit == '%'").dropna(subset=["n", "events", "value"])
    off = (100 * rows["events"].astype(float) / rows["n"].astype(float) - rows["value"]).abs()
    return list(rows.loc[off > 0.6, "id"])


def words_and_numbers_are_mixed(tables: Tables) -> list[str]:
    rows = tables["findings"]
    return list(rows.loc[rows["value"].isna() != (rows["unit"] == "words"), "id"])


def derived_is_not_called_so(tables: Tables) -> list[str]:
    """What the course worked out is graded D, names the course among its sources and says how."""
    wrong = []
    for name in ("lives", "film_factors"):
        rows = tables[name]
        own = rows["source"].str.split().map(lambda keys: "COURSE" in keys)
        said = rows["note"].fillna("").str.startswith("Derived: ")
        wrong += list(rows.loc[(own != (rows["confidence"] == "D")) | (own != said), "id"])
    return wrong


def does_not_fit_the_picture(tables: Tables) -> list[str]:
    """Words that stand beside a picture are short."""
    long = [row for row in tables["lives"]["label"] if len(row) > 22]
    return long + [row for row in tables["findings"]["group"] if len(row) > 30]


RULES = (
    differential_is_not_100,
    indices_do_not_fit,
    count_is_not_plausible,
    other_cells_lack_a_kind,
    sign_is_counted_among_others,
    signs_are_more_than_the_cells,
    basis_and_source_disagree,
    size_is_not_as_printed,
    spread_leaves_the_printed_range,
    does_not_come_from_the_stem_cell,
    range_does_not_hold_its_value,
    exposure_is_turned_around,
    percentage_is_not_events_over_people,
    words_and_numbers_are_mixed,
    derived_is_not_called_so,
    does_not_fit_the_picture,
)


@pytest.mark.parametrize("broken", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_of_the_film_tables(broken):
    assert broken({name: table(name) for name in FILM_TABLES}) == []


@pytest.mark.parametrize(
    ("broken", "name", "where", "column", "wrong"),
    [
        (differential_is_not_100, "films", "normal", "lymph_pct", 47),
        (indices_do_not_fit, "films", "megaloblastic", "hb", 110),
        (count_is_not_plausible, "films", "ttp", "plt", 9999),
        (other_cells_lack_a_kind, "films", "hairy_cell", "other_kind", None),
        (other_cells_lack_a_kind, "films", "normal", "other_kind", "hairy_cell"),
        (sign_is_counted_among_others, "film_signs", "pelgeroid", "of", "red_cells"),
        (signs_are_more_than_the_cells, "film_signs", "macro_ovalocyte", "share_pct", 97),
        (basis_and_source_disagree, "film_signs", "schistocyte", "source", "COURSE BURNS2004"),
        (basis_and_source_disagree, "film_signs", "teardrop", "basis", "published"),
        (basis_and_source_disagree, "film_signs", "teardrop", "note", None),
        (size_is_not_as_printed, "film_cells", "monocyte", "drawn_um", 9),
        (size_is_not_as_printed, "film_cells", "schistocyte", "note", "No printed size."),
        (spread_leaves_the_printed_range, "film_cells", "lymphocyte", "spread_pct", 40),
        (does_not_come_from_the_stem_cell, "cells", "red_cell", "descends_from", "nobody"),
        (does_not_come_from_the_stem_cell, "cells", "myeloid_progenitor", "descends_from", "red_cell"),
        (does_not_come_from_the_stem_cell, "cells", "platelet", "descends_from", None),
        (range_does_not_hold_its_value, "lives", "red_life", "value", 300),
        (range_does_not_hold_its_value, "lives", "stem_number", "low", None),
        (range_does_not_hold_its_value, "lives", "red_pool", "value", None),
        (range_does_not_hold_its_value, "findings", "uhl2017_plt_5", "low", 4),
        (exposure_is_turned_around, "findings", "carson2002_death_71_80", "exposure_low", 800),
        (percentage_is_not_events_over_people, "findings", "topps_none", "events", 115),
        (words_and_numbers_are_mixed, "findings", "slichter2021_words", "unit", "%"),
        (derived_is_not_called_so, "lives", "red_loss", "confidence", "A"),
        (derived_is_not_called_so, "film_factors", "rbc_atlas", "note", None),
        (does_not_fit_the_picture, "lives", "red_life", "label", "how long a red cell lives"),
    ],
)
def test_the_rule_notices(broken, name, where, column, wrong):
    """Every rule above is seen to fail."""
    tables = {other: table(other) for other in FILM_TABLES}
    rows = tables[name].copy()
    key = {"film_signs": "sign"}.get(name, rows.columns[0])
    rows.loc[rows[key] == where, column] = wrong
    assert broken(tables) == []
    assert broken(tables | {name: rows})


def test_constants_and_tables_say_the_same():
    lives = table("lives").set_index("id")
    assert constant("platelet_life_d") == lives.loc["platelet_life", "value"]
    assert constant("platelet_marrow_d") == lives.loc["megakaryocyte_transit", "value"]
    marrow = lives.loc[["erythroblast_transit", "reticulocyte_marrow"], "value"].sum()
    assert constant("red_cell_marrow_d") == pytest.approx(marrow, abs=0.1)
    life = constant("red_cell_chain_stages") * constant("red_cell_chain_stage_d")
    assert life == pytest.approx(lives.loc["red_life_gamma", "value"], abs=1)
    assert lives.loc["red_loss", "value"] == pytest.approx(100 / lives.loc["red_life_gamma", "value"], abs=0.005)
    per_liter = lives.loc["platelet_production", "value"]
    assert lives.loc["platelet_production_body", "value"] == pytest.approx(5e9 * per_liter, rel=0.02)
    low, high = (constant(f"oxygen_normal_need_{end}_ml_per_min") for end in ("low", "high"))
    assert low < constant("oxygen_normal_need_ml_per_min") < high
    cell = table("film_cells").set_index("kind").loc["red_cell"]
    assert cell["drawn_um"] == constant("film_red_cell_diameter_um")


def test_the_teaching_films_are_what_they_are_called():
    """Severe aplastic anemia meets its criteria, leukemia has its blasts, and hidden platelets are hidden."""
    films = table("films").set_index("film")
    neutrophils = films["wbc"] * (films["seg_pct"] + films["band_pct"]) / 100
    limits = table("aplastic").query("tier == 'severe' and part == 'blood'").groupby("analyte")["limit"].min()
    severe, lesser = films.loc["aplastic_severe"], films.loc["aplastic_non_severe"]
    assert neutrophils["aplastic_severe"] < limits["anc"] and severe["plt"] < limits["plt"]
    assert severe["retic"] < limits["retic"]
    met = (neutrophils["aplastic_non_severe"] < limits["anc"], lesser["plt"] < limits["plt"])
    assert sum(met) == 0
    assert films.loc["acute_leukemia", "blast_pct"] >= constant("blast_limit_pct")
    signs = table("film_signs").set_index(["film", "sign"])["share_pct"]
    assert signs["ttp", "schistocyte"] > constant("schistocyte_limit_pct") > signs["normal", "schistocyte"]
    single = films.loc["edta_clumps", "plt"]
    assert single / (1 - signs["edta_clumps", "platelet_clump"] / 100) == pytest.approx(220, rel=0.02)
    assert (films.drop(["normal", "edta_clumps", "iron_lack"])["hb"] < 120).all()


def test_text_is_in_us_spelling():
    british = re.compile(
        r"anaemi|haem[aoe]|leukaemi|oedema|tumour|paediatr|leucocyt|normalis|ciclosporin|neutropaen", re.I
    )
    columns = ["diagnosis", "mechanism", "treatment", "outcome", "marrow", "spleen", "note", "other_labs"]
    for column in columns:
        assert not table("patients")[column].dropna().str.contains(british).any(), column
    assert not table("glossary")["meaning"].str.contains(british).any()
    assert not table("constants")["meaning"].str.contains(british).any()
    for name, column in (("cells", "job"), ("cells", "when_low"), ("film_cells", "look"), ("findings", "who")):
        assert not table(name)[column].dropna().str.contains(british).any(), name


def test_how_many_there_are():
    patients = table("patients")
    counted = patients.dropna(subset=["hb_g_per_l", "wbc_e9_per_l", "plt_e9_per_l"])
    assert (len(patients), len(counted)) == (91, 62)
    assert len(table("unit_errors")) == 10
    assert len(table("glossary")) >= 70
    assert len(table("definitions").query("kind == 'pancytopenia'")["definition"].unique()) == 5


def test_the_dictionary_is_up_to_date():
    for name, text in dictionary.pages().items():
        assert (DATA / name).read_text(encoding="utf-8") == text, "run: python -m helpers.dictionary"


def test_the_dictionary_shows_every_column():
    text = dictionary.dictionary()
    for resource in PACKAGE["resources"]:
        for field in resource["schema"]["fields"]:
            assert field["title"] and field["description"] and f"| `{field['name']}` |" in text
