import { describe, expect, it } from "vitest";

import { toCsv } from "./csv";
import { diffLines, withContext } from "./diff";
import { expected, faultsAt } from "./document";
import { lifeOf, versionsAlive } from "./processes";
import { band, perSecond, runsOutAt, slowWait } from "./rates";
import { sessionOf } from "./session";

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

  it("that need everything counted are asked for seldom, the seldomer the longer that takes", () => {
    expect(slowWait(40)).toBe(30_000);
    expect(slowWait(4_000)).toBe(200_000);
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

describe("processes", () => {
  it("live, ended in order, or are gone", () => {
    expect(lifeOf({ alive: true, stopped_at: null })).toBe("alive");
    expect(lifeOf({ alive: false, stopped_at: "2026-03-02T02:00:00.000Z" })).toBe("stopped");
    expect(lifeOf({ alive: false, stopped_at: null })).toBe("gone");
  });

  it("are of the versions of those that live, the latest started first", () => {
    const row = (version: string, started_at: string, alive = true) => ({
      version,
      started_at,
      alive,
      stopped_at: null,
    });
    const rows = [row("1.0.0", "2026-01-01"), row("1.1.0", "2026-01-03"), row("1.0.0", "2026-01-02")];
    expect(versionsAlive(rows)).toEqual(["1.1.0", "1.0.0"]);
    expect(versionsAlive([...rows, row("0.9.0", "2026-01-04", false)])).toEqual(["1.1.0", "1.0.0"]);
    expect(versionsAlive([])).toEqual([]);
  });
});

describe("sessions", () => {
  it("are whole or none", () => {
    const operator = { id: "oper_1", name: "ann", role: "admin" } as const;
    const session = { operator, csrf_token: "token", expires_at: "2026-03-02T02:00:00.000Z" };
    expect(sessionOf(session)).toEqual(session);
    expect(sessionOf({ operator: null, csrf_token: null, expires_at: null })).toBeNull();
  });
});
