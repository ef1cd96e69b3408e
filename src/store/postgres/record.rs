//! The one transaction that records draws.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::catalog::Held;
use super::draws::request;
use super::rows::value_columns;
use super::{Lock, NotHome, PostgresStore, Tried, bucket, catalog, changed, column, stock, uuid, wins};
use crate::domain::award::{AwardKind, AwardState};
use crate::domain::bucket::Bucket;
use crate::store::draws::{DrawGroup, NewDraw, Recorded};

impl PostgresStore {
    /// Judges every group, and writes those that can still be recorded.
    ///
    /// What the draws were decided from was read a moment ago, so at first nothing of it is read again: the one statement that writes
    /// has the same conditions, and leaves out whoever drew elsewhere meanwhile. Where anything else is in its way, the batch is judged
    /// group by group.
    pub(super) async fn try_record(&self, groups: &[DrawGroup]) -> Tried<Vec<Recorded>> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(answers) = self.record_unjudged(groups).await? {
            return Ok(answers);
        }
        for _ in 0..stock::JUDGED_MAX {
            if let Some(answers) = self.record_judged(groups).await? {
                return Ok(answers);
            }
            // A void row took the key of a draw after it was judged. The next judgement sees it.
        }
        Err("claims of the batch kept being ended under its judgement".into())
    }

    /// Records all groups but those whose account has moved, or nothing where anything else is in the way of any.
    async fn record_unjudged(&self, groups: &[DrawGroup]) -> Tried<Option<Vec<Recorded>>> {
        let mut batch = Batch::of(groups)?;
        let (mut tx, buckets) = self.write_draws(locks(groups)).await?;
        let written = match write(&mut tx, &batch).await {
            Err(cause) if is_taken(&cause) => None,
            written => Some(written?),
        };
        if let Some(written) = &written
            && usize::try_from(written.home)? != buckets.len()
        {
            return Err(NotHome.into());
        }
        let Some(written) = written.filter(|written| written.may_stand(&batch)) else {
            tx.rollback().await?;
            return Ok(None);
        };
        let spent: HashSet<_> = written.spent.iter().copied().collect();
        batch.keep(&spent);
        if written.check(&batch).is_err() {
            tx.rollback().await?;
            return Ok(None);
        }
        wins::count(&mut tx, batch.draws.iter().map(|draw| draw.new)).await?;
        tx.commit().await?;
        let answer = |number| if spent.contains(&number) { Recorded::Committed } else { Recorded::Moved };
        Ok(Some((0..).map(answer).take(groups.len()).collect()))
    }

    /// Records those groups that still can be. Nothing where something was in their way that was not judged.
    async fn record_judged(&self, groups: &[DrawGroup]) -> Tried<Option<Vec<Recorded>>> {
        let mut batch = Batch::of(groups)?;
        let mut tx = self.write(locks(groups)).await?;
        let answers = judge_all(&mut tx, &batch).await?;
        let still = (0..).zip(&answers).filter(|(_, answer)| **answer == Recorded::Committed);
        batch.keep(&still.map(|(number, _)| number).collect());
        if batch.groups.is_empty() {
            tx.rollback().await?;
            return Ok(Some(answers));
        }
        match write(&mut tx, &batch).await {
            Err(cause) if is_taken(&cause) => {
                tx.rollback().await?;
                return Ok(None);
            }
            written => written?.check(&batch)?,
        }
        wins::count(&mut tx, batch.draws.iter().map(|draw| draw.new)).await?;
        tx.commit().await?;
        Ok(Some(answers))
    }
}

/// What a transaction that records these has to itself.
fn locks(groups: &[DrawGroup]) -> impl Iterator<Item = Lock<'_>> {
    groups.iter().flat_map(|group| [Lock::User(&group.user_id), Lock::ActivityStays(&group.activity_id)])
}

/// Groups and their draws, each in one list, since each table is written by one statement.
struct Batch<'a> {
    groups: Vec<GroupRow<'a>>,
    draws: Vec<NewDrawRow<'a>>,
}

/// A group as the statements read it.
struct GroupRow<'a> {
    number: i64,
    bucket: i16,
    count: i64,
    group: &'a DrawGroup,
}

