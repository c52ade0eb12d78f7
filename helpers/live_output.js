// Puts each live widget in the place of its still twin. An output holds only the twin, in an element of the class
// `course-live-<model id>`; this model, which has no view of its own, finds those elements wherever they stand in the
// document (an output may be there twice, be drawn again, or wait for its notebook to be scrolled to).

const LOST = "This lost its connection to Python. Run the cell again: click on it, press Shift+Enter.";
const AWAY = "Python does not answer just now. What you do here counts only when the connection is back.";
const BUSY = "Python is busy with another cell. What you do here follows as soon as that is done.";
const GONE = ["restarting", "autorestarting", "terminating", "dead"];
const TOUCHES = ["mousedown", "click", "keydown", "beforeinput", "input", "change", "submit"];
const KEYS = ["Tab", "Escape", "Shift", "Control", "Meta", "Alt"];
const SCROLL = ["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", " "];
const CONTROLS = "input, select, textarea, button, [role=slider], [contenteditable]";
const PATIENCE = 3000;
const SETTLED = 1000;
const SELECTED = ".jp-Cell.jp-mod-selected";

// Whether somebody only reads: follows a link, unfolds, selects words, goes on by Tab, scrolls, runs the cell.
function isReading(event) {
  if (event.type === "keydown") {
    if (event.ctrlKey || event.metaKey || event.shiftKey || KEYS.includes(event.key)) return true;
    if (event.target.closest(CONTROLS)) return false;
    return SCROLL.includes(event.key) || (event.key === "Enter" && !!event.target.closest("a, summary"));
  }
  if (event.type === "mousedown") return !event.target.closest("input, select, button") || event.target.matches("[type=text]");
  return event.type === "click" && !event.target.closest("input, select, button, label, textarea");
}

// A notebook that has just been opened still grows above the cell a link leads to: it is kept in view until one moves.
function keepInView(find = () => null) {
  const events = ["wheel", "pointerdown", "keydown", "touchmove"];
  const begun = Date.now();
  const before = new Set(document.querySelectorAll(SELECTED));
  let seen = null;
  const look = setInterval(() => {
    if (Date.now() > (seen ? seen + 15_000 : begun + 60_000)) return stop();
    // A cell that JupyterLab has to scroll to gets selected; where it need not, and in a notebook's first cell, nothing moves.
    const led = (one) => !before.has(one) && one.previousElementSibling?.classList.contains("jp-Cell");
    const cell = find() ?? [...document.querySelectorAll(`.jp-NotebookPanel:not(.lm-mod-hidden) ${SELECTED}`)].find(led);
    if (!cell) return;
    if (!seen) chooseAlone(cell);
    seen ??= Date.now();
    const [box, page] = [cell, cell.parentElement.closest(".jp-WindowedPanel-outer, .jp-NotebookPanel")].map((one) => one.getBoundingClientRect());
    if (box.top < page.top - 8 || box.top > page.bottom - 100) cell.scrollIntoView();
  }, 200);
  const stop = () => {
    clearInterval(look);
    for (const event of events) removeEventListener(event, stop, true);
  };
  for (const event of events) addEventListener(event, stop, true);
}

// JupyterLab marks the cell that a link leads to beside the one marked before, and would run both: only one is chosen.
function chooseAlone(cell) {
  if (cell.contains(document.activeElement) && cell.closest(".jp-Notebook").querySelectorAll(SELECTED).length === 1) return;
  cell.closest(".jp-Notebook").dispatchEvent(new MouseEvent("mousedown", { clientX: -1, clientY: -1 })); // beside all cells
  cell.focus({ preventScroll: true });
}

