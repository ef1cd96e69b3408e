-- Jobs as a product: who asked for a fire, the parts it runs in, and whether its job is paused.

-- Who asked for the fire; nothing where its schedule did.
ALTER TABLE cron_fire ADD COLUMN requested_by text;
-- Whether it waits while another fire of its job is held; otherwise it is skipped then.
ALTER TABLE cron_fire ADD COLUMN waits boolean NOT NULL DEFAULT TRUE;
-- In how many parts it runs. A fire of several is held as long as any of them is.
ALTER TABLE cron_fire ADD COLUMN parts bigint NOT NULL DEFAULT 1
    CONSTRAINT cron_fire_parts_bounded CHECK (parts BETWEEN 1 AND 1024);

-- One fire of a job that was asked for and has not ended, at most.
CREATE UNIQUE INDEX cron_fire_requested_open ON cron_fire (job)
    WHERE requested_by IS NOT NULL AND state IN ('due', 'running');
CREATE INDEX cron_fire_open_job ON cron_fire (job, due_at) WHERE state IN ('due', 'running');

-- One part of a fire that runs in several: claimed, run and ended alone.
CREATE TABLE cron_fire_part (
    job           text COLLATE "C" NOT NULL,
    due_at        timestamptz NOT NULL,
    part          bigint NOT NULL,
    parts         bigint NOT NULL,
    state         text NOT NULL,
    claimed_by    text,
    claimed_until timestamptz,
    started_at    timestamptz,
    finished_at   timestamptz,
    outcome       text,
    CONSTRAINT cron_fire_part_pk PRIMARY KEY (job, due_at, part),
    CONSTRAINT cron_fire_part_of_fire FOREIGN KEY (job, due_at) REFERENCES cron_fire (job, due_at) ON DELETE CASCADE,
    CONSTRAINT cron_fire_part_within CHECK (part BETWEEN 1 AND parts),
    CONSTRAINT cron_fire_part_state_known CHECK (state IN ('due', 'running', 'done', 'failed', 'skipped')),
    CONSTRAINT cron_fire_part_running_claimed CHECK (
        state <> 'running' OR (claimed_by IS NOT NULL AND claimed_until IS NOT NULL AND started_at IS NOT NULL))
);

-- Fires that have not ended. One can be taken while no other fire of its job is held, and one of a schedule that waits only
-- when it is the oldest.
CREATE VIEW open_fire AS
SELECT fire.job, fire.due_at, fire.state, fire.claimed_until, fire.waits, fire.parts,
       COALESCE((SELECT MAX(other.claimed_until)
                   FROM cron_fire AS other
                  WHERE other.job = fire.job
                    AND other.state IN ('due', 'running')
                    AND other.state = 'running'
                    AND other.due_at <> fire.due_at), '-infinity') AS others_held_until,
       fire.waits AND fire.requested_by IS NULL
       AND EXISTS (SELECT 1
                     FROM cron_fire AS older
                    WHERE older.job = fire.job
                      AND older.state IN ('due', 'running')
                      AND older.requested_by IS NULL
                      AND older.due_at < fire.due_at) AS is_behind
  FROM cron_fire AS fire
 WHERE fire.state IN ('due', 'running');

-- What operators decided about a job; no row where nobody ever did.
CREATE TABLE job_state (
    job        text COLLATE "C" NOT NULL,
    paused_at  timestamptz,
    paused_by  text,
    resumed_at timestamptz,
    CONSTRAINT job_state_pk PRIMARY KEY (job),
    CONSTRAINT job_state_paused_by_somebody CHECK ((paused_at IS NULL) = (paused_by IS NULL))
);

-- What prune looks for, part by part: the bucket is read from the index.
DROP INDEX IF EXISTS outbox_done;
CREATE INDEX outbox_done ON outbox (ended_at, bucket) WHERE state = 'done';
