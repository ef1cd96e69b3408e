/** Everything the page shows about one user in one activity, and when it is asked for again. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { type Schemas, ask } from "../api/client";
import { keep, kept } from "../shared/keep";
import { type Session, clientOf } from "./session";

export type Award = Schemas["AwardViewBody"];
export type Draw = Schemas["DrawBody"];
export type UserAward = Schemas["UserAwardBody"];

/** The behaviour that the calendar is about. */
export const SIGN_IN = "sign_in";
/** How often the winners are asked for while somebody looks. */
const WINNERS_EVERY_MS = 15_000;
/** How often, and how many times, awards are asked for again while they are on their way. */
const DELIVERY_EVERY_MS = 1_500;
const DELIVERY_TRIES = 6;
/** Kinds of awards that arrive by themselves. */
const ARRIVES = new Set<Schemas["AwardKind"]>(["points", "draws", "webhook"]);
const PART = 20;

export interface Market {
  activity: Schemas["ActivityBody"];
  awards: Award[];
  tiers: Schemas["TiersBody"];
  quota: Schemas["QuotaBody"];
  skus: Schemas["SkuBody"][];
  points: Schemas["PointsBody"];
  winners: Schemas["WinnerBody"][];
  /** Nothing where the activity rewards no signing in. */
  calendar: Schemas["CalendarBody"] | null;
  prizes: { items: UserAward[]; next_cursor: string | null };
  draws: { items: Schemas["UserDrawBody"][]; next_cursor: string | null };
}

export interface NotedCommitment {
  commitment: string;
  notedAt: string;
}

/** What the browser noted of a chain before; notes it now where it did not. */
export function noteCommitment(activity: string, chain: Schemas["SeedChainBody"]): NotedCommitment {
  const place = `commitment.${activity}.${chain.first_day}`;
  const before = kept<NotedCommitment>(place);
  if (before) return before;
  const now = { commitment: chain.commitment, notedAt: new Date().toISOString() };
  keep(place, now);
  return now;
}

export function notedCommitment(activity: string, firstDay: string): NotedCommitment | undefined {
  return kept<NotedCommitment>(`commitment.${activity}.${firstDay}`);
}

/** How many draws the user may make now: the least that any limit leaves. */
export function drawsLeft({ total, month, day }: Schemas["QuotaBody"]): number {
  return Math.min(...[total, month, day].map(({ left }) => left ?? Number.POSITIVE_INFINITY));
}

export function useMarket(session: Session) {
  const api = useMemo(() => clientOf(session), [session]);
  const [market, setMarket] = useState<Market>();
  const [fault, setFault] = useState<unknown>();
  const deliveries = useRef(0);
  const id = session.activity;
  const user = session.user;

  const load = useCallback(async (): Promise<Market> => {
    const activityOf = { path: { id } };
    const userOf = { path: { id: user } };
    const [activity, awards, tiers, quota, skus, points, winners, prizes, draws] = await Promise.all([
      ask(api.GET("/v1/activities/{id}", { params: activityOf })),
      ask(api.GET("/v1/activities/{id}/awards", { params: { ...activityOf, query: { user_id: user } } })),
      ask(api.GET("/v1/activities/{id}/tiers", { params: { ...activityOf, query: { user_id: user } } })),
      ask(api.GET("/v1/activities/{id}/quota", { params: { ...activityOf, query: { user_id: user } } })),
      ask(api.GET("/v1/activities/{id}/skus", { params: activityOf })),
      ask(api.GET("/v1/users/{id}/points", { params: { ...userOf, query: { limit: PART } } })),
      ask(api.GET("/v1/activities/{id}/winners", { params: activityOf })),
      ask(api.GET("/v1/users/{id}/awards", { params: { ...userOf, query: { limit: PART } } })),
      ask(api.GET("/v1/users/{id}/draws", { params: { ...userOf, query: { limit: PART } } })),
    ]);
    const days = { ...userOf, query: { behaviour: SIGN_IN, activity_id: id, limit: 31 } };
    const rewarded = activity.behaviours.includes(SIGN_IN);
    const calendar = rewarded ? await ask(api.GET("/v1/users/{id}/behaviours", { params: days })) : null;
    for (const chain of activity.seeds.chains) noteCommitment(id, chain);
    return {
      activity,
      awards: awards.items,
      tiers,
      quota,
      skus: skus.items,
      points,
      winners: winners.items,
      calendar,
      prizes,
      draws,
    };
  }, [api, id, user]);

  /** Asks for everything again. What is shown stays until the answer is there, and where there is none. */
  const refresh = useCallback(async () => {
    try {
      setMarket(await load());
      setFault(undefined);
    } catch (error) {
      setFault(error);
    }
  }, [load]);

  useEffect(() => {
    void refresh();
  }, [refresh]);

  // Prizes that arrive by themselves are looked after until they did.
  const underWay =
    market?.prizes.items.some(
      ({ state, award }) =>
        state !== "delivered" && ARRIVES.has(award.kind) && (state === "pending" || state === "dispatched"),
    ) ?? false;
  useEffect(() => {
    if (!underWay) deliveries.current = 0;
    if (!underWay || deliveries.current >= DELIVERY_TRIES) return;
    const timer = setTimeout(() => {
      deliveries.current += 1;
      void refresh();
    }, DELIVERY_EVERY_MS);
    return () => clearTimeout(timer);
  }, [underWay, market, refresh]);

  useEffect(() => {
    const timer = setInterval(() => {
      if (document.hidden) return;
      ask(api.GET("/v1/activities/{id}/winners", { params: { path: { id } } })).then(
        ({ items }) => setMarket((shown) => shown && { ...shown, winners: items }),
        () => undefined,
      );
    }, WINNERS_EVERY_MS);
    return () => clearInterval(timer);
  }, [api, id]);

  /** Adds the next part of a list. */
  const more = useCallback(
    async (list: "prizes" | "draws" | "points") => {
      const cursor = market?.[list].next_cursor;
      if (cursor == null) return;
      const params = { path: { id: user }, query: { cursor, limit: PART } };
      if (list === "points") {
        const part = await ask(api.GET("/v1/users/{id}/points", { params }));
        setMarket((shown) => shown && { ...shown, points: { ...part, items: [...shown.points.items, ...part.items] } });
      } else if (list === "prizes") {
        const part = await ask(api.GET("/v1/users/{id}/awards", { params }));
        setMarket((shown) => shown && { ...shown, prizes: { ...part, items: [...shown.prizes.items, ...part.items] } });
      } else {
        const part = await ask(api.GET("/v1/users/{id}/draws", { params }));
        setMarket((shown) => shown && { ...shown, draws: { ...part, items: [...shown.draws.items, ...part.items] } });
      }
    },
    [api, market, user],
  );

  /** Something the user draws with changed: shown at once, before everything is asked for again. */
  const spend = useCallback((count: number) => {
    const less = (part: Schemas["QuotaPart"]) => ({
      ...part,
      used: part.used + count,
      left: part.left == null ? part.left : Math.max(0, part.left - count),
    });
    setMarket((shown) => {
      if (!shown) return shown;
      const { quota } = shown;
      return {
        ...shown,
        quota: {
          ...quota,
          total: less(quota.total),
          month: less(quota.month),
          day: less(quota.day),
        },
      };
    });
  }, []);

  return { api, market, fault, refresh, more, spend };
}
