import { keepKeys, make, save } from "../dom.js";

export default { render({ model, el }) {
  el.classList.add("course");
  el.innerHTML = model.get("sheet");
  const keep = () => save([model.get("file")], "text/html", model.get("name"));
  const print = () => {
    const frame = make("iframe", { srcdoc: model.get("file"), style: "display:none" });
    frame.addEventListener("load", () => {
      frame.contentWindow.addEventListener("afterprint", () => frame.remove());
      frame.contentWindow.print();
    });
    document.body.append(frame);
  };
  const button = (words, onclick) => make("button", { type: "button", onclick }, words);
  const bar = make("p", {}, button("Download this page", keep), " ", button("Print this page", print));
  keepKeys(bar);
  el.prepend(bar);
} };
