/** The head that every page has. */
import type { ReactNode } from "react";

export function Page({ title, extra, children }: { title: ReactNode; extra?: ReactNode; children: ReactNode }) {
  return (
    <main>
      <div className="page-top">
        <h1>{title}</h1>
        <div>{extra}</div>
      </div>
      {children}
    </main>
  );
}
