/** Asks before something is done, and says what will happen: in words, and in numbers read at that moment. */
import { App, Spin } from "antd";
import { type ReactNode, useCallback, useEffect, useState } from "react";

import { messageOf } from "./errors";
import { useWords } from "./words";

interface Question {
  title: string;
  /** What will happen. */
  says: ReactNode;
  /** What it is about, in numbers: read while the question stands. */
  facts?: () => Promise<string[]>;
  ok: string;
  danger?: boolean;
  act: () => Promise<unknown>;
}

export function useConfirm(): (question: Question) => void {
  const { modal } = App.useApp();
  const tell = useWords();
  return useCallback(
    ({ title, says, facts, ok, danger = false, act }) => {
      modal.confirm({
        title,
        content: (
          <>
            {facts && <Facts load={facts} />}
            <div>{says}</div>
          </>
        ),
        okText: ok,
        okButtonProps: { danger },
        cancelText: tell("Back"),
        onOk: act,
      });
    },
    [modal, tell],
  );
}

function Facts({ load }: { load: () => Promise<string[]> }) {
  const [facts, setFacts] = useState<string[]>();
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    let gone = false;
    load().then(
      (found) => gone || setFacts(found),
      (error: unknown) => gone || setFault(error),
    );
    return () => {
      gone = true;
    };
  }, [load]);
  // The question can be answered without the numbers.
  if (fault !== undefined) return <p className="field-fault">{messageOf(fault)}</p>;
  if (!facts) return <Spin size="small" />;
  return (
    <ul className="facts">
      {facts.map((fact) => (
        <li key={fact}>{fact}</li>
      ))}
    </ul>
  );
}
