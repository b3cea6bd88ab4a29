/** What the API answers when it refuses: problem+json (RFC 9457), as an error that can be thrown. */
export class ApiProblem extends Error {
  /** The HTTP status; 0 where no answer came at all. */
  readonly status: number;
  /** A stable word for the reason, such as `sold_out`; `network` where no answer came. */
  readonly code: string;
  /** Sentences by field, for a form that was filled in wrongly. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** Seconds after which it makes sense to ask again, null where the server did not say. */
  readonly retryAfterSeconds: number | null;
  /** What else the answer tells, such as `used_at` of a ticket that was used already. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    errors: Readonly<Record<string, readonly string[]>> = {},
    retryAfterSeconds: number | null = null,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = "ApiProblem";
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
    this.details = details;
  }
}

/** The problem of a failed query or mutation; anything unforeseen counts as one without a code. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(0, "unexpected", error instanceof Error ? error.message : "");
}

interface ProblemBody {
  code?: string;
  message?: string;
  detail?: string;
  errors?: Record<string, string[]>;
}

/** Read a refusal; a proxy's page without a code becomes `http_502` and the like. */
export async function readProblem(answer: Response): Promise<ApiProblem> {
  const retryAfter = Number(answer.headers.get("Retry-After") ?? Number.NaN);
  const body: ProblemBody = await answer.json().catch(() => ({}));
  return new ApiProblem(
    answer.status,
    body.code ?? `http_${answer.status}`,
    body.message ?? body.detail ?? "",
    body.errors ?? {},
    Number.isFinite(retryAfter) ? retryAfter : null,
    { ...body },
  );
}
