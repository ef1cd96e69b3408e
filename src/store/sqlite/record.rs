//! The one transaction that records draws.

use std::collections::HashSet;

use serde::Serialize;
use sqlx::SqliteConnection;

use super::rows::value_columns;
use super::{SqliteStore, Tried, changed, json, millis, wins};
use crate::domain::award::{AwardKind, AwardState};
use crate::domain::bucket::Bucket;
use crate::domain::draw::Reason;
use crate::domain::id::{ActivityId, RequestId, UserId};
use crate::domain::standing::Standing;
use crate::store::draws::{DrawGroup, NewDraw, Recorded};

impl SqliteStore {
    /// Judges every group, then writes those that can still be recorded.
    pub(super) async fn try_record(&self, groups: &[DrawGroup]) -> Tried<Vec<Recorded>> {
        let mut batch = Batch::of(groups);
        let mut text = batch.text()?;
        let mut tx = self.write().await?;
        let answers = judge(&mut tx, &text).await?;
        if answers.iter().any(|answer| *answer != Recorded::Committed) {
            batch.keep(|number| answers[number] == Recorded::Committed);
            if batch.groups.is_empty() {
                tx.rollback().await?;
                return Ok(answers);
            }
            text = batch.text()?;
        }
        spend_quota(&mut tx, &batch, &text).await?;
        wins::count(&mut tx, &text.draws, batch.wins()).await?;
        write_draws(&mut tx, &batch, &text).await?;
        tx.commit().await?;
        Ok(answers)
    }
}

/// Groups and their draws, each in one list, since each table is written by one statement.
struct Batch<'a> {
    groups: Vec<GroupJson<'a>>,
    draws: Vec<DrawJson<'a>>,
}

/// A batch as the statements take it.
struct BatchText {
    groups: String,
    draws: String,
}

impl<'a> Batch<'a> {
    fn of(groups: &'a [DrawGroup]) -> Self {
        let mut batch = Self { groups: Vec::new(), draws: Vec::new() };
        for (number, group) in groups.iter().enumerate() {
            let written = GroupJson::of(number, group);
            batch.draws.extend(group.draws.iter().map(|new| DrawJson::of(number, written.bucket, new)));
            batch.groups.push(written);
        }
        batch
    }

    fn keep(&mut self, wanted: impl Fn(usize) -> bool) {
        self.groups.retain(|group| wanted(group.number));
        self.draws.retain(|draw| wanted(draw.group));
    }

    /// Users and awards with a win of an award that is limited per user.
    fn wins(&self) -> usize {
        let limited = self.draws.iter().filter(|draw| draw.per_user.is_some());
        limited.map(|draw| (draw.user_id, draw.activity_id, draw.award_id)).collect::<HashSet<_>>().len()
    }

    fn text(&self) -> Tried<BatchText> {
        Ok(BatchText { groups: json(&self.groups)?, draws: json(&self.draws)? })
    }
}

/// A group as the statements read it.
#[derive(Serialize)]
struct GroupJson<'a> {
    number: usize,
    user_id: &'a UserId,
    activity_id: &'a ActivityId,
    bucket: u16,
    day: String,
    month: String,
    count: usize,
    used: u32,
    used_today: u32,
    used_this_month: u32,
    epoch: i64,
}

impl<'a> GroupJson<'a> {
    fn of(number: usize, group: &'a DrawGroup) -> Self {
        Self {
            number,
            user_id: &group.user_id,
            activity_id: &group.activity_id,
            bucket: Bucket::of(&group.user_id).number(),
            day: group.day.to_string(),
            month: group.day.month().to_string(),
            count: group.draws.len(),
            used: group.decided_from.used,
            used_today: group.decided_from.used_today,
            used_this_month: group.decided_from.used_this_month,
            epoch: group.epoch.0,
        }
    }
}

/// A draw with its promise, as the statements read it.
#[derive(Serialize)]
struct DrawJson<'a> {
    group: usize,
    draw_id: String,
    bucket: u16,
    user_id: &'a UserId,
    activity_id: &'a ActivityId,
    version: u32,
    request_id: &'a RequestId,
    request_index: u32,
    drawn_at: i64,
    day: String,
    used_before: u32,
    used_today_before: u32,
    standing: Option<&'a Standing>,
    roll: String,
    reason: &'a Reason,
    award_id: &'a str,
    per_user: Option<u32>,
    kind: &'static str,
    points: Option<i64>,
    sku: Option<&'a str>,
    draws: Option<u32>,
    award_record_id: String,
    award_state: &'static str,
    delivered_at: Option<i64>,
    dispatch_at: i64,
    outbox_id: Option<String>,
    wake_at: i64,
}

