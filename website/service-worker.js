// Serves the course from what this browser keeps, so that it opens without a network once it was here. What belongs to
// Python's file system goes on to JupyterLite's own worker. The name of the store changes with any file of the site.

const STORE = "course-VERSION";
const HOME = new URL("./", self.location.href);

addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const inside = address.origin === HOME.origin && address.pathname.startsWith(HOME.pathname);
  const forPython = /\/api\/(drive|stdin\/|service-worker-heartbeat)/.test(address.pathname);
  if (!inside || forPython || event.request.method !== "GET") return;
  event.stopImmediatePropagation();
  event.respondWith(kept(event, address));
});

async function kept(event, address) {
  const store = await caches.open(STORE);
  const plain = new URL(address.pathname, address.origin);
  if (plain.pathname.endsWith("/")) plain.pathname += "index.html";
  tell(plain);
  const found = await store.match(plain.href).catch(() => null);
  if (found) return found;
  const answer = await fetch(event.request).catch(() => fetch(plain.href));
  if (answer.ok && answer.type === "basic" && !answer.redirected) event.waitUntil(store.put(plain.href, answer.clone()).catch(() => {}));
  return answer;
}

async function tell(address) {
  if (!address.pathname.includes("/static/pyodide/")) return;
  for (const page of await clients.matchAll({ type: "window" })) page.postMessage({ courseFetched: address.pathname });
}

// The page asks for the rest once Python is up, so that keeping does not hold up the start.
addEventListener("message", (event) => {
  if (event.data?.course === "keep") event.waitUntil(keepAll(event.source));
});

async function keepAll(page) {
  const store = await caches.open(STORE);
  const list = new URL("files.json", HOME).href;
  let missing = 0;
  try {
    // Without a network the list that was kept says whether all is here.
    const answer = await fetch(list, { cache: "no-cache" }).catch(() => store.match(list));
    if (answer.ok) await store.put(list, answer.clone());
    for (const name of Object.keys(await answer.json())) {
      const address = new URL(name, HOME).href;
      if (await store.match(address)) continue;
      const file = await fetch(address).catch(() => null);
      if (file?.ok) await store.put(address, file);
      else missing += 1;
    }
  } catch (error) {
    page?.postMessage({ courseKept: false, why: error.name });
    return;
  }
  page?.postMessage({ courseKept: missing === 0 });
}

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("course-") && name !== STORE) await caches.delete(name);
  })());
});

importScripts("jupyterlite-service-worker.js");
