//! Runs of workflows in Postgres: a run moves by compare-and-set of its revision.

use async_trait::async_trait;
use serde_json::json as value;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::audit::{self, Changed};
use super::{PostgresStore, Tried, before, lock_number, ulid, uuid};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::id::WorkflowId;
use crate::domain::workflow::{NewWorkflow, WorkflowData, WorkflowMove, WorkflowRun, WorkflowState};
use crate::fault::Fault;
use crate::store::workflows::{Retried, Started, WorkflowFilter, WorkflowStore};
use crate::store::{Page, Stored};

#[async_trait]
impl WorkflowStore for PostgresStore {
    async fn start_workflow(&self, new: &NewWorkflow) -> Stored<Started> {
        self.try_start(new).await.map_err(Fault::doing("start a workflow"))
    }

    async fn take_workflow(&self, now: Timestamp, until: Timestamp) -> Stored<Option<WorkflowRun>> {
        let row: Option<RunRow> = sqlx::query_as(
            r"UPDATE workflow
                 SET run_at = $2, attempts = attempts + 1, revision = revision + 1
               WHERE workflow_id = (SELECT workflow_id
                                      FROM workflow
                                     WHERE run_at <= $1
                                     ORDER BY run_at
                                     LIMIT 1
                                       FOR UPDATE SKIP LOCKED)
              RETURNING workflow_id, kind, subject, run, step, direction, state, revision, data, attempts, run_at,
                        last_error, started_at, ended_at",
        )
        .bind(now)
        .bind(until)
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("take a workflow"))?;
        row.map(RunRow::read).transpose().map_err(Fault::doing("take a workflow"))
    }

    async fn move_workflow(&self, to: &WorkflowMove) -> Stored<Option<WorkflowRun>> {
        self.try_move(to).await.map_err(Fault::doing("move a workflow"))
    }

    async fn workflow(&self, workflow_id: WorkflowId) -> Stored<Option<WorkflowRun>> {
        async {
            let mut connection = self.pool.acquire().await?;
            read_run(&mut connection, workflow_id).await
        }
        .await
        .map_err(Fault::doing("read a workflow"))
    }

    async fn last_workflow(&self, kind: &str, subject: &str) -> Stored<Option<WorkflowRun>> {
        let row: Option<RunRow> = sqlx::query_as(
            r"SELECT workflow_id, kind, subject, run, step, direction, state, revision, data, attempts, run_at,
                     last_error, started_at, ended_at
                FROM workflow
               WHERE kind = $1
                 AND subject = $2
               ORDER BY run DESC
               LIMIT 1",
        )
        .bind(kind)
        .bind(subject)
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("read the last run of a workflow"))?;
        row.map(RunRow::read).transpose().map_err(Fault::doing("read the last run of a workflow"))
    }

    async fn workflows(&self, filter: &WorkflowFilter, page: &Page<WorkflowId>) -> Stored<Vec<WorkflowRun>> {
        let rows: Vec<RunRow> = sqlx::query_as(
            r"SELECT workflow_id, kind, subject, run, step, direction, state, revision, data, attempts, run_at,
                     last_error, started_at, ended_at
                FROM workflow
               WHERE workflow_id < $1
                 AND ($2::text IS NULL OR kind = $2)
                 AND ($3::text IS NULL OR state = $3)
               ORDER BY workflow_id DESC
               LIMIT $4",
        )
        .bind(before(page.after.map(WorkflowId::ulid)))
        .bind(&filter.kind)
        .bind(filter.state.map(WorkflowState::as_str))
        .bind(i64::from(page.limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list workflows"))?;
        rows.into_iter().map(RunRow::read).collect::<Tried<_>>().map_err(Fault::doing("list workflows"))
    }

    async fn retry_workflow(&self, workflow_id: WorkflowId, change: &Change) -> Stored<Retried> {
        self.try_retry(workflow_id, change).await.map_err(Fault::doing("retry a workflow"))
    }

    async fn workflow_counts(&self, now: Timestamp) -> Stored<(u64, u64)> {
        let (due, stuck): (i64, i64) = sqlx::query_as(
            r"SELECT (SELECT COUNT(*) FROM workflow WHERE run_at <= $1),
                     (SELECT COUNT(*) FROM workflow WHERE state = 'stuck')",
        )
        .bind(now)
        .fetch_one(&self.pool)
        .await
        .map_err(Fault::doing("count workflows"))?;
        let counts = || Ok((u64::try_from(due)?, u64::try_from(stuck)?));
        counts().map_err(Fault::doing::<super::Cause>("count workflows"))
    }

    async fn prune_workflows(&self, before: Timestamp, limit: u32) -> Stored<u64> {
        let pruned = sqlx::query(
            r"DELETE FROM workflow
               WHERE workflow_id IN (SELECT workflow_id
                                       FROM workflow
                                      WHERE state IN ('done', 'undone')
                                        AND ended_at < $1
                                      ORDER BY ended_at
                                      LIMIT $2)",
        )
        .bind(before)
        .bind(i64::from(limit))
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("prune workflows"))?;
        Ok(pruned.rows_affected())
    }
}

#[derive(FromRow)]
struct RunRow {
    workflow_id: Uuid,
    kind: String,
    subject: String,
    run: i64,
    step: Option<String>,
    direction: String,
    state: String,
    revision: i64,
    data: Json<WorkflowData>,
    attempts: i64,
    run_at: Option<Timestamp>,
    last_error: Option<String>,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
}

