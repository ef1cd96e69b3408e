/** How a draw is decided: weights, tiers, unlocks, limits and fallbacks, as `src/domain/strategy.rs` does it. */
import { Purpose, below } from "./roll";
import type { components } from "../api/schema";

type Bytes = Uint8Array<ArrayBuffer>;
export type CampaignDocument = components["schemas"]["CampaignDocument"];
type AwardDocument = components["schemas"]["AwardDocument"];
export type Receipt = components["schemas"]["Receipt"];
type Fallback = components["schemas"]["Fallback"];

/** Decimal places a weight may have. */
const PLACES_MAX = 12;
const ONE = 10n ** BigInt(PLACES_MAX);
const HUNDREDTHS = 100n;

/** A decimal as whole numbers of its last place. */
function scaledBy(text: string, places: number): bigint {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[2] ?? "";
  if (!match?.[1] || fraction.length > places) throw new RangeError(`${text} is not a decimal with ${places} places`);
  return BigInt(match[1] + fraction.padEnd(places, "0"));
}

/** The weights as whole numbers on the smallest power of ten that keeps every digit; they sum to exactly one. */
export function scaledWeights(weights: readonly string[]): bigint[] {
  let scaled = weights.map((weight) => scaledBy(weight, PLACES_MAX));
  if (scaled.reduce((sum, weight) => sum + weight, 0n) !== ONE) throw new RangeError("the weights do not sum to 1");
  for (let place = 0; place < PLACES_MAX && scaled.every((weight) => weight % 10n === 0n); place += 1) {
    scaled = scaled.map((weight) => weight / 10n);
  }
  return scaled;
}

/** What was decided: the rule, what it picked, and what was won in the end. */
export interface Decided {
  rule: "weights" | "tier" | "blacklist";
  at?: number;
  picked: string;
  award: string;
  fallback: Fallback | null;
  value: { kind: string; amount?: string | null; sku?: string | null; draws?: number | null };
  /** Where the ticket fell: which number of how many. */
  ticket?: { number: bigint; of: bigint };
}

/** Decides the draw of a receipt again. */
export async function decide(receipt: Receipt, roll: Bytes): Promise<Decided> {
  const { document } = receipt;
  const byId = new Map(document.awards.map((award) => [award.id, award]));
  const named = (id: string): AwardDocument => {
    const award = byId.get(id);
    if (!award) throw new RangeError(`the document has no award ${id}`);
    return award;
  };
  const { rule, picked, at, ticket } = await pick(receipt, roll);
  let given = 0;
  let firstRefusal: Fallback | null = null;
  const seen = new Set<string>();
  for (let next: string | null | undefined = picked; next != null;) {
    if (seen.has(next)) throw new RangeError("the fallbacks go round in a circle");
    seen.add(next);
    const award = named(next);
    const refusal = refuses(award, receipt);
    if (refusal) {
      firstRefusal ??= refusal;
    } else if (given === receipt.reason.out_of_stock) {
      const range = rule === "blacklist" && next === picked ? receipt.document.blacklist?.points : undefined;
      const fallback = next === picked ? null : given > 0 ? "out_of_stock" : firstRefusal;
      const value = await worth(award, receipt, roll, range ?? undefined);
      return { rule, picked, award: next, fallback, value, ...(at != null && { at }), ...(ticket && { ticket }) };
    } else if (award.stock == null) {
      throw new RangeError("nothing comes after an award without limit");
    } else {
      given += 1;
    }
    next = award.fallback;
  }
  throw new RangeError("there are fewer candidates than the receipt says");
}

type Picked = Pick<Decided, "rule" | "picked" | "at" | "ticket">;

async function pick(receipt: Receipt, roll: Bytes): Promise<Picked> {
  const { document } = receipt;
  const { blacklist } = document;
  if (blacklist && (receipt.standing?.list === "black" || blacklist.users?.includes(receipt.user_id))) {
    return { rule: "blacklist", picked: blacklist.award };
  }
  const scaled = scaledWeights(document.awards.map((award) => award.weight));
  const weights = new Map(document.awards.map((award, index) => [award.id, scaled[index] ?? 0n]));
  const tiers = [...(document.tiers ?? [])].sort((one, other) => other.at - one.at);
  const used = receipt.used_before;
  const tier = tiers.find(({ at, mode }) => (mode === "once" ? at === used : at <= used));
  const ids = tier ? tier.awards : document.awards.map((award) => award.id);
  const total = ids.reduce((sum, id) => sum + (weights.get(id) ?? 0n), 0n);
  const number = await below(roll, total, Purpose.award);
  let upper = 0n;
  for (const id of ids) {
    upper += weights.get(id) ?? 0n;
    if (number < upper) {
      const ticket = { number, of: total };
      return tier ? { rule: "tier", at: tier.at, picked: id, ticket } : { rule: "weights", picked: id, ticket };
    }
  }
  throw new RangeError("no award has a weight");
}

/** Why the user may not win it, where that is so. Stock is not looked at. */
function refuses(award: AwardDocument, receipt: Receipt): Fallback | null {
  const scarce = award.stock != null || award.per_user != null;
  if ((award.unlock_after ?? 0) > receipt.used_today_before) return "locked";
  if (scarce && receipt.standing?.list === "grey") return "grey_list";
  if (award.per_user != null && (receipt.standing?.won?.[award.id] ?? 0) >= award.per_user) return "user_limit";
  return null;
}

async function worth(
  award: AwardDocument,
  receipt: Receipt,
  roll: Bytes,
  range: { min: string; max: string } | undefined,
): Promise<Decided["value"]> {
  const { prize } = award;
  if (prize.kind === "points" && "min" in prize) {
    const { min, max } = range ?? prize;
    const [least, most] = [scaledBy(min, 2), scaledBy(max, 2)];
    const hundredths = least + (await below(roll, most - least + 1n, Purpose.value));
    const amount = `${(hundredths / HUNDREDTHS).toString()}.${(hundredths % HUNDREDTHS).toString().padStart(2, "0")}`;
    return { kind: "points", amount };
  }
  if (prize.kind === "draws" && "sku" in prize) {
    const sku = receipt.document.skus?.find(({ id }) => id === prize.sku);
    return { kind: "draws", sku: prize.sku, draws: sku?.draws ?? 0 };
  }
  return { kind: prize.kind };
}
