/** Runs of workflows: where each stands, and the stuck ones retried. */
import { Button, Segmented, Select, Tag } from "antd";
import { useCallback } from "react";

import { type Schemas, ask } from "../../api/client";
import { useDo } from "../errors";
import { ListTable } from "../ListTable";
import { oneOf, useChoice } from "../route";
import { useApi, useMayWrite } from "../session";
import { timeOf } from "../time";
import { useServerWords, useWords } from "../words";

type Run = Schemas["WorkflowBody"];
const STATES: Run["state"][] = ["running", "stuck", "undone", "done"];
/** Those that there are; src/workflows names them. */
const KINDS = ["deliver_award", "settle_day", "close_activity"] as const;
const COLOURS: Record<Run["state"], string> = { running: "blue", done: "green", undone: "orange", stuck: "red" };

export function WorkflowsTab() {
  const tell = useWords();
  const word = useServerWords();
  const api = useApi();
  const mayWrite = useMayWrite();
  const act = useDo();
  const [chosenState, chooseState] = useChoice("state");
  const [chosenKind, chooseKind] = useChoice("kind");
  const [state, kind] = [oneOf(STATES, chosenState), oneOf(KINDS, chosenKind)];
  const load = useCallback(
    (cursor: string | undefined, limit: number) => {
      const query = { limit, ...(state && { state }), ...(kind && { kind }), ...(cursor !== undefined && { cursor }) };
      return ask(api.GET("/admin/workflows", { params: { query } }));
    },
    [api, kind, state],
  );
  const retry = async (id: string, reload: () => Promise<void>) => {
    await act(() => ask(api.POST("/admin/workflows/{id}/retry", { params: { path: { id } } })));
    await reload();
  };
  return (
    <ListTable<Run>
      name="workflows"
      load={load}
      rowKey={({ id }) => id}
      tools={() => (
        <>
          <Segmented
            value={state ?? ""}
            onChange={chooseState}
            options={[{ value: "", label: tell("All") }, ...STATES.map((value) => ({ value, label: word(value) }))]}
          />
          <Select
            allowClear
            className="choice"
            value={kind ?? null}
            placeholder={tell("Kind")}
            aria-label={tell("Kind")}
            options={KINDS.map((value) => ({ value, label: value }))}
            onChange={(value: string | null) => chooseKind(value ?? "")}
          />
        </>
      )}
      columns={[
        { key: "kind", title: tell("Kind"), value: ({ kind }) => kind },
        { key: "subject", title: tell("Subject"), value: ({ subject }) => subject },
        {
          key: "state",
          title: tell("State"),
          value: ({ state }) => state,
          show: ({ state }) => <Tag color={COLOURS[state]}>{word(state)}</Tag>,
        },
        { key: "step", title: tell("Step"), value: ({ step }) => step },
        { key: "direction", title: tell("Direction"), value: ({ direction }) => direction },
        { key: "attempts", title: tell("Attempts"), value: ({ attempts }) => attempts },
        { key: "error", title: tell("Last error"), value: ({ last_error }) => last_error, width: 300 },
        {
          key: "started",
          title: tell("Created"),
          value: ({ started_at }) => started_at,
          show: ({ started_at }) => timeOf(started_at),
        },
        {
          key: "ended",
          title: tell("Ended"),
          value: ({ ended_at }) => ended_at,
          show: ({ ended_at }) => timeOf(ended_at),
        },
      ]}
      actions={({ id, state }, reload) =>
        mayWrite &&
        state === "stuck" && (
          <Button size="small" onClick={() => void retry(id, reload)}>
            {tell("Retry")}
          </Button>
        )
      }
    />
  );
}
