/** The rules as published: odds, special draws, the commitment, and every draw of mine with its proof. */
import { percent, timeText, worthText } from "./format";
import { Icon } from "./icons";
import type { PanelProps } from "./Panels";
import { useSay } from "./texts";
import { noteCommitment } from "./useMarket";

export function RulesPanel(props: PanelProps) {
  return (
    <>
      <Odds {...props} />
      <Commitment {...props} />
      <MyDraws {...props} />
    </>
  );
}

function Odds({ market: { activity, awards, tiers } }: PanelProps) {
  const { say, language } = useSay();
  const titles = (ids: readonly string[]) =>
    ids.map((id) => awards.find((award) => award.id === id)?.title ?? id).join(say("listSeparator"));
  const limit = (value: number | null | undefined) => value ?? say("noLimit");
  const { limits } = activity;
  return (
    <section className="card" aria-labelledby="odds-title">
      <h2 id="odds-title">{say("odds")}</h2>
      <p className="hint">
        {say("window", {
          from: timeText(activity.opens_at, language, activity.time_zone),
          until: timeText(activity.closes_at, language, activity.time_zone),
        })}{" "}
        ({activity.time_zone}). {say("limits", { day: limit(limits.day), month: limit(limits.month) })}
      </p>
      <p className="hint">{say("oddsHint", { version: activity.version })}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{say("rule")}</th>
            <th scope="col">{say("chance")}</th>
          </tr>
        </thead>
        <tbody>
          {activity.odds.map(({ award_id, title, kind, probability }) => (
            <tr key={award_id}>
              <td>
                <Icon name={kind} className={`kind-${kind}`} /> {title}
              </td>
              <td>{percent(probability)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="rules">
        {awards
          .filter(({ unlock_after }) => unlock_after > 0)
          .map(({ id, title, unlock_after }) => (
            <li key={id}>{say(unlock_after === 1 ? "unlockRuleOne" : "unlockRule", { title, count: unlock_after })}</li>
          ))}
        {tiers.items.map(({ at, mode, award_ids }) => (
          <li key={`t${at}`}>
            {say(mode === "once" ? "tierRuleOnce" : "tierRuleFrom", { at, titles: titles(award_ids) })}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Commitment({ market: { activity } }: PanelProps) {
  const { say, language } = useSay();
  return (
    <section className="card" aria-labelledby="commitment-title">
      <h2 id="commitment-title">{say("commitment")}</h2>
      {activity.seeds.chains.map((chain) => {
        const noted = noteCommitment(activity.id, chain);
        return (
          <div key={chain.first_day}>
            <p className="hint">{say("commitmentHint", { time: timeText(noted.notedAt, language) })}</p>
            <code>{chain.commitment}</code>
            <p className="hint">{say("commitmentFrom", { days: chain.days, from: chain.first_day })}</p>
            {noted.commitment !== chain.commitment && <p className="warn">{say("commitmentChanged")}</p>}
          </div>
        );
      })}
    </section>
  );
}

function MyDraws({ market: { draws, activity }, more, onReceipt }: PanelProps) {
  const { say, language } = useSay();
  return (
    <section className="card" aria-labelledby="draws-title">
      <h2 id="draws-title">{say("myDraws")}</h2>
      {draws.items.length === 0 && <p className="empty">{say("noDraws")}</p>}
      <ul className="entries">
        {draws.items.map((draw) => (
          <li key={draw.id}>
            <span>
              <Icon name={draw.award.kind} className={`kind-${draw.award.kind}`} /> {draw.award.title}{" "}
              <span className="hint">{worthText(draw.award.value, say)}</span>
              <span className="hint block">{timeText(draw.drawn_at, language, activity.time_zone)}</span>
            </span>
            <button
              type="button"
              className="link"
              onClick={() => onReceipt(draw)}
              aria-label={`${say("proof")}: ${draw.award.title}`}
            >
              {say("proof")}
            </button>
          </li>
        ))}
      </ul>
      {draws.next_cursor !== null && (
        <button type="button" className="button wide" onClick={() => void more("draws")}>
          {say("more")}
        </button>
      )}
    </section>
  );
}
