"""Do the cards of criteria say what the tables say, in words, and can everybody see them?"""

from __future__ import annotations

import re
from html import unescape

import pytest

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.search.patients import patients
from helpers.blood.search.red_flags import URGENCIES
from helpers.blood.search.traps import traps
from helpers.evidence import records
from helpers.pictures import look
from helpers.pictures.criteria import CamittaSteps, EditionsGrid
from helpers.pictures.follow_up import FollowUpCards
from helpers.pictures.person_card import PersonCard
from helpers.pictures.search_cards import CausesByWay, RedFlagCards, SafetyCards, TrapCards, WaysCards
from helpers.wording import capital

ALL = [CamittaSteps, EditionsGrid, WaysCards, RedFlagCards, CausesByWay, FollowUpCards, SafetyCards]


def said(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html).replace("\N{NO-BREAK SPACE}", " "))


@pytest.mark.parametrize("make", ALL)
def test_the_cards_show_their_point_and_cite_their_sources(make):
    shown = make()
    html = shown._repr_html_()
    assert shown.point() in said(html) and shown.point() in repr(shown)
    assert shown.sources and ("Sources:" in html) is not shown.sourced_each and make()._repr_html_() == html
    assert len(shown.table()) and not shown.table().isna().any().any()


def test_every_row_of_camitta_is_on_the_cards():
    html = said(CamittaSteps()._repr_html_())
    for row in records("aplastic"):
        assert f"{row['limit']:g}" in html, row["id"]
    for tier, needed in (("Aplastic anemia", "2 of 3"), ("Severe", "2 of 3")):
        assert needed in html.split(tier)[1].split("Very severe")[0]
    assert "reticulocytes below 20 ×10⁹/L (counted by eye), or 60 ×10⁹/L (counted by a machine)" in html
    assert "40 (caution: printed in a textbook excerpt only)" in html, "a weak source is said to be one"


def test_what_a_row_says_of_the_marrow_alone_stands_there():
    html = said(CamittaSteps()._repr_html_())
    for key in ("AA-E1", "AA-V1"):
        assert next(row["note"] for row in records("aplastic") if row["id"] == key) in html


def test_a_changed_grade_is_framed_and_says_what_it_was():
    grid = EditionsGrid()
    cells = re.findall(r"<td[^>]*box-shadow[^>]*>(.*?)</td>", grid._repr_html_())
    assert len(cells) == sum(grid.moved(item, grade) for item in grid.items for grade in (1, 2, 3, 4)) == 8
    assert all(">was " in cell for cell in cells) and grid.point().startswith("8 limits")
    neutrophils = [said(cell) for cell in cells[:4]]
    assert [cell.split()[1] for cell in neutrophils] == ["1.5", "1", "0.5", "0.1"]


def test_the_frame_of_a_changed_grade_is_seen_on_every_shade():
    frames = re.findall(r"<td[^>]*box-shadow:([^;]*)", EditionsGrid()._repr_html_())
    assert frames
    for frame in frames:
        rings = re.findall(r"#\w{3,6}", frame)
        for grade in (1, 2, 3, 4):
            assert max(look.contrast(ring, look.shade(grade)) for ring in rings) >= 3
        assert look.contrast(*rings) >= 3, "each ring stands out from the other"


def test_every_number_of_both_editions_is_in_the_grid():
    grid = EditionsGrid()
    rows = [row for row in records("severity") if row["system"] == "ctcae" and row["item"] in grid.items]
    assert len(grid.table()) == 16
    for row in (row for row in rows if row["grade"] < 5):
        cell = grid.table().loc[(row["item"].capitalize(), row["grade"]), f"CTCAE {row['edition']}"]
        assert row["lower_limit_normal"] or row["upper"] is None or f"below {row['upper']:g}" in cell
        assert not row["clinical"] or (row["clinical"] in cell and row["clinical"] in said(grid._repr_html_()))


def test_one_edition_has_nothing_that_changed():
    assert "box-shadow" not in EditionsGrid(("platelets",), ("5.0", "5.0"))._repr_html_()


def test_five_ways_are_drawn_each_in_its_own_way_and_in_words():
    html = WaysCards()._repr_html_()
    alts, pictures = re.findall(r'alt="([^"]+)"', html), re.findall(r'src="([^"]+)"', html)
    assert len(alts) == len(set(alts)) == len(set(pictures)) == 5 and WaysCards().point().startswith("Five ways")
    for row in records("mechanisms"):
        for column in ("label", "what", "marrow", "retic"):
            assert row[column] in said(html).replace("&#x27;", "'"), (row["mechanism"], column)


def test_words_read_on_every_shade():
    for shade, ink in re.findall(r"background-color:(#\w{6});color:(#\w{6})", EditionsGrid()._repr_html_()):
        assert look.contrast(shade, ink) >= 4.5


def test_every_red_flag_stands_under_how_soon_one_must_act():
    html = said(RedFlagCards()._repr_html_()).replace("&#x27;", "'")
    now, later = html.split("The same day")
    for row in records("red_flags"):
        part = now if row["urgency"] == "emergency" else later
        for column in ("label", "why", "at_once"):
            assert row[column] in part, (row["flag"], column)


