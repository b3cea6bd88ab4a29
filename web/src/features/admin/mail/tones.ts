import type { Outcome, Status } from "@/api/generated/notifications";
import type { Tone } from "@/ui";

/** What colour goes with which state of a delivery; without one it is quiet. */
export const DELIVERY_TONES: Partial<Record<Status, Tone>> = {
  sent: "good",
  waiting: "caution",
  failed: "bad",
};

export const OUTCOME_TONES: Record<Outcome, Tone> = {
  sent: "good",
  refused: "bad",
  unreachable: "caution",
  lost: "caution",
};
