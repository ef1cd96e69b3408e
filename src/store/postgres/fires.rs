//! Fires of scheduled jobs in Postgres: their history, with their parts.

use std::collections::HashMap;

use sqlx::{FromRow, PgPool};

use super::Tried;
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{CronFire, FirePart, FireRun, Part};

#[derive(FromRow)]
struct RunRow {
    state: String,
    claimed_by: Option<String>,
    claimed_until: Option<Timestamp>,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    outcome: Option<String>,
}

impl RunRow {
    fn read(self) -> Tried<FireRun> {
        Ok(FireRun {
            state: self.state.parse()?,
            claimed_by: self.claimed_by,
            claimed_until: self.claimed_until,
            started_at: self.started_at,
            finished_at: self.finished_at,
            outcome: self.outcome,
        })
    }
}

#[derive(FromRow)]
struct FireRow {
    job: String,
    due_at: Timestamp,
    requested_by: Option<String>,
    parts: i64,
    #[sqlx(flatten)]
    run: RunRow,
}

#[derive(FromRow)]
struct PartRow {
    job: String,
    due_at: Timestamp,
    part: i64,
    parts: i64,
    #[sqlx(flatten)]
    run: RunRow,
}

impl PartRow {
    fn read(self) -> Tried<FirePart> {
        let part =
            Part::new(u16::try_from(self.part)?, u16::try_from(self.parts)?).ok_or("a part beyond its fire's")?;
        Ok(FirePart { part, run: self.run.read()? })
    }
}

/// Fires, newest first. The page before ends at a due time: the jobs that share it must not be torn apart, or some would be
/// lost.
pub(super) async fn list(
    readers: &PgPool,
    job: Option<&str>,
    before: Option<Timestamp>,
    limit: u32,
) -> Tried<Vec<CronFire>> {
    let rows =
        match job {
            Some(job) => sqlx::query_as(
                r"SELECT job, due_at, requested_by, parts, state, claimed_by, claimed_until, started_at, finished_at,
                         outcome
                    FROM cron_fire
                   WHERE job = $1
                     AND ($2::timestamptz IS NULL OR due_at < $2)
                   ORDER BY due_at DESC
                   LIMIT $3",
            )
            .bind(job)
            .bind(before)
            .bind(i64::from(limit))
            .fetch_all(readers)
            .await?,
            None => sqlx::query_as(
                r"SELECT job, due_at, requested_by, parts, state, claimed_by, claimed_until, started_at, finished_at,
                         outcome
                    FROM cron_fire
                   WHERE ($1::timestamptz IS NULL OR due_at < $1)
                     AND due_at >= (SELECT MIN(due_at)
                                      FROM (SELECT due_at
                                              FROM cron_fire
                                             WHERE $1::timestamptz IS NULL
                                                OR due_at < $1
                                             ORDER BY due_at DESC
                                             LIMIT $2) AS newest)
                   ORDER BY due_at DESC, job",
            )
            .bind(before)
            .bind(i64::from(limit))
            .fetch_all(readers)
            .await?,
        };
    with_parts(readers, rows).await
}

/// One fire.
pub(super) async fn one(readers: &PgPool, job: &str, due_at: Timestamp) -> Tried<Option<CronFire>> {
    let row: Option<FireRow> = sqlx::query_as(
        r"SELECT job, due_at, requested_by, parts, state, claimed_by, claimed_until, started_at, finished_at, outcome
            FROM cron_fire
           WHERE job = $1
             AND due_at = $2",
    )
    .bind(job)
    .bind(due_at)
    .fetch_optional(readers)
    .await?;
    Ok(with_parts(readers, row.into_iter().collect()).await?.pop())
}

/// Fires that have begun and not ended, oldest first.
pub(super) async fn running(readers: &PgPool) -> Tried<Vec<CronFire>> {
    let rows = sqlx::query_as(
        r"SELECT job, due_at, requested_by, parts, state, claimed_by, claimed_until, started_at, finished_at, outcome
            FROM cron_fire
           WHERE state IN ('due', 'running')
             AND state = 'running'
           ORDER BY due_at, job",
    )
    .fetch_all(readers)
    .await?;
    with_parts(readers, rows).await
}

/// The parts of one fire, in order.
pub(super) async fn read_parts(
    connection: &mut sqlx::PgConnection,
    job: &str,
    due_at: Timestamp,
) -> Tried<Vec<FirePart>> {
    let rows: Vec<PartRow> = sqlx::query_as(
        r"SELECT job, due_at, part, parts, state, claimed_by, claimed_until, started_at, finished_at, outcome
            FROM cron_fire_part
           WHERE job = $1
             AND due_at = $2
           ORDER BY part",
    )
    .bind(job)
    .bind(due_at)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(PartRow::read).collect()
}

async fn with_parts(readers: &PgPool, rows: Vec<FireRow>) -> Tried<Vec<CronFire>> {
    let several = rows.iter().filter(|row| row.parts > 1);
    let (jobs, due_ats): (Vec<&str>, Vec<Timestamp>) = several.map(|row| (row.job.as_str(), row.due_at)).unzip();
    let mut parts: HashMap<(String, Timestamp), Vec<FirePart>> = HashMap::new();
    if !jobs.is_empty() {
        let found: Vec<PartRow> = sqlx::query_as(
            r"SELECT cron_fire_part.*
                FROM UNNEST($1::text[], $2::timestamptz[]) AS fire (job, due_at)
                JOIN cron_fire_part
                  ON cron_fire_part.job = fire.job
                 AND cron_fire_part.due_at = fire.due_at
               ORDER BY cron_fire_part.job, cron_fire_part.due_at, cron_fire_part.part",
        )
        .bind(jobs)
        .bind(due_ats)
        .fetch_all(readers)
        .await?;
        for part in found {
            parts.entry((part.job.clone(), part.due_at)).or_default().push(part.read()?);
        }
    }
    rows.into_iter()
        .map(|row| {
            Ok(CronFire {
                due_at: row.due_at,
                requested_by: row.requested_by,
                run: row.run.read()?,
                parts: parts.remove(&(row.job.clone(), row.due_at)).unwrap_or_default(),
                job: row.job,
            })
        })
        .collect()
}
