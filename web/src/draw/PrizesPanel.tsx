/** My prizes: where each stands, its code, and where it shall go. */
import { type SyntheticEvent, useState } from "react";

import { ask } from "../api/client";
import { messageFor } from "./App";
import { Dialog } from "./Dialog";
import { timeText, worthText } from "./format";
import { Icon } from "./icons";
import type { PanelProps } from "./Panels";
import { useSay } from "./texts";
import type { UserAward } from "./useMarket";

export function PrizesPanel(props: PanelProps) {
  const { say } = useSay();
  const { items, next_cursor } = props.market.prizes;
  const [claiming, setClaiming] = useState<UserAward>();
  const won = items.filter(({ award }) => award.kind !== "nothing");
  return (
    <>
      {won.length === 0 && <p className="empty">{say("noPrizes")}</p>}
      <ul className="prizes">
        {won.map((prize) => (
          <Prize key={prize.id} prize={prize} onClaim={setClaiming} {...props} />
        ))}
      </ul>
      {next_cursor !== null && (
        <button type="button" className="button wide" onClick={() => void props.more("prizes")}>
          {say("more")}
        </button>
      )}
      {claiming && <ClaimDialog {...props} prize={claiming} onClose={() => setClaiming(undefined)} />}
    </>
  );
}

function Prize({
  prize,
  onClaim,
  market,
  onReceipt,
}: PanelProps & { prize: UserAward; onClaim: (prize: UserAward) => void }) {
  const { say, language } = useSay();
  const { award, state, reference, claim_by, claimed_at } = prize;
  const [copied, setCopied] = useState(false);
  const draw = market.draws.items.find(({ id }) => id === prize.draw_id);
  const claimable = award.kind === "goods" && state === "pending";
  const copy = async () => {
    await navigator.clipboard.writeText(reference ?? "");
    setCopied(true);
  };
  const kind = award.kind === "coupon" ? "code" : award.kind === "goods" ? "tracking" : "reference";
  return (
    <li className="card prize">
      <span className={`badge kind-${award.kind}`}>
        <Icon name={award.kind} />
      </span>
      <div className="prize-what">
        <strong>{award.title}</strong> <span className="hint">{worthText(award.value, say)}</span>
        <p className="hint">{timeText(prize.created_at, language, market.activity.time_zone)}</p>
        {reference && award.kind !== "points" && award.kind !== "draws" && (
          <p>
            {say(kind)} <code>{reference}</code>
            {award.kind === "coupon" && isSecureContext && (
              <button type="button" className="link" onClick={copy}>
                {say(copied ? "copied" : "copy")}
              </button>
            )}
          </p>
        )}
        {claimable && (
          <p>
            <button type="button" className="button small" onClick={() => onClaim(prize)}>
              {say(claimed_at ? "claimChange" : "claim")}
            </button>{" "}
            <span className="hint">
              {claimed_at
                ? say("claimed")
                : claim_by && say("claimBy", { time: timeText(claim_by, language, market.activity.time_zone) })}
            </span>
          </p>
        )}
      </div>
      <div className="prize-side">
        <span className={`state ${state}`}>{say(`state_${state}`)}</span>
        {draw && (
          <button type="button" className="link" onClick={() => onReceipt(draw)}>
            {say("proof")}
          </button>
        )}
      </div>
    </li>
  );
}

function ClaimDialog({
  prize,
  session,
  api,
  refresh,
  onClose,
}: PanelProps & { prize: UserAward; onClose: () => void }) {
  const { say } = useSay();
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    const address = text("address")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    setBusy(true);
    try {
      const body = { user_id: session.user, name: text("name"), phone: text("phone"), address };
      await ask(api.POST("/v1/awards/{id}/claim", { params: { path: { id: prize.id } }, body }));
      await refresh();
      form.closest("dialog")?.close();
    } catch (error) {
      setFault(messageFor(error, say));
      setBusy(false);
    }
  };
  return (
    <Dialog title={say("claimTitle", { title: prize.award.title })} onClose={onClose}>
      <form className="form" onSubmit={send}>
        <label>
          {say("name")}
          <input name="name" autoComplete="name" required maxLength={100} />
        </label>
        <label>
          {say("phone")}
          <input name="phone" type="tel" autoComplete="tel" required maxLength={40} />
        </label>
        <label>
          {say("address")}
          <textarea name="address" autoComplete="street-address" required rows={3} placeholder={say("addressHint")} />
        </label>
        <p className="warn" role="alert">
          {fault}
        </p>
        <button type="submit" className="button gold wide" disabled={busy}>
          {say(busy ? "saving" : "send")}
        </button>
      </form>
    </Dialog>
  );
}
