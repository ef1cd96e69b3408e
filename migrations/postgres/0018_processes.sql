-- Processes, so that people see which of them live.

-- One start of a process. All times are by the clock of the database, whatever the process takes the time to be: `seen_at` is when it last
-- said that it lives, `stopped_at` when it ended in order.
CREATE TABLE process (
    process_id uuid NOT NULL,
    role       text NOT NULL,
    host       text NOT NULL,
    pid        bigint NOT NULL,
    version    text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    stopped_at timestamptz,
    CONSTRAINT process_pk PRIMARY KEY (process_id),
    CONSTRAINT process_role_known CHECK (role IN ('embedded', 'server', 'worker'))
);

CREATE INDEX process_seen ON process (seen_at);
