/** What belongs to the stage: today, prizes, points and rules, in tabs. */
import { type KeyboardEvent, useId, useState } from "react";

import type { Api } from "../api/client";
import { PointsPanel } from "./PointsPanel";
import { PrizesPanel } from "./PrizesPanel";
import { RulesPanel } from "./RulesPanel";
import type { Session } from "./session";
import { useSay } from "./texts";
import { TodayPanel } from "./TodayPanel";
import type { Draw, Market } from "./useMarket";

export interface PanelProps {
  session: Session;
  api: Api;
  market: Market;
  refresh: () => Promise<void>;
  more: (list: "prizes" | "draws" | "points") => Promise<void>;
  onReceipt: (draw: Draw) => void;
}

const TABS = ["today", "prizes", "points", "rules"] as const;
type Tab = (typeof TABS)[number];
const PANELS = { today: TodayPanel, prizes: PrizesPanel, points: PointsPanel, rules: RulesPanel };

export function Panels(props: PanelProps) {
  const { say } = useSay();
  const [tab, setTab] = useState<Tab>("today");
  const id = useId();
  const Panel = PANELS[tab];
  const onKey = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = TABS.indexOf(tab);
    const next =
      event.key === "Home"
        ? 0
        : event.key === "End"
          ? TABS.length - 1
          : step === undefined
            ? -1
            : (at + step + TABS.length) % TABS.length;
    const name = TABS[next];
    if (name === undefined) return;
    event.preventDefault();
    setTab(name);
    document.getElementById(`${id}-${name}`)?.focus();
  };
  return (
    <section className="panels" aria-label={say("tabs")}>
      <div className="tabs" role="tablist" aria-label={say("tabs")} onKeyDown={onKey}>
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={tab === name}
            aria-controls={`${id}-panel`}
            tabIndex={tab === name ? 0 : -1}
            onClick={() => setTab(name)}
          >
            {say(name)}
          </button>
        ))}
      </div>
      <div className="panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
        <Panel {...props} />
      </div>
    </section>
  );
}
