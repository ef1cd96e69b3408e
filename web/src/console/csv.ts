/** Lists as CSV. */

export type CsvCell = string | number | boolean | null | undefined;

/** One row a line; what holds a comma, a quote or a line end is quoted, and no cell is taken for a formula. */
export function toCsv(rows: readonly (readonly CsvCell[])[]): string {
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function cell(value: CsvCell): string {
  const text = String(value ?? "");
  // Spreadsheets run what begins so; amounts below zero are numbers and stay so.
  const safe = /^[=+\-@\t\r\n]/.test(text) && !/^-\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows of a part at most, as the server has it. */
export const PART_ROWS_MAX = 100;
/** Parts that are walked at most: more rows than a spreadsheet holds are of no use. */
export const PARTS_MAX = 10_000;

interface Walk<T> {
  load: (cursor: string | undefined, limit: number) => Promise<{ items: T[]; next_cursor?: string | null }>;
  /** Called after each part that others follow, with the rows so far. */
  onProgress: (rows: number) => void;
  signal: AbortSignal;
}

/** Every row of a list, part by part until there is no cursor. Nothing once the signal is given. */
export async function walkAll<T>({ load, onProgress, signal }: Walk<T>): Promise<T[] | undefined> {
  const rows: T[] = [];
  let cursor: string | undefined;
  for (let parts = 0; parts < PARTS_MAX; parts += 1) {
    const part = await load(cursor, PART_ROWS_MAX);
    if (signal.aborted) return undefined;
    rows.push(...part.items);
    cursor = part.next_cursor ?? undefined;
    if (cursor === undefined) break;
    onProgress(rows.length);
  }
  return rows;
}

/** Hands a text to the browser as a file. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
