// What the cards and desks share.

import { save } from "../dom.js";

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
    save([await new Response(unpacked).arrayBuffer()], message.type, message.file);
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
