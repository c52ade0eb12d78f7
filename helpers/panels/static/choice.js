import { add, name } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course", "course-choice");
  const id = name();
  const label = add(el, "label", { for: id });
  const select = add(el, "select", { id });
  select.setAttribute("aria-describedby", id + "-note");
  const note = add(el, "p", { class: "course-note", id: id + "-note" });
  const list = () => {
    select.replaceChildren();
    const groups = model.get("groups");
    let group;
    for (const [at, words] of model.get("labels").entries()) {
      if (groups[at] && groups[at] !== group?.label) group = add(select, "optgroup", { label: groups[at] });
      add(groups[at] ? group : select, "option", {}, words);
    }
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
