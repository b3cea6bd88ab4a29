// Before the first paint: light or dark, as chosen here or as the device asks. A file of its own,
// since the content security policy admits no script in the page.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("guichet.colour-scheme");
  } catch {
    // A browser that keeps nothing for us gets what the device asks.
  }
  const isDark =
    chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mantineColorScheme = isDark ? "dark" : "light";
})();
