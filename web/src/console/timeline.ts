/** What of a user's timeline is asked for, and what each of its items is as a line of a file. */
import type { Schemas } from "../api/client";

export type Item = Schemas["TimelineBody"];

/** Every kind of item, in the order they are chosen from. */
export const KINDS = ["draw", "redemption", "behaviour", "recharge", "points"] as const satisfies Item["kind"][];

/** Days as they stand in the address, as instants: the first and the last one whole, where the operator is. */
export function spanOf(from: string, to: string): { since?: string; before?: string } {
  const [since, before] = [instantOf(from, 0), instantOf(to, 1)];
  return { ...(since !== undefined && { since }), ...(before !== undefined && { before }) };
}

/** When the day begins that is so many days after; nothing where it is no day, for an address may hold anything. */
function instantOf(day: string, later: number): string | undefined {
  const read = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!read) return undefined;
  const [year, month, date] = read.slice(1).map(Number) as [number, number, number];
  // By parts: the day after is not 24 hours later where clocks are changed.
  return new Date(year, month - 1, date + later).toISOString();
}

export interface Line {
  at: string;
  id: string;
  /** Points move outside of activities. */
  activity: string;
  what: string;
  /** What its caller named it by. */
  key: string;
  state: string;
  /** What it moved, with all that it caused. */
  points: string;
  draws: number;
}

export function lineOf(item: Item): Line {
  switch (item.kind) {
    case "draw": {
      const { draw, award } = item;
      return {
        at: draw.drawn_at,
        id: draw.id,
        activity: draw.activity_id,
        what: draw.award.title,
        key: draw.request_id,
        state: award.state,
        ...caused(item),
      };
    }
    case "redemption":
      return { ...told(item), what: item.sku, key: item.request_id, state: item.state, ...caused(item) };
    case "behaviour":
      return { ...told(item), what: item.behaviour, key: item.business_key, state: "", ...caused(item) };
    case "recharge":
      return { ...told(item), what: item.sku, key: item.source_key, state: "", points: "", draws: item.draws };
    case "points": {
      const { created_at, id, reason, key, amount } = item;
      return { at: created_at, id, activity: "", what: reason, key, state: "", points: amount, draws: 0 };
    }
  }
}

function told({ created_at, id, activity_id }: { created_at: string; id: string; activity_id: string }) {
  return { at: created_at, id, activity: activity_id };
}

function caused({ points, recharges }: { points: Schemas["EntryBody"][]; recharges: Schemas["GrantBody"][] }) {
  const draws = recharges.reduce((sum, grant) => sum + grant.draws, 0);
  return { points: points.length === 0 ? "" : sumOf(points.map(({ amount }) => amount)), draws };
}

/** The sum of amounts with two decimals each, exactly. */
export function sumOf(amounts: readonly string[]): string {
  const hundredths = amounts.reduce((sum, amount) => sum + BigInt(amount.replace(".", "")), 0n);
  const digits = String(hundredths < 0n ? -hundredths : hundredths).padStart(3, "0");
  return `${hundredths < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
