/** Scheduled jobs, and their fires: next, last, late by, outcome, run now, pause; and which workers live. */
import { App, Button, Space, Tag } from "antd";
import { useCallback } from "react";

import { type Schemas, ask } from "../../api/client";
import { useDo } from "../errors";
import { ListTable } from "../ListTable";
import { useApi, useMayWrite } from "../session";
import { durationOf, timeOf } from "../time";
import { useWords } from "../words";

type Job = Schemas["JobBody"];
type Fire = Schemas["FireBody"];
const COLOURS: Record<Fire["state"], string> = {
  due: "gold",
  running: "blue",
  done: "green",
  failed: "red",
  skipped: "default",
};

export function JobsTab() {
  const tell = useWords();
  const api = useApi();
  const mayWrite = useMayWrite();
  const act = useDo();
  const { modal } = App.useApp();
  const load = useCallback(() => ask(api.GET("/admin/jobs")), [api]);
  const pause = (name: string, reload: () => Promise<void>) =>
    modal.confirm({
      title: tell("Pause the job {name}?", { name }),
      content: tell("It fires no more by its schedule, in every process, until it is resumed."),
      okText: tell("Pause"),
      cancelText: tell("Cancel"),
      onOk: async () =>
        (await act(() => ask(api.POST("/admin/jobs/{name}/pause", { params: { path: { name } } })))) && reload(),
    });
  const run = async (name: string, reload: () => Promise<void>) => {
    await act(() => ask(api.POST("/admin/jobs/{name}/run", { params: { path: { name } } })));
    await reload();
  };
  const resume = async (name: string, reload: () => Promise<void>) => {
    await act(() => ask(api.POST("/admin/jobs/{name}/resume", { params: { path: { name } } })));
    await reload();
  };
  return (
    <ListTable<Job>
      name="jobs"
      load={load}
      rowKey={({ name }) => name}
      columns={[
        {
          key: "name",
          title: tell("Job"),
          value: ({ name }) => name,
          show: ({ name, purpose }) => <span title={purpose}>{name}</span>,
        },
        {
          key: "schedule",
          title: tell("Schedule"),
          value: ({ schedule }) => schedule,
          show: ({ schedule }) => <span className="mono">{schedule}</span>,
        },
        {
          key: "next",
          title: tell("Next"),
          value: ({ next_at }) => next_at,
          show: ({ next_at, paused, running }) =>
            paused ? (
              <Tag color="orange">{tell("Paused")}</Tag>
            ) : running ? (
              <Tag color="blue">{tell("Running")}</Tag>
            ) : (
              timeOf(next_at)
            ),
        },
        {
          key: "last",
          title: tell("Last"),
          value: ({ last_fire }) => last_fire?.due_at,
          show: ({ last_fire }) => timeOf(last_fire?.due_at),
        },
        {
          key: "late",
          title: tell("Late"),
          value: ({ last_fire }) => last_fire?.late_ms,
          show: ({ last_fire }) => durationOf(last_fire?.late_ms),
        },
        {
          key: "outcome",
          title: tell("Outcome"),
          value: ({ last_fire }) => last_fire?.outcome,
          show: ({ last_fire }) => last_fire && <Ended fire={last_fire} />,
          width: 260,
        },
        {
          key: "recent",
          title: tell("Recent"),
          value: ({ recent }) => recent.failed,
          show: ({ recent }) =>
            tell("{done} done, {failed} failed, {skipped} skipped", {
              done: recent.done,
              failed: recent.failed,
              skipped: recent.skipped,
            }),
        },
      ]}
      {...(mayWrite && {
        actions: ({ name, paused }: Job, reload: () => Promise<void>) => (
          <Space>
            <Button size="small" onClick={() => void run(name, reload)}>
              {tell("Run now")}
            </Button>
            {paused ? (
              <Button size="small" onClick={() => void resume(name, reload)}>
                {tell("Resume")}
              </Button>
            ) : (
              <Button size="small" onClick={() => pause(name, reload)}>
                {tell("Pause")}
              </Button>
            )}
          </Space>
        ),
      })}
    />
  );
}

function Ended({ fire: { state, outcome } }: { fire: Fire }) {
  return (
    <>
      <Tag color={COLOURS[state]}>{state}</Tag> {outcome}
    </>
  );
}

export function FiresTab() {
  const tell = useWords();
  const api = useApi();
  const load = useCallback(
    async (cursor: string | undefined) => {
      const query = { limit: 50, ...(cursor !== undefined && { before: cursor }) };
      const { items, next_before } = await ask(api.GET("/admin/cron", { params: { query } }));
      return { items, next_cursor: next_before };
    },
    [api],
  );
  return (
    <ListTable<Fire>
      name="fires"
      load={load}
      rowKey={({ job, due_at }) => `${job} ${due_at}`}
      columns={[
        { key: "job", title: tell("Job"), value: ({ job }) => job },
        { key: "due", title: tell("Due"), value: ({ due_at }) => due_at, show: ({ due_at }) => timeOf(due_at) },
        {
          key: "state",
          title: tell("State"),
          value: ({ state }) => state,
          show: ({ state }) => <Tag color={COLOURS[state]}>{state}</Tag>,
        },
        {
          key: "late",
          title: tell("Late"),
          value: ({ late_ms }) => late_ms,
          show: ({ late_ms }) => durationOf(late_ms),
        },
        {
          key: "took",
          title: tell("Took"),
          value: ({ duration_ms }) => duration_ms,
          show: ({ duration_ms }) => durationOf(duration_ms),
        },
        { key: "outcome", title: tell("Outcome"), value: ({ outcome }) => outcome, width: 320 },
        {
          key: "worker",
          title: tell("By worker"),
          value: ({ claimed_by }) => claimed_by,
          show: ({ claimed_by, claimed_until }) => <span title={timeOf(claimed_until)}>{claimed_by}</span>,
        },
        { key: "asked", title: tell("Asked for by"), value: ({ requested_by }) => requested_by ?? tell("by schedule") },
      ]}
    />
  );
}
