import { afterEach, expect, test, vi } from "vitest";

import { firstSight } from "./firstSight";

/** A preview whose picture is there when told. */
function preview() {
  document.body.innerHTML = '<div id="preview"><img alt=""></div>';
  const picture = document.querySelector("img") as HTMLImageElement;
  const told = new EventTarget();
  picture.decode = () =>
    new Promise((resolve, reject) => {
      told.addEventListener("show", () => resolve());
      told.addEventListener("fail", () => reject(new Error("no picture")));
    });
  return (end: "show" | "fail") => told.dispatchEvent(new Event(end));
}

async function isOver(sight: Promise<void>): Promise<boolean> {
  let over = false;
  void sight.then(() => {
    over = true;
  });
  await vi.advanceTimersByTimeAsync(100);
  return over;
}

afterEach(() => {
  vi.useRealTimers();
  document.body.innerHTML = "";
});

test.each(["show", "fail"] as const)("the app waits for the picture: %s", async (end) => {
  vi.useFakeTimers();
  const tell = preview();
  const sight = firstSight();
  expect(await isOver(sight)).toBe(false);
  tell(end);
  expect(await isOver(sight)).toBe(true);
});

test("a picture that does not come is not waited for without end", async () => {
  vi.useFakeTimers();
  preview();
  const sight = firstSight();
  await vi.advanceTimersByTimeAsync(1500);
  expect(await isOver(sight)).toBe(true);
});

test("without a picture the app comes with the next frame", async () => {
  vi.useFakeTimers();
  expect(await isOver(firstSight())).toBe(true);
});
