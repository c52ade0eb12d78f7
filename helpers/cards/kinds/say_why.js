import { note } from "../controls.js";
import { make } from "../../dom.js";

// The points come, as notes, with the model answer; ticking one changes nothing of what was written.
export function say_why(question, id, changed) {
  const notes = {};
  const text = make("textarea", { id: `${id}-text`, rows: 4, oninput: changed });
  const ticks = {};
  const rows = question.points.map((key, at) => {
    notes[key] = note();
    notes[key].id = `${id}-point-${at}`;
    ticks[key] = make("input", { type: "checkbox", "aria-labelledby": notes[key].id, onchange: changed });
    return make("div", { class: "point" }, ticks[key], notes[key]);
  });
  const ticked = () => question.points.filter((key) => ticks[key].checked);
  return {
    element: make("div", { class: "say-why" }, make("label", { for: `${id}-text` }, question.how), text, ...rows), notes,
    about: (answer) => answer?.text ?? null,
    get: () => (text.value ? { text: text.value, points: ticked() } : null),
    set: (draft) => {
      text.value = draft?.text ?? "";
      for (const key of question.points) ticks[key].checked = Boolean(draft?.points?.includes(key));
    },
  };
}
