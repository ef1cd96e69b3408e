//! What operators decide about scheduled jobs, in Postgres.

use async_trait::async_trait;
use chrono::TimeDelta;
use serde_json::json as value;
use sqlx::FromRow;

use super::audit::{self, Changed};
use super::cron::{PartColumns, write_parts};
use super::{Lock, PostgresStore, Tried};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{JobState, Pause};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::jobs::{JobStore, Requested};

/// Milliseconds before now that are tried for a fire that was asked for.
const TRIES_MAX: i64 = 10_000;

#[derive(FromRow)]
struct StateRow {
    job: String,
    paused_at: Option<Timestamp>,
    paused_by: Option<String>,
    resumed_at: Option<Timestamp>,
}

impl StateRow {
    fn read(self) -> JobState {
        let since = self.paused_at;
        JobState {
            job: self.job,
            paused: since.zip(self.paused_by).map(|(since, by)| Pause { since, by }),
            resumed_at: self.resumed_at,
        }
    }
}

#[async_trait]
impl JobStore for PostgresStore {
    async fn job_states(&self) -> Stored<Vec<JobState>> {
        let rows: Vec<StateRow> = sqlx::query_as(
            r"SELECT job, paused_at, paused_by, resumed_at
                FROM job_state
               ORDER BY job",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("read the states of jobs"))?;
        Ok(rows.into_iter().map(StateRow::read).collect())
    }

    async fn pause_job(&self, job: &str, change: &Change) -> Stored<()> {
        self.try_pause(job, change).await.map_err(Fault::doing("pause a job"))
    }

    async fn resume_job(&self, job: &str, change: &Change) -> Stored<()> {
        self.try_resume(job, change).await.map_err(Fault::doing("resume a job"))
    }

    async fn request_fire(&self, job: &str, parts: u16, change: &Change) -> Stored<Requested> {
        self.try_request(job, parts, change).await.map_err(Fault::doing("ask for a fire"))
    }
}

impl PostgresStore {
    async fn try_pause(&self, job: &str, change: &Change) -> Tried<()> {
        let mut tx = self.write([Lock::Named("job", job)]).await?;
        let paused = sqlx::query(
            r"INSERT INTO job_state (job, paused_at, paused_by)
              VALUES ($1, $2, $3)
              ON CONFLICT (job) DO UPDATE
                 SET paused_at = excluded.paused_at, paused_by = excluded.paused_by
               WHERE job_state.paused_at IS NULL",
        )
        .bind(job)
        .bind(change.at)
        .bind(change.actor.to_string())
        .execute(&mut *tx)
        .await?;
        if paused.rows_affected() == 1 {
            audit::write(&mut tx, change, &changed("job.pause", job, true)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn try_resume(&self, job: &str, change: &Change) -> Tried<()> {
        let mut tx = self.write([Lock::Named("job", job)]).await?;
        let resumed = sqlx::query(
            r"UPDATE job_state
                 SET paused_at = NULL, paused_by = NULL, resumed_at = $2
               WHERE job = $1
                 AND paused_at IS NOT NULL",
        )
        .bind(job)
        .bind(change.at)
        .execute(&mut *tx)
        .await?;
        if resumed.rows_affected() == 1 {
            audit::write(&mut tx, change, &changed("job.resume", job, false)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn try_request(&self, job: &str, parts: u16, change: &Change) -> Tried<Requested> {
        let mut tx = self.write([Lock::Named("job", job)]).await?;
        let open: Option<(Timestamp, String)> = sqlx::query_as(
            r"SELECT due_at, requested_by
                FROM cron_fire
               WHERE job = $1
                 AND requested_by IS NOT NULL
                 AND state IN ('due', 'running')",
        )
        .bind(job)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some((due_at, requested_by)) = open {
            return Ok(Requested::Open { due_at, requested_by });
        }
        // Now, or as shortly before as nobody else is due. Whole seconds belong to the schedule: a fire that was asked for
        // must not stand where one of those is to be written.
        let now = change.at;
        let before_now = (0..TRIES_MAX).map(|back| now - TimeDelta::milliseconds(back));
        for due_at in before_now.filter(|due_at| due_at.timestamp_subsec_millis() != 0) {
            let written = sqlx::query(
                r"INSERT INTO cron_fire (job, due_at, requested_by, state, waits, parts)
                  VALUES ($1, $2, $3, 'due', TRUE, $4)
                  ON CONFLICT (job, due_at) DO NOTHING",
            )
            .bind(job)
            .bind(due_at)
            .bind(change.actor.to_string())
            .bind(i64::from(parts))
            .execute(&mut *tx)
            .await?;
            if written.rows_affected() == 0 {
                continue;
            }
            if parts > 1 {
                write_parts(&mut tx, &PartColumns::of(job, due_at, parts)).await?;
            }
            let changed = Changed {
                action: "job.run",
                subject: format!("job {job}"),
                before: None,
                after: Some(value!({ "due_at": due_at, "parts": parts })),
            };
            audit::write(&mut tx, change, &changed).await?;
            tx.commit().await?;
            return Ok(Requested::Due(due_at));
        }
        Err(format!("{TRIES_MAX} fires of {job} are due within as many milliseconds").into())
    }
}

fn changed(action: &'static str, job: &str, paused: bool) -> Changed {
    Changed {
        action,
        subject: format!("job {job}"),
        before: Some(value!({ "paused": !paused })),
        after: Some(value!({ "paused": paused })),
    }
}
