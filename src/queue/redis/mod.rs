//! Wake-ups in Redis 7 or Valkey, for any number of processes, delivered by apalis workers.
//!
//! apalis registers workers, fetches and acknowledges. What it does not do safely at any number of messages is done here by scripts of
//! our own, each bounded: pushing, delays, finding what dead workers held, forgetting. A message is in exactly one place at any
//! time: active, delayed, held by one worker, or finished. Each script moves it from one to another as a whole.

mod keeper;
mod keys;

use std::sync::Arc;
use std::time::Duration;

use apalis::prelude::{BackendExt, Monitor, WorkerBuilder, WorkerBuilderExt};
use apalis_redis::RedisStorage;
use async_trait::async_trait;
use futures::FutureExt;
use futures::future::try_join_all;
use redis::{FromRedisValue, ScriptInvocation};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::keeper::Keeper;
use self::keys::Keys;
use super::shift::{Restarts, Shift, Verbatim};
use super::ticker::Ticker;
use super::{Handler, Lane, Message, Queue, Tuning};
use crate::clock::{Clock, SystemClock};
use crate::config::RedisConfig;
use crate::domain::calendar::Timestamp;
use crate::fault::Fault;
use crate::redis_connection::Connection;

/// Messages a worker of the dispatch lane takes at a time. While taken messages wait for a free slot, an apalis worker sends no heartbeat
/// and acknowledges nothing: `Keeper` shows that it lives.
const DISPATCH_BATCH: usize = 16;
/// Handlers of other lanes may run for minutes: a worker there takes no message that it cannot run at once.
const BATCH: usize = 1;
/// Messages of the dispatch lane that run at the same time in one process: they only write to the store.
const DISPATCH_CONCURRENCY: usize = 8;
/// Messages in one call of a script: others wait while it runs, and Lua unpacks 8,000 values at most.
const SLICE: usize = 500;
/// Slices of one lane in one prune at most; the rest is left to the next one.
const PRUNE_SLICES_MAX: usize = 200;
/// A worker ends when it is not answered in time, so it is patient.
const WORKER_RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
/// Silence after which apalis itself would give back what a worker held, all at once. Its script fails for ever where that is too
/// much, so it never comes to it: `Keeper` is earlier.
const NEVER: Duration = Duration::from_hours(10 * 365 * 24);

/// Queues in a Redis that any number of processes share.
pub struct RedisQueue {
    connection: Arc<Connection>,
    keys: [Keys; Lane::ALL.len()],
    tuning: Tuning,
    clock: Arc<dyn Clock>,
    /// Told when this process makes something due, so that its own idle workers look at once. Indexed by lane.
    due: [Arc<Notify>; Lane::ALL.len()],
}

impl RedisQueue {
    /// Connects.
    ///
    /// # Errors
    /// A fault where Redis cannot be reached, is too old, or may drop keys.
    pub async fn open(settings: &RedisConfig, tuning: Tuning, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let connection = Arc::new(Connection::open(settings).await?);
        let keys = Lane::ALL.map(|lane| Keys::new(&settings.prefix, lane));
        Ok(Self { connection, keys, tuning, clock, due: Default::default() })
    }

    fn keys(&self, lane: Lane) -> &Keys {
        &self.keys[lane as usize]
    }

    fn due(&self, lane: Lane) -> &Arc<Notify> {
        &self.due[lane as usize]
    }

    async fn call<T: FromRedisValue>(&self, doing: &'static str, call: &ScriptInvocation<'_>) -> Result<T, Fault> {
        self.connection.call(call).await.map_err(Fault::doing(doing))
    }

    /// Adds the worker of one lane to the monitor.
    fn register(&self, monitor: Monitor, lane: Lane, shift: &Arc<Shift>) -> Monitor {
        let (connection, tuning, due, shift) =
            (self.connection.clone(), self.tuning.clone(), self.due(lane).clone(), shift.clone());
        let batch = if lane == Lane::Dispatch { DISPATCH_BATCH } else { BATCH };
        let beats = NEVER.as_secs() / tuning.heartbeat.as_secs().max(1);
        let config = self
            .keys(lane)
            .config
            .clone()
            .batch_size(batch)
            .heartbeat_interval(tuning.heartbeat)
            .missed_heartbeats(usize::try_from(beats).unwrap_or(usize::MAX))
            // Otherwise each message is looked for in all that wait.
            .lock_tasks(false)
            // Without results apalis acknowledges nothing. Ours are empty.
            .persist_results(true)
            .emit_events(false);
        let restarts = Restarts::new();
        monitor.register(move |_| {
            let shift = shift.clone();
            let wait = restarts.wait(Instant::now());
            // Another connection each time: the last one may lead to a server that is gone without a word, or no master any more.
            let storage = RedisStorage::<Vec<u8>>::new(connection.another(WORKER_RESPONSE_TIMEOUT))
                .with_config(config.clone())
                .with_codec(Verbatim)
                .before_start(move |_| tokio::time::sleep(wait).map(Ok))
                .poll_with_strategy(Ticker::new(tuning.poll, due.clone()));
            WorkerBuilder::new(shift.new_name(lane))
                .backend(storage)
                .concurrency(tuning.concurrency(lane, DISPATCH_CONCURRENCY))
                .build(move |payload: Vec<u8>| shift.clone().run(lane, payload))
        })
    }

