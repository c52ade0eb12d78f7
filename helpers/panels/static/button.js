import { add } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course");
  const button = add(el, "button", { type: "button" });
  const read = () => {
    button.textContent = model.get("label");
    button.setAttribute("aria-disabled", model.get("disabled"));  // a disabled one would lose the focus
  };
  button.addEventListener("click", () => {
    if (model.get("disabled")) return;
    model.set("presses", model.get("presses") + 1);
    model.save_changes();
  });
  model.on("change:label change:disabled", read);
  read();
  return () => model.off("change:label change:disabled", read);
} };
