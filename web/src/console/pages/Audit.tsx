/** Who changed what. */
import { Input } from "antd";
import { useCallback, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { ListTable } from "../ListTable";
import { useApi } from "../session";
import { timeOf } from "../time";
import { useWords } from "../words";
import { Page } from "./Page";

type Change = Schemas["ChangeBody"];

export function AuditPage() {
  const tell = useWords();
  const api = useApi();
  const [actor, setActor] = useState("");
  const [subject, setSubject] = useState("");
  const load = useCallback(
    (cursor: string | undefined) => {
      const query = {
        limit: 50,
        ...(actor && { actor }),
        ...(subject && { subject }),
        ...(cursor !== undefined && { cursor }),
      };
      return ask(api.GET("/admin/audit", { params: { query } }));
    },
    [actor, api, subject],
  );
  const json = (value: unknown) => (value == null ? "" : JSON.stringify(value));
  return (
    <Page title={tell("Audit log")}>
      <ListTable<Change>
        name="audit"
        load={load}
        rowKey={({ id }) => id}
        tools={() => (
          <>
            <Input.Search
              allowClear
              style={{ width: 220 }}
              placeholder={tell("Actor")}
              aria-label={tell("Actor")}
              onSearch={setActor}
            />
            <Input.Search
              allowClear
              style={{ width: 220 }}
              placeholder={tell("Subject")}
              aria-label={tell("Subject")}
              onSearch={setSubject}
            />
          </>
        )}
        columns={[
          {
            key: "at",
            title: tell("Time"),
            value: ({ created_at }) => created_at,
            show: ({ created_at }) => timeOf(created_at),
          },
          {
            key: "actor",
            title: tell("Actor"),
            value: (row) => row.actor.name,
            show: (row) => <span title={row.actor.id}>{row.actor.name}</span>,
          },
          { key: "action", title: tell("Action"), value: ({ action }) => action },
          { key: "subject", title: tell("Subject"), value: (row) => row.subject },
          {
            key: "before",
            title: tell("Before"),
            value: ({ before }) => json(before),
            show: ({ before }) => <span className="mono">{json(before)}</span>,
            width: 260,
          },
          {
            key: "after",
            title: tell("After"),
            value: ({ after }) => json(after),
            show: ({ after }) => <span className="mono">{json(after)}</span>,
            width: 260,
          },
        ]}
      />
    </Page>
  );
}
