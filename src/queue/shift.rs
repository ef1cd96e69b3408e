//! One run of all workers of a process, on whatever storage: what they run, how they begin again, and how they stop.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use apalis::prelude::{Codec, Monitor, WorkerContext};
use futures::FutureExt;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tracing::{error, warn};

use super::{Handler, Lane, Message};
use crate::clock::{Chance, SystemChance};

/// How long the acknowledgements of the last handlers may take after `stop`.
const ACKNOWLEDGE_WITHIN: Duration = Duration::from_secs(1);
/// Worker names that are remembered, to give back what they hold when the shift ends. Names before them are long dead: what
/// they held is found by their silence.
const NAMES_MAX: usize = 64;
/// A worker that failed waits this long before it begins again, times the failures in a row.
const RESTART_WAIT: Duration = Duration::from_millis(200);
/// Failures that lengthen the wait.
const FAILURES_COUNTED_MAX: u32 = 10;
/// A failure is the first of a row again where the one before it is older.
const CALM: Duration = Duration::from_mins(1);

/// One run of all workers.
pub(super) struct Shift {
    handler: Handler,
    /// Indexed by lane.
    handlers: [TaskTracker; Lane::ALL.len()],
    over: CancellationToken,
    names: Mutex<VecDeque<String>>,
}

impl Shift {
    pub(super) fn new(handler: Handler) -> Self {
        Self {
            handler,
            handlers: Default::default(),
            over: CancellationToken::new(),
            names: Mutex::new(VecDeque::new()),
        }
    }

    /// Ends the handlers when it is dropped.
    pub(super) fn end_with(&self) -> DropGuard {
        self.over.clone().drop_guard()
    }

    /// A monitor that begins workers again. Any failure of the storage ends an apalis worker, which would stay away silently for
    /// ever. apalis logs why.
    pub(super) fn monitor() -> Monitor {
        Monitor::new().should_restart(|worker: &WorkerContext, _| {
            let lane = worker.name().split('-').next().unwrap_or_default().to_owned();
            metrics::counter!("big_market_queue_worker_restarts_total", "lane" => lane).increment(1);
            true
        })
    }

    /// A name nobody had: apalis refuses one that was seen within a heartbeat, even of a worker that stopped cleanly.
    pub(super) fn new_name(&self, lane: Lane) -> String {
        let name = format!("{}-{}-{:016x}", lane.name(), std::process::id(), SystemChance.number());
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() == NAMES_MAX {
            names.pop_front();
        }
        names.push_back(name.clone());
        name
    }

    /// The name that was given last in a lane.
    pub(super) fn name(&self, lane: Lane) -> Option<String> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().rev().find(|name| name.split('-').next() == Some(lane.name())).cloned()
    }

    /// The names that were given last, of all lanes.
    pub(super) fn names(&self) -> Vec<String> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Works until `stop`, then lets running handlers finish within the given time. No handler runs any more when it returns.
    pub(super) async fn work(&self, monitor: Monitor, stop: &CancellationToken, stop_within: Duration) {
        let stopped = stop.clone();
        let finished = async {
            if let Err(error) = monitor.run_with_signal(async move { stopped.cancelled().map(Ok).await }).await {
                error!(%error, "a queue worker ended badly");
            }
            self.handlers_ended().await;
        };
        let out_of_patience = async {
            stop.cancelled().await;
            tokio::time::sleep(stop_within).await;
        };
        // apalis may keep its workers open long after the last handler ended. Their acknowledgements need a moment; what is
        // not acknowledged is handed back and finds nothing to do.
        let drained = async {
            stop.cancelled().await;
            self.handlers_ended().await;
            tokio::time::sleep(ACKNOWLEDGE_WITHIN).await;
        };
        tokio::select! {
            () = finished => {}
            () = drained => {}
            () = out_of_patience => warn!(running = Lane::ALL.map(|lane| self.running(lane)).iter().sum::<usize>(), "handlers did not finish in time; they are cut off"),
        }
        self.over.cancel();
        self.handlers_ended().await;
    }

    async fn handlers_ended(&self) {
        for handlers in &self.handlers {
            handlers.close();
            handlers.wait().await;
        }
    }

    /// Handlers of a lane that run now.
    pub(super) fn running(&self, lane: Lane) -> usize {
        self.handlers[lane as usize].len()
    }

    /// Runs one message in a task of its own: a panic ends only that task, and a worker that begins again does not cut off
    /// what its predecessor runs. Gives nothing, so apalis calls every message done, and none can get stuck.
    pub(super) async fn run(self: Arc<Self>, lane: Lane, payload: Vec<u8>) {
        let message: Message = match serde_json::from_slice(&payload) {
            Ok(message) => message,
            Err(error) => {
                error!(%error, lane = lane.name(), "dropped a message that cannot be read");
                return;
            }
        };
        let (job, shift) = (message.job.clone(), self.clone());
        let task = self.handlers[lane as usize].spawn(async move {
            shift.over.run_until_cancelled(async { (shift.handler)(message).await }).await;
        });
        if let Err(error) = task.await {
            error!(%error, job, "a message's handler panicked");
        }
    }
}

/// Hands payloads on as they are: one that apalis could not decode would end its worker, again and again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verbatim;

impl Codec<Vec<u8>> for Verbatim {
    type Error = Infallible;
    type Compact = Vec<u8>;

    fn encode(&self, value: &Vec<u8>) -> Result<Vec<u8>, Infallible> {
        Ok(value.clone())
    }

    fn decode(&self, value: &Vec<u8>) -> Result<Vec<u8>, Infallible> {
        Ok(value.clone())
    }
}

/// How long the worker of one lane waits before it begins again.
pub(super) struct Restarts(Mutex<Option<(u32, Instant)>>);

impl Restarts {
    pub(super) fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Nothing before the first start. Failures long ago do not lengthen the wait.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = match *last {
            None => 0,
            Some((_, before)) if now - before > CALM => 1,
            Some((failures, _)) => (failures + 1).min(FAILURES_COUNTED_MAX),
        };
        *last = Some((failures, now));
        RESTART_WAIT * failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_while_failures_follow_each_other() {
        let (restarts, now) = (Restarts::new(), Instant::now());
        let waits: Vec<_> =
            (0..12).map(|second| restarts.wait(now + Duration::from_secs(second)).as_millis()).collect();
        assert_eq!(waits, [0, 200, 400, 600, 800, 1_000, 1_200, 1_400, 1_600, 1_800, 2_000, 2_000]);
        assert_eq!(restarts.wait(now + 2 * CALM), RESTART_WAIT);
    }

    #[test]
    fn only_the_last_names_are_remembered() {
        let shift = Shift::new(Arc::new(|_| std::future::ready(()).boxed()));
        let names: Vec<_> = (0..2 * NAMES_MAX).map(|_| shift.new_name(Lane::Cron)).collect();
        assert_eq!(shift.names(), names[NAMES_MAX..]);
        assert_eq!(shift.name(Lane::Cron).as_ref(), names.last());
        assert_eq!(shift.name(Lane::Outside), None);
    }
}
