"""Find the error, type it, say why, for and against, set it, what would turn it: right, wrong and odd answers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import nbformat
import pytest

from helpers.cards.card import Card
from helpers.questions import bank
from helpers.questions.bank import exercise
from helpers.questions.judge import judge
from helpers.questions.kinds.term import plain, vocabulary
from helpers.record.journey import UNSCORED, Journey, frame
from helpers.record.log import Record
from helpers.record.restore import remember
from helpers.record.session import Session

KINDS = ("find_error", "term", "say_why", "for_and_against", "estimate", "turn")
NEW = [one for name in bank.notebooks() for one in bank.exercises(name) if one.kind in KINDS]
ODD = [None, 0, "", "x", [], {}, [None], {"line": 1}, {"amount": "x"}, {"text": 3}, "<script>", float("nan"), object()]


def test_every_new_kind_is_used_six_times() -> None:
    assert {kind: times >= 6 for kind, times in Counter(one.kind for one in NEW).items()} == dict.fromkeys(KINDS, True)


@pytest.mark.parametrize("kind", ["turn", "for_and_against"])
def test_no_new_kind_belongs_to_one_notebook(kind: str) -> None:
    assert len({one.id.partition("-")[0] for one in NEW if one.kind == kind}) >= 3


@pytest.mark.parametrize("one", NEW, ids=lambda one: one.id)
def test_right_and_odd_answers(one) -> None:
    right = judge(one, one.asks.handed_in(one.asks.right))
    assert right.status == ("right" if one.asks.scored else "kept")
    for odd in ODD:
        assert judge(one, odd).status in ("cannot tell", "unanswered", "not yet")
    twin = Card(one, Session()).twin()
    assert one.id in twin and "<script" not in twin and one.solution[:40] not in twin


def test_a_change_that_alters_nothing_is_answered_in_sentences() -> None:
    told = judge(exercise("treatment-31"), "y39").feedback
    assert told.startswith("With this change its answer stays the same. Its reason then: ")


def test_wrong_lines_that_are_long_are_counted_and_not_repeated() -> None:
    six = exercise("treatment-04")
    told = judge(six, dict.fromkeys(six.asks.right, "kill"))
    assert told.feedback == "1 of 6 is right. Look again at the 5 lines with a note: it says why."
    assert len(told.notes) == 5
    four = exercise("treatment-39")
    told = judge(four, four.asks.right | {"three_nih": "cannot_tell", "six_bsh": "cannot_tell"})
    assert "Look again at: Three months, NIH (Townsley 2017); Six months, BSH 2024. Each of them" in told.feedback


def test_the_error_is_a_line_and_what_is_wrong_with_it() -> None:
    one = exercise("reading-17")
    assert one.asks.right == {"line": "hct", "what": "rule"}
    other = judge(one, {"line": "plt", "what": "rule"})
    assert other.misconception == "marked a line that is right" and other.credit == 0
    half = judge(one, {"line": "hct", "what": "unit"})
    assert half.credit == 0.5 and half.misconception == "mixed /µL with 10⁹/L"
    assert judge(one, {"line": "hct"}).status == "unanswered"


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("reticulocyte", "right"), ("Reticulocytes", "right"), ("reticulocite", "right"), (" RETICULOCYTE. ", "right"),
        ("platelet", "not yet"), ("lymphocyte", "not yet"), ("neutrophil", "not yet"), ("qqqq", "cannot tell"),
    ],
)  # fmt: skip
def test_spelling_is_forgiven_and_another_term_is_not(typed: str, status: str) -> None:
    assert judge(exercise("roles-22"), typed).status == status


def test_a_short_form_and_a_neighbor_are_told_apart() -> None:
    acid = exercise("cause-35")
    assert [judge(acid, typed).status for typed in ("MMA", "methylmalonic acid", "mma test")][:2] == ["right"] * 2
    begun = judge(acid, "methylmalonic")
    assert begun.status == "cannot tell" and "begins a term of this course" in begun.feedback
    pan = exercise("start-14")
    assert judge(pan, "bicytopenia").misconception == "called two low lines pancytopenia"
    assert judge(pan, "pancytopaenia").status == "right" and "*pancytopenia*" in judge(pan, "pancitopenia").feedback
    assert len(vocabulary()) > 200 and plain("Schistocytes ") == "schistocyte"


def test_own_words_are_kept_and_never_right(tmp_path) -> None:
    record = Record(tmp_path)
    one = exercise("start-15")
    card = Card(one, remember(Session(), record))
    assert card.question["points"] == ["finding", "cause", "many", "next"] and "No" not in card.question
    card.check({"text": "short", "points": []})
    assert card.verdict["status"] == "unanswered" and not record.count()
    card.check({"text": "It says that three lines are low, and no cause.", "points": []})
    assert card.verdict["status"] == "kept" and "A model answer" in card.verdict["html"]
    assert len(card.verdict["notes"]) == 4
    card.check({"text": "It says that three lines are low, and no cause.", "points": ["finding", "cause"]})
    assert "2 of 4 points" in card.verdict["html"]
    found = Journey.of(frame(record), datetime.now(UTC)).exercises.loc[one.id]
    assert found["state"] == UNSCORED and found["due"] is None
    assert Card(one, remember(Session(), record)).verdict["status"] == "kept"


def test_for_and_against_takes_its_key_from_the_clues() -> None:
    one = exercise("cause-29")
    assert one.asks.right["adamts13.pseudo_tma"] == "against" and one.asks.right["film_fragments.ttp"] == "for"
    wrong = judge(one, one.asks.right | {"adamts13.ttp": "against"})
    assert wrong.misconception == "overlooked or turned a clue" and "settles it" in wrong.feedback


def test_a_range_is_told_whether_it_holds_the_answer() -> None:
    one = exercise("reading-21")
    assert one.asks.right["amount"] == pytest.approx(40.13, abs=0.01)
    right = judge(one, {"amount": "40", "low": "30", "high": "50"})
    assert right.status == "right" and "30 to 50, holds it" in right.feedback
    narrow = judge(one, {"amount": "70", "low": "65", "high": "75"})
    assert narrow.misconception == "gave too narrow a range" and "wider" in narrow.notes["range"] and narrow.credit == 0
    wide = judge(one, {"amount": "50", "low": "5", "high": "95"})
    assert wide.misconception == "added the chances up" and wide.credit == 0.5
    assert judge(one, {"amount": 40, "low": 50, "high": 60}).status == "cannot tell"
    assert judge(one, {"amount": 40, "low": "", "high": 60}).status == "unanswered"


def test_what_turns_a_rule_is_asked_of_the_rule() -> None:
    one = exercise("grading-24")
    assert one.asks.right == "duffy" and one.asks.advice[""][0] == "1" and one.asks.advice["duffy"][0] == "0"
    wrong = judge(one, "woman")
    assert wrong.misconception == "thought a fact matters that changes nothing" and "grade 1, below" in wrong.feedback
    assert exercise("cause-39").asks.right == "fever"


def test_what_turns_a_guideline_is_asked_of_the_guideline() -> None:
    one = exercise("treatment-31")
    assert one.asks.right == "y41" and one.asks.advice[""][0] == "sibling_transplant"
    wrong = judge(one, "y39")
    assert wrong.misconception == "thought a fact matters that changes nothing" and "Its reason then:" in wrong.feedback
    assert set(judge(one, "y41").notes) == {"y39", "y40", "y41", "very"}


# --- in a real browser ------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_the_new_cards_are_answered_by_mouse_and_by_keyboard(open_notebook) -> None:
    ids = ["reading-17", "roles-22", "start-15", "cause-30", "reading-21", "treatment-31", "cause-01"]
    cells = ["from helpers import ask", *(f'ask("{id}")' for id in ids)]
    notebook = open_notebook(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]))
    notebook.run_all()
    keyboard = notebook.page.keyboard

    def card(id: str):
        return notebook.cell(2 + ids.index(id)).get_by_role("region", name=f"Question {id}")

    error = card("reading-17")
    error.get_by_label("Platelets 212").check()
    error.get_by_label("three times the hemoglobin").check()
    error.get_by_role("button", name="Check").click()
    error.get_by_text("Not yet", exact=True).wait_for()
    error.get_by_label("Hematocrit 30 %").focus()
    keyboard.press("Space")
    keyboard.press("Enter")
    error.get_by_text("Right", exact=True).wait_for()

    term = card("roles-22")
    term.get_by_label("Type one term.").focus()
    keyboard.type("platelet")
    keyboard.press("Enter")
    term.get_by_text("Not yet", exact=True).wait_for()
    term.get_by_label("Type one term.").fill("reticulocite")
    keyboard.press("Enter")
    term.get_by_text("Right", exact=True).wait_for()

    why = card("start-15")
    why.get_by_role("textbox").fill("It says that three lines are low and names no cause.")
    why.get_by_role("button", name="Check").click()
    why.get_by_text("A model answer").wait_for()
    why.get_by_label("It names no cause").check()
    why.get_by_text("A model answer").wait_for()
    why.get_by_role("button", name="Check").click()
    why.get_by_text("1 of 4 points").wait_for()

    grid = card("cause-30")
    for menu, (pair, side) in zip(
        grid.locator("fieldset select").all(), exercise("cause-30").asks.right.items(), strict=True
    ):
        assert pair and menu.select_option(side)
    grid.get_by_role("button", name="Check").click()
    grid.get_by_text("Right", exact=True).wait_for()

    value = card("reading-21")
    value.get_by_role("slider").focus()
    for _ in range(10):
        keyboard.press("ArrowLeft")
    value.get_by_label("My range: from").fill("30")
    value.get_by_label("to", exact=True).fill("60")
    value.get_by_role("button", name="Check").click()
    value.get_by_text("Right", exact=True).wait_for()

    turn = card("treatment-31")
    turn.get_by_label("He is 39").check()
    turn.get_by_role("button", name="Check").click()
    turn.get_by_text("With this change its answer stays the same.").wait_for()
    turn.get_by_label("He is 41").check()
    turn.get_by_role("button", name="Check").click()
    turn.get_by_text("Right", exact=True).wait_for()

    family = card("cause-01")
    before = family.locator(".prompt").inner_text()
    family.get_by_label("Type your result.").fill(f"{exercise('cause-01').asks.right:g}")
    family.get_by_role("combobox", name="Unit").select_option("10^9/L")
    family.get_by_role("button", name="Check").click()
    family.get_by_text("Right", exact=True).wait_for()
    family.get_by_role("button", name="Answer again").click()
    notebook.page.wait_for_function(
        "([id, before]) => ![...document.querySelectorAll(`[aria-label='Question ${id}'] .prompt`)]"
        ".some((one) => one.innerText === before)",
        arg=["cause-01", before],
    )
    assert family.locator(".prompt").inner_text() != before, "another round has other numbers"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"amount": 80, "low": "", "high": None}, "Still missing are the lower end of your range and the upper end"),
        ({"amount": 80, "low": "70", "high": " "}, "Still missing is the upper end of your range."),
        ({"amount": "", "low": "70", "high": "90"}, "Still missing is the value on the slider."),
        (80, "Still missing are the lower end of your range and the upper end of your range."),
    ],
)
def test_an_estimate_says_which_part_of_it_is_missing(answer, said) -> None:
    """A value without a range was told to be no answer at all, and a number in code to be unreadable."""
    verdict = judge(exercise("grading-23"), answer)
    assert verdict.status == "unanswered" and said in verdict.feedback


def test_an_end_of_a_range_that_is_no_number_is_named() -> None:
    verdict = judge(exercise("grading-23"), {"amount": 80, "low": "about 70", "high": "90"})
    assert verdict.status == "cannot tell" and "about 70" in verdict.feedback
    assert judge(exercise("grading-23"), {"amount": 80, "low": "70 g/L", "high": "90,5"}).status == "right"
