/** What was won. */
import { Dialog } from "./Dialog";
import { worthText } from "./format";
import { Icon } from "./icons";
import { named, useSay } from "./texts";
import type { Draw, Market } from "./useMarket";

interface Props {
  draws: Draw[];
  show: Draw;
  market: Market;
  onClose: () => void;
  onReceipt: (draw: Draw) => void;
}

export function ResultDialog({ draws, show, market, onClose, onReceipt }: Props) {
  const { say } = useSay();
  const many = draws.length > 1;
  const title = many
    ? say("wonMany")
    : show.award.kind === "nothing"
      ? say("wonNothing")
      : say("won", { title: show.award.title });
  return (
    <Dialog title={title} onClose={onClose} className="result">
      <div className="confetti" aria-hidden="true">
        {Array.from({ length: 14 }, (_, at) => (
          <i key={at} />
        ))}
      </div>
      {many ? (
        <ol className="won-many">
          {draws.map((draw) => (
            <li key={draw.id}>
              <Won draw={draw} />
              <button type="button" className="link" onClick={() => onReceipt(draw)}>
                {say("proof")}
              </button>
            </li>
          ))}
        </ol>
      ) : (
        <div className="won-one">
          <Won draw={show} />
          <Why draw={show} market={market} />
          <button type="button" className="link link-icon" onClick={() => onReceipt(show)}>
            <Icon name="shield" />
            {say("checkDraw")}
          </button>
        </div>
      )}
      <button
        type="button"
        className="button gold wide"
        onClick={(event) => event.currentTarget.closest("dialog")?.close()}
      >
        {say("great")}
      </button>
    </Dialog>
  );
}

function Won({ draw: { award } }: { draw: Draw }) {
  const { say } = useSay();
  const worth = worthText(award.value, say);
  return (
    <div className={`won kind-${award.kind}`}>
      <span className="won-icon">
        <Icon name={award.kind} />
      </span>
      <span className="won-title">{award.title}</span>
      {worth && <span className="won-worth">{worth}</span>}
    </div>
  );
}

/** Why it is not the award that was picked, where it is not. */
function Why({ draw, market }: { draw: Draw; market: Market }) {
  const { say } = useSay();
  const { fallback, picked } = draw.reason;
  if (!fallback) return null;
  const title = market.awards.find(({ id }) => id === picked)?.title ?? picked;
  return <p className="why">{say(named("fallback", fallback, "fallback_out_of_stock"), { picked: title })}</p>;
}
