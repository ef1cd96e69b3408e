/** The pages of one activity, and the way between them. */
import { Menu } from "antd";
import type { ComponentType } from "react";

import { linkTo } from "../route";
import { useMayWrite } from "../session";
import { type Word, useWords } from "../words";
import { EditorPage } from "./Editor";
import { ListsPage } from "./Lists";
import { LivePage } from "./Live";
import { SettlementsPage } from "./Settlements";
import { VersionsPage } from "./Versions";

interface OfActivity {
  path: string;
  word: Word;
  page: ComponentType<{ id: string }>;
  /** Whether only those see it who may change something. */
  writes?: boolean;
}

const PAGES: OfActivity[] = [
  { path: "live", word: "Live", page: LivePage },
  { path: "edit", word: "Edit", page: EditorPage, writes: true },
  { path: "versions", word: "Versions", page: VersionsPage },
  { path: "lists", word: "Lists", page: ListsPage },
  { path: "settlements", word: "Settlements", page: SettlementsPage },
];

export function ActivityPages({ id, sub }: { id: string; sub: string }) {
  const tell = useWords();
  const mayWrite = useMayWrite();
  const pages = PAGES.filter(({ writes }) => writes !== true || mayWrite);
  const shown = pages.find(({ path }) => path === sub) ?? PAGES[0];
  if (!shown) return null;
  const Shown = shown.page;
  return (
    <>
      <Menu
        mode="horizontal"
        className="activity-menu"
        aria-label={id}
        selectedKeys={[shown.path]}
        items={pages.map(({ path, word }) => ({
          key: path,
          label: <a {...linkTo("activities", id, path)}>{tell(word)}</a>,
        }))}
      />
      <Shown id={id} key={`${id} ${shown.path}`} />
    </>
  );
}
