/** Scheduled jobs, and their fires: next, last, late by, outcome, run now, pause; and which workers live. */
import { Button, Select, Space, Tag } from "antd";
import { useCallback, useEffect, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { useConfirm } from "../confirm";
import { useDo } from "../errors";
import { ListTable } from "../ListTable";
import { linkWith, useChoice } from "../route";
import { useApi, useMayWrite } from "../session";
import { durationOf, timeOf } from "../time";
import { useServerWords, useWords } from "../words";

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
  const confirm = useConfirm();
  const load = useCallback(() => ask(api.GET("/admin/jobs")), [api]);
  const what = ({ purpose, schedule, next_at }: Job) => [
    purpose,
    tell("By its schedule {schedule} it is due next at {time}", { schedule, time: timeOf(next_at) }),
  ];
  const pause = (job: Job, reload: () => Promise<void>) =>
    confirm({
      title: tell("Pause the job {name}?", { name: job.name }),
      facts: () => Promise.resolve(what(job)),
      says: tell("It fires no more by its schedule, in every process, until it is resumed."),
      ok: tell("Pause"),
      act: async () =>
        (await act(() => ask(api.POST("/admin/jobs/{name}/pause", { params: { path: { name: job.name } } })))) &&
        reload(),
    });
  const run = (job: Job, reload: () => Promise<void>) =>
    confirm({
      title: tell("Run the job {name} now?", { name: job.name }),
      facts: () => Promise.resolve(what(job)),
      says: tell("It runs once, as soon as a process is free, beside its schedule. Fires shows what came of it."),
      ok: tell("Run now"),
      act: async () => {
        await act(() => ask(api.POST("/admin/jobs/{name}/run", { params: { path: { name: job.name } } })));
        await reload();
      },
    });
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
          show: ({ name, purpose }) => (
            <a {...linkWith({ job: name }, "operations", "fires")} title={purpose}>
              {name}
            </a>
          ),
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
        actions: (job: Job, reload: () => Promise<void>) => (
          <Space>
            <Button size="small" onClick={() => run(job, reload)}>
              {tell("Run now")}
            </Button>
            {job.paused ? (
              <Button size="small" onClick={() => void resume(job.name, reload)}>
                {tell("Resume")}
              </Button>
            ) : (
              <Button size="small" onClick={() => pause(job, reload)}>
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
  const word = useServerWords();
  return (
    <>
      <Tag color={COLOURS[state]}>{word(state)}</Tag> {outcome}
    </>
  );
}

export function FiresTab() {
  const tell = useWords();
  const word = useServerWords();
  const api = useApi();
  const [job, choose] = useChoice("job");
  const load = useCallback(
    async (cursor: string | undefined, limit: number) => {
      const query = { limit, ...(job !== "" && { job }), ...(cursor !== undefined && { before: cursor }) };
      const { items, next_before } = await ask(api.GET("/admin/cron", { params: { query } }));
      return { items, next_cursor: next_before };
    },
    [api, job],
  );
  return (
    <ListTable<Fire>
      name={job === "" ? "fires" : `fires-${job}`}
      load={load}
      tools={() => <JobChoice job={job} choose={choose} />}
      rowKey={({ job, due_at }) => `${job} ${due_at}`}
      columns={[
        { key: "job", title: tell("Job"), value: ({ job }) => job },
        { key: "due", title: tell("Due"), value: ({ due_at }) => due_at, show: ({ due_at }) => timeOf(due_at) },
        {
          key: "state",
          title: tell("State"),
          value: ({ state }) => state,
          show: ({ state }) => <Tag color={COLOURS[state]}>{word(state)}</Tag>,
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

/** The jobs that there are, to see the fires of one. */
function JobChoice({ job, choose }: { job: string; choose: (job: string) => void }) {
  const tell = useWords();
  const api = useApi();
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    ask(api.GET("/admin/jobs")).then(
      ({ items }) => setNames(items.map(({ name }) => name)),
      // The list beside it says what is wrong.
      () => undefined,
    );
  }, [api]);
  return (
    <Select
      allowClear
      showSearch
      className="choice"
      value={job === "" ? null : job}
      placeholder={tell("Job")}
      aria-label={tell("Job")}
      options={names.map((value) => ({ value, label: value }))}
      onChange={(value: string | null) => choose(value ?? "")}
    />
  );
}
