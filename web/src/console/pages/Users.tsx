/** Users: found by the beginning of their id, each with a timeline. */
import { Alert, Button, Input } from "antd";
import { useEffect, useRef, useState } from "react";

import { ask } from "../../api/client";
import { messageOf } from "../errors";
import { go, linkTo, useRoute } from "../route";
import { useApi } from "../session";
import { useWords } from "../words";
import { Page } from "./Page";
import { Story } from "./UserStory";

/** How long nothing is typed before users are looked for, and how many are shown at once. */
const FIND_AFTER_MS = 250;
const FOUND_AT_ONCE = 20;

interface Found {
  prefix: string;
  ids: string[];
  /** From where on there are more. */
  next: string | null;
}

export function UsersPage() {
  const tell = useWords();
  const [, user] = useRoute();
  return (
    <Page title={tell("Users")}>
      <p className="quiet">{tell("Everything that happened to a user, newest first.")}</p>
      <Finder key={user} user={user ?? ""} />
      {user !== undefined && <Story user={user} key={`story ${user}`} />}
    </Page>
  );
}

/** Finds users while their id is typed. Whoever knows the whole id goes there at once. */
function Finder({ user }: { user: string }) {
  const tell = useWords();
  const api = useApi();
  const [found, setFound] = useState<Found>();
  const [fault, setFault] = useState<unknown>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const find = async (prefix: string, before: Found | undefined) => {
    asked.current += 1;
    const mine = asked.current;
    try {
      const query = { prefix, limit: FOUND_AT_ONCE, ...(before?.next != null && { cursor: before.next }) };
      const part = await ask(api.GET("/admin/users", { params: { query } }));
      // More may have been typed meanwhile.
      if (mine !== asked.current) return;
      setFound({ prefix, ids: [...(before?.ids ?? []), ...part.items.map(({ id }) => id)], next: part.next_cursor });
      setFault(undefined);
    } catch (error) {
      if (mine === asked.current) setFault(error);
    }
  };
  const type = (text: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void find(text, undefined), FIND_AFTER_MS);
  };
  const open = (id: string) => {
    clearTimeout(timer.current);
    if (id.trim() !== "") go("users", id.trim());
  };
  return (
    <search style={{ display: "block", marginBottom: "1rem" }}>
      <Input.Search
        style={{ maxWidth: 420 }}
        defaultValue={user}
        maxLength={128}
        placeholder={tell("User id")}
        aria-label={tell("User id")}
        enterButton={tell("Search")}
        onChange={(event) => type(event.target.value)}
        onSearch={open}
      />
      {fault !== undefined && <Alert type="error" title={messageOf(fault)} />}
      <div aria-live="polite">
        {found?.ids.length === 0 && <p className="quiet">{tell("Nobody's id starts so")}</p>}
        {found && found.ids.length > 0 && (
          <ul className="found" aria-label={tell("Users")}>
            {found.ids.map((id) => (
              <li key={id}>
                <a {...linkTo("users", id)}>{id}</a>
              </li>
            ))}
          </ul>
        )}
        {found?.next != null && (
          <Button size="small" onClick={() => void find(found.prefix, found)}>
            {tell("Load more")}
          </Button>
        )}
      </div>
    </search>
  );
}
