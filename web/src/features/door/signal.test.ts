import { afterEach, beforeEach, expect, test, vi } from "vitest";

const vibrate = vi.fn();
const resume = vi.fn(() => Promise.resolve());
let state: AudioContextState = "running";

/** What a note needs, and nothing that is heard. */
class SilentAudio {
  currentTime = 0;
  destination = {};
  resume = resume;
  get state() {
    return state;
  }
  createOscillator() {
    return { frequency: { value: 0 }, connect: (to: unknown) => to, start() {}, stop() {} };
  }
  createGain() {
    const gain = { setValueAtTime() {}, exponentialRampToValueAtTime() {} };
    return { gain, connect: (to: unknown) => to };
  }
}

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("AudioContext", SilentAudio);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

async function signalled(activation?: { hasBeenActive: boolean }): Promise<void> {
  vi.stubGlobal("navigator", { vibrate, userActivation: activation });
  const { signal } = await import("./signal");
  signal("good");
}

test.each([
  ["a page that nobody has touched yet", { hasBeenActive: false }, 0],
  ["a page that somebody has touched", { hasBeenActive: true }, 1],
  ["a browser that does not say so", undefined, 1],
])("%s", async (_what, activation, times) => {
  await signalled(activation);
  expect(vibrate).toHaveBeenCalledTimes(times);
});

test.each([
  ["suspended", 1],
  ["running", 0],
] as const)("sound that is %s", async (now, times) => {
  state = now;
  await signalled({ hasBeenActive: true });
  expect(resume).toHaveBeenCalledTimes(times);
});
