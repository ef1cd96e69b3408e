//! Reconciliation of awards in Postgres: with their draws, and with what their winners were given.
//!
//! Codes are never part of what is found: whoever knows one can spend it.

use super::PostgresStore;
use super::books::Found;
use crate::domain::calendar::Timestamp;

impl PostgresStore {
    pub(super) async fn award_differences(&self, limit: u32) -> Result<Vec<Found>, sqlx::Error> {
        // The work of an award that ended is deleted after a while; until then it must have ended like the award.
        sqlx::query_as(
            r"SELECT 'draw draw_' || ulid_text(draw.draw_id), 'it has no award record of its own'
                FROM draw
                LEFT JOIN award_record ON award_record.draw_id = draw.draw_id
               WHERE NOT draw.void
                 AND award_record.award_record_id IS DISTINCT FROM draw.award_record_id
               UNION ALL
              SELECT 'award record award_' || ulid_text(award_record.award_record_id), 'its draw is not there'
                FROM award_record
                LEFT JOIN draw ON draw.draw_id = award_record.draw_id AND NOT draw.void
               WHERE draw.draw_id IS NULL
               UNION ALL
              SELECT 'award record award_' || ulid_text(award_record.award_record_id),
                     'it is ' || award_record.state || ' and its points are '
                     || CASE WHEN transfer.transfer_id IS NULL THEN 'not credited' ELSE 'credited' END
                FROM draw
               JOIN award_record ON award_record.draw_id = draw.draw_id
                LEFT JOIN transfer
                  ON transfer.reason = 'award'
                 AND transfer.key = 'award_' || ulid_text(award_record.award_record_id)
               WHERE NOT draw.void
                 AND draw.kind = 'points'
                 AND (award_record.state = 'delivered') <> (transfer.transfer_id IS NOT NULL)
               UNION ALL
              SELECT 'award record award_' || ulid_text(award_record.award_record_id),
                     'it is ' || award_record.state || ' and its draws are '
                     || CASE WHEN recharge_order.recharge_order_id IS NULL THEN 'not granted' ELSE 'granted' END
                FROM draw
               JOIN award_record ON award_record.draw_id = draw.draw_id
                LEFT JOIN recharge_order
                  ON NOT recharge_order.void
                 AND recharge_order.user_id = draw.user_id
                 AND recharge_order.activity_id = draw.activity_id
                 AND recharge_order.source = 'award'
                 AND recharge_order.source_key = 'award_' || ulid_text(award_record.award_record_id)
               WHERE NOT draw.void
                 AND draw.kind = 'draws'
                 AND (award_record.state = 'delivered') <> (recharge_order.recharge_order_id IS NOT NULL)
               UNION ALL
              SELECT 'award record award_' || ulid_text(award_record.award_record_id),
                     'it is ' || award_record.state || ' and its work is ' || COALESCE(outbox.state, 'not there')
                FROM award_record
                LEFT JOIN outbox ON outbox.award_record_id = award_record.award_record_id
               WHERE (award_record.state IN ('pending', 'dispatched')
                      AND COALESCE(outbox.state, 'none') NOT IN ('pending', 'leased'))
                  OR (award_record.state = 'dead' AND outbox.state IS DISTINCT FROM 'dead')
                  OR (award_record.state = 'recalled' AND COALESCE(outbox.state, 'done') <> 'done')
               LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
    }

    pub(super) async fn code_differences(
        &self,
        swept_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Found>, sqlx::Error> {
        // A code is taken before its award is delivered, and goes back after its award is recalled: what is on the way is
        // no difference. Of a recall only the end of its work tells the time; where that is deleted, it was long ago.
        sqlx::query_as(
            r"WITH pool_of AS MATERIALIZED (
                   SELECT campaign_version.activity_id, campaign_version.version, award.value ->> 'id' AS award_id,
                          award.value -> 'prize' ->> 'pool' AS pool
                     FROM campaign_version
                    CROSS JOIN jsonb_array_elements(campaign_version.document -> 'awards') AS award (value)
                    WHERE award.value -> 'prize' ->> 'kind' = 'coupon')
              SELECT 'award record award_' || ulid_text(award_record_id), 'it is ' || state || ' and ' || difference
                FROM (SELECT award_record.award_record_id, award_record.state,
                             CASE
                             WHEN award_record.state = 'delivered' AND coupon_code.code IS NULL
                             THEN 'has no code'
                             WHEN award_record.state = 'delivered' AND coupon_code.code IS DISTINCT FROM award_record.reference
                             THEN 'its winner was shown another code than its own'
                             WHEN award_record.state = 'recalled'
                              AND coupon_code.taken_at < $1
                              AND COALESCE(outbox.ended_at < $1, TRUE)
                             THEN 'its code is not back in pool ' || coupon_code.pool
                             WHEN coupon_code.pool <> COALESCE(pool_of.pool, '')
                             THEN 'its code is of pool ' || coupon_code.pool || ' where its version names '
                                  || COALESCE(pool_of.pool, 'none')
                             END AS difference
                        FROM draw
                       JOIN award_record ON award_record.draw_id = draw.draw_id
                        LEFT JOIN coupon_code ON coupon_code.award_record_id = award_record.award_record_id
                        LEFT JOIN outbox ON outbox.award_record_id = award_record.award_record_id
                        LEFT JOIN pool_of
                          ON pool_of.activity_id = draw.activity_id
                         AND pool_of.version = draw.version
                         AND pool_of.award_id = draw.award_id
                       WHERE NOT draw.void
                         AND draw.kind = 'coupon') AS compared
               WHERE difference IS NOT NULL
               UNION ALL
              SELECT 'coupon pool ' || coupon_code.pool,
                     'a code of it belongs to award_' || ulid_text(coupon_code.award_record_id) || ', which is '
                     || COALESCE('of the kind ' || draw.kind, 'not there')
                FROM coupon_code
                LEFT JOIN award_record ON award_record.award_record_id = coupon_code.award_record_id
                LEFT JOIN draw ON draw.draw_id = award_record.draw_id AND NOT draw.void
               WHERE coupon_code.award_record_id IS NOT NULL
                 AND draw.kind IS DISTINCT FROM 'coupon'
               UNION ALL
              SELECT 'coupon pool ' || pool,
                     'it counts ' || SUM(total) || ' codes and ' || SUM(taken) || ' taken where there are ' || SUM(codes)
                     || ' and ' || SUM(codes_taken)
                FROM (SELECT pool, total, taken, 0 AS codes, 0 AS codes_taken
                        FROM coupon_pool
                       UNION ALL
                      SELECT pool, 0, 0, COUNT(*), COUNT(award_record_id)
                        FROM coupon_code
                       GROUP BY pool) AS line
               GROUP BY pool
              HAVING SUM(total) <> SUM(codes) OR SUM(taken) <> SUM(codes_taken)
               LIMIT $2",
        )
        .bind(swept_before)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
    }

    pub(super) async fn goods_differences(&self, limit: u32) -> Result<Vec<Found>, sqlx::Error> {
        sqlx::query_as(
            r"SELECT 'goods claim of award_' || ulid_text(award_record_id), difference
                FROM (SELECT goods_claim.award_record_id,
                             CASE
                             WHEN draw.kind IS NULL
                             THEN 'its award is not there'
                             WHEN draw.kind <> 'goods'
                             THEN 'its award is of the kind ' || draw.kind
                             WHEN goods_claim.user_id <> award_record.user_id
                             THEN 'it is of user ' || goods_claim.user_id || ', its award of user ' || award_record.user_id
                             WHEN (goods_claim.shipped_at IS NOT NULL) <> (award_record.state = 'delivered')
                             THEN CASE WHEN goods_claim.shipped_at IS NULL THEN 'it is not' ELSE 'it is' END
                                  || ' shipped and its award is ' || award_record.state
                             WHEN goods_claim.tracking IS NOT NULL AND goods_claim.tracking IS DISTINCT FROM award_record.reference
                             THEN 'it is shipped as ' || goods_claim.tracking || ', its winner was told '
                                  || COALESCE(award_record.reference, 'nothing')
                             END AS difference
                        FROM goods_claim
                        LEFT JOIN award_record ON award_record.award_record_id = goods_claim.award_record_id
                        LEFT JOIN draw ON draw.draw_id = award_record.draw_id AND NOT draw.void) AS compared
               WHERE difference IS NOT NULL
               UNION ALL
              SELECT 'award record award_' || ulid_text(award_record.award_record_id), 'it is delivered and nobody claimed its goods'
                FROM draw
               JOIN award_record ON award_record.draw_id = draw.draw_id
                LEFT JOIN goods_claim ON goods_claim.award_record_id = award_record.award_record_id
               WHERE NOT draw.void
                 AND draw.kind = 'goods'
                 AND award_record.state = 'delivered'
                 AND goods_claim.award_record_id IS NULL
               LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
    }
}
