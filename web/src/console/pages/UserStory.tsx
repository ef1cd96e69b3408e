/** A user's timeline, which tells the whole story of each draw: by kind and by days, as a page and as a file. */
import { Alert, Button, Card, Collapse, Empty, Input, Segmented, Spin, Tag, Timeline } from "antd";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { CsvButton } from "../CsvButton";
import type { Column, Load } from "../ListTable";
import { messageOf } from "../errors";
import { oneOf, useChoice } from "../route";
import { useApi } from "../session";
import { timeOf } from "../time";
import { type Item, KINDS, lineOf, spanOf } from "../timeline";
import { useServerWords, useWords } from "../words";

type DrawStory = Schemas["DrawStoryBody"];
/** Items of a part, where a person reads them. */
const PART_ITEMS = 30;

const COLOURS: Record<Item["kind"], string> = {
  draw: "purple",
  redemption: "gold",
  behaviour: "green",
  recharge: "blue",
  points: "cyan",
};

export function Story({ user }: { user: string }) {
  const tell = useWords();
  const word = useServerWords();
  const api = useApi();
  const [kindChosen, chooseKind] = useChoice("kind");
  const [from, chooseFrom] = useChoice("from", { typed: true });
  const [to, chooseTo] = useChoice("to", { typed: true });
  const kind = oneOf(KINDS, kindChosen);
  const load = useCallback<Load<Item>>(
    (cursor, limit) => {
      const wanted = { ...(kind !== undefined && { kind }), ...spanOf(from, to) };
      const query = { ...wanted, limit, ...(cursor !== undefined && { cursor }) };
      return ask(api.GET("/admin/users/{id}/timeline", { params: { path: { id: user }, query } }));
    },
    [api, user, kind, from, to],
  );
  const [items, setItems] = useState<Item[]>();
  const [cursor, setCursor] = useState<string | null>(null);
  const [fault, setFault] = useState<unknown>();
  const asked = useRef(0);
  const loadPart = useCallback(
    async (after: string | undefined) => {
      asked.current += 1;
      const mine = asked.current;
      try {
        const part = await load(after, PART_ITEMS);
        // Another filter may have been chosen meanwhile.
        if (mine !== asked.current) return;
        setItems((shown) => (after === undefined ? part.items : [...(shown ?? []), ...part.items]));
        setCursor(part.next_cursor ?? null);
        setFault(undefined);
      } catch (error) {
        if (mine === asked.current) setFault(error);
      }
    },
    [load],
  );
  useEffect(() => {
    void loadPart(undefined);
  }, [loadPart]);
  const columns: Column<Item>[] = [
    { key: "time", title: tell("Time"), value: (item) => timeOf(lineOf(item).at) },
    { key: "kind", title: tell("Kind"), value: ({ kind }) => word(kind) },
    { key: "id", title: tell("Id"), value: (item) => lineOf(item).id },
    { key: "activity", title: tell("Activity id"), value: (item) => lineOf(item).activity },
    { key: "what", title: tell("What"), value: (item) => lineOf(item).what },
    { key: "key", title: tell("Key"), value: (item) => lineOf(item).key },
    { key: "state", title: tell("State"), value: (item) => word(lineOf(item).state) },
    { key: "points", title: tell("Points"), value: (item) => lineOf(item).points },
    { key: "draws", title: tell("Draws"), value: (item) => lineOf(item).draws },
  ];
  return (
    <Card title={user}>
      <div className="tools">
        <Segmented
          value={kind ?? ""}
          onChange={chooseKind}
          options={[{ value: "", label: tell("All") }, ...KINDS.map((value) => ({ value, label: word(value) }))]}
        />
        <label>
          {tell("From")}{" "}
          <Input type="date" className="day" value={from} onChange={({ target }) => chooseFrom(target.value)} />
        </label>
        <label>
          {tell("To")}{" "}
          <Input type="date" className="day" value={to} onChange={({ target }) => chooseTo(target.value)} />
        </label>
        <Button onClick={() => void loadPart(undefined)}>{tell("Reload")}</Button>
        <CsvButton
          name={`timeline-${user}`}
          load={load}
          columns={columns}
          wanted={() => true}
          sorting={undefined}
          disabled={items === undefined || items.length === 0}
        />
      </div>
      {fault !== undefined && <Alert type="error" title={messageOf(fault)} />}
      {fault === undefined && !items && <Spin />}
      {items?.length === 0 && <Empty description={tell("Nothing here")} />}
      {items && items.length > 0 && (
        <Timeline
          items={items.map((item) => ({
            key: `${item.kind} ${lineOf(item).id}`,
            color: COLOURS[item.kind],
            content: <Told item={item} />,
          }))}
        />
      )}
      {cursor !== null && (
        <div className="more">
          <Button onClick={() => void loadPart(cursor)}>{tell("Load more")}</Button>
        </div>
      )}
    </Card>
  );
}

