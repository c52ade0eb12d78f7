import { add, name } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course");
  const row = add(el, "div");
  Object.assign(row.style, { display: "flex", flexWrap: "wrap", gap: "7px 18px", alignItems: "center" });
  const list = (words, options) => {
    const line = add(row, "div", { class: "course-choice" });
    const id = name();
    add(line, "label", { for: id }, words);
    const select = add(line, "select", { id });
    add(select, "option", { value: "" }, "choose …");
    for (const one of options) add(select, "option", { value: one }, one);
    return select;
  };
  const selects = [list("Your verdict", model.get("verdicts")), list("How sure are you?", model.get("levels"))];
  const button = add(row, "button", { type: "button" }, "Judge");
  const read = () => {
    const given = model.get("given");
    const done = given.length > 0 || !model.get("claim");
    selects.forEach((select, at) => { select.value = given[at] ?? ""; select.disabled = done; });
    button.setAttribute("aria-disabled", done);  // a disabled one would lose the focus
  };
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    model.send({ claim: model.get("claim"), verdict: selects[0].value, sure: selects[1].value });
  });
  model.on("change:claim change:given", read);
  read();
  return () => model.off("change:claim change:given", read);
} };
