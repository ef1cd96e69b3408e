/** Checks a receipt with nothing but what it holds, and says what each step found. */
import { type Decided, type Receipt, decide } from "./decide";
import { commitmentOf, fromHex, makeRoll, toHex } from "./roll";

/** What a step found. `open` cannot be checked before the day's seed is revealed. */
export type Finding = "holds" | "open" | "broken";

/** The steps, in the order they are shown. */
export type StepName = "noted" | "seed" | "roll" | "day" | "rules";

export interface Step {
  name: StepName;
  finding: Finding;
  /** What was computed, and what the receipt says, where they differ or are worth showing. */
  computed?: string;
  stated?: string;
}

export interface Verdict {
  finding: Finding;
  steps: Step[];
  decided?: Decided;
}

/** Longer than any chain: a century of days. */
const DAYS_MAX = 36_525;
const DAY_MS = 86_400_000;

/** Days from one local day to another. */
export function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY_MS);
}

/** The local day of an instant. */
export function localDay(instant: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return format.format(new Date(instant));
}

/** Checks everything that can be checked. `noted` is the commitment that was seen before the draw, where there is one. */
export async function verify(receipt: Receipt, noted?: string): Promise<Verdict> {
  const steps: Step[] = [];
  if (noted !== undefined) steps.push(compare("noted", receipt.seed.commitment, noted));
  const { revealed } = receipt.seed;
  if (revealed == null) {
    steps.push({ name: "seed", finding: "open" }, { name: "roll", finding: "open" });
  } else {
    const seed = fromHex(revealed);
    const days = daysBetween(receipt.seed.first_day, receipt.day);
    const reaches = days >= 0 && days <= DAYS_MAX;
    const commitment = reaches ? toHex(await commitmentOf(seed, days)) : "";
    steps.push(compare("seed", commitment, receipt.seed.commitment));
    steps.push(compare("roll", toHex(await makeRoll(seed, receipt)), receipt.roll));
  }
  // Without this, whoever runs the draws could choose the day, and with it the seed.
  steps.push(compare("day", localDay(receipt.drawn_at, receipt.document.time_zone), receipt.day));
  const { step, decided } = await replay(receipt);
  steps.push(step);
  const findings = steps.map(({ finding }) => finding);
  const finding = findings.includes("broken") ? "broken" : findings.includes("open") ? "open" : "holds";
  return { finding, steps, ...(decided && { decided }) };
}

function compare(name: StepName, computed: string, stated: string): Step {
  return { name, finding: computed === stated ? "holds" : "broken", computed, stated };
}

async function replay(receipt: Receipt): Promise<{ step: Step; decided?: Decided }> {
  try {
    if (receipt.document.activity !== receipt.activity_id) throw new RangeError("the document is another activity's");
    const decided = await decide(receipt, fromHex(receipt.roll));
    return { step: compare("rules", describe(decided), describe(statedBy(receipt))), decided };
  } catch (error) {
    const computed = error instanceof Error ? error.message : String(error);
    return { step: { name: "rules", finding: "broken", computed, stated: receipt.award_id } };
  }
}

function statedBy({ reason, award_id, value }: Receipt): Decided {
  const { rule, at, picked, fallback } = reason;
  return { rule: rule as Decided["rule"], ...(at != null && { at }), picked, award: award_id, fallback, value };
}

/** One line that tells all a decision says, so that two can be compared. */
function describe({ rule, at, picked, award, fallback, value }: Decided): string {
  const worth = [value.kind, value.amount, value.sku, value.draws].filter((part) => part != null).join(" ");
  return [rule + (at == null ? "" : ` ${at}`), picked, fallback ?? "-", award, worth].join(" → ");
}
