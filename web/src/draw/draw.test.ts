import { describe, expect, it } from "vitest";

import { Refused, Unanswered } from "../api/client";
import { fill, preferred } from "../shared/language";
import { boardShape, cellsOf, titleLines } from "./board";
import { calendarDays, daysDone } from "./calendar";
import { TRIES_MAX, insist } from "./insist";
import { readToken } from "./session";
import { standingOf } from "./standing";
import { angleFor, angleOf, angleOfPlace, coast, cruise, landingOn, placeAt } from "./spin";

const refused = (code: string, status = 503, wait?: number) =>
  new Refused(status, { code, detail: code, status, title: code, type: code } as never, wait);

describe("a draw that gets no answer", () => {
  const never = () => Promise.reject(new Unanswered(undefined));
  const noWait = { sleep: () => Promise.resolve() };

  it("is sent again until there is one", async () => {
    let sent = 0;
    const troubles: number[] = [];
    const send = () => (++sent < 3 ? never() : Promise.resolve("won"));
    expect(await insist(send, { ...noWait, onTrouble: (tries) => troubles.push(tries) })).toBe("won");
    expect([sent, troubles]).toEqual([3, [1, 2]]);
  });

  it("is given up after so many tries, with the trouble", async () => {
    let sent = 0;
    await expect(insist(() => (sent++, never()), noWait)).rejects.toBeInstanceOf(Unanswered);
    expect(sent).toBe(TRIES_MAX);
  });

  it("waits longer each time, and as long as the server asks", async () => {
    const waits: number[] = [];
    const sleep = (ms: number) => (waits.push(ms), Promise.resolve());
    const answers = [never, never, () => Promise.reject(refused("try_again", 503, 3)), () => Promise.resolve("won")];
    await insist(() => (answers.shift() ?? never)(), { sleep });
    expect(waits).toEqual([400, 800, 3000]);
  });

  it("is not sent again where the answer is no", async () => {
    let sent = 0;
    const send = () => (sent++, Promise.reject(refused("quota_exhausted", 409)));
    await expect(insist(send, noWait)).rejects.toMatchObject({ code: "quota_exhausted" });
    expect(sent).toBe(1);
  });
});

describe("a board", () => {
  it("lands exactly on what the server answered, wherever it was", () => {
    for (const count of [2, 3, 9, 31]) {
      for (let index = 0; index < count; index += 1) {
        const target = angleFor(index, count, 0.3);
        const landing = landingOn({ angle: 1234.5, speed: 0.85 }, target);
        const angle = angleOf(landing, landing.duration) % 360;
        expect(angle).toBeCloseTo(target, 6);
        // Turning clockwise by that angle brings the middle of the place, give or take the part aside, to the top.
        const top = (((-angle % 360) + 360) % 360) / (360 / count);
        expect(Math.floor(top)).toBe(index);
        expect(landing.distance).toBeGreaterThanOrEqual(540);
        expect(landing.distance).toBeLessThan(900);
        expect(placeAt(angleOfPlace(index, count), count)).toBe(index);
      }
    }
  });

  it("never jumps and never turns back", () => {
    let motion = { angle: 0, speed: 0 };
    for (let step = 0; step < 60; step += 1) {
      const next = cruise(motion, 16);
      expect(next.angle).toBeGreaterThan(motion.angle);
      motion = next;
    }
    for (const landing of [landingOn(motion, 90), coast(motion)]) {
      let last = motion.angle;
      const firstStep = angleOf(landing, 16) - motion.angle;
      expect(Math.abs(firstStep - motion.speed * 16)).toBeLessThan(1);
      for (let at = 0; at <= landing.duration; at += 16) {
        expect(angleOf(landing, at)).toBeGreaterThanOrEqual(last);
        last = angleOf(landing, at);
      }
    }
  });

  it("has a ring of cells for any number of awards from two up", () => {
    for (let count = 2; count <= 40; count += 1) {
      const { columns, rows } = boardShape(count);
      const cells = cellsOf(count);
      expect(cells).toHaveLength(2 * (columns + rows) - 4);
      const places = cells.map(({ column, row }) => `${column},${row}`);
      expect(new Set(places).size).toBe(cells.length);
      for (let award = 0; award < count; award += 1) expect(cells.some((cell) => cell.award === award)).toBe(true);
      cells.forEach((cell, at) => {
        const next = cells[(at + 1) % cells.length];
        expect(Math.abs(cell.column - (next?.column ?? 0)) + Math.abs(cell.row - (next?.row ?? 0))).toBe(1);
      });
    }
  });

  it("breaks titles by how wide they are", () => {
    expect(titleLines("随机积分", 12)).toEqual(["随机积分"]);
    expect(titleLines("小米su7周体验", 8)).toEqual(["小米su7", "周体验"]);
    expect(titleLines("支付优惠券", 8)).toEqual(["支付", "优惠券"]);
    expect(titleLines("Another draw", 9)).toEqual(["Another", "draw"]);
    expect(titleLines("a very long title that goes on and on", 9)).toEqual(["a very", "long…"]);
  });
});

