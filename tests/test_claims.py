"""Claims: does every row lead somewhere, are judgments kept, and do the pages say what the tables say?"""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from execute import kept

from helpers.evidence import DATA, notebook_cells, question_files, source, table
from helpers.panels.claims import ChecklistPanel, ClaimBench, RebuiltArticle
from helpers.panels.keep import KeepPage, document
from helpers.pictures.agreement import AgreementPicture
from helpers.pictures.progress import Part
from helpers.pictures.verdicts import VerdictsPicture
from helpers.questions import bank, claims
from helpers.questions.claims import Place, checks, rebuilt, sittings, verdicts, worked
from helpers.questions.exercise import NOT_YET, RIGHT
from helpers.record.exchange import read_file, to_xapi
from helpers.record.log import Record
from helpers.record.restore import remember
from helpers.record.session import AGAIN, Session

NAME = "07_weighing_claims"
ALL = claims.claims()
PLACES = {f"claim {one.claim}": one.taught for one in ALL.values()} | {
    f"{title} {number}": one.taught for title, said in rebuilt().items() for number, one in enumerate(said, start=1)
}
PROSE = "\n".join("".join(cell["source"]) for cell in notebook_cells(DATA.parent / "notebooks" / f"{NAME}.ipynb"))


@pytest.fixture
def bench() -> ClaimBench:
    return ClaimBench(session=Session())


def judge_all(bench: ClaimBench, verdict: str | None = None, sure: float = 0.75) -> None:
    """Judge what is left of the sitting; as the course does, unless a verdict is given."""
    while bench.claim:
        bench.judge(verdict or bench.claim.verdict, sure)
        bench.next()


# --- the tables ---


def test_all_that_the_article_and_its_readers_say_is_there_and_twelve_more() -> None:
    groups = table("claims")["group"].value_counts()
    assert (groups["article"], groups["comment"]) == (30, 14)
    assert groups["public"] >= 12
    for group in ("article", "comment", "public"):
        numbers = [int(key.rpartition("-")[2]) for key in ALL if key.startswith(group)]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("where", PLACES)
def test_what_is_said_is_taught_at_a_place_that_exists(where: str) -> None:
    """A question asked there, or a heading that stands there and leads to one cell."""
    found = PLACES[where]
    cells = notebook_cells(DATA.parent / "notebooks" / f"{found.notebook}.ipynb")
    here = ["".join(cell["source"]) for cell in cells if cell["id"] == found.cell]
    assert len(here) == 1, f"{found.place!r} is nowhere in {found.notebook}"
    if re.fullmatch(r"[a-z]+-\d\d", found.place):
        assert bank.exercise(found.place).notebook == found.notebook
        assert f'ask("{found.place}")' in here[0]
    else:
        assert re.search(rf"^#+ (?:\d+ ?[·.] )?{re.escape(found.place)}$", here[0], re.MULTILINE)


def test_a_place_that_is_not_there_is_noticed() -> None:
    assert Place("05_choosing_a_treatment", "A heading nobody wrote").cell == ""
    assert Place("05_choosing_a_treatment", "treatment-99").cell == ""
    nowhere = Place("99_nothing", "start-01")
    assert (nowhere.cell, "#" in nowhere.link()) == ("", False)


def test_a_place_is_named_and_linked() -> None:
    place = ALL["comment-10"].taught
    assert place.name == "notebook 05 Choosing a treatment, under What does harm"
    assert place.link().startswith(f'<a href="05_choosing_a_treatment.ipynb#cell-id={place.cell}"')
    assert ALL["article-15"].taught.name.endswith("under Did it change?")
    assert ALL["article-01"].taught.name == "notebook 00 Start here, question start-01"


def test_every_source_exists_and_can_be_followed() -> None:
    for one in ALL.values():
        for key in one.source.split():
            assert source(key).link, (one.claim, key)
    assert not [one.claim for one in ALL.values() if "COURSE" in one.source.split()], "a correction rests on a source"


def test_every_claim_is_answered_by_the_rebuilt_article_or_stands_alone() -> None:
    answered = {key for keys in table("rebuilt_article")["answers"].dropna() for key in keys.split()}
    assert answered <= set(ALL)
    assert len(answered) >= 30