function initialize({ model }) {
  const manager = model.widget_manager;
  const kernel = manager.kernel ?? null;
  const places = new Map();
  let lost = false;

  // The notebook this is in: the address names it only sometimes, and another one while the page is still opening.
  const notebook = () => manager.context?.path ?? new URLSearchParams(location.search).get("path") ?? decodeURIComponent(location.pathname).replace(/^.*\/tree\//, "");

  // Links to other notebooks open in this JupyterLab, at their cell; elsewhere they stay plain links.
  function openHere(event) {
    const link = event.target.closest?.(".course-live a[data-notebook]");
    if (!link || !places.has(link.closest(".course-live")) || !document.querySelector(".jp-LabShell")) return;
    const [folder] = notebook().match(/^(?:\w+:)?(?:.*\/)?/);
    link.dataset.commandlinkerCommand = "rendermime:handle-local-link";
    link.dataset.commandlinkerArgs = JSON.stringify({ path: folder + link.dataset.notebook, id: link.hash });
    if (link.hash) keepInView(folder + link.dataset.notebook === notebook() ? () => ownCell(link.hash) : undefined);
  }

  // A cell of this notebook by its id, where the page has it.
  function ownCell(hash) {
    const id = decodeURIComponent(hash.replace("#cell-id=", ""));
    const at = [...(manager.context?.model?.cells ?? [])].findIndex((cell) => cell.id === id);
    return at < 0 ? null : document.querySelector(`.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell[data-windowed-list-index="${at}"]`);
  }

  const name = (wrapper) => [...wrapper.classList].find((one) => one.startsWith("course-live-"))?.slice(12);

  // On a narrow page each row of a table is a block, and each cell says its column (live_output.css); a table that
  // is narrow enough keeps its columns (course-keeps).
  function label(table) {
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent);
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.cells].forEach((cell, at) => { cell.dataset.label = heads[at] ?? ""; });
    }
    table.dataset.labeled = "";
  }

  function look() {
    document.querySelectorAll(".jp-OutputArea-output table:not([data-labeled], .course-keeps)").forEach(label);
    for (const wrapper of document.getElementsByClassName("course-live")) {
      if (!lost && !places.has(wrapper) && manager.has_model(name(wrapper))) enter(wrapper);
    }
    for (const [wrapper, place] of places) {
      if (!wrapper.isConnected) place.leaving ??= setTimeout(leave, PATIENCE, wrapper);
    }
  }

  async function enter(wrapper) {
    const place = { twin: [...wrapper.childNodes], output: wrapper.closest(".jp-RenderedHTMLCommon") };
    places.set(wrapper, place);
    const child = await manager.get_model(name(wrapper));
    if (!child.comm_live) return; // of a kernel that is gone
    const view = await manager.create_view(child);
    const widget = view.luminoWidget ?? view.pWidget;
    if (places.get(wrapper) !== place) return view.remove(); // left, and perhaps entered anew, meanwhile
    if (!wrapper.isConnected || lost) {
      view.remove();
      places.delete(wrapper);
      return;
    }
    const closed = () => {
      leave(wrapper);
      say(wrapper, LOST);
    };
    Object.assign(place, { child, view, widget, closed });
    wrapper.replaceChildren();
    // Jupyter's own style sheet for HTML is meant for the twin.
    place.output?.classList.remove("jp-RenderedHTMLCommon");
    widget.constructor.attach(widget, wrapper);
    offerReport(wrapper, child);
    wrapper.dataset.live = "";
    for (const touch of TOUCHES) wrapper.addEventListener(touch, touched, true);
    child.on("destroy", closed);
  }

  // A short text on what is wrong, to send by hand: nothing is sent by itself.
  function offerReport(wrapper, child) {
    if (!child.get("question") && !child.get("children")) return; // a learner's own page shows nothing of the course
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Report a mistake of the course" });
    button.setAttribute("data-lm-suppress-shortcuts", "true");
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    const line = Object.assign(document.createElement("p"), { className: "course-wrong" });
    line.append(button, said);
    button.addEventListener("click", async () => {
      const words = report(wrapper, child);
      try {
        await navigator.clipboard.writeText(words);
        said.textContent = ` Copied. Paste it where you write to those who keep the course: ${model.get("issues")}`;
      } catch {
        said.textContent = ` Select and copy this, and send it to those who keep the course (${model.get("issues")}): ${words}`;
      }
    });
    wrapper.append(line);
  }

  function report(wrapper, child) {
    const question = child.get("question");
    const cell = wrapper.closest(".jp-Cell");
    const at = cell ? [...cell.parentElement.querySelectorAll(":scope > .jp-Cell")].indexOf(cell) + 1 : 0;
    const answered = question && [`answered: ${JSON.stringify(child.get("draft") ?? null)}`, `told: ${child.get("verdict")?.status ?? "nothing yet"}`];
    const states = [...wrapper.querySelectorAll(".status")].map((one) => one.textContent.trim()).filter(Boolean);
    return [
      `Pancytopenia course ${model.get("version")}`,
      `where: ${notebook().split("/").pop()}, cell ${at}`,
      question ? `question: ${question.id}, wording ${question.version}` : `panel: ${model.get("shows")[name(wrapper)]}`,
      ...(answered || [`shown: ${states.join(" ").slice(0, 600)}`]),
      "what is wrong: ",
    ].join("\n");
  }

  // On a control Jupyter's keys do nothing; on the cell Shift+Enter runs it.
  const toCell = (wrapper) => wrapper.closest(".jp-Cell")?.focus();

  // A widget of Lumino is detached from the document or not at all.
  function leave(wrapper) {
    const place = places.get(wrapper);
    if (!place) return;
    if (wrapper.isConnected && place.leaving) {
      place.leaving = null;
      return;
    }
    places.delete(wrapper);
    if (!place.view) return;
    place.child.off("destroy", place.closed);
    const shelf = document.body.appendChild(Object.assign(document.createElement("div"), { hidden: true }));
    if (!place.widget.isDisposed) shelf.append(place.widget.node);
    place.view.remove();
    shelf.remove();
    for (const touch of TOUCHES) wrapper.removeEventListener(touch, touched, true);
    delete wrapper.dataset.live;
    place.output?.classList.add("jp-RenderedHTMLCommon");
    wrapper.replaceChildren(...place.twin);
  }

  function say(wrapper, words) {
    let line = wrapper.querySelector(":scope > .course-lost");
    if (line && !words) line.remove();
    if (!words || line?.textContent === words) return line;
    line ??= document.createElement("p");
    line.className = "course-lost";
    line.textContent = words;
    wrapper.prepend(line);
    return line;
  }

  function trouble() {
    if (lost) return LOST;
    if (kernel && kernel.connectionStatus !== "connected") return AWAY;
    return kernel?.status === "busy" ? BUSY : "";
  }

  let waiting = null;
  function touched(event) {
    const wrapper = event.currentTarget;
    const tell = () => {
      const line = say(wrapper, trouble());
      if (!line) return;
      line.setAttribute("role", "alert");
      line.scrollIntoView({ block: "nearest" });
    };
    if (!lost) {
      if (trouble()) waiting ??= setTimeout(tell, PATIENCE);
    } else if (!isReading(event)) {
      // What was chosen stays as it was: nobody would hear of another choice. Jupyter may still select the cell.
      event.preventDefault();
      if (event.type !== "mousedown") event.stopImmediatePropagation();
      tell();
      toCell(wrapper);
    }
  }

  // A connection that broke while cells ran may have swallowed a widget, or may bring one twice: then what is shown is
  // not the one that Python answers. Once Python has nothing to do, it is asked for all that it has.
  let shaken = false;
  let mending = 0;
  function reconnected() {
    if (kernel.connectionStatus !== "connected") shaken = true;
    else if (shaken) mendSoon();
  }

  function mendSoon() {
    clearTimeout(mending);
    mending = setTimeout(mend, SETTLED);
  }

  async function mend() {
    if (lost) return;
    if (trouble() || manager._kernelRestoreInProgress) {
      mendSoon();
      return;
    }
    shaken = false;
    await Promise.resolve(manager._loadFromKernel?.()).catch(() => {}); // what is still missing is told below
    for (const wrapper of [...document.getElementsByClassName("course-live")]) {
      const id = name(wrapper);
      if (!(id in model.get("shows"))) continue; // of another kernel
      const now = manager.has_model(id) ? await manager.get_model(id).catch(() => null) : null;
      if (!now) say(wrapper, LOST);
      else if (await renewed(now) || (places.get(wrapper)?.child ?? now) !== now) leave(wrapper);
    }
    look();
  }

  // Puts the models that Python answers in the place of their doubles; whether there were any.
  async function renewed(one) {
    const parts = one.get("children") ?? [];
    const found = await Promise.all(parts.map((part) => manager.get_model(part.model_id).catch(() => part)));
    const within = await Promise.all(found.map(renewed));
    const doubled = found.some((part, at) => part !== parts[at]);
    if (doubled) one.set("children", found);
    return doubled || within.includes(true);
  }

  function hear() {
    if (!lost && (!kernel || kernel.isDisposed || GONE.includes(kernel.status))) lose();
    if (lost || !trouble()) {
      clearTimeout(waiting);
      waiting = null;
      for (const [wrapper, { view }] of places) if (view) say(wrapper, trouble());
    }
  }

  // A model without a comm keeps what it holds and throws nothing.
  function lose() {
    lost = true;
    for (const [wrapper, { child, view }] of places) {
      if (!view) continue;
      delete child.comm;
      delete wrapper.dataset.live;
      if (wrapper.contains(document.activeElement)) toCell(wrapper);
    }
  }

  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true });
  document.addEventListener("click", openHere, true); // for as long as the page: one that lost its Python leads on
  for (const signal of ["statusChanged", "connectionStatusChanged", "disposed"]) kernel?.[signal]?.connect(hear);
  kernel?.connectionStatusChanged?.connect(reconnected);
  manager.restored?.connect(look);
  look();
  return () => {
    lose();
    observer.disconnect();
    hear();
  };
}

export default { initialize };
