//! Many messages at once: none is lost, nothing wedges, and neither processes nor Redis grow.

use std::collections::HashSet;
use std::time::Duration;

use big_market::config::Config;
use big_market::domain::calendar::Timestamp;
use big_market::queue::{Lane, Message, Tuning};
use chrono::TimeDelta;
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior};

use super::bench::{Bench, keys, until};
use super::child::{Handlers, Worker, late, ran};
use crate::support::queues::{Working, message, next, now, telling};
use crate::support::redis_server::RedisServer;

/// More than any script of apalis survives.
const MANY: usize = 100_000;
/// Messages that a worker of the dispatch lane may hold at a time.
const HELD_MAX: usize = 100;
/// What a worker's memory may grow by. The payloads alone are more.
const GROWTH_MAX: usize = 6 << 20;

fn rate(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / time.as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_messages_that_wait_for_a_first_worker_all_run() {
    let server = RedisServer::start_with(&["--save", "", "--appendonly", "yes"]);
    let bench = Bench::new(server.settings()).await;
    let pushing = Instant::now();
    bench.push(Lane::Dispatch, &keys(MANY)).await;
    let pushed = pushing.elapsed();
    assert_eq!(bench.queue.backlog(Lane::Dispatch).await.unwrap(), MANY as u64);

    let worker = Worker::start(&bench, Handlers::Tell, 16);
    until(async || bench.count("SCARD", &ran(&bench)).await >= MANY / 20).await;
    let (early, memory) = (Instant::now(), worker.memory());
    let early_ran = bench.count("SCARD", &ran(&bench)).await;
    let mut held_max = 0;
    until(async || {
        held_max = held_max.max(bench.held(Lane::Dispatch).await);
        bench.count("SCARD", &ran(&bench)).await == MANY
    })
    .await;
    let drained = early.elapsed();
    // What runs, what was taken and waits, and what has run and is not acknowledged yet.
    assert!(held_max <= HELD_MAX, "{held_max} are held");
    let growth = worker.memory().saturating_sub(memory);
    assert!(growth <= GROWTH_MAX, "the worker has {growth} bytes more");
    until(async || bench.held(Lane::Dispatch).await == 0).await;
    assert_eq!(bench.queue.backlog(Lane::Dispatch).await.unwrap(), 0);
    println!(
        "pushed {:.0}/s in batches, drained {:.0}/s, held at most {held_max}, memory {memory} + {growth}",
        rate(MANY, pushed),
        rate(MANY - early_ran, drained)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_thousand_delayed_messages_that_come_due_together_all_run() {
    let bench = Bench::new(RedisServer::shared().settings()).await;
    let keys = keys(20_000);
    let messages: Vec<Message> = keys.iter().map(|key| message(key)).collect();
    let run_at = now() + TimeDelta::seconds(2);
    assert_eq!(bench.queue.push(Lane::Dispatch, &messages, run_at).await.unwrap(), messages.len() as u64);
    let (handler, mut arrived) = telling();
    let working = Working::start(&bench.queue, handler);
    let mut seen = HashSet::new();
    while seen.len() < keys.len() {
        let message = next(&mut arrived).await;
        assert!(now() >= run_at);
        assert!(seen.insert(message.key), "each runs once");
    }
    working.stopped().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_in_time_at_two_thousand_a_second() {
    let bench = Bench::new(RedisServer::shared().settings()).await;
    let _worker = Worker::start(&bench, Handlers::Tell, 1);
    bench.until_live(1).await;
    let (seconds, turns) = (5, 200);
    let each = 2_000 / turns;
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / turns);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for turn in 0..seconds * turns {
        ticks.tick().await;
        let arguments = json!({ "pushed_at": now() });
        let message = |number| Message { arguments: arguments.clone(), ..message(&format!("{turn} {number}")) };
        let messages: Vec<Message> = (0..each).map(message).collect();
        bench.queue.push(Lane::Dispatch, &messages, now()).await.unwrap();
    }
    let all = (seconds * turns * each) as usize;
    until(async || bench.count("LLEN", &late(&bench)).await == all).await;
    let mut late: Vec<i64> = bench.run(redis::cmd("LRANGE").arg(late(&bench)).arg(0).arg(-1)).await;
    late.sort_unstable();
    let (half, most) = (late[all / 2], late[all * 99 / 100]);
    println!("2,000/s, in another process: p50 {half} ms, p99 {most} ms");
    assert!(most < 2_000, "p99 is {most} ms");
}

#[tokio::test]
async fn delays_are_kept_to_the_millisecond_and_a_look() {
    let tuning = Tuning::of(&Config::defaults());
    let poll_ms = i64::try_from(tuning.poll.as_millis()).unwrap();
    let bench = Bench::tuned(RedisServer::shared().settings(), tuning).await;
    let (handler, mut arrived) = telling();
    let working = Working::start(&bench.queue, handler);
    bench.until_live(1).await;
    for number in 0..40_i32 {
        let run_at = now() + TimeDelta::milliseconds(101 + 37 * i64::from(number));
        let message = Message { arguments: json!({ "run_at": run_at }), ..message(&number.to_string()) };
        bench.queue.push(Lane::Dispatch, &[message], run_at).await.unwrap();
    }
    let mut late = Vec::new();
    for _ in 0..40 {
        let message = next(&mut arrived).await;
        let run_at: Timestamp = serde_json::from_value(message.arguments["run_at"].clone()).unwrap();
        late.push((now() - run_at).num_milliseconds());
    }
    late.sort_unstable();
    assert!(late[0] >= 0, "early: {late:?}");
    // A machine that is busy elsewhere may be late now and then.
    assert!(late[20] <= 2 * poll_ms, "late: {late:?}");
    working.stopped().await;
}

#[tokio::test]
async fn a_pruned_queue_leaves_nothing_behind() {
    let bench = Bench::new(RedisServer::shared().settings()).await;
    let (handler, mut arrived) = telling();
    let working = Working::start(&bench.queue, handler);
    let keys = keys(1_200);
    bench.push(Lane::Cron, &keys).await;
    for _ in &keys {
        next(&mut arrived).await;
    }
    working.stopped().await;
    assert_eq!(bench.queue.prune(now() - TimeDelta::hours(1)).await.unwrap(), 0);
    let left = bench.keys("*").await;
    assert_eq!(left.len(), 2, "the ids of what is finished, and when it was: {left:?}");
    assert_eq!(bench.queue.prune(now() + TimeDelta::hours(1)).await.unwrap(), keys.len() as u64);
    assert_eq!(bench.keys("*").await, Vec::<String>::new());
}
