import { useEffect, useSyncExternalStore } from "react";

import type { User } from "./generated/auth";
import { onSessionChange, type SessionState, sessionState, startsWithSession } from "./session";

/** Who is signed in; `unknown` for the short while until the cookie has been tried. */
export function useSession(): SessionState {
  useEffect(() => void startsWithSession(), []);
  return useSyncExternalStore(onSessionChange, sessionState);
}

/** The account that is signed in, null for nobody (yet). */
export function useUser(): User | null {
  const session = useSession();
  return session.status === "signed-in" ? session.user : null;
}
