"""Notebook 07 as a learner meets it: every claim judged by mouse and by keyboard, a page kept, every question answered.

What must appear is never typed here a second time: the same model runs beside the page and says what it should show.
"""

from __future__ import annotations

import re
from itertools import cycle
from pathlib import Path

import pytest
from in_browser import (
    Read,
    agree,
    answer,
    choose,
    complaints,
    hears,
    one_of_each,
    pick,
    shortcuts_do_nothing,
    shown,
    squeezed,
    tab_through,
)  # fmt: skip
from playwright.sync_api import expect

from helpers.panels.claims import ANSWERS, ChecklistPanel, ClaimBench, RebuiltArticle
from helpers.questions import bank
from helpers.questions.claims import checks, claims, sittings, verdicts
from helpers.questions.exercise import CONFIDENCE, NOT_YET, RIGHT, Exercise
from helpers.questions.judge import judge
from helpers.record.session import Session

pytestmark = pytest.mark.browser

NAME = "07_weighing_claims"
QUESTIONS = one_of_each(bank.exercises(NAME))
SURE = {words: float(level) for level, words in CONFIDENCE.items()}


@pytest.fixture
def read(run) -> Read:
    return run(f"{NAME}.ipynb")


class ByMouse:
    """What a hand on the mouse does."""

    def choose(self, output, label: str, words: str) -> None:
        output.get_by_role("combobox", name=label, exact=True).select_option(label=words)

    def press(self, output, name: str) -> None:
        output.get_by_role("button", name=name, exact=True).click()


class ByKeyboard:
    """The same without a mouse."""

    def choose(self, output, label: str, words: str) -> None:
        pick(output, label, words)

    def press(self, output, name: str) -> None:
        output.get_by_role("button", name=name, exact=True).press("Enter")


@pytest.mark.parametrize(
    ("hand", "last"),
    [(ByMouse(), 1), (ByKeyboard(), 2)],
    ids=["by mouse, one sitting", "by keyboard, two"],
)
def test_every_claim_is_judged(read: Read, hand, last: int) -> None:
    """Before judging nothing is said; then the correction, its source, and where it is taught."""
    model = ClaimBench(session=Session())
    output = shown(read, model)
    said, seen = zip(cycle(verdicts()), cycle(SURE), strict=False), set()
    for number in range(1, last + 1):
        choose(output.get_by_role("combobox", name="Sitting", exact=True), number - 1)
        hand.press(output, f"Begin sitting {number} again")
    for number, sitting in enumerate(sittings()[:last], start=1):
        choose(output.get_by_role("combobox", name="Sitting", exact=True), number - 1)
        model.sitting = number
        for claim in sitting:
            expect(output.locator(".status").first).to_have_text(model.headline())
            agree(read, output, model)
            assert claim.correction not in squeezed(output.text_content())
            verdict, sure = next(said)
            hand.choose(output, "Your verdict", verdict)
            hand.choose(output, "How sure are you?", sure)
            hand.press(output, "Judge")
            model.judge(verdict, SURE[sure])
            agree(read, output, model)
            assert output.locator(f"a[href^='{claim.notebook}.ipynb#cell-id=']").count() == 1
            assert output.locator(".course-words a[href^='http']").count() >= 1
            seen.add(claim.claim)
            last_one = model.at == len(model.in_sitting) - 1
            hand.press(output, "See the result" if last_one else "Next claim")
            model.next()
        agree(read, output, model)
        alts = [image.get_attribute("alt") for image in output.locator("img").all()]
        assert alts == [model.agreement().describe(), model.calibration().describe()]
        assert complaints(read.page, output) == [], number
    assert seen == {claim.claim for sitting in sittings()[:last] for claim in sitting}


def test_the_sittings_hold_every_claim() -> None:
    held = [claim.claim for sitting in sittings() for claim in sitting]
    assert sorted(held) == sorted(claims()) and len(held) >= 44 + 12


def test_judgments_are_there_when_the_cell_runs_again(read: Read) -> None:
    model = ClaimBench(session=Session())
    output = shown(read, model)
    output.get_by_role("button", name="Begin sitting 1 again").click()
    expect(output.locator(".status").first).to_have_text(model.headline())
    output.get_by_role("button", name="Judge", exact=True).click()
    model.judge("", None)
    agree(read, output, model)
    pick(output, "Your verdict", "wrong")
    pick(output, "How sure are you?", "sure")
    output.get_by_role("button", name="Judge", exact=True).click()
    model.judge("wrong", 0.9)
    agree(read, output, model)
    output = shown(read, model)
    expect(output.locator(".status").first).to_have_text(ClaimBench(session=model.session).headline())
    output.get_by_role("button", name="Back", exact=True).click()
    agree(read, output, model)


