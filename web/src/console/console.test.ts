import { describe, expect, it } from "vitest";

import { toCsv } from "./csv";
import { diffLines, withContext } from "./diff";
import { expected, faultsAt } from "./document";
import { band, metric, perSecond, runsOutAt } from "./rates";

describe("csv", () => {
  it("quotes what must be quoted and lets no cell be a formula", () => {
    const rows = [
      ["a", 'say "hi"', "x,y"],
      [1, null, undefined],
      ["=SUM(A1)", "-3.50", "-cmd"],
      ['{"a":1}', "l1\nl2", "+1"],
    ];
    expect(toCsv(rows)).toBe('a,"say ""hi""","x,y"\r\n1,,\r\n\'=SUM(A1),-3.50,\'-cmd\r\n"{""a"":1}","l1\nl2",\'+1\r\n');
  });
});

describe("differences", () => {
  it("are the fewest lines", () => {
    const lines = diffLines("a\nb\nc\nd", "a\nx\nc\nd\ne");
    expect(lines.filter(({ kind }) => kind !== "same")).toEqual([
      { kind: "removed", text: "b" },
      { kind: "added", text: "x" },
      { kind: "added", text: "e" },
    ]);
    expect(diffLines("a", "a").every(({ kind }) => kind === "same")).toBe(true);
  });

  it("are shown with a few lines around them", () => {
    const before = Array.from({ length: 20 }, (_, at) => `line ${at}`).join("\n");
    const shown = withContext(diffLines(before, before.replace("line 10", "changed")), 1);
    expect(shown).toHaveLength(6);
    expect([shown[0], shown.at(-1)]).toEqual(["gap", "gap"]);
  });
});

describe("rates", () => {
  it("lie within a band that narrows with what was seen", () => {
    const [few, many] = [band(8, 10), band(7900, 10_000)];
    expect(few.low).toBeLessThan(0.79);
    expect(few.high).toBeGreaterThan(0.79);
    expect(many.high - many.low).toBeLessThan((few.high - few.low) / 10);
    expect(band(0, 0)).toEqual({ rate: 0, low: 0, high: 1 });
    expect(band(0, 50).low).toBe(0);
    expect(band(50, 50).high).toBeLessThanOrEqual(1);
  });

  it("are changes over time, also where a counter began anew", () => {
    expect(
      perSecond([
        { at: 0, value: 10 },
        { at: 2000, value: 30 },
      ]),
    ).toBe(10);
    expect(
      perSecond([
        { at: 0, value: 100 },
        { at: 1000, value: 4 },
      ]),
    ).toBe(4);
    expect(perSecond([{ at: 0, value: 1 }])).toBeUndefined();
    expect(runsOutAt(50, 10, 1000)).toBe(6000);
    expect(runsOutAt(50, 0, 1000)).toBeUndefined();
    expect(runsOutAt(0, 10, 1000)).toBeUndefined();
  });

  it("are read from metrics", () => {
    const text = '# HELP a b\nbig_market_draws_total 42\nbig_market_outbox_entries{state="dead"} 3\n';
    expect(metric(text, "big_market_draws_total")).toBe(42);
    expect(metric(text, "big_market_outbox_entries", 'state="dead"')).toBe(3);
    expect(metric(text, "big_market_draws")).toBeUndefined();
  });
});

describe("documents", () => {
  it("tell the faults at a field and below it", () => {
    const faults = [
      { path: "awards", message: "sum", mend: "" },
      { path: "awards[1].weight", message: "decimal", mend: "" },
      { path: "awards[11].weight", message: "other", mend: "" },
    ];
    expect(faultsAt(faults, "awards[1].weight").map(({ message }) => message)).toEqual(["decimal"]);
    expect(faultsAt(faults, "awards").map(({ message }) => message)).toEqual(["sum"]);
  });

  it("tell what to expect of so many draws", () => {
    expect(expected("0.03", "120.00", 1000)).toEqual({ winners: 30, cost: 3600 });
    expect(expected("0.5", undefined, 10)).toEqual({ winners: 5, cost: 0 });
    expect(expected("none", "x", 10)).toEqual({ winners: 0, cost: 0 });
  });
});