impl<'a> DrawJson<'a> {
    fn of(group: usize, bucket: u16, new: &'a NewDraw) -> Self {
        let draw = &new.draw;
        let kind = draw.value.kind();
        let (points, sku, draws) = value_columns(&draw.value);
        // Nothing to deliver is delivered at once; everything else waits for its work.
        let state = match (kind, new.outbox_id) {
            (AwardKind::Nothing, None) => AwardState::Delivered,
            _ => AwardState::Pending,
        };
        Self {
            group,
            draw_id: draw.draw_id.ulid().to_string(),
            bucket,
            user_id: &draw.user_id,
            activity_id: &draw.activity_id,
            version: draw.version.0,
            request_id: &draw.request_id,
            request_index: draw.index,
            drawn_at: millis(draw.drawn_at),
            day: draw.day.to_string(),
            used_before: draw.used_before,
            used_today_before: draw.used_today_before,
            standing: Some(&draw.standing).filter(|standing| !standing.is_plain()),
            roll: draw.roll.to_string(),
            reason: &draw.reason,
            award_id: draw.award_id.as_str(),
            per_user: new.per_user,
            kind: kind.as_str(),
            points,
            sku,
            draws,
            award_record_id: draw.award_record_id.ulid().to_string(),
            award_state: state.as_str(),
            delivered_at: (state == AwardState::Delivered).then(|| millis(draw.drawn_at)),
            dispatch_at: millis(new.dispatch_at),
            outbox_id: new.outbox_id.map(|outbox_id| outbox_id.ulid().to_string()),
            wake_at: millis(new.wake_at),
        }
    }
}

/// Tells of each group whether it can still be recorded. Exact, because it runs in the transaction that records.
async fn judge(tx: &mut SqliteConnection, batch: &BatchText) -> Tried<Vec<Recorded>> {
    let words: Vec<String> = sqlx::query_scalar(
        r"SELECT CASE
                 WHEN stock_epoch.epoch IS NOT batch.value ->> 'epoch' THEN 'stale'
                 WHEN activity.state IS NOT 'open' THEN 'not_open'
                 WHEN activity.sealed_before > batch.value ->> 'day' THEN 'day_over'
                 WHEN quota.used IS NOT batch.value ->> 'used'
                   OR quota.used + (batch.value ->> 'count') > quota.granted
                   OR COALESCE(today.used, 0) <> batch.value ->> 'used_today'
                   OR COALESCE(this_month.used, 0) <> batch.value ->> 'used_this_month' THEN 'moved'
                 ELSE 'committed'
                 END
            FROM jsonb_each(?1) AS batch
            LEFT JOIN stock_epoch
              ON stock_epoch.activity_id = batch.value ->> 'activity_id'
            LEFT JOIN activity
              ON activity.activity_id = batch.value ->> 'activity_id'
            LEFT JOIN quota
              ON quota.user_id = batch.value ->> 'user_id'
             AND quota.activity_id = batch.value ->> 'activity_id'
            LEFT JOIN quota_period AS today
              ON today.activity_id = batch.value ->> 'activity_id'
             AND today.user_id = batch.value ->> 'user_id'
             AND today.period = batch.value ->> 'day'
            LEFT JOIN quota_period AS this_month
              ON this_month.activity_id = batch.value ->> 'activity_id'
             AND this_month.user_id = batch.value ->> 'user_id'
             AND this_month.period = batch.value ->> 'month'
           ORDER BY batch.key",
    )
    .bind(&batch.groups)
    .fetch_all(&mut *tx)
    .await?;
    // A draw id is taken by its own row, were this call a repeat, or by a void row; a request by an earlier answer.
    let taken: HashSet<i64> = sqlx::query_scalar(
        r"SELECT batch.value ->> 'group'
            FROM jsonb_each(?1) AS batch
           WHERE EXISTS (SELECT 1
                           FROM draw
                          WHERE draw.draw_id = batch.value ->> 'draw_id')
              OR EXISTS (SELECT 1
                           FROM draw
                          WHERE draw.void = 0
                            AND draw.user_id = batch.value ->> 'user_id'
                            AND draw.activity_id = batch.value ->> 'activity_id'
                            AND draw.request_id = batch.value ->> 'request_id'
                            AND draw.request_index = batch.value ->> 'request_index')",
    )
    .bind(&batch.draws)
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .collect();
    (0_i64..)
        .zip(words)
        .map(|(number, word)| match word.as_str() {
            "stale" => Ok(Recorded::Stale),
            "not_open" => Ok(Recorded::NotOpen),
            "day_over" => Ok(Recorded::DayOver),
            "moved" => Ok(Recorded::Moved),
            _ if taken.contains(&number) => Ok(Recorded::Moved),
            "committed" => Ok(Recorded::Committed),
            other => Err(format!("a group was judged {other:?}").into()),
        })
        .collect()
}

