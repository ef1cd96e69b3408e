//! Answers as they have to be, made from rows: each statement gives a request's key, and what was answered or has to be.

use serde_json::Value;

use super::record::Kind;

/// What is remembered of requests of one kind. A repeat must be answered by what a statement gives, whenever it comes.
pub(super) struct Memory {
    pub(super) kind: Kind,
    /// The rows of each request, in the order of keys: a key, `row` and `answer`.
    pub(super) stored: &'static str,
}

/// Of which kinds of requests there must be no row that nobody asked for.
pub(super) const MEMORIES: &[Memory] = &[
    Memory {
        kind: Kind::Draw,
        stored: r"SELECT user_id || E'\n' || activity_id || E'\n' || request_id,
                         jsonb_build_object('row', 'draw ' || pg_temp.id('draw', draw_id), 'answer', jsonb_strip_nulls(
                             jsonb_build_object(
                                 'id', pg_temp.id('draw', draw_id),
                                 'user_id', user_id,
                                 'activity_id', activity_id,
                                 'request_id', request_id,
                                 'index', request_index,
                                 'version', version,
                                 'drawn_at', pg_temp.instant(drawn_at),
                                 'day', to_char(day, 'YYYY-MM-DD'),
                                 'award', jsonb_build_object(
                                     'id', award_id,
                                     'title', title,
                                     'kind', kind,
                                     'value', CASE kind
                                              WHEN 'points' THEN jsonb_build_object('points', pg_temp.points(points))
                                              WHEN 'draws' THEN jsonb_build_object('sku', sku, 'draws', draws)
                                              END),
                                 'reason', reason,
                                 'roll', encode(roll, 'hex'),
                                 'used_before', used_before,
                                 'used_today_before', used_today_before,
                                 'standing', standing,
                                 'receipt', '/v1/draws/' || pg_temp.id('draw', draw_id) || '/receipt')))
                    FROM draw
                    LEFT JOIN (SELECT activity_id, version, award.value ->> 'id' AS award_id, award.value ->> 'title' AS title
                                 FROM campaign_version
                                CROSS JOIN jsonb_array_elements(document -> 'awards') AS award (value)) AS title
                   USING (activity_id, version, award_id)
                   WHERE NOT void
                   ORDER BY user_id, activity_id, request_id, request_index",
    },
    Memory {
        kind: Kind::Recharge,
        stored: r"SELECT user_id || E'\n' || activity_id || E'\n' || source_key,
                         jsonb_build_object('row', 'recharge_order ' || pg_temp.id('rech', recharge_order_id), 'answer',
                             jsonb_build_object(
                                 'id', pg_temp.id('rech', recharge_order_id),
                                 'user_id', user_id,
                                 'activity_id', activity_id,
                                 'request_id', source_key,
                                 'sku', sku,
                                 'draws', draws,
                                 'created_at', pg_temp.instant(created_at)))
                    FROM recharge_order
                   WHERE NOT void
                     AND source = 'request'
                   ORDER BY user_id, activity_id, source_key",
    },
    Memory {
        kind: Kind::Redemption,
        stored: r"SELECT user_id || E'\n' || request_id,
                         jsonb_build_object('row', 'redemption_order ' || pg_temp.id('rdm', redemption_id), 'answer',
                             jsonb_build_object(
                                 'id', pg_temp.id('rdm', redemption_id),
                                 'user_id', user_id,
                                 'activity_id', activity_id,
                                 'version', version,
                                 'request_id', request_id,
                                 'sku', sku,
                                 'draws', draws,
                                 'price', pg_temp.points(price),
                                 'day', to_char(day, 'YYYY-MM-DD'),
                                 'created_at', pg_temp.instant(created_at)))
                    FROM redemption_order
                   ORDER BY user_id, request_id",
    },
    Memory { kind: Kind::Earn, stored: EARNED },
    Memory { kind: Kind::Spend, stored: SPENT },
];

/// Behaviours are found by the records they made: a report without activity makes several, and a day's has no key of its own.
pub(super) const BEHAVIOURS: &str = r"
    SELECT user_id || E'\n' || behaviour || E'\n' || business_key || E'\n' || activity_id,
           jsonb_build_object('row', 'behaviour ' || pg_temp.id('beh', behaviour_id), 'answer', jsonb_strip_nulls(
               jsonb_build_object(
                   'id', pg_temp.id('beh', behaviour_id),
                   'user_id', user_id,
                   'activity_id', activity_id,
                   'version', version,
                   'behaviour', behaviour,
                   'business_key', business_key,
                   'day', to_char(day, 'YYYY-MM-DD'),
                   'streak', NULLIF(streak, 0),
                   'grants', (SELECT jsonb_agg(jsonb_build_object(
                                         'streak', CASE WHEN place > 0 THEN streak END,
                                         'sku', earning ->> 'sku',
                                         'draws', (SELECT (sku.value ->> 'draws')::bigint
                                                     FROM jsonb_array_elements(document -> 'skus') AS sku (value)
                                                    WHERE sku.value ->> 'id' = earning ->> 'sku'),
                                         'points', pg_temp.points(((earning ->> 'points')::numeric * 100)::bigint))
                                         ORDER BY place)
                                FROM jsonb_array_elements(document -> 'rebates') AS rebate (value)
                               CROSS JOIN LATERAL (SELECT 0 AS place, rebate.value AS earning
                                                    UNION ALL
                                                   SELECT step.place, step.value
                                                     FROM jsonb_array_elements(rebate.value -> 'streaks') WITH ORDINALITY
                                                       AS step (value, place)
                                                    WHERE (step.value ->> 'at')::bigint = streak
                                                       OR (COALESCE((step.value ->> 'repeat')::boolean, FALSE)
                                                           AND streak > 0
                                                           AND streak % (step.value ->> 'at')::bigint = 0)) AS earned
                               WHERE rebate.value ->> 'behaviour' = behaviour),
                   'created_at', pg_temp.instant(created_at))))
      FROM behaviour
      LEFT JOIN campaign_version USING (activity_id, version)
     ORDER BY user_id, behaviour, business_key, activity_id";

macro_rules! transfers {
    ($reason:literal) => {
        concat!(
            r#"SELECT transfer.request,
                      jsonb_build_object('row', 'transfer ' || pg_temp.id('xfer', transfer.transfer_id), 'answer',
                          jsonb_strip_nulls(jsonb_build_object(
                              'id', pg_temp.id('xfer', transfer.transfer_id),
                              'user_id', split_part(transfer.request, E'\n', 1),
                              'request_id', split_part(transfer.request, E'\n', 2),
                              'reason', transfer.reason,
                              'amount', pg_temp.points(entry.amount),
                              'balance', pg_temp.points(entry.balance),
                              'note', transfer.note,
                              'expires_at', pg_temp.instant(point_lot.expires_at),
                              'created_at', pg_temp.instant(transfer.created_at))))
                 FROM transfer
                 JOIN entry
                   ON entry.transfer_id = transfer.transfer_id
                  AND entry.account_id = 'user:' || split_part(transfer.request, E'\n', 1)
                 LEFT JOIN point_lot ON point_lot.transfer_id = transfer.transfer_id
                WHERE transfer.request IS NOT NULL
                  AND transfer.reason = '"#,
            $reason,
            r#"' ORDER BY transfer.request COLLATE "C""#
        )
    };
}

const EARNED: &str = transfers!("earn");
const SPENT: &str = transfers!("spend");

/// A row of one of the statements.
pub(super) fn row(stored: &Value) -> &str {
    stored["row"].as_str().unwrap_or_default()
}
