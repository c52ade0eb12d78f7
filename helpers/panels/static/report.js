import { add, name } from "./dom.js";

export default { render({ model, el }) {
  el.classList.add("course", "course-report");
  const text = add(el, "div", { class: "as-typed" });
  const below = add(el, "div");
  let open = null; // the key of the question that is asked, and the stretch it is asked at

  const choose = (key, value) => {
    model.set("settled", { ...model.get("settled"), [key]: value });
    model.save_changes();
  };
  const ask = (parent, key) => {
    const { question, answers } = model.get("questions")[key];
    const id = name();
    const box = add(parent, "span", { class: "settle" });
    add(box, "label", { for: id }, question);
    const select = add(box, "select", { id });
    for (const [words, value] of answers) add(select, "option", { value }, words);
    select.value = model.get("settled")[key] || "";
    select.addEventListener("change", () => choose(key, select.value));
    return select;
  };
  const settles = (mark, one, at) => {
    const asked = open !== null && open.key === one.key && open.at === at;
    const button = add(mark, "button", { type: "button" }, one.text);
    button.setAttribute("aria-expanded", String(asked));
    const hint = one.kind === "declined" ? ": cannot be told, settle it" : ": change how it was settled";
    add(button, "span", { class: "said" }, hint);
    button.addEventListener("click", () => {
      open = asked ? null : { key: one.key, at };
      write();
      (text.querySelector("select") || text.querySelectorAll("button")[at])?.focus();
    });
    return asked;
  };
  const stretch = (one, at) => {
    if (!one.kind) return text.append(one.text);
    const mark = add(text, "mark", { class: one.kind });
    if (one.ink) mark.style.borderBottomColor = one.ink;
    if (one.sign) mark.append(one.sign + " ");
    const asked = one.key ? settles(mark, one, at) : mark.append(one.text);
    if (one.reason) add(text, "small", {}, ` (${one.reason})`);
    if (asked) ask(text, one.key);
  };
  const write = () => {
    const inside = text.contains(document.activeElement);
    const chosen = document.activeElement?.tagName === "SELECT";
    text.replaceChildren();
    below.replaceChildren();
    const shown = model.get("stretches");
    const questions = model.get("questions");
    if (open && !questions[open.key]) open = null;
    let buttons = -1;
    for (const one of shown) stretch(one, one.key ? ++buttons : buttons);
    const keys = shown.map((one) => one.key);
    for (const key of Object.keys(questions)) if (!keys.includes(key)) ask(below, key);
    if (inside && open) (chosen ? text.querySelector("select") : text.querySelectorAll("button")[open.at])?.focus();
  };
  const changes = "change:stretches change:questions change:settled";
  model.on(changes, write);
  write();
  return () => model.off(changes, write);
} };
