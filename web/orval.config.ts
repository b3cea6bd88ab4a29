import { type ConfigExternal, defineConfig } from "orval";

/** Elsewhere for the check that what is committed is current. */
const FOLDER = process.env.API_FOLDER ?? "src/api/generated";
const SERVICES = ["auth", "users", "events", "tickets", "notifications", "gateway"] as const;

/** `GET /api/v1/events/{event_id}/stats` becomes `getEventsByEventIdStats`: the path is the name. */
function nameOf(route: string, verb: string): string {
  const words = route
    .replace(/^\/api\/v1\//, "")
    .replace(/\$?\{(\w+)\}/g, "by_$1")
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return verb.toLowerCase() + words.join("");
}

/** Routes between services are no business of a browser's. */
function withoutInternal<T extends { paths?: object }>(document: T): T {
  const paths = Object.entries(document.paths ?? {}).filter(
    ([path]) => !path.includes("/internal/"),
  );
  return { ...document, paths: Object.fromEntries(paths) as T["paths"] };
}

export default defineConfig(
  Object.fromEntries(
    SERVICES.map((service) => [
      service,
      {
        input: {
          target: `../src/guichet/contracts/openapi/${service}.json`,
          override: { transformer: withoutInternal },
        },
        output: {
          target: `${FOLDER}/${service}.ts`,
          client: "react-query" as const,
          httpClient: "fetch" as const,
          mode: "single" as const,
          override: {
            operationName: (_operation: unknown, route: string, verb: string) =>
              nameOf(route, verb),
            mutator: { path: "./src/api/request.ts", name: "request" },
            fetch: { includeHttpResponseReturnType: false },
            query: { signal: true },
          },
        },
      },
    ]),
  ) as ConfigExternal,
);
