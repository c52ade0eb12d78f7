"""Does the one door to data/ hand out typed tables, and cite sources as one writes them?"""

import pandas as pd
import pytest

from helpers import evidence
from helpers.evidence import cite, cited, constant, forget_citations, records, source, table


def test_a_table_is_typed_by_its_schema():
    patients = table("patients")
    assert patients["hb_g_per_l"].dtype == "float64"
    assert table("severity")["grade"].dtype == "Int64"
    assert table("severity")["lower_limit_normal"].dtype == "boolean"


def test_a_table_handed_out_can_be_changed_without_harm():
    frame = table("patients")
    frame["wbc_e9_per_l"] = 0.0
    frame.loc[:, "hb_g_per_l"] = 0.0
    assert table("patients")[["hb_g_per_l", "wbc_e9_per_l"]].max().min() > 0


def test_an_unknown_table_constant_or_source_says_what_there_is():
    with pytest.raises(KeyError, match="patients"):
        table("patient")
    with pytest.raises(KeyError, match="normal_hct_pct"):
        constant("normal_hct")
    with pytest.raises(KeyError, match="data/sources"):
        source("NOBODY2099")
    with pytest.raises(FileNotFoundError, match="00_start_here"):
        evidence.questions("99_nothing")


def test_a_table_that_is_not_as_its_schema_says_is_refused(tmp_path, monkeypatch):
    for name in ("datapackage.json", "units.csv"):
        (tmp_path / name).write_bytes((evidence.DATA / name).read_bytes())
    units = tmp_path / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("dimension", "kind", 1), encoding="utf-8")
    monkeypatch.setattr(evidence, "DATA", tmp_path)
    for remembered in (evidence._schema, evidence._read, evidence.records):
        remembered.cache_clear()
    try:
        with pytest.raises(ValueError, match="schema says"):
            table("units")
    finally:
        monkeypatch.undo()
        for remembered in (evidence._schema, evidence._read, evidence.records):
            remembered.cache_clear()


def test_records_hold_none_where_a_cell_is_missing_and_cannot_be_changed():
    row = next(row for row in records("severity") if row["upper"] is None)
    with pytest.raises(TypeError):
        row["upper"] = 1


def test_short_names_of_sources():
    assert source("BEUTLER2006").short == "Beutler et al. 2006"
    assert source("RAGHAVAN2025").short == "Raghavan et al. 2025"
    assert source("BIOVAR1992").short == "Arch Pathol Lab Med 1992"
    assert all(source(key).short and source(key).text.endswith(".") for key in keys())


def keys():
    return [row["key"] for row in records("sources")]


def test_every_source_but_the_course_itself_can_be_followed():
    unlinked = {key for key in keys() if not source(key).link}
    assert all(source(key).kind == "course" for key in unlinked), unlinked


def test_citing_is_remembered_once_and_in_order():
    forget_citations()
    assert cite("WHO2024 CTCAE6") == f"{source('WHO2024').short}; {source('CTCAE6').short}"
    cite("CTCAE6")
    assert cited().index.tolist() == ["CTCAE6", "WHO2024"]
    assert isinstance(cited(), pd.DataFrame)
    forget_citations()
    assert cited().empty


def test_records_and_tables_hold_the_same():
    for name in evidence._schema():
        frame, rows = table(name), records(name)
        assert len(frame) == len(rows)
        for column in frame.columns:
            plain = [row[column] for row in rows]
            assert [None if pd.isna(cell) else cell for cell in frame[column]] == plain
