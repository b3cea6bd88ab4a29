import type { MantineColorScheme, MantineColorSchemeManager } from "@mantine/core";

const KEY = "guichet.colour-scheme";

/** Keeps the choice under the key that `public/colour-scheme.js` reads before the first paint. */
export function colourSchemeManager(): MantineColorSchemeManager {
  let stop: () => void = () => undefined;
  const read = (otherwise: MantineColorScheme): MantineColorScheme => {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : otherwise;
  };
  return {
    get: read,
    set: (value) => localStorage.setItem(KEY, value),
    subscribe: (onUpdate) => {
      const listen = ({ key }: StorageEvent) => {
        if (key === KEY) onUpdate(read("auto"));
      };
      window.addEventListener("storage", listen);
      stop = () => window.removeEventListener("storage", listen);
    },
    unsubscribe: () => stop(),
    clear: () => localStorage.removeItem(KEY),
  };
}
