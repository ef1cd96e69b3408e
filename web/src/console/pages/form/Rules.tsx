/** Special rules of a document: tiers by draws used, and the users who always get one award. */
import { Button, Card, Select } from "antd";

import type { Schemas } from "../../../api/client";
import { type CampaignDocument, put } from "../../document";
import { useServerWords, useWords } from "../../words";
import { awardOptions, type PartProps } from "./Awards";
import { ChoiceField, FaultLines, Field, NumberField, RowEnd, Rows, TextField, useFaults } from "./Field";

type Tier = Schemas["TierDocument"];
type Blacklist = NonNullable<CampaignDocument["blacklist"]>;

export function TiersPart({ document, onChange }: PartProps) {
  const tell = useWords();
  const word = useServerWords();
  const tiers = document.tiers ?? [];
  const change = (next: Tier[]) => onChange(put(document, "tiers", next.length > 0 ? next : undefined));
  const replace = (at: number, next: Tier) => change(tiers.map((one, index) => (index === at ? next : one)));
  const add = () =>
    change([
      ...tiers,
      { at: (tiers.at(-1)?.at ?? 0) + 10, mode: "once", awards: document.awards.slice(0, 1).map(({ id }) => id) },
    ]);
  return (
    <Rows
      title={tell("Tiers")}
      path="tiers"
      add={tell("Add tier")}
      onAdd={add}
      rows={tiers}
      hint={tell("Awards that are drawn from by how many draws a user has used: once, or from there on.")}
    >
      {(tier, at) => (
        <>
          <NumberField
            label={tell("At draws")}
            path={`tiers[${at}].at`}
            value={tier.at}
            onChange={(value) => replace(at, { ...tier, at: value ?? 0 })}
          />
          <ChoiceField
            label={tell("Mode")}
            path={`tiers[${at}].mode`}
            value={tier.mode}
            options={(["once", "from"] as const).map((value) => ({ value, label: word(value) }))}
            onChange={(mode) => replace(at, { ...tier, mode: mode === "from" ? "from" : "once" })}
          />
          <Field label={tell("Awards")} path={`tiers[${at}].awards`} within={["["]} wide>
            {(status) => (
              <Select
                mode="multiple"
                value={tier.awards}
                status={status}
                options={awardOptions(document)}
                onChange={(ids: string[]) => replace(at, { ...tier, awards: ids })}
              />
            )}
          </Field>
          <RowEnd
            path={`tiers[${at}]`}
            name={String(tier.at)}
            onRemove={() => change(tiers.filter((_, index) => index !== at))}
          />
        </>
      )}
    </Rows>
  );
}

export function BlacklistPart({ document, onChange }: PartProps) {
  const tell = useWords();
  const blacklist = document.blacklist ?? undefined;
  const faults = useFaults("blacklist");
  const change = (next: Blacklist | undefined) => onChange(put(document, "blacklist", next));
  const first = document.awards.find(({ weight }) => weight === "0") ?? document.awards[0];
  return (
    <Card
      size="small"
      className="form-part"
      title={tell("Black list")}
      extra={
        blacklist ? (
          <Button danger onClick={() => change(undefined)}>
            {tell("Remove black list")}
          </Button>
        ) : (
          <Button onClick={() => change({ award: first?.id ?? "" })}>{tell("Add black list")}</Button>
        )
      }
    >
      <p className="quiet">
        {tell("Users who always get one award. Operators put more on it while the activity runs.")}
      </p>
      <FaultLines faults={faults} />
      {blacklist && <BlacklistFields blacklist={blacklist} document={document} onChange={change} />}
    </Card>
  );
}

interface BlacklistProps {
  blacklist: Blacklist;
  document: CampaignDocument;
  onChange: (blacklist: Blacklist) => void;
}

function BlacklistFields({ blacklist, document, onChange }: BlacklistProps) {
  const tell = useWords();
  const { users = [], points } = blacklist;
  const range = (key: "min" | "max") => (value: string) => {
    const next = { min: points?.min ?? "", max: points?.max ?? "", ...points, [key]: value };
    onChange(put(blacklist, "points", next.min === "" && next.max === "" ? undefined : next));
  };
  return (
    <div className="award-row">
      <ChoiceField
        label={tell("Award")}
        path="blacklist.award"
        value={blacklist.award}
        options={awardOptions(document)}
        onChange={(award) => onChange({ ...blacklist, award: award ?? "" })}
      />
      <TextField
        label={tell("Worth at least")}
        path="blacklist.points.min"
        value={points?.min}
        onChange={range("min")}
      />
      <TextField
        label={tell("Worth at most")}
        path="blacklist.points.max"
        value={points?.max}
        onChange={range("max")}
      />
      <Field label={tell("Users, one or many at once")} path="blacklist.users" within={["["]} wide>
        {(status) => (
          <Select
            mode="tags"
            open={false}
            suffix={null}
            value={users}
            status={status}
            maxTagCount={100}
            tokenSeparators={[",", " ", "\n", "\t", ";"]}
            onChange={(ids: string[]) => onChange(put(blacklist, "users", ids.length > 0 ? ids : undefined))}
          />
        )}
      </Field>
    </div>
  );
}