/// Spends the quota of groups that were judged. The conditions are repeated: a statement must be right by itself.
async fn spend_quota(tx: &mut SqliteConnection, batch: &Batch<'_>, text: &BatchText) -> Tried<()> {
    let spent = sqlx::query(
        r"UPDATE quota
             SET used = used + (batch.value ->> 'count')
            FROM jsonb_each(?1) AS batch
           WHERE quota.user_id = batch.value ->> 'user_id'
             AND quota.activity_id = batch.value ->> 'activity_id'
             AND quota.used = batch.value ->> 'used'
             AND quota.used + (batch.value ->> 'count') <= quota.granted",
    )
    .bind(&text.groups)
    .execute(&mut *tx)
    .await?;
    changed("quota", spent.rows_affected(), batch.groups.len())?;
    // `used` of the row offered is what it must be afterwards.
    let counted = sqlx::query(
        r"INSERT INTO quota_period (activity_id, user_id, period, bucket, used)
          SELECT value ->> 'activity_id', value ->> 'user_id', value ->> 'day', value ->> 'bucket',
                 (value ->> 'used_today') + (value ->> 'count')
            FROM jsonb_each(?1)
           UNION ALL
          SELECT value ->> 'activity_id', value ->> 'user_id', value ->> 'month', value ->> 'bucket',
                 (value ->> 'used_this_month') + (value ->> 'count')
            FROM jsonb_each(?1)
           WHERE TRUE
          ON CONFLICT (activity_id, period, user_id) DO UPDATE
             SET used = excluded.used
           WHERE quota_period.used < excluded.used",
    )
    .bind(&text.groups)
    .execute(&mut *tx)
    .await?;
    changed("quota_period", counted.rows_affected(), 2 * batch.groups.len())
}

/// Writes draws, the promises of their awards, and the work that fulfils them.
async fn write_draws(tx: &mut SqliteConnection, batch: &Batch<'_>, text: &BatchText) -> Tried<()> {
    let inserted = sqlx::query(
        r"INSERT INTO draw (draw_id, bucket, user_id, activity_id, version, request_id, request_index, drawn_at, day,
                            used_before, used_today_before, standing, roll, reason, award_id, kind, points, sku,
                            draws, award_record_id)
          SELECT value ->> 'draw_id', value ->> 'bucket', value ->> 'user_id', value ->> 'activity_id',
                 value ->> 'version', value ->> 'request_id', value ->> 'request_index', value ->> 'drawn_at',
                 value ->> 'day', value ->> 'used_before', value ->> 'used_today_before', value ->> 'standing',
                 value ->> 'roll', value ->> 'reason', value ->> 'award_id', value ->> 'kind', value ->> 'points',
                 value ->> 'sku', value ->> 'draws', value ->> 'award_record_id'
            FROM jsonb_each(?1)",
    )
    .bind(&text.draws)
    .execute(&mut *tx)
    .await?;
    changed("draw", inserted.rows_affected(), batch.draws.len())?;
    let inserted = sqlx::query(
        r"INSERT INTO award_record (award_record_id, draw_id, user_id, bucket, state, created_at, dispatch_at,
                                    delivered_at)
          SELECT value ->> 'award_record_id', value ->> 'draw_id', value ->> 'user_id', value ->> 'bucket',
                 value ->> 'award_state', value ->> 'drawn_at', value ->> 'dispatch_at', value ->> 'delivered_at'
            FROM jsonb_each(?1)",
    )
    .bind(&text.draws)
    .execute(&mut *tx)
    .await?;
    changed("award_record", inserted.rows_affected(), batch.draws.len())?;
    let inserted = sqlx::query(
        r"INSERT INTO outbox (outbox_id, award_record_id, user_id, bucket, state, run_at, due_at, wake_at, created_at)
          SELECT value ->> 'outbox_id', value ->> 'award_record_id', value ->> 'user_id', value ->> 'bucket',
                 'pending', value ->> 'dispatch_at', value ->> 'dispatch_at', value ->> 'wake_at',
                 value ->> 'drawn_at'
            FROM jsonb_each(?1)
           WHERE value ->> 'outbox_id' IS NOT NULL",
    )
    .bind(&text.draws)
    .execute(&mut *tx)
    .await?;
    let promises = batch.draws.iter().filter(|draw| draw.outbox_id.is_some()).count();
    changed("outbox", inserted.rows_affected(), promises)
}
