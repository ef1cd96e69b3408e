/** Moves a board frame by frame, without a render for each. */
import { useCallback, useEffect, useRef } from "react";

import { type Landing, type Motion, angleOf, coast, cruise, landingOn } from "./spin";

export interface Spin {
  /** Begins to turn, at once. */
  start: () => void;
  /** Comes down on an angle. Resolves when it stands. */
  land: (target: number) => Promise<void>;
  /** Comes to a stop anywhere. */
  stop: () => Promise<void>;
}

/** Whether the user asked for less motion. */
export function wantsLessMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export function useSpin(show: (angle: number) => void): Spin {
  const motion = useRef<Motion>({ angle: 0, speed: 0 });
  const frame = useRef(0);
  const halt = useCallback(() => cancelAnimationFrame(frame.current), []);
  useEffect(() => halt, [halt]);

  const start = useCallback(() => {
    halt();
    if (wantsLessMotion()) return;
    let last = performance.now();
    const step = (now: number) => {
      motion.current = cruise(motion.current, Math.max(0, now - last));
      last = now;
      show(motion.current.angle);
      frame.current = requestAnimationFrame(step);
    };
    frame.current = requestAnimationFrame(step);
  }, [halt, show]);

  const follow = useCallback(
    (landing: Landing) =>
      new Promise<void>((resolve) => {
        halt();
        const end = () => {
          motion.current = { angle: angleOf(landing, landing.duration) % 360, speed: 0 };
          show(motion.current.angle);
          resolve();
        };
        if (wantsLessMotion()) {
          end();
          return;
        }
        const began = performance.now();
        const step = (now: number) => {
          const elapsed = Math.max(0, now - began);
          if (elapsed >= landing.duration) {
            end();
            return;
          }
          motion.current = { ...motion.current, angle: angleOf(landing, elapsed) };
          show(motion.current.angle);
          frame.current = requestAnimationFrame(step);
        };
        frame.current = requestAnimationFrame(step);
      }),
    [halt, show],
  );

  const land = useCallback((target: number) => follow(landingOn(motion.current, target)), [follow]);
  const stop = useCallback(() => follow(coast(motion.current)), [follow]);
  return { start, land, stop };
}
