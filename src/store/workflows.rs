//! The port for runs of workflows: where each one stands.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::id::WorkflowId;
use crate::domain::workflow::{NewWorkflow, WorkflowMove, WorkflowRun, WorkflowState};

/// What became of a wish to start a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// This run was started, now or by an earlier call with the same id.
    New(WorkflowRun),
    /// Another run of the same kind and subject is running or stuck: nothing was written.
    Open(WorkflowRun),
}

impl Started {
    /// The run there is now.
    pub fn run(self) -> WorkflowRun {
        match self {
            Self::New(run) | Self::Open(run) => run,
        }
    }
}

/// What became of a wish to retry a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retried {
    /// It is running again.
    Running(WorkflowRun),
    /// There is no such run.
    Unknown,
    /// It is not stuck: nothing was changed. This is its state.
    NotStuck(WorkflowState),
}

/// Which runs are wanted. All of them without a filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkflowFilter {
    /// Only runs of this workflow.
    pub kind: Option<String>,
    /// Only runs in this state.
    pub state: Option<WorkflowState>,
}

/// What is remembered of workflows.
#[async_trait]
pub trait WorkflowStore {
    /// Starts a run, unless one of the same kind and subject is running or stuck: then it gives that one. Repeated with the
    /// same id it gives the run as it is by now. Invariant: one open run for a kind and subject.
    async fn start_workflow(&self, new: &NewWorkflow) -> Stored<Started>;

    /// Takes the run that has been due longest, if any is: counts an attempt, and leaves it to this caller until `until`. The
    /// moves of whoever had it before are nothing from then on.
    async fn take_workflow(&self, now: Timestamp, until: Timestamp) -> Stored<Option<WorkflowRun>>;

    /// Moves a run, if it still has the revision that the move was decided from. Nothing where somebody else moved it, or this
    /// very move was made before.
    async fn move_workflow(&self, to: &WorkflowMove) -> Stored<Option<WorkflowRun>>;

    /// One run.
    async fn workflow(&self, workflow_id: WorkflowId) -> Stored<Option<WorkflowRun>>;

    /// The last run of a kind and subject, whatever its state.
    async fn last_workflow(&self, kind: &str, subject: &str) -> Stored<Option<WorkflowRun>>;

    /// Runs, newest first.
    async fn workflows(&self, filter: &WorkflowFilter, page: &Page<WorkflowId>) -> Stored<Vec<WorkflowRun>>;

    /// Lets a stuck run go on in its direction, due at the time of the change, with its tries counted from none.
    async fn retry_workflow(&self, workflow_id: WorkflowId, change: &Change) -> Stored<Retried>;

    /// Runs that are due at or before `now` or stuck, for metrics: due, stuck.
    async fn workflow_counts(&self, now: Timestamp) -> Stored<(u64, u64)>;

    /// Deletes runs that were done or undone before `before`, at most `limit`. Gives how many.
    async fn prune_workflows(&self, before: Timestamp, limit: u32) -> Stored<u64>;
}
