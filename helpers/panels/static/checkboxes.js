import { add } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course", "course-checkboxes");
  const set = add(el, "fieldset");
  add(set, "legend", {}, model.get("label"));
  const box = (words) => {
    const label = add(set, "label");
    const input = add(label, "input", { type: "checkbox" });
    label.append(words);
    return input;
  };
  const looked = box(model.get("looked"));
  const boxes = model.get("labels").map(box);
  const read = () => {
    looked.checked = model.get("known");
    boxes.forEach((one, at) => {
      one.checked = model.get("marked").includes(at);
      one.disabled = model.get("disabled");
    });
    looked.indeterminate = !looked.checked && model.get("marked").length > 0;
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
