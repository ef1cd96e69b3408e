/** A campaign document as forms. What the server finds wrong stands at the field. */
import { Button, Card, Input, InputNumber, Select } from "antd";
import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { type AwardDocument, type CampaignDocument, type DocumentFault, faultsAt } from "../document";
import { useWords } from "../words";

interface Props {
  document: CampaignDocument;
  faults: DocumentFault[];
  onChange: (document: CampaignDocument) => void;
}

type Tier = Schemas["TierDocument"];
type Sku = Schemas["SkuDocument"];
const KINDS: Schemas["AwardKind"][] = ["points", "draws", "webhook", "coupon", "goods", "nothing"];

/** A value in place of another; left out where it is empty, as documents leave out what is not there. */
function put<T extends object>(object: T, key: string, value: unknown): T {
  const rest = Object.entries(object).filter(([name]) => name !== key);
  const kept =
    value === undefined || value === null || value === ""
      ? rest
      : Object.entries(object).some(([name]) => name === key)
        ? Object.entries({ ...object, [key]: value })
        : [...rest, [key, value] as [string, unknown]];
  return Object.fromEntries(kept) as T;
}

function Field({
  label,
  path,
  faults,
  children,
}: {
  label: string;
  path: string;
  faults: DocumentFault[];
  children: ReactNode;
}) {
  return (
    <label className="field" data-path={path}>
      <span>{label}</span>
      {children}
      {faultsAt(faults, path).map(({ message, mend }, at) => (
        <span key={at} className="field-fault" role="alert">
          {message}. {mend}
        </span>
      ))}
    </label>
  );
}

export function DocumentForm({ document, faults, onChange }: Props) {
  const tell = useWords();
  const set = (key: string) => (value: unknown) => onChange(put(document, key, value));
  const text = (key: "title" | "description" | "opens_at" | "closes_at" | "time_zone", label: string) => (
    <Field label={label} path={key} faults={faults}>
      <Input
        value={document[key] ?? ""}
        status={faultsAt(faults, key).length > 0 ? "error" : ""}
        onChange={(event) => onChange({ ...document, [key]: event.target.value })}
      />
    </Field>
  );
  const limit = (key: "day" | "month", label: string) => (
    <Field label={label} path={`limits.${key}`} faults={faults}>
      <InputNumber
        min={1}
        value={document.limits[key] ?? null}
        onChange={(value) => set("limits")(put(document.limits, key, value))}
      />
    </Field>
  );
  return (
    <>
      <Card size="small">
        <div className="award-row">
          {text("title", tell("Title"))}
          {text("description", tell("Description"))}
          {text("opens_at", tell("Opens at"))}
          {text("closes_at", tell("Closes at"))}
          {text("time_zone", tell("Time zone"))}
          {limit("day", tell("Draws a day"))}
          {limit("month", tell("Draws a month"))}
        </div>
      </Card>
      <Awards document={document} faults={faults} onChange={onChange} />
      <Tiers document={document} faults={faults} onChange={onChange} />
      <Skus document={document} faults={faults} onChange={onChange} />
    </>
  );
}

function Awards({ document, faults, onChange }: Props) {
  const tell = useWords();
  const { awards } = document;
  const change = (next: AwardDocument[]) => onChange({ ...document, awards: next });
  const add = () =>
    change([...awards, { id: `award${awards.length + 1}`, title: "", weight: "0", prize: { kind: "nothing" } }]);
  const whole = faultsAt(faults, "awards");
  return (
    <Card
      size="small"
      title={tell("Awards")}
      extra={<Button onClick={add}>{tell("Add award")}</Button>}
      style={{ marginTop: "1rem" }}
    >
      {whole.map(({ message, mend }, at) => (
        <p key={at} className="field-fault" role="alert">
          {message}. {mend}
        </p>
      ))}
      {awards.map((award, at) => (
        <AwardRow
          key={at}
          award={award}
          path={`awards[${at}]`}
          faults={faults}
          document={document}
          onChange={(next) => change(awards.map((one, index) => (index === at ? next : one)))}
          onRemove={() => change(awards.filter((_, index) => index !== at))}
        />
      ))}
    </Card>
  );
}

