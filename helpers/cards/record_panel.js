// The view of a desk: HTML from Python, and what can be done below it.

import { caller, fetcher } from "./dom.js";
import { keepKeys, make } from "../dom.js";

const PART = 1000000;

function render({ model, el }) {
  const id = `desk-${Math.random().toString(36).slice(2, 10)}`;
  const words = make("div", { class: "words" });
  const said = make("p", { class: "said", role: "status" });
  const actions = make("div", { class: "actions" });
  const desk = make("section", { class: "course-desk", "aria-label": model.get("label") }, words, actions, said);
  keepKeys(desk);

  let coming = null;
  const say = (text) => { said.textContent = text; };
  const { send, heard } = caller(model, say, 20);

  // --- what can be done ---

  function bring(input, action) {
    const [file] = input.files;
    if (!file) return;
    if (file.size > action.most) say(`${file.name} is larger than ${action.most / 1000000} MB; a record is not so large.`);
    else {
      say(`Reading ${file.name} …`);
      coming = { file, action };
      bringPart(0);
    }
    input.value = "";
  }
  async function bringPart(at) {
    const { file, action } = coming;
    const part = await file.slice(at, at + PART).arrayBuffer();
    send({ do: action.do, name: file.name, at, size: file.size }, [part]);
  }

  const CONTROLS = {
    button: (action) => make("button", { type: "button", onclick: () => send({ do: action.do, at: 0 }) }, action.label),
    file: (action) => {
      const input = make("input", { type: "file", id: `${id}-file`, accept: ".json,.csv,application/json,text/csv",
        onchange: () => bring(input, action) });
      return make("div", { class: "line" }, make("label", { for: `${id}-file` }, action.label), input);
    },
    choice: (action) => {
      const options = action.choices.map(([key, label]) => make("option", { value: key }, label));
      const select = make("select", { id: `${id}-choice` }, make("option", { value: "" }, "choose …"), ...options);
      const button = make("button", { type: "button", onclick: () => {
        if (select.value) send({ do: action.do, choice: select.value });
        else say("Choose a notebook first.");
      } }, action.confirm);
      return make("div", { class: "line" }, make("label", { for: `${id}-choice` }, action.label), select, button);
    },
    confirm: (action) => {
      const first = make("button", { type: "button", onclick: () => { swap(true); keep.focus(); } }, action.label);
      const keep = make("button", { type: "button", onclick: () => { swap(false); first.focus(); } }, "Keep it");
      const now = make("button", { type: "button", onclick: () => {
        send({ do: action.do, sure: true });
        swap(false);
        first.focus();
      } }, action.confirm);
      const asked = make("div", { class: "line", hidden: true }, make("span", {}, action.ask), now, keep);
      const swap = (asking) => { first.hidden = asking; asked.hidden = !asking; };
      return make("div", {}, first, asked);
    },
  };

  // --- showing it ---

  function showWords() {
    const open = [...words.querySelectorAll("details")].map((one) => one.open);
    words.innerHTML = model.get("html");
    [...words.querySelectorAll("details")].forEach((one, at) => { one.open = open[at] ?? false; });
  }
  function showActions() {
    actions.replaceChildren(...model.get("actions").map((action) => CONTROLS[action.kind](action)));
  }
  const showSaid = () => say(model.get("said"));

  let asked = null;
  const take = fetcher((at) => send({ do: asked, at }));
  const answer = (message, buffers) => {
    heard();
    if (message.next != null && message.file == null) bringPart(message.next);
    else if (message.file != null) {
      asked = message.file.endsWith(".csv") ? "csv" : message.file.endsWith(".json") ? "json" : "keep page";
      take(message, buffers);
    }
  };

  // What other notebooks recorded meanwhile is shown when the page comes into view again.
  let seen = true;
  const watch = new IntersectionObserver(([entry]) => {
    if (entry.isIntersecting && !seen) send({ do: "look again" });
    seen = entry.isIntersecting;
  });

  const watched = { "change:html": showWords, "change:actions": showActions, "change:said": showSaid, "msg:custom": answer };
  for (const [event, show] of Object.entries(watched)) model.on(event, show);
  [showWords, showActions, showSaid].forEach((show) => show());
  el.append(desk);
  watch.observe(desk);
  return () => {
    watch.disconnect();
    for (const [event, show] of Object.entries(watched)) model.off(event, show);
  };
}

export default { render };
