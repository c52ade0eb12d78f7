// What every view of the page shares. HTML arrives escaped from Python (helpers/page.py); what a learner types only
// ever becomes an input's value.

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

// Gives a file to the browser, which keeps it where the reader keeps such files.
export function save(parts, type, name) {
  const link = make("a", { href: URL.createObjectURL(new Blob(parts, { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
