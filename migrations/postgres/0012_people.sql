-- People: operators and their sessions, who saved a draft, and the secret that signs end users' tokens.

-- A person who runs campaigns. `folded_name` is the name in lower case, by which names are compared; `failed_attempts` counts
-- passwords tried since the last right one, and is raised before a password is looked at.
CREATE TABLE operator (
    operator_id     uuid NOT NULL,
    name            text COLLATE "C" NOT NULL,
    folded_name     text COLLATE "C" NOT NULL,
    role            text NOT NULL,
    password_hash   text NOT NULL,
    created_at      timestamptz NOT NULL,
    disabled_at     timestamptz,
    failed_attempts bigint NOT NULL DEFAULT 0,
    locked_until    timestamptz,
    CONSTRAINT operator_pk PRIMARY KEY (operator_id),
    CONSTRAINT operator_name_unique UNIQUE (folded_name),
    CONSTRAINT operator_role_known CHECK (role IN ('viewer', 'operator', 'admin')),
    CONSTRAINT operator_failed_attempts_not_negative CHECK (failed_attempts >= 0)
);

CREATE INDEX operator_admin ON operator (operator_id) WHERE role = 'admin' AND disabled_at IS NULL;

-- Somebody who signed in, known by the SHA-256 of the token in the cookie; the token itself is never stored.
CREATE TABLE session (
    session_hash bytea NOT NULL,
    operator_id  uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT session_pk PRIMARY KEY (session_hash),
    CONSTRAINT session_operator_known FOREIGN KEY (operator_id) REFERENCES operator (operator_id)
);

CREATE INDEX session_operator ON session (operator_id);

-- Secrets that every process shares and that were made once, by whoever came first.
CREATE TABLE shared_secret (
    name       text COLLATE "C" NOT NULL,
    secret     bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT shared_secret_pk PRIMARY KEY (name),
    CONSTRAINT shared_secret_length CHECK (octet_length(secret) = 32)
);

-- Who last saved a draft, as actors write themselves. Nobody knows who saved those that are older than this.
ALTER TABLE campaign_draft ADD COLUMN saved_by text NOT NULL DEFAULT 'system:unknown';
