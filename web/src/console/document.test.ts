import { describe, expect, it } from "vitest";

import {
  type CampaignDocument,
  faultsAt,
  faultsWithin,
  likeThat,
  newPrize,
  nextId,
  placed,
  put,
  textOf,
} from "./document";
import { changeText, pathAt, readText, withoutComments } from "./jsonc";
import { changed, expectations } from "./odds";
import { TEMPLATES, documentOf } from "./templates";

const WRITTEN = `// Spring, agreed with Ann.
{
  "activity": "spring", // never changes
  "title": "Spring // not a comment",
  "limits": {},
  /* What can be won:
     two things. */
  "awards": [
    { "id": "a", "title": "A", "weight": "0.5", "prize": { "kind": "points", "min": "1", "max": "3" } }, // the first
    {
      "id": "b",
      "title": "B",
      "weight": "0.5",
      "shade": "green", // no form knows it
      "prize": { "kind": "goods" }
    } // the last
  ],
  "unknown": { "kept": [1, 2.50, null] }
}
`;

type Plain = Record<string, unknown> & { awards: Record<string, unknown>[] };
const read = () => readText(WRITTEN) as Plain;
const comments = (text: string) => text.match(/\/\/ (?!not)[^\n]*|\/\*[\s\S]*?\*\//g) ?? [];

describe("texts with comments", () => {
  it("are read as what they say", () => {
    expect(read().title).toBe("Spring // not a comment");
    expect(withoutComments(WRITTEN)).toHaveLength(WRITTEN.length);
    expect(() => readText("{ // nothing")).toThrow(SyntaxError);
  });

  it("stay as they are where nothing changes", () => {
    expect(changeText(WRITTEN, read())).toBe(WRITTEN);
  });

  it("change at one value and nowhere else", () => {
    const wanted = read();
    wanted.awards[1] = { ...wanted.awards[1], weight: "0.25" };
    const written = changeText(WRITTEN, wanted);
    expect(written).toBe(WRITTEN.replace('"weight": "0.5",\n      "shade"', '"weight": "0.25",\n      "shade"'));
    expect(readText(written)).toEqual(wanted);
  });

  it("take what is new on a line of its own, and give up what is left out", () => {
    const wanted: Plain = { ...read(), stages: [{ channel: "app", source: "home" }] };
    const [first = {}] = wanted.awards;
    wanted.awards = [first, { ...put(wanted.awards[1] ?? {}, "title", ""), stock: 5 }, { id: "c", title: "C" }];
    const written = changeText(WRITTEN, wanted);
    expect(readText(written)).toEqual(wanted);
    expect(comments(written)).toEqual(comments(WRITTEN));
    expect(written).toContain(
      '\n      "prize": { "kind": "goods" },\n      "stock": 5\n    }, // the last\n    {\n      "id": "c"',
    );
    expect(written).toContain('"unknown": { "kept": [1, 2.50, null] },\n  "stages": [');
    expect(written).not.toContain('"title": "B"');
  });

  it("lose no comment when awards are taken out, moved or all gone", () => {
    for (const change of [
      (awards: unknown[]) => awards.slice(1),
      (awards: unknown[]) => awards.slice(0, 1),
      (awards: unknown[]) => [...awards].reverse(),
      () => [],
    ]) {
      const wanted = { ...read(), awards: change(read().awards) };
      const written = changeText(WRITTEN, wanted);
      expect(readText(written)).toEqual(wanted);
      const outside = ["// Spring, agreed with Ann.", "// never changes"];
      expect(comments(written)).toEqual(expect.arrayContaining(outside));
      // Taken back, the text says again what it said.
      expect(readText(changeText(written, read()))).toEqual(read());
    }
  });

  it("of any shape become any other", () => {
    const shapes = [
      "{}",
      "[]",
      "[1]",
      '{"a":1}',
      '{"a":[],"b":{}}',
      "[1, 2, 3]",
      '{ "a": 1, "a": 2 }',
      "null",
      '"x"',
      "-1.5e3",
    ];
    for (const from of [...shapes, "{ /* empty */ }", "[\n  1, // one\n  2\n]"]) {
      for (const to of shapes) {
        expect(readText(changeText(from, JSON.parse(to)))).toEqual(JSON.parse(to));
      }
    }
    expect(changeText("{ /* empty */ }", { a: 1 })).toContain("/* empty */");
    expect(changeText("[\n  1, // one\n  2\n]", [1])).toBe("[\n  1 // one\n]");
  });

  it("tell which value stands at a line and a column", () => {
    const lines = WRITTEN.split("\n");
    const line = lines.findIndex((one) => one.includes("shade")) + 1;
    expect(pathAt(WRITTEN, line, 10)).toBe("awards[1].shade");
    expect(pathAt(WRITTEN, line, 2)).toBe("awards[1]");
    expect(pathAt("{", 1, 1)).toBeUndefined();
    const fault = { path: `line ${line}, column 14`, message: "unknown field `shade`", mend: "" };
    expect(placed([fault, { path: "title", message: "", mend: "" }], WRITTEN).map(({ path }) => path)).toEqual([
      "awards[1].shade",
      "title",
    ]);
  });
});

describe("documents", () => {
  const document = documentOf("whole", "spring", "en", new Date("2026-03-01T10:20:30Z"));

  it("tell the faults at a field and below it", () => {
    const faults = [
      { path: "awards", message: "sum", mend: "" },
      { path: "awards[1].weight", message: "decimal", mend: "" },
      { path: "awards[11].weight", message: "other", mend: "" },
      { path: "tiers[0].awards[2]", message: "unknown", mend: "" },
    ];
    expect(faultsAt(faults, "awards[1].weight").map(({ message }) => message)).toEqual(["decimal"]);
    expect(faultsAt(faults, "awards").map(({ message }) => message)).toEqual(["sum"]);
    expect(faultsWithin(faults, "tiers[0].awards", ["["]).map(({ message }) => message)).toEqual(["unknown"]);
  });

  it("keep keys that no form knows", () => {
    const award = { id: "a", shade: "green", stock: 5 };
    expect(put(award, "stock", 6)).toEqual({ id: "a", shade: "green", stock: 6 });
    expect(put(award, "stock", null)).toEqual({ id: "a", shade: "green" });
    const prize = { kind: "points", min: "1", max: "2", shade: "green" };
    expect(newPrize(prize, "draws", document)).toEqual({ kind: "draws", sku: "one", shade: "green" });
    expect(newPrize(prize, "goods", document)).toEqual({ kind: "goods", shade: "green" });
  });

  it("get ids that are free", () => {
    expect(nextId("sku", [])).toBe("sku1");
    expect(nextId("sku", ["sku2"])).toBe("sku3");
    expect(nextId("sku", ["sku1", "other"])).toBe("sku3");
  });

  it("are compared in the order of the other, awards by their ids", () => {
    const before = {
      title: "x",
      awards: [
        { id: "a", weight: "1" },
        { id: "b", weight: "0" },
      ],
    };
    const after = {
      awards: [
        { weight: "0", id: "b" },
        { stock: 1, weight: "1", id: "a" },
      ],
      title: "x",
    };
    expect(textOf(likeThat(after, before))).toBe(
      textOf({
        title: "x",
        awards: [
          { id: "b", weight: "0" },
          { id: "a", weight: "1", stock: 1 },
        ],
      }),
    );
  });

  it("begin from templates whose weights are whole and whose references hold", () => {
    for (const template of TEMPLATES) {
      const begun = documentOf(template, "id", "zh", new Date("2026-03-01T10:20:30Z"));
      expect(begun.opens_at).toBe("2026-03-01T10:00:00Z");
      const thousandths = begun.awards.map(({ weight }) => Math.round(Number(weight) * 1000));
      expect(thousandths.reduce((sum, weight) => sum + weight, 0)).toBe(1000);
      const ids = new Set(begun.awards.map(({ id }) => id));
      for (const { fallback, stock, prize } of begun.awards) {
        if (stock != null) expect(ids.has(fallback ?? "")).toBe(true);
        if ("sku" in prize) expect(begun.skus?.map(({ id }) => id)).toContain(prize.sku);
      }
      expect(begun.tiers?.every((tier) => tier.awards.every((id) => ids.has(id))) ?? true).toBe(true);
    }
  });
});

describe("odds", () => {
  const award = (id: string, weight: string, more: object = {}) => ({
    id,
    title: id,
    weight,
    prize: { kind: "nothing" },
    ...more,
  });
  const document = {
    awards: [
      award("lamp", "0.03", { stock: 100, fallback: "coupon", cost: "120.50" }),
      award("coupon", "0.1", { stock: 500, fallback: "points", cost: "10" }),
      award("points", "0.87", { prize: { kind: "points", min: "1", max: "3" } }),
    ],
  } as unknown as CampaignDocument;
  const of = (draws: number) =>
    expectations(document, draws).map(({ winners, fallbacks, cost, points }) =>
      [winners, fallbacks, cost, points].map((value) => Math.round(value * 100) / 100),
    );

  it("say how many win and what it costs", () => {
    // 1000 draws: 30 lamps at 120.50, 100 coupons at 10, 870 times 2 points on average.
    expect(of(1000)).toEqual([
      [30, 0, 3615, 0],
      [100, 0, 1000, 0],
      [870, 0, 0, 1740],
    ]);
  });

  it("give the fallback once there is no stock, down the whole chain", () => {
    // 10,000 draws: 300 lamps of which 100 are there; 1000 coupons and 200 in place of lamps, of which 500 are there; 700 more get points.
    expect(of(10_000)).toEqual([
      [100, 0, 12_050, 0],
      [500, 0, 5000, 0],
      [9400, 700, 0, 18_800],
    ]);
  });

  it("count nothing for what is no number, and end where fallbacks run in a circle", () => {
    const odd = {
      awards: [
        award("a", "none", { cost: "x" }),
        award("b", "0.5", { stock: 1, fallback: "c" }),
        award("c", "0.5", { stock: 1, fallback: "b" }),
      ],
    } as unknown as CampaignDocument;
    const rows = expectations(odd, 100);
    expect(rows[0]).toMatchObject({ winners: 0, cost: 0 });
    expect(rows.reduce((sum, { winners }) => sum + winners, 0)).toBe(100);
  });

  it("say what they were in the version that decides now", () => {
    const now = award("lamp", "0.05") as never;
    expect(changed(now, document)).toBe("0.03");
    expect(changed(award("lamp", "0.030") as never, document)).toBeUndefined();
    expect(changed(award("new", "0.1") as never, document)).toBe("0");
    expect(changed(now, undefined)).toBeUndefined();
  });
});