impl GroupRow<'_> {
    /// Activity, user, period, and draws of that user in it afterwards. A month sorts before its days.
    fn counts(&self) -> [(&str, &str, String, i64); 2] {
        let DrawGroup { user_id, activity_id, day, decided_from, .. } = self.group;
        let after =
            |period: String, used: u32| (activity_id.as_str(), user_id.as_str(), period, self.count + i64::from(used));
        [after(day.month().to_string(), decided_from.used_this_month), after(day.to_string(), decided_from.used_today)]
    }
}

/// A draw with its promise, as the statements read it.
struct NewDrawRow<'a> {
    group: i64,
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
        for (number, group) in (0..).zip(groups) {
            let bucket = bucket(Bucket::of(&group.user_id));
            batch.draws.extend(group.draws.iter().map(|new| NewDrawRow::of(number, bucket, new)));
            let count = i64::try_from(group.draws.len())?;
            batch.groups.push(GroupRow { number, bucket, count, group });
        }
        Ok(batch)
    }

    /// Draws of each user in each day and month afterwards, in the order of activity, user and period.
    fn counts(&self) -> Vec<i64> {
        let mut counts: Vec<_> = self.groups.iter().flat_map(GroupRow::counts).collect();
        counts.sort_unstable();
        counts.into_iter().map(|(.., used)| used).collect()
    }

    fn keep(&mut self, wanted: &HashSet<i64>) {
        self.groups.retain(|row| wanted.contains(&row.number));
        self.draws.retain(|row| wanted.contains(&row.group));
    }
}

impl<'a> NewDrawRow<'a> {
    fn of(group: i64, bucket: i16, new: &'a NewDraw) -> Self {
        let (points, sku, draws) = value_columns(&new.draw.value);
        // Nothing to deliver is delivered at once; everything else waits for its work.
        let state = match (new.draw.value.kind(), new.outbox_id) {
            (AwardKind::Nothing, None) => AwardState::Delivered,
            _ => AwardState::Pending,
        };
        Self { group, bucket, new, points, sku, draws, state }
    }
}

/// Whether the activity, as it is held, still takes this group.
fn judge(group: &DrawGroup, held: Option<&Held>) -> Recorded {
    match held {
        Some(activity) if activity.epoch() == group.epoch => {
            if !activity.is_open() {
                Recorded::NotOpen
            } else if activity.has_sealed(group.day) {
                Recorded::DayOver
            } else {
                Recorded::Committed
            }
        }
        _ => Recorded::Stale,
    }
}

/// Tells of each group whether it can still be recorded. Exact, because it runs in the transaction that records: nothing that
/// it looks at changes until that ends, but that a draw's key may be taken by a void row.
async fn judge_all(tx: &mut PgConnection, batch: &Batch<'_>) -> Tried<Vec<Recorded>> {
    let held = catalog::hold(&mut *tx, batch.groups.iter().map(|row| &row.group.activity_id)).await?;
    let (moved, taken) = (moved(&mut *tx, &batch.groups).await?, taken(&mut *tx, &batch.draws).await?);
    let judge = |row: &GroupRow<'_>| match judge(row.group, held.get(row.group.activity_id.as_str())) {
        Recorded::Committed if moved.contains(&row.number) || taken.contains(&row.number) => Recorded::Moved,
        answer => answer,
    };
    Ok(batch.groups.iter().map(judge).collect())
}

