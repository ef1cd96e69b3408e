/** What so many draws are expected to bring, by the weights of a document. */
import type { AwardDocument, CampaignDocument } from "./document";

export interface Expectation {
  award: AwardDocument;
  /** How many win it. */
  winners: number;
  /** How many of them win it as the fallback of an award that has run out. */
  fallbacks: number;
  /** What they cost the business. */
  cost: number;
  /** Points that they get. */
  points: number;
}

/**
 * The expectation for each award. What goes beyond an award's stock is given its fallback instead, as draws do it; unlocks, tiers, lists and
 * limits of a user are not looked at.
 */
export function expectations({ awards }: CampaignDocument, draws: number): Expectation[] {
  const picked = awards.map(({ weight }) => share(weight) * draws);
  const given = [...picked];
  // A chain of fallbacks passes every award at most once.
  for (let pass = 0; pass < awards.length; pass += 1) {
    awards.forEach(({ stock, fallback }, at) => {
      const next = awards.findIndex(({ id }) => id === fallback);
      const beyond = (given[at] ?? 0) - (stock ?? Number.POSITIVE_INFINITY);
      if (beyond <= 0 || next < 0 || next === at) return;
      given[at] = (given[at] ?? 0) - beyond;
      given[next] = (given[next] ?? 0) + beyond;
    });
  }
  return awards.map((award, at) => {
    const winners = given[at] ?? 0;
    return {
      award,
      winners,
      fallbacks: Math.max(0, winners - (picked[at] ?? 0)),
      cost: winners * amount(award.cost),
      points: winners * meanPoints(award),
    };
  });
}

/** How the chance of an award differs from another document's, in hundredths; nothing where it is the same there. */
export function changed(award: AwardDocument, before: CampaignDocument | undefined): string | undefined {
  if (!before) return undefined;
  const was = before.awards.find(({ id }) => id === award.id);
  return was && share(was.weight) === share(award.weight) ? undefined : (was?.weight ?? "0");
}

/** A weight as a number; what is no decimal counts nothing, as its fault says at the field. */
export function share(weight: string): number {
  return /^\d+(\.\d+)?$/.test(weight) ? Number(weight) : 0;
}

function amount(text: string | null | undefined): number {
  return /^\d+(\.\d+)?$/.test(text ?? "") ? Number(text) : 0;
}

/** Every hundredth from least to most is equally likely. */
function meanPoints({ prize }: AwardDocument): number {
  return prize.kind === "points" && "min" in prize ? (amount(prize.min) + amount(prize.max)) / 2 : 0;
}
