//! What every queue must do: deliver each wake-up at least once, whatever its handler does and whoever dies.

use std::collections::HashSet;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use big_market::clock::SystemClock;
use big_market::config::RedisConfig;
use big_market::queue::redis::RedisQueue;
use big_market::queue::sqlite::SqliteQueue;
use big_market::queue::{Lane, Message, Queue, Tuning};
use chrono::TimeDelta;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::{Semaphore, watch};

use crate::support::queues::{PATIENCE, Working, handler, message, next, now, tell, telling, within};
use crate::support::redis_server::RedisServer;

/// Handlers of the dispatch lane that run at the same time here.
const CONCURRENCY: usize = 4;
/// Handlers of the outside lane that run at the same time here.
const OUTSIDE_CONCURRENCY: usize = 16;

/// Somewhere a queue keeps its messages. Opened again it gives a queue with the same messages.
trait Place {
    fn new() -> Self;

    /// A queue that lets running handlers finish for so long after it is stopped.
    async fn open_patient(&self, stop_within: Duration) -> Arc<dyn Queue>;

    async fn open(&self) -> Arc<dyn Queue> {
        self.open_patient(PATIENCE).await
    }
}

fn tuning(stop_within: Duration) -> Tuning {
    Tuning {
        poll: Duration::from_millis(10),
        heartbeat: Duration::from_secs(1),
        missed_heartbeats: 3,
        dispatch_concurrency: OUTSIDE_CONCURRENCY,
        stop_within,
    }
}

struct SqlitePlace(TempDir);

impl SqlitePlace {
    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("jobs.db")
    }
}

impl Place for SqlitePlace {
    fn new() -> Self {
        Self(TempDir::new().expect("a temporary directory"))
    }

    async fn open_patient(&self, stop_within: Duration) -> Arc<dyn Queue> {
        Arc::new(SqliteQueue::open(&self.path(), tuning(stop_within), Arc::new(SystemClock)).await.expect("a queue"))
    }
}

struct RedisPlace(RedisConfig);

impl Place for RedisPlace {
    fn new() -> Self {
        Self(RedisServer::shared().settings())
    }

    async fn open_patient(&self, stop_within: Duration) -> Arc<dyn Queue> {
        Arc::new(RedisQueue::open(&self.0, tuning(stop_within), Arc::new(SystemClock)).await.expect("a queue"))
    }
}

macro_rules! every_case {
    ($adapter:ident, $place:ident, [$($case:ident),+ $(,)?]) => {
        mod $adapter {
            $(
                #[tokio::test]
                async fn $case() {
                    super::$case(<super::$place as super::Place>::new()).await;
                }
            )+
        }
    };
}

macro_rules! every_queue {
    ($($case:ident),+ $(,)?) => {
        every_case!(sqlite, SqlitePlace, [$($case),+]);
        every_case!(redis, RedisPlace, [$($case),+]);
    };
}

every_queue!(
    a_message_arrives_with_its_arguments,
    a_key_is_pushed_once,
    a_key_belongs_to_its_lane,
    nothing_arrives_before_its_time,
    a_panic_does_not_stop_later_messages,
    two_thousand_messages_all_arrive,
    messages_survive_close_and_open,
    stop_lets_running_handlers_finish_and_hands_back_the_rest,
    stop_takes_no_longer_than_the_handlers_that_run,
    a_handler_that_does_not_end_is_cut_off_and_its_message_handed_back,
    prune_keeps_the_young_and_the_waiting,
    backlog_counts_what_is_due,
    live_workers_are_counted_by_lane,
    a_message_of_a_worker_that_vanished_arrives_again,
);

async fn push(queue: &Arc<dyn Queue>, keys: &[&str]) -> u64 {
    let messages: Vec<Message> = keys.iter().map(|key| message(key)).collect();
    queue.push(Lane::Dispatch, &messages, now()).await.expect("pushed")
}

