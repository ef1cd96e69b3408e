//! Workflows as operators see them: where each run stands, and letting a stuck one go on.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Caller;
use super::extract::{Faults, NoBody, PathText, QueryText};
use super::page::{PageWish, Part};
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, WorkflowFilter};
use crate::domain::id::WorkflowId;
use crate::domain::workflow::{Direction, WorkflowData, WorkflowRun, WorkflowState};

/// One run of a workflow.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WorkflowBody {
    /// The run.
    #[schema(example = "flow_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// Which workflow.
    #[schema(example = "close_activity")]
    kind: String,
    /// What it is about.
    #[schema(example = "100301")]
    subject: String,
    /// The number of this run among those of its kind and subject, from 1.
    run: u32,
    /// The step that is done or undone next; null once it has ended.
    #[schema(required, example = "settle")]
    step: Option<String>,
    /// `forward` while steps are done, `back` while they are undone.
    direction: Direction,
    /// How it stands.
    state: WorkflowState,
    /// Tries of that step.
    attempts: u32,
    /// When it is looked at next; null while another job drives it, while it is stuck, and once it has ended.
    #[schema(required)]
    run_at: Option<Time>,
    /// Why the last try did not finish the step, or what it waits for.
    #[schema(required)]
    last_error: Option<String>,
    /// What its steps found out.
    #[schema(value_type = Object)]
    data: WorkflowData,
    /// When it was started.
    started_at: Time,
    /// When it was done or undone.
    #[schema(required)]
    ended_at: Option<Time>,
}

impl From<WorkflowRun> for WorkflowBody {
    fn from(run: WorkflowRun) -> Self {
        Self {
            id: run.workflow_id.to_string(),
            kind: run.kind,
            subject: run.subject,
            run: run.run,
            step: run.step,
            direction: run.direction,
            state: run.state,
            attempts: run.attempts,
            run_at: run.run_at.map(Time),
            last_error: run.last_error,
            data: run.data,
            started_at: Time(run.started_at),
            ended_at: run.ended_at.map(Time),
        }
    }
}

fn read_workflow(id: &str) -> Result<WorkflowId, Problem> {
    let mut faults = Faults::default();
    faults.read("id", id).ok_or_else(|| faults.refuse())
}

/// List workflows
///
/// Newest first; of one kind or of all, in one state or in any.
#[utoipa::path(
    get,
    path = "/admin/workflows",
    tag = "operations",
    params(
        ("kind" = Option<String>, Query, description = "Only runs of this workflow."),
        ("state" = Option<WorkflowState>, Query, description = "Only runs in this state."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the runs.", body = Part<WorkflowBody>)),
)]
pub(super) async fn workflows(State(app): State<App>, query: QueryText) -> Result<Json<Part<WorkflowBody>>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["kind", "state", "cursor", "limit"]);
    let read = (
        faults.optional(&query, "kind"),
        faults.optional(&query, "state"),
        PageWish::read(&mut faults, &query),
        faults.is_empty(),
    );
    let (Some(kind), Some(state), Some(wish), true) = read else { return Err(faults.refuse()) };
    let rows = app.workflows(&WorkflowFilter { kind, state }, &wish.page()).await?;
    let (rows, next) = wish.cut(rows, |row| row.workflow_id);
    let next_cursor = next.map(|id| id.to_string());
    Ok(Json(Part { items: rows.into_iter().map(Into::into).collect(), next_cursor }))
}

/// Get a workflow
///
/// Where one run stands, and what its steps found out.
#[utoipa::path(
    get,
    path = "/admin/workflows/{id}",
    tag = "operations",
    params(("id" = String, Path, description = "The run.")),
    responses((status = 200, description = "The run.", body = WorkflowBody)),
)]
pub(super) async fn workflow(State(app): State<App>, PathText(id): PathText) -> Result<Json<WorkflowBody>, Problem> {
    Ok(Json(app.workflow(read_workflow(&id)?).await?.into()))
}

/// Retry a stuck workflow
///
/// It goes on where it stands, in its direction, due now, with its tries counted from none. Mend the cause first.
#[utoipa::path(
    post,
    path = "/admin/workflows/{id}/retry",
    tag = "operations",
    params(("id" = String, Path, description = "The run.")),
    responses((status = 200, description = "It is running again.", body = WorkflowBody)),
)]
pub(super) async fn retry_workflow(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    NoBody: NoBody,
) -> Result<Json<WorkflowBody>, Problem> {
    Ok(Json(app.retry_workflow(&caller.actor(), read_workflow(&id)?).await?.into()))
}
