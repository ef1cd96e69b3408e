/** Users: found by the beginning of their id; one timeline that tells the whole story of each draw. */
import { Alert, Button, Card, Collapse, Empty, Input, Spin, Tag, Timeline } from "antd";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { messageOf } from "../errors";
import { go, linkTo, useRoute } from "../route";
import { useApi } from "../session";
import { timeOf } from "../time";
import { useWords } from "../words";
import { Page } from "./Page";

type Item = Schemas["TimelineBody"];
type DrawStory = Schemas["DrawStoryBody"];
/** How long nothing is typed before users are looked for, and how many are shown at once. */
const FIND_AFTER_MS = 250;
const FOUND_AT_ONCE = 20;

interface Found {
  prefix: string;
  ids: string[];
  /** From where on there are more. */
  next: string | null;
}

const COLOURS: Record<Item["kind"], string> = {
  draw: "purple",
  redemption: "gold",
  behaviour: "green",
  recharge: "blue",
  points: "cyan",
};

export function UsersPage() {
  const tell = useWords();
  const [, user] = useRoute();
  return (
    <Page title={tell("Users")}>
      <p className="quiet">{tell("Everything that happened to a user, newest first.")}</p>
      <Finder key={user} user={user ?? ""} />
      {user !== undefined && <Story user={user} key={`story ${user}`} />}
    </Page>
  );
}

/** Finds users while their id is typed. Whoever knows the whole id goes there at once. */
function Finder({ user }: { user: string }) {
  const tell = useWords();
  const api = useApi();
  const [found, setFound] = useState<Found>();
  const [fault, setFault] = useState<unknown>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const find = async (prefix: string, before: Found | undefined) => {
    asked.current += 1;
    const mine = asked.current;
    try {
      const query = { prefix, limit: FOUND_AT_ONCE, ...(before?.next != null && { cursor: before.next }) };
      const part = await ask(api.GET("/admin/users", { params: { query } }));
      // More may have been typed meanwhile.
      if (mine !== asked.current) return;
      setFound({ prefix, ids: [...(before?.ids ?? []), ...part.items.map(({ id }) => id)], next: part.next_cursor });
      setFault(undefined);
    } catch (error) {
      if (mine === asked.current) setFault(error);
    }
  };
  const type = (text: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void find(text, undefined), FIND_AFTER_MS);
  };
  const open = (id: string) => {
    clearTimeout(timer.current);
    if (id.trim() !== "") go("users", id.trim());
  };
  return (
    <search style={{ display: "block", marginBottom: "1rem" }}>
      <Input.Search
        style={{ maxWidth: 420 }}
        defaultValue={user}
        maxLength={128}
        placeholder={tell("User id")}
        aria-label={tell("User id")}
        enterButton={tell("Search")}
        onChange={(event) => type(event.target.value)}
        onSearch={open}
      />
      {fault !== undefined && <Alert type="error" title={messageOf(fault)} />}
      <div aria-live="polite">
        {found?.ids.length === 0 && <p className="quiet">{tell("Nobody's id starts so")}</p>}
        {found && found.ids.length > 0 && (
          <ul className="found" aria-label={tell("Users")}>
            {found.ids.map((id) => (
              <li key={id}>
                <a {...linkTo("users", id)}>{id}</a>
              </li>
            ))}
          </ul>
        )}
        {found?.next != null && (
          <Button size="small" onClick={() => void find(found.prefix, found)}>
            {tell("Load more")}
          </Button>
        )}
      </div>
    </search>
  );
}

function Story({ user }: { user: string }) {
  const tell = useWords();
  const api = useApi();
  const [items, setItems] = useState<Item[]>();
  const [cursor, setCursor] = useState<string | null>(null);
  const [fault, setFault] = useState<unknown>();
  const load = useCallback(
    async (after: string | undefined) => {
      try {
        const query = { limit: 30, ...(after !== undefined && { cursor: after }) };
        const part = await ask(api.GET("/admin/users/{id}/timeline", { params: { path: { id: user }, query } }));
        setItems((shown) => (after === undefined ? part.items : [...(shown ?? []), ...part.items]));
        setCursor(part.next_cursor);
      } catch (error) {
        setFault(error);
      }
    },
    [api, user],
  );
  useEffect(() => {
    void load(undefined);
  }, [load]);
  if (fault !== undefined) return <Alert type="error" title={messageOf(fault)} />;
  if (!items) return <Spin />;
  if (items.length === 0) return <Empty description={tell("Nothing here")} />;
  return (
    <Card title={user}>
      <Timeline
        items={items.map((item, at) => ({ key: at, color: COLOURS[item.kind], content: <Told item={item} /> }))}
      />
      {cursor !== null && (
        <div className="more">
          <Button onClick={() => void load(cursor)}>{tell("Load more")}</Button>
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
