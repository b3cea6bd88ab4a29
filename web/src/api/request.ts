import { ApiProblem, readProblem } from "./problem";
import { accessToken, refreshSession, sessionState, startsWithSession } from "./session";

/** What everybody sees alike who runs nothing here; the gateway keeps a copy for a moment. */
const SHARED = /\/api\/v1\/events(\/public|\/categories|\/\d+)?(\?|$)/;

let language: () => string = () => "fr";

/** Tell the wrapper where to look for the language in which the API shall answer. */
export function answerIn(getLanguage: () => string): void {
  language = getLanguage;
}

/** A fresh value for the header `Idempotency-Key`: one for each thing that a person means to do. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The options of a generated function that moves stock or money.
 *
 * `eventId` lets the gateway keep what concerns one event together; nothing depends on it.
 */
export function under(idempotencyKey: string, eventId?: number | null): RequestInit {
  const headers: Record<string, string> = { "Idempotency-Key": idempotencyKey };
  if (eventId) headers["X-Event-Id"] = String(eventId);
  return { headers };
}

/**
 * The one way to the API, used by the generated client.
 *
 * Sends the access token, renews it through the HttpOnly cookie where it has run out, and throws
 * `ApiProblem` for every answer that is not a success.
 */
export async function request<T>(url: string, options: RequestInit = {}): Promise<T> {
  await startsWithSession();
  const sent = isShared(url, options) ? null : await accessToken();
  let answer = await send(url, options, sent);
  if (answer.status === 401 && sent !== null) {
    const renewed = await refreshSession(sent);
    if (renewed !== null) answer = await send(url, options, renewed);
  }
  if (!answer.ok) throw await readProblem(answer);
  return (await read(answer)) as T;
}

/** Whether a token would change nothing but make the answer everybody's no longer. */
function isShared(url: string, options: RequestInit): boolean {
  const session = sessionState();
  const hasRole = session.status === "signed-in" && session.user.role !== "user";
  return !hasRole && (options.method ?? "GET") === "GET" && SHARED.test(url);
}

async function send(url: string, options: RequestInit, token: string | null): Promise<Response> {
  const headers = new Headers(options.headers);
  headers.set("Accept-Language", language());
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(url, { ...options, headers, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem(0, "network", "");
  }
}

async function read(answer: Response): Promise<unknown> {
  if (answer.status === 204) return undefined;
  const type = answer.headers.get("Content-Type") ?? "";
  if (type.includes("json")) return answer.json();
  if (type.startsWith("text/")) return answer.text();
  return answer.blob();
}

/** The type of what a query or mutation fails with; the generated client asks for it by this name. */
export type ErrorType<_Body> = ApiProblem;