impl RunRow {
    fn read(self) -> Tried<WorkflowRun> {
        Ok(WorkflowRun {
            workflow_id: WorkflowId::from_ulid(ulid(self.workflow_id)),
            kind: self.kind,
            subject: self.subject,
            run: u32::try_from(self.run)?,
            step: self.step,
            direction: self.direction.parse()?,
            state: self.state.parse()?,
            revision: u64::try_from(self.revision)?,
            data: self.data.0,
            attempts: u32::try_from(self.attempts)?,
            run_at: self.run_at,
            last_error: self.last_error,
            started_at: self.started_at,
            ended_at: self.ended_at,
        })
    }
}

async fn read_run(connection: &mut PgConnection, workflow_id: WorkflowId) -> Tried<Option<WorkflowRun>> {
    let row: Option<RunRow> = sqlx::query_as(
        r"SELECT workflow_id, kind, subject, run, step, direction, state, revision, data, attempts, run_at, last_error,
                 started_at, ended_at
            FROM workflow
           WHERE workflow_id = $1",
    )
    .bind(uuid(workflow_id.ulid()))
    .fetch_optional(connection)
    .await?;
    row.map(RunRow::read).transpose()
}

/// Starts a run in a transaction of the caller's.
pub(super) async fn start(tx: &mut PgConnection, new: &NewWorkflow) -> Tried<Started> {
    // Whoever else starts one for the same subject does so before or after.
    let subject = format!("{} {}", new.kind, new.subject);
    sqlx::query(r"SELECT pg_advisory_xact_lock($1)")
        .bind(lock_number("workflow", subject.as_bytes()))
        .execute(&mut *tx)
        .await?;
    if let Some(run) = read_run(&mut *tx, new.workflow_id).await? {
        return Ok(Started::New(run));
    }
    let open: Option<RunRow> = sqlx::query_as(
        r"SELECT workflow_id, kind, subject, run, step, direction, state, revision, data, attempts, run_at, last_error,
                 started_at, ended_at
            FROM workflow
           WHERE kind = $1
             AND subject = $2
             AND state IN ('running', 'stuck')",
    )
    .bind(new.kind)
    .bind(&new.subject)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(open) = open {
        return Ok(Started::Open(open.read()?));
    }
    let row: RunRow = sqlx::query_as(
        r"INSERT INTO workflow (workflow_id, kind, subject, bucket, run, step, direction, state, revision, data,
                                attempts, run_at, started_at)
          VALUES ($1, $2, $3, $4,
                  1 + COALESCE((SELECT MAX(run) FROM workflow WHERE kind = $2 AND subject = $3), 0::bigint),
                  $5, 'forward', 'running', 1, $6, 0, $7, $8)
          RETURNING workflow_id, kind, subject, run, step, direction, state, revision, data, attempts, run_at,
                    last_error, started_at, ended_at",
    )
    .bind(uuid(new.workflow_id.ulid()))
    .bind(new.kind)
    .bind(&new.subject)
    .bind(new.bucket.map(|bucket| bucket.number().cast_signed()))
    .bind(new.step)
    .bind(Json(&new.data))
    .bind(new.run_at)
    .bind(new.started_at)
    .fetch_one(tx)
    .await?;
    Ok(Started::New(row.read()?))
}

impl PostgresStore {
    async fn try_start(&self, new: &NewWorkflow) -> Tried<Started> {
        let mut tx = self.write([]).await?;
        let started = start(&mut tx, new).await?;
        tx.commit().await?;
        Ok(started)
    }

    async fn try_move(&self, to: &WorkflowMove) -> Tried<Option<WorkflowRun>> {
        let row: Option<RunRow> = sqlx::query_as(
            r"UPDATE workflow
                 SET step = $3, direction = $4, state = $5, data = $6, attempts = $7, run_at = $8, last_error = $9,
                     ended_at = $10, revision = revision + 1
               WHERE workflow_id = $1
                 AND revision = $2
                 AND state = 'running'
              RETURNING workflow_id, kind, subject, run, step, direction, state, revision, data, attempts, run_at,
                        last_error, started_at, ended_at",
        )
        .bind(uuid(to.workflow_id.ulid()))
        .bind(i64::try_from(to.revision)?)
        .bind(&to.step)
        .bind(to.direction.as_str())
        .bind(to.state.as_str())
        .bind(Json(&to.data))
        .bind(i64::from(to.attempts))
        .bind(to.run_at)
        .bind(&to.last_error)
        .bind(to.ended_at)
        .fetch_optional(&self.pool)
        .await?;
        row.map(RunRow::read).transpose()
    }

    async fn try_retry(&self, workflow_id: WorkflowId, change: &Change) -> Tried<Retried> {
        let mut tx = self.write([]).await?;
        let row: Option<RunRow> = sqlx::query_as(
            r"UPDATE workflow
                 SET state = 'running', run_at = $2, attempts = 0, revision = revision + 1
               WHERE workflow_id = $1
                 AND state = 'stuck'
              RETURNING workflow_id, kind, subject, run, step, direction, state, revision, data, attempts, run_at,
                        last_error, started_at, ended_at",
        )
        .bind(uuid(workflow_id.ulid()))
        .bind(change.at)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else {
            let run = read_run(&mut tx, workflow_id).await?;
            return Ok(run.map_or(Retried::Unknown, |run| Retried::NotStuck(run.state)));
        };
        let run = row.read()?;
        let changed = Changed {
            action: "workflow.retry",
            subject: format!("workflow {workflow_id}"),
            before: Some(value!({ "state": WorkflowState::Stuck, "step": run.step, "last_error": run.last_error })),
            after: Some(value!({ "state": run.state, "step": run.step })),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(Retried::Running(run))
    }
}
