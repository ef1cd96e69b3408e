/** A list of the server: parts by cursor, a search in what is loaded, sorting, CSV, and what to show where there is nothing. */
import { Alert, Button, Empty, Input, Table } from "antd";
import type { TableProps } from "antd";
import { type Key, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";

import { download, toCsv } from "./csv";
import { messageOf } from "./errors";
import { useWords } from "./words";

export interface Part<T> {
  items: T[];
  next_cursor?: string | null;
}

export interface Column<T> {
  key: string;
  title: string;
  /** What is searched, sorted and exported. */
  value: (row: T) => string | number | null | undefined;
  /** What is shown, where it is more than the value. */
  show?: (row: T) => ReactNode;
  width?: number;
}

interface Props<T> {
  name: string;
  load: (cursor: string | undefined) => Promise<Part<T>>;
  columns: Column<T>[];
  rowKey: (row: T) => string;
  actions?: (row: T, reload: () => Promise<void>) => ReactNode;
  /** Tools above the list: filters, and what can be done with the rows chosen. */
  tools?: (chosen: T[], reload: () => Promise<void>) => ReactNode;
  selectable?: boolean;
  expand?: (row: T) => ReactNode;
}

export function ListTable<T extends object>({
  name,
  load,
  columns,
  rowKey,
  actions,
  tools,
  selectable = false,
  expand,
}: Props<T>) {
  const tell = useWords();
  const [rows, setRows] = useState<T[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const [loading, setLoading] = useState(true);
  const [fault, setFault] = useState<unknown>();
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<Key[]>([]);
  const asked = useRef(0);

  const loadPart = useCallback(
    async (after: string | undefined) => {
      asked.current += 1;
      const mine = asked.current;
      setLoading(true);
      try {
        const part = await load(after);
        // Another filter may have been chosen meanwhile.
        if (mine !== asked.current) return;
        setRows((shown) => (after === undefined ? part.items : [...shown, ...part.items]));
        setCursor(part.next_cursor ?? null);
        setFault(undefined);
        if (after === undefined) setChosen([]);
      } catch (error) {
        if (mine === asked.current) setFault(error);
      } finally {
        if (mine === asked.current) setLoading(false);
      }
    },
    [load],
  );
  const reload = useCallback(() => loadPart(undefined), [loadPart]);
  useEffect(() => {
    void reload();
  }, [reload]);

  const found = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    if (wanted === "") return rows;
    return rows.filter((row) =>
      columns.some(({ value }) =>
        String(value(row) ?? "")
          .toLowerCase()
          .includes(wanted),
      ),
    );
  }, [columns, rows, search]);

  const shown: NonNullable<TableProps<T>["columns"]> = columns.map(({ key, title, value, show, width }) => ({
    key,
    title,
    ...(width !== undefined && { width }),
    render: (_: unknown, row: T) => (show ? show(row) : value(row)),
    sorter: (one: T, other: T) => compare(value(one), value(other)),
  }));
  if (actions) shown.push({ key: "actions", title: tell("Actions"), render: (_, row) => actions(row, reload) });
  const csv = () =>
    download(
      `${name}.csv`,
      toCsv([columns.map(({ title }) => title), ...found.map((row) => columns.map(({ value }) => value(row)))]),
    );
  const picked = rows.filter((row) => chosen.includes(rowKey(row)));
  return (
    <>
      <div className="tools">
        {tools?.(picked, reload)}
        <Input.Search
          allowClear
          className="search"
          style={{ width: 240 }}
          placeholder={tell("Search in what is loaded")}
          aria-label={tell("Search in what is loaded")}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Button onClick={() => void reload()}>{tell("Reload")}</Button>
        <Button onClick={csv} disabled={found.length === 0}>
          {tell("Download CSV")}
        </Button>
      </div>
      {fault !== undefined && (
        <Alert
          type="error"
          showIcon
          title={tell("That did not work")}
          description={messageOf(fault)}
          action={<Button onClick={() => void reload()}>{tell("Try again")}</Button>}
        />
      )}
      <div className="wide">
        <Table<T>
          size="middle"
          rowKey={rowKey}
          columns={shown}
          dataSource={found}
          loading={loading}
          pagination={false}
          locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={tell("Nothing here")} /> }}
          {...(selectable && { rowSelection: { selectedRowKeys: chosen, onChange: (keys) => setChosen(keys) } })}
          {...(expand && { expandable: { expandedRowRender: expand } })}
        />
      </div>
      {cursor !== null && (
        <div className="more">
          <Button onClick={() => void loadPart(cursor)} loading={loading}>
            {tell("Load more")}
          </Button>
        </div>
      )}
    </>
  );
}

function compare(one: string | number | null | undefined, other: string | number | null | undefined): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one ?? "").localeCompare(String(other ?? ""), undefined, { numeric: true });
}
