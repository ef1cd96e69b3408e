/** The editor: a form and the text side by side, the server's own faults at each field, odds, differences, publishing. */
import { Alert, Button, Card, Input, Spin, Tabs, Tag } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";

import { type Api, Refused, ask } from "../../api/client";
import { keep, kept } from "../../shared/keep";
import { diffLines, withContext } from "../diff";
import {
  type CampaignDocument,
  type DocumentFault,
  likeThat,
  meaningOf,
  newDocument,
  placed,
  textOf,
} from "../document";
import { useConfirm } from "../confirm";
import { messageOf, useDo } from "../errors";
import { changeText, readText, withoutComments } from "../jsonc";
import { go } from "../route";
import { useApi } from "../session";
import { useWords } from "../words";
import { DocumentForm } from "./DocumentForm";
import { OddsTable } from "./OddsTable";
import { Page } from "./Page";

/** Where texts are kept, by activity: the server keeps what they say, without their comments. */
const PLACE = "document ";
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
  const [text, setText] = useState(() => keptText(id, first) ?? textOf(first));
  const [unreadable, setUnreadable] = useState("");
  const [faults, setFaults] = useState<DocumentFault[]>([]);
  const [hash, setHash] = useState("");
  const [saved, setSaved] = useState<Saved>("not");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(0);

  const save = useCallback(
    async (wanted: string) => {
      asked.current += 1;
      const mine = asked.current;
      setSaved("saving");
      try {
        // The text itself is sent, with blanks for its comments: so the lines of its faults are those that are seen.
        const body = readText(wanted) as CampaignDocument;
        const bodySerializer = () => withoutComments(wanted);
        const params = { path: { id } };
        const answer = await ask(api.PUT("/admin/activities/{id}/draft", { params, body, bodySerializer }));
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
      keep(PLACE + id, wanted);
      setSaved("saving");
      timer.current = setTimeout(() => void save(wanted), SAVE_AFTER_MS);
    },
    [id, save],
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  // A draft of before is checked at once, so that it can be published as it is.
  useEffect(() => {
    if (drafted) void save(keptText(id, first) ?? textOf(first));
  }, [drafted, first, id, save]);

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

/** The text as it was written here before, comments and all, where it still says what the draft says. */
function keptText(id: string, draft: CampaignDocument): string | undefined {
  const text = kept<string>(PLACE + id);
  try {
    return text !== undefined && meaningOf(readText(text)) === meaningOf(draft) ? text : undefined;
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