def test_figures_of_corrections_are_those_of_the_tables() -> None:
    trials = table("trials").set_index("id")["value"]
    for key, ids in {
        "article-16": "marsh_a marsh_c", "article-22": "dezern2023_os", "article-24": "graft1_bm graft20_bm graft50_bm",
        "article-25": "ist20 ist50 ist60", "comment-02": "fcc_low fcc_high", "comment-13": "scheinberg_or_h race_or6_c",
        "comment-04": "pred_high pred_low telo_good telo_poor", "comment-14": "dufour_sib dufour_ist",
    }.items():  # fmt: skip
        told = re.findall(r"\d+(?:\.\d+)?", ALL[key].correction)
        assert [f"{trials[id]:g}" for id in ids.split() if f"{trials[id]:g}" not in told] == [], key
    shares = table("cause_shares").query("series == 'maharashtra_2013'").set_index("cause")["pct_printed"]
    for cause in ("hypersplenism", "infection", "drugs", "megaloblastic"):
        assert f"{shares[cause]:.0f} " in ALL["article-07"].correction


def test_what_was_corrected_in_the_tables_is_corrected_in_the_claims() -> None:
    assert "eltrombopag, another kind of growth factor" in ALL["comment-05"].correction
    assert "no part of aplastic anemia" in ALL["comment-10"].correction and ALL["comment-10"].verdict == "red flag"
    assert "at once where the suspicion is strong" in ALL["comment-09"].correction


def test_people_chosen_because_they_had_it_are_no_share() -> None:
    """Three reported people whose marrow showed it: a case report has no denominator."""
    assert not re.search(r"three of three|3 of 3", ALL["public-02"].correction, re.IGNORECASE)
    assert "give copper" in ALL["public-02"].correction


def test_nobody_is_quoted_or_named_and_no_dose_is_given() -> None:
    rows = table("claims")
    assert not rows["who"].str.contains(r"burcinc|bear78|SarahGen|Jennifer", case=False).any()
    assert not rows["correction"].str.contains(r"\d\s*(?:mg|µg|mcg)/(?:kg|day)").any()


def test_the_most_harmful_are_judged_first_and_the_order_within_tells_nothing() -> None:
    every = [one for sitting in sittings() for one in sitting]
    assert sorted(one.claim for one in every) == sorted(ALL)
    assert all(12 <= len(sitting) <= 15 for sitting in sittings())
    ranks = [[claims.harms()[one.harm][0] for one in sitting] for sitting in sittings()]
    for above, below in pairwise(ranks):
        assert min(above) >= max(below)
    assert all(len({one.verdict for one in sitting}) >= 3 for sitting in sittings())
    assert ranks[0] != sorted(ranks[0], reverse=True)


def test_the_notebook_says_what_the_table_says() -> None:
    article = table("claims").query("group == 'article'")["verdict"].value_counts()
    said = f"Of its {article.sum()} claims {article['wrong']} are plainly wrong and {article['accurate']} accurate."
    assert said in " ".join(PROSE.split())
    solution = bank.exercise("claims-03").solution
    assert f"{article['accurate']} of {article.sum()}. Only {article['wrong']} are plainly wrong" in solution
    found = table("claims").query("verdict != 'accurate'")["check"].value_counts()
    asks = [checks()[key].ask.rstrip("?").lower() for key in found.index[:2]]
    assert f"*{asks[0].capitalize()}* and *{asks[1]}* stand at the top" in PROSE


def test_questions_are_of_four_kinds_and_the_key_is_not_given_away() -> None:
    asked = bank.exercises(NAME)
    assert len(asked) >= 10 and len({one.kind for one in asked}) >= 4
    assert sum(one.asks.in_code for one in asked) == 2
    choices = [one for one in asked if one.kind == "choice"]
    places = []
    for one in choices:
        texts = {option.key: option.text for option in one.asks.options}
        places.append(list(texts).index(one.asks.right))
        assert len(texts[one.asks.right]) < max(map(len, texts.values())), one.id
    assert len(set(places)) >= 3
    for one in asked:
        assert f'ask("{one.id}")' in PROSE


def test_front_door_readme_and_start_page_know_it() -> None:
    import helpers

    assert {"ClaimBench", "ChecklistPanel", "RebuiltArticle"} <= set(helpers.__all__)
    assert helpers.ClaimBench is ClaimBench and NAME in question_files()
    root = DATA.parent
    start = "".join("".join(cell["source"]) for cell in notebook_cells(root / "notebooks" / "00_start_here.ipynb"))
    assert f"({NAME}.ipynb)" in start and f"(notebooks/{NAME}.ipynb)" in (root / "README.md").read_text("utf-8")


# --- the picture ---


