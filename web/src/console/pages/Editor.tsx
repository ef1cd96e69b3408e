/** The editor: a form and the text side by side, the server's own faults at each field, odds, differences, publishing. */
import { Alert, App, Button, Card, Input, Spin, Tabs, Tag } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";

import { type Api, Refused, ask } from "../../api/client";
import { diffLines, withContext } from "../diff";
import { type CampaignDocument, type DocumentFault, newDocument, textOf } from "../document";
import { messageOf, useDo } from "../errors";
import { go } from "../route";
import { useApi } from "../session";
import { useWords } from "../words";
import { DocumentForm } from "./DocumentForm";
import { OddsTable } from "./OddsTable";
import { Page } from "./Page";

/** How long nothing is typed before the draft is saved. */
const SAVE_AFTER_MS = 600;

interface Current {
  version: number;
  document: CampaignDocument;
}

interface Begun {
  document: CampaignDocument;
  /** Whether it is a draft that was saved before. */
  drafted: boolean;
  current: Current | undefined;
}

async function begin(api: Api, id: string): Promise<Begun> {
  const { draft, current } = await ask(api.GET("/admin/activities/{id}/documents", { params: { path: { id } } }));
  return {
    drafted: draft !== null,
    document: draft?.document ?? current?.document ?? newDocument(id),
    current: current ?? undefined,
  };
}

export function EditorPage({ id }: { id: string }) {
  const api = useApi();
  const [begun, setBegun] = useState<Begun>();
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    begin(api, id).then(setBegun, setFault);
  }, [api, id]);
  if (fault !== undefined) return <Alert type="error" title={messageOf(fault)} />;
  return begun ? <Editor id={id} {...begun} /> : <Spin />;
}

type Saved = "saved" | "saving" | "not";

