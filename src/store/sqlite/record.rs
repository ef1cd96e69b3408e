//! The one transaction that records draws.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use sqlx::error::DatabaseError;
use sqlx::{FromRow, SqliteConnection};

use super::rows::value_columns;
use super::{SqliteStore, Tried, changed, json, millis, wins};
use crate::domain::award::{AwardKind, AwardState};
use crate::domain::bucket::Bucket;
use crate::domain::campaign::ActivityState;
use crate::domain::draw::Reason;
use crate::domain::id::{ActivityId, RequestId, UserId};
use crate::domain::standing::Standing;
use crate::store::draws::{DrawGroup, NewDraw, Recorded};

impl SqliteStore {
    /// Judges every group, and writes those that can still be recorded.
    ///
    /// What the draws were decided from was read a moment ago, so at first nothing of users is read again: the statements that write
    /// have the same conditions. Where they do not do all that was meant, the batch is judged group by group.
    pub(super) async fn try_record(&self, groups: &[DrawGroup]) -> Tried<Vec<Recorded>> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        if self.record_all(groups).await? {
            return Ok(vec![Recorded::Committed; groups.len()]);
        }
        self.record_judged(groups).await
    }

    /// Records all groups or, where anything is in the way of any, none.
    async fn record_all(&self, groups: &[DrawGroup]) -> Tried<bool> {
        let batch = Batch::of(groups);
        let text = batch.text()?;
        let mut tx = self.write().await?;
        let held = hold(&mut tx, groups).await?;
        let mut sound = groups.iter().all(|group| judge(group, &held) == Recorded::Committed);
        if sound {
            sound = match write(&mut tx, &text).await {
                Ok(written) => written.check(&batch).is_ok(),
                // A draw's key, or its request, is another row's.
                Err(cause) if cause.as_database_error().is_some_and(DatabaseError::is_unique_violation) => false,
                Err(cause) => return Err(cause.into()),
            };
        }
        if !sound {
            tx.rollback().await?;
            return Ok(false);
        }
        wins::count(&mut tx, &text.draws, batch.wins()).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Records those groups that still can be.
    async fn record_judged(&self, groups: &[DrawGroup]) -> Tried<Vec<Recorded>> {
        let mut batch = Batch::of(groups);
        let mut tx = self.write().await?;
        let answers = judge_all(&mut tx, groups, &batch.text()?).await?;
        batch.keep(|number| answers[number] == Recorded::Committed);
        if batch.groups.is_empty() {
            tx.rollback().await?;
            return Ok(answers);
        }
        let text = batch.text()?;
        write(&mut tx, &text).await?.check(&batch)?;
        wins::count(&mut tx, &text.draws, batch.wins()).await?;
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

/// What the catalog says of an activity.
#[derive(FromRow)]
struct Held {
    activity_id: String,
    epoch: i64,
    state: String,
    sealed_before: Option<String>,
}

/// What the catalog says of the activities. Nobody changes it until the transaction ends.
async fn hold(tx: &mut SqliteConnection, groups: &[DrawGroup]) -> Tried<HashMap<String, Held>> {
    let activity_ids: BTreeSet<_> = groups.iter().map(|group| &group.activity_id).collect();
    let rows: Vec<Held> = sqlx::query_as(
        r"SELECT activity.activity_id, stock_epoch.epoch, activity.state, activity.sealed_before
            FROM json_each(?1) AS wanted
            JOIN activity ON activity.activity_id = wanted.value
            JOIN stock_epoch ON stock_epoch.activity_id = activity.activity_id",
    )
    .bind(json(&activity_ids)?)
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.activity_id.clone(), row)).collect())
}

/// Whether the activity still takes this group.
fn judge(group: &DrawGroup, held: &HashMap<String, Held>) -> Recorded {
    match held.get(group.activity_id.as_str()) {
        Some(activity) if activity.epoch == group.epoch.0 => {
            if activity.state != ActivityState::Open.as_str() {
                Recorded::NotOpen
            } else if activity.sealed_before.as_ref().is_some_and(|before| *before > group.day.to_string()) {
                Recorded::DayOver
            } else {
                Recorded::Committed
            }
        }
        _ => Recorded::Stale,
    }
}

/// Tells of each group whether it can still be recorded. Exact, because it runs in the transaction that records.
async fn judge_all(tx: &mut SqliteConnection, groups: &[DrawGroup], batch: &BatchText) -> Tried<Vec<Recorded>> {
    let held = hold(&mut *tx, groups).await?;
    let mut in_the_way = moved(&mut *tx, batch).await?;
    in_the_way.extend(taken(&mut *tx, batch).await?);
    let judge = |(number, group)| match judge(group, &held) {
        Recorded::Committed if in_the_way.contains(&number) => Recorded::Moved,
        answer => answer,
    };
    Ok((0_i64..).zip(groups).map(judge).collect())
}