def test_the_picture_has_a_square_for_each_claim() -> None:
    picture = VerdictsPicture()
    assert sum(map(len, picture.ranks.values())) == len(ALL)
    assert f"All {len(ALL)} claims" in PROSE
    for verdict, found in picture.ranks.items():
        assert len(found) == sum(one.verdict == verdict for one in ALL.values())
        assert f"{verdict}: {len(found)}" in picture.describe()
    drawn = [text.get_text() for axes in picture.live.figure.axes for text in axes.texts]
    assert sorted(map(int, drawn)) == sorted(claims.harms()[one.harm][0] for one in ALL.values())
    assert "3 grave" in picture.caption() and "red flag: 1 (1 grave)" in VerdictsPicture("comment").describe()
    with pytest.raises(ValueError, match="article, comment and public"):
        VerdictsPicture("blog")


def test_wrong_and_harmful_are_two_things() -> None:
    ranks = VerdictsPicture().ranks
    assert 3 in ranks["accurate"] and max(ranks["wrong"]) < 3


# --- the bench ---


def test_a_claim_is_judged_before_what_is_so_is_shown(bench: ClaimBench) -> None:
    claim = bench.claim
    assert claim.correction not in bench.words() and claim.verdict not in bench.status
    assert claim.says in bench.headline() and claim.who in bench.headline()
    bench.judge(claim.verdict, 0.9)
    assert bench.status == f"✓ The course says the same: {claim.verdict}."
    for said in (claim.settles, checks()[claim.check].ask, claim.taught.link()):
        assert said in bench.words(), said
    for key in claim.source.split():
        assert source(key).short in bench.words()


def test_both_a_verdict_and_how_sure_are_asked_for(bench: ClaimBench) -> None:
    assert bench.status.startswith("Not judged yet")
    bench.judge("", None)
    assert bench.status == "First choose a verdict and how sure you are."
    bench.judge("wrong", None)
    assert bench.status == "First choose how sure you are." and bench.judged(bench.claim) is None
    bench.next()
    assert bench.status.startswith("Not judged yet")
    bench.judge("wrong", 0.5)
    assert bench.judged(bench.claim).verdict == "wrong"


@pytest.mark.parametrize(("verdict", "sure"), [("true", 0.5), ("wrong", 1.5), ("wrong", -0.1)])
def test_what_is_no_judgment_is_told(bench: ClaimBench, verdict: str, sure: float) -> None:
    with pytest.raises(ValueError, match=r"verdict|sure"):
        bench.judge(verdict, sure)
    assert bench.judged(bench.claim) is None


def test_what_was_said_once_stays(bench: ClaimBench) -> None:
    bench.judge("outdated", 0.99)
    bench.judge(bench.claim.verdict, 0.25)
    found = bench.judged(bench.claim)
    assert (found.verdict, found.confidence, found.same) == ("outdated", 0.99, False)
    assert f"You: outdated. The course: {bench.claim.verdict}." in bench.status


def test_every_claim_can_be_judged_and_every_correction_is_shown() -> None:
    session = Session()
    seen = set()
    for sitting in range(1, len(sittings()) + 1):
        bench = ClaimBench(sitting, session)
        while bench.claim:
            claim = bench.claim
            bench.judge("wrong", 0.5)
            assert claim.taught.name in bench.words() and "confidence" in bench.words()
            assert ("course-notice" in bench.words()) == (claim.verdict == "red flag")
            seen.add(claim.claim)
            bench.next()
    assert seen == set(ALL)
    assert len(ClaimBench(1, session).results(every=True)) == len(ALL)


def test_the_end_draws_agreement_and_calibration(bench: ClaimBench) -> None:
    bench.at = len(bench.in_sitting)
    assert "Nothing is judged" in bench.words()
    bench.at = 0
    judge_all(bench, "wrong", 0.99)
    right = sum(one.verdict == "wrong" for one in bench.in_sitting)
    assert bench.status.startswith(
        f"The end of sitting 1: the same verdict on {right} of {len(bench.in_sitting)} claims"
    )
    assert bench.words().count("<img") == 2 and bench.agreement().describe() in bench.words().replace("&#x27;", "'")
    assert bench.calibration().brier == pytest.approx(
        sum((0.99 - (one.verdict == "wrong")) ** 2 for one in bench.in_sitting) / len(bench.in_sitting)
    )
    assert bench.calibration().point() == "You were surer than you were right"
    assert f"Sure, and another verdict: {len(bench.in_sitting) - right}." in bench.words()
    bench.again()
    judge_all(bench)
    assert "None differs." in bench.words() and "Sure, and another verdict: 0." in bench.words()


