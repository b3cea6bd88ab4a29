import { useState } from "react";

/**
 * The secret of a mailed link, `…#token=…`: read once and taken out of the address, so that it
 * stays neither in the history nor in what is shared.
 */
export function useMailedToken(): string | null {
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get("token"));
  if (token !== null && window.location.hash !== "") {
    window.history.replaceState(window.history.state, "", window.location.pathname);
  }
  return token;
}
