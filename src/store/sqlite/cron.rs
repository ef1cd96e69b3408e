//! Fires of scheduled jobs in SQLite.

use async_trait::async_trait;
use serde::Serialize;
use sqlx::FromRow;

use super::{SqliteStore, Tried, instant, json, millis};
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{CronFire, FireState};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::cron::{CronStore, FireClaim, FireEnd};

#[derive(FromRow)]
struct FireRow {
    job: String,
    due_at: i64,
    state: String,
    claimed_by: Option<String>,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    outcome: Option<String>,
}

impl FireRow {
    fn read(&self) -> Tried<CronFire> {
        Ok(CronFire {
            job: self.job.clone(),
            due_at: instant(self.due_at)?,
            state: self.state.parse()?,
            claimed_by: self.claimed_by.clone(),
            started_at: self.started_at.map(instant).transpose()?,
            finished_at: self.finished_at.map(instant).transpose()?,
            outcome: self.outcome.clone(),
        })
    }
}

#[derive(Serialize)]
struct ProposedFire<'a> {
    job: &'a str,
    due_at: i64,
    state: &'static str,
    claimed_by: Option<&'a str>,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    outcome: Option<&'a str>,
}

#[async_trait]
impl CronStore for SqliteStore {
    async fn propose_fires(&self, fires: &[CronFire]) -> Stored<()> {
        let proposed: Vec<_> = fires
            .iter()
            .map(|fire| ProposedFire {
                job: &fire.job,
                due_at: millis(fire.due_at),
                state: fire.state.as_str(),
                claimed_by: fire.claimed_by.as_deref(),
                started_at: fire.started_at.map(millis),
                finished_at: fire.finished_at.map(millis),
                outcome: fire.outcome.as_deref(),
            })
            .collect();
        let proposed = json(&proposed).map_err(Fault::doing("propose fires"))?;
        sqlx::query(
            r"INSERT INTO cron_fire (job, due_at, state, claimed_by, started_at, finished_at, outcome)
              SELECT value ->> 'job', value ->> 'due_at', value ->> 'state', value ->> 'claimed_by',
                     value ->> 'started_at', value ->> 'finished_at', value ->> 'outcome'
                FROM json_each(?1)
               WHERE TRUE
              ON CONFLICT (job, due_at) DO NOTHING",
        )
        .bind(proposed)
        .execute(&self.writer)
        .await
        .map_err(Fault::doing("propose fires"))?;
        Ok(())
    }

    async fn last_fires(&self, now: Timestamp) -> Stored<Vec<(String, Timestamp)>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            r"SELECT job, MAX(due_at)
                FROM cron_fire
               WHERE due_at <= ?1
               GROUP BY job
               ORDER BY job",
        )
        .bind(millis(now))
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("read the last fires"))?;
        rows.into_iter()
            .map(|(job, due_at)| Ok((job, instant(due_at)?)))
            .collect::<Tried<_>>()
            .map_err(Fault::doing("read the last fires"))
    }

    async fn claim_fire(&self, claim: &FireClaim) -> Stored<bool> {
        let claimed = sqlx::query(
            r"UPDATE cron_fire
                 SET state = 'running', claimed_by = ?3, claimed_until = ?5, started_at = ?4
               WHERE job = ?1
                 AND due_at = ?2
                 AND due_at <= ?4
                 AND (state = 'due' OR (state = 'running' AND claimed_until <= ?4))",
        )
        .bind(&claim.job)
        .bind(millis(claim.due_at))
        .bind(&claim.owner)
        .bind(millis(claim.now))
        .bind(millis(claim.until))
        .execute(&self.writer)
        .await
        .map_err(Fault::doing("claim a fire"))?;
        Ok(claimed.rows_affected() == 1)
    }

    async fn end_fire(&self, end: &FireEnd) -> Stored<()> {
        let (state, outcome) = match &end.outcome {
            Ok(outcome) => (FireState::Done, outcome),
            Err(outcome) => (FireState::Failed, outcome),
        };
        sqlx::query(
            r"UPDATE cron_fire
                 SET state = ?4, finished_at = ?5, outcome = ?6
               WHERE job = ?1
                 AND due_at = ?2
                 AND claimed_by = ?3
                 AND state = 'running'",
        )
        .bind(&end.job)
        .bind(millis(end.due_at))
        .bind(&end.owner)
        .bind(state.as_str())
        .bind(millis(end.now))
        .bind(outcome)
        .execute(&self.writer)
        .await
        .map_err(Fault::doing("end a fire"))?;
        Ok(())
    }

    async fn open_fires(&self, now: Timestamp, limit: u32) -> Stored<Vec<CronFire>> {
        let rows: Vec<FireRow> = sqlx::query_as(
            r"SELECT job, due_at, state, claimed_by, started_at, finished_at, outcome
                FROM cron_fire
               WHERE state IN ('due', 'running')
                 AND due_at <= ?1
                 AND (state = 'due' OR claimed_until <= ?1)
               ORDER BY due_at, job
               LIMIT ?2",
        )
        .bind(millis(now))
        .bind(limit)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list open fires"))?;
        rows.iter().map(FireRow::read).collect::<Tried<_>>().map_err(Fault::doing("list open fires"))
    }

    async fn fires(&self, job: Option<&str>, before: Option<Timestamp>, limit: u32) -> Stored<Vec<CronFire>> {
        let before = before.map_or(i64::MAX, millis);
        let rows: Vec<FireRow> = match job {
            Some(job) => {
                sqlx::query_as(
                    r"SELECT job, due_at, state, claimed_by, started_at, finished_at, outcome
                        FROM cron_fire
                       WHERE job = ?1
                         AND due_at < ?2
                       ORDER BY due_at DESC
                       LIMIT ?3",
                )
                .bind(job)
                .bind(before)
                .bind(limit)
                .fetch_all(&self.readers)
                .await
            }
            // The page before ends at a due time: the jobs that share it must not be torn apart, or some would be lost.
            None => {
                sqlx::query_as(
                    r"SELECT job, due_at, state, claimed_by, started_at, finished_at, outcome
                        FROM cron_fire
                       WHERE due_at < ?1
                         AND due_at >= (SELECT MIN(due_at)
                                          FROM (SELECT due_at
                                                  FROM cron_fire
                                                 WHERE due_at < ?1
                                                 ORDER BY due_at DESC
                                                 LIMIT ?2))
                       ORDER BY due_at DESC, job",
                )
                .bind(before)
                .bind(limit)
                .fetch_all(&self.readers)
                .await
            }
        }
        .map_err(Fault::doing("list fires"))?;
        rows.iter().map(FireRow::read).collect::<Tried<_>>().map_err(Fault::doing("list fires"))
    }

    async fn prune_fires(&self, before: Timestamp, limit: u32) -> Stored<u64> {
        let pruned = sqlx::query(
            r"DELETE FROM cron_fire
               WHERE (job, due_at) IN (
                     SELECT fire.job, fire.due_at
                       FROM cron_fire AS fire
                      WHERE fire.due_at < ?1
                        AND fire.state IN ('done', 'failed', 'skipped')
                        AND EXISTS (SELECT 1
                                      FROM cron_fire AS later
                                     WHERE later.job = fire.job
                                       AND later.due_at > fire.due_at)
                      ORDER BY fire.due_at
                      LIMIT ?2)",
        )
        .bind(millis(before))
        .bind(limit)
        .execute(&self.writer)
        .await
        .map_err(Fault::doing("prune fires"))?;
        Ok(pruned.rows_affected())
    }
}
