/** Stands in for the API in tests: each test says what it answers. */
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";

export const server = setupServer();

const API = "*/api/v1";

type Method = "get" | "post" | "put" | "patch" | "delete";

export interface SeenRequest {
  url: URL;
  headers: Headers;
  body: unknown;
}

/**
 * Answer `method path` (below /api/v1, such as `/events/:id`) from now on with this status and
 * body, or with what a function makes of the request. Returns every request that came.
 */
export function answer(
  method: Method,
  path: string,
  status: number,
  body: object | ((request: SeenRequest) => object) = {},
): SeenRequest[] {
  const seen: SeenRequest[] = [];
  server.use(
    http[method](`${API}${path}`, async ({ request }) => {
      const text = await request.text();
      const one = {
        url: new URL(request.url),
        headers: request.headers,
        body: text ? safely(text) : undefined,
      };
      seen.push(one);
      if (status === 204) return new HttpResponse(null, { status });
      return HttpResponse.json(typeof body === "function" ? body(one) : body, { status });
    }),
  );
  return seen;
}

/** Refuse `method path` because too many came, to be asked again after as many seconds. */
export function refuseCrowd(method: Method, path: string, seconds: number): SeenRequest[] {
  const seen: SeenRequest[] = [];
  server.use(
    http[method](`${API}${path}`, ({ request }) => {
      seen.push({ url: new URL(request.url), headers: request.headers, body: undefined });
      const message = "Réessayez dans un instant.";
      return HttpResponse.json(
        { status: 503, code: "unavailable", message },
        { status: 503, headers: { "Retry-After": String(seconds) } },
      );
    }),
  );
  return seen;
}

/** Refuse `method path` with that status, code and sentence. */
export function refuse(
  method: Method,
  path: string,
  status: number,
  code: string,
  message = code,
  errors?: Record<string, string[]>,
  details: object = {},
): SeenRequest[] {
  return answer(method, path, status, { status, code, message, errors, ...details });
}

/** Answer one page of a list. */
export function pageOf<T>(data: T[]): object {
  return {
    data,
    current_page: 1,
    per_page: 20,
    last_page: 1,
    total: data.length,
    total_is_exact: true,
  };
}

function safely(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
