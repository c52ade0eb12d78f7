import { add, name } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course", "course-text-area");
  const id = name();
  const label = add(el, "label", { for: id });
  const area = add(el, "textarea", { id, rows: model.get("rows"), spellcheck: "false" });
  area.setAttribute("aria-describedby", id + "-note");
  const keep = (event) => event.stopPropagation();  // or JupyterLab takes Enter
  area.addEventListener("keydown", keep);
  area.addEventListener("keypress", keep);
  const note = add(el, "p", { class: "course-note", id: id + "-note" });
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
