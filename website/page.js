// What stands around a notebook in the browser: how far Python is, the way to the other notebooks, and the page as it
// was shipped. A page always begins as shipped; only code that the learner typed is carried over from the last visit.

const STORE = "pancytopenia-course"; // as in build.py
const CELLS = () => window.jupyterapp?.shell.currentWidget?.content;
const KERNEL = () => window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel;

const here = new URL(location.href);
const notebook = here.searchParams.get("path") ?? "00_start_here.ipynb";
const home = new URL("../", location.href);
// Python is told which notebook it runs, as Jupyter tells it elsewhere, and gets ready for the first card.
const READY = `import os\nos.environ["JPY_SESSION_NAME"] = ${JSON.stringify(`/drive/${notebook}`)}\nimport helpers.cards.card`;

// Only code that was typed can be lost: where it is kept, the page is left without a question.
const sources = () => CELLS()?.widgets.map((cell) => cell.model.sharedModel.getSource()).join("\u0000");
let saved = null;
addEventListener("beforeunload", (event) => {
  if (window.courseLeaves || saved === null || saved === sources()) event.stopImmediatePropagation();
}, true);

// Links between notebooks, which JupyterLab would open in a file browser that is not here, lead to their pages.
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.hasAttribute("download")) return;
  const named = /([\w-]+\.ipynb)(?:#cell-id=([\w-]+))?$/.exec(notebookOf(link));
  if (!named) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const [, file, cell] = named;
  if (file === notebook) showCell(cell);
  else location.href = `?path=${file}${cell ? `#cell-id=${cell}` : ""}`;
}, true);

function notebookOf(link) {
  if (link.dataset.notebook) return link.dataset.notebook + link.hash;
  const { path = "", id = "" } = JSON.parse(link.dataset.commandlinkerArgs ?? "{}");
  const own = new URL(link.href, location.href);
  return path ? path + (id || own.hash) : own.origin === location.origin ? (own.searchParams.get("path") ?? own.pathname) + own.hash : "";
}

// A cell by its id at the top of the window, as the one that runs next; without one the top of the page.
function showCell(id) {
  const cells = CELLS();
  const at = id ? cells?.widgets.findIndex((cell) => cell.model.id === id) : 0;
  if (!cells || at < 0) return;
  moved = true;
  cells.activeCellIndex = at;
  cells.widgets[at].node.scrollIntoView();
  history.replaceState(null, "", `${location.pathname}${location.search}${id ? `#cell-id=${id}` : ""}`);
}

// A part of the page that did not come is asked for once more, with the page.
addEventListener("unhandledrejection", ({ reason }) => {
  if (reason?.name !== "ChunkLoadError" || document.body.dataset.course === "up" || sessionStorage.courseCameAgain) return;
  sessionStorage.courseCameAgain = "yes";
  location.reload();
});

// JupyterLite takes a worker that no page of it has counted for an old one, and would end it under the other pages.
function countWorker() {
  const worker = navigator.serviceWorker?.controller?.scriptURL;
  if (worker) localStorage.setItem(`${worker}-version`, "JUPYTERLITE"); // as in build.py
}

export async function begin() {
  countWorker();
  if (!here.searchParams.has("path")) {
    here.searchParams.set("path", notebook);
    history.replaceState(null, "", here);
  }
  bar();
  await carryOver().catch(() => {});
  start().catch((error) => say(`This page could not start Python (${error.message}). Load it again.`));
}

// --- the bar ---

const parts = {};
function make(tag, attributes = {}, ...children) {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
}

function bar() {
  parts.progress = make("progress", { max: 100, value: 3, ariaLabel: "How far Python is" });
  parts.said = make("span", { className: "said" });
  parts.said.setAttribute("role", "status");
  parts.others = make("select", { ariaLabel: "Go to another notebook", onchange: () => { if (parts.others.value) location.href = parts.others.value; } });
  parts.first = make("button", { type: "button", hidden: true, onclick: () => showCell(firstQuestion()?.model.id) }, "To the first question");
  parts.all = make("button", { type: "button", hidden: true, onclick: runAll }, "Run the whole page");
  parts.back = make("button", { type: "button", onclick: askBack }, "Put this page back as it was");
  parts.bar = make("aside", { id: "course-bar" }, make("a", { href: new URL("index.html", home).href }, "The course"), parts.others, parts.progress, parts.said, parts.first, parts.all, parts.back);
  parts.bar.setAttribute("aria-label", "This page");
  document.body.prepend(parts.bar);
  document.body.classList.add("course-live-page");
  const room = () => {
    document.body.style.setProperty("--course-bar", `${parts.bar.offsetHeight}px`);
    window.dispatchEvent(new Event("resize"));
  };
  new ResizeObserver(room).observe(parts.bar);
  say("Python is starting: about half a minute. You can read meanwhile.");
  names();
}

function say(words) { parts.said.textContent = words; }
function far(percent) { parts.progress.value = Math.max(parts.progress.value, percent); }

async function names() {
  const listed = await (await fetch(new URL("api/contents/all.json", home))).json();
  const files = listed.content.filter((one) => one.name.endsWith(".ipynb")).map((one) => one.name).sort();
  const words = (name) => name.replace(".ipynb", "").replaceAll("_", " ");
  parts.others.replaceChildren(make("option", { value: "" }, words(notebook)), ...files.filter((name) => name !== notebook)
    .map((name) => make("option", { value: `?path=${name}` }, words(name))));
}

function askBack() {
  if (confirm("Put this page back as it was? Code that you typed on it goes; your answers stay in your record.")) {
    putBack().then(() => location.reload());
  }
}

// --- the page as shipped ---

async function stored(mode, action) {
  const known = await indexedDB.databases();
  if (!known.some((one) => one.name === STORE)) return undefined;
  const db = await settled(indexedDB.open(STORE));
  try {
    if (!db.objectStoreNames.contains("files")) return undefined;
    const going = db.transaction("files", mode);
    const result = await settled(action(going.objectStore("files")));
    return result;
  } finally {
    db.close();
  }
}

const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function putBack() {
  window.courseLeaves = true;
  await window.jupyterapp?.shell.currentWidget?.context?.revert?.().catch(() => {});
  await stored("readwrite", (files) => files.delete(notebook));
}

async function carryOver() {
  const kept = await stored("readonly", (files) => files.get(notebook));
  if (!kept) return;
  const shipped = await (await fetch(new URL(`files/${notebook}`, home))).json();
  const typed = await withTyped(shipped, typeof kept.content === "string" ? JSON.parse(kept.content) : kept.content);
  if (typed) await stored("readwrite", (files) => files.put({ ...kept, content: typed, size: JSON.stringify(typed).length }, notebook));
  else await stored("readwrite", (files) => files.delete(notebook));
}

const text = (source) => (Array.isArray(source) ? source.join("") : source);

async function fingerprint(words) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(words));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 16);
}

