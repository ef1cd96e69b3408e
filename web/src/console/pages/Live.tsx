/** An activity as it runs, over all servers: polled, less often while nobody answers, not at all while nobody looks. */
import { Alert, Card, Progress, Statistic, Table } from "antd";
import { useEffect, useRef, useState } from "react";

import { type Api, type Schemas, ask } from "../../api/client";
import { percent } from "../../draw/format";
import { type Sample, band, perSecond, runsOutAt, slowWait } from "../rates";
import { useApi } from "../session";
import { timeOf } from "../time";
import { useWords } from "../words";
import { StateTag } from "./Activities";
import { Page } from "./Page";

const EVERY_MS = 2_000;
const EVERY_MS_MAX = 30_000;
/** How much of the past is shown and reckoned with. */
const SAMPLES_MAX = 60;

/** What is cheap to ask, and asked at each look. */
interface Quick {
  at: number;
  activity: Schemas["ActivityBody"];
  stock: Schemas["StockBody"];
  /** Draws of the last seconds, by every server. */
  pace: Schemas["PaceBody"];
}

/** What is counted over everything there is, and asked now and then. */
interface Slow {
  totals: Schemas["TotalsBody"];
  outbox: Schemas["OutboxCountsBody"];
  /** When it may be asked again. */
  againAt: number;
}

type Seen = Quick & Slow;

interface History {
  /** Draws a second, at each look. */
  rates: number[];
  /** Units used, by award. */
  used: Record<string, Sample[]>;
}

async function lookSlowly(api: Api, id: string): Promise<Slow> {
  const began = Date.now();
  const [totals, outbox] = await Promise.all([
    ask(api.GET("/admin/activities/{id}/totals", { params: { path: { id } } })),
    ask(api.GET("/admin/outbox/counts")),
  ]);
  return { totals, outbox, againAt: Date.now() + slowWait(Date.now() - began) };
}

async function look(api: Api, id: string, before: Seen | undefined): Promise<Seen> {
  const params = { path: { id } };
  const [activity, stock, pace, slow] = await Promise.all([
    ask(api.GET("/v1/activities/{id}", { params })),
    ask(api.GET("/admin/activities/{id}/stock", { params })),
    ask(api.GET("/admin/activities/{id}/pace", { params })),
    before && Date.now() < before.againAt ? before : lookSlowly(api, id),
  ]);
  const { totals, outbox, againAt } = slow;
  return { at: Date.now(), activity, stock, pace, totals, outbox, againAt };
}

/** Draws a second, of all servers. */
function rateOf({ pace }: Seen): number {
  return pace.draws / pace.seconds;
}

function remember({ rates, used }: History, seen: Seen): History {
  const add = (samples: Sample[], value: number) => [...samples, { at: seen.at, value }].slice(-SAMPLES_MAX);
  const items = seen.stock.items.filter(({ kind }) => kind === "award");
  return {
    rates: [...rates, rateOf(seen)].slice(-SAMPLES_MAX),
    used: Object.fromEntries(items.map(({ id, confirmed }) => [id, add(used[id] ?? [], confirmed)])),
  };
}

function useLive(id: string) {
  const api = useApi();
  const [seen, setSeen] = useState<Seen>();
  const [history, setHistory] = useState<History>({ rates: [], used: {} });
  const [troubled, setTroubled] = useState(false);
  const latest = useRef<Seen>(undefined);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    let wait = EVERY_MS;
    let looking = false;
    const next = async () => {
      looking = true;
      try {
        const now = await look(api, id, latest.current);
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
      } finally {
        looking = false;
      }
      later();
    };
    const later = () => {
      clearTimeout(timer);
      if (!document.hidden) timer = setTimeout(() => void next(), wait);
    };
    // Hidden, nothing is asked; shown again, it is asked at once.
    const turn = () => {
      clearTimeout(timer);
      if (!document.hidden && !looking) void next();
    };
    turn();
    document.addEventListener("visibilitychange", turn);
    return () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", turn);
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

function Numbers({ seen, history: { rates } }: { seen: Seen; history: History }) {
  const tell = useWords();
  const { totals, outbox, pace } = seen;
  return (
    <>
      <div className="cards">
        <Card>
          <Statistic title={tell("Draws a second")} value={rateOf(seen)} precision={1} />
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
          <Statistic title={tell("Outbox pending")} value={outbox.pending + outbox.leased} />
        </Card>
        <Card>
          <Statistic
            title={tell("Outbox dead")}
            value={outbox.dead}
            {...(outbox.dead > 0 && { styles: { content: { color: "#b3142f" } } })}
          />
        </Card>
      </div>
      <Card
        size="small"
        title={tell("Draws a second")}
        extra={tell("of all servers, over {seconds} s", { seconds: pace.seconds })}
        style={{ marginBottom: "1rem" }}
      >
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
