"""The report panel as a learner meets it: messy reports pasted, read, settled by keyboard, opened from a file.

What must appear is never typed here a second time: the same model runs beside the page and says what it should show.
"""

from __future__ import annotations

import pytest
from in_browser import choose, push, squeezed
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect

from helpers.panels.report import ReportReader

pytestmark = pytest.mark.browser

REPORTS = {
    "German": "Patientin, 54 Jahre\nLeukozyten 1,8 Tsd/µl (4,0-10,0)\nHb 6,9 g/dl\nThrombozyten 12\nZiel-Hb 8 g/dl",
    "Portuguese": "Idade: 61 anos Sexo: Masculino\nHemácias 2,3 milhões/mm³\nPlaquetas 3 mil/mm³",
    "scanned": "WBC 2.l x10^9/L\nHb 7.2 g/dL\nPLT 18 103/uL\nMCV 9S fL",
    "prose": "A 34-year-old woman had Hb 6.2 g/dL and WBC 1.4 x10^9/L (12% neutrophils, 85% lymphocytes). "
    "In 34 patients Hb was 8.2 g/dL. Her sister has platelets 200 x10^9/L; transfuse if Hb < 7 g/dL.",
    "two dates": "12.03.2024 Hb 7.2 g/dL\n15.03.2024 Hb 8.1 g/dL\nPLT 18 x10^9/L",
}
CODE = "from helpers.panels.report import ReportReader\nReportReader()"


@pytest.fixture
def opened(open_notebook):
    notebook = open_notebook(new_notebook(cells=[new_code_cell(CODE)]))
    notebook.run_all()
    return notebook


def paste(notebook, text: str):
    """Read a report by keyboard alone; what the panel shows of it, and the same model beside the page."""
    output = notebook.cell(1).locator(".jp-OutputArea-output")
    box = output.get_by_role("textbox", name="Your report")
    box.fill(text)
    model = ReportReader(text)
    push(output.get_by_role("button", name="Read it", exact=True), output.locator("p.status"), model.status)
    return output, model


def agrees(output, model) -> None:
    """Every stretch is shown back as the model marks it, and every reason stands on the page."""
    marks = output.locator("mark")
    expect(marks).to_have_count(len(model.reading.marks))
    for mark, shown in zip(model.reading.marks, marks.all(), strict=True):
        assert squeezed(model.reading.text[mark.start : mark.end]) in squeezed(shown.text_content())
    said = squeezed(output.text_content())
    assert all(squeezed(mark.reason) in said for mark in model.reading.marks)


def test_messy_reports_are_read_and_what_is_declined_is_settled_by_keyboard(opened) -> None:
    for name, text in REPORTS.items():
        output, model = paste(opened, text)
        agrees(output, model)
        for width in (1400, 760, 400):
            opened.page.set_viewport_size({"width": width, "height": 900})
            shown = output.locator("mark").first.locator("xpath=..")
            assert shown.evaluate("box => box.scrollWidth <= box.clientWidth + 1"), (name, width)
    assert not opened.broken


def settle(opened, output, model, key: str, pick: int) -> None:
    """By keyboard alone: press the declined number, choose an answer to the question that opens at it."""
    question, answers = model.questions()[key]
    button = output.locator("mark button").nth([one.key for one in model.shown_back() if one.key].index(key))
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    asked = output.get_by_label(question, exact=True)
    expect(asked).to_be_focused()
    above = button.locator("xpath=ancestor::mark/following-sibling::*[1]")
    assert "settle" in (above.get_attribute("class") or "") or above.evaluate("one => one.tagName") == "SMALL"
    choose(asked, pick)
    model.settled = {**model.settled, key: list(answers.values())[pick]}
    expect(output.locator("p.status")).to_have_text(model.status)
    expect(output.get_by_label(question, exact=True)).to_be_focused()


def test_one_answer_by_keyboard_settles_a_declined_number_at_its_place(opened) -> None:
    output, model = paste(opened, REPORTS["German"])
    declined = next(mark for mark in model.reading.marks if mark.analyte == "plt")
    settle(opened, output, model, "plt", 1)
    assert model.count.values["plt"].known
    assert squeezed(declined.reason) not in [
        squeezed(why) for why in output.locator("mark + small").all_text_contents()
    ]
    shown = output.locator("mark", has_text=model.reading.text[declined.start : declined.end])
    expect(shown).to_have_class("read")


def test_whose_a_result_is_is_settled_by_keyboard_at_its_place(opened) -> None:
    output, model = paste(opened, "Donor Hb 12 g/dL\nPLT 18 x10^9/L")
    (key,) = model.questions()
    settle(opened, output, model, key, 1)
    assert model.count.hb == 120


def test_a_file_is_opened_by_the_button(opened, tmp_path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("test;value;unit\nHb;7,2;g/dL\nPLT;18;10^9/L\n", encoding="utf-8")
    output = opened.cell(1).locator(".jp-OutputArea-output")
    with opened.page.expect_file_chooser() as chosen:
        output.get_by_role("button", name="Open a file").click()
    chosen.value.set_files(path)
    model = ReportReader()
    model.open_file(path.name, path.read_bytes())
    expect(output.locator("p.status")).to_have_text(model.status)
    expect(output.get_by_role("cell", name="72 g/L", exact=False).first).to_be_visible()


def test_the_text_shown_back_is_readable_in_the_dark_theme(opened) -> None:
    output, model = paste(opened, REPORTS["scanned"])
    opened.page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    opened.page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    contrast = """box => {
        const light = color => { const [r, g, b] = color.match(/[0-9.]+/g).map(Number)
            .map(c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b };
        let behind = box;
        const seen = one => getComputedStyle(one).backgroundColor;
        while (/rgba\\(0, 0, 0, 0\\)|transparent/.test(seen(behind))) behind = behind.parentElement;
        const [a, b] = [light(getComputedStyle(box).color), light(seen(behind))];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }"""
    shown = output.locator("mark, mark + small")
    for piece in shown.all():
        assert piece.evaluate(contrast) >= 4.5
    assert shown.count() > len(model.reading.marks)
