-- People: operators and their sessions, who saved a draft, and the secret that signs end users' tokens.

-- A person who runs campaigns. `folded_name` is the name in lower case, by which names are compared; `failed_attempts` counts
-- passwords tried since the last right one, and is raised before a password is looked at.
CREATE TABLE operator (
    operator_id     TEXT NOT NULL,
    name            TEXT NOT NULL,
    folded_name     TEXT NOT NULL,
    role            TEXT NOT NULL,
    password_hash   TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    disabled_at     INTEGER,
    failed_attempts INTEGER NOT NULL DEFAULT 0,
    locked_until    INTEGER,
    CONSTRAINT operator_pk PRIMARY KEY (operator_id),
    CONSTRAINT operator_name_unique UNIQUE (folded_name),
    CONSTRAINT operator_role_known CHECK (role IN ('viewer', 'operator', 'admin')),
    CONSTRAINT operator_failed_attempts_not_negative CHECK (failed_attempts >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX operator_admin ON operator (operator_id) WHERE role = 'admin' AND disabled_at IS NULL;

-- Somebody who signed in, known by the SHA-256 of the token in the cookie; the token itself is never stored.
CREATE TABLE session (
    session_hash TEXT NOT NULL,
    operator_id  TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    CONSTRAINT session_pk PRIMARY KEY (session_hash),
    CONSTRAINT session_operator_known FOREIGN KEY (operator_id) REFERENCES operator (operator_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX session_operator ON session (operator_id);

-- Secrets that every process shares and that were made once, by whoever came first.
CREATE TABLE shared_secret (
    name       TEXT NOT NULL,
    secret     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT shared_secret_pk PRIMARY KEY (name),
    CONSTRAINT shared_secret_length CHECK (length(secret) = 64)
) STRICT, WITHOUT ROWID;

-- Who last saved a draft, as actors write themselves. Nobody knows who saved those that are older than this.
ALTER TABLE campaign_draft ADD COLUMN saved_by TEXT NOT NULL DEFAULT 'system:unknown';

-- What people call those who change things. The product itself is called by the word it gives.
CREATE VIEW named_audit AS
SELECT audit_id, actor, action, subject, before, after, created_at,
       CASE
       WHEN actor LIKE 'key\_%' ESCAPE '\' THEN (SELECT name FROM api_key WHERE api_key_id = substr(actor, 5))
       WHEN actor LIKE 'oper\_%' ESCAPE '\' THEN (SELECT name FROM operator WHERE operator_id = substr(actor, 6))
       END AS actor_name
  FROM audit;

CREATE VIEW named_draft AS
SELECT activity_id, document, updated_at, saved_by,
       CASE
       WHEN saved_by LIKE 'key\_%' ESCAPE '\' THEN (SELECT name FROM api_key WHERE api_key_id = substr(saved_by, 5))
       WHEN saved_by LIKE 'oper\_%' ESCAPE '\' THEN (SELECT name FROM operator WHERE operator_id = substr(saved_by, 6))
       END AS saved_by_name
  FROM campaign_draft;
