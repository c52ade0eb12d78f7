// The view of a test: one question at a time, nothing said until all is handed in. paper.js and kinds.js stand above it.

function render({ model, el }) {
  const questions = model.get("questions");
  const own = `form-${Math.random().toString(36).slice(2, 10)}`;
  let at = -1;
  let warned = false;

  const say = make("p", { class: "how", role: "status" });
  const stage = make("div", { class: "stage" });
  const trouble = make("div", { class: "trouble", role: "status" });
  const card = make("section", { class: "course-card", "aria-label": model.get("label") }, stage, say, trouble);
  keepKeys(card);
  const button = (words, act, attributes = {}) => make("button", { type: "button", onclick: act, ...attributes }, words);
  const answered = (question) => model.get("drafts")[question.id] != null;

  function go(to) {
    at = to;
    warned = false;
    say.textContent = "";
    draw();
    stage.querySelector("h4")?.focus();
  }

  function handIn() {
    const open = questions.map((question, place) => (answered(question) ? null : place + 1)).filter(Boolean);
    if (open.length && !warned) {
      warned = true;
      say.textContent = `Not answered: ${open.join(", ")}. Press Hand in once more to hand in all the same.`;
      return;
    }
    model.send({ do: "hand in", drafts: model.get("drafts") });
  }

  function beginning() {
    const begun = questions.some(answered);
    stage.append(make("div", { html: model.get("intro") }),
      make("div", { class: "actions" }, button(begun ? "Go on" : "Begin", () => go(Math.max(0, questions.findIndex((one) => !answered(one)))), { class: "check" })));
  }

  function asking() {
    const question = questions[at];
    const controls = KINDS[question.kind](question, `${own}-${at}`, () => {
      model.set("drafts", { ...model.get("drafts"), [question.id]: controls.get() });
      model.save_changes();
      marks();
    });
    controls.set(model.get("drafts")[question.id] ?? null);
    const steps = questions.map((one, place) => button(String(place + 1), () => go(place), { class: "step" }));
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
        make("div", { class: "prompt", html: question.prompt }), make("div", { class: "count", html: question.count }),
        controls.element),
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

  const watched = { "change:report": done, "change:trouble": showTrouble };
  for (const [event, show] of Object.entries(watched)) model.on(event, show);
  draw();
  showTrouble();
  el.append(card);
  return () => {
    for (const [event, show] of Object.entries(watched)) model.off(event, show);
  };
}

export default { render };