    /// Finished messages of one lane: puts them in order, and forgets the old.
    async fn prune_lane(&self, lane: Lane, done_before: Timestamp) -> Result<u64, Fault> {
        const DOING: &str = "prune messages";
        let mut collect = self.keys(lane).call(&keys::COLLECT);
        collect.arg(SLICE);
        for _ in 0..PRUNE_SLICES_MAX {
            if self.call::<usize>(DOING, &collect).await? < SLICE {
                break;
            }
        }
        let mut forget = self.keys(lane).call(&keys::FORGET);
        forget.arg(done_before.timestamp()).arg(SLICE);
        let mut pruned = 0;
        for _ in 0..PRUNE_SLICES_MAX {
            let slice = self.call::<usize>(DOING, &forget).await?;
            pruned += slice;
            if slice < SLICE {
                break;
            }
        }
        Ok(pruned as u64)
    }
}

#[async_trait]
impl Queue for RedisQueue {
    /// Where a connection is lost and the push repeated, what the first attempt pushed counts as known.
    async fn push(&self, lane: Lane, messages: &[Message], run_at: Timestamp) -> Result<u64, Fault> {
        const DOING: &str = "push messages";
        let delay_ms = (run_at - self.clock.now()).num_milliseconds().max(0);
        let mut new = 0;
        for some in messages.chunks(SLICE) {
            let mut push = self.keys(lane).call(&keys::PUSH);
            push.arg(delay_ms);
            for message in some {
                let payload = serde_json::to_vec(message).map_err(Fault::doing(DOING))?;
                push.arg(keys::message_id(&message.key)).arg(payload);
            }
            new += self.call::<u64>(DOING, &push).await?;
        }
        if delay_ms == 0 {
            self.due(lane).notify_one();
        }
        Ok(new)
    }

    async fn backlog(&self, lane: Lane) -> Result<u64, Fault> {
        self.call("count waiting messages", &self.keys(lane).call(&keys::BACKLOG)).await
    }

    async fn work(&self, handler: Handler, stop: CancellationToken) -> Result<(), Fault> {
        let shift = Arc::new(Shift::new(handler));
        // Handlers end with this future, however it ends: finished, or dropped half-way.
        let _end_of_shift = shift.end_with();
        let mut monitor = Shift::monitor();
        for lane in Lane::ALL {
            monitor = self.register(monitor, lane, &shift);
        }
        tokio::select! {
            () = shift.work(monitor, &stop, self.tuning.stop_within) => {}
            never = Keeper::new(self, &shift).run() => match never {},
        }
        keeper::hand_back(self, &shift.names()).await
    }

    /// Lanes that a worker of any process serves. Its clock and that of Redis must agree within a few seconds.
    async fn live_workers(&self) -> Result<(usize, usize), Fault> {
        let silence_max = self.tuning.silence_max().as_secs();
        let alive = try_join_all(Lane::ALL.map(|lane| async move {
            let mut live = self.keys(lane).call(&keys::LIVE);
            live.arg(silence_max);
            self.call::<u64>("count live workers", &live).await
        }));
        let lanes = alive.await?.into_iter().filter(|alive| *alive > 0).count();
        Ok((lanes, Lane::ALL.len()))
    }

    async fn prune(&self, before: Timestamp) -> Result<u64, Fault> {
        // The caller's clock need not be the machine's, whose seconds apalis writes.
        let done_before = SystemClock.now() - (self.clock.now() - before);
        let mut pruned = 0;
        for lane in Lane::ALL {
            pruned += self.prune_lane(lane, done_before).await?;
        }
        Ok(pruned)
    }

    /// Connections end with the queue: nobody can use one after it.
    async fn close(&self) {}
}
