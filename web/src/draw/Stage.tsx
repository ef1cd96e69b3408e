/** The stage: the board, the buttons, how many draws are left, and what is going on. */
import { type RefObject, useState } from "react";

import { keep, kept } from "../shared/keep";
import { messageFor } from "./App";
import { timeText } from "./format";
import { Grid } from "./Grid";
import { type Standing, standingOf } from "./standing";
import { useSay } from "./texts";
import type { Moves, Phase } from "./useDrawing";
import { type Market, drawsLeft } from "./useMarket";
import { Wheel } from "./Wheel";

const BOARD_PLACE = "board";
type Board = "wheel" | "grid";

interface Props {
  market: Market;
  phase: Phase;
  onDraw: (count: number) => void;
  board: RefObject<Moves | null>;
  /** The button in the middle of the board. */
  hub: RefObject<HTMLButtonElement | null>;
}

export function Stage({ market, phase, onDraw, board, hub }: Props) {
  const { say } = useSay();
  const [kind, setKind] = useState<Board>(() => (kept<Board>(BOARD_PLACE) === "grid" ? "grid" : "wheel"));
  const choose = (next: Board) => {
    keep(BOARD_PLACE, next);
    setKind(next);
  };
  const left = drawsLeft(market.quota);
  const standing = standingOf(market.activity, Date.now());
  // A break may end at any moment, so that it can be tried; what has not begun or is over cannot.
  const shut = standing === "before" || standing === "over";
  const moving = phase.name === "asking" || phase.name === "landing";
  const lost = phase.name === "lost";
  const titles = market.awards.map(({ title }) => title).join(", ");
  const label = say("boardLabel", { kind: say(kind), count: market.awards.length, titles });
  const Kind = kind === "wheel" ? Wheel : Grid;
  return (
    <section className="stage" aria-label={say("draw")}>
      <div className="switch board-switch" role="group" aria-label={say("boardKind")}>
        {(["wheel", "grid"] as const).map((one) => (
          <button key={one} type="button" aria-pressed={kind === one} disabled={moving} onClick={() => choose(one)}>
            {say(one)}
          </button>
        ))}
      </div>
      <div className={`board ${moving ? "moving" : ""}`}>
        <Kind awards={market.awards} moves={board} label={label} />
        <button
          ref={hub}
          type="button"
          className={`hub hub-${kind}`}
          disabled={moving || ((shut || left < 1) && !lost)}
          onClick={() => onDraw(1)}
          aria-label={lost ? say("resume") : say("drawOne")}
        >
          {moving || lost ? <span aria-hidden="true">{moving ? "…" : "↻"}</span> : say("draw")}
        </button>
      </div>
      <div className="draw-bar">
        <p className="left">
          <strong>{leftText(left, say)}</strong>
          <LimitsLeft market={market} />
        </p>
        <button
          type="button"
          className="button gold"
          disabled={moving || lost || shut || left < 10}
          onClick={() => onDraw(10)}
        >
          {say("ten")}
        </button>
      </div>
      <div className="status" role="status">
        <Status phase={phase} left={left} market={market} standing={standing} onDraw={onDraw} />
      </div>
      <TierProgress market={market} />
    </section>
  );
}

function leftText(left: number, say: ReturnType<typeof useSay>["say"]): string {
  if (left < 1) return say("leftNone");
  return left === 1 ? say("leftOne") : say("left", { count: Number.isFinite(left) ? left : "∞" });
}

function LimitsLeft({ market: { quota } }: { market: Market }) {
  const { say } = useSay();
  const parts = [
    ...(quota.day.left == null ? [] : [say("leftToday", { count: quota.day.left })]),
    ...(quota.month.left == null ? [] : [say("leftMonth", { count: quota.month.left })]),
  ];
  return parts.length > 0 ? <span> · {parts.join(" · ")}</span> : null;
}

interface StatusProps {
  phase: Phase;
  left: number;
  market: Market;
  standing: Standing;
  onDraw: (count: number) => void;
}

function Status({ phase, left, market, standing, onDraw }: StatusProps) {
  const { say, language } = useSay();
  switch (phase.name) {
    case "asking":
      return <p>{phase.tries > 0 ? say("trouble", { tries: phase.tries }) : say("drawing")}</p>;
    case "landing":
      return <p>{say("drawing")}</p>;
    case "lost":
      return (
        <p className="warn">
          {say("lost")}{" "}
          <button type="button" className="link" onClick={() => onDraw(phase.wish.count)}>
            {say("resume")}
          </button>
        </p>
      );
    case "refused":
      return <p className="warn">{messageFor(phase.error, say)}</p>;
    case "idle":
      if (standing !== "open") {
        const time = timeText(market.activity.opens_at, language, market.activity.time_zone);
        return <p className="warn">{say(`standing_${standing}`, { time })}</p>;
      }
      return left < 1 && offersDraws(market) ? <p>{say("noneHint")}</p> : null;
  }
}

/** Whether the page itself has a way to more draws. */
function offersDraws({ calendar, skus }: Market): boolean {
  return calendar !== null || skus.some(({ price }) => Number(price) > 0);
}

/** The way to the next tier. */
function TierProgress({ market: { tiers, awards } }: { market: Market }) {
  const { say } = useSay();
  if (tiers.items.length === 0) return null;
  const titles = (ids: readonly string[]) =>
    ids.map((id) => awards.find((award) => award.id === id)?.title ?? id).join(say("listSeparator"));
  const next = tiers.items.find(({ applies_next }) => applies_next) ?? tiers.items.find(({ at }) => at > tiers.used);
  if (!next) return <p className="tier done">{say("tierDone", { used: tiers.used })}</p>;
  const before = [...tiers.items].reverse().find(({ at }) => at < next.at)?.at ?? 0;
  const progress = next.applies_next ? 1 : (tiers.used - before) / (next.at - before);
  const text = next.applies_next ? "tierNext" : next.mode === "once" ? "tierOnce" : "tierFrom";
  return (
    <div className="tier">
      <p>{say(text, { count: next.at - tiers.used, titles: titles(next.award_ids) })}</p>
      <div
        className="bar"
        role="progressbar"
        aria-label={say("tierProgress")}
        aria-valuemin={before}
        aria-valuemax={next.at}
        aria-valuenow={Math.min(tiers.used, next.at)}
      >
        <div className="bar-fill" style={{ transform: `scaleX(${Math.max(0.02, progress)})` }} />
      </div>
    </div>
  );
}
