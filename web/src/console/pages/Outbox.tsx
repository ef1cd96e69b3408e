/** Promised work by state: dead letters with their cause, redriven or cancelled, one or many. */
import { App, Button, Form, Input, InputNumber, Modal, Segmented, Tag } from "antd";
import { useCallback, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { messageOf, useDo } from "../errors";
import { ListTable } from "../ListTable";
import { linkTo } from "../route";
import { useApi, useMayWrite } from "../session";
import { timeOf } from "../time";
import { useServerWords, useWords } from "../words";

type Entry = Schemas["OutboxEntryBody"];
type State = Schemas["OutboxState"];
const STATES: State[] = ["pending", "leased", "done", "dead"];
const COLOURS: Record<State, string> = { pending: "gold", leased: "blue", done: "green", dead: "red" };

export function OutboxTab() {
  const tell = useWords();
  const word = useServerWords();
  const api = useApi();
  const mayWrite = useMayWrite();
  const [state, setState] = useState<State | "">("");
  const load = useCallback(
    (cursor: string | undefined) => {
      const query = { limit: 50, ...(state !== "" && { state }), ...(cursor !== undefined && { cursor }) };
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
            value={state}
            onChange={setState}
            options={[
              { value: "" as const, label: tell("All") },
              ...STATES.map((value) => ({ value, label: word(value) })),
            ]}
          />
          {mayWrite && <Chosen chosen={chosen} reload={reload} />}
          {mayWrite && <RedriveAll reload={reload} />}
        </>
      )}
    />
  );
}

/** What can be done with the rows that were chosen. */
function Chosen({ chosen, reload }: { chosen: Entry[]; reload: () => Promise<void> }) {
  const tell = useWords();
  const api = useApi();
  const { modal, message } = App.useApp();
  const dead = chosen.filter(({ state }) => state === "dead");
  const open = chosen.filter(({ state }) => state === "dead" || state === "pending");
  // One after the other: the first refusal says why, and nothing is asked twice.
  const each = async (rows: Entry[], what: (id: string) => Promise<unknown>) => {
    let done = 0;
    try {
      for (const { id } of rows) {
        await what(id);
        done += 1;
      }
      message.success(tell("{done} of {count} done", { done, count: rows.length }));
    } catch (error) {
      message.error(`${tell("{done} of {count} done", { done, count: rows.length })}: ${messageOf(error)}`);
    }
    await reload();
  };
  const redrive = () =>
    modal.confirm({
      title: tell("Redrive {count} entries?", { count: dead.length }),
      content: tell(
        "Each becomes due now, with its attempts counted from none. Third parties get the same key as before, so nothing is delivered twice.",
      ),
      okText: tell("Redrive"),
      cancelText: tell("Cancel"),
      onOk: () => each(dead, (id) => ask(api.POST("/admin/outbox/{id}/redrive", { params: { path: { id } } }))),
    });
  const cancel = () => {
    let reason = "";
    modal.confirm({
      title: tell("Cancel {count} awards?", { count: open.length }),
      content: (
        <>
          <p>
            {tell(
              "The award is taken back for good: its unit returns to stock, a coupon code to its pool. The draw stays as it was.",
            )}
          </p>
          <Input
            placeholder={tell("Reason")}
            aria-label={tell("Reason")}
            maxLength={200}
            onChange={(event) => (reason = event.target.value)}
          />
        </>
      ),
      okText: tell("Cancel {count} awards?", { count: open.length }).replace(/[?？]$/, ""),
      okButtonProps: { danger: true },
      cancelText: tell("Close"),
      onOk: () =>
        each(open, (id) =>
          ask(
            api.POST("/admin/outbox/{id}/cancel", { params: { path: { id } }, body: reason === "" ? {} : { reason } }),
          ),
        ),
    });
  };
  if (chosen.length === 0) return null;
  return (
    <>
      <span>{tell("{count} chosen", { count: chosen.length })}</span>
      <Button type="primary" disabled={dead.length === 0} onClick={redrive}>
        {tell("Redrive")}
      </Button>
      <Button danger disabled={open.length === 0} onClick={cancel}>
        {tell("Cancel")}
      </Button>
    </>
  );
}

/** Dead work in bulk, at a rate that whoever takes it can bear. */
function RedriveAll({ reload }: { reload: () => Promise<void> }) {
  const tell = useWords();
  const api = useApi();
  const act = useDo();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const send = async ({
    per_second,
    error_contains,
    limit,
  }: {
    per_second: number;
    error_contains?: string;
    limit: number;
  }) => {
    const body = { per_second, limit, ...(error_contains && { error_contains }) };
    const done = await act(async () => {
      const { redriven } = await ask(api.POST("/admin/outbox/redrive", { body }));
      message.info(tell("{count} redriven", { count: redriven }));
    });
    if (done) {
      setOpen(false);
      await reload();
    }
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{tell("Redrive all dead")}</Button>
      <Modal title={tell("Redrive all dead")} open={open} onCancel={() => setOpen(false)} footer={null} destroyOnHidden>
        <p>
          {tell(
            "Each becomes due now, with its attempts counted from none. Third parties get the same key as before, so nothing is delivered twice.",
          )}
        </p>
        <Form layout="vertical" onFinish={send} initialValues={{ per_second: 10, limit: 1000 }} requiredMark={false}>
          <Form.Item label={tell("A second")} name="per_second" rules={[{ required: true }]}>
            <InputNumber min={1} max={1000} />
          </Form.Item>
          <Form.Item label={tell("At most")} name="limit" rules={[{ required: true }]}>
            <InputNumber min={1} max={100_000} />
          </Form.Item>
          <Form.Item label={tell("Only errors that contain")} name="error_contains">
            <Input maxLength={200} />
          </Form.Item>
          <Button type="primary" htmlType="submit">
            {tell("Redrive")}
          </Button>
        </Form>
      </Modal>
    </>
  );
}
