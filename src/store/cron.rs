//! The port for fires of scheduled jobs.

use async_trait::async_trait;

use super::Stored;
use crate::domain::calendar::Timestamp;
use crate::domain::cron::CronFire;

/// A fire to be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FireClaim {
    /// The job.
    pub job: String,
    /// Which fire.
    pub due_at: Timestamp,
    /// Who runs it.
    pub owner: String,
    /// Now.
    pub now: Timestamp,
    /// When somebody else may run it, should this owner die.
    pub until: Timestamp,
}

/// How a fire ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FireEnd {
    /// The job.
    pub job: String,
    /// Which fire.
    pub due_at: Timestamp,
    /// Who ran it. Only the owner of the claim can end it.
    pub owner: String,
    /// When it ended.
    pub now: Timestamp,
    /// What it did, or why it failed.
    pub outcome: Result<String, String>,
}

/// What is remembered of fires.
#[async_trait]
pub trait CronStore {
    /// Writes fires that are not there yet, due or skipped. Invariant: one row for a job and a due time, whoever proposes.
    async fn propose_fires(&self, fires: &[CronFire]) -> Stored<()>;

    /// The due time of the last fire of each job that was due at or before `now`. Later ones were written under a clock that
    /// ran ahead, and must not keep the job silent until then.
    async fn last_fires(&self, now: Timestamp) -> Stored<Vec<(String, Timestamp)>>;

    /// Takes a fire that is due, or running under a claim that ended. Nothing happens where somebody else has it.
    async fn claim_fire(&self, claim: &FireClaim) -> Stored<bool>;

    /// Ends a fire, if its owner still has it.
    async fn end_fire(&self, end: &FireEnd) -> Stored<()>;

    /// Fires that are due, or running under a claim that ended, oldest first.
    async fn open_fires(&self, now: Timestamp, limit: u32) -> Stored<Vec<CronFire>>;

    /// Fires, newest first, of one job or of all.
    async fn fires(&self, job: Option<&str>, before: Option<Timestamp>, limit: u32) -> Stored<Vec<CronFire>>;

    /// Deletes ended fires that were due before `before`, at most `limit`, but never the last one of a job.
    async fn prune_fires(&self, before: Timestamp, limit: u32) -> Stored<u64>;
}
