// The view of a card: native controls, no answers, no libraries (paper.js stands above it).

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

function render({ model, el }) {
  const question = model.get("question");
  // Every view has its own: a notebook can show one card twice.
  const id = `card-${question.id}-${Math.random().toString(36).slice(2, 10)}`;
  const live = question.part === "whole";
  let waiting = null;

  const send = (message) => {
    model.send(message);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      feedback.replaceChildren(make("p", {}, "No reply yet. If it stays so, run the cell again: the kernel may have stopped."));
    }, 6000);
  };
  const changed = () => {
    model.set("draft", controls.get());
    model.save_changes();
  };

  const controls = live ? KINDS[question.kind](question, id, changed) : null;
  const feedback = make("div", { class: "feedback", role: "status" });
  const hints = make("div", { class: "hints", "aria-live": "polite" });
  const solution = make("div", { class: "solution", "aria-live": "polite" });
  const hintButton = make("button", { type: "button", onclick: () => send({ do: "hint" }) });
  const solutionButton = make("button", { type: "button", onclick: () => send({ do: "solution" }) }, "Show the solution");
  const againButton = make("button", { type: "button", onclick: () => send({ do: "again" }) }, "Answer again");
  const checkButton = live ? make("button", { type: "submit", class: "check" }, "Check") : null;

  let confidence = null;
  let sure = null;
  if (live && Object.keys(question.confidence).length) {
    confidence = menu(Object.entries(question.confidence).sort((a, b) => a[0] - b[0]), "rather not say", {
      id: `${id}-sure`,
      onchange: () => {
        model.set("confidence", confidence.value ? Number(confidence.value) : null);
        model.save_changes();
      },
    });
    sure = make("p", { class: "sure" }, make("label", { for: `${id}-sure` }, "How sure are you? "), confidence);
  }

  const actions = make("div", { class: "actions" }, checkButton, hintButton, solutionButton, live ? againButton : null);
  const before = make("div", { class: "before" });
  const trouble = make("div", { class: "trouble", role: "status" });
  const takeAlong = (at = 0) => model.send({ do: "take along", at });
  const taken = fetcher(model, takeAlong);
  const words = make("div");
  const reminder = make("div", { class: "reminder", role: "status" }, words, make("div", { class: "actions" },
    make("button", { type: "button", onclick: () => takeAlong() }, "Download my record"),
    make("button", { type: "button", onclick: () => { reminder.hidden = true; } }, "Not now")));
  const form = make("form", {
    novalidate: true,
    onsubmit: (event) => {
      event.preventDefault();
      if (!live) return;
      send({ do: "check", answer: controls.get(), confidence: confidence?.value ? Number(confidence.value) : null });
    },
  });
  const prompt = make("div", { class: "prompt", html: question.prompt });
  form.append(make("p", { class: "name", "aria-hidden": "true" }, question.id));
  if (live) form.append(...[prompt, make("div", { class: "count", html: question.count }), controls.element, sure, actions].filter(Boolean));
  if (question.part === "task") form.append(prompt, make("p", { class: "how" }, question.how));
  if (question.part === "check") form.append(feedback, before, actions, hints, solution);
  if (live) form.append(before, feedback, hints, solution);
  if (question.part !== "task") form.append(trouble, reminder);

  const card = make("section", { class: "course-card", "aria-label": `${question.part === "check" ? "Feedback on" : "Question"} ${question.id}`, "data-part": question.part }, form);
  keepKeys(card);

  function showDraft() {
    if (live && JSON.stringify(controls.get()) !== JSON.stringify(model.get("draft"))) controls.set(model.get("draft"));
  }
  function showConfidence() {
    if (confidence) confidence.value = model.get("confidence") == null ? "" : String(model.get("confidence"));
  }
  function showVerdict() {
    clearTimeout(waiting);
    const verdict = model.get("verdict");
    card.dataset.status = verdict.status ?? "";
    feedback.replaceChildren();
    if (verdict.status) {
      feedback.append(
        make("p", { class: "word" }, make("span", { class: "sign", "aria-hidden": "true" }, verdict.sign), make("strong", {}, verdict.word)),
        make("div", { html: verdict.html }));
    }
    againButton.hidden = !verdict.status && !model.get("attempts") && !seen();
    for (const [key, place] of Object.entries(controls?.notes ?? {})) {
      place.innerHTML = verdict.notes?.[key] ?? "";
      place.hidden = !verdict.notes?.[key];
    }
  }
  function showHints() {
    clearTimeout(waiting);
    const seen = model.get("hints");
    while (hints.childElementCount > seen.length) hints.lastChild.remove();
    for (const [at, hint] of [...seen.entries()].slice(hints.childElementCount)) {
      hints.append(make("div", { class: "hint" }, make("strong", {}, `Hint ${at + 1} of ${question.hints}`), make("div", { html: hint })));
    }
    const left = seen.length < question.hints;
    if (!left && document.activeElement === hintButton) (checkButton ?? solutionButton).focus();
    hintButton.hidden = !left;
    hintButton.textContent = `Hint ${Math.min(seen.length + 1, question.hints)} of ${question.hints}`;
  }
  function seen() {
    return model.get("hints").length > 0 || Boolean(model.get("solution"));
  }
  function showWords() {
    before.innerHTML = model.get("before");
    trouble.textContent = model.get("trouble");
    words.innerHTML = model.get("reminder");
    reminder.hidden = !model.get("reminder");
    if (!reminder.hidden) askOnLeaving();
  }
  function showSolution() {
    clearTimeout(waiting);
    const words = model.get("solution");
    if (words && document.activeElement === solutionButton) (checkButton ?? hintButton).focus();
    solutionButton.hidden = !model.get("attempts") || Boolean(words);
    solution.replaceChildren(...(words ? [make("strong", {}, "Solution"), make("div", { html: words })] : []));
  }

  const watched = {
    "change:draft": showDraft, "change:confidence": showConfidence, "change:verdict": showVerdict,
    "change:hints": showHints, "change:solution": showSolution, "change:attempts": showSolution,
    "change:before": showWords, "change:trouble": showWords, "change:reminder": showWords,
    // A check that changes nothing on the page is an answer too: it stops the waiting.
    "msg:custom": (message, buffers) => { clearTimeout(waiting); showVerdict(); taken(message, buffers); },
  };
  for (const [event, show] of Object.entries(watched)) model.on(event, show);
  [showDraft, showConfidence, showVerdict, showHints, showSolution, showWords].forEach((show) => show());
  el.append(card);
  return () => {
    clearTimeout(waiting);
    for (const [event, show] of Object.entries(watched)) model.off(event, show);
  };
}

export default { render };
