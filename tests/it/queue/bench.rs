//! Queues in a Redis, and a look at what Redis holds of them.

use std::sync::Arc;
use std::time::Duration;

use big_market::clock::SystemClock;
use big_market::config::RedisConfig;
use big_market::queue::redis::RedisQueue;
use big_market::queue::{Lane, Message, Queue, Tuning};
use redis::FromRedisValue;
use redis::aio::MultiplexedConnection;

use crate::support::queues::{message, now, within};

/// How often something is looked at that should come true.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks fast, and is soon sure that a worker is dead.
pub(super) fn tuning() -> Tuning {
    Tuning {
        poll: Duration::from_millis(10),
        heartbeat: Duration::from_secs(1),
        missed_heartbeats: 3,
        dispatch_concurrency: 16,
        stop_within: Duration::from_mins(1),
    }
}

/// The queues of one installation, and a connection beside theirs.
pub(super) struct Bench {
    pub(super) settings: RedisConfig,
    pub(super) queue: Arc<dyn Queue>,
    redis: MultiplexedConnection,
}

impl Bench {
    pub(super) async fn new(settings: RedisConfig) -> Self {
        Self::tuned(settings, tuning()).await
    }

    pub(super) async fn tuned(settings: RedisConfig, tuning: Tuning) -> Self {
        let queue = Arc::new(RedisQueue::open(&settings, tuning, Arc::new(SystemClock)).await.unwrap());
        let client = redis::Client::open(settings.url.text().unwrap()).unwrap();
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_mins(1)));
        let redis = client.get_multiplexed_async_connection_with_config(&config).await.unwrap();
        Self { settings, queue, redis }
    }

    /// A key of a lane as apalis or the queue names it.
    pub(super) fn key(&self, lane: Lane, part: &str) -> String {
        format!("{}:queue:{}:{part}", self.settings.prefix, lane.name())
    }

    pub(super) async fn run<T: FromRedisValue>(&self, command: &redis::Cmd) -> T {
        command.query_async(&mut self.redis.clone()).await.unwrap()
    }

    pub(super) async fn run_all(&self, commands: &redis::Pipeline) {
        commands.exec_async(&mut self.redis.clone()).await.unwrap();
    }

    /// How many there are of a list, a set or a sorted set.
    pub(super) async fn count(&self, command: &str, key: &str) -> usize {
        self.run(redis::cmd(command).arg(key)).await
    }

    /// Every key of this installation that matches.
    pub(super) async fn keys(&self, pattern: &str) -> Vec<String> {
        self.run(redis::cmd("KEYS").arg(format!("{}:{pattern}", self.settings.prefix))).await
    }

    /// Messages that workers hold.
    pub(super) async fn held(&self, lane: Lane) -> usize {
        // Not by their pattern: Redis stands still while it looks through a hundred thousand keys.
        let mut names: Vec<String> = self.run(redis::cmd("ZRANGE").arg(self.key(lane, "workers")).arg(0).arg(-1)).await;
        names.extend(self.run::<Vec<String>>(redis::cmd("SMEMBERS").arg(self.key(lane, "leaving"))).await);
        let mut held = 0;
        for name in names {
            held += self.count("SCARD", &self.key(lane, &format!("inflight:{name}"))).await;
        }
        held
    }

    /// Pushes messages that are due, a thousand at a time.
    pub(super) async fn push(&self, lane: Lane, keys: &[String]) {
        for some in keys.chunks(1_000) {
            let messages: Vec<Message> = some.iter().map(|key| message(key)).collect();
            assert_eq!(self.queue.push(lane, &messages, now()).await.unwrap(), some.len() as u64);
        }
    }

    /// Waits until so many lanes have a worker that lives.
    pub(super) async fn until_live(&self, lanes: usize) {
        until(async || self.queue.live_workers().await.is_ok_and(|(live, _)| live == lanes)).await;
    }
}

/// Looks until it is true.
pub(super) async fn until(mut is_true: impl AsyncFnMut() -> bool) {
    let looking = async {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        while !is_true().await {
            looks.tick().await;
        }
    };
    within(looking).await;
}

/// Many keys, each its own.
pub(super) fn keys(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("message {number}")).collect()
}
