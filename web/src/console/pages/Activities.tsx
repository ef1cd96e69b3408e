/** Every activity, and what can be done with it. */
import { App, Button, Input, Modal, Space, Tag } from "antd";
import { useCallback, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { useDo } from "../errors";
import { ListTable } from "../ListTable";
import { go, linkTo } from "../route";
import { useApi, useMayWrite } from "../session";
import { timeOf } from "../time";
import { useServerWords, useWords } from "../words";
import { Page } from "./Page";

type Line = Schemas["ActivityLineBody"];
const COLOURS: Record<Line["state"], string> = {
  draft: "default",
  open: "green",
  paused: "orange",
  closed: "default",
  settled: "default",
};

export function StateTag({ state }: { state: Line["state"] }) {
  const word = useServerWords();
  return <Tag color={COLOURS[state]}>{word(state)}</Tag>;
}

export function ActivitiesPage() {
  const tell = useWords();
  const api = useApi();
  const mayWrite = useMayWrite();
  const load = useCallback(() => ask(api.GET("/admin/activities")), [api]);
  return (
    <Page title={tell("Activities")} extra={mayWrite && <NewActivity />}>
      <ListTable<Line>
        name="activities"
        load={load}
        rowKey={({ id }) => id}
        columns={[
          {
            key: "id",
            title: tell("Id"),
            value: ({ id }) => id,
            show: ({ id }) => <a {...linkTo("activities", id, "live")}>{id}</a>,
          },
          { key: "title", title: tell("Title"), value: ({ title }) => title },
          {
            key: "state",
            title: tell("State"),
            value: ({ state }) => state,
            show: ({ state }) => <StateTag state={state} />,
          },
          { key: "version", title: tell("Version"), value: ({ version }) => version },
          {
            key: "window",
            title: tell("Window"),
            value: ({ opens_at }) => opens_at,
            show: ({ opens_at, closes_at }) => `${timeOf(opens_at)} – ${timeOf(closes_at)}`,
          },
        ]}
        actions={(line, reload) => (
          <Space wrap>
            <Button size="small" {...linkTo("activities", line.id, "live")}>
              {tell("Live")}
            </Button>
            {mayWrite && (
              <>
                <Button size="small" {...linkTo("activities", line.id, "edit")}>
                  {tell("Edit")}
                </Button>
                <Button size="small" {...linkTo("activities", line.id, "versions")}>
                  {tell("Versions")}
                </Button>
                <Life line={line} reload={reload} />
              </>
            )}
          </Space>
        )}
      />
    </Page>
  );
}

function Life({ line: { id, state }, reload }: { line: Line; reload: () => Promise<void> }) {
  const tell = useWords();
  const api = useApi();
  const { modal } = App.useApp();
  const act = useDo();
  const params = { path: { id } };
  if (state === "closed" || state === "settled") return null;
  const pause = () =>
    modal.confirm({
      title: tell("Pause {id}?", { id }),
      content: tell("No draw and no recharge is taken until it is resumed. What was won is delivered all the same."),
      okText: tell("Pause"),
      cancelText: tell("Cancel"),
      onOk: async () => (await act(() => ask(api.POST("/admin/activities/{id}/pause", { params })))) && reload(),
    });
  const close = () =>
    modal.confirm({
      title: tell("Close {id} for good?", { id }),
      content: tell(
        "It ends at once and for good: open claims end, every day is settled, every seed is revealed. This cannot be undone.",
      ),
      okText: tell("Close"),
      okButtonProps: { danger: true },
      cancelText: tell("Cancel"),
      onOk: async () => (await act(() => ask(api.POST("/admin/activities/{id}/close", { params })))) && reload(),
    });
  const resume = async () => {
    if (await act(() => ask(api.POST("/admin/activities/{id}/resume", { params })))) await reload();
  };
  return (
    <>
      {state === "open" ? (
        <Button size="small" onClick={pause}>
          {tell("Pause")}
        </Button>
      ) : (
        <Button size="small" onClick={resume}>
          {tell("Resume")}
        </Button>
      )}
      <Button size="small" danger onClick={close}>
        {tell("Close")}
      </Button>
    </>
  );
}

/** Asks for an id; the editor begins with a document of that id. */
function NewActivity() {
  const tell = useWords();
  const [open, setOpen] = useState(false);
  const [id, setId] = useState("");
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        {tell("New activity")}
      </Button>
      <Modal
        title={tell("New activity")}
        open={open}
        onCancel={() => setOpen(false)}
        onOk={() => go("activities", id, "edit")}
        okText={tell("Start")}
        cancelText={tell("Cancel")}
        okButtonProps={{ disabled: !/^[\w.-]{1,64}$/.test(id) }}
      >
        <label className="field">
          <span>{tell("Activity id")}</span>
          <Input value={id} onChange={(event) => setId(event.target.value)} maxLength={64} />
        </label>
      </Modal>
    </>
  );
}
