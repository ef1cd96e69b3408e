-- What people changed, and units that came back: orders that were reversed, awards that were recalled.

-- One change that an operator or a server of the business made: what it was before and what it is since.
CREATE TABLE audit (
    audit_id   uuid NOT NULL,
    actor      text NOT NULL,
    action     text NOT NULL,
    subject    text COLLATE "C" NOT NULL,
    before     jsonb,
    after      jsonb,
    created_at timestamptz NOT NULL,
    CONSTRAINT audit_pk PRIMARY KEY (audit_id)
);

CREATE INDEX audit_subject ON audit (subject, audit_id);
CREATE INDEX audit_actor ON audit (actor, audit_id);

-- Orders may also come from redemptions and rebates, and may be reversed while their draws are unused.
DROP VIEW live_recharge_order;

ALTER TABLE recharge_order ADD COLUMN reversed_at timestamptz;
ALTER TABLE recharge_order DROP CONSTRAINT recharge_order_complete;
ALTER TABLE recharge_order ADD CONSTRAINT recharge_order_complete CHECK (
    CASE
        WHEN NOT void THEN user_id IS NOT NULL AND activity_id IS NOT NULL AND sku IS NOT NULL
            AND draws IS NOT NULL AND source IS NOT NULL AND source_key IS NOT NULL
        ELSE user_id IS NULL AND activity_id IS NULL AND source IS NULL AND reversed_at IS NULL
    END);
ALTER TABLE recharge_order DROP CONSTRAINT recharge_order_source_known;
ALTER TABLE recharge_order ADD CONSTRAINT recharge_order_source_known
    CHECK (source IN ('request', 'award', 'redemption', 'rebate'));

-- Units that are used: granted on request or for points, and not reversed. Awards and rebates take none.
DROP INDEX recharge_order_sku;
CREATE INDEX recharge_order_sku ON recharge_order (activity_id, sku)
    WHERE NOT void AND reversed_at IS NULL AND source IN ('request', 'redemption');

CREATE VIEW live_recharge_order AS
SELECT recharge_order_id, user_id, activity_id, sku, draws, source, source_key, created_at, reversed_at
  FROM recharge_order
 WHERE NOT void;

-- Recalled awards are few; their units are back in stock.
CREATE INDEX award_record_recalled ON award_record (draw_id) WHERE state = 'recalled';

-- Units in use of everything the current version counts.
CREATE VIEW stock_used AS
SELECT stock_item.activity_id, stock_item.kind, stock_item.item_id, stock_item.position, stock_item.total,
       CASE stock_item.kind
       WHEN 'award' THEN (SELECT COUNT(*)
                            FROM draw
                           WHERE NOT draw.void
                             AND draw.activity_id = stock_item.activity_id
                             AND draw.award_id = stock_item.item_id)
                       - (SELECT COUNT(*)
                            FROM award_record
                           JOIN draw ON draw.draw_id = award_record.draw_id
                           WHERE award_record.state = 'recalled'
                             AND draw.activity_id = stock_item.activity_id
                             AND draw.award_id = stock_item.item_id)
       ELSE (SELECT COUNT(*)
               FROM recharge_order
              WHERE NOT recharge_order.void
                AND recharge_order.reversed_at IS NULL
                AND recharge_order.source IN ('request', 'redemption')
                AND recharge_order.activity_id = stock_item.activity_id
                AND recharge_order.sku = stock_item.item_id)
       END AS used
  FROM stock_item;
