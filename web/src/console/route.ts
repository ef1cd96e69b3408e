/** Where in the console somebody is: the path below /console. */
import { type MouseEvent, useSyncExternalStore } from "react";

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
