/** Processes: which servers and workers live, and which versions they are. */
import { Alert, Tag } from "antd";
import { useCallback, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { ListTable } from "../ListTable";
import { lifeOf, versionsAlive } from "../processes";
import { useApi } from "../session";
import { timeOf } from "../time";
import { useServerWords, useWords } from "../words";

type Process = Schemas["ProcessBody"];
const COLOURS = { alive: "green", stopped: "default", gone: "red" };

export function ProcessesTab() {
  const tell = useWords();
  const word = useServerWords();
  const api = useApi();
  const [versions, setVersions] = useState<string[]>([]);
  const load = useCallback(async () => {
    const part = await ask(api.GET("/admin/processes"));
    setVersions(versionsAlive(part.items));
    return part;
  }, [api]);
  const isBehind = ({ alive, version }: Process) => alive && versions.length > 1 && version !== versions[0];
  return (
    <>
      {versions.length > 1 && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: "1rem" }}
          title={tell("Processes of several versions live: {versions}", { versions: versions.join(", ") })}
        />
      )}
      <ListTable<Process>
        name="processes"
        load={load}
        rowKey={({ id }) => id}
        columns={[
          {
            key: "life",
            title: tell("State"),
            value: (process) => lifeOf(process),
            show: (process) => <Tag color={COLOURS[lifeOf(process)]}>{word(lifeOf(process))}</Tag>,
          },
          { key: "role", title: tell("Role"), value: ({ role }) => role, show: ({ role }) => word(role) },
          {
            key: "host",
            title: tell("Host"),
            value: ({ host, pid }) => `${host} ${pid}`,
            show: ({ host, pid }) => (
              <span className="mono">
                {host} · {pid}
              </span>
            ),
          },
          {
            key: "version",
            title: tell("Version"),
            value: ({ version }) => version,
            show: (process) => <Tag color={isBehind(process) ? "orange" : "default"}>{process.version}</Tag>,
          },
          {
            key: "started",
            title: tell("Started"),
            value: ({ started_at }) => started_at,
            show: ({ started_at }) => timeOf(started_at),
          },
          {
            key: "seen",
            title: tell("Last seen"),
            value: ({ seen_at }) => seen_at,
            show: ({ seen_at }) => timeOf(seen_at),
          },
          { key: "id", title: tell("Id"), value: ({ id }) => id, show: ({ id }) => <span className="mono">{id}</span> },
        ]}
      />
    </>
  );
}
