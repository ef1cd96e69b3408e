/** Who is signed in, and the client that speaks for them. */
import { type ReactNode, createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";

import { type Api, Refused, type Schemas, ask, makeClient } from "../api/client";
import { forget, keep, kept } from "../shared/keep";

export type Session = Schemas["SessionBody"];

/** Noted while somebody is signed in, so that nobody else's first visit begins with a refusal. */
const PLACE = "signed-in";

interface Signed {
  api: Api;
  session: Session | null | undefined;
  signIn: (name: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
  fault: unknown;
}

const Context = createContext<Signed | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session | null>();
  const [fault, setFault] = useState<unknown>();
  const csrf = useRef("");
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
    csrf.current = found?.csrf_token ?? "";
    if (found) keep(PLACE, true);
    else forget(PLACE);
    setSession(found);
  }, []);
  useEffect(() => {
    if (kept<boolean>(PLACE) !== true) {
      take(null);
      return;
    }
    ask(api.GET("/admin/session")).then(take, (error: unknown) => {
      if (error instanceof Refused && error.status === 401) take(null);
      else setFault(error);
    });
  }, [api, take]);
  const signIn = useCallback(
    async (name: string, password: string) => take(await ask(api.POST("/admin/session", { body: { name, password } }))),
    [api, take],
  );
  const signOut = useCallback(async () => {
    await ask(api.DELETE("/admin/session"));
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