def test_agreement_counts_by_the_course_s_verdict(bench: ClaimBench) -> None:
    bench.judge("wrong", 0.5)
    parts = {part.name: part for part in bench.agreement().parts}
    here = [one.verdict for one in bench.in_sitting]
    assert {name: part.right + part.not_yet + part.open for name, part in parts.items()} == {
        verdict: here.count(verdict) for verdict in verdicts() if verdict in here
    }
    assert parts[bench.claim.verdict].not_yet == 1 and sum(part.open for part in parts.values()) == len(here) - 1
    picture = AgreementPicture([Part("wrong", 2, 0, 0, 1, 0), Part("accurate", 0, 0, 0, 0, 3)])
    assert picture.point() == "You and the course agree on 2 of 3 claims"
    assert "wrong: 2 the same, 1 another verdict; accurate: 3 not judged" in picture.describe()
    with pytest.raises(ValueError, match="no notebook to show"):
        AgreementPicture([])


def test_there_is_no_sixth_sitting() -> None:
    with pytest.raises(ValueError, match="sittings 1 to"):
        ClaimBench(len(sittings()) + 1, Session())


# --- the record ---


def test_judgments_come_back_from_the_record(tmp_path: Path) -> None:
    record = Record(tmp_path)
    bench = ClaimBench(session=remember(Session(), record))
    first = bench.claim
    bench.judge("misleading", 0.9)
    bench.next()
    bench.judge(bench.claim.verdict, 0.5)
    events = record.events()
    assert [(one.exercise, one.answer, one.confidence) for one in events][:1] == [(first.id, "misleading", 0.9)]
    assert [one.verdict for one in events] == [NOT_YET if first.verdict != "misleading" else RIGHT, RIGHT]
    next_day = ClaimBench(session=remember(Session(), Record(tmp_path)))
    assert next_day.at == 2 and len(next_day.results()) == 2
    assert next_day.judged(first).verdict == "misleading"
    next_day.again()
    assert next_day.at == 0 and next_day.results() == []
    assert [one.did for one in record.events()].count(AGAIN) == 2, "what was judged stays in the record"


def test_judgments_travel_with_the_record(tmp_path: Path) -> None:
    record, elsewhere = Record(tmp_path / "a"), Record(tmp_path / "b")
    bench = ClaimBench(session=remember(Session(), record))
    bench.judge("unproven", 0.25)
    elsewhere.merge(read_file(to_xapi(record.rows(), record.learner()).encode()).events)
    there = ClaimBench(session=remember(Session(), elsewhere))
    assert there.judged(bench.claim).verdict == "unproven" and there.judged(bench.claim).confidence == 0.25


def test_a_damaged_judgment_is_none(tmp_path: Path) -> None:
    session = Session()
    bench = ClaimBench(session=session)
    from helpers.questions.exercise import Verdict

    session.change(bench.claim.id, confidence=0.5)
    session.answered(bench.claim.id, "no verdict at all", Verdict(NOT_YET, ""))
    assert bench.judged(bench.claim) is None


def test_the_twin_knows_no_record_and_no_verdict() -> None:
    fresh, used = ClaimBench(session=Session()), ClaimBench(session=Session())
    judge_all(used)
    assert kept(fresh) == kept(used)
    twin = kept(fresh)["text/html"]
    for one in sittings()[0]:
        assert one.correction[:40] not in twin
    assert "Run this cell" in twin


# --- the widgets ---


def press(view, claim: str, verdict: str, sure: str) -> None:
    """What the page sends when Judge is pressed."""
    view.form._handle_custom_msg({"claim": claim, "verdict": verdict, "sure": sure}, [])


def test_the_bench_s_widgets_follow_the_model(bench: ClaimBench) -> None:
    assert bench.view is bench.view
    view = bench._view
    first = bench.claim.claim
    assert (view.form.claim, view.form.given) == (first, [])
    press(view, first, "accurate", "fairly sure")
    assert (
        bench.judged(bench.in_sitting[0]).verdict == "accurate" and bench.judged(bench.in_sitting[0]).confidence == 0.75
    )
    assert view.form.given == ["accurate", "fairly sure"] and view.words.status == bench.status
    view.next.presses += 1
    assert bench.at == 1 and (view.form.claim, view.form.given) == (bench.claim.claim, [])
    for strange in ((first, "wrong", "sure"), (bench.claim.claim, "true", "sure")):
        press(view, *strange)
        assert bench.judged(bench.claim) is None, "neither another claim's judgment nor a verdict that is none"
    press(view, bench.claim.claim, "wrong", "")
    assert bench.status == "First choose how sure you are." == view.words.status
    assert view.again.label == "Begin sitting 1 again"
    assert view.headline.status == bench.headline()
    view.sitting.value = 2
    assert bench.sitting == 2 and bench.claim is bench.in_sitting[0]
    bench.close()


