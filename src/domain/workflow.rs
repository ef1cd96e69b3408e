//! Runs of workflows: which step is next, in which direction, and how a run ended.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::bucket::Bucket;
use super::calendar::Timestamp;
use super::id::WorkflowId;
use super::text_form;

/// The workflow that closes an activity and its books. Its subject is the activity.
pub const CLOSE_ACTIVITY: &str = "close_activity";
/// The workflow that settles one local day of an activity. Its subject is the activity and the day: `100301/2026-11-22`.
pub const SETTLE_DAY: &str = "settle_day";

/// The workflow that delivers an award which a third party reserves first. Its subject is the award record.
pub const DELIVER_AWARD: &str = "deliver_award";

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowState {
    /// A step is to be done or undone.
    Running,
    /// Every step is done.
    Done,
    /// It failed, and every step that may have had an effect is undone.
    Undone,
    /// It can neither go on nor turn round: somebody should look, mend the cause and retry it.
    Stuck,
}

/// Which way a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Steps are done, first to last.
    Forward,
    /// Steps are undone, from the one that failed to the first.
    Back,
}

text_form!(WorkflowState { Running => "running", Done => "done", Undone => "undone", Stuck => "stuck" });
text_form!(Direction { Forward => "forward", Back => "back" });

/// What a run knows: its arguments, and what its steps found out. An object.
pub type WorkflowData = Map<String, Value>;

/// One run of a workflow. Its row is the position: whoever moves it names the revision it saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRun {
    /// The run. Effects of its steps are keyed by it and the step.
    pub workflow_id: WorkflowId,
    /// Which workflow.
    pub kind: String,
    /// What it is about, such as an activity.
    pub subject: String,
    /// The number of this run among those of its kind and subject, from 1.
    pub run: u32,
    /// Name of the step that is done or undone next; nothing once the run has ended.
    pub step: Option<String>,
    /// Which way it goes.
    pub direction: Direction,
    /// How it stands.
    pub state: WorkflowState,
    /// Rises with every change. A move that names an older one is nothing.
    pub revision: u64,
    /// What it knows.
    pub data: WorkflowData,
    /// Tries of the step that is next.
    pub attempts: u32,
    /// When it is looked at next; nothing while somebody else drives it, and once it has ended.
    pub run_at: Option<Timestamp>,
    /// Why the last try did not finish its step, or why the run turned round.
    pub last_error: Option<String>,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// A run to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWorkflow {
    /// The run.
    pub workflow_id: WorkflowId,
    /// Which workflow.
    pub kind: &'static str,
    /// What it is about.
    pub subject: String,
    /// Where the user's rows live, where it is about a user.
    pub bucket: Option<Bucket>,
    /// Its first step.
    pub step: &'static str,
    /// Its arguments.
    pub data: WorkflowData,
    /// When job `run_workflows` takes it; nothing where another job drives it.
    pub run_at: Option<Timestamp>,
    /// When.
    pub started_at: Timestamp,
}

/// A move of a run: everything that may change about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowMove {
    /// The run.
    pub workflow_id: WorkflowId,
    /// The revision it was decided from. Invariant: nothing moves if the run is of another one by now.
    pub revision: u64,
    /// The step that is next.
    pub step: Option<String>,
    /// Which way it goes from here.
    pub direction: Direction,
    /// How it stands.
    pub state: WorkflowState,
    /// What it knows.
    pub data: WorkflowData,
    /// Tries of the step that is next.
    pub attempts: u32,
    /// When it is looked at next.
    pub run_at: Option<Timestamp>,
    /// Why the last try did not finish its step.
    pub last_error: Option<String>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl WorkflowMove {
    /// A move that changes nothing but the revision: where every other move begins.
    pub fn of(run: &WorkflowRun) -> Self {
        Self {
            workflow_id: run.workflow_id,
            revision: run.revision,
            step: run.step.clone(),
            direction: run.direction,
            state: run.state,
            data: run.data.clone(),
            attempts: run.attempts,
            run_at: run.run_at,
            last_error: run.last_error.clone(),
            ended_at: run.ended_at,
        }
    }
}
