//! What users exchange and do: a redemption is a debit and an order, a behaviour is all that its version promises for it.

use super::{Book, Check};

pub(super) const BOOKS: &[Book] = &[
    Book {
        check: Check {
            name: "redemption_whole",
            says: "every redemption has one debit of its price and one order of its draws, and takes both back or neither",
        },
        looked: r"SELECT COUNT(*) FROM redemption_order",
        found: r"SELECT CASE WHEN redeemed.id IS NULL THEN 'redemption_order ' || moved.key
                             ELSE 'redemption_order ' || redeemed.id
                        END,
                        CASE WHEN redeemed.id IS NULL THEN 'it is not there, and something was moved for it'
                             ELSE 'its price is ' || price || ' hundredths: debited ' || COALESCE(debited, 0) || ', given back '
                                  || COALESCE(returned, 0) || '; its draws are ' || draws || ': granted '
                                  || COALESCE(granted, 0) || CASE WHEN reversed_at IS NULL THEN '' ELSE '; it is reversed' END
                                  || CASE WHEN order_reversed_at IS NULL THEN '' ELSE '; its order is reversed' END
                        END
                   FROM (SELECT pg_temp.id('rdm', redemption_id) AS id, redemption_order.* FROM redemption_order) AS redeemed
                   FULL JOIN (SELECT key, SUM(debited) AS debited, SUM(returned) AS returned, SUM(draws) AS granted,
                                     MAX(user_id) AS mover, MIN(user_id) AS other_mover, MAX(activity_id) AS place,
                                     MAX(sku) AS granted_sku, MAX(reversed_at) AS order_reversed_at
                                FROM (SELECT transfer.key, -entry.amount AS debited, NULL::bigint AS returned,
                                             NULL::bigint AS draws, substr(entry.account_id, 6) AS user_id,
                                             NULL AS activity_id, NULL AS sku, NULL::timestamptz AS reversed_at
                                        FROM transfer
                                        JOIN entry USING (transfer_id)
                                       WHERE transfer.reason = 'redemption'
                                         AND entry.account_id LIKE 'user:%'
                                       UNION ALL
                                      SELECT transfer.key, NULL, entry.amount, NULL, substr(entry.account_id, 6), NULL, NULL,
                                             NULL
                                        FROM transfer
                                        JOIN entry USING (transfer_id)
                                       WHERE transfer.reason = 'reversal'
                                         AND transfer.key LIKE 'rdm\_%'
                                         AND entry.account_id LIKE 'user:%'
                                       UNION ALL
                                      SELECT source_key, NULL, NULL, draws, user_id, activity_id, sku, reversed_at
                                        FROM recharge_order
                                       WHERE NOT void
                                         AND source = 'redemption') AS line
                               GROUP BY key) AS moved
                     ON moved.key = redeemed.id
                  WHERE redeemed.id IS NULL
                     OR debited IS DISTINCT FROM price
                     OR granted IS DISTINCT FROM draws
                     OR COALESCE(returned, 0) <> CASE WHEN reversed_at IS NULL THEN 0 ELSE price END
                     OR reversed_at IS DISTINCT FROM order_reversed_at
                     OR (mover, other_mover, place, granted_sku)
                        IS DISTINCT FROM (redeemed.user_id, redeemed.user_id, redeemed.activity_id, redeemed.sku)",
    },
    Book {
        check: Check {
            name: "behaviour_whole",
            says: "every behaviour earned what its version promises for it, each part once, and nothing was earned without one",
        },
        looked: r"SELECT COUNT(*) FROM behaviour",
        found: r"SELECT 'behaviour ' || split_part(part, '/', 1),
                        'part ' || split_part(part, '/', 2) || ': promised ' || COALESCE(SUM(promised_draws), 0) || ' draws and '
                        || COALESCE(SUM(promised_points), 0) || ' hundredths, gave ' || COALESCE(SUM(draws), 0) || ' and '
                        || COALESCE(SUM(points), 0)
                   FROM (SELECT pg_temp.id('beh', behaviour_id) || '/'
                                || (ROW_NUMBER() OVER (PARTITION BY behaviour_id ORDER BY place) - 1) AS part,
                                user_id, activity_id,
                                (SELECT (sku.value ->> 'draws')::bigint
                                   FROM jsonb_array_elements(document -> 'skus') AS sku (value)
                                  WHERE sku.value ->> 'id' = earning ->> 'sku') AS promised_draws,
                                ((earning ->> 'points')::numeric * 100)::bigint AS promised_points,
                                NULL::bigint AS draws, NULL::bigint AS points
                           FROM behaviour
                           JOIN campaign_version USING (activity_id, version)
                          CROSS JOIN jsonb_array_elements(document -> 'rebates') AS rebate (value)
                          CROSS JOIN LATERAL (SELECT 0 AS place, rebate.value AS earning
                                               UNION ALL
                                              SELECT step.place, step.value
                                                FROM jsonb_array_elements(rebate.value -> 'streaks') WITH ORDINALITY
                                                  AS step (value, place)
                                               WHERE (step.value ->> 'at')::bigint = streak
                                                  OR (COALESCE((step.value ->> 'repeat')::boolean, FALSE)
                                                      AND streak > 0
                                                      AND streak % (step.value ->> 'at')::bigint = 0)) AS earned
                          WHERE rebate.value ->> 'behaviour' = behaviour
                          UNION ALL
                         SELECT source_key, user_id, activity_id, NULL, NULL, draws, NULL
                           FROM recharge_order
                          WHERE NOT void
                            AND source = 'rebate'
                          UNION ALL
                         SELECT key, substr(account_id, 6), NULL, NULL, NULL, NULL, amount
                           FROM transfer
                           JOIN entry USING (transfer_id)
                          WHERE reason = 'rebate'
                            AND account_id LIKE 'user:%') AS line
                  GROUP BY part
                 HAVING COALESCE(SUM(promised_draws), 0) <> COALESCE(SUM(draws), 0)
                     OR COALESCE(SUM(promised_points), 0) <> COALESCE(SUM(points), 0)
                     OR COUNT(DISTINCT user_id) <> 1
                     OR COUNT(DISTINCT activity_id) > 1",
    },
    Book {
        check: Check { name: "behaviour_once", says: "a user's behaviour has one record for each key and activity" },
        looked: r"SELECT COUNT(*) FROM behaviour",
        found: r"SELECT 'behaviour ' || pg_temp.id('beh', behaviour_id),
                        'it is number ' || nth || ' of ' || behaviour || ' ' || business_key || ' by user ' || user_id
                        || ' in activity ' || activity_id
                   FROM (SELECT behaviour.*,
                                ROW_NUMBER() OVER (PARTITION BY user_id, behaviour, business_key, activity_id
                                                       ORDER BY behaviour_id) AS nth
                           FROM behaviour) AS counted
                  WHERE nth > 1",
    },
];
