/** Every version of an activity, with its whole document as it was written. */
import { useCallback } from "react";

import { type Schemas, ask } from "../../api/client";
import { textOf } from "../document";
import { ListTable } from "../ListTable";
import { useApi } from "../session";
import { timeOf } from "../time";
import { useWords } from "../words";
import { Page } from "./Page";

type Version = Schemas["VersionBody"];

export function VersionsPage({ id }: { id: string }) {
  const tell = useWords();
  const api = useApi();
  const load = useCallback(
    () => ask(api.GET("/admin/activities/{id}/versions", { params: { path: { id } } })),
    [api, id],
  );
  return (
    <Page title={`${id} · ${tell("Versions")}`}>
      <ListTable<Version>
        name={`versions-${id}`}
        load={load}
        rowKey={({ version }) => String(version)}
        columns={[
          { key: "version", title: tell("Version"), value: ({ version }) => version },
          {
            key: "at",
            title: tell("Published"),
            value: ({ published_at }) => published_at,
            show: ({ published_at }) => timeOf(published_at),
          },
          { key: "by", title: tell("By"), value: ({ published_by }) => published_by },
          { key: "title", title: tell("Title"), value: ({ document }) => document.title },
        ]}
        expand={({ document, source }) => (
          <pre className="diff" tabIndex={0}>
            {source?.text ?? textOf(document)}
          </pre>
        )}
      />
    </Page>
  );
}
