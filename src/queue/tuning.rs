//! How eagerly a queue looks, and how patiently it stops.

use std::time::Duration;

use super::Lane;
use crate::config::Config;

/// Fires that run at the same time in one process.
const CRON_CONCURRENCY: usize = 4;

/// How eagerly a queue looks, and how patiently it stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuning {
    /// How often an idle worker looks for messages.
    pub poll: Duration,
    /// How often a worker shows that it lives. Whole seconds, at least one.
    pub heartbeat: Duration,
    /// Heartbeats after which a silent worker is dead and its messages are given to others.
    pub missed_heartbeats: u16,
    /// Messages of the outside lane that run at the same time.
    pub dispatch_concurrency: usize,
    /// How long running handlers may take to finish after `stop`.
    pub stop_within: Duration,
}

impl Tuning {
    /// What the settings ask for. A dead worker's messages are found within 13 seconds: three missed heartbeats and one
    /// heartbeat of whoever finds them, rounded up.
    pub fn of(config: &Config) -> Self {
        Self {
            poll: Duration::from_millis(config.queue.poll_ms),
            heartbeat: Duration::from_secs(3),
            missed_heartbeats: 3,
            dispatch_concurrency: config.dispatch.concurrency,
            stop_within: Duration::from_secs(config.server.shutdown_seconds),
        }
    }

    /// Messages of a lane that run at the same time in one process; `inside` for the lane that only writes to the store.
    pub(super) fn concurrency(&self, lane: Lane, inside: usize) -> usize {
        match lane {
            Lane::Dispatch => inside,
            Lane::Outside => self.dispatch_concurrency,
            Lane::Cron => CRON_CONCURRENCY,
        }
    }

    /// Silence after which a worker is dead.
    pub(super) fn silence_max(&self) -> Duration {
        self.heartbeat * u32::from(self.missed_heartbeats)
    }
}
