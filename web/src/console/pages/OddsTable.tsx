/** The odds of a document: percentages, expected winners, expected cost. */
import { InputNumber, Table } from "antd";
import { useState } from "react";

import { percent } from "../../draw/format";
import { type CampaignDocument, expected } from "../document";
import { useWords } from "../words";

export function OddsTable({ document }: { document: CampaignDocument }) {
  const tell = useWords();
  const [draws, setDraws] = useState(10_000);
  const rows = document.awards.map((award) => ({ ...award, ...expected(award.weight, award.cost, draws) }));
  const cost = rows.reduce((sum, row) => sum + row.cost, 0);
  const round = (value: number) => value.toLocaleString(undefined, { maximumFractionDigits: 2 });
  return (
    <>
      <label className="field" style={{ maxWidth: 220, marginBottom: "0.8rem" }}>
        <span>{tell("Draws")}</span>
        <InputNumber min={1} max={1_000_000_000} value={draws} onChange={(value) => setDraws(value ?? 1)} />
      </label>
      <Table
        size="small"
        pagination={false}
        rowKey={(row) => rows.indexOf(row)}
        dataSource={rows}
        columns={[
          { key: "id", title: tell("Id"), dataIndex: "id" },
          { key: "title", title: tell("Title"), dataIndex: "title" },
          {
            key: "chance",
            title: tell("Chance"),
            render: (_, { weight }) => (/^\d+(\.\d+)?$/.test(weight) ? percent(weight) : weight),
          },
          {
            key: "winners",
            title: tell("Winners"),
            render: (_, { winners, stock }) => round(stock == null ? winners : Math.min(winners, stock)),
          },
          { key: "cost", title: tell("Cost"), render: (_, row) => round(row.cost) },
        ]}
        summary={() => (
          <Table.Summary.Row>
            <Table.Summary.Cell index={0} colSpan={4}>
              {tell("Expected for {draws} draws", { draws })}
            </Table.Summary.Cell>
            <Table.Summary.Cell index={4}>{round(cost)}</Table.Summary.Cell>
          </Table.Summary.Row>
        )}
      />
      <p className="quiet">{tell("Unlocks, limits and stock are not looked at.")}</p>
    </>
  );
}
