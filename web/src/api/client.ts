/** The typed client of the server, and what a refusal is here. */
import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Api = Client<paths>;
export type Code = Schemas["Code"];

/** The server said no, and why. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Schemas["Problem"],
    /** Seconds to wait before it is asked again, where the server says. */
    readonly waitSeconds: number | undefined,
  ) {
    super(problem.detail);
    this.name = "Refused";
  }

  get code(): Code {
    return this.problem.code;
  }
}

/** No answer came: nobody knows whether anything was done. */
export class Unanswered extends Error {
  constructor(cause: unknown) {
    super("there was no answer", { cause });
    this.name = "Unanswered";
  }
}

/** How long an answer is waited for. */
const ANSWER_MS_MAX = 15_000;

export interface ClientOptions {
  /** Headers that every request carries, asked for each time. */
  headers: (method: string) => Record<string, string>;
  /** What is waited for before a request, such as a fresh credential. It never fails: the server says what is wrong. */
  before?: () => Promise<void>;
}

export function makeClient({ headers, before }: ClientOptions): Api {
  const api = createClient<paths>({
    baseUrl: "/",
    cache: "no-store",
    fetch: (request: Request) =>
      fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(ANSWER_MS_MAX)]) }),
  });
  api.use({
    async onRequest({ request }) {
      await before?.();
      for (const [name, value] of Object.entries(headers(request.method))) request.headers.set(name, value);
      return request;
    },
  });
  return api;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer. Throws {@link Refused} for a problem, {@link Unanswered} where there is no answer at all. */
export async function ask<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (cause) {
    throw new Unanswered(cause);
  }
  const { data, error, response } = answer;
  if (response.ok) return data as T;
  if (!isProblem(error)) throw new Unanswered(error);
  const wait = Number(response.headers.get("Retry-After") ?? Number.NaN);
  throw new Refused(response.status, error, Number.isFinite(wait) ? wait : undefined);
}

/** A proxy in between answers in its own words: that is no answer of ours. */
function isProblem(error: unknown): error is Schemas["Problem"] {
  return typeof error === "object" && error !== null && "code" in error && "detail" in error;
}

/** A key that nobody used before. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
