import type { AdmissionView } from "@/api/generated/tickets";
import { problemOf } from "@/api/problem";

/** How the door's screen answers: green lets in, amber was in before, red does not. */
export type Tone = "good" | "caution" | "bad";

export type Reason = "good" | "used" | "cancelled" | "other" | "unknown" | "network" | "refused";

export interface Verdict {
  tone: Tone;
  reason: Reason;
  /** The server's sentence, where it refused. */
  sentence: string;
  holder: string;
  ticketType: string;
  number: string;
  usedAt: string | null;
  usedWhere: string | null;
}

const REASONS: Record<string, Reason> = {
  already_used: "used",
  ticket_cancelled: "cancelled",
  already_cancelled: "cancelled",
  other_event: "other",
  ticket_unknown: "unknown",
  ticket_not_found: "unknown",
  secret_missing: "unknown",
  network: "network",
};

export function admitted(view: AdmissionView): Verdict {
  return {
    tone: "good",
    reason: "good",
    sentence: "",
    holder: view.holder_name,
    ticketType: view.ticket_type,
    number: view.ticket_number,
    usedAt: null,
    usedWhere: null,
  };
}

export function refused(error: unknown): Verdict {
  const problem = problemOf(error);
  const reason = REASONS[problem.code] ?? "refused";
  const text = (name: string) => {
    const value = problem.details[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  return {
    tone: reason === "used" || reason === "network" ? "caution" : "bad",
    reason,
    sentence: problem.message,
    holder: "",
    ticketType: "",
    number: "",
    usedAt: text("used_at"),
    usedWhere: text("used_where"),
  };
}