interface AwardRowProps {
  award: AwardDocument;
  path: string;
  faults: DocumentFault[];
  document: CampaignDocument;
  onChange: (award: AwardDocument) => void;
  onRemove: () => void;
}

function AwardRow({ award, path, faults, document, onChange, onRemove }: AwardRowProps) {
  const tell = useWords();
  const status = (key: string) => (faultsAt(faults, `${path}.${key}`).length > 0 ? "error" : "");
  const text = (key: "id" | "title" | "weight" | "cost", label: string) => (
    <Field label={label} path={`${path}.${key}`} faults={faults}>
      <Input
        value={award[key] ?? ""}
        status={status(key)}
        onChange={(event) =>
          onChange(key === "cost" ? put(award, key, event.target.value) : { ...award, [key]: event.target.value })
        }
      />
    </Field>
  );
  const number = (key: "stock" | "unlock_after" | "per_user", label: string) => (
    <Field label={label} path={`${path}.${key}`} faults={faults}>
      <InputNumber
        min={0}
        value={award[key] ?? null}
        status={status(key)}
        onChange={(value) => onChange(put(award, key, value))}
      />
    </Field>
  );
  const others = document.awards
    .filter(({ id }) => id !== award.id)
    .map(({ id, title }) => ({ value: id, label: `${id} ${title}` }));
  return (
    <div className="award-row">
      {text("id", tell("Id"))}
      {text("title", tell("Title"))}
      {text("weight", tell("Weight"))}
      {number("stock", tell("Stock"))}
      {number("unlock_after", tell("Unlock after"))}
      {number("per_user", tell("Per user"))}
      <Field label={tell("Fallback")} path={`${path}.fallback`} faults={faults}>
        <Select
          allowClear
          value={award.fallback ?? null}
          status={status("fallback")}
          options={others}
          onChange={(value) => onChange(put(award, "fallback", value))}
        />
      </Field>
      {text("cost", tell("Cost"))}
      <Field label={tell("Prize")} path={`${path}.prize`} faults={faults}>
        <Select
          value={award.prize.kind}
          options={KINDS.map((value) => ({ value, label: value }))}
          onChange={(kind) => onChange({ ...award, prize: newPrize(kind, document) })}
        />
      </Field>
      <PrizeFields award={award} path={`${path}.prize`} faults={faults} document={document} onChange={onChange} />
      <Field label={"\u00a0"} path={path} faults={faults}>
        <Button danger onClick={onRemove} aria-label={`${tell("Remove")} ${award.id}`}>
          {tell("Remove")}
        </Button>
      </Field>
    </div>
  );
}

/** A prize of a kind, with what its kind needs. */
function newPrize(kind: string, document: CampaignDocument): AwardDocument["prize"] {
  const needed: Record<string, object> = {
    points: { min: "1", max: "1" },
    draws: { sku: document.skus?.[0]?.id ?? "" },
    webhook: { endpoint: "demo", payload: {} },
    coupon: { pool: "" },
  };
  return { kind, ...needed[kind] };
}

function PrizeFields({ award, path, faults, document, onChange }: Omit<AwardRowProps, "onRemove">) {
  const tell = useWords();
  const prize = award.prize as Record<string, unknown>;
  const set = (key: string, value: unknown) =>
    onChange({ ...award, prize: { ...prize, [key]: value } as AwardDocument["prize"] });
  const text = (key: string, label: string) => (
    <Field label={label} path={`${path}.${key}`} faults={faults}>
      <Input value={(prize[key] as string | undefined) ?? ""} onChange={(event) => set(key, event.target.value)} />
    </Field>
  );
  switch (award.prize.kind) {
    case "points":
      return (
        <>
          {text("min", tell("Least"))}
          {text("max", tell("Most"))}
        </>
      );
    case "draws":
      return (
        <Field label="SKU" path={`${path}.sku`} faults={faults}>
          <Select
            value={String(prize["sku"])}
            options={(document.skus ?? []).map(({ id }) => ({ value: id, label: id }))}
            onChange={(value) => set("sku", value)}
          />
        </Field>
      );
    case "webhook":
      return text("endpoint", "endpoint");
    case "coupon":
      return text("pool", tell("Pool"));
    default:
      return null;
  }
}

