// Keeps the list current without reloading the page, so that reading is never interrupted.
"use strict";

const PERIOD_MS = 2000;
const list = document.getElementById("list");
const news = document.getElementById("news");
const lost = document.getElementById("lost");
const title = document.title;
let unseen = 0;
let shown = "";

function newest() {
  const count = list.querySelector("[data-newest]");
  return count ? Number(count.dataset.newest) : 0;
}

function replaceList(html) {
  const before = newest();
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const scrolled = window.scrollY;
  list.innerHTML = html;
  if (focused) {
    const again = [...list.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused);
    if (again) again.focus({ preventScroll: true });
  }
  window.scrollTo(0, scrolled);
  const arrived = [...list.querySelectorAll("li a")].filter(
    (link) => Number(link.pathname.split("/").pop()) > before,
  );
  arrived.forEach((link) => link.parentElement.classList.add("arrived"));
  if (arrived.length) announce(arrived.length);
}

function announce(count) {
  news.textContent = count === 1 ? list.dataset.newOne : list.dataset.newMany.replace("{count}", count);
  if (document.hidden) {
    unseen += count;
    document.title = `(${unseen}) ${title}`;
  }
}

async function refresh() {
  try {
    const answer = await fetch(list.dataset.address, { signal: AbortSignal.timeout(10000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    if (shown && html !== shown) replaceList(html);
    shown = html;
    lost.hidden = true;
  } catch {
    lost.textContent = list.dataset.lost;
    lost.hidden = false;
  } finally {
    setTimeout(refresh, PERIOD_MS);
  }
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    unseen = 0;
    document.title = title;
  }
});

refresh();
