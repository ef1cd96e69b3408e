-- Draws: quota, the orders that grant it, the draws that spend it, and the awards they promise.

-- A user's draws in an activity, granted and used.
CREATE TABLE quota (
    user_id     TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    bucket      INTEGER NOT NULL,
    granted     INTEGER NOT NULL,
    used        INTEGER NOT NULL,
    CONSTRAINT quota_pk PRIMARY KEY (user_id, activity_id),
    CONSTRAINT quota_granted_bounded CHECK (granted BETWEEN 0 AND 4294967295),
    CONSTRAINT quota_used_not_negative CHECK (used >= 0),
    CONSTRAINT quota_used_within_granted CHECK (used <= granted)
) STRICT, WITHOUT ROWID;

-- A user's draws in an activity in one local day (2026-11-22) or month (2026-11).
CREATE TABLE quota_period (
    activity_id TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    period      TEXT NOT NULL,
    bucket      INTEGER NOT NULL,
    used        INTEGER NOT NULL,
    CONSTRAINT quota_period_pk PRIMARY KEY (activity_id, user_id, period),
    CONSTRAINT quota_period_period_form CHECK (length(period) IN (7, 10)),
    CONSTRAINT quota_period_used_positive CHECK (used > 0)
) STRICT, WITHOUT ROWID;

-- One grant of quota; a void row only holds its primary key, so that the order it belonged to can never commit.
CREATE TABLE recharge_order (
    recharge_order_id TEXT NOT NULL,
    bucket            INTEGER NOT NULL,
    void              INTEGER NOT NULL DEFAULT 0,
    user_id           TEXT,
    activity_id       TEXT,
    sku               TEXT,
    draws             INTEGER,
    source            TEXT,
    source_key        TEXT,
    created_at        INTEGER NOT NULL,
    CONSTRAINT recharge_order_pk PRIMARY KEY (recharge_order_id),
    CONSTRAINT recharge_order_complete CHECK (
        CASE void
            WHEN 0 THEN user_id IS NOT NULL AND activity_id IS NOT NULL AND sku IS NOT NULL
                AND draws IS NOT NULL AND source IS NOT NULL AND source_key IS NOT NULL
            WHEN 1 THEN user_id IS NULL AND activity_id IS NULL AND source IS NULL
            ELSE 0
        END),
    CONSTRAINT recharge_order_source_known CHECK (source IN ('request', 'award')),
    CONSTRAINT recharge_order_draws_not_negative CHECK (draws >= 0)
) STRICT;

CREATE UNIQUE INDEX recharge_order_source ON recharge_order (user_id, activity_id, source, source_key)
    WHERE void = 0;
CREATE INDEX recharge_order_sku ON recharge_order (activity_id, sku) WHERE void = 0 AND source = 'request';

-- One spent draw, immutable; a void row only holds its primary key, so that the draw it belonged to can never commit.
CREATE TABLE draw (
    draw_id           TEXT NOT NULL,
    bucket            INTEGER NOT NULL,
    void              INTEGER NOT NULL DEFAULT 0,
    user_id           TEXT,
    activity_id       TEXT,
    version           INTEGER,
    request_id        TEXT,
    request_index     INTEGER,
    drawn_at          INTEGER NOT NULL,
    day               TEXT,
    used_before       INTEGER,
    used_today_before INTEGER,
    roll              TEXT,
    reason            TEXT,
    award_id          TEXT,
    kind              TEXT,
    points            INTEGER,
    sku               TEXT,
    draws             INTEGER,
    award_record_id   TEXT,
    CONSTRAINT draw_pk PRIMARY KEY (draw_id),
    CONSTRAINT draw_complete CHECK (
        CASE void
            WHEN 0 THEN user_id IS NOT NULL AND activity_id IS NOT NULL AND version IS NOT NULL
                AND request_id IS NOT NULL AND request_index IS NOT NULL AND day IS NOT NULL
                AND used_before IS NOT NULL AND used_today_before IS NOT NULL AND roll IS NOT NULL
                AND reason IS NOT NULL AND award_id IS NOT NULL AND kind IS NOT NULL AND award_record_id IS NOT NULL
            WHEN 1 THEN user_id IS NULL AND activity_id IS NULL AND award_id IS NULL AND award_record_id IS NULL
            ELSE 0
        END),
    CONSTRAINT draw_kind_known CHECK (kind IN ('points', 'draws', 'webhook', 'coupon', 'goods', 'nothing')),
    CONSTRAINT draw_points_with_kind CHECK ((points IS NOT NULL) = (kind IS 'points')),
    CONSTRAINT draw_draws_with_kind CHECK (
        (draws IS NOT NULL) = (kind IS 'draws') AND (sku IS NOT NULL) = (kind IS 'draws'))
) STRICT;

