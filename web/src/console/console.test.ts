import { describe, expect, it } from "vitest";

import type { Api, Schemas } from "../api/client";
import { PARTS_MAX, toCsv, walkAll } from "./csv";
import { diffLines, withContext } from "./diff";
import { everyDraft, withDrafts } from "./drafts";
import { compare, matches, readSort, sorted, writeSort } from "./listing";
import { lifeOf, versionsAlive } from "./processes";
import { band, perSecond, runsOutAt, slowWait } from "./rates";
import { oneOf, withValue } from "./route";
import { sessionOf } from "./session";
import { type Item, lineOf, spanOf, sumOf } from "./timeline";

describe("csv", () => {
  it("quotes what must be quoted and lets no cell be a formula", () => {
    const rows = [
      ["a", 'say "hi"', "x,y"],
      [1, null, undefined],
      ["=SUM(A1)", "-3.50", "-cmd"],
      ['{"a":1}', "l1\nl2", "+1"],
    ];
    expect(toCsv([["@x", "\tx", "\rx", "\nx", "-1", "a=b"]])).toBe("'@x,'\tx,\"'\rx\",\"'\nx\",-1,a=b\r\n");
    expect(toCsv(rows)).toBe('a,"say ""hi""","x,y"\r\n1,,\r\n\'=SUM(A1),-3.50,\'-cmd\r\n"{""a"":1}","l1\nl2",\'+1\r\n');
  });
});

