import { add, name } from "./dom.js";

/** The questions that one answer would settle: fieldsets that stay, and keep the focus, while a count moves. */
const asking = (model, parent) => {
  const shown = new Map();
  const begin = (key) => {
    const set = add(parent, "fieldset");
    const legend = add(set, "legend");
    const group = name();
    const answers = [["yes", "Yes"], ["no", "No"], ["", "Not known"]];
    const inputs = answers.map(([value, words]) => {
      const label = add(set, "label");
      const input = add(label, "input", { type: "radio", name: group, value });
      label.append(words);
      input.addEventListener("change", () => {
        model.set("answers", { ...model.get("answers"), [key]: value });
        model.save_changes();
      });
      return input;
    });
    const why = add(set, "p", { class: "course-note" });
    shown.set(key, { set, legend, inputs, why });
  };
  return () => {
    const questions = model.get("questions");
    const keys = questions.map((one) => one.key);
    for (const [key, { set }] of shown) {
      if (keys.includes(key)) continue;
      set.remove();
      shown.delete(key);
    }
    for (const { key, text, why } of questions) {
      if (!shown.has(key)) begin(key);
      const one = shown.get(key);
      if (one.legend.textContent !== text) one.legend.textContent = text;
      one.why.textContent = why;
      const answer = model.get("answers")[key] || "";
      for (const input of one.inputs) input.checked = input.value === answer;
    }
  };
};

export default { render({ model, el }) {
  el.classList.add("course", "course-words");
  const flags = add(el, "div", { class: "flags" });
  const line = add(flags, "p");
  const fold = add(flags, model.get("folds") ? "details" : "div", { class: "fold" });
  const summary = model.get("folds") && add(fold, "summary");
  const alert = add(fold, "section", { class: "alarm" });
  const open = add(fold, "p", { class: "to-ask" });
  const questions = add(fold, "section", { class: "questions" });
  const side = add(el, "div", { class: "side" });
  // On a wide page the flags stand below the picture and these words beside it: the same line stands here as well.
  const headline = add(side, "p", { class: "headline", "aria-hidden": "true" });
  const warned = add(side, "p", { class: "said warned" });
  warned.setAttribute("role", "status");
  const status = add(side, "p", { class: "status" });
  const said = add(side, "p", { class: "said" });
  said.setAttribute("role", "status");
  said.setAttribute("aria-live", "polite");
  const body = add(side, "div", { class: "body" });
  const below = add(el, "section", { class: "below" });
  let timer = 0;
  // What the picture's title says already is read aloud, and not written a second time.
  const show = () => {
    const all = model.get("status");
    const title = all.startsWith(model.get("in_title")) ? model.get("in_title") : "";
    const rest = all.slice(title.length).trim();
    status.classList.toggle("said", !rest);
    status.textContent = rest;
    if (title) {
      const textContent = rest ? `${title} ` : title;
      status.prepend(Object.assign(document.createElement("span"), { className: "said", textContent }));
    }
    status.hidden = !all;
  };
  const tell = () => {
    show();
    clearTimeout(timer);
    timer = setTimeout(() => {
      said.textContent = model.get("status");
      timer = setTimeout(() => { said.textContent = ""; }, 4000);
    }, 500);
  };
  const folded = (part) => [...part.querySelectorAll("details")];
  const put = (part, html) => {
    const unfolded = folded(part).map((one) => one.open);
    part.innerHTML = html;
    folded(part).forEach((one, at) => { one.open = unfolded[at] ?? one.open; });
  };
  const write = () => { put(body, model.get("html")); };
  const writeBelow = () => { put(below, model.get("below")); };
  const head = () => {
    const [said, raised] = [model.get("headline"), !!model.get("alert")];
    const some = raised || model.get("questions").length > 0;
    if (summary) summary.textContent = said;
    line.textContent = summary && !some ? said : "";
    headline.textContent = some ? said : "";
    headline.hidden = !headline.textContent;
    fold.hidden = !some;
    line.hidden = !line.textContent;
    flags.hidden = fold.hidden && line.hidden;
    for (const part of [flags, headline]) part.classList.toggle("raised", raised);
  };
  const warn = () => { put(alert, model.get("alert")); head(); };
  const fields = asking(model, questions);
  const ask = () => {
    fields();
    open.textContent = model.get("still_open");
    open.hidden = !!summary || !model.get("still_open");
    head();
  };
  const announce = () => { warned.textContent = model.get("warning") || model.get("no_warning"); };
  const correct = () => { if (warned.textContent && !model.get("warning")) announce(); };
  const handlers = {
    "change:status change:in_title": tell, "change:html": write, "change:below": writeBelow,
    "change:alert": warn, "change:warning": announce,
    "change:no_warning": correct,
    "change:questions change:answers change:still_open change:headline": ask,
  };
  for (const [event, handler] of Object.entries(handlers)) model.on(event, handler);
  show();
  write();
  writeBelow();
  warn();
  ask();
  warned.textContent = model.get("warning");
  return () => {
    clearTimeout(timer);
    for (const [event, handler] of Object.entries(handlers)) model.off(event, handler);
  };
} };
