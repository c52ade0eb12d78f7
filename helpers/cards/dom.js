// What the views share. HTML arrives escaped from Python (helpers/page.py); what a learner types only ever becomes an
// input's value.

export function make(tag, attributes = {}, ...children) {
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
export function keepKeys(element) {
  element.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") element.closest(".jp-Cell")?.focus();
  });
}

// A file comes from the kernel in parts, each asked for when the one before has come: {file, type, at, next, size}.
// The parts are packed (gzip), so that they fit through what the server lets pass at once.
export function fetcher(ask) {
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
export function askOnLeaving() {
  if (asksOnLeaving) return;
  asksOnLeaving = true;
  const ask = (event) => {
    event.preventDefault();
    removeEventListener("beforeunload", ask);
  };
  addEventListener("beforeunload", ask);
}

// Sends to the kernel and waits for a word from it. Where none comes, or there is no kernel any more, tell() is called.
export function caller(model, tell, seconds = 6) {
  let waiting = null;
  const heard = () => clearTimeout(waiting);
  const send = (message, buffers = []) => {
    heard();
    waiting = setTimeout(() => tell("No reply yet. If it stays so, run the cell again: the kernel may have stopped."), 1000 * seconds);
    try {
      model.send(message, undefined, buffers);
    } catch {
      heard();
      tell("This card lost its connection. Run the cell again.");
    }
  };
  return { send, heard };
}

// The page's half of a trait: where the kernel is gone the page keeps what was chosen, and says so.
export function keep(model, name, value, tell) {
  try {
    model.set(name, value);
    model.save_changes();
  } catch {
    tell("This card lost its connection. Run the cell again.");
  }
}
