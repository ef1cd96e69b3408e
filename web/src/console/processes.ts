/** What the rows of processes say together. */
import type { Schemas } from "../api/client";

type Process = Pick<Schemas["ProcessBody"], "alive" | "stopped_at" | "version" | "started_at">;

/** Whether a process lives, ended in order, or is gone without a word. */
export function lifeOf({ alive, stopped_at }: Pick<Process, "alive" | "stopped_at">): "alive" | "stopped" | "gone" {
  if (alive) return "alive";
  return stopped_at === null ? "gone" : "stopped";
}

/** The versions of processes that live, that of the latest started first. */
export function versionsAlive(processes: readonly Process[]): string[] {
  const living = processes.filter(({ alive }) => alive);
  living.sort((one, other) => other.started_at.localeCompare(one.started_at));
  return [...new Set(living.map(({ version }) => version))];
}
