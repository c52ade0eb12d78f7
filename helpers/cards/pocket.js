export default { render({ model, el }) {
  el.classList.add("course");
  el.innerHTML = model.get("sheet");
  const bar = document.createElement("p");
  const button = (words, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.setAttribute("data-lm-suppress-shortcuts", "true");
    made.addEventListener("click", act);
    bar.append(made, " ");
  };
  const address = () => URL.createObjectURL(new Blob([model.get("file")], { type: "text/html" }));
  button("Download this page", () => {
    const link = document.createElement("a");
    link.href = address();
    link.download = model.get("name");
    link.click();
    URL.revokeObjectURL(link.href);
  });
  button("Print this page", () => {
    const frame = document.createElement("iframe");
    frame.style.display = "none";
    frame.srcdoc = model.get("file");
    frame.addEventListener("load", () => {
      frame.contentWindow.addEventListener("afterprint", () => frame.remove());
      frame.contentWindow.print();
    });
    document.body.append(frame);
  });
  el.prepend(bar);
} };
