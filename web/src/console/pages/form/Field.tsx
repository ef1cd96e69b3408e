/** Fields of the document's form. What the server finds wrong stands at the field it is about. */
import { Button, Card, Input, InputNumber, Select, Switch } from "antd";
import { type ReactNode, createContext, useContext, useEffect, useState } from "react";

import { type DocumentFault, faultsWithin } from "../../document";
import { messageOf } from "../../errors";
import { useWords } from "../../words";

const FaultsContext = createContext<readonly DocumentFault[]>([]);
export const FaultsProvider = FaultsContext.Provider;

/** The faults of a place: of exactly it, and of what in it has no field of its own. */
export function useFaults(path: string, within: readonly string[] = []): DocumentFault[] {
  return faultsWithin(useContext(FaultsContext), path, within);
}

export function FaultLines({ faults }: { faults: readonly DocumentFault[] }) {
  return faults.map(({ message, mend }, at) => (
    <span key={at} className="field-fault" role="alert">
      {message}. {mend}
    </span>
  ));
}

interface FieldProps {
  label: string;
  path: string;
  /** What in it is said here too, such as `[` for the entries of a list. */
  within?: readonly string[];
  wide?: boolean;
  children: (status: "error" | "") => ReactNode;
}

export function Field({ label, path, within = [], wide = false, children }: FieldProps) {
  const faults = useFaults(path, within);
  return (
    <label className={wide ? "field field-wide" : "field"} data-path={path}>
      <span>{label}</span>
      {children(faults.length > 0 ? "error" : "")}
      <FaultLines faults={faults} />
    </label>
  );
}

interface Of<T> {
  label: string;
  path: string;
  value: T;
}

export function TextField({
  label,
  path,
  value,
  wide = false,
  placeholder,
  onChange,
}: Of<string | null | undefined> & { wide?: boolean; placeholder?: string; onChange: (value: string) => void }) {
  return (
    <Field label={label} path={path} wide={wide}>
      {(status) => (
        <Input
          value={value ?? ""}
          status={status}
          {...(placeholder !== undefined && { placeholder })}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export function NumberField({
  label,
  path,
  value,
  min = 0,
  placeholder,
  onChange,
}: Of<number | null | undefined> & { min?: number; placeholder?: string; onChange: (value: number | null) => void }) {
  return (
    <Field label={label} path={path}>
      {(status) => (
        <InputNumber
          min={min}
          precision={0}
          value={value ?? null}
          status={status}
          {...(placeholder !== undefined && { placeholder })}
          onChange={onChange}
        />
      )}
    </Field>
  );
}

export interface Option {
  value: string;
  label: string;
}

export function ChoiceField({
  label,
  path,
  value,
  options,
  optional = false,
  onChange,
}: Of<string | null | undefined> & {
  options: readonly Option[];
  /** Whether it may be left out. */
  optional?: boolean;
  onChange: (value: string | undefined) => void;
}) {
  return (
    <Field label={label} path={path}>
      {(status) => (
        <Select
          allowClear={optional}
          value={value ?? null}
          status={status}
          options={[...options]}
          onChange={(chosen: string | null) => onChange(chosen ?? undefined)}
        />
      )}
    </Field>
  );
}

export function SwitchField({
  label,
  path,
  value,
  onChange,
}: Of<boolean | undefined> & { onChange: (value: boolean) => void }) {
  return (
    <Field label={label} path={path}>
      {() => <Switch className="field-switch" checked={value ?? false} aria-label={label} onChange={onChange} />}
    </Field>
  );
}

/** Any JSON, taken over as soon as it can be read. */
export function JsonField({ label, path, value, onChange }: Of<unknown> & { onChange: (value: unknown) => void }) {
  const tell = useWords();
  const [text, setText] = useState(() => JSON.stringify(value));
  const [fault, setFault] = useState("");
  const now = JSON.stringify(value);
  // Changed from elsewhere, such as in the text beside the form.
  useEffect(() => {
    setText((shown) => {
      try {
        return JSON.stringify(JSON.parse(shown)) === now ? shown : now;
      } catch {
        return now;
      }
    });
    setFault("");
  }, [now]);
  const change = (typed: string) => {
    setText(typed);
    try {
      const read: unknown = JSON.parse(typed);
      setFault("");
      onChange(read);
    } catch (error) {
      setFault(tell("This is not JSON: {message}", { message: messageOf(error) }));
    }
  };
  return (
    <Field label={label} path={path} within={[".", "["]} wide>
      {(status) => (
        <>
          <Input.TextArea
            className="mono"
            rows={2}
            value={text}
            status={fault === "" ? status : "error"}
            onChange={(event) => change(event.target.value)}
          />
          {fault !== "" && <span className="field-fault">{fault}</span>}
        </>
      )}
    </Field>
  );
}

/** A part of the form that holds any number of rows. */
export function Rows<T>({
  title,
  path,
  add,
  onAdd,
  rows,
  hint,
  children,
}: {
  title: string;
  path: string;
  add: string;
  onAdd: () => void;
  rows: readonly T[];
  hint?: string;
  children: (row: T, at: number) => ReactNode;
}) {
  const faults = useFaults(path);
  return (
    <Card size="small" className="form-part" title={title} extra={<Button onClick={onAdd}>{add}</Button>}>
      {hint !== undefined && <p className="quiet">{hint}</p>}
      <FaultLines faults={faults} />
      {rows.map((row, at) => (
        <div className="award-row" key={at}>
          {children(row, at)}
        </div>
      ))}
    </Card>
  );
}

/** What is wrong with a row as a whole, and the way to take it out. */
export function RowEnd({ path, name, onRemove }: { path: string; name: string; onRemove: () => void }) {
  const tell = useWords();
  const faults = useFaults(path);
  return (
    <div className="row-end" data-path={path}>
      <FaultLines faults={faults} />
      <Button danger onClick={onRemove} aria-label={`${tell("Remove")} ${name}`}>
        {tell("Remove")}
      </Button>
    </div>
  );
}
