// The view of a card: no answers, no libraries.

import { howSure } from "./controls.js";
import { askOnLeaving, caller, fetcher, keep } from "./dom.js";
import { keepKeys, make } from "../dom.js";

// A new round may ask with other numbers and in another order: then the card is made anew.
function render({ model, el }) {
  let undo = show({ model, el });
  const anew = () => {
    const focused = el.contains(document.activeElement);
    undo();
    el.replaceChildren();
    undo = show({ model, el });
    if (focused) el.querySelector("input, select, button:not([hidden])")?.focus();
  };
  model.on("change:question", anew);
  return () => {
    model.off("change:question", anew);
    undo();
  };
}

function show({ model, el }) {
  const question = model.get("question");
  // Every view has its own: a notebook can show one card twice.
  const id = `card-${question.id}-${Math.random().toString(36).slice(2, 10)}`;
  const live = question.part === "whole";
  const { send, heard } = caller(model, (words) => tell(words));
  const changed = () => {
    keep(model, "draft", controls.get(), tell);
    showVerdict();
  };

  const controls = live ? KINDS[question.kind](question, id, changed) : null;
  const feedback = make("div", { class: "feedback", role: "status" });
  const solved = make("p", { class: "solved" });
  const hints = make("div", { class: "hints", "aria-live": "polite" });
  const solution = make("div", { class: "solution", "aria-live": "polite" });
  const hintButton = make("button", { type: "button", onclick: () => send({ do: "hint" }) });
  const solutionButton = make("button", { type: "button", onclick: () => send({ do: "solution" }) }, "Show the solution");
  const againButton = make("button", { type: "button", onclick: () => send({ do: "again" }) }, "Answer again");
  const checkButton = live ? make("button", { type: "submit", class: "check" }, "Check") : null;

  const confidence = live ? howSure(question, id, (value) => keep(model, "confidence", value, tell)) : null;

  const actions = make("div", { class: "actions" }, checkButton, hintButton, solutionButton, live ? againButton : null);
  const before = make("div", { class: "before" });
  const trouble = make("div", { class: "trouble", role: "status" });
  const takeAlong = (at = 0) => send({ do: "take along", at });
  const taken = fetcher(takeAlong);
  const words = make("div");
  const reminder = make("div", { class: "reminder", role: "status" }, words, make("div", { class: "actions" },
    make("button", { type: "button", onclick: () => takeAlong() }, "Download my record"),
    make("button", { type: "button", onclick: () => { reminder.hidden = true; } }, "Not now")));
  const form = make("form", {
    novalidate: true,
    onsubmit: (event) => {
      event.preventDefault();
      if (!live) return;
      send({ do: "check", answer: controls.get(), confidence: confidence?.get() ?? null });
    },
  });
  const prompt = make("div", { class: "prompt", html: question.prompt });
  form.append(make("p", { class: "name", "aria-hidden": "true" }, question.id));
  if (live) form.append(...[prompt, make("div", { class: "count", html: question.shown }), controls.element, confidence?.element, actions].filter(Boolean));
  if (question.part === "task") form.append(prompt, make("p", { class: "how" }, question.how));
  if (question.part === "check") form.append(feedback, solved, before, actions, hints, solution);
  if (live) form.append(before, feedback, solved, hints, solution);
  if (question.part !== "task") form.append(trouble, reminder);

  const card = make("section", { class: "course-card", "aria-label": `${question.part === "check" ? "Feedback on" : "Question"} ${question.id}`, "data-part": question.part }, form);
  keepKeys(card);

  function showDraft() {
    if (live && JSON.stringify(controls.get()) !== JSON.stringify(model.get("draft"))) controls.set(model.get("draft"));
  }
  function showConfidence() {
    confidence?.set(model.get("confidence"));
  }
  function tell(words) {
    card.dataset.status = "";
    feedback.replaceChildren(make("p", {}, words));
  }
  // A verdict is about the answer that was checked: over another one nothing is said.
  function isAboutThis() {
    const about = controls?.about ?? ((answer) => answer);
    return !live || JSON.stringify(about(controls.get())) === JSON.stringify(about(model.get("checked")));
  }
  function showVerdict() {
    const current = isAboutThis();
    const verdict = current ? model.get("verdict") : {};
    card.dataset.status = verdict.status ?? "";
    feedback.replaceChildren();
    if (verdict.status) {
      const tries = (verdict.status === "right" && model.get("solved")) || model.get("attempts");
      feedback.append(
        make("p", { class: "word" }, make("span", { class: "sign", "aria-hidden": "true" }, verdict.sign), make("strong", {}, verdict.word),
          tries > 1 ? make("span", { class: "tries" }, `try ${tries}`) : null),
        make("div", { html: verdict.html }));
    } else if (!current && model.get("verdict").status) {
      feedback.append(make("p", {}, "Changed since you checked."));
    }
    showSolved(verdict.status);
    againButton.hidden = !model.get("verdict").status && !model.get("attempts") && !seen();
    for (const [key, place] of Object.entries(controls?.notes ?? {})) {
      place.innerHTML = verdict.notes?.[key] ?? "";
      place.hidden = !verdict.notes?.[key];
    }
  }
  // What was right once stays so, whatever is tried out on it afterwards.
  function showSolved(status) {
    const at = model.get("solved");
    solved.hidden = !at || status === "right";
    const when = at > 1 ? `try ${at}` : "the first try";
    solved.textContent = solved.hidden ? "" : `✓ Solved at ${when}: what you try out now takes nothing away.`;
  }
  function freshen(element) {
    element.classList.remove("fresh");
    element.getBoundingClientRect();
    element.classList.add("fresh");
  }
  function showHints() {
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
    const words = model.get("solution");
    if (words && document.activeElement === solutionButton) (checkButton ?? hintButton).focus();
    solutionButton.hidden = !model.get("attempts") || Boolean(words);
    solution.replaceChildren(...(words ? [make("strong", {}, "Solution"), make("div", { html: words })] : []));
  }

  // What comes in one message is told value by value, in any order.
  const watched = {
    "change:draft": () => { showDraft(); showVerdict(); }, "change:confidence": showConfidence, "change:verdict": showVerdict,
    "change:checked": showVerdict, "change:hints": showHints, "change:solution": showSolution, "change:attempts": showSolution, "change:solved": showVerdict,
    "change:before": showWords, "change:trouble": showWords, "change:reminder": showWords,
    // A check that changes nothing on the page is an answer too: it stops the waiting, and is seen.
    "msg:custom": (message, buffers) => {
      heard();
      showVerdict();
      if (message.checked) freshen(feedback);
      taken(message, buffers);
    },
  };
  for (const [event, show] of Object.entries(watched)) model.on(event, show);
  [showDraft, showConfidence, showVerdict, showHints, showSolution, showWords].forEach((show) => show());
  el.append(card);
  return () => {
    heard();
    for (const [event, show] of Object.entries(watched)) model.off(event, show);
  };
}

export default { render };
