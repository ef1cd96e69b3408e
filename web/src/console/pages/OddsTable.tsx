/** The odds of a document: percentages, expected winners, expected cost, and how they differ from the version that decides now. */
import { InputNumber, Progress, Table, Tag } from "antd";
import { useState } from "react";

import { percent } from "../../draw/format";
import type { CampaignDocument } from "../document";
import { type Expectation, changed, expectations, share } from "../odds";
import { useWords } from "../words";

interface Props {
  document: CampaignDocument;
  current: { version: number; document: CampaignDocument } | undefined;
}

const round = (value: number) => value.toLocaleString(undefined, { maximumFractionDigits: 2 });

export function OddsTable({ document, current }: Props) {
  const tell = useWords();
  const [draws, setDraws] = useState(10_000);
  const rows = expectations(document, draws);
  const sum = (of: (row: Expectation) => number) => rows.reduce((all, row) => all + of(row), 0);
  const gone = current?.document.awards.filter(({ id }) => !document.awards.some((award) => award.id === id)) ?? [];
  return (
    <>
      <label className="field draws-field">
        <span>{tell("Draws")}</span>
        <InputNumber
          min={1}
          max={1_000_000_000}
          precision={0}
          value={draws}
          onChange={(value) => setDraws(value ?? 1)}
        />
      </label>
      <div className="wide">
        <Table
          size="small"
          pagination={false}
          rowKey={(row) => rows.indexOf(row)}
          dataSource={rows}
          columns={[
            {
              key: "award",
              title: tell("Award"),
              render: (_, { award }) => (
                <>
                  {award.title} <span className="quiet">{award.id}</span>
                </>
              ),
            },
            {
              key: "chance",
              title: tell("Chance"),
              width: 200,
              render: (_, { award }) => (
                <>
                  <Chance award={award} current={current} />
                  <Progress percent={share(award.weight) * 100} showInfo={false} size="small" aria-hidden />
                </>
              ),
            },
            {
              key: "winners",
              title: tell("Winners"),
              align: "end",
              render: (_, { award, winners, fallbacks }) => (
                <>
                  {round(winners)}
                  {fallbacks > 0 && (
                    <div className="quiet">{tell("{count} as a fallback", { count: round(fallbacks) })}</div>
                  )}
                  {award.stock != null && winners >= award.stock && <Tag color="orange">{tell("Sold out")}</Tag>}
                </>
              ),
            },
            {
              key: "points",
              title: tell("Points"),
              align: "end",
              render: (_, { points }) => points > 0 && round(points),
            },
            { key: "cost", title: tell("Cost"), align: "end", render: (_, { cost }) => cost > 0 && round(cost) },
          ]}
          summary={() => (
            <Table.Summary.Row>
              <Table.Summary.Cell index={0}>
                <strong>{tell("Expected for {draws} draws", { draws: round(draws) })}</strong>
              </Table.Summary.Cell>
              <Table.Summary.Cell index={1}>{round(sum(({ award }) => share(award.weight)) * 100)}%</Table.Summary.Cell>
              <Table.Summary.Cell index={2} align="end">
                {round(sum(({ winners }) => winners))}
              </Table.Summary.Cell>
              <Table.Summary.Cell index={3} align="end">
                {round(sum(({ points }) => points))}
              </Table.Summary.Cell>
              <Table.Summary.Cell index={4} align="end">
                <strong>{round(sum(({ cost }) => cost))}</strong>
              </Table.Summary.Cell>
            </Table.Summary.Row>
          )}
        />
      </div>
      {current && gone.length > 0 && (
        <p>
          {tell("No more than in version {version}", { version: current.version })}:{" "}
          {gone.map(({ id, title, weight }) => `${title} ${id} (${percent(weight)})`).join(", ")}
        </p>
      )}
      <p className="quiet">
        {tell(
          "What goes beyond the stock is given as the fallback. Unlocks, tiers, lists and limits of a user are not looked at.",
        )}
      </p>
    </>
  );
}

function Chance({ award, current }: { award: Expectation["award"]; current: Props["current"] }) {
  const tell = useWords();
  const { weight } = award;
  const before = changed(award, current?.document);
  const shown = /^\d+(\.\d+)?$/.test(weight) ? percent(weight) : weight;
  if (before === undefined || !current) return shown;
  const isNew = !current.document.awards.some(({ id }) => id === award.id);
  return (
    <>
      <strong>{shown}</strong>{" "}
      <Tag color={share(weight) > share(before) ? "green" : "orange"}>
        {isNew
          ? tell("new")
          : tell("{chance} in version {version}", { chance: percent(before), version: current.version })}
      </Tag>
    </>
  );
}
