/**
 * JSON with comments, changed in place. A form that changes one value changes the text at that value and nowhere else: comments, order, spaces
 * and keys that no form knows stay as they were written.
 */

export interface Member {
  key: string;
  /** Where the key begins. */
  start: number;
  value: Node;
}

/** A value, and where in the text it stands. */
export type Node = { start: number; end: number } & (
  { kind: "object"; members: Member[] } | { kind: "array"; items: Node[] } | { kind: "plain"; value: unknown }
);

/** Deeper than any document; a text that is deeper is refused instead of exhausting the stack. */
const DEPTH_MAX = 64;
/** Changes that one edit makes at most, before the text is written anew. */
const CHANGES_MAX = 2_000;

/** The text with blanks for comments: the same places, and nothing but JSON. */
export function withoutComments(text: string): string {
  // Texts in quotes are matched too, so that what looks like a comment in them stays.
  return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith("/") ? found.replace(/[^\n]/g, " ") : found,
  );
}

/** What the text says. Throws a SyntaxError where it is not JSON. */
export function readText(text: string): unknown {
  return JSON.parse(withoutComments(text));
}

/** The tree of a text that is JSON. */
export function treeOf(text: string): Node {
  const plain = withoutComments(text);
  JSON.parse(plain);
  let at = 0;
  const skip = () => {
    while (/\s/.test(plain[at] ?? "")) at += 1;
  };
  const scalar = (): Node => {
    const [found] = /^(?:"(?:[^"\\]|\\.)*"|[^\s,\]}]+)/.exec(plain.slice(at)) ?? [""];
    const start = at;
    at += found.length;
    return { kind: "plain", start, end: at, value: JSON.parse(found) };
  };
  const value = (depth: number): Node => {
    if (depth > DEPTH_MAX) throw new SyntaxError(`nested deeper than ${DEPTH_MAX}`);
    skip();
    const start = at;
    const open = plain[at];
    if (open !== "{" && open !== "[") return scalar();
    const members: Member[] = [];
    const items: Node[] = [];
    const close = open === "{" ? "}" : "]";
    at += 1;
    skip();
    while (plain[at] !== close) {
      if (plain[at] === ",") at += 1;
      skip();
      if (open === "[") {
        items.push(value(depth + 1));
      } else {
        const from = at;
        const name = scalar();
        skip();
        at += 1;
        members.push({ key: String(name.kind === "plain" && name.value), start: from, value: value(depth + 1) });
      }
      skip();
    }
    at += 1;
    return open === "{" ? { kind: "object", start, end: at, members } : { kind: "array", start, end: at, items };
  };
  return value(0);
}

/** The text of another value, changed only where the values differ. */
export function changeText(text: string, wanted: unknown): string {
  let now = text;
  for (let changes = 0; changes < CHANGES_MAX; changes += 1) {
    const change = firstChange(now, treeOf(now), wanted);
    if (!change) return now;
    now = now.slice(0, change.start) + change.text + now.slice(change.end);
  }
  return JSON.stringify(wanted, null, 2);
}

interface Change {
  start: number;
  end: number;
  text: string;
}

function firstChange(text: string, node: Node, wanted: unknown): Change | undefined {
  if (same(valueOf(node), wanted)) return undefined;
  if (node.kind === "object" && isObject(wanted)) return changeObject(text, node, wanted);
  if (node.kind === "array" && Array.isArray(wanted)) return changeArray(text, node, wanted);
  return { start: node.start, end: node.end, text: written(wanted, indentAt(text, node.start)) };
}

function changeObject(text: string, node: Node & { kind: "object" }, wanted: Record<string, unknown>) {
  const { members } = node;
  const parts = members.map(({ start, value }) => ({ start, end: value.end }));
  for (const [at, { key, value }] of members.entries()) {
    const last = members.findLastIndex((member) => member.key === key) === at;
    // Of a key that is there twice the last one counts.
    if (!(key in wanted) || wanted[key] === undefined || !last) return removal(text, parts, at);
    const change = firstChange(text, value, wanted[key]);
    if (change) return change;
  }
  const [key, value] = Object.entries(wanted).find(
    ([name, one]) => one !== undefined && !members.some((member) => member.key === name),
  ) ?? [undefined];
  if (key === undefined) return undefined;
  return insertion(text, node, parts, parts.length, (indent) => `${JSON.stringify(key)}: ${written(value, indent)}`);
}

