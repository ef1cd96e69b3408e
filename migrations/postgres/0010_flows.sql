-- Workflows, the end of an activity's life, and its settlement.

-- One run of a workflow; its row is its position. `revision` only rises and names who may move it; `run_at` is when it is looked
-- at next, or the end of the lease of whoever looks now, and nothing while another job drives it.
CREATE TABLE workflow (
    workflow_id uuid NOT NULL,
    kind        text COLLATE "C" NOT NULL,
    subject     text COLLATE "C" NOT NULL,
    bucket      smallint,
    run         bigint NOT NULL,
    step        text,
    direction   text NOT NULL,
    state       text NOT NULL,
    revision    bigint NOT NULL,
    data        jsonb NOT NULL,
    attempts    bigint NOT NULL,
    run_at      timestamptz,
    last_error  text,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    CONSTRAINT workflow_pk PRIMARY KEY (workflow_id),
    CONSTRAINT workflow_run_unique UNIQUE (kind, subject, run),
    CONSTRAINT workflow_run_positive CHECK (run > 0),
    CONSTRAINT workflow_direction_known CHECK (direction IN ('forward', 'back')),
    CONSTRAINT workflow_state_known CHECK (state IN ('running', 'done', 'undone', 'stuck')),
    CONSTRAINT workflow_step_while_open CHECK ((step IS NOT NULL) = (state IN ('running', 'stuck'))),
    CONSTRAINT workflow_ended_when CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'undone'))),
    CONSTRAINT workflow_due_while_running CHECK (run_at IS NULL OR state = 'running'),
    CONSTRAINT workflow_attempts_not_negative CHECK (attempts >= 0)
);

CREATE UNIQUE INDEX workflow_open ON workflow (kind, subject) WHERE state IN ('running', 'stuck');
CREATE INDEX workflow_due ON workflow (run_at) WHERE run_at IS NOT NULL;
CREATE INDEX workflow_stuck ON workflow (workflow_id) WHERE state = 'stuck';
CREATE INDEX workflow_ended ON workflow (ended_at) WHERE state IN ('done', 'undone');

-- Days before `sealed_before` take no draws and no longer change; their seeds are secret until they are settled. `closed_by` is the
-- workflow that closed the activity and `closed_from` the state it was in, so that only that workflow can open it again.
ALTER TABLE activity ADD COLUMN sealed_before date
    CONSTRAINT activity_revealed_days_sealed CHECK (secret_from IS NULL OR sealed_before >= secret_from);
ALTER TABLE activity ADD COLUMN closed_by uuid;
ALTER TABLE activity ADD COLUMN closed_from text
    CONSTRAINT activity_closed_from_known CHECK (closed_from IN ('open', 'paused'));

-- What settling a day reads: its draws, its counts, and what was granted and taken back in it.
CREATE INDEX draw_day ON draw (activity_id, day, draw_id) WHERE NOT void;
CREATE INDEX quota_period_period ON quota_period (activity_id, period);
CREATE INDEX quota_activity ON quota (activity_id);
CREATE INDEX recharge_order_created ON recharge_order (activity_id, created_at) WHERE NOT void;
CREATE INDEX recharge_order_reversed ON recharge_order (activity_id, reversed_at) WHERE reversed_at IS NOT NULL;

-- The closed books of one local day. Written once; what is found different later is a correction.
CREATE TABLE settlement (
    activity_id text COLLATE "C" NOT NULL,
    day         date NOT NULL,
    state       text NOT NULL,
    roll_up     jsonb NOT NULL,
    differences jsonb NOT NULL,
    settled_at  timestamptz NOT NULL,
    CONSTRAINT settlement_pk PRIMARY KEY (activity_id, day),
    CONSTRAINT settlement_state_known CHECK (state IN ('balanced', 'different')),
    CONSTRAINT settlement_state_agrees CHECK ((state = 'balanced') = (jsonb_array_length(differences) = 0))
);

-- What a later look at a settled day found instead. The one with the highest number is what holds.
CREATE TABLE settlement_correction (
    activity_id text COLLATE "C" NOT NULL,
    day         date NOT NULL,
    number      bigint NOT NULL,
    state       text NOT NULL,
    roll_up     jsonb NOT NULL,
    differences jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT settlement_correction_pk PRIMARY KEY (activity_id, day, number),
    CONSTRAINT settlement_correction_known FOREIGN KEY (activity_id, day) REFERENCES settlement (activity_id, day),
    CONSTRAINT settlement_correction_number_positive CHECK (number > 0),
    CONSTRAINT settlement_correction_state_known CHECK (state IN ('balanced', 'different'))
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a % never changes', replace(TG_TABLE_NAME, 'settlement_', '');
END $$;

CREATE TRIGGER settlement_never_changes BEFORE UPDATE OR DELETE ON settlement
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER settlement_correction_never_changes BEFORE UPDATE OR DELETE ON settlement_correction
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The last word about an activity, written when it is settled.
CREATE TABLE activity_report (
    activity_id text COLLATE "C" NOT NULL,
    report      jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT activity_report_pk PRIMARY KEY (activity_id)
);
