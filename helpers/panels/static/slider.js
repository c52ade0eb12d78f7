import { add, name } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course", "course-slider");
  const id = name();
  const head = add(el, "div", { class: "head" });
  add(head, "i", { hidden: !model.get("tag"), "aria-hidden": "true" }, model.get("tag"));
  const label = add(head, "label", { for: id });
  const output = add(el, "output", { for: id });
  const input = add(el, "input", { type: "range", id, min: 0, step: 1 });
  input.setAttribute("aria-describedby", id + "-note");
  const unknown = add(el, "label", { class: "unknown" });
  const box = add(unknown, "input", { type: "checkbox" });
  unknown.append("not known");
  const note = add(el, "p", { class: "course-note", id: id + "-note" });
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
