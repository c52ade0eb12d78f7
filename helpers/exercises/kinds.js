// The controls of each kind of question: native, by keyboard; each gives what the judge takes.

function note() {
  return make("div", { class: "note", hidden: true });
}

function menu(choices, first, attributes) {
  const options = choices.map(([key, words]) => make("option", { value: key }, words));
  return make("select", attributes, make("option", { value: "" }, first), ...options);
}

// Each kind of control: {element, get, set, notes}. get() gives what the judge takes, null while untouched.

function boxes(question, id, changed, type) {
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

function number(question, id, changed) {
  const amount = make("input", {
    type: "text", id: `${id}-amount`, inputmode: "decimal", autocomplete: "off", spellcheck: "false", size: 12, oninput: changed,
    // JupyterLab swallows the line break that would submit the form.
    onkeydown: (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      event.target.form.requestSubmit();
    } });
  const parts = [make("label", { for: `${id}-amount` }, question.how), amount];
  let unit = null;
  if (question.needs_unit) {
    unit = menu(question.units, "unit …", { "aria-label": "Unit", onchange: changed });
    parts.push(unit);
  } else if (question.unit) {
    amount.setAttribute("aria-describedby", `${id}-unit`);
    parts.push(make("span", { id: `${id}-unit` }, question.unit));
  }
  return {
    element: make("div", { class: "number" }, ...parts), notes: {},
    get: () => (amount.value || unit?.value ? { amount: amount.value, unit: unit?.value ?? "" } : null),
    set: (draft) => {
      amount.value = draft?.amount ?? (typeof draft === "object" ? "" : draft);
      if (unit) unit.value = draft?.unit ?? "";
    },
  };
}

function ordering(question, id, changed) {
  const all = question.items;
  const said = make("div", { class: "aside", "aria-live": "polite" });
  const list = make("ol", { "aria-label": question.how });
  let order = all.map((item) => item.key);
  let touched = false;
  const rows = Object.fromEntries(all.map((item) => {
    const button = (words, sign, by) => make("button", {
      type: "button", class: "move", "aria-label": `Move ${words}: ${item.text}`, onclick: () => move(item, by) }, sign);
    const row = make("li", {}, make("span", { class: "place" }, button("up", "↑", -1), button("down", "↓", 1)),
      make("span", { html: item.html }));
    return [item.key, row];
  }));
  function draw() {
    order.forEach((key, at) => {
      list.append(rows[key]);
      const [up, down] = rows[key].querySelectorAll("button");
      up.setAttribute("aria-disabled", at === 0);
      down.setAttribute("aria-disabled", at === order.length - 1);
    });
  }
  function move(item, by) {
    const from = order.indexOf(item.key);
    const to = from + by;
    if (to < 0 || to >= order.length) {
      said.textContent = `${item.text} is already ${to < 0 ? "first" : "last"}.`;
      return;
    }
    const focused = document.activeElement;
    order.splice(to, 0, order.splice(from, 1)[0]);
    touched = true;
    draw();
    focused?.focus();
    said.textContent = `${item.text} is now ${to + 1} of ${order.length}.`;
    changed();
  }
  draw();
  return {
    element: make("div", { class: "ordering" }, make("p", { class: "how" }, question.how), list, said), notes: {},
    get: () => (touched ? [...order] : null),
    set: (draft) => {
      const keys = all.map((item) => item.key);
      touched = Array.isArray(draft) && draft.length === keys.length && keys.every((key) => draft.includes(key));
      order = touched ? [...draft] : keys;
      draw();
    },
  };
}

function pairs(question, id, changed) {
  const notes = {};
  const menus = {};
  const rows = question.items.map((item, at) => {
    notes[item.key] = note();
    menus[item.key] = menu(item.choices, "choose …", { id: `${id}-item-${at}`, onchange: changed });
    return make("div", { class: "pair" },
      make("label", { for: `${id}-item-${at}`, html: item.html }), menus[item.key], notes[item.key]);
  });
  return {
    element: make("fieldset", {}, make("legend", {}, question.how), ...rows), notes,
    get: () => {
      const chosen = Object.entries(menus).filter(([, select]) => select.value).map(([key, select]) => [key, select.value]);
      return chosen.length ? Object.fromEntries(chosen) : null;
    },
    set: (draft) => Object.entries(menus).forEach(([key, select]) => { select.value = draft?.[key] ?? ""; }),
  };
}

const KINDS = {
  choice: (question, id, changed) => boxes(question, id, changed, "radio"),
  several: (question, id, changed) => boxes(question, id, changed, "checkbox"),
  number, ordering, matching: pairs, grade: pairs,
};

