import { make } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course");
  const button = make(el, "button", { type: "button" });
  const said = make(el, "p", { className: "course-note" });
  said.setAttribute("role", "status");
  const read = () => { button.textContent = model.get("label"); };
  button.addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([model.get("html")], { type: "text/html" }));
    Object.assign(document.createElement("a"), { href: address, download: model.get("name") }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    said.textContent = `Your browser keeps it as ${model.get("name")}. Open it there and print it.`;
  });
  model.on("change:label", read);
  read();
  return () => model.off("change:label", read);
} };
