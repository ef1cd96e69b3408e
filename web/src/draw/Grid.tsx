/** The grid: awards in a ring of cells, a light that runs round. Nine for eight awards, larger for more. */
import { type Ref, useCallback, useEffect, useImperativeHandle, useMemo, useRef } from "react";

import { boardShape, cellsOf } from "./board";
import { Icon } from "./icons";
import { angleOfPlace, placeAt } from "./spin";
import type { Moves } from "./useDrawing";
import type { Award } from "./useMarket";
import { useSpin } from "./useSpin";

export function Grid({ awards, moves, label }: { awards: readonly Award[]; moves: Ref<Moves>; label: string }) {
  const board = useRef<HTMLDivElement>(null);
  const { columns, rows } = boardShape(awards.length);
  const cells = useMemo(() => cellsOf(awards.length), [awards.length]);
  const light = useCallback(
    (angle: number) => {
      const lit = placeAt(angle, cells.length);
      Array.from(board.current?.children ?? []).forEach((cell, at) => cell.classList.toggle("lit", at === lit));
    },
    [cells.length],
  );
  const spin = useSpin(light);
  useImperativeHandle(
    moves,
    () => ({
      start: spin.start,
      stop: spin.stop,
      land: (award) => {
        const at = cells.findIndex((cell) => cell.award !== undefined && awards[cell.award]?.id === award);
        return at < 0 ? spin.stop() : spin.land(angleOfPlace(at, cells.length));
      },
    }),
    [awards, cells, spin],
  );
  // Places are set here: a style attribute in the page would be refused by its policy.
  useEffect(() => {
    board.current?.style.setProperty("--columns", String(columns));
    board.current?.style.setProperty("--rows", String(rows));
    Array.from(board.current?.children ?? []).forEach((child, at) => {
      const cell = cells[at];
      if (cell && child instanceof HTMLElement) child.style.gridArea = `${cell.row + 1} / ${cell.column + 1}`;
    });
  }, [cells, columns, rows]);
  return (
    <div className="grid-frame" role="img" aria-label={label}>
      <div className="grid-board" ref={board}>
        {cells.map((cell, at) => {
          const award = cell.award === undefined ? undefined : awards[cell.award];
          if (!award) {
            return (
              <div key={at} className="cell ornament">
                <Icon name="star" />
              </div>
            );
          }
          const locked = award.draws_until_unlock > 0;
          return (
            <div key={at} className={`cell ${locked || award.stock_left === 0 ? "dim" : ""}`}>
              <span className="cell-icon">
                <Icon name={locked ? "lock" : award.kind} className={`kind-${award.kind}`} />
                {locked && <span className="cell-count">{award.draws_until_unlock}</span>}
              </span>
              <span className="cell-title">{award.title}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
