/** An activity as it runs: polled, less often while nobody answers, not at all while nobody looks. */
import { Alert, Card, Progress, Statistic, Table } from "antd";
import { useEffect, useRef, useState } from "react";

import { type Api, type Schemas, ask } from "../../api/client";
import { percent } from "../../draw/format";
import { type Sample, band, metric, perSecond, runsOutAt } from "../rates";
import { useApi } from "../session";
import { timeOf } from "../time";
import { useWords } from "../words";
import { StateTag } from "./Activities";
import { Page } from "./Page";

const EVERY_MS = 2_000;
const EVERY_MS_MAX = 30_000;
/** Counting a whole activity costs more than reading counters. */
const TOTALS_EVERY = 5;
/** How much of the past is shown and reckoned with. */
const SAMPLES_MAX = 60;

interface Seen {
  at: number;
  activity: Schemas["ActivityBody"];
  stock: Schemas["StockBody"];
  totals: Schemas["TotalsBody"];
  metrics: string;
}

interface History {
  /** Draws made by the server, at each look. */
  draws: Sample[];
  /** Draws a second between one look and the next. */
  rates: number[];
  /** Units used, by award. */
  used: Record<string, Sample[]>;
}

async function look(api: Api, id: string, before: Seen | undefined, round: number): Promise<Seen> {
  const params = { path: { id } };
  const [activity, stock, metrics, totals] = await Promise.all([
    ask(api.GET("/v1/activities/{id}", { params })),
    ask(api.GET("/admin/activities/{id}/stock", { params })),
    ask(api.GET("/metrics", { parseAs: "text" })),
    before && round % TOTALS_EVERY !== 0 ? before.totals : ask(api.GET("/admin/activities/{id}/totals", { params })),
  ]);
  return { at: Date.now(), activity, stock, totals, metrics };
}

function remember({ draws, rates, used }: History, seen: Seen): History {
  const add = (samples: Sample[], value: number) => [...samples, { at: seen.at, value }].slice(-SAMPLES_MAX);
  const more = add(draws, metric(seen.metrics, "big_market_draws_total") ?? 0);
  const rate = perSecond(more.slice(-2));
  const items = seen.stock.items.filter(({ kind }) => kind === "award");
  return {
    draws: more,
    rates: rate === undefined ? rates : [...rates, rate].slice(-SAMPLES_MAX),
    used: Object.fromEntries(items.map(({ id, confirmed }) => [id, add(used[id] ?? [], confirmed)])),
  };
}

function useLive(id: string) {
  const api = useApi();
  const [seen, setSeen] = useState<Seen>();
  const [history, setHistory] = useState<History>({ draws: [], rates: [], used: {} });
  const [troubled, setTroubled] = useState(false);
  const latest = useRef<Seen>(undefined);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    let wait = EVERY_MS;
    let round = 0;
    const next = async () => {
      if (!document.hidden) {
        try {
          const now = await look(api, id, latest.current, round);
          round += 1;
          if (ended) return;
          latest.current = now;
          setSeen(now);
          setHistory((before) => remember(before, now));
          setTroubled(false);
          wait = EVERY_MS;
        } catch {
          if (ended) return;
          setTroubled(true);
          wait = Math.min(EVERY_MS_MAX, wait * 2);
        }
      }
      timer = setTimeout(() => void next(), wait);
    };
    void next();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [api, id]);
  return { seen, history, troubled };
}

export function LivePage({ id }: { id: string }) {
  const tell = useWords();
  const { seen, history, troubled } = useLive(id);
  return (
    <Page
      title={
        <>
          {seen?.activity.title ?? id} {seen && <StateTag state={seen.activity.state} />}
        </>
      }
      extra={<span className="quiet">{seen && tell("Updated {time}", { time: timeOf(seen.at) })}</span>}
    >
      {troubled && (
        <Alert
          type="warning"
          showIcon
          title={tell("No answer; asking less often until there is one")}
          style={{ marginBottom: "1rem" }}
        />
      )}
      {seen && (
        <>
          <Numbers seen={seen} history={history} />
          <StockTable seen={seen} history={history} />
          <WinRates seen={seen} />
        </>
      )}
    </Page>
  );
}

function Numbers({ seen: { totals, metrics }, history: { rates, draws } }: { seen: Seen; history: History }) {
  const tell = useWords();
  const outbox = (state: string) => metric(metrics, "big_market_outbox_entries", `state="${state}"`) ?? 0;
  const dead = outbox("dead");
  return (
    <>
      <div className="cards">
        <Card>
          <Statistic title={tell("Draws a second")} value={perSecond(draws.slice(-5)) ?? 0} precision={1} />
        </Card>
        <Card>
          <Statistic title={tell("Draws")} value={totals.draws_used} suffix={`/ ${totals.draws_granted}`} />
        </Card>
        <Card>
          <Statistic title={tell("Users")} value={totals.users} />
        </Card>
        <Card>
          <Statistic title={tell("Points {amount}", { amount: "" })} value={totals.points_issued} />
        </Card>
        <Card>
          <Statistic title={tell("Outbox pending")} value={outbox("pending") + outbox("leased")} />
        </Card>
        <Card>
          <Statistic
            title={tell("Outbox dead")}
            value={dead}
            {...(dead > 0 && { styles: { content: { color: "#b3142f" } } })}
          />
        </Card>
      </div>
      <Card size="small" title={tell("Draws a second")} extra={tell("of this server")} style={{ marginBottom: "1rem" }}>
        <Chart values={rates} label={tell("Draws a second")} />
      </Card>
    </>
  );
}

