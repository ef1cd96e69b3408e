/** Where in the console somebody is: the path below /console, and what a list is asked for in the query behind it. */
import { type MouseEvent, useCallback, useSyncExternalStore } from "react";

const BASE = "/console";

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  return () => window.removeEventListener("popstate", listener);
}

/** The parts of the path: `/console/activities/100301/live` is activities, 100301 and live. */
export function useRoute(): string[] {
  const path = useSyncExternalStore(subscribe, () => location.pathname);
  return path
    .slice(BASE.length)
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
}

export function pathTo(...parts: string[]): string {
  return [BASE, ...parts.map(encodeURIComponent)].join("/");
}

export function go(...parts: string[]): void {
  history.pushState(null, "", pathTo(...parts));
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** The same to a list with a filter chosen. */
export function linkWith(choices: Record<string, string>, ...parts: string[]) {
  const address = `${pathTo(...parts)}?${new URLSearchParams(choices).toString()}`;
  return {
    href: address,
    onClick: (event: MouseEvent<HTMLElement>) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      history.pushState(null, "", address);
      window.dispatchEvent(new PopStateEvent("popstate"));
    },
  };
}

/** A query with one value changed. An empty value is left out, so that a list as it is by itself has the shortest address. */
export function withValue(query: string, key: string, value: string): string {
  const values = new URLSearchParams(query);
  if (value === "") values.delete(key);
  else values.set(key, value);
  const text = values.toString();
  return text === "" ? "" : `?${text}`;
}

/**
 * A choice that stands in the address, so that a link shows the same and "back" takes it back. What is typed letter by letter replaces
 * the entry of the history instead of adding one.
 */
export function useChoice(key: string, { typed = false } = {}): [string, (value: string) => void] {
  const query = useSyncExternalStore(subscribe, () => location.search);
  const choose = useCallback(
    (value: string) => {
      const next = withValue(location.search, key, value);
      if (next === location.search) return;
      const address = location.pathname + next;
      if (typed) history.replaceState(null, "", address);
      else history.pushState(null, "", address);
      window.dispatchEvent(new PopStateEvent("popstate"));
    },
    [key, typed],
  );
  return [new URLSearchParams(query).get(key) ?? "", choose];
}

/** The choice where it is one of those that there are; an address may hold anything. */
export function oneOf<T extends string>(choices: readonly T[], value: string): T | undefined {
  return choices.find((choice) => choice === value);
}

/** What a link needs to stay within the page; with a modifier key it opens as links do. */
export function linkTo(...parts: string[]) {
  return {
    href: pathTo(...parts),
    onClick: (event: MouseEvent<HTMLElement>) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      go(...parts);
    },
  };
}
