//! Effects of awards in the product itself: points, draws and goods are with their winner if and only if the award is delivered.

use super::{Book, Check};

pub(super) const BOOKS: &[Book] = &[
    Book {
        check: Check {
            name: "award_points",
            says: "an award of points is delivered if and only if one transfer, keyed by it, gave its winner its points",
        },
        looked: r"SELECT COUNT(*) FROM draw WHERE NOT void AND kind = 'points'",
        found: r"SELECT CASE WHEN award IS NULL THEN 'transfer ' || pg_temp.id('xfer', transfer_id)
                             ELSE 'award_record ' || award
                        END,
                        'it is ' || COALESCE(state, 'for ' || key || ', which is no award of points') || ', '
                        || COALESCE(credited, 0) || ' hundredths were credited of ' || COALESCE(points, 0)
                   FROM (SELECT pg_temp.id('award', award_record.award_record_id) AS award, award_record.state, draw.user_id,
                                draw.points
                           FROM draw
                           JOIN award_record ON award_record.draw_id = draw.draw_id
                          WHERE NOT draw.void
                            AND draw.kind = 'points') AS promised
                   FULL JOIN (SELECT transfer.transfer_id, transfer.key, entry.account_id, entry.amount AS credited
                                FROM transfer
                                LEFT JOIN entry ON entry.transfer_id = transfer.transfer_id AND entry.amount > 0
                               WHERE transfer.reason = 'award') AS credit
                     ON credit.key = promised.award
                  WHERE award IS NULL
                     OR (state = 'delivered') <> (key IS NOT NULL)
                     OR (key IS NOT NULL
                         AND (credited IS DISTINCT FROM points OR account_id IS DISTINCT FROM 'user:' || user_id))",
    },
    Book {
        check: Check {
            name: "award_draws",
            says: "an award of draws is delivered if and only if one order, keyed by it, granted its winner its draws",
        },
        looked: r"SELECT COUNT(*) FROM draw WHERE NOT void AND kind = 'draws'",
        found: r"SELECT CASE WHEN award IS NULL THEN 'recharge_order ' || pg_temp.id('rech', recharge_order_id)
                             ELSE 'award_record ' || award
                        END,
                        'it is ' || COALESCE(state, 'for ' || source_key || ', which is no award of draws') || ', '
                        || COALESCE(granted, 0) || ' draws were granted of ' || COALESCE(won, 0)
                   FROM (SELECT pg_temp.id('award', award_record.award_record_id) AS award, award_record.state, draw.user_id,
                                draw.activity_id, draw.sku, draw.draws AS won
                           FROM draw
                           JOIN award_record ON award_record.draw_id = draw.draw_id
                          WHERE NOT draw.void
                            AND draw.kind = 'draws') AS promised
                   FULL JOIN (SELECT recharge_order_id, source_key, user_id, activity_id, sku, draws AS granted
                                FROM recharge_order
                               WHERE NOT void
                                 AND source = 'award') AS orders
                     ON orders.source_key = promised.award
                  WHERE award IS NULL
                     OR (state = 'delivered') <> (source_key IS NOT NULL)
                     OR (source_key IS NOT NULL
                         AND (orders.user_id, orders.activity_id, orders.sku, granted)
                             IS DISTINCT FROM (promised.user_id, promised.activity_id, promised.sku, won))",
    },
    Book {
        check: Check {
            name: "award_goods",
            says: "an award of goods is delivered if and only if its winner's claim was shipped",
        },
        looked: r"SELECT COUNT(*) FROM draw WHERE NOT void AND kind = 'goods'",
        found: r"SELECT CASE WHEN promised.award_record_id IS NULL
                             THEN 'goods_claim ' || pg_temp.id('award', claim.award_record_id)
                             ELSE 'award_record ' || pg_temp.id('award', promised.award_record_id)
                        END,
                        'it is ' || COALESCE(state, 'for no award of goods') || ', its claim is '
                        || CASE WHEN claim.award_record_id IS NULL THEN 'not there'
                                WHEN shipped_at IS NULL THEN 'not shipped'
                                ELSE 'shipped'
                           END
                        || ' by ' || COALESCE(claim.user_id, 'nobody') || ' of ' || COALESCE(promised.user_id, 'nobody')
                   FROM (SELECT award_record.award_record_id, award_record.state, draw.user_id
                           FROM draw
                           JOIN award_record ON award_record.draw_id = draw.draw_id
                          WHERE NOT draw.void
                            AND draw.kind = 'goods') AS promised
                   FULL JOIN goods_claim AS claim ON claim.award_record_id = promised.award_record_id
                  WHERE promised.award_record_id IS NULL
                     OR (state = 'delivered') <> (shipped_at IS NOT NULL)
                     OR claim.user_id <> promised.user_id",
    },
];