# --- the checklist ---


def test_the_checklist_asks_all_seven_and_says_what_is_open() -> None:
    panel = ChecklistPanel()
    assert panel.status == "0 of 7 questions looked at, 0 answered well. Next: Who says it?"
    for check in checks():
        panel.answer(check, "yes")
    assert panel.status == "7 of 7 questions looked at, 7 answered well."
    assert "not certain" in panel.words()
    panel.answer("whom", "no")
    assert checks()["whom"].look_for in panel.words() and checks()["who"].look_for not in panel.words()


@pytest.mark.parametrize(("check", "answer"), [("why", "yes"), ("who", "maybe")])
def test_what_is_not_on_the_checklist_is_told(check: str, answer: str) -> None:
    with pytest.raises(ValueError, match="not on the checklist"):
        ChecklistPanel(answers={check: answer})


def test_the_comment_about_the_spleen_is_worked_through() -> None:
    panel = ChecklistPanel.worked("comment-10")
    assert [row.check for row in worked("comment-10")] == list(checks())
    assert "Red flag: ask before anything else is done" in panel.words()
    assert "before the first dose" in panel.words()
    with pytest.raises(KeyError, match="comment-10"):
        ChecklistPanel.worked("comment-01")


def test_the_page_to_keep_holds_all_that_was_written_and_runs_none_of_it() -> None:
    panel = ChecklistPanel("<script>alert(1)</script> cures", {"who": "no"}, {"who": "<b>a shop</b>"}, "unproven")
    kept_page = panel.page_to_keep(date(2026, 11, 8))
    assert kept_page.startswith("<!doctype html>") and "8 November 2026" in kept_page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; cures" in kept_page and "<script" not in kept_page
    assert "&lt;b&gt;a shop&lt;/b&gt;" in kept_page and "Verdict: unproven." in kept_page
    for check in checks().values():
        assert check.ask in kept_page
    assert "emergency number" in kept_page
    assert not re.search(r"(?:src|href)=", kept_page), "it asks for nothing from elsewhere"


def test_the_checklist_s_widgets_follow_and_the_page_grows() -> None:
    panel = ChecklistPanel()
    assert panel.view is not None
    view = panel._view
    view.says.text = "Beetroot heals anemia"
    found, wrote = view.rows["evidence"]
    found.value, wrote.text = "partly", "a picture"
    view.verdict.value = "unproven"
    assert (panel.says, panel.answers["evidence"], panel.notes["evidence"]) == (
        "Beetroot heals anemia", "partly", "a picture",
    )  # fmt: skip
    assert "Beetroot heals anemia" in view.keep.html and "a picture" in view.keep.html
    assert view.words.status == panel.status
    panel.close()


def test_the_twin_of_the_checklist_is_stable() -> None:
    assert kept(ChecklistPanel()) == kept(ChecklistPanel())
    assert str(date.today().year) not in kept(ChecklistPanel())["text/html"]


# --- the article ---


def test_every_sentence_of_the_rebuilt_article_rests_on_a_place_and_a_source() -> None:
    article = RebuiltArticle()
    for title, sentences in rebuilt().items():
        assert f"<h3>{title}</h3>" in article.words()
        for one in sentences:
            assert one.says.split("'")[0] in article.words() and one.taught.link() in article.words()
            assert one.says.endswith(".") and len(one.says) < 260
    number = sum(map(len, rebuilt().values()))
    assert article.words().count("<sup ") == article.words().count("<li>") == number
    assert f"{number} sentences" in article.status


def test_the_article_to_print_has_no_link_that_leads_nowhere() -> None:
    printed = RebuiltArticle().page_to_keep()
    assert "href" not in printed and "notebook 05 Choosing a treatment, under What does harm" in printed
    assert source("HOWARD2004").short in printed


def test_a_document_is_escaped() -> None:
    assert "<title>a &lt;b&gt;</title>" in document("a <b>", "")
    assert repr(KeepPage(name="x.html")) == "KeepPage('x.html')"
