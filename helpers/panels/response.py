"""Is it a response? Move a count after treatment and see every system of criteria judge it.

The model is plain traits and can be driven without a notebook:

>>> panel = ResponsePanel(BloodCount.of(hb=118, anc=1.6, plt=120, age_y=34, sex="female", trimester=0))
>>> panel.transfusion_free = True
>>> panel.status
'A complete response in 2 of 4 systems. 3 more systems judge line by line or know no complete response.'
"""

from __future__ import annotations

import ipywidgets
import pandas as pd
import traitlets

from helpers import page
from helpers.blood.care.response import LEVELS, Response, ranked_systems, respond_all
from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import short_name
from helpers.panels.amounts import amount_slider
from helpers.panels.controls import Choice, Slider
from helpers.panels.person import SEX, YES_NO, age_slider, fitting, gives_way, left_out, neutrophils_too_many
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.red_flags import HasRedFlags
from helpers.panels.traits import Count, HasCount, Measured
from helpers.pictures.response import ResponsePicture
from helpers.wording import links

_NOW = ("hb", "anc", "plt", "retic")
_BEFORE = ("hb_before", "anc_before", "plt_before")
_SEVERITY = {"not known": None, "severe or very severe": "severe", "non-severe": "non_severe"}


class ResponsePanel(HasCount, HasRedFlags, PicturedPanel):
    """A count after treatment, ``count``, under every system of response criteria.

    Args:
        now: where it starts and what "reset" returns to.
        before: the count before treatment, for systems that judge a rise.
        severity_before: "severe" or "non_severe".
        transfusion_free: whether no transfusions are needed any more.
    """

    before = Count(help="the count before treatment")
    severity_before = traitlets.Enum(["severe", "non_severe"], None, allow_none=True)
    transfusion_free = traitlets.Bool(None, allow_none=True)
    more = traitlets.Bool(False, help="whether further controls are shown")
    hb_before, anc_before, plt_before = (Measured(name.removesuffix("_before"), "before") for name in _BEFORE)

    def __init__(
        self,
        now: BloodCount,
        before: BloodCount | None = None,
        severity_before: str | None = None,
        transfusion_free: bool | None = None,
    ) -> None:
        super().__init__()
        self.count, self.before = now, before or BloodCount.of()
        self.severity_before, self.transfusion_free = severity_before, transfusion_free
        self.begin()

    # --- the model ---

    def flagged(self) -> tuple[BloodCount, dict[str, str]]:
        """The count after treatment."""
        return self._fitting(), {}

    def _white_gives_way(self) -> bool:
        """White cells have no slider here: where neutrophils are moved above them, they are left out."""
        return gives_way(self.count, self._start["count"], "wbc")

    def _fitting(self) -> BloodCount:
        return fitting(self.count.change(wbc=None) if self._white_gives_way() else self.count)

    def not_asked(self) -> tuple[str, ...]:
        """Alarm signs of anemia: the panel is about a response. What is raised is told all the same."""
        return ("alarm=heart", "exhausted=yes")

    def _update(self) -> None:
        now = self._fitting()
        about = dict(severity_before=self.severity_before, transfusion_free=self.transfusion_free, before=self.before)
        self.found: list[Response] = respond_all(now, **about)
        self.draw(lambda: ResponsePicture(now, **about), now, **about)
        others = len(self.found) - len(ranked_systems())
        more = f"{others} more systems judge line by line or know no complete response."
        wrong = left_out(self.count, "wbc") if self._white_gives_way() else neutrophils_too_many(self.count)
        self.status = f"{self.picture.point()}. {more} {wrong}".strip()

    # --- the words ---

    def table(self) -> pd.DataFrame:
        """Every system: what it calls this, and because of what; the last column is light markdown."""
        rows = [
            (one.label, LEVELS[one.level], f"{page.literal(f'{one.reason} {one.caution}'.strip())} {links(one.source)}")
            for one in self.found
        ]
        return pd.DataFrame(rows, columns=["system", "response", "because"]).set_index("system")

    def words(self) -> str:
        """The words below the picture as HTML."""
        return page.BELOW + page.table(self.table(), "The same count under every system", markdown=["because"])


class _View(PicturedView, of=ResponsePanel):
    """The panel's widgets."""

    def controls(self) -> list[ipywidgets.Widget]:
        """The count now; folded, the person and the count before."""
        model = self.model
        self.sliders = {name: amount_slider(name, getattr(model, name)) for name in _NOW}
        self.before = {name: self._before(name) for name in _BEFORE}
        self.age, self.sex = age_slider(model.age_y), Choice("Sex", SEX, model.sex)
        self.free = Choice("Free of transfusions", YES_NO, model.transfusion_free)
        self.severity = Choice("Severity before", _SEVERITY, model.severity_before)
        self.link(**self.sliders, **self.before, age_y=self.age, sex=self.sex)
        self.link(transfusion_free=self.free, severity_before=self.severity)
        further = [self.age, self.sex, self.severity, *self.before.values()]
        fold = self.fold("More: the person, the count before", further)
        return [*self.sliders.values(), self.free, *fold, self.button("Reset", model.reset)]

    def _before(self, name: str) -> Slider:
        analyte = name.removesuffix("_before")
        return amount_slider(analyte, getattr(self.model, name), label=f"{short_name(analyte)} before treatment")
