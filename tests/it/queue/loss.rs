//! Redis hangs, dies, comes back, or comes back empty: workers go on by themselves.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use big_market::config::RedisConfig;
use big_market::queue::{Lane, Queue};

use super::bench::{Bench, keys, until};
use crate::support::queues::{Working, handler, message, next, now, telling};
use crate::support::redis_server::RedisServer;

/// Far less than the 28 s that a lost wake-up takes.
const SOON: std::time::Duration = std::time::Duration::from_secs(10);

/// Pushes until it is taken.
async fn insist(queue: &Arc<dyn Queue>, key: &str) {
    until(async || queue.push(Lane::Dispatch, &[message(key)], now()).await.is_ok()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_pushed_runs_although_redis_is_killed_meanwhile() {
    let mut server = RedisServer::start_with(&["--save", "", "--appendonly", "yes"]);
    let bench = Bench::new(server.settings()).await;
    let keys = keys(10_000);
    bench.push(Lane::Dispatch, &keys).await;
    let (handler, mut arrived) = telling();
    let working = Working::start(&bench.queue, handler);
    let mut seen = HashSet::new();
    for rest in [8_000, 5_000, 2_000] {
        while keys.len() - seen.len() > rest {
            seen.insert(next(&mut arrived).await.key);
        }
        server.kill();
        assert!(bench.queue.live_workers().await.is_err(), "not ready while it is away");
        server.start_again();
    }
    insist(&bench.queue, "after").await;
    while seen.len() <= keys.len() {
        seen.insert(next(&mut arrived).await.key);
    }
    until(async || bench.queue.live_workers().await.is_ok_and(|(live, wanted)| live == wanted)).await;
    working.stopped().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_hangs_delays_an_idle_worker_no_longer_than_it_hangs() {
    let server = RedisServer::start();
    let settings = RedisConfig { response_timeout_ms: 500, ..server.settings() };
    let bench = Bench::new(settings).await;
    let (handler, mut arrived) = telling();
    let working = Working::start(&bench.queue, handler);
    bench.until_live(Lane::ALL.len()).await;
    // Shorter and longer than anybody waits for an answer.
    for (number, hangs_ms) in [200, 1_000, 7_000].into_iter().enumerate() {
        server.run::<()>(redis::cmd("CLIENT").arg("PAUSE").arg(hangs_ms).arg("ALL"));
        let key = number.to_string();
        insist(&bench.queue, &key).await;
        let pushed = tokio::time::timeout(SOON, next(&mut arrived)).await;
        assert_eq!(pushed.expect("soon after it was taken").key, key);
    }
    working.stopped().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_of_a_flushed_redis_begin_again() {
    let server = RedisServer::start();
    let bench = Bench::new(server.settings()).await;
    let running = Arc::new(AtomicUsize::new(0));
    let (told, mut arrived) = tokio::sync::mpsc::unbounded_channel();
    let (gate, count) = (Arc::new(tokio::sync::Semaphore::new(0)), running.clone());
    let at_gate = gate.clone();
    let slow = handler(move |message| {
        let (gate, count, told) = (at_gate.clone(), count.clone(), told.clone());
        async move {
            count.fetch_add(1, Ordering::SeqCst);
            drop(gate.acquire().await.expect("the gate stays"));
            drop(told.send(message.key));
        }
    });
    let working = Working::start(&bench.queue, slow);
    bench.push(Lane::Dispatch, &["before".into()]).await;
    until(async || running.load(Ordering::SeqCst) == 1).await;
    server.run::<()>(&redis::cmd("FLUSHALL"));
    assert_eq!(bench.queue.live_workers().await.unwrap().0, 0, "nobody is registered any more");
    gate.add_permits(1);
    assert_eq!(next(&mut arrived).await, "before", "what ran goes on");
    bench.until_live(Lane::ALL.len()).await;
    bench.push(Lane::Dispatch, &["after".into()]).await;
    assert_eq!(next(&mut arrived).await, "after");
    working.stopped().await;
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_at_the_end_is_a_fault() {
    let mut server = RedisServer::start();
    let bench = Bench::new(server.settings()).await;
    let (handler, _arrived) = telling();
    let working = Working::start(&bench.queue, handler);
    bench.until_live(Lane::ALL.len()).await;
    server.kill();
    working.stop.cancel();
    let fault = crate::support::queues::within(working.task).await.unwrap().unwrap_err();
    assert!(fault.to_string().starts_with("could not retire the workers of this process"), "{fault}");
}
