import { add } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course", "course-switch");
  const label = add(el, "label");
  const input = add(label, "input", { type: "checkbox" });
  input.setAttribute("role", "switch");
  const words = add(label, "span");
  const note = add(el, "p", { class: "course-note" });
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
