/** The six invariants: zero, or the rows that do not hold. */
import { Alert, Button, Card, Empty, Tag } from "antd";
import { useCallback, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { messageOf } from "../errors";
import { ListTable } from "../ListTable";
import { useApi } from "../session";
import { useWords } from "../words";
import { Page } from "./Page";

type Finding = Schemas["FindingBody"];

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
      {!report && fault === "" && <Empty description={tell("The books were not checked yet")} />}
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

function Invariants({ items }: { items: Finding[] }) {
  const tell = useWords();
  return (
    <>
      {items.map((finding) => (
        <Card key={finding.invariant} size="small" className="invariant">
          <p>
            <strong>{finding.invariant}</strong>{" "}
            <Tag color={finding.holds ? "green" : "red"}>{tell(finding.holds ? "holds" : "does not hold")}</Tag>{" "}
            <span className="quiet">{finding.statement}</span>
          </p>
          {finding.violations.length > 0 && <Rows finding={finding} />}
        </Card>
      ))}
    </>
  );
}

/** The rows that do not hold. They came with the report. */
function Rows({ finding: { invariant, violations } }: { finding: Finding }) {
  const tell = useWords();
  const load = useCallback(
    () => Promise.resolve({ items: violations.map((violation, at) => ({ ...violation, at })) }),
    [violations],
  );
  return (
    <ListTable
      name={`reconciliation-${invariant}`}
      load={load}
      rowKey={({ at }) => String(at)}
      columns={[
        {
          key: "subject",
          title: tell("Row"),
          value: ({ subject }) => subject,
          show: ({ subject }) => <span className="mono">{subject}</span>,
        },
        { key: "detail", title: tell("What is wrong"), value: ({ detail }) => detail },
      ]}
    />
  );
}