// The notebook as shipped with the code the learner typed or added in it; null if there is none.
export async function withTyped(shipped, kept) {
  const cells = new Map(shipped.cells.map((cell) => [cell.id, cell]));
  let any = false;
  let before = null;
  for (const cell of kept.cells) {
    const own = cells.get(cell.id);
    const changed = cell.cell_type === "code" && text(cell.source) !== (own && text(own.source))
      && (await fingerprint(text(cell.source))) !== cell.metadata?.course_source;
    if (own && changed) own.source = text(cell.source);
    if (!own && changed && !cell.metadata?.course_source && text(cell.source).trim()) {
      shipped.cells.splice(shipped.cells.findIndex((one) => one.id === before) + 1, 0, { ...cell, outputs: [], execution_count: null });
    }
    any ||= changed;
    if (own || changed) before = cell.id;
  }
  return any ? shipped : null;
}

// --- Python ---

const until = async (found, each = 200) => {
  for (;;) {
    const value = found();
    if (value) return value;
    await new Promise((resolve) => { setTimeout(resolve, each); });
  }
};

async function start() {
  let files = 0;
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (data?.courseFetched) {
      files += 1;
      far(8 + 52 * Math.min(1, files / 50));
    }
    if (data?.courseKept === true) {
      document.body.dataset.kept = "all";
      say("Python is up. The whole course now opens without a network, too.");
    }
    if (data?.courseKept === false) say("Python is up. This browser could not keep all of the course for days without a network.");
  });
  const noWorker = !("serviceWorker" in navigator);
  const kernel = await until(KERNEL);
  far(10);
  const ready = () => kernel.requestExecute({ code: READY, silent: true, store_history: false }).done;
  await ready();
  kernel.statusChanged.connect((_, status) => { if (status === "restarting") setTimeout(() => ready().catch(() => {})); });
  far(75);
  await firstCard();
  far(100);
  parts.progress.hidden = true;
  parts.first.hidden = !firstQuestion();
  parts.all.hidden = false;
  if (here.hash.startsWith("#cell-id=")) showCell(decodeURIComponent(here.hash.slice(9)));
  saved = sources();
  window.jupyterapp.shell.currentWidget.context.saveState.connect((_, state) => { if (state === "completed") saved = sources(); });
  say(noWorker ? "Python is up. This window keeps nothing: what you answer is gone when you close it." : "Python is up. To run a cell click on it, then press Shift+Enter, or ▶ above.");
  document.body.dataset.course = "up";
  delete sessionStorage.courseCameAgain;
  const worker = (await navigator.serviceWorker?.ready)?.active;
  worker?.postMessage({ course: "keep" });
  addEventListener("pointerdown", () => navigator.storage?.persist?.(), { once: true });
}

// Nobody is carried away from where they read: the page stays at its top until it is moved by hand.
let moved = Boolean(here.hash);
for (const touch of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(touch, () => { moved = true; }, { once: true, capture: true, passive: true });

const firstQuestion = () => CELLS()?.widgets.find((cell) => cell.model.type === "code" && /\bask\(/.test(cell.model.sharedModel.getSource()));

// The cells down to the first question run by themselves.
async function firstCard() {
  const cells = await until(() => CELLS()?.widgets?.length && CELLS());
  const card = cells.widgets.indexOf(firstQuestion());
  const outer = cells.node.querySelector(".jp-WindowedPanel-outer") ?? cells.node;
  const last = card < 0 ? cells.widgets.findIndex((cell) => cell.model.type === "code") : card;
  for (const [at, cell] of cells.widgets.entries()) {
    if (at > last) break;
    if (cell.model.type !== "code") continue;
    const top = outer.scrollTop;
    cells.activeCellIndex = at;
    await window.jupyterapp.commands.execute("notebook:run-cell");
    outer.scrollTop = moved ? top : 0;
    far(75 + (20 * at) / Math.max(last, 1));
  }
  cells.activeCellIndex = 0;
  const toTop = () => { if (!moved) outer.scrollTop = 0; };
  await until(() => last < 0 || cells.widgets[last].node.querySelector("[data-live]"), 50);
  toTop();
  new ResizeObserver(toTop).observe(cells.widgets[Math.max(last, 0)].node);
}

async function runAll() {
  parts.all.disabled = true;
  say("Running every cell of this page …");
  await window.jupyterapp.commands.execute("notebook:run-all-cells");
  parts.all.disabled = false;
  say("Every cell of this page has run.");
}
