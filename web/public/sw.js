/*
 * Keeps the app and one's tickets at hand without a network.
 *
 * Files with a hash in their name never change: kept when first fetched. The page itself and one's
 * tickets are asked of the network first, and taken from what was kept where it does not answer.
 */
const APP = "guichet-app-2";
const SHELL = "/index.html";
const MINE = "guichet-mine";
const MY_TICKETS = /^\/api\/v1\/tickets\/(user\/\d+|\d+|\d+\/qr\.svg)$/;
const HASHED = /^\/assets\//;
const FIXED = /^\/(colour-scheme\.js|icon\.svg|manifest\.webmanifest)$/;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(APP)
      .then((cache) => cache.addAll([SHELL, "/colour-scheme.js", "/icon.svg"]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name !== APP && name !== MINE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

/** What the page had loaded before this worker was there to see it. */
self.addEventListener("message", (event) => {
  const paths = event.data.filter((path) => HASHED.test(path));
  event.waitUntil(caches.open(APP).then((cache) => cache.addAll(paths)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && isOurs(url)) event.respondWith(page(request));
  else if (HASHED.test(url.pathname)) event.respondWith(kept(request));
  else if (FIXED.test(url.pathname)) event.respondWith(fresh(request, APP));
  else if (MY_TICKETS.test(url.pathname)) event.respondWith(fresh(request, MINE));
});

/** Pages of the app, not those that the server draws below the same address. */
function isOurs(url) {
  return !/^\/(api|docs|mailbox|auth|users|events|tickets|notifications)(\/|$)/.test(url.pathname);
}

/** Any page is the same document, so one copy serves for all of them. */
async function page(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && new URL(request.url).pathname === "/") void renewShell();
    return answer;
  } catch (error) {
    const found = await caches.match(SHELL);
    if (found) return found;
    throw error;
  }
}

/** The page as it is for every address: at `/` itself it holds what is on. */
async function renewShell() {
  const answer = await fetch(SHELL);
  if (answer.ok) await keep(APP, SHELL, answer);
}

async function kept(request) {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await keep(APP, request, answer);
  return answer;
}

async function fresh(request, cache) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await keep(cache, request, answer);
    return answer;
  } catch (error) {
    const found = await caches.match(request, { ignoreVary: true });
    if (found) return found;
    throw error;
  }
}

async function keep(name, request, answer) {
  const cache = await caches.open(name);
  await cache.put(request, answer.clone());
}