describe("a session", () => {
  it("is read from a token, and from nothing else", () => {
    const claims = { sub: "用户 1", activity: "100301", exp: 100 };
    const part = Buffer.from(JSON.stringify(claims)).toString("base64url");
    expect(readToken(`x.${part}.y`)).toEqual({
      token: `x.${part}.y`,
      user: "用户 1",
      activity: "100301",
      expiresAt: 100_000,
    });
    for (const none of ["", "x", "x.y.z", `x.${Buffer.from("{}").toString("base64url")}.z`]) {
      expect(readToken(none)).toBeUndefined();
    }
  });
});

describe("a language", () => {
  it("is the first of the browser's that there is", () => {
    expect(preferred(["fr", "zh-CN", "en"])).toBe("zh");
    expect(preferred(["en-GB", "zh"])).toBe("en");
    expect(preferred(["fr"])).toBe("en");
    expect(fill("{count} of {all}", { count: 1 })).toBe("1 of {all}");
  });
});

describe("the calendar", () => {
  it("shows a month from a Monday on, with the end of the month before", () => {
    const november = calendarDays("2026-11");
    // The first of November 2026 is a Sunday.
    expect(november.slice(0, 7)).toEqual(
      ["26", "27", "28", "29", "30", "31"].map((day) => `2026-10-${day}`).concat("2026-11-01"),
    );
    expect(november.at(-1)).toBe("2026-11-30");
    // June 2026 begins on a Monday: the week before it comes first.
    expect(calendarDays("2026-06").slice(0, 8)).toEqual([
      ...["25", "26", "27", "28", "29", "30", "31"].map((day) => `2026-05-${day}`),
      "2026-06-01",
    ]);
    expect(calendarDays("2028-02")).toHaveLength(1 + 29);
    expect(calendarDays("2026-12")).toHaveLength(1 + 31);
  });

  it("shows a streak over the month's end, whether today is done or not", () => {
    const calendar = { items: [{ day: "2026-03-01" }], streak: 3, today: "2026-03-01", done_today: true };
    expect([...daysDone(calendar)].sort()).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
    const missing = { items: [], streak: 2, today: "2026-03-01", done_today: false };
    expect([...daysDone(missing)].sort()).toEqual(["2026-02-27", "2026-02-28"]);
    expect(daysDone({ items: [{ day: "2026-03-04" }], streak: 0, today: "2026-03-09", done_today: false }).size).toBe(
      1,
    );
  });
});

describe("an activity", () => {
  it("has not begun, is open, takes a break or is over", () => {
    const times = { opens_at: "2026-03-01T00:00:00Z", closes_at: "2026-04-01T00:00:00Z" };
    const at = (state: "open" | "paused" | "closed" | "settled", time: string) =>
      standingOf({ ...times, state }, Date.parse(time));
    expect(at("open", "2026-02-28T23:59:59Z")).toBe("before");
    expect(at("open", "2026-03-01T00:00:00Z")).toBe("open");
    expect(at("paused", "2026-03-02T00:00:00Z")).toBe("paused");
    expect(at("paused", "2026-02-02T00:00:00Z")).toBe("before");
    expect(at("open", "2026-04-01T00:00:00Z")).toBe("over");
    expect(at("closed", "2026-03-02T00:00:00Z")).toBe("over");
    expect(at("settled", "2026-03-02T00:00:00Z")).toBe("over");
  });
});
