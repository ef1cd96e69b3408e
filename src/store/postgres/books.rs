//! Reconciliation in Postgres: each read names the rows that an invariant does not hold for.

use async_trait::async_trait;
use uuid::Uuid;

use super::rows::DrawRow;
use super::{PostgresStore, Tried, uuid};
use crate::domain::calendar::Timestamp;
use crate::domain::draw::Draw;
use crate::domain::id::{ActivityId, DrawId};
use crate::domain::reconcile::{Invariant, Violation};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::books::{ActivityLimits, BookStore};

/// A violation as the statements word it: the row's name, and what is wrong with it.
pub(super) type Found = (String, String);

pub(super) fn violations(invariant: Invariant, found: Vec<Found>) -> Vec<Violation> {
    found.into_iter().map(|(subject, detail)| Violation { invariant, subject, detail }).collect()
}

#[async_trait]
impl BookStore for PostgresStore {
    async fn oversold_items(&self, limit: u32) -> Stored<Vec<Violation>> {
        let found: Vec<Found> = sqlx::query_as(
            r"SELECT 'activity ' || activity_id || ' ' || kind || ' ' || item_id,
                     used || ' rows where the total is ' || total
                FROM stock_used
               WHERE used > total
               ORDER BY activity_id, position
               LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("look for oversold items"))?;
        Ok(violations(Invariant::Stock, found))
    }

