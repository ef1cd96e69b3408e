/** The six invariants: zero, or the rows that do not hold. */
import { Alert, Button, Card, Empty, List, Tag } from "antd";
import { useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { messageOf } from "../errors";
import { useApi } from "../session";
import { useWords } from "../words";
import { Page } from "./Page";

export function ReconciliationPage() {
  const tell = useWords();
  const api = useApi();
  const [report, setReport] = useState<Schemas["ReportBody"]>();
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const check = async () => {
    setBusy(true);
    try {
      setReport(await ask(api.GET("/admin/reconciliation")));
      setFault("");
    } catch (error) {
      setFault(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Page
      title={tell("Reconciliation")}
      extra={
        <Button type="primary" loading={busy} onClick={check}>
          {tell("Check the books")}
        </Button>
      }
    >
      <p className="quiet">{tell("It reads every draw and decides each of them again, which may take a while.")}</p>
      {fault !== "" && <Alert type="error" title={fault} />}
      {!report && fault === "" && <Empty description={tell("Nothing here")} />}
      {report && (
        <>
          <Alert
            showIcon
            type={report.holds ? "success" : "error"}
            title={
              report.holds
                ? tell("Every invariant holds")
                : tell("{count} rows do not hold", { count: report.violations_total })
            }
            description={tell("{draws} draws decided again, {counters} counters compared", {
              draws: report.draws_replayed,
              counters: report.counters_compared,
            })}
            style={{ marginBottom: "1rem" }}
          />
          <Invariants items={report.items} />
        </>
      )}
    </Page>
  );
}

function Invariants({ items }: { items: Schemas["FindingBody"][] }) {
  const tell = useWords();
  return (
    <Card>
      <List
        dataSource={items}
        renderItem={({ invariant, statement, holds, violations }) => (
          <List.Item>
            <List.Item.Meta
              title={
                <>
                  {invariant} <Tag color={holds ? "green" : "red"}>{tell(holds ? "holds" : "does not hold")}</Tag>
                </>
              }
              description={
                <>
                  {statement}
                  {violations.map((violation, at) => (
                    <div key={at} className="mono">
                      {JSON.stringify(violation)}
                    </div>
                  ))}
                </>
              }
            />
          </List.Item>
        )}
      />
    </Card>
  );
}