function Tiers({ document, faults, onChange }: Props) {
  const tell = useWords();
  const tiers = document.tiers ?? [];
  const change = (next: Tier[]) => onChange(put(document, "tiers", next.length > 0 ? next : undefined));
  const replace = (at: number, next: Tier) => change(tiers.map((one, index) => (index === at ? next : one)));
  const awards = document.awards.map(({ id, title }) => ({ value: id, label: `${id} ${title}` }));
  const add = () =>
    change([
      ...tiers,
      { at: (tiers.at(-1)?.at ?? 0) + 10, mode: "once", awards: document.awards.slice(0, 1).map(({ id }) => id) },
    ]);
  return (
    <Card
      size="small"
      title={tell("Tiers")}
      extra={<Button onClick={add}>{tell("Add tier")}</Button>}
      style={{ marginTop: "1rem" }}
    >
      {tiers.map((tier, at) => (
        <div className="award-row" key={at}>
          <Field label={tell("At draws")} path={`tiers[${at}].at`} faults={faults}>
            <InputNumber min={0} value={tier.at} onChange={(value) => replace(at, { ...tier, at: value ?? 0 })} />
          </Field>
          <Field label={tell("Mode")} path={`tiers[${at}].mode`} faults={faults}>
            <Select
              value={tier.mode}
              options={(["once", "from"] as const).map((value) => ({ value, label: value }))}
              onChange={(mode) => replace(at, { ...tier, mode })}
            />
          </Field>
          <Field label={tell("Awards")} path={`tiers[${at}].awards`} faults={faults}>
            <Select
              mode="multiple"
              value={tier.awards}
              options={awards}
              onChange={(ids: string[]) => replace(at, { ...tier, awards: ids })}
            />
          </Field>
          <Button
            danger
            onClick={() => change(tiers.filter((_, index) => index !== at))}
            aria-label={`${tell("Remove")} ${tier.at}`}
          >
            {tell("Remove")}
          </Button>
        </div>
      ))}
    </Card>
  );
}

function Skus({ document, faults, onChange }: Props) {
  const tell = useWords();
  const skus = document.skus ?? [];
  const change = (next: Sku[]) => onChange(put(document, "skus", next.length > 0 ? next : undefined));
  const replace = (at: number, next: Sku) => change(skus.map((one, index) => (index === at ? next : one)));
  return (
    <Card
      size="small"
      title={tell("SKUs")}
      extra={
        <Button onClick={() => change([...skus, { id: `sku${skus.length + 1}`, draws: 1, price: "0" }])}>
          {tell("Add SKU")}
        </Button>
      }
      style={{ marginTop: "1rem" }}
    >
      {skus.map((sku, at) => (
        <div className="award-row" key={at}>
          <Field label={tell("Id")} path={`skus[${at}].id`} faults={faults}>
            <Input value={sku.id} onChange={(event) => replace(at, { ...sku, id: event.target.value })} />
          </Field>
          <Field label={tell("Draws")} path={`skus[${at}].draws`} faults={faults}>
            <InputNumber min={1} value={sku.draws} onChange={(value) => replace(at, { ...sku, draws: value ?? 1 })} />
          </Field>
          <Field label={tell("Stock")} path={`skus[${at}].stock`} faults={faults}>
            <InputNumber
              min={0}
              value={sku.stock ?? null}
              onChange={(value) => replace(at, put(sku, "stock", value))}
            />
          </Field>
          <Field label={tell("Price")} path={`skus[${at}].price`} faults={faults}>
            <Input value={sku.price} onChange={(event) => replace(at, { ...sku, price: event.target.value })} />
          </Field>
          <Button
            danger
            onClick={() => change(skus.filter((_, index) => index !== at))}
            aria-label={`${tell("Remove")} ${sku.id}`}
          >
            {tell("Remove")}
          </Button>
        </div>
      ))}
    </Card>
  );
}
