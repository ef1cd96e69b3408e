-- Workflows, the end of an activity's life, and its settlement.

-- One run of a workflow; its row is its position. `revision` only rises and names who may move it; `run_at` is when it is looked
-- at next, or the end of the lease of whoever looks now, and nothing while another job drives it.
CREATE TABLE workflow (
    workflow_id TEXT NOT NULL,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    bucket      INTEGER,
    run         INTEGER NOT NULL,
    step        TEXT,
    direction   TEXT NOT NULL,
    state       TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    data        TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    run_at      INTEGER,
    last_error  TEXT,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    CONSTRAINT workflow_pk PRIMARY KEY (workflow_id),
    CONSTRAINT workflow_run_unique UNIQUE (kind, subject, run),
    CONSTRAINT workflow_run_positive CHECK (run > 0),
    CONSTRAINT workflow_direction_known CHECK (direction IN ('forward', 'back')),
    CONSTRAINT workflow_state_known CHECK (state IN ('running', 'done', 'undone', 'stuck')),
    CONSTRAINT workflow_step_while_open CHECK ((step IS NOT NULL) = (state IN ('running', 'stuck'))),
    CONSTRAINT workflow_ended_when CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'undone'))),
    CONSTRAINT workflow_due_while_running CHECK (run_at IS NULL OR state = 'running'),
    CONSTRAINT workflow_attempts_not_negative CHECK (attempts >= 0),
    CONSTRAINT workflow_data_json CHECK (json_valid(data))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX workflow_open ON workflow (kind, subject) WHERE state IN ('running', 'stuck');
CREATE INDEX workflow_due ON workflow (run_at) WHERE run_at IS NOT NULL;
CREATE INDEX workflow_stuck ON workflow (workflow_id) WHERE state = 'stuck';
CREATE INDEX workflow_ended ON workflow (ended_at) WHERE state IN ('done', 'undone');
