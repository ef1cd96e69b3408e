//! Who wakes us: the port to durable job queues. The only place that names apalis storages.
//!
//! The queue is an alarm clock: it carries wake-ups, never the truth. A message may be lost, late or delivered twice.

pub mod redis;
mod shift;
pub mod sqlite;
mod ticker;
mod tuning;

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

pub use self::tuning::Tuning;
use crate::domain::calendar::Timestamp;
use crate::fault::Fault;

/// Which workers take a message, so that slow work does not hold up the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Award dispatch that needs nobody outside.
    #[default]
    Dispatch,
    /// Award dispatch that calls third parties, who may be slow.
    Outside,
    /// Fires of scheduled jobs.
    Cron,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Self; 3] = [Self::Dispatch, Self::Outside, Self::Cron];

    /// The name of the lane's queue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dispatch => "dispatch",
            Self::Outside => "outside",
            Self::Cron => "cron",
        }
    }
}

/// A wake-up: which job, and the ids it should look at. The only type a queue ever encodes, so that a payload nobody
/// understands fails in the job's own code and not in the queue's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Name of the job.
    pub job: String,
    /// Names the wake-up: a second push under the same key, while the first is remembered, does nothing.
    pub key: String,
    /// The job's arguments: ids, never a snapshot of data.
    pub arguments: serde_json::Value,
}

/// What runs a message. It deals with every outcome itself: a queue never retries.
pub type Handler = Arc<dyn Fn(Message) -> BoxFuture<'static, ()> + Send + Sync>;

/// Durable queues of wake-ups.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Adds messages, to be delivered at `run_at` or later. Gives how many were new.
    async fn push(&self, lane: Lane, messages: &[Message], run_at: Timestamp) -> Result<u64, Fault>;

    /// Messages that wait and are due.
    async fn backlog(&self, lane: Lane) -> Result<u64, Fault>;

    /// Delivers messages of all lanes to `handler` until `stop`, then lets running ones finish and hands back the rest.
    /// Returns only then; a failure of the storage is waited out, not returned.
    async fn work(&self, handler: Handler, stop: CancellationToken) -> Result<(), Fault>;

    /// Processes that work: whose workers of every lane have shown a sign of life recently.
    async fn live_workers(&self) -> Result<usize, Fault>;

    /// Forgets messages that were finished before `before`. Gives how many.
    async fn prune(&self, before: Timestamp) -> Result<u64, Fault>;

    /// Closes every connection.
    async fn close(&self);
}