/// Groups whose user has another account than they were decided from.
async fn moved(tx: &mut SqliteConnection, batch: &BatchText) -> Tried<HashSet<i64>> {
    let moved: Vec<i64> = sqlx::query_scalar(
        r"SELECT batch.value ->> 'number'
            FROM jsonb_each(?1) AS batch
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
           WHERE quota.used IS NOT batch.value ->> 'used'
              OR quota.used + (batch.value ->> 'count') > quota.granted
              OR COALESCE(today.used, 0) <> batch.value ->> 'used_today'
              OR COALESCE(this_month.used, 0) <> batch.value ->> 'used_this_month'",
    )
    .bind(&batch.groups)
    .fetch_all(tx)
    .await?;
    Ok(moved.into_iter().collect())
}

/// Groups with a draw that cannot be written. A draw id is taken by its own row, were this call a repeat, or by a void row; a
/// request by an earlier answer.
async fn taken(tx: &mut SqliteConnection, batch: &BatchText) -> Tried<HashSet<i64>> {
    let taken: Vec<i64> = sqlx::query_scalar(
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
    .fetch_all(tx)
    .await?;
    Ok(taken.into_iter().collect())
}

/// Rows that one batch wrote.
struct Written {
    spent: u64,
    counted: u64,
    drawn: u64,
    promised: u64,
    noted: u64,
}

impl Written {
    /// Refuses what is not exactly what was meant: the transaction is dropped with it.
    fn check(&self, batch: &Batch<'_>) -> Tried<()> {
        let work = batch.draws.iter().filter(|draw| draw.outbox_id.is_some()).count();
        changed("quota", self.spent, batch.groups.len())?;
        changed("quota_period", self.counted, 2 * batch.groups.len())?;
        changed("draw", self.drawn, batch.draws.len())?;
        changed("award_record", self.promised, batch.draws.len())?;
        changed("outbox", self.noted, work)
    }
}

/// Writes the batch: quota spent, draws, their promises, and the work that fulfils them. The conditions of a judgement are repeated: a
/// statement must be right by itself.
async fn write(tx: &mut SqliteConnection, text: &BatchText) -> Result<Written, sqlx::Error> {
    let spent = sqlx::query(
        r"UPDATE quota
             SET used = used + (batch.value ->> 'count')
            FROM jsonb_each(?1) AS batch
           WHERE quota.user_id = batch.value ->> 'user_id'
             AND quota.activity_id = batch.value ->> 'activity_id'
             AND quota.used = batch.value ->> 'used'
             AND quota.used + (batch.value ->> 'count') <= quota.granted
             AND batch.value ->> 'used_today' = COALESCE((SELECT today.used
                                                            FROM quota_period AS today
                                                           WHERE today.activity_id = batch.value ->> 'activity_id'
                                                             AND today.user_id = batch.value ->> 'user_id'
                                                             AND today.period = batch.value ->> 'day'), 0)
             AND batch.value ->> 'used_this_month' = COALESCE((SELECT this_month.used
                                                                 FROM quota_period AS this_month
                                                                WHERE this_month.activity_id = batch.value ->> 'activity_id'
                                                                  AND this_month.user_id = batch.value ->> 'user_id'
                                                                  AND this_month.period = batch.value ->> 'month'), 0)",
    )
    .bind(&text.groups)
    .execute(&mut *tx)
    .await?;
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
    let drawn = sqlx::query(
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
    let promised = sqlx::query(
        r"INSERT INTO award_record (award_record_id, draw_id, user_id, bucket, state, created_at, dispatch_at,
                                    delivered_at)
          SELECT value ->> 'award_record_id', value ->> 'draw_id', value ->> 'user_id', value ->> 'bucket',
                 value ->> 'award_state', value ->> 'drawn_at', value ->> 'dispatch_at', value ->> 'delivered_at'
            FROM jsonb_each(?1)",
    )
    .bind(&text.draws)
    .execute(&mut *tx)
    .await?;
    let noted = sqlx::query(
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
    Ok(Written {
        spent: spent.rows_affected(),
        counted: counted.rows_affected(),
        drawn: drawn.rows_affected(),
        promised: promised.rows_affected(),
        noted: noted.rows_affected(),
    })
}
