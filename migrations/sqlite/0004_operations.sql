-- What operators keep: credentials and the fires of scheduled jobs.

-- A credential of a business's server, known by the SHA-256 of its secret; the secret itself is never stored.
CREATE TABLE api_key (
    api_key_id  TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    name        TEXT NOT NULL,
    scopes      TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    revoked_at  INTEGER,
    CONSTRAINT api_key_pk PRIMARY KEY (api_key_id),
    CONSTRAINT api_key_secret_hash_unique UNIQUE (secret_hash),
    CONSTRAINT api_key_scopes_json CHECK (json_valid(scopes))
) STRICT;

-- One fire of one job: whoever proposes it, there is one row for a job and a due time.
CREATE TABLE cron_fire (
    job           TEXT NOT NULL,
    due_at        INTEGER NOT NULL,
    state         TEXT NOT NULL,
    claimed_by    TEXT,
    claimed_until INTEGER,
    started_at    INTEGER,
    finished_at   INTEGER,
    outcome       TEXT,
    CONSTRAINT cron_fire_pk PRIMARY KEY (job, due_at),
    CONSTRAINT cron_fire_state_known CHECK (state IN ('due', 'running', 'done', 'failed', 'skipped')),
    CONSTRAINT cron_fire_running_claimed CHECK (
        state <> 'running' OR (claimed_by IS NOT NULL AND claimed_until IS NOT NULL AND started_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX cron_fire_due ON cron_fire (due_at, job);
CREATE INDEX cron_fire_open ON cron_fire (due_at, job) WHERE state IN ('due', 'running');
