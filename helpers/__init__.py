"""The map of the house: how the course's code is laid out, and the way a blood count travels through it.

A count comes in and goes one way, never back::

    report --> BloodCount --> low for this person? --> how low? --> why? -----> what now?
               count.py       reference.py             severity.py  causes.py   treatment.py
                                   |
                                   v
                     a picture of it --> a panel that moves it --> a question about it
                     pictures/           panels/                   exercises/

Rooms, from the ground up (nothing looks up; a check in the tests keeps it so):

``evidence``    The one door to ``data/``: reads a table once, typed by its schema; finds and cites a source.
``blood``       What is true of blood. Knows no picture, no widget, no notebook.

    ``units``       What a printed unit means, and how an amount is written.
    ``count``       ``BloodCount``: values in the course's units, the person, and why a value cannot be told.
    ``reading``     A pasted report or a CSV --> ``BloodCount``; ``fhir`` does so for an HL7 FHIR bundle. They stand on
                    ``names`` (what a line speaks of), ``printed`` (one result) and ``draft`` (a count in the making).
    ``derived``     Neutrophils, indices, reticulocytes: what the report leaves out but settles.
    ``traps``       Why a true-looking number may be false: clumps, cold agglutinins, a drip, pregnancy.
    ``cohort``      One patient or a million as columns, sorted into kinds of people who share their limits.
    ``reference``   Intervals by sex, age, pregnancy, Duffy status; flags.
    ``oxygen``      What the blood brings and what the body takes. ``lives``: how long each line lasts without a marrow.
    ``film``        What a blood film of a count holds: how many of each cell in a field, how large, what is left out.
                    ``differential``: white cells counted one by one. ``chance``: exact limits of a counted share.
    ``causes``      Why: what was found, and what speaks for and against each cause. ``red_flags``: what cannot wait.
                    ``accuracy``: a test told as people. ``series``: how often it was which cause. ``workup``: the path
                    of the search, with what each test costs.
    ``treatment``   What now: what each guideline names for one person, why, and what would have to change; what comes
                    first for each cause. ``support``: transfusions, iron, fever. ``response``: whether it worked.
                    ``trials``: two arms compared, and how many must be treated for one more.
    ``severity``    Grades under every system, each with its reason; criteria are rows of ``data/``. ``ladders`` are
                    systems made of bands of one value, ``tallies`` weigh several, ``grades`` is what they give back.

``pictures``    Matplotlib. ``look`` (inks, shades), ``live`` (a picture that stays alive), ``still`` (one that does not
                move), ``page`` (the one door for HTML), and the pictures: ``count``, ``intervals``, ``definitions``,
                ``oxygen``, ``lives``, ``findings`` (published figures with their limits; ``forest`` draws them,
                ``lettering`` measures words). Cells are not drawn with lines but painted: ``stain`` (how each looks),
                ``painted`` (pixels with words), ``film`` (a field, the next white cells), ``portraits``, ``family``,
                ``six_films``, ``counting`` (a differential). ``board`` draws what speaks for and against each cause,
                ``frequencies`` shares as people, ``series`` base rates; ``guidelines`` lays texts along the
                ages, ``support`` draws thresholds and recovery, ``response`` criteria, ``trials`` what studies found.
                ``progress`` is a learner's own way. Each can say itself in words.
``panels``      Widgets: a model of plain traits that runs without a kernel, and a thin view. ``controls`` are labelled
                and work by keyboard; ``explorer`` moves a count, ``film`` the blood film of one, ``oxygen`` what
                delivers oxygen; ``counting`` is a bench for a differential, ``report`` reads a pasted count;
                ``causes`` is the cause board, ``series`` moves base rates, ``accuracy`` a test, ``workup`` the search;
                ``red_flags`` is the banner of all that show a count. ``treatment`` compares guidelines and tells what
                comes first for a cause, ``support`` and ``response`` move counts against their limits.
                ``panel``, ``pictured`` (one around a picture), ``amounts`` and ``person`` (controls of a count and of
                whose it is), ``layout`` and ``words`` are what they share; ``tables`` is how a notebook shows frames.
``exercises``   ``bank`` (questions, kept as data), ``rules`` (answers computed from ``blood``), ``judge`` (pure, with
                ``compare`` for tables), ``card`` (what the learner sees), ``session`` (what was answered), ``trial``
                (for those who write questions), ``forms`` (the tests before and after the course); ``twinned`` leaves
                what is seen where there is no kernel.

    The learner's record: ``record`` (a log on this computer, in a ``record_file``), ``resume`` (ties it to the
    session), ``journey`` (where a learner stands: pure), ``places`` (where each question stands), ``standing`` (the
    page that says so), ``exchange`` (taking it along: pure), ``desk`` (what the learner sees of all this).
``selfcheck``   Whether this computer has what the course needs; standard library only.
``dictionary``  Writes ``data/README.md`` from the schema.

``panels`` and ``exercises`` do not know each other; a notebook brings them together. Numbers live in ``data/``, rules
in ``blood``, sentences in the notebooks.
"""
