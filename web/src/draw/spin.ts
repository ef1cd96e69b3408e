/** How the board moves: up to speed at once, on until there is an answer, then down onto the award. Angles in degrees. */

/** Where it is, and how fast: degrees, and degrees in a millisecond. */
export interface Motion {
  angle: number;
  speed: number;
}

/** A way from where it is to where it shall stand. */
export interface Landing {
  from: number;
  distance: number;
  duration: number;
}

const CIRCLE = 360;
/** Degrees in a millisecond once it is up to speed. */
const SPEED_MAX = 0.85;
/** From standing to full speed. */
const SPEED_UP_MS = 350;
/** The least it turns before it stands, so that it never stops dead. */
const TURNS_MIN = 1.5;

/** One step of `elapsed` milliseconds while there is no answer. */
export function cruise({ angle, speed }: Motion, elapsed: number): Motion {
  const faster = Math.min(SPEED_MAX, speed + (SPEED_MAX * elapsed) / SPEED_UP_MS);
  return { angle: angle + ((speed + faster) / 2) * elapsed, speed: faster };
}

/** The way down onto `target`, beginning with the speed that it has. */
export function landingOn({ angle, speed }: Motion, target: number): Landing {
  const least = angle + TURNS_MIN * CIRCLE;
  const distance = TURNS_MIN * CIRCLE + modulo(target - least, CIRCLE);
  // A cubic that ends at rest begins with three times its mean speed.
  return { from: angle, distance, duration: (3 * distance) / Math.max(speed, SPEED_MAX / 2) };
}

/** A short way to a stop anywhere, where there is nothing to land on. */
export function coast({ angle, speed }: Motion): Landing {
  const distance = 120;
  return { from: angle, distance, duration: (3 * distance) / Math.max(speed, SPEED_MAX / 2) };
}

/** Where it is after so many milliseconds of landing. */
export function angleOf({ from, distance, duration }: Landing, elapsed: number): number {
  const left = 1 - Math.min(1, Math.max(0, elapsed / duration));
  return from + distance * (1 - left ** 3);
}

/** The angle at which place `index` of `count` is under the pointer; `aside` from -0.5 to 0.5 moves within the place. */
export function angleFor(index: number, count: number, aside = 0): number {
  return modulo((-(index + 0.5 + aside) * CIRCLE) / count, CIRCLE);
}

/** Which of `count` places a light that has run so far is on. */
export function placeAt(angle: number, count: number): number {
  return Math.floor((modulo(angle, CIRCLE) * count) / CIRCLE) % count;
}

/** The angle at which a light is in the middle of a place. */
export function angleOfPlace(index: number, count: number): number {
  return ((index + 0.5) * CIRCLE) / count;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
