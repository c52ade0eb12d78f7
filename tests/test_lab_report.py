"""Does a person's count look like a laboratory's report, and does it say the same as the flags?"""

from __future__ import annotations

import json
import re

import pytest
from conftest import NOTEBOOKS

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.core.derived import complete
from helpers.blood.core.units import ANALYTES
from helpers.blood.grading.reference import VERDICTS, flag
from helpers.blood.reports.text import read_report
from helpers.blood.search.patients import patient, patients
from helpers.panels.lab_report import SIGN, AsPrinted, AsRead, LabReport

WOMAN = patient("CRS-086").count


def rows(shown) -> dict[str, list[str]]:
    """Name of a value to its cells as HTML."""
    found = re.findall(r'<tr><th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', shown._repr_html_())
    return {words(name)[2:]: re.findall(r"<td[^>]*>(.*?)</td>", cells) for name, cells in found}


def words(html: str) -> str:
    return re.sub("<[^>]*>", "", html)


@pytest.mark.parametrize("key", [key for key, one in patients().items() if one.count.values])
def test_a_sign_stands_beside_what_is_flagged_and_nowhere_else(key):
    count = patient(key).count
    cells, flags = rows(LabReport(count)), flag(count)
    assert list(cells) == [ANALYTES[name].label for name in count.values]
    for one in flags:
        result, sign, interval = cells[ANALYTES[one.analyte].label]
        assert words(sign) == SIGN.get(one.verdict, "")
        assert ("<strong>" in result) == (one.verdict in SIGN), "what is outside its interval is bold"
        assert ("none for this person" in interval) == (not one.interval.known)


def test_the_signs_are_those_of_the_verdicts():
    assert set(SIGN) < set(VERDICTS)


def test_an_interval_has_its_unit_once_and_is_never_parted():
    _, _, interval = rows(LabReport(BloodCount.of(hb=72, age_y=75, sex="female")))["Hemoglobin"]
    assert re.fullmatch("\\d+ to \\d+\N{NO-BREAK SPACE}g/L", interval)


def test_a_value_that_no_set_covers_is_on_the_sheet_all_the_same():
    count = read_report("Age 75 Sex F\nWhite cells 1.5 x10^9/L\nSegmented 52 %")
    result, sign, interval = rows(LabReport(count))[ANALYTES["seg_pct"].label]
    assert ("52" in result, sign, interval) == (True, "", "none for this person")


def test_what_cannot_be_read_says_why_on_the_sheet():
    count = read_report("Hb 4.2, platelets 44, MCV 116.4")
    assert "<strong>" not in rows(AsRead(count))["Hemoglobin"][1] and count.why("hb") in words(
        rows(AsRead(count))["Hemoglobin"][1]
    ).replace("\N{NO-BREAK SPACE}", " ").replace("&quot;", '"')
    assert "1 value read, 2 cannot be told" in repr(AsRead(count))
    assert words(rows(LabReport(count))["Hemoglobin"][0]).startswith("cannot tell (")


def test_only_what_was_worked_out():
    count = complete(read_report("Hemoglobin 7,2 g/dl\nHematocrit 22 %\nRed cells 2.710.000 /µl"))
    assert list(rows(AsRead(count, computed=True))) == [ANALYTES[name].label for name in ("mcv", "mch", "mchc")]


def test_an_article_is_shown_in_its_own_words():
    cells = rows(AsPrinted("CRS-086"))
    assert words(cells["Hemoglobin"][0]).replace("\N{NO-BREAK SPACE}", " ") == "7,2 g/dl"
    assert AsPrinted("CRS-086").head() == "Age 75 · female · published patient 086"
    with pytest.raises(KeyError, match="no published patient 'CRS-000'"):
        AsPrinted("CRS-000")


def test_what_is_printed_is_never_run():
    count = BloodCount.of(hb="<script>7</script>", age_y=75, sex="female")
    assert "<script" not in AsRead(count)._repr_html_() and "<script" not in LabReport(count)._repr_html_()


_NUMBER_AND_UNIT = re.compile(r"\d (?:×10[⁹¹]|[gG]/d?[lL]\b|mmol/L\b|[fd]L\b|%|°C|µm\b|m[lL]\b|/[uµ][lL]\b)")
"""On its own, so that a unit that is forgotten there is missed here."""


def read_aloud(html: str) -> str:
    """What stands on the page, without code and without what is inside tags."""
    return re.sub(r"<(code|pre|textarea|svg)\b.*?</\1>|<[^>]*>", "", html, flags=re.DOTALL)


def parted(notebook: dict) -> list[str]:
    """Numbers that a line may part from their units, with the cell they are in."""
    found = []
    for cell in notebook["cells"]:
        shown = [re.sub(r"`[^`]*`", "", "".join(cell["source"]))] if cell["cell_type"] == "markdown" else []
        shown += [read_aloud("".join(out.get("data", {}).get("text/html", ""))) for out in cell.get("outputs", [])]
        found += [f"{cell['id']}: {hit}" for one in shown for hit in _NUMBER_AND_UNIT.findall(one)]
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_committed_notebook_parts_a_number_from_its_unit(path):
    assert parted(json.loads(path.read_text("utf-8"))) == []


def test_a_parted_number_would_be_seen():
    cell = {"id": "a", "cell_type": "code", "outputs": [{"data": {"text/html": ["<td>72 g/L</td><code>7 g/L</code>"]}}]}
    assert parted({"cells": [cell]}) == ["a: 2 g/L"]
    assert parted({"cells": [{"id": "b", "cell_type": "markdown", "source": ["**11** and 38 °C, `5 %`"]}]}) == [
        "b: 8 °C"
    ]


def test_code_and_what_is_inside_a_tag_keep_their_spaces():
    for kept in ("<code>72 g/L</code>", "<pre>Hb 7 g/dL</pre>", '<img alt="72 g/L">', "`72 g/L`"):
        assert page.unparted(kept) == kept
    assert page.unparted("<strong>72</strong> g/L") == "<strong>72</strong>\N{NO-BREAK SPACE}g/L"
