/** Promised work by state: dead letters with their cause, redriven or cancelled, one or many. */
import { Segmented, Tag } from "antd";
import { useCallback } from "react";

import { type Schemas, ask } from "../../api/client";
import { ListTable } from "../ListTable";
import { linkTo, oneOf, useChoice } from "../route";
import { useApi, useMayWrite } from "../session";
import { timeOf } from "../time";
import { useServerWords, useWords } from "../words";
import { Chosen, RedriveAll } from "./OutboxActions";

type Entry = Schemas["OutboxEntryBody"];
type State = Schemas["OutboxState"];
const STATES: State[] = ["pending", "leased", "done", "dead"];
const COLOURS: Record<State, string> = { pending: "gold", leased: "blue", done: "green", dead: "red" };

export function OutboxTab() {
  const tell = useWords();
  const word = useServerWords();
  const api = useApi();
  const mayWrite = useMayWrite();
  const [choice, choose] = useChoice("state");
  const state = oneOf(STATES, choice);
  const load = useCallback(
    (cursor: string | undefined, limit: number) => {
      const query = { limit, ...(state && { state }), ...(cursor !== undefined && { cursor }) };
      return ask(api.GET("/admin/outbox", { params: { query } }));
    },
    [api, state],
  );
  return (
    <ListTable<Entry>
      name="outbox"
      load={load}
      rowKey={({ id }) => id}
      selectable={mayWrite}
      columns={[
        { key: "id", title: tell("Id"), value: ({ id }) => id, show: ({ id }) => <span className="mono">{id}</span> },
        {
          key: "user",
          title: tell("User"),
          value: ({ user_id }) => user_id,
          show: ({ user_id }) => <a {...linkTo("users", user_id)}>{user_id}</a>,
        },
        {
          key: "state",
          title: tell("State"),
          value: (row) => row.state,
          show: (row) => <Tag color={COLOURS[row.state]}>{word(row.state)}</Tag>,
        },
        { key: "due", title: tell("Due"), value: ({ run_at }) => run_at, show: ({ run_at }) => timeOf(run_at) },
        { key: "attempts", title: tell("Attempts"), value: ({ attempts }) => attempts },
        { key: "error", title: tell("Last error"), value: ({ last_error }) => last_error, width: 320 },
        {
          key: "created",
          title: tell("Created"),
          value: ({ created_at }) => created_at,
          show: ({ created_at }) => timeOf(created_at),
        },
      ]}
      tools={(chosen, reload) => (
        <>
          <Segmented
            value={state ?? ""}
            onChange={choose}
            options={[{ value: "", label: tell("All") }, ...STATES.map((value) => ({ value, label: word(value) }))]}
          />
          {mayWrite && <Chosen chosen={chosen} reload={reload} />}
          {mayWrite && <RedriveAll reload={reload} />}
        </>
      )}
    />
  );
}
