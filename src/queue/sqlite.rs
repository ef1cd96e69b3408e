//! Wake-ups in a SQLite file of their own, delivered by apalis workers of this process.
//!
//! What apalis 1.0 does not do by itself, and this module does: see `Ticker`, `Verbatim` and the comments on the constants.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use apalis::prelude::{BackendExt, Monitor, TaskBuilder, WorkerBuilder, WorkerBuilderExt};
use apalis_sqlite::SqliteStorage;
use async_trait::async_trait;
use futures::FutureExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::shift::{Restarts, Shift, Verbatim};
use super::ticker::Ticker;
use super::{Handler, Lane, Message, Queue, Tuning};
use crate::clock::{Clock, SystemClock};
use crate::domain::calendar::Timestamp;
use crate::fault::Fault;

/// Messages a worker takes at a time. While taken messages wait for a free slot, an apalis worker sends no heartbeat and
/// acknowledges nothing; with one at a time none ever waits, so a handler may run for minutes.
const BATCH: usize = 1;
/// Messages of the dispatch lane that run at the same time: they only write to the store, which has one writer.
const DISPATCH_CONCURRENCY: usize = 4;
/// Rows that one statement deletes at most, so that pushes and fetches never wait long for a prune.
const PRUNE_SLICE: u32 = 1_000;
/// Slices of one prune at most; the rest is left to the next one.
const PRUNE_SLICES_MAX: u32 = 200;
/// How long a statement waits for another process to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Queues in one SQLite file.
pub struct SqliteQueue {
    pool: SqlitePool,
    tuning: Tuning,
    clock: Arc<dyn Clock>,
    /// Told when this process pushes something due, so that its own idle workers look at once. Indexed by lane.
    pushed: [Arc<Notify>; Lane::ALL.len()],
}

impl SqliteQueue {
    /// Opens the file, made when missing, and brings its schema up to date.
    ///
    /// # Errors
    /// The file cannot be made, opened or migrated.
    pub async fn open(path: &Path, tuning: Tuning, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        if let Some(directory) = path.parent() {
            tokio::fs::create_dir_all(directory).await.map_err(Fault::doing("make the directory of the job queue"))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A power cut may lose the last wake-ups, never the file. They are an alarm clock: the outbox and the fires in
            // the store say what is to be done, and whoever reads them pushes again.
            .synchronous(SqliteSynchronous::Normal)
            // Deleting a worker would otherwise search all messages for its name, for want of an index on it.
            .foreign_keys(false)
            .busy_timeout(BUSY_TIMEOUT);
        // One connection: SQLite writes one at a time anyway, and a wait in the pool is fair where a busy file is not.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .map_err(Fault::doing("open the job queue"))?;
        migrate(&pool).await?;
        Ok(Self { pool, tuning, clock, pushed: Default::default() })
    }

    /// The machine's second in which something due at `run_at` becomes due. apalis knows whole seconds of the machine's clock
    /// only, so a delay is carried over to it and rounded up: late by up to a second, never early.
    fn machine_second(&self, run_at: Timestamp) -> u64 {
        let machine_ms = u64::try_from(SystemClock.now().timestamp_millis()).unwrap_or(0);
        match u64::try_from((run_at - self.clock.now()).num_milliseconds()) {
            Ok(delay_ms @ 1..) => (machine_ms + delay_ms).div_ceil(1000),
            Ok(0) | Err(_) => machine_ms / 1000,
        }
    }

    fn pushed(&self, lane: Lane) -> &Arc<Notify> {
        &self.pushed[lane as usize]
    }

    /// Adds the worker of one lane to the monitor.
    fn register(&self, monitor: Monitor, lane: Lane, shift: &Arc<Shift>) -> Monitor {
        let (pool, tuning, pushed, shift) =
            (self.pool.clone(), self.tuning.clone(), self.pushed(lane).clone(), shift.clone());
        let config = apalis_sqlite::Config::default()
            .queue(lane.name())
            .batch_size(BATCH)
            .heartbeat_interval(tuning.heartbeat)
            .missed_heartbeats(tuning.missed_heartbeats.into())
            // Taking a message locks it already; this would be one more write for each.
            .lock_tasks(false);
        let restarts = Restarts::new();
        monitor.register(move |_| {
            let shift = shift.clone();
            let wait = restarts.wait(Instant::now());
            let storage = SqliteStorage::<Vec<u8>>::new(&pool)
                .with_config(config.clone())
                .with_codec(Verbatim)
                .before_start(move |_| tokio::time::sleep(wait).map(Ok))
                .poll_with_strategy(Ticker::new(tuning.poll, pushed.clone()));
            WorkerBuilder::new(shift.new_name(lane))
                .backend(storage)
                .concurrency(tuning.concurrency(lane, DISPATCH_CONCURRENCY))
                .build(move |payload: Vec<u8>| shift.clone().run(lane, payload))
        })
    }

    /// Gives back what the workers of a shift hold, so that nobody waits for them to be found dead.
    async fn hand_back(&self, names: &[String]) -> Result<(), Fault> {
        const DOING: &str = "hand back messages";
        let names = serde_json::to_string(names).map_err(Fault::doing(DOING))?;
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(Fault::doing(DOING))?;
        sqlx::query(
            r"
            UPDATE Jobs
               SET status = 'Pending', lock_by = NULL, lock_at = NULL
             WHERE status IN ('Queued', 'Running')
               AND lock_by IN (SELECT value FROM json_each(?1))",
        )
        .bind(&names)
        .execute(&mut *tx)
        .await
        .map_err(Fault::doing(DOING))?;
        sqlx::query("DELETE FROM Workers WHERE id IN (SELECT value FROM json_each(?1))")
            .bind(&names)
            .execute(&mut *tx)
            .await
            .map_err(Fault::doing(DOING))?;
        tx.commit().await.map_err(Fault::doing(DOING))
    }

    /// Deletes rows of workers that died and hold nothing any more.
    async fn forget_dead_workers(&self) -> Result<(), Fault> {
        sqlx::query(
            r"
            DELETE FROM Workers
             WHERE last_seen < ?1
               AND id NOT IN (SELECT lock_by
                                FROM Jobs
                               WHERE status IN ('Queued', 'Running')
                                 AND lock_by IS NOT NULL)",
        )
        .bind(machine_second_ago(self.tuning.silence_max() * 10))
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("forget dead workers"))?;
        Ok(())
    }
}

