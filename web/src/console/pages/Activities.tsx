/** Every activity, and what can be done with it. */
import { Button, Segmented, Space, Tag } from "antd";
import { useCallback } from "react";

import { type Schemas, ask } from "../../api/client";
import { useConfirm } from "../confirm";
import { type ActivityRow, type DraftLine, everyDraft, withDrafts } from "../drafts";
import { useDo } from "../errors";
import { ListTable } from "../ListTable";
import { linkTo, oneOf, useChoice } from "../route";
import { useApi, useMayWrite } from "../session";
import { timeOf } from "../time";
import { useServerWords, useWords } from "../words";
import { NewActivity } from "./NewActivity";
import { Page } from "./Page";

type Line = Schemas["ActivityLineBody"];
const STATES: Line["state"][] = ["draft", "open", "paused", "closed", "settled"];
const COLOURS: Record<Line["state"], string> = {
  draft: "default",
  open: "green",
  paused: "orange",
  closed: "default",
  settled: "default",
};

export function StateTag({ state }: { state: Line["state"] }) {
  const word = useServerWords();
  return <Tag color={COLOURS[state]}>{word(state)}</Tag>;
}

export function ActivitiesPage() {
  const tell = useWords();
  const api = useApi();
  const mayWrite = useMayWrite();
  const word = useServerWords();
  const [choice, choose] = useChoice("state");
  const state = oneOf(STATES, choice);
  // Activities are few and come whole: the choice is made here.
  const load = useCallback(async () => {
    const [activities, drafts] = await Promise.all([ask(api.GET("/admin/activities")), everyDraft(api)]);
    const rows = withDrafts(activities.items, drafts);
    return { items: rows.filter((row) => state === undefined || row.state === state) };
  }, [api, state]);
  return (
    <Page title={tell("Activities")} extra={mayWrite && <NewActivity />}>
      <ListTable<ActivityRow>
        name="activities"
        load={load}
        rowKey={({ id }) => id}
        tools={() => (
          <Segmented
            value={state ?? ""}
            onChange={choose}
            options={[{ value: "", label: tell("All") }, ...STATES.map((value) => ({ value, label: word(value) }))]}
          />
        )}
        columns={[
          {
            key: "id",
            title: tell("Id"),
            value: ({ id }) => id,
            show: ({ id, state }) => {
              if (state !== "draft") return <a {...linkTo("activities", id, "live")}>{id}</a>;
              return mayWrite ? <a {...linkTo("activities", id, "edit")}>{id}</a> : id;
            },
          },
          { key: "title", title: tell("Title"), value: ({ title }) => title },
          {
            key: "state",
            title: tell("State"),
            value: ({ state }) => state,
            show: ({ state }) => <StateTag state={state} />,
          },
          { key: "version", title: tell("Version"), value: ({ version }) => version },
          {
            key: "draft",
            title: tell("Draft"),
            value: ({ draft }) => draft?.updated_at,
            show: ({ draft }) =>
              draft && tell("{time} by {who}", { time: timeOf(draft.updated_at), who: draft.saved_by }),
          },
          {
            key: "window",
            title: tell("Window"),
            value: ({ opens_at }) => opens_at,
            show: ({ opens_at, closes_at }) => opens_at && closes_at && `${timeOf(opens_at)} – ${timeOf(closes_at)}`,
          },
        ]}
        actions={(line, reload) => (
          <Space wrap>
            {line.state !== "draft" && (
              <Button size="small" {...linkTo("activities", line.id, "live")}>
                {tell("Live")}
              </Button>
            )}
            {mayWrite && (
              <>
                <Button size="small" {...linkTo("activities", line.id, "edit")}>
                  {tell("Edit")}
                </Button>
                {line.draft && <Discard draft={line.draft} reload={reload} />}
                {line.version !== undefined && (
                  <>
                    <Button size="small" {...linkTo("activities", line.id, "versions")}>
                      {tell("Versions")}
                    </Button>
                    <Life line={{ ...line, version: line.version }} reload={reload} />
                  </>
                )}
              </>
            )}
          </Space>
        )}
      />
    </Page>
  );
}

function Discard({ draft: { activity_id: id }, reload }: { draft: DraftLine; reload: () => Promise<void> }) {
  const tell = useWords();
  const api = useApi();
  const act = useDo();
  const confirm = useConfirm();
  // Only the draft that is shown here is discarded, not what somebody saves meanwhile.
  let seen = "";
  const facts = async () => {
    const { draft } = await ask(api.GET("/admin/activities/{id}/documents", { params: { path: { id } } }));
    if (!draft) return [];
    seen = `"${draft.draft_hash}"`;
    const { updated_at, saved_by, document } = draft;
    return [document.title, tell("{time} by {who}", { time: timeOf(updated_at), who: saved_by })];
  };
  const discard = () =>
    confirm({
      title: tell("Discard the draft of {id}?", { id }),
      facts,
      says: tell("What is published stays as it is. The draft cannot be brought back."),
      ok: tell("Discard"),
      danger: true,
      act: async () => {
        const params = { path: { id }, ...(seen && { header: { "If-Match": seen } }) };
        return (await act(() => ask(api.DELETE("/admin/activities/{id}/draft", { params })))) && reload();
      },
    });
  return (
    <Button size="small" danger onClick={discard}>
      {tell("Discard draft")}
    </Button>
  );
}

type Published = Pick<Line, "id" | "title" | "version" | "state">;

function Life({ line: { id, title, version, state }, reload }: { line: Published; reload: () => Promise<void> }) {
  const tell = useWords();
  const api = useApi();
  const act = useDo();
  const confirm = useConfirm();
  const params = { path: { id } };
  if (state === "closed" || state === "settled") return null;
  const facts = async () => {
    const { users, draws_granted, draws_used, awards } = await ask(
      api.GET("/admin/activities/{id}/totals", { params }),
    );
    const open = awards.reduce((sum, { pending, dispatched, dead }) => sum + pending + dispatched + dead, 0);
    return [
      tell("{title}, version {version}", { title, version }),
      tell("Draws that users have left: {draws}; users: {users}", { users, draws: draws_granted - draws_used }),
      tell("Awards not delivered yet: {count}", { count: open }),
    ];
  };
  const pause = () =>
    confirm({
      title: tell("Pause {id}?", { id }),
      facts,
      says: tell("No draw and no recharge is taken until it is resumed. What was won is delivered all the same."),
      ok: tell("Pause"),
      act: async () => (await act(() => ask(api.POST("/admin/activities/{id}/pause", { params })))) && reload(),
    });
  const close = () =>
    confirm({
      title: tell("Close {id} for good?", { id }),
      facts,
      says: tell(
        "It ends at once and for good: open claims end, every day is settled, every seed is revealed. This cannot be undone.",
      ),
      ok: tell("Close"),
      danger: true,
      act: async () => (await act(() => ask(api.POST("/admin/activities/{id}/close", { params })))) && reload(),
    });
  const resume = async () => {
    if (await act(() => ask(api.POST("/admin/activities/{id}/resume", { params })))) await reload();
  };
  return (
    <Space>
      {state === "open" ? (
        <Button size="small" onClick={pause}>
          {tell("Pause")}
        </Button>
      ) : (
        <Button size="small" onClick={resume}>
          {tell("Resume")}
        </Button>
      )}
      <Button size="small" danger onClick={close}>
        {tell("Close")}
      </Button>
    </Space>
  );
}
