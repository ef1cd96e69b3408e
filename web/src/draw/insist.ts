/** Asking until there is an answer: the same request with the same key, so that it happens once. */
import { Refused, Unanswered } from "../api/client";

/** How often a request is sent before the user is asked whether to go on. */
export const TRIES_MAX = 6;
const WAIT_MS_MIN = 400;
const WAIT_MS_MAX = 8_000;

export interface Insisting {
  /** Called before each wait, with the number of tries so far. */
  onTrouble?: (tries: number) => void;
  /** Waits so many milliseconds. */
  sleep?: (ms: number) => Promise<void>;
}

/** Whether nobody knows what became of the request: only then it is sent again. */
export function isUnknown(error: unknown): boolean {
  if (error instanceof Unanswered) return true;
  return (
    error instanceof Refused && (error.code === "try_again" || error.code === "internal" || error.code === "not_ready")
  );
}

/** Sends a request until it is answered or refused; after {@link TRIES_MAX} tries the last trouble is thrown. */
export async function insist<T>(send: () => Promise<T>, { onTrouble, sleep = wait }: Insisting = {}): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (!isUnknown(error) || tries === TRIES_MAX) throw error;
      onTrouble?.(tries);
      const asked = error instanceof Refused ? (error.waitSeconds ?? 0) * 1000 : 0;
      await sleep(Math.min(WAIT_MS_MAX, Math.max(asked, WAIT_MS_MIN * 2 ** (tries - 1))));
    }
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
