import { describe, expect, it } from "vitest";

import { type Receipt, scaledWeights } from "./decide";
import { Purpose, below, fromHex, makeRoll, toHex } from "./roll";
import vectors from "./vectors.json";
import { daysBetween, localDay, verify } from "./verify";

/** Receipts that the server wrote, of every rule, of every reason for a fallback, all with revealed seeds. */
const receipts = vectors as unknown as Receipt[];
const [first] = receipts as [Receipt];

const broken = async (change: (receipt: Receipt) => void, noted?: string) => {
  const receipt = structuredClone(first);
  change(receipt);
  const { steps } = await verify(receipt, noted);
  return steps.filter(({ finding }) => finding === "broken").map(({ name }) => name);
};

describe("receipts", () => {
  it("of every kind of reason are proven", async () => {
    expect(receipts.length).toBeGreaterThanOrEqual(12);
    for (const receipt of receipts) {
      const verdict = await verify(receipt, receipt.seed.commitment);
      expect(verdict.steps.filter(({ finding }) => finding !== "holds")).toEqual([]);
      expect(verdict.finding).toBe("holds");
      expect(verdict.decided?.award).toBe(receipt.award_id);
    }
    const kinds = new Set(receipts.map(({ value }) => value.kind));
    expect([...kinds].sort()).toEqual(["coupon", "draws", "goods", "nothing", "points", "webhook"]);
    const fallbacks = new Set(receipts.map(({ reason }) => reason.fallback));
    expect(fallbacks).toEqual(new Set([null, "user_limit", "out_of_stock", "grey_list", "locked"]));
  });

  it("leave seed and roll open until the seed is revealed", async () => {
    const { finding, steps } = await verify({ ...first, seed: { ...first.seed, revealed: null } });
    expect(finding).toBe("open");
    expect(steps.map((step) => [step.name, step.finding])).toEqual([
      ["seed", "open"],
      ["roll", "open"],
      ["day", "holds"],
      ["rules", "holds"],
    ]);
  });

  it("that were tampered with are refuted, at the step that tells", async () => {
    expect(await broken(() => undefined)).toEqual([]);
    expect(await broken(() => undefined, "0".repeat(64))).toEqual(["noted"]);
    expect(await broken((receipt) => (receipt.award_id = "104"))).toEqual(["rules"]);
    expect(await broken((receipt) => (receipt.value = { kind: "points", amount: "99.99" }))).toEqual(["rules"]);
    expect(await broken((receipt) => (receipt.user_id = "mallory"))).toEqual(["roll"]);
    expect(await broken((receipt) => (receipt.index += 1))).toEqual(["roll"]);
    expect(await broken((receipt) => (receipt.drawn_at = "2026-11-25T00:00:00.000Z"))).toEqual(["day"]);
    expect(await broken((receipt) => (receipt.seed.revealed = "ab".repeat(32)))).toEqual(["seed", "roll"]);
    expect(
      await broken((receipt) => (receipt.document.awards[0] = { ...first.document.awards[0], weight: "0.5" } as never)),
    ).toEqual(["rules"]);
    expect(await broken((receipt) => (receipt.reason.out_of_stock = 1))).toEqual(["rules"]);
    expect(await broken((receipt) => (receipt.document.activity = "other"))).toEqual(["rules"]);
  });
});

describe("rolls", () => {
  it("are the HMAC that the server computes", async () => {
    const seed = fromHex(first.seed.revealed ?? "");
    expect(toHex(await makeRoll(seed, first))).toBe(first.roll);
  });

  it("fall below every bound, and take another word where one would favour some numbers", async () => {
    for (const bound of [1n, 2n, 100n, 9901n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(await below(fromHex(first.roll), bound, Purpose.value)).toBeLessThan(bound);
    }
    // The first word of this roll is zero: below the threshold of every bound that does not divide 2^64.
    const zero = fromHex("00".repeat(32));
    expect(await below(zero, 4n, Purpose.award)).toBe(0n);
    expect(await below(zero, 3n, Purpose.award)).toBeGreaterThanOrEqual(0n);
    expect(await below(zero, 2n ** 63n + 1n, Purpose.award)).toBeGreaterThan(0n);
    await expect(below(zero, 0n, Purpose.award)).rejects.toThrow("at least one outcome");
  });
});

describe("weights", () => {
  it("become whole numbers on the smallest scale, exactly", () => {
    expect(scaledWeights(["0.3", "0.2", "0.2", "0.1", "0.1", "0.05", "0.04", "0.0099", "0.0001"])).toEqual([
      3000n,
      2000n,
      2000n,
      1000n,
      1000n,
      500n,
      400n,
      99n,
      1n,
    ]);
    expect(scaledWeights(["0.50", "0.5", "0"])).toEqual([5n, 5n, 0n]);
    expect(() => scaledWeights(["0.5"])).toThrow("do not sum to 1");
    expect(() => scaledWeights(["1e0"])).toThrow("is not a decimal");
  });
});

describe("days", () => {
  it("are those of the activity's time zone", () => {
    expect(localDay("2026-11-22T15:59:59.999Z", "Asia/Shanghai")).toBe("2026-11-22");
    expect(localDay("2026-11-22T16:00:00.000Z", "Asia/Shanghai")).toBe("2026-11-23");
    expect(daysBetween("2026-02-28", "2026-03-01")).toBe(1);
    expect(daysBetween("2024-01-01", "2025-01-01")).toBe(366);
  });
});
