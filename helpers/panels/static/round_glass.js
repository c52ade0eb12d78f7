import { add, painter } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course", "course-round");
  const figure = add(el, "figure", { class: "course-figure" });
  const image = add(figure, "img");
  const caption = add(figure, "figcaption");
  const side = add(el, "div", { class: "side" });
  const clock = add(side, "div", { class: "clock", "aria-hidden": "true" });
  const names = add(side, "div", { class: "names", role: "group", "aria-label": "Names" });
  const on = add(side, "button", { type: "button", class: "on" });
  const help = add(side, "p", { class: "course-note" });
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const show = painter(model, image);
  let [since, timer, asked] = [null, 0, null];
  const open = () => !model.get("disabled");
  const limit = () => (calm.matches ? 0 : model.get("limit"));
  const rest = () => { clearTimeout(timer); clock.classList.remove("runs"); };
  const answer = (named) => {
    if (!open() || asked !== model.get("look")) return;
    rest();
    asked = null;  // once a look: a second press, or the end of the time, comes too late
    const seconds = since === null ? null : (performance.now() - since) / 1000;
    model.send({ look: model.get("look"), named, seconds });
  };
  const start = () => {  // the time runs from when the picture is there, and only while the page is seen
    rest();
    since = document.hidden ? null : performance.now();
    if (!limit() || since === null) return;
    clock.style.setProperty("--course-limit", limit() + "s");
    void clock.offsetWidth;  // so that the bar begins anew
    clock.classList.add("runs");
    timer = setTimeout(() => answer(-1), limit() * 1000);
  };
  const buttons = [];
  const list = () => {
    const labels = model.get("names");
    labels.forEach((words, at) => {
      if (!buttons[at]) {
        const button = add(names, "button", { type: "button" });
        add(button, "kbd", { "aria-hidden": "true" }, String(at + 1));
        add(button, "span");
        add(button, "b");
        button.setAttribute("aria-keyshortcuts", String(at + 1));
        button.addEventListener("click", () => answer(at));
        buttons[at] = button;
      }
      buttons[at].children[1].textContent = words;
    });
    for (const button of buttons.splice(labels.length)) button.remove();
  };
  const mark = () => {
    const [given, right] = [model.get("given"), model.get("right")];
    buttons.forEach((button, at) => {
      button.setAttribute("aria-disabled", !open());  // a disabled one would lose the focus
      const sign = at === right ? "✓ this one" : at === given ? "✎ not this one" : "";
      button.children[2].textContent = sign;
      button.classList.toggle("right", at === right);
    });
    const over = model.get("over");
    if (over && names.contains(document.activeElement)) on.focus();
    figure.hidden = names.hidden = help.hidden = over;
    on.textContent = model.get("on");
    on.setAttribute("aria-disabled", open());
    help.textContent = limit()
      ? `${limit()} seconds each. Keys: 1 to ${buttons.length}, then Enter.`
      : `No time limit. Keys: 1 to ${buttons.length}, then Enter.`;
  };
  const paint = () => {
    show();
    image.width = model.get("width");
  };
  const tell = () => {
    image.alt = model.get("alt");
    caption.innerHTML = model.get("caption");
    caption.hidden = !caption.textContent;
    caption.style.maxWidth = model.get("width") + "px";
  };
  const next = () => {
    if (!open()) model.send({ go: model.get("look") });
  };
  on.addEventListener("click", next);
  el.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = Number(event.key) - 1;
    if (event.key !== " " && buttons[at]) answer(at);
    else if (event.key === "Enter" && !open() && event.target !== on) next();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const follow = () => {  // all of it came in one message
    list();
    mark();
    tell();
    rest();
    if (!open()) return;
    asked = model.get("look");
    image.decode().catch(() => 0).then(() => { if (open() && asked === model.get("look")) start(); });
  };
  const hide = () => {
    if (!document.hidden) return;
    rest();
    since = null;
  };
  const hurry = () => { rest(); mark(); };  // a limit that changes holds from the next look on
  model.on("change:image", paint);
  model.on("change:look change:names change:alt", follow);
  model.on("change:limit", hurry);
  calm.addEventListener("change", hurry);
  document.addEventListener("visibilitychange", hide);
  paint();
  list();
  mark();
  tell();
  asked = open() ? model.get("look") : null;  // come back to: no time runs
  return () => {
    rest();
    model.off("change:image", paint);
    model.off("change:look change:names change:alt", follow);
    model.off("change:limit", hurry);
    calm.removeEventListener("change", hurry);
    document.removeEventListener("visibilitychange", hide);
    show(false);
  };
} };
