/** The settled days of an activity: what each added up to, whether books and draws agree, and what was found later. */
import { Button, Tag } from "antd";
import { useCallback } from "react";

import { type Schemas, ask } from "../../api/client";
import { useConfirm } from "../confirm";
import { useDo } from "../errors";
import { ListTable } from "../ListTable";
import { useApi, useMayWrite } from "../session";
import { timeOf } from "../time";
import { useServerWords, useWords } from "../words";
import { Page } from "./Page";

type Settlement = Schemas["SettlementBody"];

/** What holds: the settlement as it was, or as it was corrected last. */
function holding({ state, sums, differences, corrections }: Settlement) {
  return corrections.at(-1) ?? { state, sums, differences };
}

export function SettlementsPage({ id }: { id: string }) {
  const tell = useWords();
  const word = useServerWords();
  const api = useApi();
  const mayWrite = useMayWrite();
  const act = useDo();
  const confirm = useConfirm();
  const load = useCallback(
    (cursor: string | undefined, limit: number) => {
      const query = { limit, ...(cursor !== undefined && { cursor }) };
      return ask(api.GET("/admin/activities/{id}/settlements", { params: { path: { id }, query } }));
    },
    [api, id],
  );
  const check = (settlement: Settlement, reload: () => Promise<void>) => {
    const { day } = settlement;
    confirm({
      title: tell("Check {day} again?", { day }),
      facts: () =>
        Promise.resolve([tell("{count} draws are decided again", { count: holding(settlement).sums.draws })]),
      says: tell(
        "Where something else is found than what holds, a correction is added. The settlement itself stays as it is.",
      ),
      ok: tell("Check"),
      act: async () => {
        const params = { path: { id, day } };
        if (await act(() => ask(api.POST("/admin/activities/{id}/settlements/{day}/check", { params }))))
          await reload();
      },
    });
  };
  const sum = (key: "draws" | "winners" | "users", title: string) => ({
    key,
    title,
    value: (row: Settlement) => holding(row).sums[key],
  });
  return (
    <Page title={`${id} · ${tell("Settlements")}`}>
      <ListTable<Settlement>
        name={`settlements-${id}`}
        load={load}
        rowKey={({ day }) => day}
        empty={tell("No day is settled yet: each is after its end")}
        columns={[
          { key: "day", title: tell("Day"), value: ({ day }) => day },
          {
            key: "state",
            title: tell("State"),
            value: (row) => holding(row).state,
            show: (row) => (
              <Tag color={holding(row).state === "balanced" ? "green" : "red"}>{word(holding(row).state)}</Tag>
            ),
          },
          sum("draws", tell("Draws")),
          sum("winners", tell("Winners")),
          sum("users", tell("Users")),
          { key: "points", title: tell("Points won"), value: (row) => holding(row).sums.points_awarded },
          { key: "cost", title: tell("Cost"), value: (row) => holding(row).sums.cost },
          { key: "corrections", title: tell("Corrections"), value: ({ corrections }) => corrections.length },
          {
            key: "settled",
            title: tell("Settled"),
            value: ({ settled_at }) => settled_at,
            show: ({ settled_at }) => timeOf(settled_at),
          },
        ]}
        expand={(row) => <Found settlement={row} />}
        {...(mayWrite && {
          actions: (row: Settlement, reload: () => Promise<void>) => (
            <Button size="small" onClick={() => check(row, reload)}>
              {tell("Check")}
            </Button>
          ),
        })}
      />
    </Page>
  );
}

function Found({ settlement }: { settlement: Settlement }) {
  const tell = useWords();
  const { sums, differences } = holding(settlement);
  return (
    <>
      <dl className="sums">
        {Object.entries(sums).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === "object" ? JSON.stringify(value) : value}</dd>
          </div>
        ))}
      </dl>
      {differences.map(({ invariant, subject, detail }, at) => (
        <p key={at} className="mono">
          <Tag color="red">{invariant}</Tag> {subject}: {detail}
        </p>
      ))}
      {settlement.corrections.map(({ number, created_at, changes }) => (
        <p key={number}>
          {tell("Correction {number} of {time}", { number, time: timeOf(created_at) })}{" "}
          <span className="mono">{JSON.stringify(changes)}</span>
        </p>
      ))}
    </>
  );
}