/** A line over what was seen, the newest on the right. */
function Chart({ values, label }: { values: readonly number[]; label: string }) {
  const most = Math.max(1, ...values);
  const points = values.map(
    (value, at) => `${(100 * (SAMPLES_MAX - values.length + at)) / (SAMPLES_MAX - 1)},${38 - (34 * value) / most}`,
  );
  const first = (100 * (SAMPLES_MAX - values.length)) / (SAMPLES_MAX - 1);
  return (
    <svg
      className="chart"
      viewBox="0 0 100 40"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}: ${(values.at(-1) ?? 0).toFixed(1)}`}
    >
      {points.length > 1 && <polygon className="chart-area" points={`${first},38 ${points.join(" ")} 100,38`} />}
      <polyline className="chart-line" points={points.join(" ")} />
    </svg>
  );
}

function StockTable({ seen, history }: { seen: Seen; history: History }) {
  const tell = useWords();
  const titles = new Map(seen.activity.odds.map(({ award_id, title }) => [award_id, title]));
  const runsOut = ({ id, left }: Schemas["StockItemBody"]) => {
    if (left === 0) return tell("Sold out");
    const at = runsOutAt(left, perSecond(history.used[id] ?? []), seen.at);
    return at === undefined ? tell("not at this rate") : timeOf(at);
  };
  return (
    <Card size="small" title={tell("Stock left")} style={{ marginBottom: "1rem" }}>
      <Table
        size="small"
        pagination={false}
        rowKey={({ kind, id }) => `${kind} ${id}`}
        dataSource={seen.stock.items.filter(({ kind }) => kind === "award")}
        columns={[
          { key: "id", title: tell("Award"), render: (_, { id }) => `${id} ${titles.get(id) ?? ""}` },
          {
            key: "left",
            title: tell("Left"),
            width: "45%",
            render: (_, { left, total }) => (
              <Progress
                status="normal"
                percent={total === 0 ? 0 : (100 * left) / total}
                format={() => `${left} / ${total}`}
                aria-label={`${left} / ${total}`}
              />
            ),
          },
          { key: "out", title: tell("Runs out"), render: (_, item) => runsOut(item) },
        ]}
      />
    </Card>
  );
}

function WinRates({ seen: { activity, totals } }: { seen: Seen }) {
  const tell = useWords();
  const won = new Map(totals.awards.map((award) => [award.award_id, award]));
  return (
    <Card
      size="small"
      title={tell("Win rate and declared odds")}
      extra={tell("of {draws} draws", { draws: totals.draws_used })}
    >
      <Table
        size="small"
        pagination={false}
        rowKey={({ award_id }) => award_id}
        dataSource={activity.odds}
        columns={[
          { key: "id", title: tell("Award"), render: (_, { award_id, title }) => `${award_id} ${title}` },
          { key: "declared", title: tell("Declared"), render: (_, { probability }) => percent(probability) },
          {
            key: "seen",
            title: tell("Seen"),
            render: (_, { award_id }) =>
              `${(100 * band(won.get(award_id)?.won ?? 0, totals.draws_used).rate).toFixed(2)}%`,
          },
          {
            key: "band",
            title: tell("95 % band"),
            width: "30%",
            render: (_, { award_id, probability }) => (
              <Band wins={won.get(award_id)?.won ?? 0} draws={totals.draws_used} declared={Number(probability)} />
            ),
          },
          { key: "pending", title: tell("pending"), render: (_, { award_id }) => won.get(award_id)?.pending ?? 0 },
          { key: "dead", title: tell("dead"), render: (_, { award_id }) => won.get(award_id)?.dead ?? 0 },
        ]}
      />
    </Card>
  );
}

/** Where the true rate lies, most likely, and the declared one as a line. */
function Band({ wins, draws, declared }: { wins: number; draws: number; declared: number }) {
  const { low, high } = band(wins, draws);
  const most = Math.max(high, declared, 0.01) * 1.1;
  const at = (share: number) => (100 * share) / most;
  const off = declared < low || declared > high;
  const text = `${(100 * low).toFixed(2)}% – ${(100 * high).toFixed(2)}%`;
  return (
    <>
      <svg className="band" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={text}>
        <rect className="band-all" width="100" height="10" />
        <rect
          className={off ? "band-range off" : "band-range"}
          x={at(low)}
          width={Math.max(0.5, at(high) - at(low))}
          height="10"
        />
        <rect className="band-declared" x={at(declared) - 0.4} width="0.8" height="10" />
      </svg>
      <span className="quiet">{text}</span>
    </>
  );
}
