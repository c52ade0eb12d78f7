"""The map of the house, and its front door: what a notebook needs comes from here, wherever its file stands.

>>> from helpers import BloodCount, grade
>>> str(grade(BloodCount.of(hb=72, age_y=34, sex="female"), "ctcae")["anemia"].grade)
'3'

A count comes in and goes one way, never back::

    report --> BloodCount --> low for this person? --> how low? --> why? -----> what now?
    reports/   core/          grading/                 grading/     search/     care/
                                   |
                                   v
                     a picture of it --> a panel that moves it --> a question about it --> what was answered
                     pictures/           panels/                   questions/, cards/      record/

Rooms, from the ground up (nothing looks up; a check in the tests keeps it so):

``evidence``    The one door to ``data/``: reads a table once, typed by its schema; finds, cites and shows its sources.
``page``        The one door for HTML: what is typed or pasted is never markup. ``dom.js`` is what its scripts share.
``wording``     How a sentence is put together: lists, plurals, capital letters, who a person is, links to sources.
``nesting``     How deep JSON from outside may be nested: what is deeper would end the Python of a page.
``kernel``      What happens around each cell: names of the course are there, old panels are given back.
``live_output`` What a live cell leaves in the file, and how the live widget takes its twin's place.
``blood``       What is true of blood. Knows no picture, no widget, no notebook.

    ``core``        What all share. ``units``: what a printed unit means, and how an amount is written. ``words``: the
                    words of reports in seven languages. ``pieces``: the lexer of printed text. ``amount``: one printed
                    number. ``value``: one measured value, or why it cannot be told. ``count``: ``BloodCount``, values
                    in the course's units, and the person.
                    ``derived``: what the report leaves out but settles. ``confidence_limits``: limits of a share.
                    ``known``: yes, no and unknown, for one person or a column. ``criteria``: one value against one
                    limit, as parts of which words are made last.
                    ``published``: figures of studies. ``conclusions``: what they say together, from rows.
    ``reports``     What a laboratory printed --> ``BloodCount``, in stages that each can be tried alone::

                        text --> lines --> pieces --> who says what --> results --> one count
                                 layout    (core)     assign            results     draft
                                    `----> person: only statements about the person

                    ``assign`` is four steps: ``atoms`` (names, and numbers with their units), ``contexts`` (an earlier
                    result, somebody else's ...; ``limits``: a goal, a definition, what is to be done), then
                    ``columns`` (a table), ``lists`` or ``runs`` (a line) say to whom each number belongs. ``dates``
                    tells the latest of several.
                    ``text`` leads a pasted report along them and says what was made of every stretch; ``tables`` (CSV),
                    ``fhir`` and ``hl7`` have names and numbers apart and begin at ``results``; ``files`` opens a file,
                    ``any_file`` one of any kind.
    ``grading``     ``cohort``: one patient or a million as columns; those who are alike are put in words once.
                    ``reference``: intervals by sex, age, pregnancy, Duffy status; flags. ``systems``: what a grading
                    system is, read from a table. ``severity``: grades under every system, each with its reason;
                    ``single_value`` are systems made of bands of one value, ``multi_line`` weigh several, ``grades``
                    is what they give back.
    ``cells``       ``film``: what a blood film of a count holds. ``differential``: white cells counted one by one.
                    ``rounds``: what is taken for what, drawn in between each other to be named.
                    ``oxygen``: what the blood brings and what the body takes. ``kinetics``: how long each line lasts.
    ``search``      Why. ``patients``: the published ones, each with its count and source. ``traps``: why a
                    true-looking number may be false. ``red_flags``: what cannot wait. ``causes``: what speaks for and
                    against each. ``accuracy``: a test told as people. ``base_rates``: how often it was which cause.
                    ``workup``: the path of the search. ``drugs``: drugs that do it, what proves it, what is done
                    besides stopping.
    ``care``        What now. ``guidelines``: what each names for a ``candidate``, and why. ``first_steps``: what comes
                    first for each cause. ``first_hour``: emergencies, what is done in order, what must not be done.
                    ``support``: transfusions, iron, fever, prevention, the person. ``response``: whether it worked.
                    ``trials``: two arms compared. ``pocket``: one page to keep, drawn from all of them.
                    ``road``: the one figure of the whole course, station by station.

``pictures``    Matplotlib. ``look`` (inks, shades), ``live`` (a picture that stays alive; ``vector`` writes it as
                SVG), ``still`` (one that does not move), and the pictures:
                ``count`` (what it says: ``count_words``), ``intervals``, ``definitions``, ``criteria`` (cards:
                Camitta, CTCAE), ``search_cards`` (red flags, traps, ways, causes), ``follow_up`` (who is
                seen again, and when), ``person_card`` (one published patient), ``oxygen``, ``lives``,
                ``findings`` (published figures with their limits; ``forest`` draws them, ``lettering`` measures
                words). Cells are not drawn with lines but painted: ``stain`` (how each looks), ``painted`` (pixels
                with words), ``film`` (a field, the next white cells), ``portraits``, ``family``, ``six_films``,
                ``counting`` (a differential), ``rounds`` (a look, and what came of twenty). ``board`` draws what
                speaks for and against each cause, ``frequencies`` shares as people, ``series`` base rates;
                ``guidelines`` lays texts along the ages, ``support`` draws thresholds and recovery, ``response``
                criteria, ``trials`` what studies found; ``verdicts`` sorts claims; ``road`` draws the road through
                the course. ``progress`` is a learner's own way, ``agreement`` their verdicts beside the course's.
                Each can say itself in words.
``panels``      Widgets: a model of plain traits that runs without a kernel, and a thin view. ``controls`` are labelled
                and work by keyboard; ``explorer`` moves a count, ``film`` the blood film of one, ``oxygen`` what
                delivers oxygen; ``counting`` is a bench for a differential, ``rounds`` are quick looks to be named,
                ``report`` reads a pasted count
                (``report_shown`` shows it back and asks at its place what would settle a declined number);
                ``causes`` is the cause board, ``series`` moves base rates, ``accuracy`` a test, ``workup`` the search;
                ``red_flags`` is what cannot wait, and the question it asks, on all that show a count: open where it is
                the matter, else behind a line that names it. ``treatment``
                compares guidelines and tells what
                comes first for a cause, ``support`` and ``response`` move counts against their limits;
                ``first_hour`` and ``drugs`` tell one of several in words (``told`` is what they share);
                ``claims`` lets claims be judged and checked, and gives pages to ``keep``.
                ``panel`` (its traits are its whole state, kept by ``state`` and given back by ``restore``; shown in
                a cell, it comes back as the learner left it there),
                ``pictured`` (one around a picture; its longer tables stand below, after ``page.BELOW``), ``traits``
                (what a state is made of; a panel that ``HasCount``), ``amounts`` and ``person`` (controls of a count
                and of whose it is) and ``layout`` are what they share; the controls' JavaScript stands in ``static``;
                ``tables`` is how a notebook shows frames, ``lab_report`` how it shows one person's count: as printed,
                as read, as flagged.
``questions``   ``bank`` (questions, kept as data), ``exercise`` (what all have), ``kinds`` (one file for each way to
                ask and to judge), ``answers`` (worked out from ``blood``), ``judge`` (pure, with ``compare`` for
                tables), ``rounds`` (numbers and order, drawn anew), ``slips`` (their closed list), ``check_questions``
                (for those who write them); ``claims`` (what is said of blood counts, judged).
``record``      What a learner did. ``session`` (what was answered), ``log`` (kept, at its ``place``: on this computer
                in a ``record_file``, in a browser by ``browser_file``), ``restore`` (ties it to the session),
                ``panel_states`` (how panels were left), ``journey`` (where a learner stands: pure), ``exchange``
                (taking it along: pure).
``cards``       What the learner sees of it: ``card`` (one question), ``forms`` (the test, taken three times),
                ``record_panel``, ``progress_page``, ``question_index`` (where each question stands),
                ``pocket_sheet`` (one page to print), ``road`` (each station a link, the learner's own way marked),
                take_along (three lines, slips put right, a card to print; the sources, folded);
                ``on_page`` keeps them in step; ``static_fallback`` leaves what is
                seen where there is no kernel.
``selfcheck``   Whether this computer has what the course needs; standard library only.
``dictionary``  Writes ``data/README.md`` from the schema and ``data/REVIEWED.md`` from the dates in the tables.

``panels`` and ``cards`` do not know each other; a notebook brings them together. Numbers live in ``data/``, rules
in ``blood``, sentences in the notebooks.
"""

