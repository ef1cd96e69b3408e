/** Who changed what. */
import { Input } from "antd";
import { useCallback } from "react";

import { type Schemas, ask } from "../../api/client";
import { ListTable } from "../ListTable";
import { useChoice } from "../route";
import { useApi } from "../session";
import { timeOf } from "../time";
import { useWords } from "../words";
import { Page } from "./Page";

type Change = Schemas["ChangeBody"];

export function AuditPage() {
  const tell = useWords();
  const api = useApi();
  const [actor, setActor] = useChoice("actor");
  const [subject, setSubject] = useChoice("subject");
  const load = useCallback(
    (cursor: string | undefined, limit: number) => {
      const query = {
        limit,
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
              key={`actor ${actor}`}
              allowClear
              className="search"
              defaultValue={actor}
              placeholder={tell("Actor")}
              aria-label={tell("Actor")}
              onSearch={(text) => setActor(text.trim())}
            />
            <Input.Search
              key={`subject ${subject}`}
              allowClear
              className="search"
              defaultValue={subject}
              placeholder={tell("Subject")}
              aria-label={tell("Subject")}
              onSearch={(text) => setSubject(text.trim())}
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
