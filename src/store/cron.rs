//! The port for fires of scheduled jobs.

use async_trait::async_trait;

use super::Stored;
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{CronFire, FireKey, Part, ProposedFire};

/// A fire, or a part of one, to be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FireClaim {
    /// Which one.
    pub key: FireKey,
    /// Who runs it.
    pub owner: String,
    /// Now.
    pub now: Timestamp,
    /// When somebody else may run it, should this owner die.
    pub until: Timestamp,
}

/// What became of a wish to claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// The owner has it: this part of the fire.
    Taken(Part),
    /// The fire was skipped, because another one of its job still runs and it does not wait.
    Skipped,
    /// Nothing changed: it is not there, not due, held by somebody else, ended, or waits for another fire of its job.
    No,
}

/// How a fire, or a part of one, ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FireEnd {
    /// Which one.
    pub key: FireKey,
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
    /// Writes fires that are not there yet, with their parts; those of paused jobs are left out. Invariant: one row for a job
    /// and a due time, whoever proposes.
    async fn propose_fires(&self, fires: &[ProposedFire]) -> Stored<()>;

    /// The due time of the last fire of each of the jobs that its schedule asked for and that was due at or before `now`.
    /// Later ones were written under a clock that ran ahead, and must not keep the job silent until then.
    async fn last_fires(&self, jobs: &[&str], now: Timestamp) -> Stored<Vec<(String, Timestamp)>>;

    /// Takes a fire or a part that is due, or running under a claim that ended. Invariant: a job never runs beside itself:
    /// while another fire of the job is held, one that waits is left as it is, and one that does not is skipped.
    async fn claim_fire(&self, claim: &FireClaim) -> Stored<Claimed>;

    /// Lets the owner's claim last until `until`. False where the owner has it no more. Repeating it changes nothing.
    async fn renew_claim(&self, claim: &FireClaim) -> Stored<bool>;

    /// Lets go of claims that would last beyond `latest`: they were made under a clock that ran ahead, and must not keep their
    /// jobs silent until then. Gives how many fires had one.
    async fn release_claims(&self, latest: Timestamp) -> Stored<u64>;

    /// Ends a fire or a part, if its owner still has it; with its last part the fire ends too.
    async fn end_fire(&self, end: &FireEnd) -> Stored<()>;

    /// Fires and parts that can be claimed, or are to be skipped, oldest first.
    async fn open_fires(&self, now: Timestamp, limit: u32) -> Stored<Vec<FireKey>>;

    /// Fires with their parts, newest first, of one job or of all. Those of all jobs that are due at one time stay together.
    async fn fires(&self, job: Option<&str>, before: Option<Timestamp>, limit: u32) -> Stored<Vec<CronFire>>;

    /// One fire with its parts.
    async fn fire(&self, job: &str, due_at: Timestamp) -> Stored<Option<CronFire>>;

    /// Fires that have begun and not ended, with their parts, oldest first.
    async fn running_fires(&self) -> Stored<Vec<CronFire>>;

    /// Deletes ended fires that were due before `before`, with their parts, at most `limit`, but never the last one that a
    /// job's schedule asked for.
    async fn prune_fires(&self, before: Timestamp, limit: u32) -> Stored<u64>;
}
