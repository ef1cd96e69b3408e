/** Which lines two texts do not share. */

export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
}

/** The shortest way from one text to the other, line by line. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  // common[i][j]: how many lines the ends from i and j share at most.
  const common = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1));
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const row = common[i];
      if (row) row[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [was, is] = [old[i] ?? "", now[j] ?? ""];
    if (i < old.length && j < now.length && was === is) {
      lines.push({ kind: "same", text: was });
      i += 1;
      j += 1;
    } else if (i < old.length && (j >= now.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: "removed", text: was });
      i += 1;
    } else {
      lines.push({ kind: "added", text: is });
      j += 1;
    }
  }
  return lines;
}

/** The changes with a few lines around each; a gap stands for what is left out. */
export function withContext(lines: readonly DiffLine[], around = 3): (DiffLine | "gap")[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== "same"),
  );
  const shown: (DiffLine | "gap")[] = [];
  lines.forEach((line, at) => {
    if (near[at]) shown.push(line);
    else if (shown.at(-1) !== "gap") shown.push("gap");
  });
  return shown;
}
