/** A list of the server: parts by cursor, a search in what is loaded, sorting, CSV, and what to show where there is nothing. */
import { Alert, Button, Empty, Input, Table } from "antd";
import type { TableProps } from "antd";
import { type Key, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";

import { CsvButton } from "./CsvButton";
import { messageOf } from "./errors";
import { compare, matches, readSort, writeSort } from "./listing";
import { useChoice } from "./route";
import { useWords } from "./words";

/** Rows of a part, where a person reads them. */
const PART_ROWS = 50;

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
  /** What is longer is broken into lines. */
  width?: number;
}

export type Load<T> = (cursor: string | undefined, limit: number) => Promise<Part<T>>;

interface Props<T> {
  /** Names the file that is downloaded. */
  name: string;
  load: Load<T>;
  columns: Column<T>[];
  rowKey: (row: T) => string;
  actions?: (row: T, reload: () => Promise<void>) => ReactNode;
  /** Tools above the list: filters, and what can be done with the rows chosen. */
  tools?: (chosen: T[], reload: () => Promise<void>) => ReactNode;
  selectable?: boolean;
  expand?: (row: T) => ReactNode;
  /** What an empty list says, where it can say more than that nothing is there. */
  empty?: string;
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
  empty,
}: Props<T>) {
  const tell = useWords();
  const [rows, setRows] = useState<T[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const [loading, setLoading] = useState(true);
  const [fault, setFault] = useState<unknown>();
  const [search, setSearch] = useChoice("q", { typed: true });
  const [sort, setSort] = useChoice("sort");
  const [chosen, setChosen] = useState<Key[]>([]);
  const asked = useRef(0);

  const loadPart = useCallback(
    async (after: string | undefined) => {
      asked.current += 1;
      const mine = asked.current;
      setLoading(true);
      try {
        const part = await load(after, PART_ROWS);
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

  const wanted = useCallback((row: T) => matches(columns, row, search), [columns, search]);
  const found = useMemo(() => rows.filter(wanted), [rows, wanted]);
  const sorting = readSort(sort);
  const shown: NonNullable<TableProps<T>["columns"]> = columns.map(({ key, title, value, show, width }) => ({
    key,
    title,
    render: (_: unknown, row: T) => {
      const cell = show ? show(row) : value(row);
      return width === undefined ? cell : <div style={{ width }}>{cell}</div>;
    },
    sorter: (one: T, other: T) => compare(value(one), value(other)),
    sortOrder: sorting?.key === key ? (sorting.falling ? "descend" : "ascend") : null,
  }));
  if (actions) shown.push({ key: "actions", title: tell("Actions"), render: (_, row) => actions(row, reload) });
  const picked = rows.filter((row) => chosen.includes(rowKey(row)));
  const nothing =
    search === "" ? (empty ?? tell("Nothing here")) : tell("Nothing that was loaded has “{text}”", { text: search });
  return (
    <>
      <div className="tools">
        {tools?.(picked, reload)}
        <Input.Search
          allowClear
          className="search"
          value={search}
          placeholder={tell("Search in what is loaded")}
          aria-label={tell("Search in what is loaded")}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Button onClick={() => void reload()}>{tell("Reload")}</Button>
        <CsvButton
          name={name}
          load={load}
          columns={columns}
          wanted={wanted}
          sorting={sorting}
          disabled={rows.length === 0}
        />
      </div>
      {fault !== undefined && (
        <Alert
          type="error"
          showIcon
          className="list-fault"
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
          onChange={(_, __, sorter) => {
            const [first] = [sorter].flat();
            setSort(writeSort(first?.order && { key: String(first.columnKey), falling: first.order === "descend" }));
          }}
          // A list that could not be read is not an empty one.
          locale={{
            emptyText:
              loading || fault !== undefined ? (
                <span className="empty-space" />
              ) : (
                <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={nothing} />
              ),
          }}
          {...(selectable && { rowSelection: { selectedRowKeys: chosen, onChange: (keys) => setChosen(keys) } })}
          {...(expand && { expandable: { expandedRowRender: expand } })}
        />
      </div>
      {cursor !== null && (
        <div className="more">
          <Button onClick={() => void loadPart(cursor)} loading={loading}>
            {tell("Load more")}
          </Button>
          <span className="quiet">{tell("{count} rows are loaded, and there are more", { count: rows.length })}</span>
        </div>
      )}
    </>
  );
}