    async fn quota_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        // Each side of the books is written below the other and added up: whatever is only on one side shows as well.
        // Draws are grouped once, by day; months and totals follow from the days.
        let found: Vec<Found> = sqlx::query_as(
            r"WITH per_day AS MATERIALIZED (
                   SELECT user_id, activity_id, day, COUNT(*) AS draws
                     FROM draw
                    WHERE NOT void
                    GROUP BY user_id, activity_id, day),
                   account_line AS (
                   SELECT user_id, activity_id, granted, used, 0 AS ordered, 0 AS drawn
                     FROM quota
                    UNION ALL
                   SELECT user_id, activity_id, 0, 0, SUM(draws), 0
                     FROM recharge_order
                    WHERE NOT void
                      AND reversed_at IS NULL
                    GROUP BY user_id, activity_id
                    UNION ALL
                   SELECT user_id, activity_id, 0, 0, 0, SUM(draws)
                     FROM per_day
                    GROUP BY user_id, activity_id),
                   period_line AS (
                   SELECT user_id, activity_id, period, used, 0 AS drawn
                     FROM quota_period
                    UNION ALL
                   SELECT user_id, activity_id, to_char(day, 'YYYY-MM-DD'), 0, draws
                     FROM per_day
                    UNION ALL
                   SELECT user_id, activity_id, to_char(day, 'YYYY-MM'), 0, draws
                     FROM per_day)
              SELECT 'user ' || user_id || ' in activity ' || activity_id,
                     'granted ' || SUM(granted) || ' by orders of ' || SUM(ordered)
                     || ', used ' || SUM(used) || ' by ' || SUM(drawn) || ' draws'
                FROM account_line
               GROUP BY user_id, activity_id
              HAVING SUM(granted) <> SUM(ordered) OR SUM(used) <> SUM(drawn) OR SUM(used) > SUM(granted)
               UNION ALL
              SELECT 'user ' || user_id || ' in activity ' || activity_id || ' in ' || period,
                     'used ' || SUM(used) || ' by ' || SUM(drawn) || ' draws'
                FROM period_line
               GROUP BY user_id, activity_id, period
              HAVING SUM(used) <> SUM(drawn)
               LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("compare quota with draws and orders"))?;
        Ok(violations(Invariant::Quota, found))
    }

    async fn win_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        // What a draw says of wins before it is put before the draw's own win, so that running sums can be compared with it.
        let found: Vec<Found> = sqlx::query_as(
            r"WITH limited AS MATERIALIZED (
                   SELECT campaign_version.activity_id, campaign_version.version, award.value ->> 'id' AS award_id,
                          (award.value ->> 'per_user')::bigint AS per_user
                     FROM campaign_version
                    CROSS JOIN jsonb_array_elements(campaign_version.document -> 'awards') AS award (value)
                    WHERE award.value ->> 'per_user' IS NOT NULL),
                   win AS MATERIALIZED (
                   SELECT draw.draw_id, draw.user_id, draw.activity_id, draw.award_id, draw.version, draw.used_before,
                          draw.standing
                     FROM (SELECT DISTINCT activity_id, award_id FROM limited) AS ever
                     JOIN draw
                       ON draw.activity_id = ever.activity_id
                      AND draw.award_id = ever.award_id
                    WHERE NOT draw.void),
                   line AS (
                   SELECT draw_id, user_id, activity_id, award_id, version, used_before, 1 AS wins,
                          COALESCE((standing -> 'won' ->> award_id)::bigint, 0) AS said
                     FROM win
                    UNION ALL
                   SELECT draw.draw_id, draw.user_id, draw.activity_id, fact.key, draw.version, draw.used_before, 0,
                          fact.value::bigint
                     FROM draw
                    CROSS JOIN jsonb_each_text(draw.standing -> 'won') AS fact
                    WHERE NOT draw.void
                      AND draw.standing IS NOT NULL),
                   checked AS (
                   SELECT line.*,
                          COALESCE(SUM(wins) OVER (PARTITION BY user_id, activity_id, award_id
                                                       ORDER BY used_before, wins
                                                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
                     FROM line)
              SELECT 'draw draw_' || ulid_text(checked.draw_id),
                     'it was decided from ' || checked.said || ' wins of award ' || checked.award_id || ' where there were '
                     || checked.before || ' and the limit is ' || limited.per_user
                FROM checked
                JOIN limited
                  ON limited.activity_id = checked.activity_id
                 AND limited.version = checked.version
                 AND limited.award_id = checked.award_id
               WHERE checked.said <> checked.before
                  OR (checked.wins = 1 AND checked.before >= limited.per_user)
               UNION ALL
              SELECT 'user ' || user_id || ' in activity ' || activity_id,
                     'counted ' || SUM(counted) || ' wins of award ' || award_id || ' by ' || SUM(drawn) || ' draws'
                FROM (SELECT user_id, activity_id, award_id, won AS counted, 0 AS drawn
                        FROM award_win
                       UNION ALL
                      SELECT win.user_id, win.activity_id, win.award_id, 0, 1
                        FROM win
                        JOIN activity ON activity.activity_id = win.activity_id
                        JOIN limited
                          ON limited.activity_id = win.activity_id
                         AND limited.version = activity.version
                         AND limited.award_id = win.award_id) AS line
               GROUP BY user_id, activity_id, award_id
              HAVING SUM(counted) <> SUM(drawn)
               LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("compare wins with limits"))?;
        Ok(violations(Invariant::Quota, found))
    }

    async fn ledger_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        let found: Vec<Found> = sqlx::query_as(
            r"SELECT 'transfer xfer_' || ulid_text(transfer_id), 'its entries sum to ' || SUM(amount) || ' hundredths'
                FROM entry
               GROUP BY transfer_id
              HAVING SUM(amount) <> 0
               UNION ALL
              SELECT 'transfer xfer_' || ulid_text(transfer_id), 'it has no entries'
                FROM transfer
               WHERE NOT EXISTS (SELECT 1
                                   FROM entry
                                  WHERE entry.transfer_id = transfer.transfer_id)
               UNION ALL
              SELECT 'account ' || account_id,
                     'its balance is ' || balance || ' hundredths, its entries sum to ' || entries
                FROM (SELECT account.account_id, account.balance,
                             COALESCE((SELECT SUM(entry.amount)
                                         FROM entry
                                        WHERE entry.account_id = account.account_id), 0) AS entries
                        FROM account) AS line
               WHERE balance <> entries
               UNION ALL
              SELECT 'account ' || account_id, 'its balance is ' || balance || ' hundredths, below zero'
                FROM account
               WHERE balance < 0
                 AND account_id NOT LIKE 'issuer:%'
               UNION ALL
              SELECT 'account ' || account_id, 'it counts ' || entries || ' entries and has ' || found
                FROM (SELECT account.account_id, account.entries,
                             (SELECT COUNT(*)
                                FROM entry
                               WHERE entry.account_id = account.account_id) AS found
                        FROM account) AS line
               WHERE entries <> found
               UNION ALL
              SELECT 'account ' || account_id,
                     'its balance is ' || SUM(balance) || ' hundredths, its lots hold ' || SUM(remaining)
                FROM (SELECT account_id, balance, 0 AS remaining
                        FROM account
                       WHERE substr(account_id, 1, 5) = 'user:'
                       UNION ALL
                      SELECT account_id, 0, SUM(remaining)
                        FROM point_lot
                       GROUP BY account_id) AS line
               GROUP BY account_id
              HAVING SUM(balance) <> SUM(remaining)
               UNION ALL
              SELECT 'lot xfer_' || ulid_text(lot_id),
                     'of ' || SUM(amount) || ' hundredths ' || SUM(used) || ' are used and ' || SUM(remaining) || ' remain'
                FROM (SELECT transfer_id AS lot_id, amount, remaining, 0 AS used
                        FROM point_lot
                       UNION ALL
                      SELECT lot_id, 0, 0, SUM(amount)
                        FROM lot_use
                       WHERE restored_by IS NULL
                       GROUP BY lot_id) AS line
               GROUP BY lot_id
              HAVING SUM(remaining) <> SUM(amount) - SUM(used)
               UNION ALL
              SELECT 'account ' || account_id,
                     'its balance is ' || SUM(balance) || ' hundredths, its holds hold ' || SUM(held)
                FROM (SELECT account_id, balance, 0 AS held
                        FROM account
                       WHERE substr(account_id, 1, 5) = 'held:'
                       UNION ALL
                      SELECT 'held:' || user_id, 0, SUM(amount)
                        FROM hold
                       WHERE state = 'held'
                       GROUP BY user_id) AS line
               GROUP BY account_id
              HAVING SUM(balance) <> SUM(held)
               LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("add up the ledger"))?;
        Ok(violations(Invariant::Ledger, found))
    }

    async fn award_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        let found =
            self.award_differences(limit).await.map_err(Fault::doing("compare awards with draws and effects"))?;
        Ok(violations(Invariant::Awards, found))
    }

    async fn code_violations(&self, swept_before: Timestamp, limit: u32) -> Stored<Vec<Violation>> {
        let found = self.code_differences(swept_before, limit).await;
        Ok(violations(Invariant::Awards, found.map_err(Fault::doing("compare coupon codes with awards"))?))
    }

    async fn goods_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        let found = self.goods_differences(limit).await.map_err(Fault::doing("compare goods with awards"))?;
        Ok(violations(Invariant::Awards, found))
    }

    async fn redemption_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        let found: Vec<Found> = sqlx::query_as(
            r"SELECT 'redemption rdm_' || ulid_text(redemption_id),
                     'price ' || price || ' hundredths, debited ' || COALESCE(debited::text, 'nothing')
                     || ', granted ' || draws || ' draws by an order of ' || COALESCE(ordered::text, 'none')
                     || CASE WHEN reversed_at IS NULL THEN ', not reversed' ELSE ', reversed' END
                     || ', order ' || CASE WHEN order_reversed_at IS NULL THEN 'not reversed' ELSE 'reversed' END
                     || ', restored ' || COALESCE(restored::text, 'nothing')
                FROM (SELECT redemption_order.redemption_id, redemption_order.price, redemption_order.draws,
                             redemption_order.reversed_at, recharge_order.draws AS ordered,
                             recharge_order.reversed_at AS order_reversed_at,
                             (SELECT -entry.amount
                                FROM transfer
                                JOIN entry ON entry.transfer_id = transfer.transfer_id
                               WHERE transfer.reason = 'redemption'
                                 AND transfer.key = 'rdm_' || ulid_text(redemption_order.redemption_id)
                                 AND entry.account_id = 'user:' || redemption_order.user_id) AS debited,
                             (SELECT entry.amount
                                FROM transfer
                                JOIN entry ON entry.transfer_id = transfer.transfer_id
                               WHERE transfer.reason = 'reversal'
                                 AND transfer.key = 'rdm_' || ulid_text(redemption_order.redemption_id)
                                 AND entry.account_id = 'user:' || redemption_order.user_id) AS restored
                        FROM redemption_order
                        LEFT JOIN recharge_order
                          ON recharge_order.recharge_order_id = redemption_order.recharge_order_id
                         AND NOT recharge_order.void
                         AND recharge_order.source = 'redemption'
                         AND recharge_order.source_key = 'rdm_' || ulid_text(redemption_order.redemption_id)) AS line
               WHERE debited IS DISTINCT FROM price
                  OR ordered IS DISTINCT FROM draws
                  OR order_reversed_at IS DISTINCT FROM reversed_at
                  OR restored IS DISTINCT FROM CASE WHEN reversed_at IS NULL THEN NULL ELSE price END
               UNION ALL
              SELECT 'order rech_' || ulid_text(recharge_order.recharge_order_id), 'its redemption is not there'
                FROM recharge_order
                LEFT JOIN redemption_order
                  ON 'rdm_' || ulid_text(redemption_order.redemption_id) = recharge_order.source_key
               WHERE NOT recharge_order.void
                 AND recharge_order.source = 'redemption'
                 AND redemption_order.redemption_id IS NULL
               UNION ALL
              SELECT 'transfer xfer_' || ulid_text(transfer.transfer_id), 'its redemption is not there'
                FROM transfer
                LEFT JOIN redemption_order
                  ON 'rdm_' || ulid_text(redemption_order.redemption_id) = transfer.key
               WHERE transfer.reason = 'redemption'
                 AND redemption_order.redemption_id IS NULL
               LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("compare redemptions with orders and debits"))?;
        Ok(violations(Invariant::Ledger, found))
    }

    async fn rebate_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        let found: Vec<Found> = sqlx::query_as(
            r"SELECT 'order rech_' || ulid_text(recharge_order.recharge_order_id), 'its behaviour is not there'
                FROM recharge_order
                LEFT JOIN behaviour ON 'beh_' || ulid_text(behaviour.behaviour_id) = split_part(recharge_order.source_key, '/', 1)
               WHERE NOT recharge_order.void
                 AND recharge_order.source = 'rebate'
                 AND behaviour.behaviour_id IS NULL
               UNION ALL
              SELECT 'transfer xfer_' || ulid_text(transfer.transfer_id), 'its behaviour is not there'
                FROM transfer
                LEFT JOIN behaviour ON 'beh_' || ulid_text(behaviour.behaviour_id) = split_part(transfer.key, '/', 1)
               WHERE transfer.reason = 'rebate'
                 AND behaviour.behaviour_id IS NULL
               UNION ALL
              SELECT 'behaviour beh_' || ulid_text(behaviour.behaviour_id), 'it earned nothing'
                FROM behaviour
               WHERE NOT EXISTS (SELECT 1
                                   FROM transfer
                                  WHERE transfer.reason = 'rebate'
                                    AND transfer.key > 'beh_' || ulid_text(behaviour.behaviour_id) || '/'
                                    AND transfer.key < 'beh_' || ulid_text(behaviour.behaviour_id) || '0')
                 AND NOT EXISTS (SELECT 1
                                   FROM recharge_order
                                  WHERE NOT recharge_order.void
                                    AND recharge_order.user_id = behaviour.user_id
                                    AND recharge_order.activity_id = behaviour.activity_id
                                    AND recharge_order.source = 'rebate'
                                    AND recharge_order.source_key > 'beh_' || ulid_text(behaviour.behaviour_id) || '/'
                                    AND recharge_order.source_key < 'beh_' || ulid_text(behaviour.behaviour_id) || '0')
               LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("compare behaviours with orders and credits"))?;
        Ok(violations(Invariant::Ledger, found))
    }

    async fn outbox_violations(&self, overdue_before: Timestamp, limit: u32) -> Stored<Vec<Violation>> {
        let found: Vec<Found> = sqlx::query_as(
            r"SELECT 'outbox entry out_' || ulid_text(outbox_id),
                     'it is ' || state || ' and overdue since '
                     || to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') || 'T'
                     || to_char(due_at AT TIME ZONE 'UTC', 'HH24:MI:SS') || 'Z'
                FROM outbox
               WHERE due_at < $1
               ORDER BY due_at
               LIMIT $2",
        )
        .bind(overdue_before)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("look for overdue work"))?;
        Ok(violations(Invariant::Outbox, found))
    }

    async fn different_settlements(&self, limit: u32) -> Stored<Vec<Violation>> {
        // What holds of a day is its last correction, or what was settled.
        let found: Vec<(String, String, String)> = sqlx::query_as(
            r"WITH last_word AS (
                   SELECT activity_id, day, state, differences
                     FROM settlement
                    WHERE NOT EXISTS (SELECT 1
                                        FROM settlement_correction AS correction
                                       WHERE correction.activity_id = settlement.activity_id
                                         AND correction.day = settlement.day)
                    UNION ALL
                   SELECT activity_id, day, state, differences
                     FROM settlement_correction AS correction
                    WHERE NOT EXISTS (SELECT 1
                                        FROM settlement_correction AS later
                                       WHERE later.activity_id = correction.activity_id
                                         AND later.day = correction.day
                                         AND later.number > correction.number))
              SELECT differences -> 0 ->> 'invariant', 'settlement ' || activity_id || '/' || to_char(day, 'YYYY-MM-DD'),
                     jsonb_array_length(differences) || ' rows differ, such as ' || (differences -> 0 ->> 'subject')
                     || ': ' || (differences -> 0 ->> 'detail')
                FROM last_word
               WHERE state = 'different'
               LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("look for settlements that differ"))?;
        let named = |(invariant, subject, detail): (String, String, String)| {
            Ok(Violation { invariant: serde_json::from_value(invariant.into())?, subject, detail })
        };
        found.into_iter().map(named).collect::<Tried<_>>().map_err(Fault::doing("look for settlements that differ"))
    }

    async fn draws_after(&self, after: Option<DrawId>, limit: u32) -> Stored<Vec<Draw>> {
        let rows: Vec<DrawRow> = sqlx::query_as(
            r"SELECT *
                FROM live_draw
               WHERE draw_id > $1
               ORDER BY draw_id
               LIMIT $2",
        )
        .bind(after.map_or(Uuid::nil(), |after| uuid(after.ulid())))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("read draws for replay"))?;
        rows.iter().map(DrawRow::read).collect::<Tried<_>>().map_err(Fault::doing("read draws for replay"))
    }

    async fn activity_limits(&self) -> Stored<Vec<ActivityLimits>> {
        // One version without a limit leaves the activity without: MAX alone would pass over its NULL.
        let rows: Vec<(String, Option<i64>, Option<i64>)> = sqlx::query_as(
            r"SELECT activity_id,
                     CASE WHEN COUNT(document -> 'limits' ->> 'day') = COUNT(*)
                          THEN MAX((document -> 'limits' ->> 'day')::bigint) END,
                     CASE WHEN COUNT(document -> 'limits' ->> 'month') = COUNT(*)
                          THEN MAX((document -> 'limits' ->> 'month')::bigint) END
                FROM campaign_version
               GROUP BY activity_id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("read the limits of all versions"))?;
        rows.into_iter()
            .filter(|(_, day, month)| day.is_some() || month.is_some())
            .map(|(activity_id, day, month)| {
                let limit = |limit: Option<i64>| limit.map(u32::try_from).transpose();
                Ok(ActivityLimits {
                    activity_id: ActivityId::new(&activity_id)?,
                    day: limit(day)?,
                    month: limit(month)?,
                })
            })
            .collect::<Tried<_>>()
            .map_err(Fault::doing("read the limits of all versions"))
    }

    async fn limit_violations(&self, limits: &ActivityLimits, limit: u32) -> Stored<Vec<Violation>> {
        let found: Vec<Found> = sqlx::query_as(
            r"SELECT 'user ' || user_id || ' in activity ' || activity_id || ' in ' || period,
                     'used ' || used || ' where the limit is ' || CASE length(period) WHEN 10 THEN $2::bigint ELSE $3 END
                FROM quota_period
               WHERE activity_id = $1
                 AND used > CASE length(period) WHEN 10 THEN $2::bigint ELSE $3 END
               ORDER BY user_id, period
               LIMIT $4",
        )
        .bind(limits.activity_id.as_str())
        .bind(limits.day.map(i64::from))
        .bind(limits.month.map(i64::from))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("compare draws with limits"))?;
        Ok(violations(Invariant::Quota, found))
    }
}
