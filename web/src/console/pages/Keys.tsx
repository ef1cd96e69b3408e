/** API keys: made here, shown once, revoked for good. */
import { Alert, Button, Checkbox, Form, Input, Modal, Tag, Typography } from "antd";
import { useCallback, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { useConfirm } from "../confirm";
import { messageOf, useDo } from "../errors";
import { ListTable } from "../ListTable";
import { useApi } from "../session";
import { timeOf } from "../time";
import { useWords } from "../words";
import { Page } from "./Page";

type ApiKey = Schemas["ApiKeyBody"];
type Scope = Schemas["Scope"];

const SCOPES: Scope[] = [
  "activities:read",
  "users:read",
  "draws:write",
  "recharges:write",
  "campaigns:write",
  "operations:read",
  "operations:write",
  "keys:write",
  "points:write",
  "redemptions:write",
  "behaviours:write",
  "awards:write",
  "tokens:write",
  "operators:write",
];

export function KeysPage() {
  const tell = useWords();
  const api = useApi();
  const confirm = useConfirm();
  const act = useDo();
  const load = useCallback(() => ask(api.GET("/admin/api-keys")), [api]);
  const [made, setMade] = useState(0);
  const revoke = (key: ApiKey, reload: () => Promise<void>) =>
    confirm({
      title: tell("Revoke {name}?", { name: key.name }),
      facts: () =>
        Promise.resolve([
          `${tell("Id")}: ${key.id}`,
          tell("{count} scopes: {scopes}", { count: key.scopes.length, scopes: key.scopes.join(", ") }),
        ]),
      says: tell("Whoever uses it is refused from now on, for good."),
      ok: tell("Revoke"),
      danger: true,
      act: async () =>
        (await act(() => ask(api.DELETE("/admin/api-keys/{id}", { params: { path: { id: key.id } } })))) && reload(),
    });
  return (
    <Page title={tell("API keys")} extra={<NewKey onMade={() => setMade((count) => count + 1)} />}>
      <ListTable<ApiKey>
        key={made}
        name="api-keys"
        load={load}
        rowKey={({ id }) => id}
        columns={[
          { key: "id", title: tell("Id"), value: ({ id }) => id, show: ({ id }) => <span className="mono">{id}</span> },
          { key: "name", title: tell("Name"), value: ({ name }) => name },
          {
            key: "scopes",
            title: tell("Scopes"),
            value: ({ scopes }) => scopes.join(" "),
            show: ({ scopes }) => scopes.map((scope) => <Tag key={scope}>{scope}</Tag>),
            width: 420,
          },
          {
            key: "created",
            title: tell("Created"),
            value: ({ created_at }) => created_at,
            show: ({ created_at }) => timeOf(created_at),
          },
          {
            key: "revoked",
            title: tell("Revoked"),
            value: ({ revoked_at }) => revoked_at,
            show: ({ revoked_at }) => timeOf(revoked_at),
          },
        ]}
        actions={(key, reload) =>
          key.revoked_at == null && (
            <Button size="small" danger onClick={() => revoke(key, reload)}>
              {tell("Revoke")}
            </Button>
          )
        }
      />
    </Page>
  );
}

function NewKey({ onMade }: { onMade: () => void }) {
  const tell = useWords();
  const api = useApi();
  const [open, setOpen] = useState(false);
  const [secret, setSecret] = useState("");
  const [fault, setFault] = useState("");
  const create = async (body: { name: string; scopes: Scope[] }) => {
    try {
      const key = await ask(api.POST("/admin/api-keys", { body }));
      setSecret(key.secret);
      setFault("");
    } catch (error) {
      setFault(messageOf(error));
    }
  };
  const close = () => {
    setOpen(false);
    if (secret !== "") onMade();
    setSecret("");
  };
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        {tell("New key")}
      </Button>
      <Modal title={tell("New key")} open={open} onCancel={close} footer={null} destroyOnHidden>
        {secret === "" ? (
          <Form layout="vertical" onFinish={create} requiredMark={false}>
            <Form.Item label={tell("Name")} name="name" rules={[{ required: true, max: 100 }]}>
              <Input />
            </Form.Item>
            <Form.Item label={tell("Scopes")} name="scopes" rules={[{ required: true }]}>
              <Checkbox.Group options={SCOPES} />
            </Form.Item>
            {fault !== "" && <Alert type="error" title={fault} />}
            <Button type="primary" htmlType="submit">
              {tell("Create")}
            </Button>
          </Form>
        ) : (
          <Alert
            type="success"
            title={tell("The secret is shown this once")}
            description={
              <>
                <p>{tell("Keep it now: nobody can read it again.")}</p>
                <Typography.Text copyable className="mono secret">
                  {secret}
                </Typography.Text>
              </>
            }
          />
        )}
      </Modal>
    </>
  );
}
