/** Pools of coupon codes: what is left, what will be missing, and loading more. */
import { App, Button, Input, Modal } from "antd";
import { useCallback, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { useDo } from "../errors";
import { ListTable } from "../ListTable";
import { useApi, useMayWrite } from "../session";
import { useWords } from "../words";

type Pool = Schemas["CouponPoolBody"];

export function CouponsTab() {
  const tell = useWords();
  const api = useApi();
  const mayWrite = useMayWrite();
  const [loading, setLoading] = useState<{ pool: string; reload: () => Promise<void> }>();
  const load = useCallback(() => ask(api.GET("/admin/coupon-pools")), [api]);
  return (
    <>
      <ListTable<Pool>
        name="coupon-pools"
        load={load}
        rowKey={({ pool }) => pool}
        columns={[
          { key: "pool", title: tell("Pool"), value: ({ pool }) => pool },
          { key: "total", title: tell("Total"), value: ({ total }) => total },
          { key: "taken", title: tell("Taken"), value: ({ taken }) => taken },
          { key: "left", title: tell("Left"), value: ({ left }) => left },
          { key: "promised", title: tell("Promised"), value: ({ promised }) => promised },
          { key: "shortage", title: tell("Shortage"), value: ({ shortage }) => shortage },
        ]}
        actions={({ pool }, reload) =>
          mayWrite && (
            <Button size="small" onClick={() => setLoading({ pool, reload })}>
              {tell("Load codes")}
            </Button>
          )
        }
      />
      {loading && <LoadCodes {...loading} onClose={() => setLoading(undefined)} />}
    </>
  );
}

function LoadCodes({ pool, reload, onClose }: { pool: string; reload: () => Promise<void>; onClose: () => void }) {
  const tell = useWords();
  const api = useApi();
  const act = useDo();
  const { message } = App.useApp();
  const [codes, setCodes] = useState("");
  const send = async () => {
    const done = await act(async () => {
      const loaded = await ask(
        api.POST("/admin/coupon-pools/{id}/codes", {
          params: { path: { id: pool } },
          body: codes,
          bodySerializer: (text) => text,
          headers: { "Content-Type": "text/csv" },
        }),
      );
      message.info(tell("{added} added, {repeated} known already", { added: loaded.added, repeated: loaded.repeated }));
    });
    if (done) {
      onClose();
      await reload();
    }
  };
  return (
    <Modal
      open
      title={`${tell("Load codes")}: ${pool}`}
      okText={tell("Load codes")}
      cancelText={tell("Cancel")}
      onOk={send}
      onCancel={onClose}
      okButtonProps={{ disabled: codes.trim() === "" }}
    >
      <label className="field">
        <span>{tell("One code a line")}</span>
        <Input.TextArea
          rows={10}
          className="document-text"
          value={codes}
          onChange={(event) => setCodes(event.target.value)}
        />
      </label>
    </Modal>
  );
}
