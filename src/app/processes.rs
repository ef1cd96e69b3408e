//! Processes that serve or work, and which of them live.

use std::cmp::Reverse;

use chrono::TimeDelta;
use ulid::Ulid;

use super::App;
use crate::domain::bucket::Bucket;
use crate::domain::id::ProcessId;
use crate::domain::process::{Presence, SeenProcess};
use crate::fault::Result;

/// A process that was not seen for so long is taken for dead: it says that it lives every few seconds, and may miss a few times.
const ALIVE_WITHIN: TimeDelta = TimeDelta::seconds(20);
/// Processes shown at most. Those that live are always among them.
const SHOWN_MAX: u32 = 500;

impl App {
    /// A name for this start of a process.
    pub fn new_process_id(&self) -> ProcessId {
        // A process belongs to no user, so its bucket says nothing.
        ProcessId::from_ulid(self.inner.sources.ids.mint(Bucket::of_ulid(Ulid::nil())))
    }

    /// Notes that a process lives.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn note_process(&self, presence: &Presence) -> Result<()> {
        Ok(self.inner.store.note_process(presence).await?)
    }

    /// Notes that a process ends in order. Repeating it changes nothing.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn stop_process(&self, process_id: ProcessId) -> Result<()> {
        Ok(self.inner.store.stop_process(process_id).await?)
    }

    /// Processes: those that live first, the latest started first. What is gone is kept as long as fires are.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn processes(&self) -> Result<Vec<SeenProcess>> {
        let mut processes = self.inner.store.processes(ALIVE_WITHIN, SHOWN_MAX).await?;
        processes.sort_by_key(|process| (!process.is_alive, Reverse((process.started_at, process.process_id))));
        Ok(processes)
    }
}
