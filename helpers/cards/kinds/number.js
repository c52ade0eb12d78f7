import { menu } from "../controls.js";
import { make } from "../../dom.js";

export function number(question, id, changed) {
  const amount = make("input", {
    type: "text", id: `${id}-amount`, inputmode: "decimal", autocomplete: "off", spellcheck: "false", size: 12, oninput: changed,
    // JupyterLab swallows the line break that would submit the form.
    onkeydown: (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      event.target.form.requestSubmit();
    } });
  const parts = [make("label", { for: `${id}-amount` }, question.how), amount];
  let unit = null;
  if (question.needs_unit) {
    unit = menu(question.units, "unit …", { "aria-label": "Unit", onchange: changed });
    parts.push(unit);
  } else if (question.unit) {
    amount.setAttribute("aria-describedby", `${id}-unit`);
    parts.push(make("span", { id: `${id}-unit` }, question.unit));
  }
  return {
    element: make("div", { class: "number" }, ...parts), notes: {},
    get: () => (amount.value || unit?.value ? { amount: amount.value, unit: unit?.value ?? "" } : null),
    set: (draft) => {
      amount.value = draft?.amount ?? (typeof draft === "object" ? "" : draft);
      if (unit) unit.value = draft?.unit ?? "";
    },
  };
}
