//! Runs of workflows in Postgres: how they start in a transaction of another's.

use serde_json::Value;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Tried, bucket, ulid, uuid};
use crate::domain::calendar::Timestamp;
use crate::domain::id::WorkflowId;
use crate::domain::workflow::{NewWorkflow, WorkflowRun};
use crate::store::workflows::Started;

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
    data: Json<Value>,
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
            data: serde_json::from_value(self.data.0)?,
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

/// Starts a run in a transaction of the caller's, which has the workflows about the subject to itself.
pub(super) async fn start(tx: &mut PgConnection, new: &NewWorkflow) -> Tried<Started> {
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
                  1 + COALESCE((SELECT MAX(run) FROM workflow WHERE kind = $2 AND subject = $3), 0),
                  $5, 'forward', 'running', 1, $6, 0, $7, $8)
          RETURNING workflow_id, kind, subject, run, step, direction, state, revision, data, attempts, run_at,
                    last_error, started_at, ended_at",
    )
    .bind(uuid(new.workflow_id.ulid()))
    .bind(new.kind)
    .bind(&new.subject)
    .bind(new.bucket.map(bucket))
    .bind(new.step)
    .bind(Json(&new.data))
    .bind(new.run_at)
    .bind(new.started_at)
    .fetch_one(tx)
    .await?;
    Ok(Started::New(row.read()?))
}
