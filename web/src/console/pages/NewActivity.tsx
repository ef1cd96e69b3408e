/** A new activity: an id, and a document to begin with, from a template or as a copy of another activity. */
import { Alert, Button, Input, Modal, Select } from "antd";
import { useEffect, useState } from "react";

import { type Schemas, ask } from "../../api/client";
import { useLanguage } from "../../shared/language";
import { type CampaignDocument, textOf } from "../document";
import { everyDraft } from "../drafts";
import { messageOf } from "../errors";
import { go } from "../route";
import { useApi } from "../session";
import { TEMPLATES, type Template, documentOf } from "../templates";
import { type Word, useWords } from "../words";

const NAMES: Record<Template, Word> = {
  small: "Small: points, or a kind word",
  nine: "Nine-grid: eight awards, goods and coupons",
  whole: "Everything: sign-in, streaks, tiers, black list, points shop",
};
/** What stands before the id of an activity to copy. */
const COPY = "copy of ";

export function NewActivity() {
  const tell = useWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        {tell("New activity")}
      </Button>
      {open && <Wizard onClose={() => setOpen(false)} />}
    </>
  );
}

function Wizard({ onClose }: { onClose: () => void }) {
  const tell = useWords();
  const { language } = useLanguage();
  const api = useApi();
  const [id, setId] = useState("");
  const [from, setFrom] = useState<string>("nine");
  const [lines, setLines] = useState<Schemas["ActivityLineBody"][]>([]);
  const [drafted, setDrafted] = useState<string[]>([]);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    Promise.all([ask(api.GET("/admin/activities")), everyDraft(api)]).then(
      ([{ items }, drafts]) => {
        setLines(items);
        setDrafted(drafts.map(({ activity_id }) => activity_id));
      },
      (error: unknown) => setFault(messageOf(error)),
    );
  }, [api]);
  // What somebody else has begun must not be written over.
  const taken = lines.some((line) => line.id === id) || drafted.includes(id);

  const begin = async () => {
    setBusy(true);
    try {
      const document = from.startsWith(COPY) ? await copyOf(from.slice(COPY.length)) : fresh(from as Template);
      const params = { path: { id } };
      await ask(
        api.PUT("/admin/activities/{id}/draft", { params, body: document, bodySerializer: (body) => textOf(body) }),
      );
      go("activities", id, "edit");
    } catch (error) {
      setFault(messageOf(error));
      setBusy(false);
    }
  };
  const fresh = (template: Template) => documentOf(template, id, language);
  const copyOf = async (activity: string): Promise<CampaignDocument> => {
    const { items } = await ask(api.GET("/admin/activities/{id}/versions", { params: { path: { id: activity } } }));
    const [newest] = items;
    if (!newest) throw new Error(tell("{id} was never published", { id: activity }));
    return { ...newest.document, activity: id };
  };
  return (
    <Modal
      open
      title={tell("New activity")}
      onCancel={onClose}
      onOk={() => void begin()}
      okText={tell("Start")}
      cancelText={tell("Cancel")}
      confirmLoading={busy}
      okButtonProps={{ disabled: taken || !/^[\w.-]{1,64}$/.test(id) }}
    >
      <label className="field">
        <span>{tell("Activity id")}</span>
        <Input
          value={id}
          status={taken ? "error" : ""}
          maxLength={64}
          onChange={(event) => setId(event.target.value.trim())}
        />
        {taken && <span className="field-fault">{tell("There is an activity of that id: edit it instead")}</span>}
      </label>
      <label className="field form-part">
        <span>{tell("Begin with")}</span>
        <Select
          value={from}
          onChange={setFrom}
          options={[
            {
              label: tell("Templates"),
              options: TEMPLATES.map((value) => ({ value, label: tell(NAMES[value]) })),
            },
            {
              label: tell("Copy of an activity"),
              options: lines.map((line) => ({ value: COPY + line.id, label: `${line.id} ${line.title}` })),
            },
          ]}
        />
      </label>
      <p className="quiet">{tell("It is saved as a draft. Nobody sees it before it is published.")}</p>
      {fault !== "" && <Alert type="error" title={fault} />}
    </Modal>
  );
}
