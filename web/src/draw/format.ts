/** How times, amounts and chances are written. */
import type { Schemas } from "../api/client";
import type { Language } from "../shared/language";
import type { Say } from "./texts";

const LOCALES: Record<Language, string> = { en: "en-GB", zh: "zh-CN" };

export function timeText(time: string, language: Language, timeZone?: string): string {
  const format = new Intl.DateTimeFormat(LOCALES[language], {
    dateStyle: "medium",
    timeStyle: "short",
    ...(timeZone && { timeZone }),
  });
  return format.format(new Date(time));
}

export function dayText(time: string, language: Language, timeZone?: string): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "medium", ...(timeZone && { timeZone }) }).format(
    new Date(time),
  );
}

/** A probability as the document has it, as a percentage, exactly: the point moves, no digit is lost. */
export function percent(probability: string): string {
  const [whole = "0", places = ""] = probability.split(".");
  const digits = whole + places.padEnd(2, "0");
  const at = digits.length - Math.max(0, places.length - 2);
  const before = digits.slice(0, at).replace(/^0+(?=\d)/, "");
  const after = digits.slice(at).replace(/0+$/, "");
  return `${before}${after ? `.${after}` : ""}%`;
}

/** How much was won, where it is points or draws. */
export function worthText(value: Schemas["ValueBody"] | undefined, say: Say): string {
  if (!value) return "";
  return "points" in value ? say("grantPoints", { points: value.points }) : say("grantDraws", { count: value.draws });
}

interface Grant {
  draws?: number | null;
  points?: string | null;
}

/** What a behaviour earns, in words. */
export function grantsText(grants: readonly Grant[], say: Say): string {
  const parts = grants.flatMap(({ draws, points }) => [
    ...(draws == null ? [] : [say("grantDraws", { count: draws })]),
    ...(points == null ? [] : [say("grantPoints", { points })]),
  ]);
  return parts.join(" + ");
}
