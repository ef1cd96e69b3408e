//! The one transaction that records draws.

use std::collections::HashSet;

use chrono::NaiveDate;
use sqlx::PgConnection;
use sqlx::types::Json;

use super::rows::value_columns;
use super::{Lock, PostgresStore, Tried, bucket, catalog, changed, column, stock, uuid, wins};
use crate::domain::award::{AwardKind, AwardState};
use crate::domain::bucket::Bucket;
use crate::store::draws::{DrawGroup, NewDraw, Recorded};

impl PostgresStore {
    /// Judges every group, then writes those that can still be recorded.
    pub(super) async fn try_record(&self, groups: &[DrawGroup]) -> Tried<Vec<Recorded>> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        for _ in 0..stock::JUDGED_MAX {
            match self.record_judged(groups).await {
                // A void row took the key of a draw after it was judged. The next judgement sees it.
                Err(cause) if stock::was_voided(&cause) => {}
                answers => return answers,
            }
        }
        Err("claims of the batch kept being ended under its judgement".into())
    }

    async fn record_judged(&self, groups: &[DrawGroup]) -> Tried<Vec<Recorded>> {
        let mut batch = Batch::of(groups)?;
        let users = groups.iter().map(|group| Lock::User(&group.user_id));
        let activities = groups.iter().map(|group| Lock::ActivityStays(&group.activity_id));
        let mut tx = self.write(users.chain(activities)).await?;
        let answers = judge(&mut tx, &batch).await?;
        if answers.iter().any(|answer| *answer != Recorded::Committed) {
            batch.keep(|number| answers[number] == Recorded::Committed);
            if batch.groups.is_empty() {
                tx.rollback().await?;
                return Ok(answers);
            }
        }
        spend_quota(&mut tx, &batch.groups).await?;
        wins::count(&mut tx, batch.draws.iter().map(|draw| draw.new)).await?;
        write_draws(&mut tx, &batch.draws).await?;
        write_promises(&mut tx, &batch.draws).await?;
        tx.commit().await?;
        Ok(answers)
    }
}

/// Groups and their draws, each in one list, since each table is written by one statement.
struct Batch<'a> {
    groups: Vec<GroupRow<'a>>,
    draws: Vec<NewDrawRow<'a>>,
}

/// A group as the statements read it.
struct GroupRow<'a> {
    number: usize,
    bucket: i16,
    count: i64,
    group: &'a DrawGroup,
}

/// A draw with its promise, as the statements read it.
struct NewDrawRow<'a> {
    group: usize,
    bucket: i16,
    new: &'a NewDraw,
    points: Option<i64>,
    sku: Option<&'a str>,
    draws: Option<i64>,
    state: AwardState,
}

impl<'a> Batch<'a> {
    fn of(groups: &'a [DrawGroup]) -> Tried<Self> {
        let mut batch = Self { groups: Vec::new(), draws: Vec::new() };
        for (number, group) in groups.iter().enumerate() {
            let bucket = bucket(Bucket::of(&group.user_id));
            batch.draws.extend(group.draws.iter().map(|new| NewDrawRow::of(number, bucket, new)));
            let count = i64::try_from(group.draws.len())?;
            batch.groups.push(GroupRow { number, bucket, count, group });
        }
        Ok(batch)
    }

    fn keep(&mut self, wanted: impl Fn(usize) -> bool) {
        self.groups.retain(|row| wanted(row.number));
        self.draws.retain(|row| wanted(row.group));
    }
}

impl<'a> NewDrawRow<'a> {
    fn of(group: usize, bucket: i16, new: &'a NewDraw) -> Self {
        let (points, sku, draws) = value_columns(&new.draw.value);
        // Nothing to deliver is delivered at once; everything else waits for its work.
        let state = match (new.draw.value.kind(), new.outbox_id) {
            (AwardKind::Nothing, None) => AwardState::Delivered,
            _ => AwardState::Pending,
        };
        Self { group, bucket, new, points, sku, draws, state }
    }
}

