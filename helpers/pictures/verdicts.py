"""The claims of the course by verdict and by harm: one square a claim.

>>> VerdictsPicture("article").point()
"Of the article's 30 claims 7 are accurate and 4 are wrong; the rest is neither"
"""

from __future__ import annotations

from collections import Counter

from helpers.evidence import records
from helpers.pictures import look
from helpers.pictures.live import LiveFigure, rectangle
from helpers.pictures.still import StillPicture

_LEFT, _SIDE, _STEP, _IN_A_LINE, _TOP, _GAP = 118, 23, 26, 14, 62, 8
_WHOSE = {"article": "the article's ", "comment": "its readers' ", "public": "the other ", "": "all "}


class VerdictsPicture(StillPicture):
    """Every claim as a square in the row of its verdict, with the rank of the harm of judging it wrongly.

    Args:
        group: article, comment or public; all of them unless given.

    Raises:
        ValueError: no claim is of that group.
    """

    def __init__(self, group: str = "") -> None:
        ranks = {row["harm"]: row["rank"] for row in records("claim_harms")}
        rows = [row for row in records("claims") if group in ("", row["group"])]
        if not rows:
            raise ValueError(f"There are no claims of the group {group!r}. The groups are article, comment and public.")
        self.group, self.sources = group, "COURSE"
        self.harms = {row["rank"]: row["label"] for row in records("claim_harms")}
        self.ranks = {
            verdict["verdict"]: sorted(ranks[row["harm"]] for row in rows if row["verdict"] == verdict["verdict"])[::-1]
            for verdict in records("claim_verdicts")
        }
        self.live = LiveFigure(look.WIDTH, _TOP + sum(self._height(found) for found in self.ranks.values()))
        self.write_title()
        top = _TOP
        for verdict, found in self.ranks.items():
            self._draw(verdict, found, top)
            top += self._height(found)

    @staticmethod
    def _height(found: list[int]) -> int:
        return max(1, -(-len(found) // _IN_A_LINE)) * _STEP + _GAP

    def _draw(self, verdict: str, found: list[int], top: float) -> None:
        self.live.text(12, top + 2, verdict, fontweight="bold")
        height = self._height(found) - _GAP
        axes = self.live.sheet(_LEFT, top, _IN_A_LINE * _STEP, height, ylim=(height, -1), label=verdict)
        for place, rank in enumerate(found):
            x, y = place % _IN_A_LINE * _STEP, place // _IN_A_LINE * _STEP
            fill = look.shade(rank)
            axes.add_patch(rectangle((x, y), _SIDE, _SIDE, facecolor=fill, edgecolor=look.QUIET, linewidth=1))
            axes.text(
                x + _SIDE / 2, y + _SIDE / 2, str(rank), ha="center", va="center_baseline", color=look.text_on(fill),
                **look.LETTERS,
            )  # fmt: skip

    def point(self) -> str:
        """How few are plainly one or the other."""
        number = sum(map(len, self.ranks.values()))
        right, wrong = len(self.ranks["accurate"]), len(self.ranks["wrong"])
        return f"Of {_WHOSE[self.group]}{number} claims {right} are accurate and {wrong} are wrong; the rest is neither"

    def describe(self) -> str:
        """Every row in words."""
        rows = []
        for verdict, found in self.ranks.items():
            counted = ", ".join(f"{many} {self.harms[rank]}" for rank, many in Counter(found).items())
            rows.append(f"{verdict}: {len(found)}{f' ({counted})' if counted else ''}")
        return f"{self.point()}. Claims by verdict, with the harm of judging them wrongly: {'; '.join(rows)}."

    def caption(self) -> str:
        """How to read it."""
        scale = ", ".join(f"{rank} {self.harms[rank]}" for rank in sorted(self.harms))
        return f"One square a claim. In it, the harm of judging it wrongly: {scale}. The verdicts are this course's."
