// What the controls of several kinds of questions are made of: native, by keyboard.
// A control is {element, get, set, notes}; get() gives what the judge takes, null while untouched.

import { make } from "../dom.js";

export function note() {
  return make("div", { class: "note", hidden: true });
}

export function menu(choices, first, attributes) {
  const options = choices.map(([key, words]) => make("option", { value: key }, words));
  return make("select", attributes, make("option", { value: "" }, first), ...options);
}

export function boxes(question, id, changed, type) {
  const notes = {};
  const inputs = question.options.map((option, at) => {
    notes[option.key] = note();
    notes[option.key].id = `${id}-note-${at}`;
    return make("input", { type, name: id, value: option.key, "aria-describedby": notes[option.key].id, onchange: changed });
  });
  const rows = question.options.map((option, at) =>
    make("div", { class: "option" },
      make("label", {}, inputs[at], make("span", { html: option.html })), notes[option.key]));
  const element = make("fieldset", {}, make("legend", {}, question.how), ...rows);
  const taken = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return {
    element, notes,
    get: () => (type === "radio" ? taken()[0] ?? null : taken().length ? taken() : null),
    set: (draft) => inputs.forEach((input) => { input.checked = [draft].flat().includes(input.value); }),
  };
}

export function pairs(question, id, changed) {
  const notes = {};
  const menus = {};
  const spelled = {};
  // A menu of long words has a line of its own; where they are too long for a narrow page they stand below it, too.
  const spell = (key) => {
    const words = menus[key].selectedOptions[0]?.text ?? "";
    spelled[key].textContent = menus[key].value && words.length > 34 ? words : "";
  };
  const rows = question.items.map((item, at) => {
    const choose = () => {
      spell(item.key);
      changed();
    };
    notes[item.key] = note();
    menus[item.key] = menu(item.choices, "choose …", { id: `${id}-item-${at}`, onchange: choose });
    spelled[item.key] = make("div", { class: "spelled", "aria-hidden": "true" });
    const long = Math.max(...item.choices.map(([, text]) => text.length)) > 22;
    return make("div", { class: long ? "pair long" : "pair" },
      make("label", { for: `${id}-item-${at}`, html: item.html }), menus[item.key], spelled[item.key], notes[item.key]);
  });
  return {
    element: make("fieldset", {}, make("legend", {}, question.how), ...rows), notes,
    get: () => {
      const chosen = Object.entries(menus).filter(([, select]) => select.value).map(([key, select]) => [key, select.value]);
      return chosen.length ? Object.fromEntries(chosen) : null;
    },
    set: (draft) => Object.entries(menus).forEach(([key, select]) => {
      select.value = draft?.[key] ?? "";
      spell(key);
    }),
  };
}

// How sure one is, in three steps; null where a question does not ask. A step of an earlier course is shown as none.
export function howSure(question, id, changed) {
  const steps = Object.entries(question.confidence).sort((a, b) => a[0] - b[0]);
  if (!steps.length) return null;
  const select = menu(steps, "rather not say", {
    id: `${id}-sure`, "aria-describedby": question.marks ? `${id}-marks` : null,
    onchange: () => changed(select.value ? Number(select.value) : null) });
  const marks = question.marks ? make("small", { id: `${id}-marks`, class: "marks", html: question.marks }) : null;
  return {
    element: make("div", { class: "sure" }, make("label", { for: `${id}-sure` }, "How sure are you? "), select, marks),
    get: () => (select.value ? Number(select.value) : null),
    set: (value) => { select.value = value == null ? "" : String(value); },
  };
}
