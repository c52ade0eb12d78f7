import { save } from "../../dom.js";
import { add } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course");
  const button = add(el, "button", { type: "button" });
  const said = add(el, "p", { class: "course-note" });
  said.setAttribute("role", "status");
  const read = () => { button.textContent = model.get("label"); };
  button.addEventListener("click", () => {
    save([model.get("html")], "text/html", model.get("name"));
    said.textContent = `Your browser keeps it as ${model.get("name")}. Open it there and print it.`;
  });
  model.on("change:label", read);
  read();
  return () => model.off("change:label", read);
} };