async fn a_message_arrives_with_its_arguments(place: impl Place) {
    let queue = place.open().await;
    let (handler, mut arrived) = telling();
    let working = Working::start(&queue, handler);
    let sent = Message { job: "a job".into(), key: "k".into(), arguments: json!({"ids": ["x", "用户"], "n": 1.5}) };
    assert_eq!(queue.push(Lane::Cron, std::slice::from_ref(&sent), now()).await.expect("pushed"), 1);
    assert_eq!(next(&mut arrived).await, sent);
    working.stopped().await;
}

async fn a_key_is_pushed_once(place: impl Place) {
    let queue = place.open().await;
    assert_eq!(push(&queue, &["a", "b", "a"]).await, 2);
    assert_eq!(push(&queue, &["b", "c"]).await, 1);
    let (handler, mut arrived) = telling();
    let working = Working::start(&queue, handler);
    let mut keys: Vec<String> = Vec::new();
    for _ in 0..3 {
        keys.push(next(&mut arrived).await.key);
    }
    // Still remembered when done.
    assert_eq!(push(&queue, &["a", "d"]).await, 1);
    keys.push(next(&mut arrived).await.key);
    keys.sort();
    assert_eq!(keys, ["a", "b", "c", "d"]);
    working.stopped().await;
    assert!(arrived.try_recv().is_err());
}

async fn a_key_belongs_to_its_lane(place: impl Place) {
    let queue = place.open().await;
    for lane in Lane::ALL {
        assert_eq!(queue.push(lane, &[message("same")], now()).await.expect("pushed"), 1);
    }
}

async fn nothing_arrives_before_its_time(place: impl Place) {
    let queue = place.open().await;
    let (handler, mut arrived) = telling();
    let working = Working::start(&queue, handler);
    let run_at = now() + TimeDelta::milliseconds(1_100);
    queue.push(Lane::Dispatch, &[message("later")], run_at).await.expect("pushed");
    push(&queue, &["at once"]).await;
    assert_eq!(next(&mut arrived).await.key, "at once");
    assert_eq!(next(&mut arrived).await.key, "later");
    assert!(now() >= run_at, "early by {}", run_at - now());
    working.stopped().await;
}

