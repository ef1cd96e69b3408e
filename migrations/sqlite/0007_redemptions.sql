-- What users do and exchange: behaviours that are rewarded, and points that become draws.

-- One behaviour of a user that was rewarded, immutable; what it earned follows from version and streak. `report_id` is the
-- first record of the report it came with, where that named no activity.
CREATE TABLE behaviour (
    behaviour_id TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    bucket       INTEGER NOT NULL,
    activity_id  TEXT NOT NULL,
    version      INTEGER NOT NULL,
    behaviour    TEXT NOT NULL,
    business_key TEXT NOT NULL,
    day          TEXT NOT NULL,
    streak       INTEGER NOT NULL,
    report_id    TEXT,
    created_at   INTEGER NOT NULL,
    CONSTRAINT behaviour_pk PRIMARY KEY (behaviour_id),
    CONSTRAINT behaviour_once UNIQUE (user_id, behaviour, business_key, activity_id),
    CONSTRAINT behaviour_streak_not_negative CHECK (streak >= 0),
    CONSTRAINT behaviour_daily_by_day CHECK (streak = 0 OR business_key = day)
) STRICT, WITHOUT ROWID;

CREATE INDEX behaviour_user ON behaviour (user_id, activity_id, behaviour, behaviour_id);
CREATE INDEX behaviour_report ON behaviour (report_id) WHERE report_id IS NOT NULL;

-- One exchange of points for the draws of a SKU; its debit and its order have its id as their key.
CREATE TABLE redemption_order (
    redemption_id     TEXT NOT NULL,
    user_id           TEXT NOT NULL,
    bucket            INTEGER NOT NULL,
    activity_id       TEXT NOT NULL,
    version           INTEGER NOT NULL,
    request_id        TEXT NOT NULL,
    sku               TEXT NOT NULL,
    draws             INTEGER NOT NULL,
    price             INTEGER NOT NULL,
    recharge_order_id TEXT NOT NULL,
    day               TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    reversed_at       INTEGER,
    CONSTRAINT redemption_order_pk PRIMARY KEY (redemption_id),
    CONSTRAINT redemption_order_request_unique UNIQUE (user_id, request_id),
    CONSTRAINT redemption_order_recharge_order_unique UNIQUE (recharge_order_id),
    CONSTRAINT redemption_order_recharge_order_known
        FOREIGN KEY (recharge_order_id) REFERENCES recharge_order (recharge_order_id),
    CONSTRAINT redemption_order_draws_positive CHECK (draws > 0),
    CONSTRAINT redemption_order_price_positive CHECK (price > 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX redemption_order_user ON redemption_order (user_id, redemption_id);
