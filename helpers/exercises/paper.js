// What the views share. HTML arrives escaped from Python (pictures/page.py); what a learner types only ever becomes an
// input's value.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "html") element.innerHTML = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

// JupyterLab's command-mode keys (a, b, dd, arrows ...) would act on the notebook while a button or menu has the focus;
// it looks for this attribute on the focused element itself.
function keepKeys(element) {
  element.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") element.closest(".jp-Cell")?.focus();
  });
}

// Links to other notebooks open in this JupyterLab, at their cell; elsewhere they stay plain links.
function openHere(element) {
  const [, here] = decodeURIComponent(location.pathname).match(/\/tree\/(.*)$/) ?? [];
  if (here == null) return;
  const folder = here.includes("/") ? here.slice(0, here.lastIndexOf("/") + 1) : "";
  for (const link of element.querySelectorAll("a[data-notebook]")) {
    link.dataset.commandlinkerCommand = "rendermime:handle-local-link";
    link.dataset.commandlinkerArgs = JSON.stringify({ path: folder + link.dataset.notebook, id: link.hash });
  }
}

// A file comes from the kernel in parts, each asked for when the one before has come: {file, type, at, next, size}.
// The parts are packed (gzip), so that they fit through what the server lets pass at once.
function fetcher(model, ask) {
  const parts = [];
  return async (message, buffers) => {
    if (message.file == null) return false;
    if (message.at === 0) parts.length = 0;
    parts.push(buffers[0]);
    if (message.next != null) {
      setTimeout(() => ask(message.next), 800);
      return true;
    }
    const unpacked = new Blob(parts).stream().pipeThrough(new DecompressionStream("gzip"));
    const file = new Blob([await new Response(unpacked).arrayBuffer()], { type: message.type });
    const link = make("a", { href: URL.createObjectURL(file), download: message.file });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    return true;
  };
}

// Asks once, when the page is left, whether to stay: on a computer that forgets.
let asksOnLeaving = false;
function askOnLeaving() {
  if (asksOnLeaving) return;
  asksOnLeaving = true;
  const ask = (event) => {
    event.preventDefault();
    removeEventListener("beforeunload", ask);
  };
  addEventListener("beforeunload", ask);
}