#[async_trait]
impl Queue for SqliteQueue {
    async fn push(&self, lane: Lane, messages: &[Message], run_at: Timestamp) -> Result<u64, Fault> {
        const DOING: &str = "push messages";
        let due = self.machine_second(run_at);
        let mut tasks = Vec::with_capacity(messages.len());
        for message in messages {
            let payload = serde_json::to_vec(message).map_err(Fault::doing(DOING))?;
            tasks.push(TaskBuilder::new(payload).idempotency_key(&message.key).run_at_timestamp(due).build());
        }
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(Fault::doing(DOING))?;
        let before = rows_changed(&mut tx).await.map_err(Fault::doing(DOING))?;
        apalis_sqlite::queries::push_tasks(&mut *tx, lane.name(), &tasks).await.map_err(Fault::doing(DOING))?;
        let new = rows_changed(&mut tx).await.map_err(Fault::doing(DOING))? - before;
        tx.commit().await.map_err(Fault::doing(DOING))?;
        self.pushed(lane).notify_one();
        Ok(u64::try_from(new).unwrap_or(0))
    }

    async fn backlog(&self, lane: Lane) -> Result<u64, Fault> {
        let due: i64 = sqlx::query_scalar(
            r"
            SELECT COUNT(*)
              FROM Jobs
             WHERE job_type = ?1
               AND status = 'Pending'
               AND lock_by IS NULL
               AND run_at <= ?2",
        )
        .bind(lane.name())
        .bind(machine_second_ago(Duration::ZERO))
        .fetch_one(&self.pool)
        .await
        .map_err(Fault::doing("count waiting messages"))?;
        Ok(u64::try_from(due).unwrap_or(0))
    }

    async fn work(&self, handler: Handler, stop: CancellationToken) -> Result<(), Fault> {
        let shift = Arc::new(Shift::new(handler));
        // Handlers end with this future, however it ends: finished, or dropped half-way.
        let _end_of_shift = shift.end_with();
        let mut monitor = Shift::monitor();
        for lane in Lane::ALL {
            monitor = self.register(monitor, lane, &shift);
        }
        shift.work(monitor, &stop, self.tuning.stop_within).await;
        self.hand_back(&shift.names()).await
    }

    async fn live_workers(&self) -> Result<usize, Fault> {
        // Lanes, not rows: a worker that began again leaves a row that looks alive for a while.
        let alive: i64 = sqlx::query_scalar("SELECT COUNT(DISTINCT worker_type) FROM Workers WHERE last_seen >= ?1")
            .bind(machine_second_ago(self.tuning.silence_max()))
            .fetch_one(&self.pool)
            .await
            .map_err(Fault::doing("count live workers"))?;
        Ok(usize::from(usize::try_from(alive) == Ok(Lane::ALL.len())))
    }

    async fn prune(&self, before: Timestamp) -> Result<u64, Fault> {
        // The caller's clock need not be the machine's, whose seconds apalis writes.
        let done_before = SystemClock.now() - (self.clock.now() - before);
        let mut pruned = 0;
        for _ in 0..PRUNE_SLICES_MAX {
            // Bound as a number: apalis' own vacuum compares it with a text, and every number is less than any text.
            let slice = sqlx::query(
                r"
                DELETE FROM Jobs
                 WHERE ROWID IN (SELECT ROWID
                                   FROM Jobs
                                  WHERE status IN ('Done', 'Killed', 'Failed')
                                    AND done_at < ?1
                                  LIMIT ?2)",
            )
            .bind(done_before.timestamp())
            .bind(PRUNE_SLICE)
            .execute(&self.pool)
            .await
            .map_err(Fault::doing("prune messages"))?
            .rows_affected();
            pruned += slice;
            if slice < u64::from(PRUNE_SLICE) {
                break;
            }
        }
        self.forget_dead_workers().await?;
        Ok(pruned)
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

async fn migrate(pool: &SqlitePool) -> Result<(), Fault> {
    // Not `setup`, which also turns synchronous off on one connection.
    SqliteStorage::migrations().run(pool).await.map_err(Fault::doing("migrate the job queue"))?;
    // With it every acknowledgement reads all finished messages of its worker: 200 messages a second instead of 20,000.
    sqlx::query("DROP INDEX IF EXISTS LIdx").execute(pool).await.map_err(Fault::doing("migrate the job queue"))?;
    Ok(())
}

/// Rows this connection has written so far.
async fn rows_changed(connection: &mut sqlx::SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT total_changes()").fetch_one(connection).await
}

fn machine_second_ago(age: Duration) -> i64 {
    SystemClock.now().timestamp().saturating_sub_unsigned(age.as_secs())
}
