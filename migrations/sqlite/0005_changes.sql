-- What people changed, and units that came back: orders that were reversed, awards that were recalled.

-- One change that an operator or a server of the business made: what it was before and what it is since.
CREATE TABLE audit (
    audit_id   TEXT NOT NULL,
    actor      TEXT NOT NULL,
    action     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    before     TEXT,
    after      TEXT,
    created_at INTEGER NOT NULL,
    CONSTRAINT audit_pk PRIMARY KEY (audit_id),
    CONSTRAINT audit_before_json CHECK (before IS NULL OR json_valid(before)),
    CONSTRAINT audit_after_json CHECK (after IS NULL OR json_valid(after))
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_subject ON audit (subject, audit_id);
CREATE INDEX audit_actor ON audit (actor, audit_id);

-- Orders may also come from redemptions and rebates, and may be reversed while their draws are unused. SQLite cannot change
-- a CHECK, so the table is written anew.
DROP VIEW live_recharge_order;

CREATE TABLE recharge_order_new (
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
    reversed_at       INTEGER,
    CONSTRAINT recharge_order_pk PRIMARY KEY (recharge_order_id),
    CONSTRAINT recharge_order_complete CHECK (
        CASE void
            WHEN 0 THEN user_id IS NOT NULL AND activity_id IS NOT NULL AND sku IS NOT NULL
                AND draws IS NOT NULL AND source IS NOT NULL AND source_key IS NOT NULL
            WHEN 1 THEN user_id IS NULL AND activity_id IS NULL AND source IS NULL AND reversed_at IS NULL
            ELSE 0
        END),
    CONSTRAINT recharge_order_source_known CHECK (source IN ('request', 'award', 'redemption', 'rebate')),
    CONSTRAINT recharge_order_draws_not_negative CHECK (draws >= 0)
) STRICT;

INSERT INTO recharge_order_new (recharge_order_id, bucket, void, user_id, activity_id, sku, draws, source, source_key,
                                created_at)
SELECT recharge_order_id, bucket, void, user_id, activity_id, sku, draws, source, source_key, created_at
  FROM recharge_order;

DROP TABLE recharge_order;
ALTER TABLE recharge_order_new RENAME TO recharge_order;

CREATE UNIQUE INDEX recharge_order_source ON recharge_order (user_id, activity_id, source, source_key)
    WHERE void = 0;
-- Units that are used: granted on request or for points, and not reversed. Awards and rebates take none.
CREATE INDEX recharge_order_sku ON recharge_order (activity_id, sku)
    WHERE void = 0 AND reversed_at IS NULL AND source IN ('request', 'redemption');

CREATE VIEW live_recharge_order AS
SELECT recharge_order_id, user_id, activity_id, sku, draws, source, source_key, created_at, reversed_at
  FROM recharge_order
 WHERE void = 0;

-- Recalled awards are few; their units are back in stock.
CREATE INDEX award_record_recalled ON award_record (draw_id) WHERE state = 'recalled';

-- Units in use of everything the current version counts.
CREATE VIEW stock_used AS
SELECT stock_item.activity_id, stock_item.kind, stock_item.item_id, stock_item.position, stock_item.total,
       CASE stock_item.kind
       WHEN 'award' THEN (SELECT COUNT(*)
                            FROM draw
                           WHERE draw.void = 0
                             AND draw.activity_id = stock_item.activity_id
                             AND draw.award_id = stock_item.item_id)
                       - (SELECT COUNT(*)
                            FROM award_record
                           CROSS JOIN draw ON draw.draw_id = award_record.draw_id
                           WHERE award_record.state = 'recalled'
                             AND draw.activity_id = stock_item.activity_id
                             AND draw.award_id = stock_item.item_id)
       ELSE (SELECT COUNT(*)
               FROM recharge_order
              WHERE recharge_order.void = 0
                AND recharge_order.reversed_at IS NULL
                AND recharge_order.source IN ('request', 'redemption')
                AND recharge_order.activity_id = stock_item.activity_id
                AND recharge_order.sku = stock_item.item_id)
       END AS used
  FROM stock_item;
