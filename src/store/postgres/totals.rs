//! What rows add up to, for settlements and reports.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::{PostgresStore, Tried, uuid};
use crate::domain::award::AwardState;
use crate::domain::id::{ActivityId, AwardId, Version};
use crate::domain::points::Points;
use crate::domain::settlement::{ActivityTotals, AwardTotals, AwardsWon};
use crate::store::settlement::{DayQuestion, WhileQuestion};

/// Awards of one version, as they are counted.
pub(super) fn read_awards_won((version, award_id, won): (i64, String, i64)) -> Tried<AwardsWon> {
    Ok(AwardsWon {
        version: Version(u32::try_from(version)?),
        award_id: AwardId::new(&award_id)?,
        won: u64::try_from(won)?,
    })
}

/// Draws granted between the instants, by source, and draws taken back between them.
pub(super) async fn order_sums(tx: &mut PgConnection, question: &DayQuestion) -> Tried<(BTreeMap<String, u64>, u64)> {
    let granted: Vec<(String, i64)> = sqlx::query_as(
        r"SELECT source, SUM(draws)::bigint
            FROM recharge_order
           WHERE NOT void
             AND activity_id = $1
             AND created_at >= $2
             AND created_at < $3
           GROUP BY source",
    )
    .bind(question.activity_id.as_str())
    .bind(question.from)
    .bind(question.until)
    .fetch_all(&mut *tx)
    .await?;
    let reversed: i64 = sqlx::query_scalar(
        r"SELECT COALESCE(SUM(draws), 0)::bigint
            FROM recharge_order
           WHERE reversed_at IS NOT NULL
             AND activity_id = $1
             AND reversed_at >= $2
             AND reversed_at < $3",
    )
    .bind(question.activity_id.as_str())
    .bind(question.from)
    .bind(question.until)
    .fetch_one(&mut *tx)
    .await?;
    let granted = granted.into_iter().map(|(source, draws)| Ok((source, u64::try_from(draws)?)));
    Ok((granted.collect::<Tried<_>>()?, u64::try_from(reversed)?))
}

/// Points that behaviours of the day earned, points exchanged on it, and points of exchanges taken back on it.
pub(super) async fn point_sums(tx: &mut PgConnection, question: &DayQuestion) -> Tried<(Points, Points, Points)> {
    // The parts of what one behaviour earned have keys from `beh_.../0` on; the slash is followed by the digit nought.
    let (rebated, redeemed, returned): (i64, i64, i64) = sqlx::query_as(
        r"SELECT (SELECT COALESCE(SUM(entry.amount), 0)::bigint
                    FROM behaviour
                   JOIN transfer
                      ON transfer.reason = 'rebate'
                     AND transfer.key > 'beh_' || ulid_text(behaviour.behaviour_id) || '/'
                     AND transfer.key < 'beh_' || ulid_text(behaviour.behaviour_id) || '0'
                   JOIN entry
                      ON entry.transfer_id = transfer.transfer_id
                     AND entry.account_id LIKE 'user:%'
                   WHERE behaviour.activity_id = $1
                     AND behaviour.day = $2),
                 (SELECT COALESCE(SUM(price), 0)::bigint
                    FROM redemption_order
                   WHERE activity_id = $1
                     AND day = $2),
                 (SELECT COALESCE(SUM(price), 0)::bigint
                    FROM redemption_order
                   WHERE activity_id = $1
                     AND reversed_at IS NOT NULL
                     AND reversed_at >= $3
                     AND reversed_at < $4)",
    )
    .bind(question.activity_id.as_str())
    .bind(NaiveDate::from(question.day))
    .bind(question.from)
    .bind(question.until)
    .fetch_one(tx)
    .await?;
    Ok((Points::from_hundredths(rebated), Points::from_hundredths(redeemed), Points::from_hundredths(returned)))
}

impl PostgresStore {
    /// How many draws were made within a short while.
    pub(super) async fn count_draws_within(&self, question: &WhileQuestion) -> Tried<u64> {
        let (first, after) = question.ids();
        let days: Vec<NaiveDate> = question.days.iter().map(|day| (*day).into()).collect();
        let count: i64 = sqlx::query_scalar(
            r"SELECT COUNT(*)
                FROM draw
               WHERE NOT void
                 AND activity_id = $1
                 AND day = ANY($2)
                 AND draw_id >= $3
                 AND draw_id < $4",
        )
        .bind(question.activity_id.as_str())
        .bind(days)
        .bind(uuid(first))
        .bind(uuid(after))
        .fetch_one(&self.pool)
        .await?;
        Ok(u64::try_from(count)?)
    }

    /// What an activity's rows come to.
    pub(super) async fn read_totals(&self, activity_id: &ActivityId) -> Tried<ActivityTotals> {
        let mut tx = self.snapshot().await?;
        let (users, granted, used): (i64, i64, i64) = sqlx::query_as(
            r"SELECT COUNT(*) FILTER (WHERE used > 0), COALESCE(SUM(granted), 0)::bigint, COALESCE(SUM(used), 0)::bigint
                FROM quota
               WHERE activity_id || '' = $1",
        )
        .bind(activity_id.as_str())
        .fetch_one(&mut *tx)
        .await?;
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
            r"SELECT draw.award_id, award_record.state, COUNT(*), COALESCE(SUM(draw.points), 0)::bigint
                FROM draw
                JOIN award_record ON award_record.draw_id = draw.draw_id
               WHERE NOT draw.void
                 AND draw.activity_id = $1
               GROUP BY draw.award_id, award_record.state
               ORDER BY draw.award_id",
        )
        .bind(activity_id.as_str())
        .fetch_all(&mut *tx)
        .await?;
        let (mut awards, mut points_issued): (BTreeMap<String, AwardTotals>, i64) = (BTreeMap::new(), 0);
        for (award_id, state, count, points) in rows {
            let promised = u64::try_from(count)?;
            let of_award = awards.entry(award_id).or_default();
            of_award.won += promised;
            match state.parse()? {
                AwardState::Pending => of_award.pending += promised,
                AwardState::Dispatched => of_award.dispatched += promised,
                AwardState::Delivered => {
                    of_award.delivered += promised;
                    points_issued = points_issued.saturating_add(points);
                }
                AwardState::Recalled => of_award.recalled += promised,
                AwardState::Dead => of_award.dead += promised,
            }
        }
        let awards = awards.into_iter().map(|(award_id, totals)| AwardTotals { award_id, ..totals });
        Ok(ActivityTotals {
            users: u64::try_from(users)?,
            draws_granted: u64::try_from(granted)?,
            draws_used: u64::try_from(used)?,
            points_issued: Points::from_hundredths(points_issued),
            awards: awards.collect(),
        })
    }
}
