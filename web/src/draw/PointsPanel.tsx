/** Points: the balance, what they buy, and every movement. */
import { useState } from "react";

import { type Schemas, ask, freshKey } from "../api/client";
import { messageFor } from "./App";
import { Dialog } from "./Dialog";
import { dayText, timeText } from "./format";
import { Icon } from "./icons";
import { insist, isUnknown } from "./insist";
import type { PanelProps } from "./Panels";
import { named, useSay } from "./texts";

export function PointsPanel(props: PanelProps) {
  const { say, language } = useSay();
  const { points, activity } = props.market;
  const [next] = points.expiring;
  return (
    <>
      <section className="card balance" aria-labelledby="balance-title">
        <h2 id="balance-title">{say("balance")}</h2>
        <p className="amount">{points.balance}</p>
        <p className="hint">
          {points.held !== "0.00" && say("held", { points: points.held })}{" "}
          {next &&
            say("expiring", { points: next.amount, time: dayText(next.expires_at, language, activity.time_zone) })}
        </p>
      </section>
      <Shop {...props} />
      <History {...props} />
    </>
  );
}

/** A wish to exchange. The key stays the same until there is an answer. */
interface Wish {
  sku: Schemas["SkuBody"];
  key: string;
}

function Shop({ session, api, market, refresh }: PanelProps) {
  const { say } = useSay();
  const [wish, setWish] = useState<Wish>();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const offers = market.skus.filter(({ price }) => Number(price) > 0);
  if (offers.length === 0) return null;
  const exchange = async ({ sku, key }: Wish, dialog: HTMLDialogElement | null) => {
    setBusy(true);
    try {
      const params = { header: { "Idempotency-Key": key } };
      const body = { user_id: session.user, sku: sku.sku, activity_id: session.activity };
      const { draws } = await insist(() => ask(api.POST("/v1/redemptions", { params, body })));
      setSaid(say("exchanged", { count: draws }));
      dialog?.close();
      await refresh();
    } catch (error) {
      setSaid(messageFor(error, say));
      // Where nobody knows, the dialog stays with its key: pressing again cannot exchange twice.
      if (isUnknown(error)) return;
      dialog?.close();
      // What is shown was not so any more.
      await refresh();
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="card" aria-labelledby="shop-title">
      <h2 id="shop-title">{say("shop")}</h2>
      <p className="said" role="status">
        {said}
      </p>
      <ul className="offers">
        {offers.map((sku) => (
          <li key={sku.sku}>
            <Icon name="draws" className="kind-draws" />
            <strong>{sku.draws === 1 ? say("offerOne") : say("offer", { count: sku.draws })}</strong>
            <span className="hint">{say("price", { points: sku.price })}</span>
            <button
              type="button"
              className="button small"
              disabled={sku.stock_left === 0 || Number(market.points.balance) < Number(sku.price)}
              onClick={() => setWish({ sku, key: freshKey() })}
              aria-label={`${say("exchange")}: ${say("offer", { count: sku.draws })}`}
            >
              {say(sku.stock_left === 0 ? "stockNone" : "exchange")}
            </button>
          </li>
        ))}
      </ul>
      {wish && (
        <Dialog title={say("exchange")} onClose={() => setWish(undefined)}>
          <p>{say("exchangeSure", { points: wish.sku.price, count: wish.sku.draws })}</p>
          <div className="choices">
            <button
              type="button"
              className="button"
              disabled={busy}
              onClick={(event) => event.currentTarget.closest("dialog")?.close()}
            >
              {say("cancel")}
            </button>
            <button
              type="button"
              className="button gold"
              disabled={busy}
              onClick={(event) => void exchange(wish, event.currentTarget.closest("dialog"))}
            >
              {say("exchange")}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

function History({ market: { points, activity }, more }: PanelProps) {
  const { say, language } = useSay();
  return (
    <section className="card" aria-labelledby="history-title">
      <h2 id="history-title">{say("history")}</h2>
      {points.items.length === 0 && <p className="empty">{say("noHistory")}</p>}
      <ul className="entries">
        {points.items.map(({ id, amount, balance, reason, created_at, note }) => (
          <li key={id}>
            <span>
              {say(named("reason", reason, "reason_other"))} {note && <span className="hint">{note}</span>}
              <span className="hint block">{timeText(created_at, language, activity.time_zone)}</span>
            </span>
            <span className={amount.startsWith("-") ? "minus" : "plus"}>
              {amount.startsWith("-") ? amount.replace("-", "−") : `+${amount}`}
            </span>
            <span className="hint">{balance}</span>
          </li>
        ))}
      </ul>
      {points.next_cursor !== null && (
        <button type="button" className="button wide" onClick={() => void more("points")}>
          {say("more")}
        </button>
      )}
    </section>
  );
}
