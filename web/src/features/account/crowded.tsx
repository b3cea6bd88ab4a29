import { useTranslation } from "react-i18next";

import type { ApiProblem } from "@/api/problem";
import { Notice } from "@/ui";

const TRIES_MAX = 6;
/** Who is told to come again later than that is told so, instead of being kept waiting. */
const WAIT_SECONDS_MAX = 5;

/**
 * For a form that needs a password checked: where too many came at once, nothing was done yet, and
 * it asks again after the time that the server names. A little later each, so that not all who
 * were refused together come back together.
 */
export const patience = {
  retry: (failures: number, problem: ApiProblem) => failures < TRIES_MAX && isCrowded(problem),
  retryDelay: (_failures: number, problem: ApiProblem) =>
    1000 * (problem.retryAfterSeconds ?? 1) * (1 + Math.random()),
};

function isCrowded({ status, retryAfterSeconds }: ApiProblem): boolean {
  const comesSoon = retryAfterSeconds !== null && retryAfterSeconds <= WAIT_SECONDS_MAX;
  return comesSoon && (status === 429 || status === 503);
}

/** Says that it is being asked again, while it is. */
export function Crowded({ asking }: { asking: { isPending: boolean; failureCount: number } }) {
  const { t } = useTranslation("account");
  return (
    <div role="status">
      {asking.isPending && asking.failureCount > 0 && <Notice tone="info">{t("crowded")}</Notice>}
    </div>
  );
}