/// Tells of each group whether it can still be recorded. Exact, because it runs in the transaction that records: nothing that
/// it looks at changes until that ends, but that a draw's key may be taken by a void row.
async fn judge(tx: &mut PgConnection, batch: &Batch<'_>) -> Tried<Vec<Recorded>> {
    let held = catalog::hold(&mut *tx, batch.groups.iter().map(|row| &row.group.activity_id)).await?;
    let moved = moved(&mut *tx, &batch.groups).await?;
    let taken = taken(&mut *tx, &batch.draws).await?;
    let judge = |row: &GroupRow<'_>| {
        let group = row.group;
        match held.get(group.activity_id.as_str()) {
            Some(activity) if activity.epoch() == group.epoch => {
                if !activity.is_open() {
                    Recorded::NotOpen
                } else if activity.has_sealed(group.day) {
                    Recorded::DayOver
                } else if moved.contains(&row.number) || taken.contains(&row.number) {
                    Recorded::Moved
                } else {
                    Recorded::Committed
                }
            }
            _ => Recorded::Stale,
        }
    };
    Ok(batch.groups.iter().map(judge).collect())
}

/// Groups whose user has another account than they were decided from.
async fn moved(tx: &mut PgConnection, groups: &[GroupRow<'_>]) -> Tried<HashSet<usize>> {
    let moved: Vec<i64> = sqlx::query_scalar(
        r"SELECT batch.number - 1
            FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                        $8::bigint[]) WITH ORDINALITY
              AS batch (user_id, activity_id, day, month, count, used, used_today, used_this_month, number)
            LEFT JOIN quota
              ON quota.user_id = batch.user_id
             AND quota.activity_id = batch.activity_id
            LEFT JOIN quota_period AS today
              ON today.activity_id = batch.activity_id
             AND today.user_id = batch.user_id
             AND today.period = batch.day
            LEFT JOIN quota_period AS this_month
              ON this_month.activity_id = batch.activity_id
             AND this_month.user_id = batch.user_id
             AND this_month.period = batch.month
           WHERE quota.used IS DISTINCT FROM batch.used
              OR quota.used + batch.count > quota.granted
              OR COALESCE(today.used, 0) <> batch.used_today
              OR COALESCE(this_month.used, 0) <> batch.used_this_month",
    )
    .bind(column(groups, |row| row.group.user_id.as_str()))
    .bind(column(groups, |row| row.group.activity_id.as_str()))
    .bind(column(groups, |row| row.group.day.to_string()))
    .bind(column(groups, |row| row.group.day.month().to_string()))
    .bind(column(groups, |row| row.count))
    .bind(column(groups, |row| i64::from(row.group.decided_from.used)))
    .bind(column(groups, |row| i64::from(row.group.decided_from.used_today)))
    .bind(column(groups, |row| i64::from(row.group.decided_from.used_this_month)))
    .fetch_all(tx)
    .await?;
    Ok(moved.into_iter().map(usize::try_from).collect::<Result<_, _>>()?)
}

