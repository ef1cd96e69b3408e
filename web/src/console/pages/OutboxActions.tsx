/** What can be done with dead letters: redriven or cancelled, one, many or all. */
import { App, Button, Form, Input, InputNumber, Modal, Spin } from "antd";
import { useEffect, useState } from "react";

import { type Api, type Schemas, ask } from "../../api/client";
import { useConfirm } from "../confirm";
import { PART_ROWS_MAX } from "../csv";
import { messageOf, useDo } from "../errors";
import { useApi } from "../session";
import { useWords } from "../words";

type Entry = Schemas["OutboxEntryBody"];
/** Users that a question names; of more it says how many. */
const NAMED_MAX = 5;
/** Dead entries that are counted before a bulk redrive; of more it says that there are more. */
const COUNTED_MAX = 1000;

/** What can be done with the rows that were chosen. */
export function Chosen({ chosen, reload }: { chosen: Entry[]; reload: () => Promise<void> }) {
  const tell = useWords();
  const api = useApi();
  const { message } = App.useApp();
  const confirm = useConfirm();
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
  const about = (rows: Entry[]) => {
    const users = [...new Set(rows.map(({ user_id }) => user_id))];
    const named = users.slice(0, NAMED_MAX).join(", ");
    const more = users.length - NAMED_MAX;
    return () =>
      Promise.resolve([
        tell("{count} entries of {users} users", { count: rows.length, users: users.length }),
        more > 0 ? tell("{named} and {more} more", { named, more }) : named,
        ...(rows.length < chosen.length
          ? [
              tell("{count} of those chosen stay as they are: their state does not allow it", {
                count: chosen.length - rows.length,
              }),
            ]
          : []),
      ]);
  };
  const redrive = () =>
    confirm({
      title: tell("Redrive {count} entries?", { count: dead.length }),
      facts: about(dead),
      says: tell(
        "Each becomes due now, with its attempts counted from none. Third parties get the same key as before, so nothing is delivered twice.",
      ),
      ok: tell("Redrive"),
      act: () => each(dead, (id) => ask(api.POST("/admin/outbox/{id}/redrive", { params: { path: { id } } }))),
    });
  const cancel = () => {
    let reason = "";
    confirm({
      title: tell("Cancel {count} awards?", { count: open.length }),
      facts: about(open),
      says: (
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
      ok: tell("Cancel {count} awards", { count: open.length }),
      danger: true,
      act: () =>
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
        {tell("Cancel awards")}
      </Button>
    </>
  );
}

/** The last errors of dead entries, as many as are counted, and whether there are more. */
async function deadErrors(api: Api): Promise<{ errors: string[]; more: boolean }> {
  const errors: string[] = [];
  let cursor: string | undefined;
  while (errors.length < COUNTED_MAX) {
    const query = { limit: PART_ROWS_MAX, state: "dead" as const, ...(cursor !== undefined && { cursor }) };
    const part = await ask(api.GET("/admin/outbox", { params: { query } }));
    errors.push(...part.items.map(({ last_error }) => last_error ?? ""));
    cursor = part.next_cursor ?? undefined;
    if (cursor === undefined) return { errors, more: false };
  }
  return { errors, more: true };
}

interface Bulk {
  per_second: number;
  error_contains?: string;
  limit: number;
}

/** Dead work in bulk, at a rate that whoever takes it can bear. */
export function RedriveAll({ reload }: { reload: () => Promise<void> }) {
  const tell = useWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{tell("Redrive all dead")}</Button>
      <Modal title={tell("Redrive all dead")} open={open} onCancel={() => setOpen(false)} footer={null} destroyOnHidden>
        <BulkForm
          onDone={() => {
            setOpen(false);
            void reload();
          }}
        />
      </Modal>
    </>
  );
}

function BulkForm({ onDone }: { onDone: () => void }) {
  const tell = useWords();
  const api = useApi();
  const act = useDo();
  const { message } = App.useApp();
  const [form] = Form.useForm<Bulk>();
  const text = Form.useWatch<string | undefined>("error_contains", form) ?? "";
  const limit = Form.useWatch<number | null | undefined>("limit", form) ?? COUNTED_MAX;
  const rate = Form.useWatch<number | null | undefined>("per_second", form) ?? 1;
  const [dead, setDead] = useState<{ errors: string[]; more: boolean }>();
  const [fault, setFault] = useState("");
  useEffect(() => {
    deadErrors(api).then(setDead, (error: unknown) => setFault(messageOf(error)));
  }, [api]);
  const send = async ({ per_second, error_contains, limit }: Bulk) => {
    const body = { per_second, limit, ...(error_contains && { error_contains }) };
    const done = await act(async () => {
      const { redriven } = await ask(api.POST("/admin/outbox/redrive", { body }));
      message.info(tell("{count} redriven", { count: redriven }));
    });
    if (done) onDone();
  };
  const fitting = dead?.errors.filter((error) => error.includes(text)).length ?? 0;
  const count = Math.min(fitting, limit);
  const seconds = Math.ceil(count / rate);
  return (
    <>
      <p>
        {tell(
          "Each becomes due now, with its attempts counted from none. Third parties get the same key as before, so nothing is delivered twice.",
        )}
      </p>
      <Form
        form={form}
        layout="vertical"
        onFinish={send}
        initialValues={{ per_second: 10, limit: 1000 }}
        requiredMark={false}
      >
        <Form.Item label={tell("A second")} name="per_second" rules={[{ required: true }]}>
          <InputNumber min={1} max={1000} />
        </Form.Item>
        <Form.Item label={tell("At most")} name="limit" rules={[{ required: true }]}>
          <InputNumber min={1} max={100_000} />
        </Form.Item>
        <Form.Item label={tell("Only errors that contain")} name="error_contains">
          <Input maxLength={200} />
        </Form.Item>
        <p role="status">
          {fault !== "" && <span className="field-fault">{fault}</span>}
          {fault === "" && !dead && <Spin size="small" />}
          {dead &&
            tell(
              dead.more
                ? "{count} or more entries become due, within {seconds} s"
                : "{count} entries become due, within {seconds} s",
              {
                count,
                seconds,
              },
            )}
        </p>
        <Button type="primary" htmlType="submit" disabled={dead !== undefined && count === 0}>
          {tell("Redrive")}
        </Button>
      </Form>
    </>
  );
}
