/** The awards of a document: odds, stock, conditions, what is given instead, and what each is. */
import { Button } from "antd";

import type { Schemas } from "../../../api/client";
import { type AwardDocument, type CampaignDocument, newPrize, nextId, put } from "../../document";
import { useServerWords, useWords } from "../../words";
import { ChoiceField, JsonField, NumberField, type Option, RowEnd, Rows, TextField } from "./Field";

const KINDS: Schemas["AwardKind"][] = ["points", "draws", "webhook", "coupon", "goods", "nothing"];

export interface PartProps {
  document: CampaignDocument;
  onChange: (document: CampaignDocument) => void;
}

export function awardOptions(document: CampaignDocument): Option[] {
  return document.awards.map(({ id, title }) => ({ value: id, label: `${id} ${title}` }));
}

export function skuOptions(document: CampaignDocument): Option[] {
  return (document.skus ?? []).map(({ id, draws }) => ({ value: id, label: `${id} (${draws})` }));
}

export function AwardsPart({ document, onChange }: PartProps) {
  const tell = useWords();
  const { awards } = document;
  const change = (next: AwardDocument[]) => onChange({ ...document, awards: next });
  const add = () => {
    const id = nextId(
      "award",
      awards.map((award) => award.id),
    );
    change([...awards, { id, title: "", weight: "0", prize: { kind: "nothing" } }]);
  };
  const swap = (at: number) =>
    change(
      awards.map((award, index) => (index === at - 1 ? awards[at] : index === at ? awards[at - 1] : award) ?? award),
    );
  return (
    <Rows title={tell("Awards")} path="awards" add={tell("Add award")} onAdd={add} rows={awards}>
      {(award, at) => (
        <>
          <AwardFields
            award={award}
            path={`awards[${at}]`}
            document={document}
            onChange={(next) => change(awards.map((one, index) => (index === at ? next : one)))}
          />
          {at > 0 && (
            <Button onClick={() => swap(at)} className="row-move" aria-label={`${tell("Move up")} ${award.id}`}>
              ↑ {tell("Move up")}
            </Button>
          )}
          <RowEnd
            path={`awards[${at}]`}
            name={award.id}
            onRemove={() => change(awards.filter((_, index) => index !== at))}
          />
        </>
      )}
    </Rows>
  );
}

interface AwardProps {
  award: AwardDocument;
  path: string;
  document: CampaignDocument;
  onChange: (award: AwardDocument) => void;
}

function AwardFields({ award, path, document, onChange }: AwardProps) {
  const tell = useWords();
  const word = useServerWords();
  const set = (key: keyof AwardDocument) => (value: unknown) => onChange(put(award, key, value));
  // What is always there is kept, even where it is empty for a moment.
  const must = (key: "id" | "title" | "weight") => (value: string) => onChange({ ...award, [key]: value });
  const at = (key: string) => `${path}.${key}`;
  return (
    <>
      <TextField label={tell("Id")} path={at("id")} value={award.id} onChange={must("id")} />
      <TextField label={tell("Title")} path={at("title")} value={award.title} onChange={must("title")} />
      <TextField label={tell("Weight")} path={at("weight")} value={award.weight} onChange={must("weight")} />
      <NumberField label={tell("Stock")} path={at("stock")} value={award.stock} onChange={set("stock")} />
      <NumberField
        label={tell("Unlock after")}
        path={at("unlock_after")}
        value={award.unlock_after}
        onChange={set("unlock_after")}
      />
      <NumberField label={tell("Per user")} path={at("per_user")} value={award.per_user} onChange={set("per_user")} />
      <ChoiceField
        label={tell("Fallback")}
        path={at("fallback")}
        value={award.fallback}
        optional
        options={awardOptions(document).filter(({ value }) => value !== award.id)}
        onChange={set("fallback")}
      />
      <NumberField
        label={tell("Sent after seconds")}
        path={at("dispatch_after_seconds")}
        value={award.dispatch_after_seconds}
        onChange={set("dispatch_after_seconds")}
      />
      <TextField label={tell("Cost")} path={at("cost")} value={award.cost} onChange={set("cost")} />
      <ChoiceField
        label={tell("Prize")}
        path={at("prize")}
        value={award.prize.kind}
        options={KINDS.map((value) => ({ value, label: word(value) }))}
        onChange={(kind) => kind !== undefined && onChange({ ...award, prize: newPrize(award.prize, kind, document) })}
      />
      <PrizeFields award={award} path={at("prize")} document={document} onChange={onChange} />
    </>
  );
}

function PrizeFields({ award, path, document, onChange }: AwardProps) {
  const tell = useWords();
  const prize = award.prize as Record<string, unknown>;
  const set = (key: string) => (value: unknown) =>
    onChange({ ...award, prize: { ...prize, [key]: value } as AwardDocument["prize"] });
  const text = (key: string, label: string) => (
    <TextField label={label} path={`${path}.${key}`} value={prize[key] as string | undefined} onChange={set(key)} />
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
        <ChoiceField
          label={tell("SKU")}
          path={`${path}.sku`}
          value={prize["sku"] as string | undefined}
          options={skuOptions(document)}
          onChange={set("sku")}
        />
      );
    case "webhook":
      return (
        <>
          {text("endpoint", tell("Endpoint"))}
          <JsonField
            label={tell("Payload")}
            path={`${path}.payload`}
            value={prize["payload"] ?? {}}
            onChange={set("payload")}
          />
        </>
      );
    case "coupon":
      return text("pool", tell("Pool"));
    case "goods":
      return (
        <NumberField
          label={tell("Claimed within days")}
          path={`${path}.claim_within_days`}
          value={prize["claim_within_days"] as number | undefined}
          min={1}
          placeholder="30"
          onChange={(days) => onChange({ ...award, prize: put(award.prize, "claim_within_days", days) })}
        />
      );
    default:
      return null;
  }
}
