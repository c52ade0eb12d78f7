"""Does the one door to data/ hand out typed tables, and cite sources as one writes them?"""

import re
from dataclasses import dataclass

import pandas as pd
import pytest
from conftest import forget_citations

from helpers import evidence
from helpers.evidence import (
    cite,
    cited,
    constant,
    keyed,
    picked,
    records,
    source,
    sourced,
    table,
)


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
    assert source("BIOVAR1992").short == "Within-subject biological variation of … 1992", "no author is known"
    assert source("DRORACLE_PLT").label.endswith(" (weak)") and source("WHO2024").label == source("WHO2024").short
    assert all(source(key).short and source(key).text.endswith(".") for key in keys())


def keys():
    return [row["key"] for row in records("sources")]


def test_a_citation_is_a_whole_sentence_without_a_hole():
    hole = r"\s[.,;:)]|\(\s|\(\)|\.{2,}|[?!,;:]\.|,\s*,|  |\b(?:in|of|the|and|with|by|to|for|from|on|a|an)\.(?:\s|$)"
    texts = {key: source(key).text.removesuffix(f" {source(key).link}.") for key in keys()}
    names = {key: source(key).short for key in keys()}
    assert [(key, text) for key, text in texts.items() if re.search(hole, text)] == []
    assert [(key, name) for key, name in names.items() if not name or re.search(hole, name)] == []


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


def test_rows_are_shown_with_headings_and_with_sources_that_are_cited():
    forget_citations()
    shown = sourced(table("mechanisms").head(2), "label as way", "what as what happens", "retic")
    assert shown.index.name == "way" and list(shown.columns) == ["what happens", "retic", "source"]
    keys = [key for row in records("mechanisms")[:2] for key in row["source"].split()]
    assert set(cited().index) == set(keys)
    assert shown["source"].iloc[0] == cite(records("mechanisms")[0]["source"])
    forget_citations()


def test_the_first_column_named_names_the_rows_also_where_they_had_names():
    rows = table("mechanisms").set_index("mechanism")
    assert sourced(rows, "label", "retic").index.name == "label"
    assert list(sourced(rows, "mechanism", "retic").index) == list(rows.index)
    every = sourced("mechanisms")
    assert every.index.name == "mechanism"
    assert {every.index.name, *every.columns} == set(table("mechanisms").columns)


def test_a_column_there_is_none_of_is_not_shown_as_empty():
    with pytest.raises(KeyError, match="whatt"):
        sourced("mechanisms", "label", "whatt as what happens")


@dataclass(frozen=True)
class Way:
    key: str
    label: str
    retic: str
    letters: int


def test_rows_become_things_by_their_key():
    ways = keyed("mechanisms", "mechanism", Way, letters=lambda row: len(row["label"]))
    assert list(ways) == [row["mechanism"] for row in records("mechanisms")]
    for row in records("mechanisms"):
        expected = Way(row["mechanism"], row["label"], row["retic"] or "", len(row["label"]))
        assert ways[row["mechanism"]] == expected
    with pytest.raises(TypeError):
        ways["one more"] = None


def test_rows_without_a_key_are_left_out_and_a_wrong_key_lists_the_right_ones():
    lettered = keyed("six_films", "letter")
    assert set(lettered) == {row["letter"] for row in records("six_films") if row["letter"]}
    first = next(iter(lettered))
    assert picked(first, lettered, "film") is lettered[first]
    with pytest.raises(ValueError, match=rf"no film 'Z'\. Choose among: {first}, "):
        picked("Z", lettered, "film")
