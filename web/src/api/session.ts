/**
 * Who is signed in, in this tab.
 *
 * The access token lives in memory alone. The refresh token is an HttpOnly cookie that no script
 * sees; it is rotated at every use, and an old one that comes twice ends the session. So only one
 * request for a new token is ever under way, in all tabs together.
 */
import type { User } from "./generated/auth";

export interface Session {
  readonly user: User;
}

export type SessionState =
  | { readonly status: "unknown" }
  | { readonly status: "anonymous" }
  | { readonly status: "signed-in"; readonly user: User };

interface Tokens {
  user: User;
  token: string;
  expires_in: number;
}

const KNOWN = "guichet.account";
const KEPT_ANSWERS = "guichet-mine";
const LOCK = "guichet.refresh";
const CHANNEL = "guichet.session";
const MARGIN_SECONDS = 30;

let state: SessionState = { status: "unknown" };
let token: string | null = null;
let expiresAt = 0;
let running: Promise<string | null> | null = null;
let begun: Promise<void> | null = null;
/** How often somebody has come or gone: what was asked for before that is of no use after it. */
let changes = 0;
const listeners = new Set<() => void>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);

channel?.addEventListener("message", ({ data }: MessageEvent<"signed-in" | "signed-out">) => {
  if (data === "signed-out") forget();
  else if (state.status !== "signed-in") void refreshSession(null);
});

export function sessionState(): SessionState {
  return state;
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keep what signing in or registering answered. */
export function enter(tokens: Tokens): void {
  const wasSignedIn = state.status === "signed-in";
  keep(tokens);
  if (!wasSignedIn) channel?.postMessage("signed-in");
}

/** Show the changed account, after an edit of the profile for example. */
export function updateUser(user: User): void {
  if (state.status !== "signed-in") return;
  remember(user);
  become({ status: "signed-in", user });
}

/** Forget the tokens here and in every other tab. */
export function leave(): void {
  forget();
  channel?.postMessage("signed-out");
}

/**
 * Find out at the first request whether somebody is signed in.
 *
 * The cookie cannot be seen, so the account that was last signed in, kept without any secret, says
 * whether it is worth asking; and who to take it for where there is no network to ask over.
 */
export function startsWithSession(): Promise<void> {
  begun ??= begin();
  return begun;
}

async function begin(): Promise<void> {
  if (state.status !== "unknown") return;
  if (known() === null) become({ status: "anonymous" });
  else await refreshSession(null);
}

/** The access token to send, renewed when it is about to run out; null for nobody. */
export async function accessToken(): Promise<string | null> {
  if (token !== null && Date.now() > expiresAt - MARGIN_SECONDS * 1000)
    return refreshSession(token);
  return token;
}

/**
 * Get a new access token through the cookie; null where there is no session any more.
 *
 * `worn` is the token that was refused: if another one is here by now, that one is the answer.
 */
export function refreshSession(worn: string | null): Promise<string | null> {
  if (token !== null && token !== worn) return Promise.resolve(token);
  running ??= alone(renew).finally(() => {
    running = null;
  });
  return running;
}

async function renew(): Promise<string | null> {
  const before = changes;
  const answer = await fetch("/api/v1/auth/refresh", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  }).catch(() => null);
  const tokens = answer?.ok ? ((await answer.json()) as Tokens) : null;
  // Who has signed in or out meanwhile is not to be taken for who was here before.
  if (before !== changes) return token;
  if (tokens !== null) {
    keep(tokens);
    return token;
  }
  // Without a network, or while auth restarts, nobody has been signed out.
  if (answer !== null && answer.status < 500 && answer.status !== 429) forget();
  else if (state.status === "unknown") becomeAsKnown();
  return null;
}

function becomeAsKnown(): void {
  const user = known();
  become(user === null ? { status: "anonymous" } : { status: "signed-in", user });
}

function alone<T>(work: () => Promise<T>): Promise<T> {
  // Locks exist on secure pages alone, and HTTPS is how a system in production is reached.
  return navigator.locks ? (navigator.locks.request(LOCK, work) as Promise<T>) : work();
}

function keep(tokens: Tokens): void {
  changes += 1;
  token = tokens.token;
  expiresAt = Date.now() + tokens.expires_in * 1000;
  remember(tokens.user);
  become({ status: "signed-in", user: tokens.user });
}

function forget(): void {
  changes += 1;
  token = null;
  expiresAt = 0;
  localStorage.removeItem(KNOWN);
  // What the service worker keeps for a door without a network was that person's alone.
  if (typeof caches !== "undefined") void caches.delete(KEPT_ANSWERS);
  become({ status: "anonymous" });
}

function remember(user: User): void {
  localStorage.setItem(KNOWN, JSON.stringify(user));
}

function known(): User | null {
  try {
    const user: unknown = JSON.parse(localStorage.getItem(KNOWN) ?? "null");
    return typeof user === "object" && user !== null && "id" in user ? (user as User) : null;
  } catch {
    return null;
  }
}

function become(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

/** Begin anew, as a page that has just been loaded; for tests. */
export function resetSession(): void {
  changes += 1;
  token = null;
  expiresAt = 0;
  running = null;
  begun = null;
  become({ status: "unknown" });
}
