/** What users obtain and earn: SKUs, rebates with their streaks, and where the activity is shown. */
import { Button } from "antd";

import type { Schemas } from "../../../api/client";
import { nextId, put } from "../../document";
import { useWords } from "../../words";
import { type PartProps, skuOptions } from "./Awards";
import {
  ChoiceField,
  FaultLines,
  NumberField,
  type Option,
  RowEnd,
  Rows,
  SwitchField,
  TextField,
  useFaults,
} from "./Field";

type Sku = Schemas["SkuDocument"];
type Rebate = Schemas["RebateDocument"];
type Streak = Schemas["StreakDocument"];
type Stage = Schemas["StageDocument"];

export function SkusPart({ document, onChange }: PartProps) {
  const tell = useWords();
  const skus = document.skus ?? [];
  const change = (next: Sku[]) => onChange(put(document, "skus", next.length > 0 ? next : undefined));
  const replace = (at: number, next: Sku) => change(skus.map((one, index) => (index === at ? next : one)));
  const add = () => {
    const id = nextId(
      "sku",
      skus.map((sku) => sku.id),
    );
    change([...skus, { id, draws: 1, price: "0" }]);
  };
  return (
    <Rows title={tell("SKUs")} path="skus" add={tell("Add SKU")} onAdd={add} rows={skus}>
      {(sku, at) => (
        <>
          <TextField
            label={tell("Id")}
            path={`skus[${at}].id`}
            value={sku.id}
            onChange={(id) => replace(at, { ...sku, id })}
          />
          <NumberField
            label={tell("Draws")}
            path={`skus[${at}].draws`}
            value={sku.draws}
            min={1}
            onChange={(draws) => replace(at, { ...sku, draws: draws ?? 1 })}
          />
          <NumberField
            label={tell("Stock")}
            path={`skus[${at}].stock`}
            value={sku.stock}
            onChange={(stock) => replace(at, put(sku, "stock", stock))}
          />
          <TextField
            label={tell("Price")}
            path={`skus[${at}].price`}
            value={sku.price}
            onChange={(price) => replace(at, { ...sku, price })}
          />
          <RowEnd path={`skus[${at}]`} name={sku.id} onRemove={() => change(skus.filter((_, index) => index !== at))} />
        </>
      )}
    </Rows>
  );
}

export function RebatesPart({ document, onChange }: PartProps) {
  const tell = useWords();
  const rebates = document.rebates ?? [];
  const skus = skuOptions(document);
  const change = (next: Rebate[]) => onChange(put(document, "rebates", next.length > 0 ? next : undefined));
  const replace = (at: number, next: Rebate) => change(rebates.map((one, index) => (index === at ? next : one)));
  const add = () => {
    const taken = rebates.map(({ behaviour }) => behaviour);
    const behaviour = taken.includes("sign_in") ? nextId("behaviour", taken) : "sign_in";
    change([...rebates, { behaviour, ...(behaviour === "sign_in" && { daily: true }), points: "1.00" }]);
  };
  return (
    <Rows
      title={tell("Rebates")}
      path="rebates"
      add={tell("Add rebate")}
      onAdd={add}
      rows={rebates}
      hint={tell("What a behaviour earns, such as a payment or the daily sign-in: draws of a SKU, points, or both.")}
    >
      {(rebate, at) => {
        const path = `rebates[${at}]`;
        return (
          <>
            <TextField
              label={tell("Behaviour")}
              path={`${path}.behaviour`}
              value={rebate.behaviour}
              onChange={(behaviour) => replace(at, { ...rebate, behaviour })}
            />
            <SwitchField
              label={tell("Once a day")}
              path={`${path}.daily`}
              value={rebate.daily}
              onChange={(daily) => replace(at, put(rebate, "daily", daily || undefined))}
            />
            <Earns path={path} earns={rebate} skus={skus} onChange={(next) => replace(at, next)} />
            <RowEnd
              path={path}
              name={rebate.behaviour}
              onRemove={() => change(rebates.filter((_, index) => index !== at))}
            />
            <Streaks path={path} rebate={rebate} skus={skus} onChange={(next) => replace(at, next)} />
          </>
        );
      }}
    </Rows>
  );
}

