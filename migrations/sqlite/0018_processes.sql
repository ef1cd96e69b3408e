-- Processes, so that people see which of them live.

-- One start of a process. All times are by the clock of the database, whatever the process takes the time to be: `seen_at` is when it last
-- said that it lives, `stopped_at` when it ended in order.
CREATE TABLE process (
    process_id TEXT NOT NULL,
    role       TEXT NOT NULL,
    host       TEXT NOT NULL,
    pid        INTEGER NOT NULL,
    version    TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    stopped_at INTEGER,
    CONSTRAINT process_pk PRIMARY KEY (process_id),
    CONSTRAINT process_role_known CHECK (role IN ('embedded', 'server', 'worker'))
) STRICT, WITHOUT ROWID;

CREATE INDEX process_seen ON process (seen_at);
