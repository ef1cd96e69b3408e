/** Who is signed in, and the client that speaks for them. */
import { type ReactNode, createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";

import { type Api, Refused, type Schemas, ask, makeClient } from "../api/client";

export type Session = Schemas["SessionBody"];

/** The longest time that browsers wait for. */
const TIMER_MS_MAX = 2 ** 31 - 1;

interface Signed {
  api: Api;
  session: Session | null | undefined;
  signIn: (name: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
  fault: unknown;
}

const Context = createContext<Signed | null>(null);

/** The session of an answer that says who is signed in; none where nobody is. */
export function sessionOf({ operator, csrf_token, expires_at }: Schemas["CurrentSessionBody"]): Session | null {
  return operator && csrf_token !== null && expires_at !== null ? { operator, csrf_token, expires_at } : null;
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session | null>();
  const [fault, setFault] = useState<unknown>();
  const csrf = useRef("");
  const looks = useRef(0);
  const api = useMemo(() => {
    const client = makeClient({
      headers: (method): Record<string, string> => (method === "GET" ? {} : { "X-CSRF-Token": csrf.current }),
    });
    // A session may end at any time; then the page asks to sign in again.
    client.use({
      onResponse({ response, request }) {
        if (response.status === 401 && !request.url.endsWith("/admin/session")) setSession(null);
      },
    });
    return client;
  }, []);
  const take = useCallback((found: Session | null) => {
    // Answers to earlier questions say nothing any more.
    looks.current += 1;
    csrf.current = found?.csrf_token ?? "";
    setSession(found);
  }, []);
  /** Asks who is signed in: that nobody is, is an answer, so the browser has nothing to complain about. */
  const look = useCallback(async () => {
    looks.current += 1;
    const mine = looks.current;
    const found = sessionOf(await ask(api.GET("/admin/session")));
    if (mine === looks.current) take(found);
  }, [api, take]);
  useEffect(() => {
    look().catch(setFault);
  }, [look]);
  // A session ends by its time, and by idleness while nobody looks: whoever comes back signs in before anything is refused.
  const expiresAt = session?.expires_at;
  useEffect(() => {
    if (expiresAt === undefined) return;
    const lookAgain = () => {
      // Without an answer the page stays as it is: what is asked next will tell.
      if (!document.hidden) look().catch(() => undefined);
    };
    const wait = Math.min(TIMER_MS_MAX, Math.max(0, Date.parse(expiresAt) - Date.now()) + 1_000);
    const timer = setTimeout(lookAgain, wait);
    document.addEventListener("visibilitychange", lookAgain);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", lookAgain);
    };
  }, [expiresAt, look]);
  const signIn = useCallback(
    async (name: string, password: string) => take(await ask(api.POST("/admin/session", { body: { name, password } }))),
    [api, take],
  );
  const signOut = useCallback(async () => {
    await ask(api.DELETE("/admin/session")).catch((error: unknown) => {
      // It had ended already.
      if (!(error instanceof Refused && error.status === 401)) throw error;
    });
    take(null);
  }, [api, take]);
  const value = useMemo(() => ({ api, session, signIn, signOut, fault }), [api, session, signIn, signOut, fault]);
  return <Context value={value}>{children}</Context>;
}

export function useSession(): Signed {
  const signed = useContext(Context);
  if (!signed) throw new Error("useSession needs a SessionProvider around it");
  return signed;
}

export function useApi(): Api {
  return useSession().api;
}

/** Whether the operator's role may do what an `operator` may. The server decides; this only hides what it would refuse. */
export function useMayWrite(): boolean {
  const role = useSession().session?.operator.role;
  return role === "operator" || role === "admin";
}
