-- Draws: quota, the orders that grant it, the draws that spend it, and the awards they promise.

-- A user's draws in an activity, granted and used.
CREATE TABLE quota (
    user_id     text COLLATE "C" NOT NULL,
    activity_id text COLLATE "C" NOT NULL,
    bucket      smallint NOT NULL,
    granted     bigint NOT NULL,
    used        bigint NOT NULL,
    CONSTRAINT quota_pk PRIMARY KEY (user_id, activity_id),
    CONSTRAINT quota_granted_bounded CHECK (granted BETWEEN 0 AND 4294967295),
    CONSTRAINT quota_used_not_negative CHECK (used >= 0),
    CONSTRAINT quota_used_within_granted CHECK (used <= granted)
);

-- A user's draws in an activity in one local day (2026-11-22) or month (2026-11).
CREATE TABLE quota_period (
    activity_id text COLLATE "C" NOT NULL,
    user_id     text COLLATE "C" NOT NULL,
    period      text COLLATE "C" NOT NULL,
    bucket      smallint NOT NULL,
    used        bigint NOT NULL,
    CONSTRAINT quota_period_pk PRIMARY KEY (activity_id, user_id, period),
    CONSTRAINT quota_period_period_form CHECK (length(period) IN (7, 10)),
    CONSTRAINT quota_period_used_positive CHECK (used > 0)
);

-- One grant of quota; a void row only holds its primary key, so that the order it belonged to can never commit.
CREATE TABLE recharge_order (
    recharge_order_id uuid NOT NULL,
    bucket            smallint NOT NULL,
    void              boolean NOT NULL DEFAULT FALSE,
    user_id           text COLLATE "C",
    activity_id       text COLLATE "C",
    sku               text COLLATE "C",
    draws             bigint,
    source            text,
    source_key        text COLLATE "C",
    created_at        timestamptz NOT NULL,
    CONSTRAINT recharge_order_pk PRIMARY KEY (recharge_order_id),
    CONSTRAINT recharge_order_complete CHECK (
        CASE
            WHEN NOT void THEN user_id IS NOT NULL AND activity_id IS NOT NULL AND sku IS NOT NULL
                AND draws IS NOT NULL AND source IS NOT NULL AND source_key IS NOT NULL
            ELSE user_id IS NULL AND activity_id IS NULL AND source IS NULL
        END),
    CONSTRAINT recharge_order_source_known CHECK (source IN ('request', 'award')),
    CONSTRAINT recharge_order_draws_not_negative CHECK (draws >= 0)
);

CREATE UNIQUE INDEX recharge_order_source ON recharge_order (user_id, activity_id, source, source_key)
    WHERE NOT void;
CREATE INDEX recharge_order_sku ON recharge_order (activity_id, sku) WHERE NOT void AND source = 'request';

-- One spent draw, immutable; a void row only holds its primary key, so that the draw it belonged to can never commit.
CREATE TABLE draw (
    draw_id           uuid NOT NULL,
    bucket            smallint NOT NULL,
    void              boolean NOT NULL DEFAULT FALSE,
    user_id           text COLLATE "C",
    activity_id       text COLLATE "C",
    version           bigint,
    request_id        text COLLATE "C",
    request_index     bigint,
    drawn_at          timestamptz NOT NULL,
    day               date,
    used_before       bigint,
    used_today_before bigint,
    roll              bytea,
    reason            jsonb,
    award_id          text COLLATE "C",
    kind              text COLLATE "C",
    points            bigint,
    sku               text COLLATE "C",
    draws             bigint,
    award_record_id   uuid,
    CONSTRAINT draw_pk PRIMARY KEY (draw_id),
    CONSTRAINT draw_complete CHECK (
        CASE
            WHEN NOT void THEN user_id IS NOT NULL AND activity_id IS NOT NULL AND version IS NOT NULL
                AND request_id IS NOT NULL AND request_index IS NOT NULL AND day IS NOT NULL
                AND used_before IS NOT NULL AND used_today_before IS NOT NULL AND roll IS NOT NULL
                AND reason IS NOT NULL AND award_id IS NOT NULL AND kind IS NOT NULL AND award_record_id IS NOT NULL
            ELSE user_id IS NULL AND activity_id IS NULL AND award_id IS NULL AND award_record_id IS NULL
        END),
    CONSTRAINT draw_kind_known CHECK (kind IN ('points', 'draws', 'webhook', 'coupon', 'goods', 'nothing')),
    CONSTRAINT draw_points_with_kind CHECK ((points IS NOT NULL) = (kind = 'points')),
    CONSTRAINT draw_draws_with_kind CHECK (
        (draws IS NOT NULL) = (kind = 'draws') AND (sku IS NOT NULL) = (kind = 'draws'))
);