def test_every_text_on_follow_up_stands_on_the_card_of_its_situation():
    html = FollowUpCards()._repr_html_()
    cards = [unescape(said(card)) for card in re.findall(r"<details[^>]*>(.*?)</details>", html)]
    rows = [row for row in records("support") if row["topic"] == "follow_up"]
    assert len(cards) == len({row["indication"] for row in rows}) and len(FollowUpCards().table()) == len(rows)
    for row in rows:
        (card,) = (one for one in cards if one.strip().lower().startswith(row["indication_label"].lower() + " "))
        for words in (capital(row["guideline"]), unescape(said(page.inline(row["says"]))), row["note"] or ""):
            assert " ".join(words.split()) in card, row["id"]


def test_follow_up_of_some_is_chosen_by_name():
    some = FollowUpCards("pnh", "aplastic")
    assert list(some.rows) == ["pnh", "aplastic"] and "Dutch protocol" in said(some._repr_html_())
    with pytest.raises(ValueError, match=r"followed for 'gout'\. Choose among: aplastic"):
        FollowUpCards("gout")


def test_every_cause_stands_under_its_way():
    html = CausesByWay()._repr_html_()
    folds = [said(fold) for fold in html.split("<details")[1:]]
    folds = {next(way["label"] for way in records("mechanisms") if way["label"] in fold): fold for fold in folds}
    assert len(folds) == len(records("mechanisms"))
    label = {way["mechanism"]: way["label"] for way in records("mechanisms")}
    for row in records("causes"):
        fold = folds[label[row["mechanism"]]].replace("&#x27;", "'")
        assert row["label"] in fold and row["clinched_by"] in fold, row["cause"]
    assert str(len(records("causes"))) in CausesByWay().point()


def test_a_trap_is_named_with_what_is_seen_why_and_what_to_do():
    morning, noon = BloodCount.of(hb=128, wbc=6.4, plt=240), BloodCount.of(hb=93, wbc=4.6, plt=170, glucose=33)
    shown = TrapCards(noon, previous=morning)
    html = said(shown._repr_html_()).replace("&#x27;", "'").replace("&lt;", "<")
    assert shown.found == traps(noon, previous=morning) and shown.found
    for one in shown.found:
        assert one.name in shown.point()
        for words in (one.sentence, one.reason, one.what_to_do):
            assert words in html, one.name
    assert len(shown.table()) == len(shown.found)


def test_without_a_trap_it_says_so():
    assert TrapCards(BloodCount.of(hb=140, wbc=6.0, plt=250)).point() == "No trap is seen"


def test_a_safety_trap_says_why_and_what_is_done_instead():
    shown = SafetyCards("plt_ttp", "b12_first")
    html = said(shown._repr_html_()).replace("&#x27;", "'")
    assert [row["trap"] for row in shown.rows] == ["plt_ttp", "b12_first"] and shown.point().startswith("2 traps")
    for row in shown.rows:
        for words in (row["label"], row["why"], f"Instead: {row['instead']}"):
            assert words in html, row["trap"]


def test_safety_traps_leave_out_what_is_weak_unless_it_is_asked_for():
    assert {row["confidence"] for row in SafetyCards().rows} == {"A", "B"} and len(SafetyCards("plt_80").rows) == 1
    with pytest.raises(ValueError, match=r"There is no trap 'gout'\. Choose among: spleen_atg"):
        SafetyCards("gout")


def test_red_flags_named_stand_first_and_the_others_are_folded():
    named = ("neutropenic_fever", "b12_nerves")
    labels = {row["flag"]: page.escape(row["label"]) for row in records("red_flags")}
    labels |= {flag: f"{labels[flag]} ({soon})" for flag, soon in zip(named, URGENCIES.values(), strict=True)}
    first, folded = RedFlagCards(*named).cards().split("<details>")
    assert folded.startswith(f"<summary><strong>Open the {len(labels) - 2} others</strong></summary>")
    for flag, label in labels.items():
        where, other = (first, folded) if flag in named else (folded, first)
        assert where.count(f"<strong>{label}</strong>") == 1 and f"<strong>{label}</strong>" not in other, flag
    assert RedFlagCards(*named).point().startswith(f"Two of {len(labels)} red flags first: ")
    assert "<details>" not in RedFlagCards().cards()
    with pytest.raises(ValueError, match="hunger"):
        RedFlagCards("hunger")


def test_a_published_patient_reads_as_one_tells_of_a_person():
    card = PersonCard("CRS-014")
    assert list(card.told()) == [
        "The first count", "The marrow", "What else was looked at", "What the doctors called it", "What was done",
        "What came of it", "To know",
    ]  # fmt: skip
    html = unescape(card._repr_html_())
    assert "<table" not in html and "<strong>Man of 38, published patient 014</strong>" in html
    assert "hemoglobin 112 g/L" in card.told()["The first count"]
    assert all(f"<strong>{name}.</strong>" in html for name in card.told())


@pytest.mark.parametrize("key", patients())
def test_what_a_report_does_not_tell_is_said(key):
    told = PersonCard(key).told()
    for part, words in (("What was done", patients()[key].treatment), ("What came of it", patients()[key].outcome)):
        assert told[part] == (words or "The report does not tell")


def test_a_patient_there_is_none_of_is_told():
    with pytest.raises(KeyError, match="no published patient 'CRS-999'"):
        PersonCard("CRS-999")
