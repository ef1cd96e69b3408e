/** What a page keeps in the browser. Where that is forbidden or full, it forgets, and works all the same. */

const PREFIX = "big-market.";

export function keep(place: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + place, JSON.stringify(value));
  } catch {
    // A private window may forbid it.
  }
}

/** What was kept, as the caller knows it: only pages of this origin write it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- it names what JSON holds
export function kept<T>(place: string): T | undefined {
  try {
    const text = localStorage.getItem(PREFIX + place);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

export function forget(place: string): void {
  try {
    localStorage.removeItem(PREFIX + place);
  } catch {
    // As above.
  }
}
