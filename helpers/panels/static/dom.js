export const make = (parent, tag, props = {}) => {
  const made = parent.appendChild(Object.assign(document.createElement(tag), props));
  // JupyterLab asks the focused element itself: arrow keys belong to the control, not to the notebook.
  if (["input", "select", "button", "textarea"].includes(tag)) {
    made.setAttribute("data-lm-suppress-shortcuts", "true");
    made.addEventListener("keydown", (event) => {
      if (event.key === "Escape") made.closest(".jp-Cell")?.focus();
    });
  }
  return made;
};
/** Puts a widget's picture into an image, and lets go of the one before; without a picture it only lets go. */
export const painter = (model, image) => {
  let address = "";
  return (shown = true) => {
    const old = address;
    address = shown ? URL.createObjectURL(new Blob([model.get("image")], { type: model.get("media") })) : "";
    if (shown) image.src = address;
    if (old) URL.revokeObjectURL(old);
  };
};
export const name = () => "course-" + Math.random().toString(36).slice(2);
