/** Today: the sign-in calendar, the prizes on the board, and who won lately. */
import { useState } from "react";

import { type Schemas, ask } from "../api/client";
import { messageFor } from "./App";
import { calendarDays, daysDone } from "./calendar";
import { grantsText, percent, worthText } from "./format";
import { Icon } from "./icons";
import type { PanelProps } from "./Panels";
import { useSay } from "./texts";
import { type Award, SIGN_IN } from "./useMarket";

export function TodayPanel(props: PanelProps) {
  return (
    <>
      {props.market.calendar && <Calendar {...props} calendar={props.market.calendar} />}
      <Winners {...props} />
      <OnTheBoard {...props} />
    </>
  );
}

function Calendar({ session, api, calendar, refresh }: PanelProps & { calendar: Schemas["CalendarBody"] }) {
  const { say, language } = useSay();
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const signIn = async () => {
    setBusy(true);
    try {
      const body = { user_id: session.user, behaviour: SIGN_IN, activity_id: session.activity };
      const { items } = await ask(api.POST("/v1/behaviours", { body }));
      setSaid(
        say("earned", {
          grants: grantsText(
            items.flatMap(({ grants }) => grants),
            say,
          ),
        }),
      );
      await refresh();
    } catch (error) {
      setSaid(messageFor(error, say));
    } finally {
      setBusy(false);
    }
  };
  const done = daysDone(calendar);
  const { streak, next_step: step } = calendar;
  return (
    <section className="card" aria-labelledby="calendar-title">
      <div className="card-top">
        <h2 id="calendar-title">{say("calendar")}</h2>
        <button type="button" className="button" disabled={busy || calendar.done_today} onClick={signIn}>
          {say(calendar.done_today ? "signedIn" : "signIn")}
        </button>
      </div>
      <p className="streak">
        {streak === 0 ? say("streakNone") : streak === 1 ? say("streakOne") : say("streak", { days: streak })}
        {step && (
          <span className="hint">
            {" "}
            ·{" "}
            {say(step.days === 1 && calendar.done_today ? "nextStepOne" : "nextStep", {
              days: step.days,
              grants: grantsText(step.grants, say),
            })}
          </span>
        )}
      </p>
      <p className="said" role="status">
        {said}
      </p>
      <ol className="month">
        {weekdays(language).map((name, at) => (
          <li key={`w${at}`} className="weekday" aria-hidden="true">
            {name}
          </li>
        ))}
        {calendarDays(calendar.month).map((day) => (
          <li
            key={day}
            className={dayClass(day, calendar, done)}
            aria-current={day === calendar.today ? "date" : undefined}
          >
            <span>{Number(day.slice(8))}</span>
            {done.has(day) && <span className="unseen"> {say("signed")}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function dayClass(day: string, { month, today }: Schemas["CalendarBody"], done: ReadonlySet<string>): string {
  const parts = ["day", done.has(day) && "done", day === today && "now", !day.startsWith(month) && "before"];
  return parts.filter(Boolean).join(" ");
}

/** Names of the days, Monday first. */
function weekdays(language: string): string[] {
  const format = new Intl.DateTimeFormat(language, { weekday: "narrow", timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, at) => format.format(new Date(Date.UTC(2024, 0, 1 + at))));
}

function Winners({ market: { winners } }: PanelProps) {
  const { say } = useSay();
  return (
    <section className="card" aria-labelledby="winners-title">
      <h2 id="winners-title">{say("winners")}</h2>
      {winners.length === 0 && <p className="empty">{say("noWinners")}</p>}
      <ul className="winners">
        {winners.slice(0, 6).map(({ user, award, drawn_at }, at) => (
          <li key={`${drawn_at}-${at}`}>
            <Icon name={award.kind} className={`kind-${award.kind}`} />
            <span>{say("hasWon", { user, title: award.title })}</span>
            <span className="hint">{worthText(award.value, say)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function OnTheBoard({ market: { awards } }: PanelProps) {
  const { say } = useSay();
  return (
    <section className="card" aria-labelledby="board-title">
      <h2 id="board-title">{say("board")}</h2>
      <ul className="awards">
        {awards.map((award) => (
          <li key={award.id} className={award.draws_until_unlock > 0 || award.stock_left === 0 ? "dim" : ""}>
            <span className={`badge kind-${award.kind}`}>
              <Icon name={award.draws_until_unlock > 0 ? "lock" : award.kind} />
            </span>
            <span className="award-title">{award.title}</span>
            <span className="award-facts">{facts(award, say).join(" · ")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function facts(award: Award, say: ReturnType<typeof useSay>["say"]): string[] {
  const { draws_until_unlock: until, stock_left: left } = award;
  return [
    ...(until > 0 ? [until === 1 ? say("lockedOne") : say("locked", { count: until })] : []),
    /^0(\.0*)?$/.test(award.weight) ? say("onlyFallback") : percent(award.weight),
    ...(left == null ? [] : [left === 0 ? say("stockNone") : say("stockLeft", { count: left })]),
    ...(award.per_user == null ? [] : [say("perUser", { won: award.won ?? 0, most: award.per_user })]),
  ];
}
