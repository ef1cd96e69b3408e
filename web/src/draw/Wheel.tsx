/** The wheel: one sector for each award, any number of them. */
import { type Ref, useCallback, useImperativeHandle, useRef } from "react";

import { titleLines } from "./board";
import { iconPath } from "./icons";
import { angleFor } from "./spin";
import type { Moves } from "./useDrawing";
import type { Award } from "./useMarket";
import { useSpin } from "./useSpin";

const RADIUS = 172;
const RIM = 192;
const BULBS = 24;
/** With more sectors than this, titles would not be readable: the pictures stay. */
const TITLES_MAX = 14;

export function Wheel({ awards, moves, label }: { awards: readonly Award[]; moves: Ref<Moves>; label: string }) {
  const disc = useRef<SVGGElement>(null);
  const show = useCallback((angle: number) => {
    if (disc.current) disc.current.style.transform = `rotate(${angle}deg)`;
  }, []);
  const spin = useSpin(show);
  const count = awards.length;
  useImperativeHandle(
    moves,
    () => ({
      start: spin.start,
      stop: spin.stop,
      land: (award) => {
        const index = awards.findIndex(({ id }) => id === award);
        // An award of an older version may stand on the board no more.
        return index < 0 ? spin.stop() : spin.land(angleFor(index, count, 0.6 * (Math.random() - 0.5)));
      },
    }),
    [awards, count, spin],
  );
  return (
    <svg className="wheel" viewBox="-200 -200 400 400" role="img" aria-label={label}>
      <circle r="198" className="wheel-edge" />
      <circle r={RIM} className="wheel-rim" />
      {Array.from({ length: BULBS }, (_, at) => {
        const { x, y } = onCircle(RIM - 9, (at * 360) / BULBS);
        return <circle key={at} className={at % 2 ? "bulb bulb-late" : "bulb"} cx={x} cy={y} r="4.500" />;
      })}
      <g ref={disc} className="wheel-disc">
        {awards.map((award, at) => (
          <Sector key={award.id} award={award} index={at} count={count} />
        ))}
      </g>
      <path className="wheel-pointer" d="M-15 -198 h30 l-15 36 z" />
    </svg>
  );
}

function Sector({ award, index, count }: { award: Award; index: number; count: number }) {
  const step = 360 / count;
  const from = onCircle(RADIUS, index * step);
  const until = onCircle(RADIUS, (index + 1) * step);
  const locked = award.draws_until_unlock > 0;
  const gone = award.stock_left === 0;
  const columns = count <= 4 ? 18 : count <= 7 ? 14 : 12;
  const lines = count <= TITLES_MAX ? titleLines(award.title, columns) : [];
  const size = count > 9 ? "small" : count < 5 ? "large" : "";
  // Where the picture begins, below the title.
  const top = lines.length === 0 ? 30 : size === "large" ? 66 : 58;
  const icon = locked ? "lock" : award.kind;
  return (
    <g
      className={`sector tone-${index % 2 === 1 ? "b" : index === count - 1 && count % 2 === 1 ? "c" : "a"} ${locked || gone ? "dim" : ""}`}
    >
      <path
        className="sector-face"
        d={`M0 0 L${from.x} ${from.y} A${RADIUS} ${RADIUS} 0 ${step > 180 ? 1 : 0} 1 ${until.x} ${until.y} Z`}
      />
      <g transform={`rotate(${(index + 0.5) * step})`}>
        {lines.map((line, at) => (
          <text key={at} className={`sector-title ${size}`} y={-RADIUS + 30 + at * (size === "large" ? 21 : 17)}>
            {line}
          </text>
        ))}
        <path
          className={`sector-icon kind-${award.kind}`}
          transform={`translate(-15 ${-RADIUS + top}) scale(1.25)`}
          d={iconPath(icon)}
          fillRule="evenodd"
        />
        {locked && (
          <text className="sector-count" y={-RADIUS + top + 24}>
            {award.draws_until_unlock}
          </text>
        )}
      </g>
    </g>
  );
}

/** A point so many degrees clockwise from the top. */
function onCircle(radius: number, degrees: number): { x: number; y: number } {
  const radians = ((degrees - 90) * Math.PI) / 180;
  return {
    x: Math.round(radius * Math.cos(radians) * 100) / 100,
    y: Math.round(radius * Math.sin(radians) * 100) / 100,
  };
}
