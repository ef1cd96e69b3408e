/** Drafts beside the activities that they are of, and those of what was never published. */
import { type Api, type Schemas, ask } from "../api/client";
import { walkAll } from "./csv";

type Line = Schemas["ActivityLineBody"];
export type DraftLine = Schemas["DraftLineBody"];

/** An activity, or the draft of one that was never published. */
export type ActivityRow = Pick<Line, "id" | "title" | "state"> & Partial<Line> & { draft?: DraftLine };

/** Every draft that there is: they are as few as activities. */
export async function everyDraft(api: Api): Promise<DraftLine[]> {
  const load = (cursor: string | undefined, limit: number) =>
    ask(api.GET("/admin/drafts", { params: { query: { limit, ...(cursor !== undefined && { cursor }) } } }));
  const { signal } = new AbortController();
  return (await walkAll<DraftLine>({ load, onProgress: () => undefined, signal })) ?? [];
}

/** Every activity by id, each with its draft; a draft of what was never published is a row of its own. */
export function withDrafts(lines: readonly Line[], drafts: readonly DraftLine[]): ActivityRow[] {
  const draftOf = new Map(drafts.map((draft) => [draft.activity_id, draft]));
  const published = new Set(lines.map(({ id }) => id));
  const rows: ActivityRow[] = lines.map((line) => {
    const draft = draftOf.get(line.id);
    return draft ? { ...line, draft } : line;
  });
  const unpublished = drafts.filter(({ activity_id }) => !published.has(activity_id));
  rows.push(
    ...unpublished.map((draft) => ({ id: draft.activity_id, title: draft.title, state: "draft" as const, draft })),
  );
  return rows.sort((one, other) => (one.id < other.id ? -1 : 1));
}
