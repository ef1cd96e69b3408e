/** One wish to draw, from the press of a button to the answer: it survives lost networks and reloads, by its key. */
import { useCallback, useRef, useState } from "react";

import { type Api, Refused, ask, freshKey } from "../api/client";
import { forget, keep, kept } from "../shared/keep";
import { insist, isUnknown } from "./insist";
import type { Session } from "./session";
import type { Draw } from "./useMarket";

/** A wish that was sent and has no answer yet. */
export interface Wish {
  activity: string;
  user: string;
  key: string;
  count: number;
}

export type Phase =
  | { name: "idle" }
  | { name: "asking"; count: number; tries: number }
  | { name: "landing"; count: number }
  /** There was no answer at all: the wish is kept, to be asked again. */
  | { name: "lost"; wish: Wish }
  | { name: "refused"; error: unknown };

const PLACE = "wish";

function keptWish({ activity, user }: Session): Wish | undefined {
  const wish = kept<Wish>(PLACE);
  return wish?.activity === activity && wish.user === user ? wish : undefined;
}

export interface Moves {
  /** The board begins to turn. */
  start: () => void;
  /** The board comes down on an award. */
  land: (award: string) => Promise<void>;
  /** The board stops without one. */
  stop: () => Promise<void>;
}

export function useDrawing(
  session: Session,
  api: Api,
  moves: () => Moves | null,
  onDrawn: (draws: Draw[], show: Draw) => void,
) {
  const [phase, setPhase] = useState<Phase>(() => {
    const wish = keptWish(session);
    return wish ? { name: "lost", wish } : { name: "idle" };
  });
  const busy = useRef(false);

  const send = useCallback(
    async (wish: Wish) => {
      if (busy.current) return;
      busy.current = true;
      keep(PLACE, wish);
      setPhase({ name: "asking", count: wish.count, tries: 0 });
      moves()?.start();
      try {
        const { draws } = await insist(
          () =>
            ask(
              api.POST("/v1/activities/{id}/draws", {
                params: { path: { id: wish.activity }, header: { "Idempotency-Key": wish.key } },
                body: { user_id: wish.user, count: wish.count },
              }),
            ),
          { onTrouble: (tries) => setPhase({ name: "asking", count: wish.count, tries }) },
        );
        forget(PLACE);
        const shown = rarest(draws);
        setPhase({ name: "landing", count: wish.count });
        if (shown) {
          await moves()?.land(shown.award.id);
          onDrawn(draws, shown);
        }
        setPhase({ name: "idle" });
      } catch (error) {
        if (!isUnknown(error)) forget(PLACE);
        await moves()?.stop();
        setPhase(isUnknown(error) ? { name: "lost", wish } : { name: "refused", error });
      } finally {
        busy.current = false;
      }
    },
    [api, moves, onDrawn],
  );

  const draw = useCallback(
    (count: number) => {
      const waiting = keptWish(session);
      // A wish without an answer comes first: it may have been granted.
      void send(waiting ?? { activity: session.activity, user: session.user, key: freshKey(), count });
    },
    [send, session],
  );

  return { phase, draw };
}

/** Of several draws, the one to land on: a win before none, goods before points. */
function rarest(draws: readonly Draw[]): Draw | undefined {
  const order = ["nothing", "points", "draws", "coupon", "webhook", "goods"];
  return [...draws].sort((one, other) => order.indexOf(other.award.kind) - order.indexOf(one.award.kind))[0];
}

export function refusalCode(error: unknown): string {
  return error instanceof Refused ? error.code : "unanswered";
}
