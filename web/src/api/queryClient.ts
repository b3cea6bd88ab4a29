import { QueryClient } from "@tanstack/react-query";

import { problemOf } from "./problem";

const TRIES_MAX = 2;
const STALE_AFTER_MILLISECONDS = 15_000;

/** One cache for a visit: what is fresh is not asked again, what failed by chance is tried again. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: STALE_AFTER_MILLISECONDS,
        retry: (failures, error) => failures < TRIES_MAX && mayPass(error),
      },
      mutations: { retry: false },
    },
  });
}

/** Whether asking again could help: the network, or a server that was busy. */
function mayPass(error: unknown): boolean {
  const { status, code } = problemOf(error);
  return code === "network" || status === 502 || status === 503 || status === 504;
}
