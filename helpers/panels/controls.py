"""Controls that can be named, read aloud and used by keyboard alone: native elements with native labels.

Each is a small anywidget: what a learner sees is HTML's own ``<label>``, ``<input>``, ``<select>``, ``<button>``.
They follow Jupyter's light and dark themes. Python sees plain traits (``amount``, ``value``, ``on``, ``presses``).
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from helpers.pictures import page

CSS = """
.course {
    color: var(--jp-ui-font-color1, CanvasText); font: 14px/1.45 var(--jp-ui-font-family, system-ui, sans-serif);
    box-sizing: border-box;
}
.course label, .course legend { color: inherit; }
.course input[type=range] { accent-color: var(--course-ink, var(--jp-brand-color1, #1976d2)); }
.course :is(input, select, button, textarea):focus-visible {
    outline: 3px solid var(--jp-brand-color1, #1976d2); outline-offset: 2px; border-radius: 3px;
}
.course select, .course textarea, .course button {
    font: inherit; color: inherit; background: var(--jp-layout-color0, Canvas);
    border: 1px solid var(--jp-ui-font-color2, #666); border-radius: 4px; padding: 3px 8px; box-sizing: border-box;
}
.course button { cursor: pointer; background: var(--jp-layout-color2, ButtonFace); padding: 5px 14px; }
.course button:hover { background: var(--jp-layout-color3, ButtonFace); }
.course :is(:disabled, [aria-disabled="true"]) { opacity: .65; cursor: not-allowed; }
.course-slider { display: grid; grid-template-columns: 1fr auto; column-gap: 8px; align-items: baseline; }
.course-slider .head { font-weight: 600; }
.course-slider .head i {
    font-style: normal; color: var(--course-ink, #3F4347); background: #fff; border-radius: 3px; padding: 0 3px;
    margin-right: 6px; line-height: 18px;
}
[data-jp-theme-light="false"] .course input[type=range] {
    accent-color: color-mix(in srgb, var(--course-ink, #64b5f6) 55%, white);
}
.course-slider output { text-align: right; font-variant-numeric: tabular-nums; }
.course-slider input[type=range] { width: 100%; margin: 2px 0; min-width: 0; align-self: center; }
.course-slider .unknown { font-weight: 400; font-size: 13px; white-space: nowrap; }
.course-slider .unknown input { margin: 0 4px 0 0; vertical-align: -2px; }
.course-slider.is-unknown input[type=range] { opacity: .45; }
.course-choice {
    display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: baseline; justify-content: space-between;
}
.course-choice label { font-weight: 600; }
.course-choice select { max-width: 100%; min-width: 0; flex: 0 1 auto; text-overflow: ellipsis; }
.course-note { flex-basis: 100%; grid-column: 1 / -1; font-size: 13px; margin: 0; }
.course-switch label { font-weight: 600; display: flex; gap: 8px; align-items: center; }
.course-ticks fieldset {
    border: 1px solid var(--jp-ui-font-color2, #666); border-radius: 4px; padding: 4px 10px 6px; margin: 0;
    min-width: 0;
}
.course-ticks legend { font-weight: 600; padding: 0 4px; }
.course-ticks label { display: flex; gap: 8px; align-items: baseline; margin: 2px 0; }
.course-ticks label:first-of-type { font-weight: 600; }
.course-words > section:empty { display: block; height: 0; }
.course-writing { display: flex; flex-direction: column; gap: 4px; }
.course-writing label { font-weight: 600; }
.course-writing textarea { width: 100%; resize: vertical; font-family: var(--jp-code-font-family, monospace); }
.course-figure { margin: 0; }
.course-figure img { display: block; max-width: 100%; height: auto; background: #fff; border-radius: 4px; }
.course-figure figcaption { font-size: 12px; margin-top: 4px; max-width: 500px; }
.course-figure .frame { position: relative; display: inline-block; max-width: 100%; }
.course-figure .frame:focus-visible { outline: 3px solid var(--jp-brand-color1, #1976d2); outline-offset: -3px; }
.course-figure figcaption a { text-decoration: underline; }
.course-figure .tip {
    position: absolute; transform: translateX(-50%); pointer-events: none; white-space: nowrap; z-index: 2;
    background: #1b1d20; color: #fff; font-size: 13px; padding: 1px 7px; border-radius: 4px;
}
.course-figure .ring {
    position: absolute; transform: translate(-50%, -50%); pointer-events: none; border: 2px solid #1b1d20;
    border-radius: 50%; box-shadow: 0 0 0 1.5px #fff; box-sizing: border-box;
}
.course-figure :is(.tip, .ring)[hidden] { display: none; }
.course .said {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.course-words { position: relative; margin-top: 8px; }
.course-words .status { font-size: 16px; font-weight: 600; margin: 0 0 8px; line-height: 1.4; }
.course-words h3 { font-size: 15px; margin: 14px 0 4px; }
.course-words p, .course-words li { margin: 0 0 6px; max-width: 46em; }
.course-words a { color: var(--jp-content-link-color, LinkText); text-decoration: underline; }
.course-words .wide { overflow-x: auto; }
.course-table { border-collapse: collapse; width: 100%; margin: 4px 0 12px; font-size: 14px; }
.course-table caption { text-align: left; font-weight: 600; padding: 6px 0; caption-side: top; color: inherit; }
.course-table th, .course-table td {
    text-align: left; vertical-align: top; padding: 4px 10px 4px 0;
    border-bottom: 1px solid var(--jp-border-color1, #bbb); white-space: normal; overflow-wrap: break-word;
}
.course-table caption { overflow-wrap: anywhere; }
.course-table thead th { border-bottom-width: 2px; }
.course-table tbody th { font-weight: 600; }
.course-words .course-table :is(th, td) { white-space: normal !important; overflow-wrap: anywhere !important; }
.course-words .course-table :is(th, [style*="align:right"]) { overflow-wrap: break-word !important; }
"""

_HELP = """
const make = (parent, tag, props = {}) => {
  const made = parent.appendChild(Object.assign(document.createElement(tag), props));
  // JupyterLab asks the focused element itself: arrow keys belong to the control, not to the notebook.
  if (["input", "select", "button", "textarea"].includes(tag)) {
    made.setAttribute("data-lm-suppress-shortcuts", "true");
    made.addEventListener("keydown", (event) => {
      if (event.key === "Escape") made.closest(".jp-Cell")?.focus();
    });
  }
  return made;
};
const name = () => "course-" + Math.random().toString(36).slice(2);
"""


class _Control(anywidget.AnyWidget):
    """What all controls share: the quiet look, and a name that does not change from run to run."""

    _css = CSS
    carries: str
    """The trait that holds what the learner chose."""
    label = traitlets.Unicode(help="What the control is called.").tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)
    note = traitlets.Unicode("", help="A sentence below the control, e.g. why it is disabled.").tag(sync=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.label!r})"


def tie(model: traitlets.HasTraits, **controls: _Control) -> None:
    """Tie traits of a model to what the controls of the same names carry: when one moves, so does the other."""
    for trait, control in controls.items():
        traitlets.link((model, trait), (control, control.carries))


class Slider(_Control):
    """A slider over a list of steps, equal or not: what is shown at each step is known to the page before it moves.

    Args:
        label: what is moved.
        amounts: the amount at each step, ascending.
        texts: what is shown at each step, as long as ``amounts``.
        spoken: what is read aloud at each step; ``texts`` unless given.
        amount: where it stands; ``None`` is "not known". An amount between two steps becomes a step of its own.
        may_be_unknown: whether the learner can say "not known".
        describe: makes ``(text, spoken)`` of an amount that is not a step.
    """

    carries = "amount"
    _esm = (
        _HELP
        + """
    export default { render({ model, el }) {
      el.classList.add("course", "course-slider");
      const id = name();
      const head = make(el, "div", { className: "head" });
      const tag = make(head, "i", { textContent: model.get("tag"), hidden: !model.get("tag"), ariaHidden: "true" });
      const label = make(head, "label", { htmlFor: id });
      const output = make(el, "output", { htmlFor: id });
      const input = make(el, "input", { type: "range", id, min: 0, step: 1 });
      input.setAttribute("aria-describedby", id + "-note");
      const unknown = make(el, "label", { className: "unknown" });
      const box = make(unknown, "input", { type: "checkbox" });
      unknown.append("not known");
      const note = make(el, "p", { className: "course-note", id: id + "-note" });
      const show = () => {
        const [i, known] = [+input.value, !box.checked];
        output.textContent = known ? model.get("texts")[i] : "not known";
        input.setAttribute("aria-valuetext", known ? model.get("spoken")[i] : "not known");
        el.classList.toggle("is-unknown", !known);
      };
      const read = () => {
        label.textContent = model.get("label");
        if (model.get("ink")) el.style.setProperty("--course-ink", model.get("ink"));
        input.max = model.get("texts").length - 1;
        input.value = model.get("index");
        box.checked = !model.get("known");
        box.setAttribute("aria-label", model.get("label") + " not known");
        unknown.hidden = !model.get("may_be_unknown");
        input.style.gridColumn = unknown.hidden ? "1 / -1" : "";
        input.disabled = box.disabled = model.get("disabled");
        note.textContent = model.get("note");
        note.hidden = !note.textContent;
        show();
      };
      const tell = () => { show(); model.set({ index: +input.value, known: !box.checked }); model.save_changes(); };
      input.addEventListener("input", () => { box.checked = false; tell(); });
      box.addEventListener("change", tell);
      const traits = ["texts", "spoken", "index", "known", "label", "disabled", "note", "may_be_unknown"]
        .map((trait) => "change:" + trait).join(" ");
      model.on(traits, read);
      read();
      return () => model.off(traits, read);
    } };
    """
    )
    tag = traitlets.Unicode("", help="A short sign before the label, e.g. the line's marker.").tag(sync=True)
    ink = traitlets.Unicode("", help="The line's ink.").tag(sync=True)
    texts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    spoken = traitlets.List(traitlets.Unicode()).tag(sync=True)
    index = traitlets.Int(0).tag(sync=True, echo_update=False)
    known = traitlets.Bool(True).tag(sync=True, echo_update=False)
    may_be_unknown = traitlets.Bool(False).tag(sync=True)
    amount = traitlets.Float(None, allow_none=True)

    def __init__(
        self,
        label: str,
        amounts: Sequence[float],
        texts: Sequence[str],
        spoken: Sequence[str] | None = None,
        amount: float | None = None,
        describe=lambda amount: (f"{amount:g}", f"{amount:g}"),
        **traits: Any,
    ) -> None:
        self._describe = describe
        super().__init__(label=label, **traits)
        self.steps(amounts, texts, spoken)
        self._set_amount(amount)
        self.observe(self._moved, ["index", "known"])
        self.observe(lambda change: self._set_amount(change["new"]), "amount")

    def steps(self, amounts: Sequence[float], texts: Sequence[str], spoken: Sequence[str] | None = None) -> None:
        """Give the slider other steps (or the same ones in other units); it stays at its amount."""
        if not len(amounts) == len(texts) == len(spoken or texts) or not len(amounts):
            raise ValueError("A slider needs as many texts as amounts, and at least one.")
        self.amounts = [float(step) for step in amounts]
        with self.hold_sync():
            self.texts, self.spoken = list(texts), list(spoken or texts)
            self._set_amount(self.amount)

    def _moved(self, change: dict) -> None:
        self.amount = self.amounts[min(self.index, len(self.amounts) - 1)] if self.known else None

    def _set_amount(self, amount: float | None) -> None:
        with self.hold_sync(), self.hold_trait_notifications():
            if amount is not None:
                place = bisect_left(self.amounts, amount)
                if place == len(self.amounts) or self.amounts[place] != amount:
                    shown, said = self._describe(amount)
                    self.amounts = [*self.amounts[:place], amount, *self.amounts[place:]]
                    self.texts = [*self.texts[:place], shown, *self.texts[place:]]
                    self.spoken = [*self.spoken[:place], said, *self.spoken[place:]]
                self.index = place
            self.known = amount is not None
            self.amount = amount


class Choice(_Control):
    """One of several, in a native list to choose from.

    Args:
        label: what is chosen.
        options: what is shown -> the value it stands for, in order.
        value: the value chosen; the first unless given.
    """

    carries = "value"
    _esm = (
        _HELP
        + """
    export default { render({ model, el }) {
      el.classList.add("course", "course-choice");
      const id = name();
      const label = make(el, "label", { htmlFor: id });
      const select = make(el, "select", { id });
      select.setAttribute("aria-describedby", id + "-note");
      const note = make(el, "p", { className: "course-note", id: id + "-note" });
      const list = () => {
        select.replaceChildren();
        for (const text of model.get("labels")) make(select, "option", { textContent: text });
        read();
      };
      const read = () => {
        label.textContent = model.get("label");
        select.selectedIndex = model.get("index");
        select.disabled = model.get("disabled");
        note.textContent = model.get("note");
        note.hidden = !note.textContent;
      };
      select.addEventListener("change", () => { model.set("index", select.selectedIndex); model.save_changes(); });
      const traits = "change:index change:label change:disabled change:note";
      model.on("change:labels", list);
      model.on(traits, read);
      list();
      return () => { model.off("change:labels", list); model.off(traits, read); };
    } };
    """
    )
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    index = traitlets.Int(0).tag(sync=True, echo_update=False)
    value = traitlets.Any(None, allow_none=True)

    def __init__(self, label: str, options: Mapping[str, Any], value: Any = None, **traits: Any) -> None:
        self._values = list(options.values())
        super().__init__(label=label, labels=list(options), **traits)
        self.value = value if value in self._values else self._values[0]
        self.index = self._values.index(self.value)
        self.observe(lambda change: self.set_trait("value", self._values[change["new"]]), "index")
        self.observe(lambda change: self.set_trait("index", self._values.index(change["new"])), "value")

    @traitlets.validate("index")
    def _inside(self, proposal: dict) -> int:
        return max(0, min(proposal["value"], len(self._values) - 1))


class Switch(_Control):
    """On or off: a native checkbox with the role of a switch."""

    carries = "on"
    _esm = (
        _HELP
        + """
    export default { render({ model, el }) {
      el.classList.add("course", "course-switch");
      const label = make(el, "label");
      const input = make(label, "input", { type: "checkbox" });
      input.setAttribute("role", "switch");
      const words = make(label, "span");
      const note = make(el, "p", { className: "course-note" });
      const read = () => {
        words.textContent = model.get("label");
        input.checked = model.get("on");
        input.disabled = model.get("disabled");
        note.textContent = model.get("note");
        note.hidden = !note.textContent;
      };
      input.addEventListener("change", () => { model.set("on", input.checked); model.save_changes(); });
      const traits = "change:on change:label change:disabled change:note";
      model.on(traits, read);
      read();
      return () => model.off(traits, read);
    } };
    """
    )
    on = traitlets.Bool(False).tag(sync=True, echo_update=False)

    def __init__(self, label: str, on: bool = False, **traits: Any) -> None:
        super().__init__(label=label, on=on, **traits)


class Ticks(_Control):
    """Any of several, as native checkboxes in a fieldset; the first says whether anybody looked at all.

    Args:
        label: what is looked for.
        options: what is shown -> the value it stands for, in order.
        looked: what the first box is called, e.g. "the film was looked at".
        value: the values that were found; None when nobody has looked.
    """

    carries = "value"
    _esm = (
        _HELP
        + """
    export default { render({ model, el }) {
      el.classList.add("course", "course-ticks");
      const set = make(el, "fieldset");
      make(set, "legend", { textContent: model.get("label") });
      const box = (words) => {
        const label = make(set, "label");
        const input = make(label, "input", { type: "checkbox" });
        label.append(words);
        return input;
      };
      const looked = box(model.get("looked"));
      const boxes = model.get("labels").map(box);
      const read = () => {
        looked.checked = model.get("known");
        boxes.forEach((one, at) => {
          one.checked = looked.checked && model.get("marked").includes(at);
          one.disabled = model.get("disabled");
        });
        looked.disabled = model.get("disabled");
      };
      const tell = (known) => {
        const marked = known ? boxes.flatMap((one, at) => one.checked ? [at] : []) : [];
        model.set({ known, marked });
        model.save_changes();
        read();
      };
      looked.addEventListener("change", () => tell(looked.checked));
      for (const one of boxes) one.addEventListener("change", () => tell(true));
      model.on("change:known change:marked change:disabled", read);
      read();
      return () => model.off("change:known change:marked change:disabled", read);
    } };
    """
    )
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    looked = traitlets.Unicode("").tag(sync=True)
    marked = traitlets.List(traitlets.Int()).tag(sync=True, echo_update=False)
    known = traitlets.Bool(False).tag(sync=True, echo_update=False)
    value = traitlets.Any(None, allow_none=True)

    def __init__(
        self, label: str, options: Mapping[str, Any], looked: str, value: Sequence[Any] | None = None, **traits: Any
    ) -> None:
        self._values = list(options.values())
        super().__init__(label=label, labels=list(options), looked=looked, **traits)
        self._set(value)
        self.observe(lambda change: self._told(), ["known", "marked"])
        self.observe(lambda change: self._set(change["new"]), "value")

    def _told(self) -> None:
        inside = [place for place in self.marked if 0 <= place < len(self._values)]
        self.value = tuple(self._values[place] for place in inside) if self.known else None

    def _set(self, value: Sequence[Any] | None) -> None:
        with self.hold_sync(), self.hold_trait_notifications():
            self.known = value is not None
            self.marked = sorted(self._values.index(one) for one in value or ())
            self.value = None if value is None else tuple(self._values[place] for place in self.marked)


class Button(_Control):
    """A native button; ``presses`` counts, ``when_pressed(do)`` calls ``do()`` at each press."""

    _esm = (
        _HELP
        + """
    export default { render({ model, el }) {
      el.classList.add("course");
      const button = make(el, "button", { type: "button" });
      const read = () => {
        button.textContent = model.get("label");
        button.setAttribute("aria-disabled", model.get("disabled"));  // a disabled one would lose the focus
      };
      button.addEventListener("click", () => {
        if (model.get("disabled")) return;
        model.set("presses", model.get("presses") + 1);
        model.save_changes();
      });
      model.on("change:label change:disabled", read);
      read();
      return () => model.off("change:label change:disabled", read);
    } };
    """
    )
    presses = traitlets.Int(0).tag(sync=True, echo_update=False)

    def __init__(self, label: str, **traits: Any) -> None:
        super().__init__(label=label, **traits)

    def when_pressed(self, do) -> None:
        """Call ``do()`` at each press."""
        self.observe(lambda change: do(), "presses")


class Writing(_Control):
    """Several lines to write or paste into. ``text`` follows while the learner types; nothing ever empties it."""

    carries = "text"
    _esm = (
        _HELP
        + """
    export default { render({ model, el }) {
      el.classList.add("course", "course-writing");
      const id = name();
      const label = make(el, "label", { htmlFor: id });
      const area = make(el, "textarea", { id, rows: model.get("rows"), spellcheck: false });
      area.setAttribute("aria-describedby", id + "-note");
      const keep = (event) => event.stopPropagation();  // or JupyterLab takes Enter
      area.addEventListener("keydown", keep);
      area.addEventListener("keypress", keep);
      const note = make(el, "p", { className: "course-note", id: id + "-note" });
      const read = () => {
        label.textContent = model.get("label");
        note.textContent = model.get("note");
        note.hidden = !note.textContent;
        area.placeholder = model.get("example");
        area.disabled = model.get("disabled");
        if (area.value !== model.get("text")) area.value = model.get("text");
      };
      area.addEventListener("input", () => { model.set("text", area.value); model.save_changes(); });
      model.on("change:text change:label change:disabled change:example change:note", read);
      read();
      return () => model.off("change:text change:label change:disabled change:example change:note", read);
    } };
    """
    )
    text = traitlets.Unicode("").tag(sync=True, echo_update=False)
    example = traitlets.Unicode("").tag(sync=True)
    rows = traitlets.Int(6).tag(sync=True)

    def __init__(self, label: str, text: str = "", **traits: Any) -> None:
        super().__init__(label=label, text=text, **traits)


class Picture(anywidget.AnyWidget):
    """A picture that is replaced without a flicker: one ``<img>`` that stays, with its words.

    Picture, words and marks are sent together by :meth:`show`; ``caption`` is HTML of :mod:`helpers.pictures.page`.
    Where there are marks, pointing at one shows its name, and so do the arrow keys, which also say it.
    """

    _css = CSS
    _esm = (
        _HELP
        + """
    export default { render({ model, el }) {
      el.classList.add("course");
      const figure = make(el, "figure", { className: "course-figure" });
      const frame = make(figure, "div", { className: "frame" });
      const image = make(frame, "img", { width: model.get("width") });
      const tip = make(frame, "span", { className: "tip", hidden: true, ariaHidden: "true" });
      const ring = make(frame, "span", { className: "ring", hidden: true, ariaHidden: "true" });
      const said = make(frame, "span", { className: "said" });
      said.setAttribute("aria-live", "polite");
      const caption = make(figure, "figcaption");
      caption.style.maxWidth = model.get("width") + "px";
      let [address, at] = ["", -1];
      let [sent, read] = ["[]", []];
      const marks = () => {  // read only when somebody points at one: there are hundreds
        if (model.get("marks") !== sent) [sent, read] = [model.get("marks"), JSON.parse(model.get("marks"))];
        return read;
      };
      const point = (mark) => {
        tip.hidden = ring.hidden = !mark;
        if (!mark) return;
        const [x, y, radius, name] = mark;
        const shrunk = image.clientWidth / model.get("width");
        tip.textContent = name;
        const half = tip.offsetWidth / 2;
        tip.style.left = Math.min(Math.max(x * shrunk, half), image.clientWidth - half) + "px";
        tip.style.top = (y + radius) * shrunk + 4 + "px";
        const wide = Math.max(radius * shrunk, 5) * 2 + 4 + "px";
        Object.assign(ring.style, { left: x * shrunk + "px", top: y * shrunk + "px", width: wide, height: wide });
      };
      const paint = () => {
        const old = address;
        address = URL.createObjectURL(new Blob([model.get("image")], { type: model.get("media") }));
        image.src = address;
        if (old) URL.revokeObjectURL(old);
        point();
        at = -1;
        const named = model.get("marks") !== "[]";
        frame.toggleAttribute("data-lm-suppress-shortcuts", named);
        if (named) {
          frame.tabIndex = 0;
          frame.setAttribute("role", "application");
          frame.setAttribute("aria-label", "Cells in the picture: arrow keys, Home and End name them one by one");
        } else {
          for (const name of ["tabindex", "role", "aria-label"]) frame.removeAttribute(name);
        }
      };
      const say = () => { image.alt = model.get("alt"); };
      const write = () => { caption.innerHTML = model.get("caption"); caption.hidden = !model.get("caption"); };
      const nearest = (event) => {
        const box = image.getBoundingClientRect();
        const grown = model.get("width") / box.width;
        const [px, py] = [(event.clientX - box.left) * grown, (event.clientY - box.top) * grown];
        let best, least = Infinity;
        for (const mark of marks()) {
          const away = Math.hypot(mark[0] - px, mark[1] - py) - Math.max(mark[2], 4);
          if (away < 1 && mark[2] < least) [best, least] = [mark, mark[2]];
        }
        return best;
      };
      image.addEventListener("pointermove", (event) => point(nearest(event)));
      image.addEventListener("pointerdown", (event) => point(nearest(event)));
      image.addEventListener("pointerleave", () => point());
      frame.addEventListener("blur", () => point());
      frame.addEventListener("keydown", (event) => {
        if (event.key === "Escape") return frame.closest(".jp-Cell")?.focus();
        const last = marks().length - 1;
        const next = {
          ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at < 0 ? last : at - 1, ArrowUp: at < 0 ? last : at - 1,
          Home: 0, End: last,
        }[event.key];
        if (last < 0 || next === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        at = (next + last + 1) % (last + 1);
        point(marks()[at]);
        said.textContent = `${marks()[at][3]}, ${at + 1} of ${last + 1}`;
      });
      model.on("change:image", paint);
      model.on("change:alt", say);
      model.on("change:caption", write);
      paint();
      say();
      write();
      return () => {
        model.off("change:image", paint);
        model.off("change:alt", say);
        model.off("change:caption", write);
        URL.revokeObjectURL(address);
      };
    } };
    """
    )
    image = traitlets.Bytes(b"").tag(sync=True)
    media = traitlets.Unicode("image/png").tag(sync=True)
    alt = traitlets.Unicode("").tag(sync=True)
    caption = traitlets.Unicode("").tag(sync=True)
    width = traitlets.Int(500).tag(sync=True)
    marks = traitlets.List().tag(sync=True, to_json=lambda marks, picture: json.dumps(marks))
    """What lies where: ``[x, y, radius, name]`` in pixels as shown, those worth a look first."""

    def show(
        self, image: bytes, alt: str, caption: str | None = None, marks: Sequence[Sequence[Any]] | None = None
    ) -> None:
        """Replace the picture (PNG or JPEG) and its words in one message."""
        with self.hold_sync():
            self.alt, self.media = alt, page.media_type(image)
            if marks is not None:
                self.marks = [list(mark) for mark in marks]
            self.image = image
            if caption is not None:
                self.caption = caption

    def __repr__(self) -> str:
        return f"Picture({self.alt!r})"


class Words(anywidget.AnyWidget):
    """The words below a picture: a status sentence that is read aloud when it changes, then what stands in ``html``.

    ``html`` comes from :mod:`helpers.pictures.page` only. The spoken copy of the sentence waits until the learner
    rests, so that a screen reader is not flooded while a slider moves.
    """

    _css = CSS
    _esm = (
        _HELP
        + """
    export default { render({ model, el }) {
      el.classList.add("course", "course-words");
      const alert = make(el, "section");
      alert.setAttribute("role", "status");
      const status = make(el, "p", { className: "status" });
      const said = make(el, "p", { className: "said" });
      said.setAttribute("role", "status");
      said.setAttribute("aria-live", "polite");
      const body = make(el, "div");
      let timer = 0;
      const tell = () => {
        status.textContent = model.get("status");
        status.hidden = !model.get("status");
        clearTimeout(timer);
        timer = setTimeout(() => {
          said.textContent = model.get("status");
          timer = setTimeout(() => { said.textContent = ""; }, 4000);
        }, 500);
      };
      const write = () => { body.innerHTML = model.get("html"); };
      const warn = () => { alert.innerHTML = model.get("alert"); };
      model.on("change:status", tell);
      model.on("change:html", write);
      model.on("change:alert", warn);
      status.textContent = model.get("status");
      status.hidden = !model.get("status");
      write();
      warn();
      return () => {
        clearTimeout(timer);
        model.off("change:status", tell);
        model.off("change:html", write);
        model.off("change:alert", warn);
      };
    } };
    """
    )
    status = traitlets.Unicode("").tag(sync=True)
    html = traitlets.Unicode("").tag(sync=True)
    alert = traitlets.Unicode("").tag(sync=True)

    def show(self, status: str, html: str, alert: str = "") -> None:
        """Replace all of them in one message; ``alert``, from the page as well, stands first and is read aloud."""
        with self.hold_sync():
            self.status, self.html, self.alert = status, html, alert

    def __repr__(self) -> str:
        return f"Words({self.status!r})"
