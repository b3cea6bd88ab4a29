import type { Tone } from "./verdict";

/** Two rising notes, two equal ones, one low: to be told apart with closed eyes. */
const NOTES_HERTZ: Record<Tone, readonly number[]> = {
  good: [660, 990],
  caution: [440, 440],
  bad: [165],
};
const PULSES_MS: Record<Tone, number[]> = { good: [80], caution: [80, 80, 80], bad: [400] };
const NOTE_SECONDS = { good: 0.12, caution: 0.16, bad: 0.5 };
const VOLUME = 0.25;

let audio: AudioContext | null = null;

/**
 * Let the ear and the hand know, too; a device that can neither is only looked at.
 *
 * Browsers let a page do so once somebody has touched it: a door that was just opened is silent
 * until then.
 */
export function signal(tone: Tone): void {
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(PULSES_MS[tone]);
  if (typeof AudioContext === "undefined") return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
  const { currentTime, destination } = audio;
  const seconds = NOTE_SECONDS[tone];
  for (const [index, hertz] of NOTES_HERTZ[tone].entries()) {
    const note = audio.createOscillator();
    const volume = audio.createGain();
    const start = currentTime + index * (seconds + 0.04);
    note.frequency.value = hertz;
    volume.gain.setValueAtTime(VOLUME, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + seconds);
    note.connect(volume).connect(destination);
    note.start(start);
    note.stop(start + seconds);
  }
}
