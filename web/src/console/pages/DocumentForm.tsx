/** A campaign document as forms: every field that a document may have. What the server finds wrong stands at the field. */
import { AutoComplete, Card } from "antd";
import { useMemo } from "react";

import { type CampaignDocument, type DocumentFault, put } from "../document";
import { useWords } from "../words";
import { AwardsPart, type PartProps } from "./form/Awards";
import { FaultLines, FaultsProvider, Field, NumberField, TextField, useFaults } from "./form/Field";
import { RebatesPart, SkusPart, StagesPart } from "./form/Offers";
import { BlacklistPart, TiersPart } from "./form/Rules";

interface Props {
  document: CampaignDocument;
  faults: DocumentFault[];
  onChange: (document: CampaignDocument) => void;
}

export function DocumentForm({ document, faults, onChange }: Props) {
  return (
    <FaultsProvider value={faults}>
      <Head document={document} onChange={onChange} />
      <AwardsPart document={document} onChange={onChange} />
      <TiersPart document={document} onChange={onChange} />
      <BlacklistPart document={document} onChange={onChange} />
      <SkusPart document={document} onChange={onChange} />
      <RebatesPart document={document} onChange={onChange} />
      <StagesPart document={document} onChange={onChange} />
    </FaultsProvider>
  );
}

function Head({ document, onChange }: PartProps) {
  const tell = useWords();
  const whole = useFaults("", ["activity"]);
  const zones = useMemo(() => Intl.supportedValuesOf("timeZone").map((value) => ({ value })), []);
  // What is always there is kept, even where it is empty for a moment.
  const must = (key: "title" | "opens_at" | "closes_at" | "time_zone") => (value: string) =>
    onChange({ ...document, [key]: value });
  const may = (key: "description" | "strategy" | "points_expire_after_days") => (value: unknown) =>
    onChange(put(document, key, value));
  const limit = (key: "day" | "month") => (value: number | null) =>
    onChange({ ...document, limits: put(document.limits, key, value) });
  const { limits } = document;
  return (
    <Card size="small" className="form-part">
      <FaultLines faults={whole} />
      <div className="award-row">
        <TextField label={tell("Title")} path="title" value={document.title} onChange={must("title")} />
        <TextField
          label={tell("Description")}
          path="description"
          value={document.description}
          wide
          onChange={may("description")}
        />
        <TextField
          label={tell("Opens at")}
          path="opens_at"
          value={document.opens_at}
          wide
          onChange={must("opens_at")}
        />
        <TextField
          label={tell("Closes at")}
          path="closes_at"
          value={document.closes_at}
          wide
          onChange={must("closes_at")}
        />
        <Field label={tell("Time zone")} path="time_zone">
          {(status) => (
            <AutoComplete
              value={document.time_zone}
              status={status}
              options={zones}
              showSearch={{ filterOption: true }}
              onChange={must("time_zone")}
            />
          )}
        </Field>
        <NumberField
          label={tell("Draws a day")}
          path="limits.day"
          value={limits.day}
          min={1}
          placeholder={tell("any number")}
          onChange={limit("day")}
        />
        <NumberField
          label={tell("Draws a month")}
          path="limits.month"
          value={limits.month}
          min={1}
          placeholder={tell("any number")}
          onChange={limit("month")}
        />
        <NumberField
          label={tell("Points expire after days")}
          path="points_expire_after_days"
          value={document.points_expire_after_days}
          min={1}
          placeholder={tell("never")}
          onChange={may("points_expire_after_days")}
        />
        <TextField
          label={tell("Name of the strategy")}
          path="strategy"
          value={document.strategy}
          onChange={may("strategy")}
        />
      </div>
    </Card>
  );
}
