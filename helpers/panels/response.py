"""Is it a response? Move a count after treatment and see every system of criteria judge it.

The model is plain traits and can be driven without a notebook:

>>> panel = ResponsePanel(BloodCount.of(hb=118, anc=1.6, plt=120, age_y=34, sex="female", trimester=0))
>>> panel.transfusion_free = True
>>> panel.status, panel.table()
"""

from __future__ import annotations

import ipywidgets
import pandas as pd
import traitlets

from helpers.blood.causes import Findings
from helpers.blood.count import BloodCount
from helpers.blood.response import LEVELS, Response, respond_all
from helpers.panels.amounts import amount_slider, known
from helpers.panels.controls import Button, Choice, Switch, tie
from helpers.panels.layout import folded, unfold
from helpers.panels.person import SEX, YES_NO, age_slider
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.red_flags import banner
from helpers.panels.words import links
from helpers.pictures import page
from helpers.pictures.count import short_name
from helpers.pictures.response import ResponsePicture

_NOW = ("hb", "anc", "plt", "retic")
_BEFORE = ("hb_before", "anc_before", "plt_before")
_KNOWN = ("age_y", "sex", "severity_before", "transfusion_free")
_SEVERITY = {"not known": None, "severe or very severe": "severe", "non-severe": "non_severe"}


class ResponsePanel(PicturedPanel):
    """A count after treatment under every system of response criteria.

    Args:
        now: where it starts and what "reset" returns to.
        before: the count before treatment, for systems that judge a rise.
        severity_before: "severe" or "non_severe".
        transfusion_free: whether no transfusions are needed any more.
    """

    hb = traitlets.Float(None, allow_none=True, help="g/L")
    anc = traitlets.Float(None, allow_none=True, help="10^9/L")
    plt = traitlets.Float(None, allow_none=True, help="10^9/L")
    retic = traitlets.Float(None, allow_none=True, help="10^9/L")
    hb_before = traitlets.Float(None, allow_none=True, help="g/L")
    anc_before = traitlets.Float(None, allow_none=True, help="10^9/L")
    plt_before = traitlets.Float(None, allow_none=True, help="10^9/L")
    age_y = traitlets.Float(None, allow_none=True)
    sex = traitlets.Enum(["female", "male"], None, allow_none=True)
    severity_before = traitlets.Enum(["severe", "non_severe"], None, allow_none=True)
    transfusion_free = traitlets.Bool(None, allow_none=True)

    def __init__(
        self,
        now: BloodCount,
        before: BloodCount | None = None,
        severity_before: str | None = None,
        transfusion_free: bool | None = None,
    ) -> None:
        super().__init__()
        before = before or BloodCount.of()
        self._trimester = now.person.trimester
        self._start = (
            {name: known(now, name) for name in _NOW}
            | {name: known(before, name.removesuffix("_before")) for name in _BEFORE}
            | {"age_y": now.person.age_y, "sex": now.person.sex}
            | {"severity_before": severity_before, "transfusion_free": transfusion_free}
        )
        self.observe(self._moved, [*_NOW, *_BEFORE, *_KNOWN])
        self.reset()

    # --- the model ---

    def reset(self) -> None:
        """Back to where it started."""
        with self._together():
            for name, value in self._start.items():
                setattr(self, name, value)

    @property
    def count(self) -> BloodCount:
        """The count after treatment as the sliders have it."""
        about = {"age_y": self.age_y, "sex": self.sex}
        if self._trimester is not None and self.sex == self._start["sex"]:
            about["trimester"] = self._trimester
        return BloodCount.of(**{name: getattr(self, name) for name in _NOW}, **about)

    def _update(self) -> None:
        before = BloodCount.of(**{name.removesuffix("_before"): getattr(self, name) for name in _BEFORE})
        about = {"severity_before": self.severity_before, "transfusion_free": self.transfusion_free, "before": before}
        self.found: list[Response] = respond_all(self.count, **about)
        if not hasattr(self, "picture"):
            self.picture = ResponsePicture(self.count, **about)
        else:
            self.picture.update(self.count, **about)
        self.status = f"{self.picture.point()}."
        self.changes += 1

    def banner(self) -> str:
        """The red flags of the count as HTML: they stand before everything else."""
        return banner(Findings(self.count))

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
        return page.table(self.table(), "The same count under every system", markdown=["because"])

    # --- showing it ---

    def make_view(self) -> _View:
        """Build the widgets."""
        return _View(self)


class _View(PicturedView):
    """The panel's widgets."""

    def __init__(self, model: ResponsePanel) -> None:
        self.sliders = {name: amount_slider(name, getattr(model, name)) for name in _NOW}
        self.before = {
            name: amount_slider(
                name.removesuffix("_before"),
                getattr(model, name),
                label=f"{short_name(name.removesuffix('_before'))} before treatment",
            )
            for name in _BEFORE
        }
        self.age = age_slider(model.age_y)
        self.sex = Choice("Sex", SEX, model.sex)
        self.free = Choice("Free of transfusions", YES_NO, model.transfusion_free)
        self.severity = Choice("Severity before", _SEVERITY, model.severity_before)
        tie(model, **self.sliders, **self.before, age_y=self.age, sex=self.sex)
        tie(model, transfusion_free=self.free, severity_before=self.severity)
        self.more = Switch("More: the person, the count before")
        further: list[ipywidgets.Widget] = [self.age, self.sex, self.severity, *self.before.values()]
        fold = folded(further)
        self.more.observe(lambda change: unfold(fold, change["new"]), "on")
        self.reset = Button("Reset")
        self.reset.when_pressed(model.reset)
        super().__init__(model, [*self.sliders.values(), self.free, self.more, fold, self.reset])
