"""No word of a reason changes unseen."""

from golden import FILE, reasons


def test_every_reason_is_the_one_that_was_looked_at():
    kept, now = FILE.read_text(encoding="utf-8").splitlines(), reasons().splitlines()
    changed = [line for line in now if line not in set(kept)]
    gone = [line for line in kept if line not in set(now)]
    assert (changed[:3], gone[:3]) == ([], []), "if this was meant: python tests/golden.py"
    assert now == kept


def test_the_file_holds_what_learners_are_told():
    text = FILE.read_text(encoding="utf-8")
    assert "Not complete: ." not in text
    assert text.count("\n# ") > 40
