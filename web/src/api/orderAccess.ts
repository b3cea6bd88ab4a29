/**
 * The links by which a guest reaches orders, for as long as this tab is open: the bank's page, or
 * a reload, brings the buyer back without the secret of the link.
 */
const KEY = "guichet.order-access";

function all(): Record<string, string> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Record<string, string>;
  } catch {
    return {};
  }
}

export function rememberOrderAccess(code: string, token: string): void {
  sessionStorage.setItem(KEY, JSON.stringify({ ...all(), [code]: token }));
}

export function orderAccess(code: string): string | undefined {
  return all()[code];
}
