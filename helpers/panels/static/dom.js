import { keepKeys, make } from "../../dom.js";

/** Makes an element inside another; one that takes keys keeps them from the notebook. */
export const add = (parent, tag, attributes = {}, ...children) => {
  const made = make(tag, attributes, ...children);
  parent.append(made);
  if (["input", "select", "button", "textarea"].includes(tag)) keepKeys(made);
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
