/** Downloads a whole list as CSV: every part of it is asked for, which can be watched and stopped. */
import { App, Button, Modal, Spin } from "antd";
import { useEffect, useRef, useState } from "react";

import { insist } from "../draw/insist";
import type { Column, Load } from "./ListTable";
import { download, toCsv, walkAll } from "./csv";
import { messageOf } from "./errors";
import { type Sorting, sorted } from "./listing";
import { useWords } from "./words";

interface Props<T> {
  name: string;
  load: Load<T>;
  columns: Column<T>[];
  /** Whether a row is among those searched for. */
  wanted: (row: T) => boolean;
  sorting: Sorting | undefined;
  disabled: boolean;
}

export function CsvButton<T>({ name, load, columns, wanted, sorting, disabled }: Props<T>) {
  const tell = useWords();
  const { message } = App.useApp();
  const [seen, setSeen] = useState<number>();
  const stop = useRef<AbortController>(undefined);
  // Whoever leaves the page does not wait for its file.
  useEffect(() => () => stop.current?.abort(), []);

  const start = async () => {
    const controller = new AbortController();
    stop.current = controller;
    setSeen(0);
    try {
      const { signal } = controller;
      const patient: Load<T> = (cursor, limit) => insist(() => load(cursor, limit));
      const all = await walkAll({ load: patient, onProgress: setSeen, signal });
      if (all === undefined) return;
      const rows = sorted(all.filter(wanted), columns, sorting);
      const heads = columns.map(({ title }) => title);
      download(`${name}.csv`, toCsv([heads, ...rows.map((row) => columns.map(({ value }) => value(row)))]));
      message.success(tell("{count} rows downloaded", { count: rows.length }));
    } catch (error) {
      if (!controller.signal.aborted) message.error(messageOf(error));
    } finally {
      setSeen(undefined);
    }
  };
  const cancel = () => {
    stop.current?.abort();
    setSeen(undefined);
  };
  return (
    <>
      <Button onClick={() => void start()} disabled={disabled || seen !== undefined}>
        {tell("Download CSV")}
      </Button>
      <Modal
        open={seen !== undefined && seen > 0}
        title={tell("Download CSV")}
        onCancel={cancel}
        footer={<Button onClick={cancel}>{tell("Cancel")}</Button>}
      >
        <p role="status">
          <Spin size="small" /> {tell("{count} rows so far", { count: seen ?? 0 })}
        </p>
      </Modal>
    </>
  );
}