def test_tab_reaches_every_control_and_shortcuts_do_nothing(read: Read) -> None:
    output = shown(read, ClaimBench(session=Session()))
    assert len(tab_through(read, output)) >= 7
    output.get_by_role("combobox", name="Your verdict").focus()
    shortcuts_do_nothing(read)
    output.get_by_role("button", name="Judge", exact=True).focus()
    shortcuts_do_nothing(read)


def test_a_link_leads_to_the_place_where_a_claim_is_taught(read: Read) -> None:
    model = ClaimBench(session=Session())
    output = shown(read, model)
    output.get_by_role("button", name="Begin sitting 1 again").click()
    pick(output, "Your verdict", "wrong")
    pick(output, "How sure are you?", "sure")
    output.get_by_role("button", name="Judge", exact=True).press("Enter")
    link = output.locator("a[href*='.ipynb#cell-id=']")
    address = link.evaluate("link => link.href")
    place = model.claim.taught
    assert address.endswith(f"/notebooks/{place.notebook}.ipynb#cell-id={place.cell}")
    assert read.page.request.get(address).ok


def test_a_claim_one_brings_ends_in_a_page_that_is_kept(read: Read, tmp_path: Path) -> None:
    model = ChecklistPanel()
    output = shown(read, model)
    agree(read, output, model)
    output.get_by_role("textbox", name="The claim, in your own words").focus()
    read.page.keyboard.insert_text("<i>Beetroot</i> brings every count up")
    model.says = "<i>Beetroot</i> brings every count up"
    for number, (key, check) in enumerate(checks().items(), start=1):
        words = list(ANSWERS)[1 + number % 3]
        pick(output, f"{number}. {check.ask}", words)
        model.answer(key, ANSWERS[words])
        output.get_by_role("textbox", name=f"What you found ({number})").focus()
        read.page.keyboard.type(f"found {number}")
        model.notes = model.notes | {key: f"found {number}"}
    pick(output, "Your verdict", "unproven")
    model.verdict = "unproven"
    agree(read, output, model)
    assert complaints(read.page, output) == []
    with read.page.expect_download() as coming:
        output.get_by_role("button", name="Keep this page to print it").press("Enter")
    file = tmp_path / coming.value.suggested_filename
    coming.value.save_as(file)
    assert file.name == "pancytopenia-claim.html" and file.read_text("utf-8") == model.page_to_keep()
    expect(output.get_by_text("Your browser keeps it as pancytopenia-claim.html.")).to_be_visible()


def test_the_article_is_kept_as_one_page(read: Read, tmp_path: Path) -> None:
    model = RebuiltArticle()
    output = shown(read, model)
    agree(read, output, model)
    with read.page.expect_download() as coming:
        output.get_by_role("button", name="Keep this page to print it").click()
    file = tmp_path / "article.html"
    coming.value.save_as(file)
    assert file.read_text("utf-8") == model.page_to_keep()


@pytest.mark.parametrize(
    "text",
    [RebuiltArticle().page_to_keep(), ChecklistPanel.worked("comment-10").page_to_keep()],
    ids=["the article", "a claim worked through"],
)
def test_a_page_to_keep_is_printed_on_one_sheet(read: Read, text: str) -> None:
    def sheets(html: str) -> int:
        page = read.page.context.new_page()
        page.set_content(html)
        printed = page.pdf(format="Letter", prefer_css_page_size=True)
        page.close()
        return len(re.findall(rb"/Type\s*/Page\b", printed))

    assert sheets(text) == 1
    assert sheets(text.replace("<h1>", "<h1 style='padding-top:15cm'>")) > 1, "the count of sheets would notice"


@pytest.mark.parametrize("exercise", QUESTIONS, ids=lambda one: one.id)
def test_every_question_is_answered_by_keyboard(read: Read, exercise: Exercise) -> None:
    slip = next(iter(exercise.misconceptions))
    answer(read.card(exercise), exercise, exercise.asks.betraying(slip))
    hears(read, exercise, NOT_YET, slip.feedback)
    right = exercise.asks.right
    answer(read.card(exercise), exercise, right)
    hears(read, exercise, RIGHT, judge(exercise, exercise.asks.handed_in(right)).feedback)
