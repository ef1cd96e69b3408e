-- What users do and exchange: behaviours that are rewarded, and points that become draws.

-- One behaviour of a user that was rewarded, immutable; what it earned follows from version and streak. `report_id` is the
-- first record of the report it came with, where that named no activity.
CREATE TABLE behaviour (
    behaviour_id uuid NOT NULL,
    user_id      text COLLATE "C" NOT NULL,
    bucket       smallint NOT NULL,
    activity_id  text COLLATE "C" NOT NULL,
    version      bigint NOT NULL,
    behaviour    text COLLATE "C" NOT NULL,
    business_key text COLLATE "C" NOT NULL,
    day          date NOT NULL,
    streak       bigint NOT NULL,
    report_id    uuid,
    created_at   timestamptz NOT NULL,
    CONSTRAINT behaviour_pk PRIMARY KEY (behaviour_id),
    CONSTRAINT behaviour_once UNIQUE (user_id, behaviour, business_key, activity_id),
    CONSTRAINT behaviour_streak_not_negative CHECK (streak >= 0),
    CONSTRAINT behaviour_daily_by_day CHECK (streak = 0 OR business_key = to_char(day, 'YYYY-MM-DD'))
);

CREATE INDEX behaviour_user ON behaviour (user_id, activity_id, behaviour, behaviour_id);
CREATE INDEX behaviour_report ON behaviour (report_id) WHERE report_id IS NOT NULL;

-- One exchange of points for the draws of a SKU; its debit and its order have its id as their key.
CREATE TABLE redemption_order (
    redemption_id     uuid NOT NULL,
    user_id           text COLLATE "C" NOT NULL,
    bucket            smallint NOT NULL,
    activity_id       text COLLATE "C" NOT NULL,
    version           bigint NOT NULL,
    request_id        text COLLATE "C" NOT NULL,
    sku               text COLLATE "C" NOT NULL,
    draws             bigint NOT NULL,
    price             bigint NOT NULL,
    recharge_order_id uuid NOT NULL,
    day               date NOT NULL,
    created_at        timestamptz NOT NULL,
    reversed_at       timestamptz,
    CONSTRAINT redemption_order_pk PRIMARY KEY (redemption_id),
    CONSTRAINT redemption_order_request_unique UNIQUE (user_id, request_id),
    CONSTRAINT redemption_order_recharge_order_unique UNIQUE (recharge_order_id),
    CONSTRAINT redemption_order_recharge_order_known
        FOREIGN KEY (recharge_order_id) REFERENCES recharge_order (recharge_order_id),
    CONSTRAINT redemption_order_draws_positive CHECK (draws > 0),
    CONSTRAINT redemption_order_price_positive CHECK (price > 0)
);

CREATE INDEX redemption_order_user ON redemption_order (user_id, redemption_id);