/** The draws and the points that something earns. */
function Earns<T extends { sku?: string | null; points?: string | null }>({
  path,
  earns,
  skus,
  onChange,
}: {
  path: string;
  earns: T;
  skus: readonly Option[];
  onChange: (earns: T) => void;
}) {
  const tell = useWords();
  return (
    <>
      <ChoiceField
        label={tell("Draws of SKU")}
        path={`${path}.sku`}
        value={earns.sku}
        optional
        options={skus}
        onChange={(sku) => onChange(put(earns, "sku", sku))}
      />
      <TextField
        label={tell("Points")}
        path={`${path}.points`}
        value={earns.points}
        onChange={(points) => onChange(put(earns, "points", points))}
      />
    </>
  );
}

function Streaks({
  path,
  rebate,
  skus,
  onChange,
}: {
  path: string;
  rebate: Rebate;
  skus: readonly Option[];
  onChange: (rebate: Rebate) => void;
}) {
  const tell = useWords();
  const list = `${path}.streaks`;
  const faults = useFaults(list);
  const streaks = rebate.streaks ?? [];
  const change = (next: Streak[]) => onChange(put(rebate, "streaks", next.length > 0 ? next : undefined));
  const replace = (at: number, next: Streak) => change(streaks.map((one, index) => (index === at ? next : one)));
  if (rebate.daily !== true && streaks.length === 0) return null;
  return (
    <div className="row-within" data-path={list}>
      <FaultLines faults={faults} />
      {streaks.map((streak, at) => (
        <div className="award-row" key={at}>
          <NumberField
            label={tell("Days in a row")}
            path={`${list}[${at}].at`}
            value={streak.at}
            min={2}
            onChange={(days) => replace(at, { ...streak, at: days ?? 2 })}
          />
          <SwitchField
            label={tell("Again and again")}
            path={`${list}[${at}].repeat`}
            value={streak.repeat}
            onChange={(repeat) => replace(at, put(streak, "repeat", repeat || undefined))}
          />
          <Earns path={`${list}[${at}]`} earns={streak} skus={skus} onChange={(next) => replace(at, next)} />
          <RowEnd
            path={`${list}[${at}]`}
            name={`${rebate.behaviour} ${streak.at}`}
            onRemove={() => change(streaks.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <Button
        size="small"
        onClick={() => change([...streaks, { at: (streaks.at(-1)?.at ?? 0) + 7, repeat: true, points: "1.00" }])}
      >
        {tell("Add streak")}
      </Button>
    </div>
  );
}

export function StagesPart({ document, onChange }: PartProps) {
  const tell = useWords();
  const stages = document.stages ?? [];
  const change = (next: Stage[]) => onChange(put(document, "stages", next.length > 0 ? next : undefined));
  const replace = (at: number, next: Stage) => change(stages.map((one, index) => (index === at ? next : one)));
  return (
    <Rows
      title={tell("Stages")}
      path="stages"
      add={tell("Add stage")}
      onAdd={() =>
        change([
          ...stages,
          {
            channel: "app",
            source: nextId(
              "page",
              stages.map(({ source }) => source),
            ),
          },
        ])
      }
      rows={stages}
      hint={tell("Where the activity is shown: a channel, and a source within it.")}
    >
      {(stage, at) => (
        <>
          <TextField
            label={tell("Channel")}
            path={`stages[${at}].channel`}
            value={stage.channel}
            onChange={(channel) => replace(at, { ...stage, channel })}
          />
          <TextField
            label={tell("Source")}
            path={`stages[${at}].source`}
            value={stage.source}
            onChange={(source) => replace(at, { ...stage, source })}
          />
          <RowEnd
            path={`stages[${at}]`}
            name={`${stage.channel} ${stage.source}`}
            onRemove={() => change(stages.filter((_, index) => index !== at))}
          />
        </>
      )}
    </Rows>
  );
}
