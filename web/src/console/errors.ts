/** What an operator reads about an error: the server's own words. */
import { App } from "antd";
import { useCallback } from "react";

import { Refused } from "../api/client";
import { useWords } from "./words";

export function messageOf(error: unknown): string {
  if (error instanceof Refused) return error.problem.detail;
  return error instanceof Error ? error.message : String(error);
}

/** Does something, and says what came of it. Gives whether it was done. */
export function useDo() {
  const { message } = App.useApp();
  const tell = useWords();
  return useCallback(
    async (what: () => Promise<unknown>, done?: string): Promise<boolean> => {
      try {
        await what();
        message.success(done ?? tell("Done"));
        return true;
      } catch (error) {
        message.error(messageOf(error));
        return false;
      }
    },
    [message, tell],
  );
}
