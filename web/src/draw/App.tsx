/** The draw page: signs in, then shows the stage and what belongs to it. */
import { useCallback, useEffect, useRef, useState } from "react";

import { Refused } from "../api/client";
import { useLanguage } from "../shared/language";
import { Panels } from "./Panels";
import { ReceiptDialog } from "./ReceiptDialog";
import { ResultDialog } from "./ResultDialog";
import { type Session, signIn, signOut } from "./session";
import { Stage } from "./Stage";
import { type TextName, named, useSay } from "./texts";
import { type Moves, useDrawing } from "./useDrawing";
import { type Draw, useMarket } from "./useMarket";

/** One sign-in for the life of the page, however often it is rendered. */
let signingIn: Promise<Session | undefined> | undefined;

export function App() {
  const { say } = useSay();
  const [session, setSession] = useState<Session | null>();
  const [fault, setFault] = useState<unknown>();
  const begin = useCallback(() => {
    setFault(undefined);
    signingIn ??= signIn();
    signingIn.then(
      (found) => setSession(found ?? null),
      (error: unknown) => {
        signingIn = undefined;
        setFault(error);
      },
    );
  }, []);
  useEffect(begin, [begin]);
  const beginAnew = useCallback(() => {
    signOut();
    signingIn = undefined;
    setSession(undefined);
    begin();
  }, [begin]);
  if (fault !== undefined) return <Notice title={messageFor(fault, say)} action={say("retry")} onAction={begin} />;
  if (session === undefined) return <Loading />;
  const wanted = new URLSearchParams(location.search).get("activity");
  if (session === null || (wanted !== null && wanted !== session.activity)) {
    return <Notice title={say("noAccess")} hint={say("noAccessHint")} />;
  }
  // A guest whose token has ended is a new guest; whoever came by a link needs a new link.
  return <Page session={session} key={session.user} onEnded={session.guest ? beginAnew : undefined} />;
}

function Page({ session, onEnded }: { session: Session; onEnded: (() => void) | undefined }) {
  const { say } = useSay();
  const { api, market, fault, refresh, more, spend } = useMarket(session);
  const board = useRef<Moves>(null);
  const hub = useRef<HTMLButtonElement>(null);
  const closeResult = useCallback(() => {
    setResult(undefined);
    // The button could not keep the focus while the board turned.
    hub.current?.focus({ preventScroll: true });
  }, []);
  const [result, setResult] = useState<{ draws: Draw[]; show: Draw }>();
  const [receiptOf, setReceiptOf] = useState<Draw>();
  const onDrawn = useCallback(
    (draws: Draw[], show: Draw) => {
      setResult({ draws, show });
      spend(draws.length);
      void refresh();
    },
    [refresh, spend],
  );
  const moves = useCallback(() => board.current, []);
  const { phase, draw } = useDrawing(session, api, moves, onDrawn);
  const ended = hasEnded(fault) || (phase.name === "refused" && hasEnded(phase.error));
  useEffect(() => {
    if (ended) onEnded?.();
  }, [ended, onEnded]);
  // What was refused may be so because the activity is no more as it is shown.
  const refusedNow = phase.name === "refused";
  useEffect(() => {
    if (refusedNow && !ended) void refresh();
  }, [ended, refresh, refusedNow]);
  const title = market?.activity.title;
  useEffect(() => {
    if (title) document.title = title;
  }, [title]);
  if (!market) {
    if (fault === undefined) return <Loading />;
    if (ended && onEnded) return <Loading />;
    const again = ended
      ? () => {
          signOut();
          location.reload();
        }
      : () => void refresh();
    return <Notice title={messageFor(fault, say)} action={say("retry")} onAction={again} />;
  }
  return (
    <div className="page">
      <header className="top">
        <div>
          <h1>{market.activity.title}</h1>
          <p className="lead">{market.activity.description}</p>
        </div>
        <div className="top-side">
          <LanguageSwitch />
          <span className="who" title={session.user}>
            {session.guest ? say("guest") : ""} {session.guest ? session.user.slice(-4) : session.user}
          </span>
        </div>
      </header>
      <main className="columns">
        <Stage market={market} phase={phase} onDraw={draw} board={board} hub={hub} />
        <Panels session={session} api={api} market={market} refresh={refresh} more={more} onReceipt={setReceiptOf} />
      </main>
      {result && <ResultDialog {...result} market={market} onClose={closeResult} onReceipt={setReceiptOf} />}
      {receiptOf && <ReceiptDialog draw={receiptOf} api={api} onClose={() => setReceiptOf(undefined)} />}
    </div>
  );
}

function LanguageSwitch() {
  const { say } = useSay();
  const { language, choose } = useLanguage();
  return (
    <div className="switch" role="group" aria-label={say("language")}>
      <button type="button" aria-pressed={language === "en"} onClick={() => choose("en")} lang="en">
        EN
      </button>
      <button type="button" aria-pressed={language === "zh"} onClick={() => choose("zh")} lang="zh-CN">
        中文
      </button>
    </div>
  );
}

function Loading() {
  const { say } = useSay();
  return (
    <main className="notice" aria-busy="true">
      <div className="loading-wheel" aria-hidden="true" />
      <p>{say("loading")}</p>
    </main>
  );
}

function Notice({
  title,
  hint,
  action,
  onAction,
}: {
  title: string;
  hint?: string;
  action?: string;
  onAction?: () => void;
}) {
  return (
    <main className="notice">
      <h1>{title}</h1>
      {hint && <p>{hint}</p>}
      {action && (
        <button type="button" className="button" onClick={onAction}>
          {action}
        </button>
      )}
    </main>
  );
}

/** Whether the server no longer takes the token. */
function hasEnded(error: unknown): boolean {
  return error instanceof Refused && error.code === "unauthenticated";
}

/** What a user reads about an error. */
export function messageFor(error: unknown, say: ReturnType<typeof useSay>["say"]): string {
  if (!(error instanceof Refused)) return say("error_unanswered");
  const name: TextName = named("error", error.code, "error_other");
  return say(name, { detail: error.problem.detail });
}
