/** The people who sign in. */
import { Alert, Button, Form, Input, Modal, Select, Space } from "antd";
import { useCallback, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { useConfirm } from "../confirm";
import { messageOf, useDo } from "../errors";
import { ListTable } from "../ListTable";
import { useApi } from "../session";
import { timeOf } from "../time";
import { useServerWords, useWords } from "../words";
import { Page } from "./Page";

type Operator = Schemas["OperatorBody"];
type Role = Schemas["Role"];
const ROLES: Role[] = ["viewer", "operator", "admin"];
const roleOptions = ROLES.map((value) => ({ value, label: value }));

export function OperatorsPage() {
  const tell = useWords();
  const api = useApi();
  const word = useServerWords();
  const confirm = useConfirm();
  const act = useDo();
  const [added, setAdded] = useState(0);
  const load = useCallback(() => ask(api.GET("/admin/operators")), [api]);
  const change = async (id: string, body: Schemas["OperatorChangeWish"], reload: () => Promise<void>) => {
    await act(() => ask(api.PATCH("/admin/operators/{id}", { params: { path: { id } }, body })));
    await reload();
  };
  const disable = ({ id, name, role, created_at }: Operator, reload: () => Promise<void>) =>
    confirm({
      title: tell("Disable {name}?", { name }),
      facts: () => Promise.resolve([tell("{role} since {time}", { role: word(role), time: timeOf(created_at) })]),
      says: tell("Their sessions end at once, and they cannot sign in until they are enabled again."),
      ok: tell("Disable"),
      danger: true,
      act: () => change(id, { disabled: true }, reload),
    });
  const changeRole = ({ id, name, role }: Operator, next: Role, reload: () => Promise<void>) =>
    confirm({
      title: tell("Make {name} {role}?", { name, role: word(next) }),
      says: tell("Now {role}. What the new role allows holds from their next request on.", { role: word(role) }),
      ok: tell("Change role"),
      act: () => change(id, { role: next }, reload),
    });
  return (
    <Page title={tell("Operators")} extra={<AddOperator onAdded={() => setAdded((count) => count + 1)} />}>
      <ListTable<Operator>
        key={added}
        name="operators"
        load={load}
        rowKey={({ id }) => id}
        columns={[
          { key: "name", title: tell("Name"), value: ({ name }) => name },
          { key: "role", title: tell("Role"), value: ({ role }) => role, show: ({ role }) => word(role) },
          {
            key: "created",
            title: tell("Created"),
            value: ({ created_at }) => created_at,
            show: ({ created_at }) => timeOf(created_at),
          },
          {
            key: "disabled",
            title: tell("Disabled"),
            value: ({ disabled_at }) => disabled_at,
            show: ({ disabled_at }) => timeOf(disabled_at),
          },
          {
            key: "locked",
            title: tell("Locked until"),
            value: ({ locked_until }) => locked_until,
            show: ({ locked_until }) => timeOf(locked_until),
          },
        ]}
        actions={(operator, reload) => (
          <Space>
            <Select
              size="small"
              aria-label={`${tell("Role")}: ${operator.name}`}
              value={operator.role}
              options={roleOptions}
              style={{ width: 110 }}
              onChange={(role: Role) => changeRole(operator, role, reload)}
            />
            {operator.disabled_at == null ? (
              <Button size="small" danger onClick={() => disable(operator, reload)}>
                {tell("Disable")}
              </Button>
            ) : (
              <Button size="small" onClick={() => void change(operator.id, { disabled: false }, reload)}>
                {tell("Enable")}
              </Button>
            )}
          </Space>
        )}
      />
    </Page>
  );
}

function AddOperator({ onAdded }: { onAdded: () => void }) {
  const tell = useWords();
  const api = useApi();
  const [open, setOpen] = useState(false);
  const [fault, setFault] = useState("");
  const add = async (body: Schemas["OperatorWish"]) => {
    try {
      await ask(api.POST("/admin/operators", { body }));
      setOpen(false);
      onAdded();
    } catch (error) {
      setFault(messageOf(error));
    }
  };
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        {tell("Add operator")}
      </Button>
      <Modal title={tell("Add operator")} open={open} onCancel={() => setOpen(false)} footer={null} destroyOnHidden>
        <Form layout="vertical" onFinish={add} requiredMark={false} initialValues={{ role: "viewer" }}>
          <Form.Item label={tell("Name")} name="name" rules={[{ required: true, max: 64 }]}>
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item label={tell("Role")} name="role">
            <Select options={roleOptions} />
          </Form.Item>
          <Form.Item label={tell("Password")} name="password" rules={[{ required: true, min: 12, max: 128 }]}>
            <Input.Password autoComplete="new-password" />
          </Form.Item>
          {fault !== "" && <Alert type="error" title={fault} />}
          <Button type="primary" htmlType="submit">
            {tell("Create")}
          </Button>
        </Form>
      </Modal>
    </>
  );
}
