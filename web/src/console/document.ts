/** Campaign documents as the editor works with them. */
import type { Schemas } from "../api/client";
import { pathAt } from "./jsonc";
import { documentOf } from "./templates";

export type CampaignDocument = Schemas["CampaignDocument"];
export type AwardDocument = Schemas["AwardDocument"];
export type DocumentFault = Schemas["DocumentFault"];
type Prize = AwardDocument["prize"];

/** The faults of exactly this place. */
export function faultsAt(faults: readonly DocumentFault[], path: string): DocumentFault[] {
  return faults.filter((fault) => fault.path === path);
}

/** The faults of a place, and of what is within it where its path goes on with one of these. */
export function faultsWithin(
  faults: readonly DocumentFault[],
  path: string,
  within: readonly string[],
): DocumentFault[] {
  return faults.filter((fault) => fault.path === path || within.some((next) => fault.path.startsWith(path + next)));
}

/** Faults of a text that could not be read name a line and a column; forms need the value that stands there. */
export function placed(faults: readonly DocumentFault[], text: string): DocumentFault[] {
  return faults.map((fault) => {
    const [, line, column] = /^line (\d+), column (\d+)$/.exec(fault.path) ?? [];
    if (line === undefined || column === undefined) return fault;
    // The reader stops behind what it cannot take.
    const path = pathAt(text, Number(line), Number(column) - 1);
    return path === undefined ? fault : { ...fault, path, message: `${fault.message} (${fault.path})` };
  });
}

/** A value in place of another; left out where it is empty, as documents leave out what is not there. Every other key stays. */
export function put<T extends object>(object: T, key: string, value: unknown): T {
  if (value !== undefined && value !== null && value !== "") return { ...object, [key]: value };
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as T;
}

/** An id that none of these is: `award1`, `award2`, … */
export function nextId(stem: string, taken: readonly string[]): string {
  let number = taken.length + 1;
  while (taken.includes(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}

/** What each kind of prize has; anything else is kept when the kind changes. */
const PRIZE_KEYS = ["kind", "min", "max", "sku", "endpoint", "payload", "pool", "claim_within_days"];

/** A prize of another kind, with what its kind needs. */
export function newPrize(before: Prize, kind: string, document: CampaignDocument): Prize {
  const needed: Record<string, object> = {
    points: { min: "1", max: "1" },
    draws: { sku: document.skus?.[0]?.id ?? "" },
    webhook: { endpoint: "", payload: {} },
    coupon: { pool: "" },
  };
  const kept = Object.entries(before).filter(([key]) => !PRIZE_KEYS.includes(key));
  return { kind, ...needed[kind], ...Object.fromEntries(kept) };
}

/** A document to begin with: one prize and a kind word. */
export function newDocument(activity: string): CampaignDocument {
  return documentOf("small", activity, "en");
}

/** How a document is written as text. */
export function textOf(document: unknown): string {
  return JSON.stringify(document, null, 2);
}

/** The document with its keys in the order of another one, so that only what differs is seen as a difference. */
export function likeThat<T>(document: T, other: unknown): T {
  if (Array.isArray(document)) {
    const others = Array.isArray(other) ? (other as unknown[]) : [];
    // What has an id is compared with what has the same.
    const partner = (item: unknown, at: number) =>
      others.find((one) => idOf(one) !== undefined && idOf(one) === idOf(item)) ?? others[at];
    return document.map((item, at) => likeThat(item as unknown, partner(item, at))) as T;
  }
  if (typeof document !== "object" || document === null) return document;
  const keys = typeof other === "object" && other !== null ? Object.keys(other) : [];
  const own = Object.entries(document);
  const first = keys.flatMap((key) => own.filter(([name]) => name === key));
  const rest = own.filter(([name]) => !keys.includes(name));
  const at = (name: string) => (other as Record<string, unknown> | null | undefined)?.[name];
  return Object.fromEntries(
    [...first, ...rest].map(([name, value]) => [name, likeThat(value as unknown, at(name))]),
  ) as T;
}

function idOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
}
