//! Several processes on one Redis: they share the work, and what a killed one held runs elsewhere.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use big_market::config::Config;
use big_market::queue::{Lane, Tuning};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;

use super::bench::{Bench, keys, until};
use super::child::{Handlers, Worker, ran, ran_by};
use crate::support::queues::{Working, handler, next, tell, telling};
use crate::support::redis_server::RedisServer;

/// How long what a dead worker held may wait for another one.
const RESCUED_WITHIN: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_twenty_thousand_handlers_held_runs_elsewhere_when_they_are_killed() {
    let bench = Bench::tuned(RedisServer::shared().settings(), Tuning::of(&Config::defaults())).await;
    let keys = keys(20_000);
    bench.push(Lane::Outside, &keys).await;
    let mut dying = Worker::start(&bench, Handlers::Hold, keys.len());
    until(async || bench.held(Lane::Outside).await == keys.len()).await;
    let live = bench.queue.live_workers().await.unwrap();
    assert_eq!(live, (Lane::ALL.len(), Lane::ALL.len()));
    dying.kill();
    let killed = Instant::now();

    let (handler, mut arrived) = telling();
    let working = Working::start(&bench.queue, handler);
    let mut seen = HashSet::new();
    seen.insert(next(&mut arrived).await.key);
    let first = killed.elapsed();
    until(async || bench.held(Lane::Outside).await < keys.len() / 2).await;
    while seen.len() < keys.len() {
        assert!(seen.insert(next(&mut arrived).await.key), "each runs once");
    }
    let last = killed.elapsed();
    assert!(first <= RESCUED_WITHIN, "{first:?} after the kill");
    println!("20,000 held when killed: the first ran after {first:.1?}, the last after {last:.1?}");
    working.stopped().await;
    assert_eq!(bench.keys("queue:*:inflight:*").await, Vec::<String>::new());
    assert_eq!(bench.keys("queue:*:workers*").await, Vec::<String>::new(), "nothing is left of any worker");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_the_work() {
    let bench = Bench::new(RedisServer::shared().settings()).await;
    let workers = [(); 2].map(|()| Worker::start(&bench, Handlers::Tell, 4));
    until(async || bench.count("ZCARD", &bench.key(Lane::Outside, "workers")).await == workers.len()).await;
    let keys = keys(4_000);
    bench.push(Lane::Outside, &keys).await;
    until(async || bench.count("SCARD", &ran(&bench)).await == keys.len()).await;
    let ran_by: HashMap<u32, usize> = bench.run(redis::cmd("HGETALL").arg(ran_by(&bench))).await;
    assert_eq!(ran_by.values().sum::<usize>(), keys.len(), "each ran once: {ran_by:?}");
    for worker in &workers {
        assert!(ran_by[&worker.id()] > keys.len() / 20, "{ran_by:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_gone_is_not_counted_as_live() {
    let bench = Bench::new(RedisServer::shared().settings()).await;
    let mut worker = Worker::start(&bench, Handlers::Tell, 1);
    bench.until_live(Lane::ALL.len()).await;
    worker.kill();
    bench.until_live(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_busy_worker_took_waits_for_it_and_runs_once() {
    let settings = RedisServer::shared().settings();
    let benches = [Bench::new(settings.clone()).await, Bench::new(settings).await];
    let gate = Arc::new(Semaphore::new(0));
    let (told, mut arrived) = unbounded_channel();
    let at_gate = gate.clone();
    let slow = handler(move |message| {
        let (gate, told) = (at_gate.clone(), told.clone());
        async move {
            drop(gate.acquire().await.expect("the gate stays"));
            tell(&told, message);
        }
    });
    let working = benches.each_ref().map(|bench| Working::start(&bench.queue, slow.clone()));
    let (bench, keys) = (&benches[0], keys(40));
    let workers = bench.key(Lane::Dispatch, "workers");
    until(async || bench.count("ZCARD", &workers).await == benches.len()).await;
    bench.push(Lane::Dispatch, &keys).await;
    until(async || bench.queue.backlog(Lane::Dispatch).await.unwrap() < 40 - 16).await;
    // Far longer than the silence after which a worker is dead.
    let signs = async || {
        let command = redis::cmd("ZRANGE").arg(&workers).arg(0).arg(-1).arg("WITHSCORES").to_owned();
        bench.run::<HashMap<String, f64>>(&command).await
    };
    let first = signs().await;
    until(async || {
        let signs = signs().await;
        first.iter().all(|(name, sign)| signs[name] - sign >= 6.0)
    })
    .await;
    gate.add_permits(1);
    let mut seen = HashSet::new();
    while seen.len() < keys.len() {
        assert!(seen.insert(next(&mut arrived).await.key), "each runs once");
    }
    for working in working {
        working.stopped().await;
    }
    assert!(arrived.try_recv().is_err());
}
