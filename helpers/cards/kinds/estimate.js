import { note } from "../controls.js";
import { make } from "../../dom.js";

export function estimate(question, id, changed) {
  const said = make("output", { for: `${id}-slider` });
  let touched = false;
  const tell = () => { said.textContent = touched ? `${slider.value} ${question.unit}` : "not set"; };
  const slider = make("input", {
    type: "range", id: `${id}-slider`, min: question.low, max: question.high, step: question.step,
    oninput: () => {
      touched = true;
      slider.setAttribute("aria-valuetext", `${slider.value} ${question.unit}`);
      tell();
      changed();
    } });
  const end = (name, words) => {
    const input = make("input", { type: "text", id: `${id}-${name}`, inputmode: "decimal", autocomplete: "off", size: 6, oninput: changed });
    return [make("label", { for: `${id}-${name}` }, words), input];
  };
  const [lowWords, low] = end("low", "My range: from");
  const [highWords, high] = end("high", "to");
  const range = note();
  tell();
  return {
    element: make("div", { class: "estimate" },
      make("label", { for: `${id}-slider` }, question.how), make("div", { class: "number" }, slider, said),
      make("div", { class: "number" }, lowWords, low, highWords, high, make("span", {}, question.unit)), range),
    notes: { range },
    get: () => (touched || low.value || high.value
      ? { amount: touched ? slider.value : "", low: low.value, high: high.value } : null),
    set: (draft) => {
      touched = draft?.amount != null && draft.amount !== "";
      if (touched) slider.value = draft.amount;
      low.value = draft?.low ?? "";
      high.value = draft?.high ?? "";
      tell();
    },
  };
}
