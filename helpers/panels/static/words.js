import { make, name } from "./dom.js";

/** The questions that one answer would settle: fieldsets that stay, and keep the focus, while a count moves. */
const asking = (model, parent) => {
  const shown = new Map();
  const add = (key) => {
    const set = make(parent, "fieldset");
    const legend = make(set, "legend");
    const group = name();
    const answers = [["yes", "Yes"], ["no", "No"], ["", "Not known"]];
    const inputs = answers.map(([value, words]) => {
      const label = make(set, "label");
      const input = make(label, "input", { type: "radio", name: group, value });
      label.append(words);
      input.addEventListener("change", () => {
        model.set("answers", { ...model.get("answers"), [key]: value });
        model.save_changes();
      });
      return input;
    });
    const why = make(set, "p", { className: "course-note" });
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
      if (!shown.has(key)) add(key);
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
  const alert = make(el, "section", { className: "alarm" });
  const questions = make(el, "section", { className: "questions" });
  const warned = make(el, "p", { className: "said warned" });
  warned.setAttribute("role", "status");
  const status = make(el, "p", { className: "status" });
  const said = make(el, "p", { className: "said" });
  said.setAttribute("role", "status");
  said.setAttribute("aria-live", "polite");
  const body = make(el, "div");
  let timer = 0;
  const show = () => {
    status.textContent = model.get("status");
    status.hidden = !model.get("status");
  };
  const tell = () => {
    show();
    clearTimeout(timer);
    timer = setTimeout(() => {
      said.textContent = model.get("status");
      timer = setTimeout(() => { said.textContent = ""; }, 4000);
    }, 500);
  };
  const folded = () => [...body.querySelectorAll("details")];
  const write = () => {
    const open = folded().map((one) => one.open);
    body.innerHTML = model.get("html");
    folded().forEach((one, at) => { one.open = open[at] ?? one.open; });
  };
  const warn = () => { alert.innerHTML = model.get("alert"); };
  const ask = asking(model, questions);
  const announce = () => { warned.textContent = model.get("warning") || "No red flag is raised now."; };
  const handlers = {
    "change:status": tell, "change:html": write, "change:alert": warn, "change:warning": announce,
    "change:questions change:answers": ask,
  };
  for (const [event, handler] of Object.entries(handlers)) model.on(event, handler);
  show();
  write();
  warn();
  ask();
  warned.textContent = model.get("warning");
  return () => {
    clearTimeout(timer);
    for (const [event, handler] of Object.entries(handlers)) model.off(event, handler);
  };
} };