function changeArray(text: string, node: Node & { kind: "array" }, wanted: unknown[]): Change | undefined {
  const { items } = node;
  let first = 0;
  while (first < items.length && first < wanted.length && sameAt(items, wanted, first, first)) first += 1;
  const shared = Math.min(items.length, wanted.length) - first;
  let behind = 0;
  while (behind < shared && sameAt(items, wanted, items.length - 1 - behind, wanted.length - 1 - behind)) behind += 1;
  const [old, now] = [items.length - behind - first, wanted.length - behind - first];
  const item = items[first];
  if (old > 0 && now > 0 && item) return firstChange(text, item, wanted[first]);
  if (old > 0) return removal(text, items, first);
  return insertion(text, node, items, first, (indent) => written(wanted[first], indent));
}

function sameAt(items: readonly Node[], wanted: readonly unknown[], at: number, other: number): boolean {
  const item = items[at];
  return item !== undefined && same(valueOf(item), wanted[other]);
}

interface Place {
  start: number;
  end: number;
}

/** Takes a part out with its comma, and with its line where it has one of its own. */
function removal(text: string, parts: readonly Place[], at: number): Change {
  const part = parts[at];
  const [before, after] = [parts[at - 1], parts[at + 1]];
  if (!part) throw new RangeError("there is no such part");
  const plain = withoutComments(text);
  if (!after && before) {
    // The comma that led to it goes too, and what stands between them stays: it may be a comment.
    const comma = plain.indexOf(",", before.end);
    const between = text.slice(comma + 1, part.start);
    return { start: comma, end: part.end, text: between.trim() === "" ? "" : between.trimEnd() };
  }
  const end = after ? plain.indexOf(",", part.end) + 1 : part.end;
  const lineStart = text.lastIndexOf("\n", part.start - 1) + 1;
  const lineEnd = text.indexOf("\n", end);
  const alone = text.slice(lineStart, part.start).trim() === "" && text.slice(end, lineEnd).trim() === "";
  return alone && lineEnd >= 0
    ? { start: lineStart, end: lineEnd + 1, text: "" }
    : { start: part.start, end, text: "" };
}

/** Puts a part in, on a line of its own where the others have one. */
function insertion(
  text: string,
  whole: Place,
  parts: readonly Place[],
  at: number,
  write: (indent: string) => string,
): Change {
  const [before, after] = [parts[at - 1], parts[at]];
  if (!before && !after) {
    const indent = indentAt(text, whole.start);
    const inner = `${indent}  `;
    // Comments in what was empty stay in front.
    const start = whole.end - 1;
    const kept = text.slice(whole.start + 1, start).trimEnd();
    return { start: whole.start + 1, end: start, text: `${kept}\n${inner}${write(inner)}\n${indent}` };
  }
  const neighbour = after ?? before ?? whole;
  const lineStart = text.lastIndexOf("\n", neighbour.start - 1) + 1;
  const ownLine = text.slice(lineStart, neighbour.start).trim() === "";
  const indent = indentAt(text, neighbour.start);
  const gap = ownLine ? `\n${indent}` : " ";
  if (after) return { start: after.start, end: after.start, text: `${write(indent)},${gap}` };
  const { end } = neighbour;
  const lineEnd = text.indexOf("\n", end);
  const rest = text.slice(end, lineEnd < 0 ? text.length : lineEnd);
  // A comment behind the last part stays with it.
  const comment = ownLine && lineEnd >= 0 && withoutComments(rest).trim() === "" ? rest : "";
  return { start: end, end: end + comment.length, text: `,${comment}${gap}${write(indent)}` };
}

function indentAt(text: string, at: number): string {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, at))?.[0] ?? "";
}

function written(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${indent}`);
}

function valueOf(node: Node): unknown {
  if (node.kind === "plain") return node.value;
  if (node.kind === "array") return node.items.map(valueOf);
  return Object.fromEntries(node.members.map(({ key, value }) => [key, valueOf(value)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values say the same, in whatever order their keys are. */
export function same(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => same(item, other[at]));
  }
  if (!isObject(one) || !isObject(other)) return Object.is(one, other);
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => same(one[key], other[key]));
}

/** The path of the innermost value at a line and a column, as faults name places: `awards[1].prize`. Nothing where the text is no JSON. */
export function pathAt(text: string, line: number, column: number): string | undefined {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const offset = before + Math.max(0, column - 1);
  let tree: Node;
  try {
    tree = treeOf(text);
  } catch {
    return undefined;
  }
  const within = (start: number, end: number) => start <= offset && offset < end;
  let path = "";
  for (let node: Node | undefined = tree; node;) {
    if (node.kind === "plain") return path;
    if (node.kind === "array") {
      const at: number = node.items.findIndex(({ start, end }) => within(start, end));
      node = node.items[at];
      if (node) path += `[${at}]`;
    } else {
      const member: Member | undefined = node.members.find(({ start, value }) => within(start, value.end));
      node = member?.value;
      if (member) path += path === "" ? member.key : `.${member.key}`;
    }
  }
  return path;
}
