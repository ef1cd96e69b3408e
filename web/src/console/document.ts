/** Campaign documents as the editor works with them. */
import type { Schemas } from "../api/client";

export type CampaignDocument = Schemas["CampaignDocument"];
export type AwardDocument = Schemas["AwardDocument"];
export type DocumentFault = Schemas["DocumentFault"];

/** The faults of exactly this place. */
export function faultsAt(faults: readonly DocumentFault[], path: string): DocumentFault[] {
  return faults.filter((fault) => fault.path === path);
}

/** How many winners and what cost so many draws are expected to bring. */
export function expected(
  weight: string,
  cost: string | null | undefined,
  draws: number,
): { winners: number; cost: number } {
  const winners = (Number(weight) || 0) * draws;
  return { winners, cost: winners * (Number(cost ?? 0) || 0) };
}

/** A document to begin with: one prize and a kind word. */
export function newDocument(activity: string): CampaignDocument {
  const now = new Date();
  const later = new Date(now.getTime() + 30 * 86_400_000);
  const whole = (date: Date) => `${date.toISOString().slice(0, 13)}:00:00Z`;
  return {
    activity,
    title: activity,
    description: "",
    opens_at: whole(now),
    closes_at: whole(later),
    time_zone: "Asia/Shanghai",
    limits: {},
    awards: [
      { id: "points", title: "1 to 10 points", weight: "0.5", prize: { kind: "points", min: "1", max: "10" } },
      { id: "none", title: "Thank you", weight: "0.5", prize: { kind: "nothing" } },
    ],
    skus: [{ id: "one", draws: 1, price: "5.00" }],
  };
}

/** How a document is written as text. */
export function textOf(document: unknown): string {
  return JSON.stringify(document, null, 2);
}