describe("lists", () => {
  const signal = () => new AbortController();
  /** A list of so many rows, in parts of three. */
  const listOf = (count: number) => (cursor: string | undefined) => {
    const start = Number(cursor ?? 0);
    const items = Array.from({ length: Math.min(3, count - start) }, (_, at) => start + at);
    return Promise.resolve({ items, next_cursor: start + 3 < count ? String(start + 3) : null });
  };

  it("are walked to their end, and say how far they are", async () => {
    const seen: number[] = [];
    const rows = await walkAll({ load: listOf(8), onProgress: (count) => seen.push(count), signal: signal().signal });
    expect(rows).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(seen).toEqual([3, 6]);
    expect(await walkAll({ load: listOf(0), onProgress: () => undefined, signal: signal().signal })).toEqual([]);
  });

  it("are walked no further once that is cancelled, and never without an end", async () => {
    const stop = signal();
    const onProgress = (count: number) => {
      if (count === 6) stop.abort();
    };
    expect(await walkAll({ load: listOf(100), onProgress, signal: stop.signal })).toBeUndefined();
    let parts = 0;
    const endless = () => {
      parts += 1;
      return Promise.resolve({ items: [], next_cursor: "again" });
    };
    await walkAll({ load: endless, onProgress: () => undefined, signal: signal().signal });
    expect(parts).toBe(PARTS_MAX);
  });

  it("are searched and sorted as the address says", () => {
    const columns = [
      { key: "name", value: (row: { name: string; left: number }) => row.name },
      { key: "left", value: (row: { name: string; left: number }) => row.left },
    ];
    const rows = [
      { name: "b10", left: 2 },
      { name: "B2", left: 30 },
      { name: "c", left: 1 },
    ];
    expect(rows.filter((row) => matches(columns, row, " b ")).map(({ left }) => left)).toEqual([2, 30]);
    expect(rows.filter((row) => matches(columns, row, "30"))).toHaveLength(1);
    const order = (text: string) => sorted(rows, columns, readSort(text)).map(({ name }) => name);
    expect(order("name")).toEqual(["B2", "b10", "c"]);
    expect(order("-left")).toEqual(["B2", "b10", "c"]);
    expect(order("")).toEqual(["b10", "B2", "c"]);
    expect(order("unknown")).toEqual(["b10", "B2", "c"]);
    expect(["name", "-left"].map((text) => writeSort(readSort(text)))).toEqual(["name", "-left"]);
    expect(compare(null, "a")).toBeLessThan(0);
  });

  it("keep in the address what was chosen, and nothing else", () => {
    expect(withValue("", "state", "dead")).toBe("?state=dead");
    expect(withValue("?state=dead&q=x", "state", "")).toBe("?q=x");
    expect(withValue("?state=dead", "state", "")).toBe("");
    expect(withValue("?q=x", "q", "a b&c")).toBe("?q=a+b%26c");
    expect(oneOf(["a", "b"], "b")).toBe("b");
    expect(oneOf(["a", "b"], "nonsense")).toBeUndefined();
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

describe("drafts", () => {
  const draft = (activity_id: string) => ({
    activity_id,
    title: `${activity_id}!`,
    updated_at: "2026",
    saved_by: "ann",
  });

  it("stand with their activities, and by themselves where there is none", () => {
    const line = (id: string) => ({ id, title: id, state: "open", version: 1 }) as Schemas["ActivityLineBody"];
    const rows = withDrafts([line("b"), line("d")], [draft("a"), draft("b"), draft("c")]);
    expect(rows.map(({ id, title, state, version }) => [id, title, state, version])).toEqual([
      ["a", "a!", "draft", undefined],
      ["b", "b", "open", 1],
      ["c", "c!", "draft", undefined],
      ["d", "d", "open", 1],
    ]);
    expect(rows.map((row) => row.draft?.activity_id)).toEqual(["a", "b", "c", undefined]);
  });

  it("are asked for to their end", async () => {
    const parts = { "": { items: [draft("a")], next_cursor: "a" }, a: { items: [draft("b")], next_cursor: null } };
    const GET = (_: string, { params }: { params: { query: { cursor?: "a" } } }) =>
      Promise.resolve({ data: parts[params.query.cursor ?? ""], response: new Response() });
    const drafts = await everyDraft({ GET } as unknown as Api);
    expect(drafts.map(({ activity_id }) => activity_id)).toEqual(["a", "b"]);
  });
});

describe("timelines", () => {
  it("are asked for by whole days of the operator", () => {
    const begins = (...parts: [number, number, number]) => new Date(...parts).toISOString();
    expect(spanOf("2026-02-28", "2026-02-28")).toEqual({ since: begins(2026, 1, 28), before: begins(2026, 2, 1) });
    expect(spanOf("2026-12-31", "")).toEqual({ since: begins(2026, 11, 31) });
    expect(spanOf("yesterday", "2026-1-1")).toEqual({});
  });

  it("add up what their items moved to the hundredth", () => {
    expect(sumOf(["0.10", "0.20", "-0.35"])).toBe("-0.05");
    expect(sumOf(["-20.00", "20.00"])).toBe("0.00");
    expect(sumOf(["90071992547409.93", "0.01"])).toBe("90071992547409.94");
  });

  it("are a line for each item, with all that it caused", () => {
    const at = "2026-03-02T02:00:00.000Z";
    const points = {
      kind: "points",
      id: "x",
      created_at: at,
      reason: "earn",
      key: "k",
      amount: "5.00",
      balance: "9.00",
    };
    expect(lineOf(points as Item)).toEqual({
      ...{ at, id: "x", activity: "", what: "earn", key: "k", state: "", points: "5.00", draws: 0 },
    });
    const redemption = {
      ...{
        kind: "redemption",
        id: "r",
        created_at: at,
        activity_id: "a",
        sku: "pack",
        request_id: "q",
        state: "reversed",
      },
      points: [{ amount: "-2.00" }, { amount: "2.00" }],
      recharges: [{ draws: 3 }, { draws: 4 }],
    };
    expect(lineOf(redemption as unknown as Item)).toEqual({
      ...{ at, id: "r", activity: "a", what: "pack", key: "q", state: "reversed", points: "0.00", draws: 7 },
    });
    const draw = {
      kind: "draw",
      draw: { id: "d", drawn_at: at, activity_id: "a", request_id: "q", award: { title: "A car" } },
      award: { state: "pending" },
      points: [],
      recharges: [],
    };
    expect(lineOf(draw as unknown as Item)).toEqual({
      ...{ at, id: "d", activity: "a", what: "A car", key: "q", state: "pending", points: "", draws: 0 },
    });
  });
});