function Told({ item }: { item: Item }) {
  const tell = useWords();
  switch (item.kind) {
    case "draw":
      return <DrawTold story={item} />;
    case "redemption":
      return (
        <Entry
          title={tell("Exchanged {points} points for {draws} draws", { points: item.price, draws: item.draws })}
          at={item.created_at}
          tag={item.state}
        >
          <Caused points={item.points} recharges={item.recharges} />
        </Entry>
      );
    case "behaviour":
      return (
        <Entry title={tell("Behaviour {name}", { name: item.behaviour })} at={item.created_at} tag={item.business_key}>
          <Caused points={item.points} recharges={item.recharges} />
        </Entry>
      );
    case "recharge":
      return (
        <Entry
          title={tell("Granted {draws} draws", { draws: item.draws })}
          at={item.created_at}
          tag={`${item.source} ${item.source_key}`}
        />
      );
    case "points":
      return (
        <Entry title={tell("Points {amount}", { amount: item.amount })} at={item.created_at} tag={item.reason}>
          <span className="quiet">{tell("balance {balance}", { balance: item.balance })}</span>
        </Entry>
      );
  }
}

function Entry({ title, at, tag, children }: { title: string; at: string; tag?: string; children?: ReactNode }) {
  return (
    <div>
      <strong>{title}</strong> {tag !== undefined && <Tag>{tag}</Tag>} <span className="quiet">{timeOf(at)}</span>
      {children && <div>{children}</div>}
    </div>
  );
}

function Caused({ points, recharges }: { points: Schemas["EntryBody"][]; recharges: Schemas["GrantBody"][] }) {
  const tell = useWords();
  return (
    <ul className="quiet">
      {points.map(({ id, amount, balance }) => (
        <li key={id}>
          {tell("Points {amount}", { amount })} · {tell("balance {balance}", { balance })}
        </li>
      ))}
      {recharges.map(({ id, draws, sku }) => (
        <li key={id}>
          {tell("Granted {draws} draws", { draws })} · {sku}
        </li>
      ))}
    </ul>
  );
}

/** Request, decision and why, attempts, delivery, ledger. */
function DrawTold({ story }: { story: DrawStory }) {
  const tell = useWords();
  const { draw, award, work, attempts, passed_over, points, recharges } = story;
  const { reason } = draw;
  return (
    <Entry title={tell("Draw won {title}", { title: draw.award.title })} at={draw.drawn_at} tag={award.state}>
      <Collapse
        size="small"
        ghost
        items={[
          {
            key: "story",
            label: <span className="mono">{draw.id}</span>,
            children: (
              <dl className="mono">
                <dt>{tell("Request")}</dt>
                <dd>
                  {draw.activity_id} · {draw.request_id} #{draw.index} · v{draw.version} · {draw.used_before}/
                  {draw.used_today_before}
                </dd>
                <dt>{tell("Decision")}</dt>
                <dd>
                  {tell("rule {rule}, picked {picked}, given {given}", {
                    rule: reason.rule + (reason.at == null ? "" : ` ${reason.at}`),
                    picked: reason.picked,
                    given: draw.award.id,
                  })}
                  {passed_over.map(({ award_id, why }) => (
                    <div key={award_id}>{tell("passed over {award}: {why}", { award: award_id, why })}</div>
                  ))}
                  <div>roll {draw.roll}</div>
                </dd>
                <dt>{tell("Delivery")}</dt>
                <dd>
                  {award.id} · {award.state} {award.reference} {timeOf(award.delivered_at)}
                  {work && (
                    <div>
                      {work.id} · {work.state} · {tell("Attempts")} {work.attempts} {work.last_error}
                    </div>
                  )}
                  {attempts.map(({ lease, outcome, detail, began_at }) => (
                    <div key={lease}>
                      {timeOf(began_at)} {tell("attempt {number}: {outcome}", { number: lease, outcome })} {detail}
                    </div>
                  ))}
                </dd>
              </dl>
            ),
          },
        ]}
      />
      <Caused points={points} recharges={recharges} />
    </Entry>
  );
}
