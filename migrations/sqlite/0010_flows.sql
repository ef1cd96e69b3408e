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

-- Days before `sealed_before` take no draws and no longer change; their seeds are secret until they are settled. `closed_by` is the
-- workflow that closed the activity and `closed_from` the state it was in, so that only that workflow can open it again.
ALTER TABLE activity ADD COLUMN sealed_before TEXT
    CONSTRAINT activity_revealed_days_sealed CHECK (secret_from IS NULL OR sealed_before >= secret_from);
ALTER TABLE activity ADD COLUMN closed_by TEXT;
ALTER TABLE activity ADD COLUMN closed_from TEXT
    CONSTRAINT activity_closed_from_known CHECK (closed_from IN ('open', 'paused'));

UPDATE activity SET sealed_before = secret_from;

-- What settling a day reads: its draws, its counts, and what was granted and taken back in it.
CREATE INDEX draw_day ON draw (activity_id, day, draw_id) WHERE void = 0;
CREATE INDEX quota_period_period ON quota_period (activity_id, period);
CREATE INDEX quota_activity ON quota (activity_id);
CREATE INDEX recharge_order_created ON recharge_order (activity_id, created_at) WHERE void = 0;
CREATE INDEX recharge_order_reversed ON recharge_order (activity_id, reversed_at) WHERE reversed_at IS NOT NULL;

-- The closed books of one local day. Written once; what is found different later is a correction.
CREATE TABLE settlement (
    activity_id TEXT NOT NULL,
    day         TEXT NOT NULL,
    state       TEXT NOT NULL,
    roll_up     TEXT NOT NULL,
    differences TEXT NOT NULL,
    settled_at  INTEGER NOT NULL,
    CONSTRAINT settlement_pk PRIMARY KEY (activity_id, day),
    CONSTRAINT settlement_state_known CHECK (state IN ('balanced', 'different')),
    CONSTRAINT settlement_roll_up_json CHECK (json_valid(roll_up)),
    CONSTRAINT settlement_differences_json CHECK (json_valid(differences)),
    CONSTRAINT settlement_state_agrees CHECK ((state = 'balanced') = (json_array_length(differences) = 0))
) STRICT, WITHOUT ROWID;

-- What a later look at a settled day found instead. The one with the highest number is what holds.
CREATE TABLE settlement_correction (
    activity_id TEXT NOT NULL,
    day         TEXT NOT NULL,
    number      INTEGER NOT NULL,
    state       TEXT NOT NULL,
    roll_up     TEXT NOT NULL,
    differences TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    CONSTRAINT settlement_correction_pk PRIMARY KEY (activity_id, day, number),
    CONSTRAINT settlement_correction_known FOREIGN KEY (activity_id, day) REFERENCES settlement (activity_id, day),
    CONSTRAINT settlement_correction_number_positive CHECK (number > 0),
    CONSTRAINT settlement_correction_state_known CHECK (state IN ('balanced', 'different')),
    CONSTRAINT settlement_correction_roll_up_json CHECK (json_valid(roll_up)),
    CONSTRAINT settlement_correction_differences_json CHECK (json_valid(differences))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER settlement_never_changes BEFORE UPDATE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement never changes'); END;
CREATE TRIGGER settlement_stays BEFORE DELETE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement never changes'); END;
CREATE TRIGGER settlement_correction_never_changes BEFORE UPDATE ON settlement_correction
BEGIN SELECT RAISE(ABORT, 'a correction never changes'); END;
CREATE TRIGGER settlement_correction_stays BEFORE DELETE ON settlement_correction
BEGIN SELECT RAISE(ABORT, 'a correction never changes'); END;

-- The last word about an activity, written when it is settled.
CREATE TABLE activity_report (
    activity_id TEXT NOT NULL,
    report      TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    CONSTRAINT activity_report_pk PRIMARY KEY (activity_id),
    CONSTRAINT activity_report_json CHECK (json_valid(report))
) STRICT, WITHOUT ROWID;