CREATE UNIQUE INDEX draw_request ON draw (user_id, activity_id, request_id, request_index) WHERE void = 0;
CREATE INDEX draw_user ON draw (user_id, draw_id) WHERE void = 0;
CREATE INDEX draw_award ON draw (activity_id, award_id) WHERE void = 0;

-- The promise of the award a draw won; what was won is in the draw, here is where the promise stands.
CREATE TABLE award_record (
    award_record_id TEXT NOT NULL,
    draw_id         TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    bucket          INTEGER NOT NULL,
    state           TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    dispatch_at     INTEGER NOT NULL,
    delivered_at    INTEGER,
    reference       TEXT,
    CONSTRAINT award_record_pk PRIMARY KEY (award_record_id),
    CONSTRAINT award_record_draw_unique UNIQUE (draw_id),
    CONSTRAINT award_record_draw_known FOREIGN KEY (draw_id) REFERENCES draw (draw_id),
    CONSTRAINT award_record_state_known CHECK (state IN ('pending', 'dispatched', 'delivered', 'recalled', 'dead')),
    CONSTRAINT award_record_delivered_when CHECK ((delivered_at IS NOT NULL) = (state = 'delivered'))
) STRICT, WITHOUT ROWID;

CREATE INDEX award_record_user ON award_record (user_id, award_record_id);

-- Work promised with an award; `due_at` is `run_at` while pending, the lease's end while leased, nothing once ended.
-- `leases` only rises and names the lease that may end the entry; `attempts` counts for back-off and may be given back.
CREATE TABLE outbox (
    outbox_id       TEXT NOT NULL,
    award_record_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    bucket          INTEGER NOT NULL,
    state           TEXT NOT NULL,
    run_at          INTEGER NOT NULL,
    due_at          INTEGER,
    wake_at         INTEGER NOT NULL,
    leases          INTEGER NOT NULL DEFAULT 0,
    attempts        INTEGER NOT NULL DEFAULT 0,
    last_error      TEXT,
    created_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    CONSTRAINT outbox_pk PRIMARY KEY (outbox_id),
    CONSTRAINT outbox_award_record_unique UNIQUE (award_record_id),
    CONSTRAINT outbox_award_record_known FOREIGN KEY (award_record_id) REFERENCES award_record (award_record_id),
    CONSTRAINT outbox_state_known CHECK (state IN ('pending', 'leased', 'done', 'dead')),
    CONSTRAINT outbox_due_while_open CHECK ((due_at IS NOT NULL) = (state IN ('pending', 'leased'))),
    CONSTRAINT outbox_ended_when CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'dead'))),
    CONSTRAINT outbox_attempts_not_negative CHECK (attempts >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_due ON outbox (due_at, state) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_done ON outbox (ended_at) WHERE state = 'done';
CREATE INDEX outbox_dead ON outbox (outbox_id) WHERE state = 'dead';

-- Draws that happened: reads go through it, so that none can meet a void row.
CREATE VIEW live_draw AS
SELECT draw_id, user_id, activity_id, version, request_id, request_index, drawn_at, day, used_before,
       used_today_before, roll, reason, award_id, kind, points, sku, draws, award_record_id
  FROM draw
 WHERE void = 0;

-- Orders that happened: reads go through it, so that none can meet a void row.
CREATE VIEW live_recharge_order AS
SELECT recharge_order_id, user_id, activity_id, sku, draws, source, source_key, created_at
  FROM recharge_order
 WHERE void = 0;

-- Promises together with what was won.
CREATE VIEW promised_award AS
SELECT award_record.award_record_id, award_record.draw_id, award_record.user_id, draw.activity_id, draw.version,
       draw.award_id, draw.kind, draw.points, draw.sku, draw.draws, award_record.state, award_record.created_at,
       award_record.dispatch_at, award_record.delivered_at, award_record.reference
  FROM award_record
  JOIN draw ON draw.draw_id = award_record.draw_id AND draw.void = 0;
