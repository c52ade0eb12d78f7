"""Who says what: which number belongs to which name, and what the line says of it.

lines --> names and numbers --> what is said of each --> to whom each number belongs
          atoms                 contexts                 columns (a table), lists, runs (a line)
"""

from __future__ import annotations

from helpers.blood.reports.atoms import Claim, Number, Row
from helpers.blood.reports.columns import Columns
from helpers.blood.reports.contexts import Contexts
from helpers.blood.reports.layout import Line
from helpers.blood.reports.limits import explained
from helpers.blood.reports.lists import Lists
from helpers.blood.reports.runs import Runs


def claims_of(lines: list[Line]) -> list[Claim]:
    """Every name of lines that belong together, with its numbers; one line, or names and numbers on their own lines."""
    row = Row(lines)
    if not row.atoms:
        return []
    Contexts(row).tell()
    numbers = [atom for atom in row.atoms if isinstance(atom, Number)]
    columns = Columns(row)
    if len(lines) > 1 and numbers:
        columns.under_names(numbers) or columns.by_turns()
    elif not columns.under_headings(numbers):
        for atoms in Lists(row).bind():
            Runs(row, atoms).bind()
    claims = [atom for atom in row.atoms if isinstance(atom, Claim)]
    for claim, following in zip(claims, [*claims[1:], None], strict=False):
        claim.rest = row.pieces[claim.where + 1 : following.where if following else len(row.pieces)]
        claim.apart = bool(claim.numbers) and row.words_between(claim.where, claim.numbers[0].where)
    explained(claims)
    return claims
