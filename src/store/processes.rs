//! The port for processes that serve or work.

use async_trait::async_trait;
use chrono::TimeDelta;

use super::Stored;
use crate::domain::id::ProcessId;
use crate::domain::process::{Presence, SeenProcess};

/// What is remembered of processes. Every time is read off the clock of the database that keeps the rows: those of the processes may be
/// apart, and one that is off by an hour lives all the same.
#[async_trait]
pub trait ProcessStore {
    /// Notes that a process lives now. The first time it is added. One that was stopped stays so: its last words may arrive late.
    async fn note_process(&self, presence: &Presence) -> Stored<()>;

    /// Notes that a process ends in order. Nothing happens where it is unknown or was stopped before.
    async fn stop_process(&self, process_id: ProcessId) -> Stored<()>;

    /// Processes, those seen last first, at most `limit`; of one that was not stopped and was seen less than `alive_within` ago is said
    /// that it lives. Those that do come first, so no limit that exceeds them leaves any out.
    async fn processes(&self, alive_within: TimeDelta, limit: u32) -> Stored<Vec<SeenProcess>>;

    /// Forgets processes that were last seen longer than `unseen_for` ago, at most `limit`. Gives how many.
    async fn prune_processes(&self, unseen_for: TimeDelta, limit: u32) -> Stored<u64>;
}
