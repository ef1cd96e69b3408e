/** Chance that can be checked: the arithmetic of `src/domain/roll.rs`, by WebCrypto. */

/** What a part of a roll decides. The number is the position of its first word in the roll. */
export const Purpose = { award: 0, value: 1 } as const;
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

type Bytes = Uint8Array<ArrayBuffer>;

const WORD_BITS = 64n;
const WORDS = 1n << WORD_BITS;

/** 64 hexadecimal digits as 32 bytes. */
export function fromHex(text: string): Bytes {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new RangeError("must be 64 hexadecimal digits");
  return Uint8Array.from({ length: 32 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** Which draw a roll belongs to. */
export interface RollKey {
  activity_id: string;
  user_id: string;
  request_id: string;
  index: number;
}

/** HMAC-SHA256 keyed by the day's seed, over activity, user, request and index with a line feed between them. */
export async function makeRoll(seed: Bytes, key: RollKey): Promise<Bytes> {
  const usages: KeyUsage[] = ["sign"];
  const secret = await crypto.subtle.importKey("raw", seed, { name: "HMAC", hash: "SHA-256" }, false, usages);
  const message = [key.activity_id, key.user_id, key.request_id, key.index.toString()].join("\n");
  return new Uint8Array(await crypto.subtle.sign("HMAC", secret, new TextEncoder().encode(message)));
}

/** What a seed commits to after so many days: it is hashed once for each day, and once more. */
export async function commitmentOf(seed: Bytes, days: number): Promise<Bytes> {
  let hashed = seed;
  for (let day = 0; day <= days; day += 1) hashed = await sha256(hashed);
  return hashed;
}

/**
 * A number below `bound`, every one equally likely: words of the roll by multiply and shift, a word that would favour some
 * numbers rejected and the next one taken from SHA-256(roll, purpose, counter).
 */
export async function below(roll: Bytes, bound: bigint, purpose: Purpose): Promise<bigint> {
  if (bound <= 0n) throw new RangeError("a roll needs at least one outcome");
  const threshold = (WORDS - bound) % bound;
  let word = new DataView(roll.buffer, roll.byteOffset).getBigUint64(8 * purpose);
  for (let counter = 0; ; counter += 1) {
    const product = word * bound;
    if (product % WORDS >= threshold) return product >> WORD_BITS;
    const next = new Uint8Array(roll.length + 5);
    next.set(roll);
    next[roll.length] = purpose;
    new DataView(next.buffer).setUint32(roll.length + 1, counter);
    word = new DataView((await sha256(next)).buffer).getBigUint64(0);
  }
}
