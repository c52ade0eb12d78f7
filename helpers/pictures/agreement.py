"""A learner's verdicts on claims beside the course's: one bar a verdict."""

from __future__ import annotations

from helpers.pictures.progress import ProgressPicture


class AgreementPicture(ProgressPicture):
    """How often a learner and the course gave the same verdict, by the course's verdict.

    Args:
        parts: one a verdict: ``right`` the same, ``not_yet`` another one, ``open`` not judged.

    Raises:
        ValueError: there is none.
    """

    _ROW = 54

    def point(self) -> str:
        """How many are the same."""
        same = sum(part.right for part in self.parts)
        judged = same + sum(part.not_yet for part in self.parts)
        return f"You and the course agree on {same} of {judged} claims"

    def describe(self) -> str:
        """Every bar in words."""
        bars = []
        for part in self.parts:
            words = ((part.right, "the same"), (part.not_yet, "another verdict"), (part.open, "not judged"))
            bars.append(f"{part.name}: " + ", ".join(f"{number} {word}" for number, word in words if number))
        return f"{self.point()}. {'; '.join(bars)}."

    def caption(self) -> str:
        """How to read it."""
        return "By the course's verdict. Dark: you gave the same. Hatched: another one. Empty: not judged yet."
