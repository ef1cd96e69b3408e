/** Who draws: the user of the token that the business's page gave, or a guest of the demo. */
import { Refused, ask, makeClient, type Api } from "../api/client";
import { forget, keep, kept } from "../shared/keep";

export interface Session {
  user: string;
  activity: string;
  token: string;
  /** Whether the demo made the user up. */
  guest: boolean;
  expiresAt: number;
}

const GUEST_PLACE = "guest";
const GIVEN_PLACE = "big-market.given";
/** A guest's token is renewed when less than this is left of it: once it is over, nobody can be the same guest again. */
const RENEW_MS = 12 * 3_600_000;
/** How long a renewal that failed is not tried again. */
const RENEW_AGAIN_MS = 60_000;

/** What a token says of itself. Only the server judges whether it is good. */
export function readToken(token: string): Omit<Session, "guest"> | undefined {
  try {
    const part = token.split(".")[1] ?? "";
    const text = atob(part.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: string; activity?: string; exp?: number };
    if (!claims.sub || !claims.activity || !claims.exp) return undefined;
    return { token, user: claims.sub, activity: claims.activity, expiresAt: claims.exp * 1000 };
  } catch {
    return undefined;
  }
}

/** The token of the link that led here (`#token=`). It is taken out of the address, so that nobody shares it by accident. */
function givenToken(): string | undefined {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token) {
    sessionStorage.setItem(GIVEN_PLACE, token);
    history.replaceState(null, "", location.pathname + location.search);
    return token;
  }
  return sessionStorage.getItem(GIVEN_PLACE) ?? undefined;
}

/** Whether the server that gave this page signs guests in. One that serves pages while they are written does not say. */
function takesGuests(): boolean {
  return document.querySelector<HTMLMetaElement>('meta[name="guests"]')?.content !== "no";
}

/** Signs in. Nothing where there is neither a token nor a demo. */
export async function signIn(): Promise<Session | undefined> {
  const given = givenToken();
  const read = given === undefined ? undefined : readToken(given);
  if (read && read.expiresAt > Date.now()) return { ...read, guest: false };
  const known = readToken(kept<string>(GUEST_PLACE) ?? "");
  if (known && known.expiresAt - Date.now() > RENEW_MS) return { ...known, guest: true };
  if (!takesGuests()) return undefined;
  try {
    return await beGuest(known?.token);
  } catch (error) {
    if (error instanceof Refused && error.code === "not_found") return undefined;
    throw error;
  }
}

/** A guest of the demo: the one of the token while that is good, otherwise a new one. */
async function beGuest(token: string | undefined): Promise<Session | undefined> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const guest = await ask(makeClient({ headers: () => headers }).POST("/demo/guest"));
  keep(GUEST_PLACE, guest.token);
  const session = readToken(guest.token);
  return session && { ...session, guest: true };
}

/** Forgets who draws, after the server no longer takes the token. */
export function signOut(): void {
  forget(GUEST_PLACE);
  sessionStorage.removeItem(GIVEN_PLACE);
}

/** The client of a session. A guest's token that is about to end is replaced on the way, and nobody notices. */
export function clientOf(session: Session): Api {
  let { token, expiresAt } = session;
  let renewing: Promise<void> | undefined;
  const renew = async () => {
    try {
      const next = await beGuest(token);
      // Another guest has nothing to do on this page.
      if (next?.user === session.user) ({ token, expiresAt } = next);
    } catch {
      // The old one is good until it ends; what the server says then is shown.
    }
  };
  let triedAt = 0;
  const before = async () => {
    const now = Date.now();
    if (!session.guest || expiresAt - now > RENEW_MS || (renewing === undefined && now - triedAt < RENEW_AGAIN_MS))
      return;
    triedAt = now;
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
    await renewing;
  };
  return makeClient({ headers: () => ({ Authorization: `Bearer ${token}` }), before });
}