from importlib import import_module
from typing import Any

_ROOMS = {
    "evidence": "cite cited constant source sourced table",
    "blood.core.units": "convert show",
    "blood.core.count": "BloodCount Person",
    "blood.core.derived": "absolute_retic anc complete corrected_wbc maturation_days mcv retic_index rule_of_three",
    "blood.core.confidence_limits": "wilson_limits",
    "blood.reports.text": "read_report",
    "blood.reports.tables": "read_csv",
    "blood.reports.fhir": "read_fhir",
    "blood.reports.hl7": "read_hl7",
    "blood.grading.reference": "flag interval limits",
    "blood.search.red_flags": "red_flags",
    "blood.grading.severity": "grade grade_all grades_table hemoglobin_adjustment",
    "blood.cells.film": "Film",
    "blood.search.causes": "Findings weigh",
    "blood.search.base_rates": "printed_slips",
    "blood.search.drugs": "drug",
    "blood.search.traps": "traps",
    "blood.care.first_hour": "first_hours",
    "blood.care.candidate": "Candidate",
    "blood.care.guidelines": "compare first_choices",
    "blood.care.trials": "compared",
    "pictures.counting": "LimitsPicture",
    "pictures.criteria": "CamittaSteps EditionsGrid",
    "pictures.follow_up": "FollowUpCards",
    "pictures.search_cards": "CausesByWay RedFlagCards SafetyCards TrapCards WaysCards",
    "pictures.definitions": "DefinitionsPicture",
    "pictures.family": "FamilyPicture",
    "pictures.findings": "FindingsPicture",
    "pictures.intervals": "ChancePicture SetsPicture",
    "pictures.lives": "LivesPicture StoppedPicture",
    "pictures.person_card": "PersonCard",
    "pictures.oxygen": "BleedingExperimentPicture MortalityPicture",
    "pictures.portraits": "PortraitsPicture",
    "pictures.rounds": "FilmToTell",
    "pictures.six_films": "SixFilmsPicture",
    "pictures.trials": "arms TrialsPicture",
    "pictures.verdicts": "VerdictsPicture",
    "panels.accuracy": "TestPanel",
    "panels.causes": "CauseBoard",
    "panels.claims": "ChecklistPanel ClaimBench RebuiltArticle",
    "panels.counting": "CountingBench",
    "panels.drugs": "DrugPanel",
    "panels.explorer": "CountExplorer",
    "panels.film": "FilmPanel",
    "panels.first_hour": "FirstHourPanel",
    "panels.lab_report": "AsPrinted AsRead LabReport",
    "panels.oxygen": "OxygenPanel",
    "panels.report": "ReportReader",
    "panels.response": "ResponsePanel",
    "panels.rounds": "FilmRounds",
    "panels.series": "BaseRates",
    "panels.support": "SupportPanel",
    "panels.tables": "show_tables_plainly",
    "panels.treatment": "CausePanel GuidelinePanel",
    "panels.workup": "WorkUp",
    "cards.card": "ask check",
    "cards.forms": "after before later",
    "cards.pocket_sheet": "PocketSheet",
    "cards.record_panel": "where_you_stand your_record",
    "cards.road": "Road",
    "cards.take_along": "TakeAlong references",
}

_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = sorted(_ROOM_OF)


def __getattr__(name: str) -> Any:
    """A name of the course is loaded where it is first used, so that no notebook waits for what it does not show."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
    return value


def __dir__() -> list[str]:
    return __all__
