/** The days that the sign-in calendar shows: a month, and the end of the one before it, as far as its first week reaches. */
import type { Schemas } from "../api/client";

const DAY_MS = 86_400_000;
const WEEK = 7;

const dayText = (time: number) => new Date(time).toISOString().slice(0, 10);
const timeOf = (day: string) => Date.parse(`${day}T00:00:00Z`);

/** The days of a month from a Monday on. Where the month begins with one, the week before it comes first, so that a streak is seen over its end. */
export function calendarDays(month: string): string[] {
  const first = timeOf(`${month}-01`);
  const weekday = (new Date(first).getUTCDay() + WEEK - 1) % WEEK;
  const before = weekday === 0 ? WEEK : weekday;
  const days: string[] = [];
  for (let time = first - before * DAY_MS; time < first || dayText(time).startsWith(month); time += DAY_MS) {
    days.push(dayText(time));
  }
  return days;
}

/** The days that are done: those that the month lists, and those before it that the streak tells of. */
export function daysDone({
  items,
  streak,
  today,
  done_today,
}: Pick<Schemas["CalendarBody"], "streak" | "today" | "done_today"> & {
  items: readonly { day: string }[];
}): Set<string> {
  const last = timeOf(today) - (done_today ? 0 : DAY_MS);
  const inRow = Array.from({ length: Math.min(streak, 2 * 31) }, (_, at) => dayText(last - at * DAY_MS));
  return new Set([...items.map(({ day }) => day), ...inRow]);
}
