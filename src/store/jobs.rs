//! The port for what operators decide about scheduled jobs.

use async_trait::async_trait;

use super::Stored;
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::cron::JobState;

/// What became of a wish to run a job now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requested {
    /// There is a fire for it, due at this time.
    Due(Timestamp),
    /// Nothing changed: the fire that somebody asked for before has not ended.
    Open {
        /// When that one was due.
        due_at: Timestamp,
        /// Who asked for it.
        requested_by: String,
    },
}

/// What is remembered of jobs.
#[async_trait]
pub trait JobStore {
    /// Jobs about which anything was ever decided.
    async fn job_states(&self) -> Stored<Vec<JobState>>;

    /// Keeps a job from proposing fires; those that are open go on. Nothing happens where it is paused already.
    async fn pause_job(&self, job: &str, change: &Change) -> Stored<()>;

    /// Lets a job propose fires again, from the time of the change on. Nothing happens where it is not paused.
    async fn resume_job(&self, job: &str, change: &Change) -> Stored<()>;

    /// Writes a fire that is due now, in so many parts, whether the job is paused or not. Invariant: of the fires that were
    /// asked for, one of each job is open at most; so a repeat finds the first, unless that has ended.
    async fn request_fire(&self, job: &str, parts: u16, change: &Change) -> Stored<Requested>;
}
