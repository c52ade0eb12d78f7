import { boxes } from "../controls.js";
import { make } from "../../dom.js";

export function find_error(question, id, changed) {
  const lines = boxes({ how: question.how, options: question.items }, `${id}-line`, changed, "radio");
  const what = boxes({ how: question.then, options: question.options }, `${id}-what`, changed, "radio");
  return {
    element: make("div", {}, lines.element, what.element), notes: what.notes,
    get: () => {
      const found = { line: lines.get(), what: what.get() };
      return found.line || found.what ? found : null;
    },
    set: (draft) => {
      lines.set(draft?.line ?? null);
      what.set(draft?.what ?? null);
    },
  };
}
