// The view of a test: one question at a time, nothing said until all is handed in.

import { howSure } from "./controls.js";
import { caller, keep } from "./dom.js";
import { keepKeys, make } from "../dom.js";

function render({ model, el }) {
  let questions = model.get("questions");
  const own = `form-${Math.random().toString(36).slice(2, 10)}`;
  let at = -1;

  const say = make("p", { class: "how", role: "status" });
  const stage = make("div", { class: "stage" });
  const trouble = make("div", { class: "trouble", role: "status" });
  const card = make("section", { class: "course-card", "aria-label": model.get("label") }, stage, say, trouble);
  keepKeys(card);
  const button = (words, act, attributes = {}) => make("button", { type: "button", onclick: act, ...attributes }, words);
  const { send, heard } = caller(model, (words) => { say.textContent = words; });
  const answered = (question) => model.get("drafts")[question.id] != null;

  function go(to) {
    at = to;
    say.textContent = "";
    draw();
    stage.querySelector("h4")?.focus();
  }

  // The kernel says what is open or cannot be read; the same drafts handed in once more are taken all the same.
  let doubted = "";
  function handIn() {
    const drafts = model.get("drafts");
    const now = JSON.stringify(drafts);
    send({ do: "hand in", drafts, confidences: model.get("confidences"), sure: now === doubted });
    doubted = now;
  }

  function beginning() {
    const begun = questions.some(answered);
    stage.append(make("div", { html: model.get("intro") }),
      model.get("closed") ? "" : make("div", { class: "actions" }, button(begun ? "Go on" : "Begin", () => go(Math.max(0, questions.findIndex((one) => !answered(one)))), { class: "check" })));
  }

  function asking() {
    const question = questions[at];
    const controls = KINDS[question.kind](question, `${own}-${at}`, () => {
      keep(model, "drafts", { ...model.get("drafts"), [question.id]: controls.get() }, (words) => { say.textContent = words; });
      marks();
    });
    controls.set(model.get("drafts")[question.id] ?? null);
    const sure = howSure(question, `${own}-${at}`, (value) => {
      keep(model, "confidences", { ...model.get("confidences"), [question.id]: value }, (words) => { say.textContent = words; });
    });
    sure?.set(model.get("confidences")[question.id] ?? null);
    const steps = questions.map((_, place) => button(String(place + 1), () => go(place), { class: "step" }));
    const marks = () => steps.forEach((step, place) => {
      const done = answered(questions[place]);
      step.dataset.done = done;
      step.setAttribute("aria-label", `Question ${place + 1}${done ? ", answered" : ""}`);
      if (place === at) step.setAttribute("aria-current", "step");
    });
    marks();
    const last = at === questions.length - 1;
    stage.append(
      make("h4", { tabindex: "-1" }, `Question ${at + 1} of ${questions.length}`),
      make("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); if (!last) go(at + 1); } },
        make("div", { class: "prompt", html: question.prompt }), make("div", { class: "count", html: question.shown }),
        controls.element, sure?.element),
      make("div", { class: "actions" },
        at > 0 ? button("Back", () => go(at - 1)) : null,
        last ? button("Hand in", handIn, { class: "check" }) : button("Next", () => go(at + 1), { class: "check" })),
      make("nav", { class: "steps", "aria-label": "Questions" }, ...steps));
  }

  function draw() {
    stage.replaceChildren();
    if (model.get("report")) stage.append(make("div", { class: "report", html: model.get("report") }));
    else if (at < 0) beginning();
    else asking();
  }
  function done() {
    at = -1;
    say.textContent = "";
    draw();
  }
  const showTrouble = () => { trouble.textContent = model.get("trouble"); };

  const answer = (message) => {
    heard();
    if (message.doubts != null) say.textContent = message.doubts;
  };
  const anew = () => {
    questions = model.get("questions");
    draw();
  };
  const watched = { "change:report": done, "change:questions": anew, "change:intro": draw, "change:closed": draw, "change:trouble": showTrouble, "msg:custom": answer };
  for (const [event, show] of Object.entries(watched)) model.on(event, show);
  draw();
  showTrouble();
  el.append(card);
  return () => {
    heard();
    for (const [event, show] of Object.entries(watched)) model.off(event, show);
  };
}

export default { render };
