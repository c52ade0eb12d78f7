"""Drugs that do it: is each told in full, without a dose, and does what is not known say so?"""

from __future__ import annotations

import re

import pytest
from test_data import put, spoil

from helpers.blood.search.drugs import drug, drugs, not_said
from helpers.evidence import records, source
from helpers.panels.drugs import DrugPanel
from helpers.questions import bank

DOSE = re.compile(r"\d\s*(?:mg|µg|mcg|g/d|mL|IU|mg/m²)", re.I)
TOLD = ("what_it_does", "how_fast", "what_proves_it", "besides_stopping", "again")


def doses(rows) -> list[str]:
    return [row["drug"] for row in rows if any(DOSE.search(row[column] or "") for column in TOLD)]


def test_no_dose_is_given():
    assert doses(records("drugs")) == []


def test_a_dose_is_seen():
    assert doses([dict(records("drugs")[0]) | {"besides_stopping": "Folinic acid 15 mg"}]) == ["methotrexate"]


@pytest.mark.parametrize(
    ("name", "part", "words"),
    [
        ("methotrexate", "besides_stopping", "Folinic acid"),
        ("methotrexate", "besides_stopping", "folic acid is not the antidote"),
        ("thiopurines", "what_proves_it", "NUDT15"),
        ("thiopurines", "what_proves_it", "TPMT"),
        ("thiopurines", "besides_stopping", "allopurinol"),
        ("linezolid", "besides_stopping", "Another antibiotic"),
        ("heparin", "besides_stopping", "another anticoagulant"),
        ("heparin", "besides_stopping", "No platelets to prevent bleeding"),
        ("checkpoint", "besides_stopping", "ATG"),
        ("car_t", "besides_stopping", "G-CSF"),
        ("parp", "again", "not once MDS or leukemia is proven"),
        ("radioligand", "how_fast", "median of 41 months"),
        ("levamisole", "again", "comes back with the next use"),
        ("deferiprone", "again", "Not where the marrow fails"),
        ("metformin", "besides_stopping", "It goes on: vitamin B12 is given"),
        ("nitrous_oxide", "what_proves_it", "often normal"),
        ("gold", "what_it_does", "empties for good"),
        ("radioligand", "note", "radium-223"),
        ("antithyroid", "again", "No"),
        ("metamizole", "besides_stopping", "Stop at the first sign"),
        ("metamizole", "how_fast", "shortly after it"),
    ],
)
def test_what_was_read_is_told(name, part, words):
    assert words in getattr(drug(name), part)


def test_what_was_not_read_says_so_and_is_no_permission():
    silent = [row["drug"] for row in records("drugs") if not row["again"]]
    assert silent and all(drug(name).again == not_said() for name in silent)
    assert "not tried again" in not_said()
    assert drug("methotrexate").again == not_said() != drug("clozapine").again


def test_every_drug_names_sources_that_can_be_followed():
    for one in drugs().values():
        assert all(source(key).link for key in one.source.split()), one.key


def test_the_answers_of_the_question_stand_in_the_table():
    """The key of cause-25 is written out; here it is held against the rows."""
    signs = {
        "antidote": "Folinic acid", "swap": "Another antibiotic", "lower": "Lower the dose first",
        "anticoagulant": "another anticoagulant", "antibiotics": "Broad antibiotics",
    }  # fmt: skip
    for name, answer in bank.exercise("cause-25").asks.right.items():
        fitting = [key for key, words in signs.items() if words in drug(name).besides_stopping]
        assert fitting == [answer], name


@pytest.mark.parametrize(
    ("ask", "message"),
    [(lambda: drug("water"), "no drug 'water'"), (lambda: DrugPanel("water"), "no drug 'water'")],
)  # fmt: skip
def test_what_there_is_not_is_told(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()


# --- the panel --------------------------------------------------------------------------------------------------------


def test_the_panel_tells_every_drug():
    panel = DrugPanel()
    for one in drugs().values():
        panel.chosen = one.key
        shown = panel.table()
        assert list(shown.index[:4]) == ["what it does", "what points to it", "besides stopping", "again?"], one.key
        assert f"Confidence {one.confidence}" in shown.loc["sources", "what is known"]
        assert panel.status.startswith(one.label) and one.label.split(",")[0] in panel.static_html()


def test_the_panel_says_how_fast_or_that_it_was_not_read():
    assert "after two weeks" in DrugPanel("linezolid").status
    assert DrugPanel("checkpoint").status.endswith("How fast: not said in what was read.")


def test_the_panel_moves_with_its_list():
    panel = DrugPanel()
    view = panel.view and panel.widgets
    view.choice.value = "heparin"
    assert panel.chosen == "heparin" and "platelet factor 4" in view.words.html
    panel.chosen = "alcohol"
    assert view.choice.value == "alcohol"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param(put("group", "sweets"), "constraint-error", id="a group there is none of"),
        pytest.param(put("besides_stopping", ""), "constraint-error", id="nothing beside stopping"),
        pytest.param(put("source", ""), "constraint-error", id="no source"),
    ],
)
def test_the_schema_rejects(tmp_path, change, error):
    assert error in [kind for _, kind in spoil(tmp_path, "drugs", change)]
