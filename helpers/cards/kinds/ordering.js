import { make } from "../../dom.js";

export function ordering(question, _id, changed) {
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
  const asItStands = make("button", { type: "button", onclick: () => {
    if (touched) return;
    touched = true; // the button stays: what is hidden keeps no focus, and JupyterLab would hear the keys
    asItStands.textContent = said.textContent = "Taken as it stands.";
    asItStands.setAttribute("aria-disabled", true);
    changed();
  } });
  function draw() {
    asItStands.hidden = touched;
    asItStands.textContent = "In order as it stands";
    asItStands.removeAttribute("aria-disabled");
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
    element: make("div", { class: "ordering" }, make("p", { class: "how" }, question.how), list, asItStands, said), notes: {},
    get: () => (touched ? [...order] : null),
    set: (draft) => {
      const keys = all.map((item) => item.key);
      touched = Array.isArray(draft) && draft.length === keys.length && keys.every((key) => draft.includes(key));
      order = touched ? [...draft] : keys;
      draw();
    },
  };
}
