import { make } from "../../dom.js";

export function term(question, id, changed) {
  const list = make("datalist", { id: `${id}-words` }, ...question.words.map((word) => make("option", { value: word })));
  const input = make("input", {
    type: "text", id: `${id}-term`, list: `${id}-words`, autocomplete: "off", spellcheck: "false", size: 32, oninput: changed,
    // JupyterLab swallows the line break that would submit the form.
    onkeydown: (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      event.target.form.requestSubmit();
    } });
  return {
    element: make("div", { class: "number" }, make("label", { for: `${id}-term` }, question.how), input, list), notes: {},
    get: () => input.value || null,
    set: (draft) => { input.value = typeof draft === "string" ? draft : ""; },
  };
}