CREATE UNIQUE INDEX draw_request ON draw (user_id, activity_id, request_id, request_index) WHERE NOT void;
CREATE INDEX draw_user ON draw (user_id, draw_id) WHERE NOT void;
CREATE INDEX draw_award ON draw (activity_id, award_id) WHERE NOT void;

-- The promise of the award a draw won; what was won is in the draw, here is where the promise stands.
CREATE TABLE award_record (
    award_record_id uuid NOT NULL,
    draw_id         uuid NOT NULL,
    user_id         text COLLATE "C" NOT NULL,
    bucket          smallint NOT NULL,
    state           text NOT NULL,
    created_at      timestamptz NOT NULL,
    dispatch_at     timestamptz NOT NULL,
    delivered_at    timestamptz,
    reference       text,
    CONSTRAINT award_record_pk PRIMARY KEY (award_record_id),
    CONSTRAINT award_record_draw_unique UNIQUE (draw_id),
    CONSTRAINT award_record_draw_known FOREIGN KEY (draw_id) REFERENCES draw (draw_id),
    CONSTRAINT award_record_state_known CHECK (state IN ('pending', 'dispatched', 'delivered', 'recalled', 'dead')),
    CONSTRAINT award_record_delivered_when CHECK ((delivered_at IS NOT NULL) = (state = 'delivered'))
);

CREATE INDEX award_record_user ON award_record (user_id, award_record_id);

-- Work promised with an award; `due_at` is `run_at` while pending, the lease's end while leased, nothing once ended.
-- `leases` only rises and names the lease that may end the entry; `attempts` counts for back-off and may be given back.
CREATE TABLE outbox (
    outbox_id       uuid NOT NULL,
    award_record_id uuid NOT NULL,
    user_id         text COLLATE "C" NOT NULL,
    bucket          smallint NOT NULL,
    state           text NOT NULL,
    run_at          timestamptz NOT NULL,
    due_at          timestamptz,
    wake_at         timestamptz NOT NULL,
    leases          bigint NOT NULL DEFAULT 0,
    attempts        bigint NOT NULL DEFAULT 0,
    last_error      text,
    created_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    CONSTRAINT outbox_pk PRIMARY KEY (outbox_id),
    CONSTRAINT outbox_award_record_unique UNIQUE (award_record_id),
    CONSTRAINT outbox_award_record_known FOREIGN KEY (award_record_id) REFERENCES award_record (award_record_id),
    CONSTRAINT outbox_state_known CHECK (state IN ('pending', 'leased', 'done', 'dead')),
    CONSTRAINT outbox_due_while_open CHECK ((due_at IS NOT NULL) = (state IN ('pending', 'leased'))),
    CONSTRAINT outbox_ended_when CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'dead'))),
    CONSTRAINT outbox_attempts_not_negative CHECK (attempts >= 0)
);

CREATE INDEX outbox_due ON outbox (due_at, state) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_done ON outbox (ended_at) WHERE state = 'done';
CREATE INDEX outbox_dead ON outbox (outbox_id) WHERE state = 'dead';

-- Draws that happened: reads go through it, so that none can meet a void row.
CREATE VIEW live_draw AS
SELECT draw_id, user_id, activity_id, version, request_id, request_index, drawn_at, day, used_before,
       used_today_before, roll, reason, award_id, kind, points, sku, draws, award_record_id
  FROM draw
 WHERE NOT void;

-- Orders that happened: reads go through it, so that none can meet a void row.
CREATE VIEW live_recharge_order AS
SELECT recharge_order_id, user_id, activity_id, sku, draws, source, source_key, created_at
  FROM recharge_order
 WHERE NOT void;

-- Promises together with what was won.
CREATE VIEW promised_award AS
SELECT award_record.award_record_id, award_record.draw_id, award_record.user_id, draw.activity_id, draw.version,
       draw.award_id, draw.kind, draw.points, draw.sku, draw.draws, award_record.state, award_record.created_at,
       award_record.dispatch_at, award_record.delivered_at, award_record.reference
  FROM award_record
  JOIN draw ON draw.draw_id = award_record.draw_id AND NOT draw.void;
