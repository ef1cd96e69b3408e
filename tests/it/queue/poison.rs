//! What ends apalis workers, or would be lost by them, put into Redis by hand.

use big_market::queue::Lane;
use redis::cmd;

use super::bench::{Bench, until};
use crate::support::queues::{Working, message, next, now, telling};
use crate::support::redis_server::RedisServer;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payloads_that_cannot_be_read_are_dropped_and_stop_nobody() {
    let bench = Bench::new(RedisServer::shared().settings()).await;
    let part = |part| bench.key(Lane::Dispatch, part);
    for (id, payload) in [("=one", &b"\xff not JSON"[..]), ("=two", b"{}"), ("=three", b"")] {
        bench.run::<()>(cmd("HSET").arg(part("data")).arg(id).arg(payload)).await;
        let meta = format!("{}:{id}", part("meta"));
        bench
            .run::<()>(
                cmd("HSET").arg(meta).arg("attempts").arg(0).arg("max_attempts").arg(1).arg("status").arg("Pending"),
            )
            .await;
        bench.run::<()>(cmd("RPUSH").arg(part("active")).arg(id)).await;
    }
    assert_eq!(bench.queue.backlog(Lane::Dispatch).await.unwrap(), 3);
    let (handler, mut arrived) = telling();
    let working = Working::start(&bench.queue, handler);
    bench.push(Lane::Dispatch, &["fine".into()]).await;
    assert_eq!(next(&mut arrived).await.key, "fine");
    working.stopped().await;
    assert_eq!(bench.queue.backlog(Lane::Dispatch).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_whose_data_was_lost_end_one_worker_and_no_other() {
    let bench = Bench::new(RedisServer::shared().settings()).await;
    let part = |part| bench.key(Lane::Dispatch, part);
    bench.push(Lane::Dispatch, &["without payload".into(), "without the rest".into(), "fine".into()]).await;
    bench.run::<()>(cmd("HDEL").arg(part("data")).arg("=without payload")).await;
    bench.run::<()>(cmd("DEL").arg(format!("{}:=without the rest", part("meta")))).await;
    let (handler, mut arrived) = telling();
    let working = Working::start(&bench.queue, handler);
    // What can be mended is, once the worker it ended is found dead. Who was taken together with it comes then too, in no order.
    let mut seen = [next(&mut arrived).await.key, next(&mut arrived).await.key];
    seen.sort_unstable();
    assert_eq!(seen, ["fine", "without the rest"]);
    let workers = part("workers");
    until(async || bench.held(Lane::Dispatch).await == 0 && bench.count("ZCARD", &workers).await == 1).await;
    assert_eq!(bench.queue.backlog(Lane::Dispatch).await.unwrap(), 0, "the other is gone");
    let metadata = bench.keys("queue:dispatch:workers:metadata:*").await;
    assert_eq!(metadata.len(), 1, "and so are the workers that it ended: {metadata:?}");
    working.stopped().await;
}

#[tokio::test]
async fn keys_that_look_like_ids_of_another_kind_are_finished_once() {
    let bench = Bench::new(RedisServer::shared().settings()).await;
    let (handler, mut arrived) = telling();
    let working = Working::start(&bench.queue, handler);
    for key in ["007", "", "01j9zzzzzzzzzzzzzzzzzzzzzy", "018F3C4E-7B1A-7000-8000-0123456789AB", "用户 \r\n\0"] {
        bench.push(Lane::Cron, &[key.into()]).await;
        assert_eq!(next(&mut arrived).await.key, key);
        until(async || bench.held(Lane::Cron).await == 0).await;
        assert_eq!(bench.queue.push(Lane::Cron, &[message(key)], now()).await.unwrap(), 0);
    }
    working.stopped().await;
    assert!(arrived.try_recv().is_err());
}
