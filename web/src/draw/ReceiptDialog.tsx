/** The proof of one draw: computed here, in the user's own browser, and explained step by step. */
import { useEffect, useState } from "react";

import { type Api, ask } from "../api/client";
import type { Receipt } from "../receipt/decide";
import { type Step, type Verdict, verify } from "../receipt/verify";
import { messageFor } from "./App";
import { Dialog } from "./Dialog";
import { timeText } from "./format";
import { Icon } from "./icons";
import { named, useSay } from "./texts";
import { type Draw, notedCommitment } from "./useMarket";

interface Checked {
  receipt: Receipt;
  verdict?: Verdict;
}

export function ReceiptDialog({ draw, api, onClose }: { draw: Draw; api: Api; onClose: () => void }) {
  const { say } = useSay();
  const [checked, setChecked] = useState<Checked>();
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    let shown = true;
    const check = async () => {
      const receipt = await ask(api.GET("/v1/draws/{id}/receipt", { params: { path: { id: draw.id } } }));
      // Browsers compute hashes on secure pages only.
      const verdict = isSecureContext
        ? await verify(receipt, notedCommitment(receipt.activity_id, receipt.seed.first_day)?.commitment)
        : undefined;
      if (shown) setChecked({ receipt, ...(verdict && { verdict }) });
    };
    check().catch((error: unknown) => shown && setFault(error));
    return () => {
      shown = false;
    };
  }, [api, draw.id]);
  return (
    <Dialog title={say("receiptTitle")} onClose={onClose} className="receipt">
      <p className="receipt-what">
        <Icon name={draw.award.kind} className={`kind-${draw.award.kind}`} /> {draw.award.title}
      </p>
      <div aria-live="polite">
        {fault !== undefined && <p className="warn">{messageFor(fault, say)}</p>}
        {fault === undefined && !checked && <p>{say("checking")}</p>}
        {checked && <Findings {...checked} />}
      </div>
    </Dialog>
  );
}

function Findings({ receipt, verdict }: Checked) {
  const { say } = useSay();
  return (
    <>
      {verdict ? (
        <>
          <p className={`verdict ${verdict.finding}`}>
            <Icon name={verdict.finding === "holds" ? "shield" : verdict.finding === "open" ? "clock" : "cross"} />
            {say(`verdict_${verdict.finding}`, { day: receipt.day })}
          </p>
          <ol className="steps">
            {verdict.steps.map((step) => (
              <StepLine key={step.name} step={step} receipt={receipt} verdict={verdict} />
            ))}
          </ol>
        </>
      ) : (
        <p className="warn">{say("noCrypto")}</p>
      )}
      <details>
        <summary>{say("fullReceipt")}</summary>
        <pre tabIndex={0}>{JSON.stringify(receipt, null, 2)}</pre>
      </details>
    </>
  );
}

function StepLine({ step, receipt, verdict }: { step: Step; receipt: Receipt; verdict: Verdict }) {
  const { say, language } = useSay();
  const { name, finding } = step;
  const open = finding === "open" && (name === "seed" || name === "roll");
  const ticket = verdict.decided?.ticket;
  const picked = receipt.document.awards.find(({ id }) => id === verdict.decided?.picked)?.title ?? "";
  const hints = {
    noted: "",
    seed: say("stepHint_seed", { first: receipt.seed.first_day }),
    roll: say("stepHint_roll"),
    day: say("stepHint_day", {
      time: timeText(receipt.drawn_at, language, receipt.document.time_zone),
      zone: receipt.document.time_zone,
    }),
    rules: ticket
      ? say("stepHint_rules", { number: (ticket.number + 1n).toString(), of: ticket.of.toString(), picked })
      : picked,
  };
  return (
    <li className={`step ${finding}`}>
      <Icon name={finding === "holds" ? "check" : finding === "open" ? "clock" : "cross"} />
      <div>
        <p>
          {say(open ? named("stepOpen", name, "stepOpen_seed") : `step_${name}`)}{" "}
          <span className="finding">{say(`finding_${finding}`)}</span>
        </p>
        {hints[name] && <p className="hint">{hints[name]}</p>}
        {(name === "seed" || name === "roll") && step.computed && <code>{step.computed}</code>}
        {finding === "broken" && (
          <dl>
            <dt>{say("computed")}</dt>
            <dd>{step.computed}</dd>
            <dt>{say("stated")}</dt>
            <dd>{step.stated}</dd>
          </dl>
        )}
      </div>
    </li>
  );
}
