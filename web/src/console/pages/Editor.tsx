/** The editor: a form and the text side by side, the server's own faults at each field, odds, differences, publishing. */
import { Alert, Button, Card, Input, Spin, Tabs, Tag } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";

import { type Api, Refused, type Schemas, ask } from "../../api/client";
import { diffLines, withContext } from "../diff";
import { type CampaignDocument, type DocumentFault, likeThat, newDocument, placed, textOf } from "../document";
import { useConfirm } from "../confirm";
import { messageOf, useDo } from "../errors";
import { changeText, readText } from "../jsonc";
import { go } from "../route";
import { useApi } from "../session";
import { useWords } from "../words";
import { DocumentForm } from "./DocumentForm";
import { OddsTable } from "./OddsTable";
import { Page } from "./Page";

/** How long nothing is typed before the draft is saved. */
const SAVE_AFTER_MS = 600;

type Source = Schemas["DocumentSource"];

interface Current {
  version: number;
  document: CampaignDocument;
}

interface Begun {
  document: CampaignDocument;
  /** What it was written as, where it was written with comments. */
  source: Source | null;
  /** Where it is a draft that was saved before: it can be published as it is, and whoever only looks does not save it. */
  draft: Pick<Schemas["DraftBody"], "draft_hash" | "faults"> | null;
  current: Current | undefined;
}

async function begin(api: Api, id: string): Promise<Begun> {
  const { draft, current } = await ask(api.GET("/admin/activities/{id}/documents", { params: { path: { id } } }));
  const first = draft ?? current;
  return {
    draft,
    document: first?.document ?? newDocument(id),
    source: first?.source ?? null,
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

function Editor({ id, document: first, source, draft, current }: Begun & { id: string }) {
  const tell = useWords();
  const api = useApi();
  const [document, setDocument] = useState(first);
  const [text, setText] = useState(() => writtenAs(source) ?? textOf(first));
  const [unreadable, setUnreadable] = useState("");
  const [faults, setFaults] = useState<DocumentFault[]>(draft?.faults ?? []);
  const [hash, setHash] = useState(draft?.draft_hash ?? "");
  const [saved, setSaved] = useState<Saved>(draft ? "saved" : "not");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(0);

  const save = useCallback(
    async (wanted: string) => {
      asked.current += 1;
      const mine = asked.current;
      setSaved("saving");
      try {
        // The text itself is sent: its comments are kept, and the lines of its faults are those that are seen.
        const body = readText(wanted) as CampaignDocument;
        const bodySerializer = () => wanted;
        const [params, headers] = [{ path: { id } }, { "Content-Type": "application/jsonc" }];
        const answer = await ask(api.PUT("/admin/activities/{id}/draft", { params, headers, body, bodySerializer }));
        if (mine !== asked.current) return;
        setFaults(answer.faults);
        setHash(answer.draft_hash);
        setSaved("saved");
      } catch (error) {
        if (mine !== asked.current) return;
        setSaved("not");
        setHash("");
        const named = error instanceof Refused ? (error.problem.faults ?? []) : [];
        const read = named.map((fault) => ({
          path: "path" in fault ? fault.path : "",
          mend: "mend" in fault ? fault.mend : "",
          message: fault.message,
        }));
        setFaults(read.length > 0 ? placed(read, wanted) : [{ path: "", message: messageOf(error), mend: "" }]);
      }
    },
    [api, id],
  );
  const later = useCallback(
    (wanted: string) => {
      clearTimeout(timer.current);
      setSaved("saving");
      timer.current = setTimeout(() => void save(wanted), SAVE_AFTER_MS);
    },
    [save],
  );
  useEffect(() => () => clearTimeout(timer.current), []);

  const fromForm = (next: CampaignDocument) => {
    const written = changeText(text, next);
    setDocument(next);
    setText(written);
    setUnreadable("");
    later(written);
  };
  const fromText = (next: string) => {
    setText(next);
    try {
      setDocument(readText(next) as CampaignDocument);
      setUnreadable("");
      later(next);
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
      extra={
        <Publish
          id={id}
          hash={hash}
          disabled={saved !== "saved" || faults.length > 0}
          document={document}
          current={current}
        />
      }
    >
      {current && <p className="quiet">{tell("Version {version} is current", { version: current.version })}</p>}
      {source?.format === "toml" && source.text.includes("#") && (
        <Alert
          type="warning"
          title={tell(
            "It was written as TOML. What is changed here is saved as JSON, without the comments of the TOML.",
          )}
        />
      )}
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
            {
              key: "odds",
              label: tell("Odds"),
              children: good ? <OddsTable document={document} current={current} /> : null,
            },
            {
              key: "diff",
              label: tell("Differences to version {version}", { version: current?.version ?? 0 }),
              children: good ? (
                <Differences
                  before={current ? textOf(current.document) : ""}
                  after={textOf(likeThat(document, current?.document))}
                />
              ) : null,
            },
          ]}
        />
        <Card size="small" className="editor-text" title={tell("Document as text")}>
          {unreadable !== "" && <Alert type="error" title={unreadable} />}
          <Faults faults={faults} />
          <Input.TextArea
            className="document-text"
            aria-label={tell("Document as text")}
            value={text}
            spellCheck={false}
            onChange={(event) => fromText(event.target.value)}
          />
        </Card>
      </div>
    </Page>
  );
}

/** The text as it was written, comments and all, where it is one that the forms can change. */
function writtenAs(source: Source | null): string | undefined {
  if (source?.format !== "jsonc") return undefined;
  try {
    readText(source.text);
    return source.text;
  } catch {
    return undefined;
  }
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
          {faults === 0 ? tell("No faults") : tell("Faults: {count}", { count: faults })}
        </Tag>
      )}
      {saved === "not" && faults > 0 && <Tag color="red">{tell("Faults: {count}", { count: faults })}</Tag>}
    </>
  );
}

function Faults({ faults }: { faults: DocumentFault[] }) {
  if (faults.length === 0) return null;
  return (
    <Alert
      type="error"
      className="editor-faults"
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
  document,
  current,
}: {
  id: string;
  hash: string;
  disabled: boolean;
  document: CampaignDocument;
  current: Current | undefined;
}) {
  const tell = useWords();
  const api = useApi();
  const confirm = useConfirm();
  const act = useDo();
  const facts = () => {
    const before = current ? textOf(current.document) : "";
    const lines = diffLines(before, textOf(likeThat(document, current?.document)));
    const count = (kind: "added" | "removed") => lines.filter((line) => line.kind === kind).length;
    return Promise.resolve([
      `${id} · ${document.title}`,
      tell("{opens} to {closes}", { opens: document.opens_at, closes: document.closes_at }),
      tell("{awards} awards, {skus} SKUs", { awards: document.awards.length, skus: document.skus?.length ?? 0 }),
      ...(current
        ? [
            tell("{added} lines more and {removed} fewer than version {version}", {
              added: count("added"),
              removed: count("removed"),
              version: current.version,
            }),
          ]
        : []),
    ]);
  };
  const publish = () =>
    confirm({
      title: tell("Publish as a new version?"),
      facts,
      says: current
        ? tell("From the next draw on it decides. Draws under way finish on version {version}.", {
            version: current.version,
          })
        : tell("It is the first version: users can draw as soon as it opens."),
      ok: tell("Publish"),
      act: async () => {
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
