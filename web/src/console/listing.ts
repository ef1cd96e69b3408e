/** What a list is searched for and how it is sorted, as it stands in the address. */

export type Value = string | number | null | undefined;

export interface Sorting {
  key: string;
  falling: boolean;
}

/** `name` is rising by name, `-name` is falling. */
export function readSort(text: string): Sorting | undefined {
  if (text === "") return undefined;
  return text.startsWith("-") ? { key: text.slice(1), falling: true } : { key: text, falling: false };
}

export function writeSort(sorting: Sorting | null | undefined): string {
  if (!sorting) return "";
  return sorting.falling ? `-${sorting.key}` : sorting.key;
}

interface Valued<T> {
  key: string;
  value: (row: T) => Value;
}

/** Whether any column of the row has the text, in upper or lower case. */
export function matches<T>(columns: readonly Valued<T>[], row: T, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return (
    wanted === "" ||
    columns.some(({ value }) =>
      String(value(row) ?? "")
        .toLowerCase()
        .includes(wanted),
    )
  );
}

/** Numbers by size; texts as people sort them, "2" before "10". What is not there comes first. */
export function compare(one: Value, other: Value): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one ?? "").localeCompare(String(other ?? ""), undefined, { numeric: true });
}

/** The rows in their order. */
export function sorted<T>(rows: readonly T[], columns: readonly Valued<T>[], sorting: Sorting | undefined): T[] {
  const column = columns.find(({ key }) => key === sorting?.key);
  if (!column || !sorting) return [...rows];
  const sign = sorting.falling ? -1 : 1;
  return [...rows].sort((one, other) => sign * compare(column.value(one), column.value(other)));
}
