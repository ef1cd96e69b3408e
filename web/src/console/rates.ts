/** What is seen against what was declared, and when a stock runs out. */

/** 95 percent of a normal distribution lie within so many standard deviations. */
const DEVIATIONS = 1.96;

/** Counting a whole activity reads all of its draws: not more often than this, and at most for this part of the time. */
const SLOW_MS_MIN = 30_000;
const WAIT_PER_TAKEN = 50;

export interface Band {
  rate: number;
  low: number;
  high: number;
}

/** Wilson's band for a share: it stays between 0 and 1, and is wide where little was seen. */
export function band(wins: number, draws: number): Band {
  if (draws === 0) return { rate: 0, low: 0, high: 1 };
  const rate = wins / draws;
  const square = DEVIATIONS ** 2;
  const middle = (rate + square / (2 * draws)) / (1 + square / draws);
  const half = (DEVIATIONS / (1 + square / draws)) * Math.sqrt((rate * (1 - rate)) / draws + square / (4 * draws ** 2));
  return { rate, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** What was counted at a time, in milliseconds. */
export interface Sample {
  at: number;
  value: number;
}

/** Change a second between the first and the last sample; nothing where there are too few. A counter that began anew counts from none. */
export function perSecond(samples: readonly Sample[]): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at <= first.at) return undefined;
  let sum = 0;
  samples.forEach(({ value }, index) => {
    const before = samples[index - 1]?.value;
    if (before !== undefined) sum += value >= before ? value - before : value;
  });
  return (sum * 1000) / (last.at - first.at);
}

/** When the rest is used up at this rate. */
export function runsOutAt(left: number, usedPerSecond: number | undefined, now: number): number | undefined {
  if (left === 0 || usedPerSecond === undefined || usedPerSecond <= 0) return undefined;
  return now + (left / usedPerSecond) * 1000;
}

/** How long to wait before everything is counted again: half a minute, and longer where counting took long. */
export function slowWait(tookMs: number): number {
  return Math.max(SLOW_MS_MIN, tookMs * WAIT_PER_TAKEN);
}
