/** Small pictures, drawn here: no font and no network is needed for them. */
import type { Schemas } from "../api/client";

type Kind = Schemas["AwardKind"];

/** Paths in a square of 24. */
const PATHS: Record<Kind | "lock" | "star" | "check" | "clock" | "cross" | "shield", string> = {
  points:
    "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 4.500 1.700 3.500 3.800.500-2.800 2.700.700 3.800-3.400-1.800-3.400 1.800.700-3.800-2.800-2.700 3.800-.500z",
  draws:
    "M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v3a2 2 0 0 0 0 4v3a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-3a2 2 0 0 0 0-4zm11 1.500v2h2v-2zm0 5v2h2v-2z",
  webhook:
    "m12 2 2.400 6.600L21 11l-6.600 2.400L12 20l-2.400-6.600L3 11l6.600-2.400zM19 16l.9 2.100L22 19l-2.100.9L19 22l-.9-2.100L16 19l2.100-.9z",
  coupon:
    "M11.500 2H4a2 2 0 0 0-2 2v7.500L12.500 22 22 12.500zM7 5.200A1.800 1.800 0 1 1 7 8.800 1.800 1.800 0 0 1 7 5.200z",
  goods:
    "M20 7h-2.300A3.300 3.300 0 0 0 12 4a3.300 3.300 0 0 0-5.700 3H4a1 1 0 0 0-1 1v3h8V8h2v3h8V8a1 1 0 0 0-1-1zM9 7a1.300 1.300 0 1 1 1.300-1.300V7zm6 0h-1.300V5.700A1.300 1.300 0 1 1 15 7zM4 13v7a1 1 0 0 0 1 1h6v-8zm9 0v8h6a1 1 0 0 0 1-1v-7z",
  nothing: "M12 21s-8-4.800-8-11a4.500 4.500 0 0 1 8-2.800A4.500 4.500 0 0 1 20 10c0 6.200-8 11-8 11z",
  lock: "M7 10V8a5 5 0 0 1 10 0v2h1a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zm2 0h6V8a3 3 0 0 0-6 0z",
  star: "m12 2 3 6.600 7 .8-5.200 4.800 1.400 7L12 17.700 5.800 21.200l1.400-7L2 9.400l7-.8z",
  check: "m9.500 18.500-6-6 2-2 4 4 9-9 2 2z",
  clock: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm1 5v4.600l3.400 3.400-1.400 1.400-4-4V7z",
  cross: "m12 10 5-5 2 2-5 5 5 5-2 2-5-5-5 5-2-2 5-5-5-5 2-2z",
  shield:
    "m12 2 8 3v6c0 5-3.400 9-8 11-4.600-2-8-6-8-11V5zm-1.200 13.600 6-6-1.400-1.400-4.600 4.600-2.200-2.200-1.400 1.400z",
};

/** The path alone, for drawings that are pictures already. */
export function iconPath(name: keyof typeof PATHS): string {
  return PATHS[name];
}

export function Icon({ name, className = "" }: { name: keyof typeof PATHS; className?: string }) {
  return (
    <svg className={`icon ${className}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="currentColor" fillRule="evenodd" />
    </svg>
  );
}