async fn a_panic_does_not_stop_later_messages(place: impl Place) {
    let queue = place.open().await;
    let (sender, mut arrived) = unbounded_channel();
    let handler = handler(move |message: Message| {
        tell(&sender, message.clone());
        assert!(message.key != "panics before it begins", "a test panics on purpose");
        async move { assert!(!message.key.starts_with("panics"), "a test panics on purpose") }
    });
    let working = Working::start(&queue, handler);
    let mut keys: HashSet<String> = (0..2 * CONCURRENCY).map(|n| format!("panics {n}")).collect();
    keys.extend(["panics before it begins".into(), "fine".into()]);
    push(&queue, &keys.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut seen = HashSet::new();
    for _ in 0..keys.len() {
        seen.insert(next(&mut arrived).await.key);
    }
    assert_eq!(seen, keys);
    working.stopped().await;
    assert_eq!(queue.backlog(Lane::Dispatch).await.expect("counted"), 0, "what panicked is not handed back");
    assert!(arrived.try_recv().is_err(), "and does not arrive again");
}

async fn two_thousand_messages_all_arrive(place: impl Place) {
    let queue = place.open().await;
    let keys: HashSet<String> = (0..2_000).map(|n| format!("message {n}")).collect();
    let messages: Vec<Message> = keys.iter().map(|key| message(key)).collect();
    let (handler, mut arrived) = telling();
    let working = Working::start(&queue, handler);
    assert_eq!(queue.push(Lane::Dispatch, &messages, now()).await.expect("pushed"), 2_000);
    let mut seen = HashSet::new();
    while seen.len() < keys.len() {
        seen.insert(next(&mut arrived).await.key);
    }
    assert_eq!(seen, keys);
    working.stopped().await;
}

async fn messages_survive_close_and_open(place: impl Place) {
    let queue = place.open().await;
    push(&queue, &["kept"]).await;
    queue.close().await;
    let queue = place.open().await;
    assert_eq!(push(&queue, &["kept"]).await, 0);
    let (handler, mut arrived) = telling();
    let working = Working::start(&queue, handler);
    assert_eq!(next(&mut arrived).await.key, "kept");
    working.stopped().await;
}

async fn stop_lets_running_handlers_finish_and_hands_back_the_rest(place: impl Place) {
    let queue = place.open().await;
    let gate = Arc::new(Semaphore::new(0));
    let (entered, mut running) = unbounded_channel();
    let (finished, mut done) = unbounded_channel();
    let at_gate = gate.clone();
    let slow = handler(move |message: Message| {
        let (gate, entered, finished) = (at_gate.clone(), entered.clone(), finished.clone());
        async move {
            tell(&entered, message.clone());
            gate.acquire().await.expect("the gate stays").forget();
            tell(&finished, message);
        }
    });
    let keys: Vec<String> = (0..20).map(|n| format!("message {n}")).collect();
    push(&queue, &keys.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let working = Working::start(&queue, slow);
    for _ in 0..CONCURRENCY {
        next(&mut running).await;
    }
    working.stop.cancel();
    gate.add_permits(keys.len());
    working.stopped().await;

    let mut finished_first = HashSet::new();
    while let Ok(message) = done.try_recv() {
        finished_first.insert(message.key);
    }
    assert!(finished_first.len() >= CONCURRENCY, "what ran has finished: {finished_first:?}");
    let rest = keys.len() - finished_first.len();
    assert_eq!(queue.backlog(Lane::Dispatch).await.expect("counted"), rest as u64, "what did not run waits");

    let (handler, mut arrived) = telling();
    let working = Working::start(&queue, handler);
    for _ in 0..rest {
        let key = next(&mut arrived).await.key;
        assert!(finished_first.insert(key), "finished messages do not arrive again");
    }
    working.stopped().await;
    assert_eq!(finished_first.len(), keys.len());
}

async fn stop_takes_no_longer_than_the_handlers_that_run(place: impl Place) {
    // Were it to wait for its patience to end, the guard would strike first.
    let queue = place.open_patient(60 * PATIENCE).await;
    let gate = Arc::new(Semaphore::new(0));
    let (entered, mut running) = unbounded_channel();
    let at_gate = gate.clone();
    let slow = handler(move |message: Message| {
        let (gate, entered) = (at_gate.clone(), entered.clone());
        async move {
            tell(&entered, message);
            gate.acquire().await.expect("the gate stays").forget();
        }
    });
    let messages: Vec<_> = (0..40).map(|n| message(&format!("message {n}"))).collect();
    queue.push(Lane::Outside, &messages, now()).await.expect("pushed");
    let working = Working::start(&queue, slow);
    for _ in 0..OUTSIDE_CONCURRENCY {
        next(&mut running).await;
    }
    working.stop.cancel();
    gate.add_permits(messages.len());
    working.stopped().await;
}

async fn a_handler_that_does_not_end_is_cut_off_and_its_message_handed_back(place: impl Place) {
    let queue = place.open_patient(Duration::from_millis(100)).await;
    let (sender, mut running) = unbounded_channel();
    let never_ends = handler(move |message: Message| {
        tell(&sender, message);
        pending()
    });
    let working = Working::start(&queue, never_ends);
    push(&queue, &["stuck"]).await;
    next(&mut running).await;
    working.stopped().await;
    assert_eq!(queue.backlog(Lane::Dispatch).await.expect("counted"), 1);
}

async fn prune_keeps_the_young_and_the_waiting(place: impl Place) {
    let queue = place.open().await;
    let (handler, mut arrived) = telling();
    let working = Working::start(&queue, handler);
    push(&queue, &["done 1", "done 2"]).await;
    next(&mut arrived).await;
    next(&mut arrived).await;
    working.stopped().await;
    push(&queue, &["waiting"]).await;

    let hour = TimeDelta::hours(1);
    assert_eq!(queue.prune(now() - hour).await.expect("pruned"), 0, "what is young stays");
    assert_eq!(push(&queue, &["done 1"]).await, 0, "and is remembered");
    assert_eq!(queue.prune(now() + hour).await.expect("pruned"), 2, "what is old goes");
    assert_eq!(queue.backlog(Lane::Dispatch).await.expect("counted"), 1, "what waits stays, however old");
    assert_eq!(push(&queue, &["done 1", "waiting"]).await, 1, "and what was forgotten can be pushed again");
}

async fn backlog_counts_what_is_due(place: impl Place) {
    let queue = place.open().await;
    push(&queue, &["a", "b"]).await;
    queue.push(Lane::Dispatch, &[message("later")], now() + TimeDelta::hours(1)).await.expect("pushed");
    queue.push(Lane::Cron, &[message("other lane")], now()).await.expect("pushed");
    assert_eq!(queue.backlog(Lane::Dispatch).await.expect("counted"), 2);
    let (handler, mut arrived) = telling();
    let working = Working::start(&queue, handler);
    for _ in 0..3 {
        next(&mut arrived).await;
    }
    working.stopped().await;
    assert_eq!(queue.backlog(Lane::Dispatch).await.expect("counted"), 0);
}

async fn live_workers_are_counted_by_lane(place: impl Place) {
    let queue = place.open().await;
    let lanes = Lane::ALL.len();
    assert_eq!(queue.live_workers().await.expect("counted"), (0, lanes));
    let (handler, mut arrived) = telling();
    let working = Working::start(&queue, handler);
    for lane in Lane::ALL {
        queue.push(lane, &[message("hello")], now()).await.expect("pushed");
        next(&mut arrived).await;
    }
    assert_eq!(queue.live_workers().await.expect("counted"), (lanes, lanes));
    working.stopped().await;
    assert_eq!(queue.live_workers().await.expect("counted"), (0, lanes));
}

async fn a_message_of_a_worker_that_vanished_arrives_again(place: impl Place) {
    let queue = place.open().await;
    let (sender, mut begun) = unbounded_channel();
    let (alive, mut cut_off) = watch::channel(());
    let alive = Arc::new(std::sync::Mutex::new(Some(alive)));
    let never_ends = handler(move |message: Message| {
        let (sender, alive) = (sender.clone(), alive.lock().expect("not poisoned").take());
        async move {
            let _alive = alive;
            tell(&sender, message);
            pending::<()>().await;
        }
    });
    push(&queue, &["lost"]).await;
    let vanishing = Working::start(&queue, never_ends);
    next(&mut begun).await;
    vanishing.task.abort();
    assert!(within(cut_off.changed()).await.is_err(), "handlers end with their worker");

    let (handler, mut arrived) = telling();
    let working = Working::start(&queue, handler);
    assert_eq!(next(&mut arrived).await.key, "lost");
    working.stopped().await;
}

#[tokio::test]
async fn a_payload_that_cannot_be_read_is_dropped_and_stops_nobody() {
    let place = SqlitePlace::new();
    let queue = place.open().await;
    let pool = sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(place.path()))
        .await
        .expect("the file");
    for (id, payload) in [("01J9ZZZZZZZZZZZZZZZZZZZZZY", &b"\xff not JSON"[..]), ("01J9ZZZZZZZZZZZZZZZZZZZZZZ", b"{}")]
    {
        sqlx::query("INSERT INTO Jobs (job, id, job_type, run_at, max_attempts) VALUES (?1, ?2, 'dispatch', 0, 25)")
            .bind(payload)
            .bind(id)
            .execute(&pool)
            .await
            .expect("inserted");
    }
    pool.close().await;
    assert_eq!(queue.backlog(Lane::Dispatch).await.expect("counted"), 2);
    let (handler, mut arrived) = telling();
    let working = Working::start(&queue, handler);
    push(&queue, &["fine"]).await;
    assert_eq!(next(&mut arrived).await.key, "fine");
    working.stopped().await;
    assert_eq!(queue.backlog(Lane::Dispatch).await.expect("counted"), 0);
}
