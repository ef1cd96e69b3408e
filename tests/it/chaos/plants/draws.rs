//! Bugs in draws, quota and stock.

use super::{Plant, plant};

pub(super) const BUGS: &[Plant] = &[
    plant(
        "draw_once",
        "DROP INDEX draw_request",
        r"UPDATE draw SET request_index = 0 WHERE request_id = 'lost-2' AND request_index = 1
          RETURNING 'draw draw_' || ulid_text(draw_id)",
    ),
    plant(
        "draw_request_whole",
        "",
        r"UPDATE draw SET request_index = 5 WHERE request_id = 'lost-2' AND request_index = 1
          RETURNING 'draw draw_' || ulid_text(draw_id)",
    ),
    plant(
        "draw_sequence",
        "",
        r"UPDATE draw SET used_today_before = used_today_before + 1 WHERE request_id = 'lost-1'
          RETURNING 'draw draw_' || ulid_text(draw_id)",
    ),
    plant(
        "draw_within_limits",
        "",
        r"WITH last AS (SELECT draw_id, used_today_before FROM draw WHERE NOT void ORDER BY used_today_before DESC LIMIT 1)
          UPDATE campaign_version
             SET document = jsonb_set(document, '{limits,day}', to_jsonb((SELECT used_today_before FROM last)))
          RETURNING (SELECT 'draw draw_' || ulid_text(draw_id) FROM last)",
    ),
    plant(
        "draw_within_limits",
        "",
        r"WITH last AS (SELECT draw_id, used_before FROM draw WHERE NOT void ORDER BY used_before DESC LIMIT 1)
          UPDATE campaign_version
             SET document = jsonb_set(document, '{limits,month}', to_jsonb((SELECT used_before FROM last)))
          RETURNING (SELECT 'draw draw_' || ulid_text(draw_id) FROM last)",
    ),
    // The award of which one user has more than any other here.
    plant(
        "win_within_limit",
        "",
        r"WITH win AS (SELECT award_id, user_id, COUNT(*) AS wins, MAX(used_before) AS last
                         FROM draw WHERE NOT void GROUP BY award_id, user_id),
               most AS (SELECT win.*, ordinality - 1 AS at
                          FROM win
                         CROSS JOIN campaign_version
                         CROSS JOIN jsonb_array_elements(document -> 'awards') WITH ORDINALITY AS award (value)
                         WHERE award.value ->> 'id' = award_id
                           AND NOT EXISTS (SELECT 1 FROM win AS other
                                            WHERE other.award_id = win.award_id
                                              AND other.user_id <> win.user_id
                                              AND other.wins >= win.wins)
                         LIMIT 1)
          UPDATE campaign_version
             SET document = jsonb_set(document, ARRAY['awards', most.at::text, 'per_user'], to_jsonb(most.wins - 1))
            FROM most
            JOIN draw ON draw.user_id = most.user_id AND draw.used_before = most.last
          RETURNING 'draw draw_' || ulid_text(draw.draw_id)",
    ),
    plant(
        "draw_promised",
        "",
        r"UPDATE draw SET award_record_id = draw_id
           WHERE draw_id = (SELECT draw_id FROM draw WHERE NOT void ORDER BY draw_id LIMIT 1)
          RETURNING (SELECT 'award_record award_' || ulid_text(award_record.award_record_id)
                       FROM award_record WHERE award_record.draw_id = draw.draw_id)",
    ),
    plant(
        "draw_promised",
        "",
        r"UPDATE award_record SET state = 'recalled', delivered_at = NULL
           WHERE draw_id = (SELECT draw_id FROM draw WHERE kind = 'nothing' LIMIT 1)
          RETURNING 'award_record award_' || ulid_text(award_record_id)",
    ),
    plant(
        "quota_granted",
        "",
        r"UPDATE quota SET granted = granted + 1 WHERE user_id = (SELECT MIN(user_id) FROM quota)
          RETURNING 'quota ' || user_id || '/' || activity_id",
    ),
    // An order that never reached the account.
    plant(
        "quota_granted",
        "",
        r"UPDATE recharge_order SET reversed_at = created_at
           WHERE recharge_order_id = (SELECT recharge_order_id FROM recharge_order WHERE source = 'rebate' LIMIT 1)
          RETURNING 'quota ' || user_id || '/' || activity_id",
    ),
    plant(
        "quota_used",
        "",
        r"UPDATE quota SET used = used - 1 WHERE user_id = (SELECT MIN(user_id) FROM quota)
          RETURNING 'quota ' || user_id || '/' || activity_id",
    ),
    plant(
        "period_used",
        "",
        r"UPDATE quota_period SET used = used + 1
           WHERE user_id = (SELECT MIN(user_id) FROM quota_period) AND period = '2026-03'
          RETURNING 'quota_period ' || activity_id || '/' || user_id || '/' || period",
    ),
    plant(
        "period_used",
        "",
        r"DELETE FROM quota_period WHERE user_id = (SELECT MIN(user_id) FROM quota_period) AND length(period) = 7
          RETURNING 'quota_period ' || activity_id || '/' || user_id || '/' || period",
    ),
    // As many as there were won in the first database: only together they are too many.
    plant(
        "stock_not_oversold",
        "",
        r"UPDATE campaign_version
             SET document = jsonb_set(document, '{awards,0,stock}',
                                      (SELECT to_jsonb(COUNT(*)) FROM draw WHERE award_id = 'points'))
          RETURNING 'stock_item 100301/award/points'",
    ),
    plant(
        "stock_not_oversold",
        "",
        r"UPDATE campaign_version SET document = jsonb_set(document, '{skus,0,stock}', '5')
          RETURNING 'stock_item 100301/sku/many'",
    ),
];
