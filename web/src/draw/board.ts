/** Where awards stand on a board. Pure, so that it can be tried for any number of them. */

/** The least cells on a side of the grid. */
const SIDE_MIN = 3;
/** With more rows than this, it grows wider. */
const ROWS_MAX = 5;

/** One cell of the ring, clockwise from the upper left. Without an award it is only an ornament. */
export interface Cell {
  column: number;
  row: number;
  award?: number;
}

/** The smallest grid whose ring has a cell for each award. */
export function boardShape(awards: number): { columns: number; rows: number } {
  for (let columns = SIDE_MIN; ; columns += 1) {
    for (let rows = SIDE_MIN; rows <= Math.max(ROWS_MAX, columns); rows += 1) {
      if (2 * (columns + rows) - 4 >= awards) return { columns, rows };
    }
  }
}

/** The ring. Where there are far fewer awards than cells they stand there more than once; a last cell left over is an ornament. */
export function cellsOf(awards: number): Cell[] {
  const { columns, rows } = boardShape(awards);
  const places: Cell[] = [];
  for (let column = 0; column < columns; column += 1) places.push({ column, row: 0 });
  for (let row = 1; row < rows; row += 1) places.push({ column: columns - 1, row });
  for (let column = columns - 2; column >= 0; column -= 1) places.push({ column, row: rows - 1 });
  for (let row = rows - 2; row >= 1; row -= 1) places.push({ column: 0, row });
  const repeats = awards < 2 * (SIDE_MIN + SIDE_MIN) - 4;
  return places.map((place, at) => {
    if (at < awards) return { ...place, award: at };
    return repeats ? { ...place, award: at % awards } : place;
  });
}

const isWide = (letter: string) =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/.test(letter);
const widthOf = (text: string) => Array.from(text).reduce((width, letter) => width + (isWide(letter) ? 2 : 1), 0);

/** A title in at most two lines of so many columns; wide letters take two. */
export function titleLines(title: string, columns: number): string[] {
  if (widthOf(title) <= columns) return [title];
  const pieces = title.match(
    /[\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]|[^\s\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]+\s*|\s+/g,
  ) ?? [title];
  const halves = pieces.slice(1).map((_, at) => [pieces.slice(0, at + 1).join(""), pieces.slice(at + 1).join("")]);
  const widest = (lines: string[]) => Math.max(...lines.map((line) => widthOf(line.trim())));
  const [even] = halves.sort((one, other) => widest(one) - widest(other));
  if (even && widest(even) <= columns) return even.map((line) => line.trim());
  const lines: string[] = [""];
  for (const piece of pieces) {
    const line = lines.at(-1) ?? "";
    if (line === "" || widthOf((line + piece).trimEnd()) <= columns) lines[lines.length - 1] = line + piece;
    else lines.push(piece);
  }
  const trimmed = lines.map((line) => cut(line.trim(), columns));
  if (trimmed.length <= 2) return trimmed;
  return [trimmed[0] ?? "", cut(`${trimmed[1] ?? ""}…`, columns)];
}

function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let short = "";
  for (const letter of text) {
    if (widthOf(short + letter) > columns - 1) break;
    short += letter;
  }
  return `${short.trimEnd()}…`;
}
