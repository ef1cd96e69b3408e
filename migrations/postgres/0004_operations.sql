-- What operators keep: credentials and the fires of scheduled jobs.

-- A credential of a business's server, known by the SHA-256 of its secret; the secret itself is never stored.
CREATE TABLE api_key (
    api_key_id  uuid NOT NULL,
    secret_hash bytea NOT NULL,
    name        text COLLATE "C" NOT NULL,
    scopes      jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    revoked_at  timestamptz,
    CONSTRAINT api_key_pk PRIMARY KEY (api_key_id),
    CONSTRAINT api_key_secret_hash_unique UNIQUE (secret_hash)
);

-- One fire of one job: whoever proposes it, there is one row for a job and a due time.
CREATE TABLE cron_fire (
    job           text COLLATE "C" NOT NULL,
    due_at        timestamptz NOT NULL,
    state         text NOT NULL,
    claimed_by    text,
    claimed_until timestamptz,
    started_at    timestamptz,
    finished_at   timestamptz,
    outcome       text,
    CONSTRAINT cron_fire_pk PRIMARY KEY (job, due_at),
    CONSTRAINT cron_fire_state_known CHECK (state IN ('due', 'running', 'done', 'failed', 'skipped')),
    CONSTRAINT cron_fire_running_claimed CHECK (
        state <> 'running' OR (claimed_by IS NOT NULL AND claimed_until IS NOT NULL AND started_at IS NOT NULL))
);

CREATE INDEX cron_fire_due ON cron_fire (due_at, job);
CREATE INDEX cron_fire_open ON cron_fire (due_at, job) WHERE state IN ('due', 'running');