/// Groups with a draw that cannot be written. A draw id is taken by its own row, were this call a repeat, or by a void row; a
/// request by an earlier answer.
async fn taken(tx: &mut PgConnection, draws: &[NewDrawRow<'_>]) -> Tried<HashSet<usize>> {
    let taken: Vec<i64> = sqlx::query_scalar(
        r"SELECT batch.number - 1
            FROM UNNEST($1::uuid[]) WITH ORDINALITY AS batch (draw_id, number)
            JOIN draw ON draw.draw_id = batch.draw_id
           UNION ALL
          SELECT batch.number - 1
            FROM UNNEST($2::text[], $3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY
              AS batch (user_id, activity_id, request_id, request_index, number)
            JOIN draw
              ON NOT draw.void
             AND draw.user_id = batch.user_id
             AND draw.activity_id = batch.activity_id
             AND draw.request_id = batch.request_id
             AND draw.request_index = batch.request_index",
    )
    .bind(column(draws, |row| uuid(row.new.draw.draw_id.ulid())))
    .bind(column(draws, |row| row.new.draw.user_id.as_str()))
    .bind(column(draws, |row| row.new.draw.activity_id.as_str()))
    .bind(column(draws, |row| row.new.draw.request_id.as_str()))
    .bind(column(draws, |row| i64::from(row.new.draw.index)))
    .fetch_all(tx)
    .await?;
    taken.into_iter().map(|number| Ok(draws[usize::try_from(number)?].group)).collect()
}

/// Spends the quota of groups that were judged. The conditions are repeated: a statement must be right by itself.
async fn spend_quota(tx: &mut PgConnection, groups: &[GroupRow<'_>]) -> Tried<()> {
    let spent = sqlx::query(
        r"UPDATE quota
             SET used = quota.used + batch.count
            FROM UNNEST($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS batch (user_id, activity_id, count, used)
           WHERE quota.user_id = batch.user_id
             AND quota.activity_id = batch.activity_id
             AND quota.used = batch.used
             AND quota.used + batch.count <= quota.granted",
    )
    .bind(column(groups, |row| row.group.user_id.as_str()))
    .bind(column(groups, |row| row.group.activity_id.as_str()))
    .bind(column(groups, |row| row.count))
    .bind(column(groups, |row| i64::from(row.group.decided_from.used)))
    .execute(&mut *tx)
    .await?;
    changed("quota", spent.rows_affected(), groups.len())?;
    // `used` of the row offered is what it must be afterwards.
    let counted = sqlx::query(
        r"INSERT INTO quota_period (activity_id, user_id, period, bucket, used)
          SELECT activity_id, user_id, period, bucket, used
            FROM UNNEST($1::text[] || $1, $2::text[] || $2, $3::text[] || $4::text[], $5::smallint[] || $5,
                        $6::bigint[] || $7::bigint[])
              AS batch (activity_id, user_id, period, bucket, used)
          ON CONFLICT (activity_id, user_id, period) DO UPDATE
             SET used = excluded.used
           WHERE quota_period.used < excluded.used",
    )
    .bind(column(groups, |row| row.group.activity_id.as_str()))
    .bind(column(groups, |row| row.group.user_id.as_str()))
    .bind(column(groups, |row| row.group.day.to_string()))
    .bind(column(groups, |row| row.group.day.month().to_string()))
    .bind(column(groups, |row| row.bucket))
    .bind(column(groups, |row| row.count + i64::from(row.group.decided_from.used_today)))
    .bind(column(groups, |row| row.count + i64::from(row.group.decided_from.used_this_month)))
    .execute(&mut *tx)
    .await?;
    changed("quota_period", counted.rows_affected(), 2 * groups.len())
}

/// Writes draws, in the order of their keys: whoever ends claims takes keys in the same order.
async fn write_draws(tx: &mut PgConnection, draws: &[NewDrawRow<'_>]) -> Tried<()> {
    let inserted = sqlx::query(
        r"INSERT INTO draw (draw_id, bucket, user_id, activity_id, version, request_id, request_index, drawn_at, day,
                            used_before, used_today_before, standing, roll, reason, award_id, kind, points, sku,
                            draws, award_record_id)
          SELECT draw_id, bucket, user_id, activity_id, version, request_id, request_index, drawn_at, day,
                 used_before, used_today_before, standing, roll, reason, award_id, kind, points, sku, draws,
                 award_record_id
            FROM UNNEST($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[],
                        $8::timestamptz[], $9::date[], $10::bigint[], $11::bigint[], $12::jsonb[], $13::bytea[],
                        $14::jsonb[], $15::text[], $16::text[], $17::bigint[], $18::text[], $19::bigint[], $20::uuid[])
              AS batch (draw_id, bucket, user_id, activity_id, version, request_id, request_index, drawn_at, day,
                        used_before, used_today_before, standing, roll, reason, award_id, kind, points, sku, draws,
                        award_record_id)
           ORDER BY draw_id",
    )
    .bind(column(draws, |row| uuid(row.new.draw.draw_id.ulid())))
    .bind(column(draws, |row| row.bucket))
    .bind(column(draws, |row| row.new.draw.user_id.as_str()))
    .bind(column(draws, |row| row.new.draw.activity_id.as_str()))
    .bind(column(draws, |row| i64::from(row.new.draw.version.0)))
    .bind(column(draws, |row| row.new.draw.request_id.as_str()))
    .bind(column(draws, |row| i64::from(row.new.draw.index)))
    .bind(column(draws, |row| row.new.draw.drawn_at))
    .bind(column(draws, |row| NaiveDate::from(row.new.draw.day)))
    .bind(column(draws, |row| i64::from(row.new.draw.used_before)))
    .bind(column(draws, |row| i64::from(row.new.draw.used_today_before)))
    .bind(column(draws, |row| Some(Json(&row.new.draw.standing)).filter(|standing| !standing.is_plain())))
    .bind(column(draws, |row| row.new.draw.roll.0))
    .bind(column(draws, |row| Json(&row.new.draw.reason)))
    .bind(column(draws, |row| row.new.draw.award_id.as_str()))
    .bind(column(draws, |row| row.new.draw.value.kind().as_str()))
    .bind(column(draws, |row| row.points))
    .bind(column(draws, |row| row.sku))
    .bind(column(draws, |row| row.draws))
    .bind(column(draws, |row| uuid(row.new.draw.award_record_id.ulid())))
    .execute(tx)
    .await?;
    changed("draw", inserted.rows_affected(), draws.len())
}

/// Writes the promises of awards, and the work that fulfils them.
async fn write_promises(tx: &mut PgConnection, draws: &[NewDrawRow<'_>]) -> Tried<()> {
    let inserted = sqlx::query(
        r"INSERT INTO award_record (award_record_id, draw_id, user_id, bucket, state, created_at, dispatch_at,
                                    delivered_at)
          SELECT award_record_id, draw_id, user_id, bucket, state, created_at, dispatch_at,
                 CASE WHEN state = 'delivered' THEN created_at END
            FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::timestamptz[],
                        $7::timestamptz[])
              AS batch (award_record_id, draw_id, user_id, bucket, state, created_at, dispatch_at)",
    )
    .bind(column(draws, |row| uuid(row.new.draw.award_record_id.ulid())))
    .bind(column(draws, |row| uuid(row.new.draw.draw_id.ulid())))
    .bind(column(draws, |row| row.new.draw.user_id.as_str()))
    .bind(column(draws, |row| row.bucket))
    .bind(column(draws, |row| row.state.as_str()))
    .bind(column(draws, |row| row.new.draw.drawn_at))
    .bind(column(draws, |row| row.new.dispatch_at))
    .execute(&mut *tx)
    .await?;
    changed("award_record", inserted.rows_affected(), draws.len())?;
    let work: Vec<_> = draws.iter().filter_map(|row| Some((row.new.outbox_id?, row))).collect();
    if work.is_empty() {
        return Ok(());
    }
    let inserted = sqlx::query(
        r"INSERT INTO outbox (outbox_id, award_record_id, user_id, bucket, state, run_at, due_at, wake_at, created_at)
          SELECT outbox_id, award_record_id, user_id, bucket, 'pending', dispatch_at, dispatch_at, wake_at, created_at
            FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::timestamptz[], $6::timestamptz[],
                        $7::timestamptz[])
              AS batch (outbox_id, award_record_id, user_id, bucket, dispatch_at, wake_at, created_at)",
    )
    .bind(column(&work, |(outbox_id, _)| uuid(outbox_id.ulid())))
    .bind(column(&work, |(_, row)| uuid(row.new.draw.award_record_id.ulid())))
    .bind(column(&work, |(_, row)| row.new.draw.user_id.as_str()))
    .bind(column(&work, |(_, row)| row.bucket))
    .bind(column(&work, |(_, row)| row.new.dispatch_at))
    .bind(column(&work, |(_, row)| row.new.wake_at))
    .bind(column(&work, |(_, row)| row.new.draw.drawn_at))
    .execute(tx)
    .await?;
    changed("outbox", inserted.rows_affected(), work.len())
}