/// Groups whose user has another account than they were decided from.
async fn moved(tx: &mut PgConnection, groups: &[GroupRow<'_>]) -> Tried<HashSet<i64>> {
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
    Ok(moved.into_iter().collect())
}

/// Groups with a draw that cannot be written. A draw id is taken by its own row, were this call a repeat, or by a void row; a
/// request by an earlier answer.
async fn taken(tx: &mut PgConnection, draws: &[NewDrawRow<'_>]) -> Tried<HashSet<i64>> {
    let taken: Vec<i64> = sqlx::query_scalar(
        r"SELECT batch.number - 1
            FROM UNNEST($1::uuid[]) WITH ORDINALITY AS batch (draw_id, number)
            JOIN draw ON draw.draw_id = batch.draw_id
           UNION ALL
          SELECT batch.number - 1
            FROM UNNEST($2::text[], $3::bigint[]) WITH ORDINALITY AS batch (request, request_index, number)
            JOIN draw
              ON NOT draw.void
             AND draw.user_id || E'\n' || draw.activity_id || E'\n' || draw.request_id = batch.request
             AND draw.request_index = batch.request_index",
    )
    .bind(column(draws, |row| uuid(row.new.draw.draw_id.ulid())))
    .bind(column(draws, |NewDrawRow { new, .. }| {
        request(&new.draw.user_id, &new.draw.activity_id, &new.draw.request_id)
    }))
    .bind(column(draws, |row| i64::from(row.new.draw.index)))
    .fetch_all(tx)
    .await?;
    taken.into_iter().map(|number| Ok(draws[usize::try_from(number)?].group)).collect()
}

/// Whether a draw could not be written because its key, or its request, is another row's; or, where this call is a repeat, one that
/// follows from it.
fn is_taken(cause: &sqlx::Error) -> bool {
    const KEYS: [&str; 6] = [
        "draw_pk",
        "draw_request",
        "award_record_pk",
        "award_record_draw_unique",
        "outbox_pk",
        "outbox_award_record_unique",
    ];
    let constraint = cause.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
    constraint.is_some_and(|name| KEYS.contains(&name))
}

/// Each value once.
fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What one batch wrote, and under which conditions.
#[derive(FromRow)]
struct Written {
    /// Buckets of the batch that live here.
    home: i64,
    activities: Json<Vec<Held>>,
    /// Groups whose account had not moved. Of the others nothing was written.
    spent: Vec<i64>,
    /// Draws of each user in each day and month now, in the order of activity, user and period.
    counted: Vec<i64>,
    drawn: i64,
    promised: i64,
    noted: i64,
}

impl Written {
    /// Whether the activities, as they are held, still take every group.
    fn may_stand(&self, batch: &Batch<'_>) -> bool {
        let held: HashMap<_, _> = self.activities.0.iter().map(|held| (held.activity_id(), held)).collect();
        let judge = |row: &GroupRow<'_>| judge(row.group, held.get(row.group.activity_id.as_str()).copied());
        batch.groups.iter().all(|row| judge(row) == Recorded::Committed)
    }

    /// Refuses what is not exactly what was meant: the transaction is dropped with it.
    fn check(&self, batch: &Batch<'_>) -> Tried<()> {
        let work = batch.draws.iter().filter(|row| row.new.outbox_id.is_some()).count();
        for (table, rows, meant) in [
            ("quota", i64::try_from(self.spent.len())?, batch.groups.len()),
            ("draw", self.drawn, batch.draws.len()),
            ("award_record", self.promised, batch.draws.len()),
            ("outbox", self.noted, work),
        ] {
            changed(table, u64::try_from(rows)?, meant)?;
        }
        if self.counted != batch.counts() {
            return Err("quota_period: a user had other draws of the day or month than were decided from".into());
        }
        Ok(())
    }
}

/// Writes the batch: quota spent, draws, their promises, and the work that fulfils them. Holds the activities like [`catalog::hold`], and
/// looks whether the buckets are home. One statement, for over a network each is a journey.
///
/// Draws are written in the order of their keys: whoever ends claims takes keys in the same order.
async fn write(tx: &mut PgConnection, Batch { groups, draws }: &Batch<'_>) -> Result<Written, sqlx::Error> {
    sqlx::query_as(
        r"WITH spent AS (
          UPDATE quota SET used = quota.used + batch.count
            FROM UNNEST($1::text[], $2::text[], $3::bigint[], $4::bigint[], $34::bigint[])
              AS batch (user_id, activity_id, count, used, number)
           WHERE (quota.user_id, quota.activity_id, quota.used) = (batch.user_id, batch.activity_id, batch.used)
             AND quota.used + batch.count <= quota.granted
       RETURNING batch.number),
               counted AS (
          INSERT INTO quota_period (activity_id, user_id, period, bucket, used)
          SELECT activity_id, user_id, period, bucket, used
            FROM UNNEST($2::text[] || $2, $1::text[] || $1, $5::text[] || $6::text[], $7::smallint[] || $7,
                        $3::bigint[] || $3, $34::bigint[] || $34)
              AS batch (activity_id, user_id, period, bucket, used, number)
           WHERE (number IN (SELECT number FROM spent)) IS TRUE
          ON CONFLICT (activity_id, period, user_id) DO UPDATE SET used = quota_period.used + excluded.used
       RETURNING activity_id, user_id, period, used),
               batch AS MATERIALIZED (
          SELECT *
            FROM UNNEST($8::uuid[], $9::smallint[], $10::text[], $11::text[], $12::bigint[], $13::text[], $14::bigint[],
                        $15::timestamptz[], $16::date[], $17::bigint[], $18::bigint[], $19::jsonb[], $20::bytea[],
                        $21::jsonb[], $22::text[], $23::text[], $24::bigint[], $25::text[], $26::bigint[], $27::uuid[],
                        $28::text[], $29::timestamptz[], $30::uuid[], $31::timestamptz[], $35::bigint[])
              AS batch (draw_id, bucket, user_id, activity_id, version, request_id, request_index, drawn_at, day,
                        used_before, used_today_before, standing, roll, reason, award_id, kind, points, sku, draws,
                        award_record_id, state, dispatch_at, outbox_id, wake_at, number)
           WHERE (number IN (SELECT number FROM spent)) IS TRUE),
               drawn AS (
          INSERT INTO draw (draw_id, bucket, user_id, activity_id, version, request_id, request_index, drawn_at, day,
                            used_before, used_today_before, standing, roll, reason, award_id, kind, points, sku,
                            draws, award_record_id)
          SELECT draw_id, bucket, user_id, activity_id, version, request_id, request_index, drawn_at, day,
                 used_before, used_today_before, standing, roll, reason, award_id, kind, points, sku, draws,
                 award_record_id
            FROM batch ORDER BY draw_id
       RETURNING draw_id),
               promised AS (
          INSERT INTO award_record (award_record_id, draw_id, user_id, bucket, state, created_at, dispatch_at,
                                    delivered_at)
          SELECT award_record_id, draw_id, user_id, bucket, state, drawn_at, dispatch_at,
                 CASE WHEN state = 'delivered' THEN drawn_at END
            FROM batch
       RETURNING award_record_id),
               noted AS (
          INSERT INTO outbox (outbox_id, award_record_id, user_id, bucket, state, run_at, due_at, wake_at, created_at)
          SELECT outbox_id, award_record_id, user_id, bucket, 'pending', dispatch_at, dispatch_at, wake_at, drawn_at
            FROM batch
           WHERE outbox_id IS NOT NULL
       RETURNING outbox_id),
               held AS MATERIALIZED (
          SELECT activity.activity_id, stock_epoch.epoch, activity.state, activity.sealed_before
            FROM stock_epoch JOIN activity ON activity.activity_id = stock_epoch.activity_id
           WHERE stock_epoch.activity_id = ANY($32)
           ORDER BY stock_epoch.activity_id FOR SHARE)
          SELECT (SELECT COUNT(*) FROM bucket_home WHERE bucket = ANY($33) AND state = 'home') AS home,
                 (SELECT COALESCE(jsonb_agg(held), '[]') FROM held) AS activities,
                 (SELECT COALESCE(array_agg(number), '{}') FROM spent) AS spent,
                 (SELECT COALESCE(array_agg(used ORDER BY activity_id, user_id, period), '{}') FROM counted) AS counted,
                 (SELECT COUNT(*) FROM drawn) AS drawn, (SELECT COUNT(*) FROM promised) AS promised,
                 (SELECT COUNT(*) FROM noted) AS noted",
    )
    .bind(column(groups, |row| row.group.user_id.as_str()))
    .bind(column(groups, |row| row.group.activity_id.as_str()))
    .bind(column(groups, |row| row.count))
    .bind(column(groups, |row| i64::from(row.group.decided_from.used)))
    .bind(column(groups, |row| row.group.day.to_string()))
    .bind(column(groups, |row| row.group.day.month().to_string()))
    .bind(column(groups, |row| row.bucket))
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
    .bind(column(draws, |row| row.state.as_str()))
    .bind(column(draws, |row| row.new.dispatch_at))
    .bind(column(draws, |row| row.new.outbox_id.map(|outbox_id| uuid(outbox_id.ulid()))))
    .bind(column(draws, |row| row.new.wake_at))
    .bind(distinct(groups.iter().map(|row| row.group.activity_id.as_str())))
    .bind(distinct(groups.iter().map(|row| row.bucket)))
    .bind(column(groups, |row| row.number))
    .bind(column(draws, |row| row.group))
    .fetch_one(tx)
    .await
}
