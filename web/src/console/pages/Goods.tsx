/** Goods: what is to be claimed, to be sent, and was sent. */
import { Button, Input, Modal, Segmented } from "antd";
import { useCallback, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { useDo } from "../errors";
import { ListTable } from "../ListTable";
import { linkTo, oneOf, useChoice } from "../route";
import { useApi, useMayWrite } from "../session";
import { timeOf } from "../time";
import { useServerWords, useWords } from "../words";

type Good = Schemas["GoodsBody"];
const STATES: Schemas["GoodsState"][] = ["claimed", "unclaimed", "shipped"];

export function GoodsTab() {
  const tell = useWords();
  const word = useServerWords();
  const api = useApi();
  const mayWrite = useMayWrite();
  const [choice, choose] = useChoice("state");
  // What is to be sent is what somebody comes for.
  const state = oneOf(STATES, choice) ?? "claimed";
  const [shipping, setShipping] = useState<{ good: Good; reload: () => Promise<void> }>();
  const load = useCallback(
    (cursor: string | undefined, limit: number) => {
      const query = { limit, state, ...(cursor !== undefined && { cursor }) };
      return ask(api.GET("/admin/goods", { params: { query } }));
    },
    [api, state],
  );
  const recipient = ({ claim }: Good) =>
    claim ? [claim.recipient.name, claim.recipient.phone, ...claim.recipient.address].join(", ") : "";
  return (
    <>
      <ListTable<Good>
        name={`goods-${state}`}
        load={load}
        rowKey={({ award_record_id }) => award_record_id}
        tools={() => (
          <Segmented value={state} onChange={choose} options={STATES.map((value) => ({ value, label: word(value) }))} />
        )}
        columns={[
          { key: "title", title: tell("Title"), value: ({ title }) => title },
          {
            key: "user",
            title: tell("User"),
            value: ({ user_id }) => user_id,
            show: ({ user_id }) => <a {...linkTo("users", user_id)}>{user_id}</a>,
          },
          { key: "won", title: tell("Won"), value: ({ won_at }) => won_at, show: ({ won_at }) => timeOf(won_at) },
          {
            key: "by",
            title: tell("Claim by"),
            value: ({ claim_by }) => claim_by,
            show: ({ claim_by }) => timeOf(claim_by),
          },
          { key: "to", title: tell("Recipient"), value: recipient, width: 360 },
        ]}
        actions={(good, reload) =>
          mayWrite &&
          good.state === "claimed" && (
            <Button size="small" type="primary" onClick={() => setShipping({ good, reload })}>
              {tell("Ship")}
            </Button>
          )
        }
      />
      {shipping && <Ship {...shipping} onClose={() => setShipping(undefined)} />}
    </>
  );
}

function Ship({ good, reload, onClose }: { good: Good; reload: () => Promise<void>; onClose: () => void }) {
  const tell = useWords();
  const api = useApi();
  const act = useDo();
  const [tracking, setTracking] = useState("");
  const ship = async () => {
    const params = { path: { id: good.award_record_id } };
    if (await act(() => ask(api.POST("/admin/goods/{id}/ship", { params, body: { tracking } })))) {
      onClose();
      await reload();
    }
  };
  return (
    <Modal
      open
      title={`${tell("Ship")}: ${good.title}`}
      okText={tell("Ship")}
      cancelText={tell("Cancel")}
      onOk={ship}
      onCancel={onClose}
      okButtonProps={{ disabled: tracking.trim() === "" }}
    >
      <label className="field">
        <span>{tell("Tracking")}</span>
        <Input value={tracking} maxLength={200} onChange={(event) => setTracking(event.target.value)} />
      </label>
    </Modal>
  );
}
