/** Whether an activity can be drawn in now, as far as the page knows: the server decides. */
import type { Schemas } from "../api/client";

export type Standing = "before" | "open" | "paused" | "over";

export function standingOf(
  { state, opens_at, closes_at }: Pick<Schemas["ActivityBody"], "state" | "opens_at" | "closes_at">,
  now: number,
): Standing {
  if (state === "closed" || state === "settled" || now >= Date.parse(closes_at)) return "over";
  if (now < Date.parse(opens_at)) return "before";
  return state === "paused" ? "paused" : "open";
}
