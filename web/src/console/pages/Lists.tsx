/** The black and the grey list of an activity: who is on them, why, and since when. */
import { Button, Form, Input, Modal, Segmented } from "antd";
import { useCallback, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { useConfirm } from "../confirm";
import { useDo } from "../errors";
import { ListTable } from "../ListTable";
import { linkTo, oneOf, useChoice } from "../route";
import { useApi, useMayWrite } from "../session";
import { timeOf } from "../time";
import { type Word, useWords } from "../words";
import { Page } from "./Page";

type Listed = Schemas["ListedUserBody"];
type UserList = Schemas["UserList"];
const LISTS: UserList[] = ["black", "grey"];
const NAMES: Record<UserList, Word> = { black: "Black list", grey: "Grey list" };
const MEANINGS: Record<UserList, Word> = {
  black: "Who is on it gets the award that the document names for the black list, or may not draw where it names none.",
  grey: "Who is on it wins no award that is counted or limited for each user.",
};

export function ListsPage({ id }: { id: string }) {
  const tell = useWords();
  const api = useApi();
  const mayWrite = useMayWrite();
  const act = useDo();
  const confirm = useConfirm();
  const [choice, choose] = useChoice("list");
  const list = oneOf(LISTS, choice) ?? "black";
  const [changes, setChanges] = useState(0);
  const load = useCallback(
    (cursor: string | undefined, limit: number) => {
      const query = { limit, ...(cursor !== undefined && { cursor }) };
      return ask(api.GET("/admin/activities/{id}/lists/{list}", { params: { path: { id, list }, query } }));
    },
    [api, id, list],
  );
  const takeOff = ({ user_id: user, reason, created_at }: Listed, reload: () => Promise<void>) =>
    confirm({
      title: tell("Take {user} off the list?", { user }),
      facts: () =>
        Promise.resolve([
          `${id}: ${tell(NAMES[list])}`,
          tell("on it since {time}", { time: timeOf(created_at) }),
          ...(reason === null ? [] : [`${tell("Reason")}: ${reason}`]),
        ]),
      says: tell("From the next draw on the user is treated like everybody else. What was drawn before stays."),
      ok: tell("Take off"),
      danger: true,
      act: async () => {
        const params = { path: { id, list, user } };
        if (await act(() => ask(api.DELETE("/admin/activities/{id}/lists/{list}/{user}", { params })))) await reload();
      },
    });
  return (
    <Page
      title={`${id} · ${tell("Lists")}`}
      extra={mayWrite && <PutOn id={id} list={list} onDone={() => setChanges((count) => count + 1)} />}
    >
      <p className="quiet">
        {tell(MEANINGS[list])} {tell("Users whom the document itself lists stand there.")}
      </p>
      <ListTable<Listed>
        key={changes}
        name={`${list}-list-${id}`}
        load={load}
        rowKey={({ user_id }) => user_id}
        empty={tell("Nobody is on this list")}
        tools={() => (
          <Segmented
            value={list}
            onChange={choose}
            options={LISTS.map((value) => ({ value, label: tell(NAMES[value]) }))}
          />
        )}
        columns={[
          {
            key: "user",
            title: tell("User"),
            value: ({ user_id }) => user_id,
            show: ({ user_id }) => <a {...linkTo("users", user_id)}>{user_id}</a>,
          },
          { key: "reason", title: tell("Reason"), value: ({ reason }) => reason },
          {
            key: "since",
            title: tell("Since"),
            value: ({ created_at }) => created_at,
            show: ({ created_at }) => timeOf(created_at),
          },
        ]}
        {...(mayWrite && {
          actions: (listed: Listed, reload: () => Promise<void>) => (
            <Button size="small" danger onClick={() => takeOff(listed, reload)}>
              {tell("Take off")}
            </Button>
          ),
        })}
      />
    </Page>
  );
}

function PutOn({ id, list, onDone }: { id: string; list: UserList; onDone: () => void }) {
  const tell = useWords();
  const api = useApi();
  const act = useDo();
  const [open, setOpen] = useState(false);
  const put = async ({ user, reason }: { user: string; reason?: string }) => {
    const params = { path: { id, list, user: user.trim() } };
    const body = reason ? { reason } : {};
    if (await act(() => ask(api.PUT("/admin/activities/{id}/lists/{list}/{user}", { params, body })))) {
      setOpen(false);
      onDone();
    }
  };
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        {tell("Put a user on it")}
      </Button>
      <Modal
        title={`${id} · ${tell(NAMES[list])}`}
        open={open}
        onCancel={() => setOpen(false)}
        footer={null}
        destroyOnHidden
      >
        <p>
          {tell(MEANINGS[list])} {tell("It holds from the next draw on, and takes the user off the other list.")}
        </p>
        <Form layout="vertical" onFinish={put} requiredMark={false}>
          <Form.Item label={tell("User id")} name="user" rules={[{ required: true, whitespace: true, max: 128 }]}>
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item label={tell("Reason")} name="reason" rules={[{ max: 500 }]}>
            <Input.TextArea rows={2} />
          </Form.Item>
          <Button type="primary" htmlType="submit">
            {tell("Put a user on it")}
          </Button>
        </Form>
      </Modal>
    </>
  );
}
