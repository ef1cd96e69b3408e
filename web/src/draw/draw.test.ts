import { describe, expect, it } from "vitest";

import { Refused, Unanswered } from "../api/client";
import { fill, preferred } from "../shared/language";
import { boardShape, cellsOf, titleLines } from "./board";
import { TRIES_MAX, insist } from "./insist";
import { readToken } from "./session";
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