function Editor({ id, document: first, drafted, current }: Begun & { id: string }) {
  const tell = useWords();
  const api = useApi();
  const [document, setDocument] = useState(first);
  const [text, setText] = useState(() => textOf(first));
  const [unreadable, setUnreadable] = useState("");
  const [faults, setFaults] = useState<DocumentFault[]>([]);
  const [hash, setHash] = useState("");
  const [saved, setSaved] = useState<Saved>("not");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(0);

  const save = useCallback(
    async (wanted: CampaignDocument) => {
      asked.current += 1;
      const mine = asked.current;
      setSaved("saving");
      try {
        const answer = await ask(api.PUT("/admin/activities/{id}/draft", { params: { path: { id } }, body: wanted }));
        if (mine !== asked.current) return;
        setFaults(answer.faults);
        setHash(answer.draft_hash);
        setSaved("saved");
      } catch (error) {
        if (mine !== asked.current) return;
        setSaved("not");
        setHash("");
        const named = error instanceof Refused ? (error.problem.faults ?? []) : [];
        setFaults(
          named.length > 0
            ? named.map((fault) => ({
                path: "path" in fault ? fault.path : "",
                mend: "mend" in fault ? fault.mend : "",
                message: fault.message,
              }))
            : [{ path: "", message: messageOf(error), mend: "" }],
        );
      }
    },
    [api, id],
  );
  const later = useCallback(
    (wanted: CampaignDocument) => {
      clearTimeout(timer.current);
      setSaved("saving");
      timer.current = setTimeout(() => void save(wanted), SAVE_AFTER_MS);
    },
    [save],
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  // A draft of before is checked at once, so that it can be published as it is.
  useEffect(() => {
    if (drafted) void save(first);
  }, [drafted, first, save]);

  const fromForm = (next: CampaignDocument) => {
    setDocument(next);
    setText(textOf(next));
    setUnreadable("");
    later(next);
  };
  const fromText = (next: string) => {
    setText(next);
    try {
      const read = JSON.parse(next) as CampaignDocument;
      setDocument(read);
      setUnreadable("");
      later(read);
    } catch (error) {
      clearTimeout(timer.current);
      setSaved("not");
      setUnreadable(tell("This is not JSON: {message}", { message: messageOf(error) }));
    }
  };
  const good = unreadable === "" && isDocument(document);
  return (
    <Page
      title={
        <>
          {id} · {tell("Edit")} <SavedTag saved={saved} faults={faults.length} />
        </>
      }
      extra={<Publish id={id} hash={hash} disabled={saved !== "saved" || faults.length > 0} current={current} />}
    >
      {current && <p className="quiet">{tell("Version {version} is current", { version: current.version })}</p>}
      <div className="editor">
        <Tabs
          items={[
            {
              key: "form",
              label: tell("Form"),
              children: good ? (
                <DocumentForm document={document} faults={faults} onChange={fromForm} />
              ) : (
                <Alert type="warning" title={unreadable} />
              ),
            },
            { key: "odds", label: tell("Odds"), children: good ? <OddsTable document={document} /> : null },
            {
              key: "diff",
              label: tell("Differences to version {version}", { version: current?.version ?? 0 }),
              children: <Differences before={current ? textOf(current.document) : ""} after={text} />,
            },
          ]}
        />
        <Card title={tell("Document as text")}>
          {unreadable !== "" && <Alert type="error" title={unreadable} />}
          <Faults faults={faults} />
          <Input.TextArea
            className="document-text"
            aria-label={tell("Document as text")}
            value={text}
            spellCheck={false}
            rows={40}
            onChange={(event) => fromText(event.target.value)}
          />
        </Card>
      </div>
    </Page>
  );
}

/** Whether the form can show it: the text may hold anything. */
function isDocument(document: unknown): document is CampaignDocument {
  return typeof document === "object" && document !== null && Array.isArray((document as CampaignDocument).awards);
}

function SavedTag({ saved, faults }: { saved: Saved; faults: number }) {
  const tell = useWords();
  if (saved === "saving") return <Tag>{tell("Saving…")}</Tag>;
  return (
    <>
      <Tag color={saved === "saved" ? "green" : "default"}>{tell(saved === "saved" ? "Saved" : "Not saved")}</Tag>
      {saved === "saved" && (
        <Tag color={faults === 0 ? "green" : "red"}>
          {faults === 0 ? tell("No faults") : tell("{count} faults", { count: faults })}
        </Tag>
      )}
      {saved === "not" && faults > 0 && <Tag color="red">{tell("{count} faults", { count: faults })}</Tag>}
    </>
  );
}

function Faults({ faults }: { faults: DocumentFault[] }) {
  if (faults.length === 0) return null;
  return (
    <Alert
      type="error"
      style={{ marginBottom: "0.8rem" }}
      title={
        <ul role="status">
          {faults.map(({ path, message, mend }, at) => (
            <li key={at}>
              <code>{path}</code> {message}. {mend}
            </li>
          ))}
        </ul>
      }
    />
  );
}

function Differences({ before, after }: { before: string; after: string }) {
  const tell = useWords();
  const lines = withContext(diffLines(before, after));
  if (!lines.some((line) => line !== "gap" && line.kind !== "same")) return <p>{tell("No difference")}</p>;
  return (
    <pre className="diff" tabIndex={0}>
      {lines.map((line, at) => {
        if (line === "gap") return <span key={at}> ⋯</span>;
        if (line.kind === "added") return <ins key={at}>+ {line.text}</ins>;
        if (line.kind === "removed") return <del key={at}>- {line.text}</del>;
        return (
          <span key={at}>
            {"  "}
            {line.text}
          </span>
        );
      })}
    </pre>
  );
}

function Publish({
  id,
  hash,
  disabled,
  current,
}: {
  id: string;
  hash: string;
  disabled: boolean;
  current: Current | undefined;
}) {
  const tell = useWords();
  const api = useApi();
  const { modal } = App.useApp();
  const act = useDo();
  const publish = () =>
    modal.confirm({
      title: tell("Publish as a new version?"),
      content:
        current &&
        tell("From the next draw on it decides. Draws under way finish on version {version}.", {
          version: current.version,
        }),
      okText: tell("Publish"),
      cancelText: tell("Cancel"),
      onOk: async () => {
        // Exactly the draft that is seen here: one that changed meanwhile is refused.
        const headers = { "If-Match": `"${hash}"` };
        const done = await act(() =>
          ask(api.POST("/admin/activities/{id}/publish", { params: { path: { id } }, headers })),
        );
        if (done) go("activities", id, "live");
      },
    });
  return (
    <Button type="primary" disabled={disabled} onClick={publish}>
      {tell("Publish")}
    </Button>
  );
}
