//! Fires of scheduled jobs: rows, so that any number of workers fire once.

use serde::{Deserialize, Serialize};

use super::calendar::Timestamp;
use super::text_form;

/// What happens to fires whose time passed while nobody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Misfire {
    /// Recorded as skipped; only the next one runs.
    Skip,
    /// The latest runs once for all that were missed.
    Once,
    /// Each runs, oldest first, up to a bound.
    All,
}

/// Where a fire stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FireState {
    /// Due, and handed to the queue.
    Due,
    /// A worker runs it.
    Running,
    /// It ended well.
    Done,
    /// It ended badly; the outcome says how.
    Failed,
    /// Its time passed unattended and its job's policy let it go.
    Skipped,
}

text_form!(FireState { Due => "due", Running => "running", Done => "done", Failed => "failed", Skipped => "skipped" });

/// One fire of one job. Unique by (job, due).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronFire {
    /// The job.
    pub job: String,
    /// When it was meant to run.
    pub due_at: Timestamp,
    /// Where it stands.
    pub state: FireState,
    /// Who runs or ran it.
    pub claimed_by: Option<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How it ended, in words.
    pub outcome: Option<String>,
}

impl CronFire {
    /// How late it began, in milliseconds.
    pub fn late_ms(&self) -> Option<i64> {
        self.started_at.map(|started_at| (started_at - self.due_at).num_milliseconds())
    }
}
