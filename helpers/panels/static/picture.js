import { add, painter } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course");
  const figure = add(el, "figure", { class: "course-figure" });
  const frame = add(figure, "div", { class: "frame" });
  const image = add(frame, "img", { width: model.get("width") });
  const tip = add(frame, "span", { class: "tip", hidden: true, "aria-hidden": "true" });
  const ring = add(frame, "span", { class: "ring", hidden: true, "aria-hidden": "true" });
  const said = add(frame, "span", { class: "said" });
  said.setAttribute("aria-live", "polite");
  const caption = add(figure, "figcaption");
  caption.style.maxWidth = model.get("width") + "px";
  const show = painter(model, image);
  let at = -1;
  let [sent, read] = ["[]", []];
  const marks = () => {  // read only when somebody points at one: there are hundreds
    if (model.get("marks") !== sent) [sent, read] = [model.get("marks"), JSON.parse(model.get("marks"))];
    return read;
  };
  const point = (mark) => {
    tip.hidden = ring.hidden = !mark;
    if (!mark) return;
    const [x, y, radius, name] = mark;
    const shrunk = image.clientWidth / model.get("width");
    tip.textContent = name;
    const half = tip.offsetWidth / 2;
    tip.style.left = Math.min(Math.max(x * shrunk, half), image.clientWidth - half) + "px";
    tip.style.top = (y + radius) * shrunk + 4 + "px";
    const wide = Math.max(radius * shrunk, 5) * 2 + 4 + "px";
    Object.assign(ring.style, { left: x * shrunk + "px", top: y * shrunk + "px", width: wide, height: wide });
  };
  const paint = () => {
    show();
    point();
    at = -1;
    const named = model.get("marks") !== "[]";
    frame.toggleAttribute("data-lm-suppress-shortcuts", named);
    if (named) {
      frame.tabIndex = 0;
      frame.setAttribute("role", "application");
      frame.setAttribute("aria-label", "Cells in the picture: arrow keys, Home and End name them one by one");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) frame.removeAttribute(name);
    }
  };
  const say = () => { image.alt = model.get("alt"); };
  const write = () => { caption.innerHTML = model.get("caption"); caption.hidden = !model.get("caption"); };
  const nearest = (event) => {
    const box = image.getBoundingClientRect();
    const grown = model.get("width") / box.width;
    const [px, py] = [(event.clientX - box.left) * grown, (event.clientY - box.top) * grown];
    let best, least = Infinity;
    for (const mark of marks()) {
      const away = Math.hypot(mark[0] - px, mark[1] - py) - Math.max(mark[2], 4);
      if (away < 1 && mark[2] < least) [best, least] = [mark, mark[2]];
    }
    return best;
  };
  image.addEventListener("pointermove", (event) => point(nearest(event)));
  image.addEventListener("pointerdown", (event) => point(nearest(event)));
  image.addEventListener("pointerleave", () => point());
  frame.addEventListener("blur", () => point());
  frame.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return frame.closest(".jp-Cell")?.focus();
    const last = marks().length - 1;
    const next = {
      ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at < 0 ? last : at - 1, ArrowUp: at < 0 ? last : at - 1,
      Home: 0, End: last,
    }[event.key];
    if (last < 0 || next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    at = (next + last + 1) % (last + 1);
    point(marks()[at]);
    said.textContent = `${marks()[at][3]}, ${at + 1} of ${last + 1}`;
  });
  model.on("change:image", paint);
  model.on("change:alt", say);
  model.on("change:caption", write);
  paint();
  say();
  write();
  return () => {
    model.off("change:image", paint);
    model.off("change:alt", say);
    model.off("change:caption", write);
    show(false);
  };
} };
