//! The way to Redis is cut, hangs or leads elsewhere: a fault, never a unit twice, and all is well when it is back.

use big_market::config::{ChosenSecret, RedisConfig};
use big_market::domain::stock::StockTruth;
use big_market::stock::redis::RedisStock;
use big_market::stock::{Counted, Stock};

use super::table::{FIRST, SECOND, Table, activity_id, claim_id, given};
use crate::support::cutting_proxy::CuttingProxy;
use crate::support::redis_server::RedisServer;
use crate::support::rows::award_item;

/// Settings that lead to a server by another way.
fn through(address: &str, settings: RedisConfig) -> RedisConfig {
    RedisConfig { url: ChosenSecret::new(format!("redis://{address}")), ..settings }
}

/// Settings of a process that does not wait long.
fn impatient(server: &RedisServer) -> RedisConfig {
    RedisConfig { connection_timeout_ms: 300, response_timeout_ms: 300, ..server.settings() }
}

#[tokio::test]
async fn an_answer_that_is_lost_once_is_asked_for_again() {
    let server = RedisServer::shared();
    let proxy = CuttingProxy::to(server.address()).await;
    let table = Table::filled(through(&proxy.address, server.settings())).await;
    let id = claim_id();
    // Every script is there: it is its own answer that is lost.
    table.reserve(id).await.unwrap();
    table.confirm(id).await.unwrap();
    table.give_back(id).await.unwrap();
    let id = claim_id();
    proxy.cut_answers(1);
    assert_eq!(table.reserve(id).await.unwrap(), given());
    assert_eq!(table.counts(FIRST).await, (3, 1, 1));
    proxy.cut_answers(1);
    assert_eq!(table.confirm(id).await.unwrap(), Counted::Answer(()));
    assert_eq!(table.counts(FIRST).await, (3, 2, 0));
    proxy.cut_answers(1);
    assert_eq!(table.give_back(id).await.unwrap(), Counted::Answer(()));
    assert_eq!(table.counts(FIRST).await, (4, 1, 0));
    proxy.cut_answers(1);
    assert_eq!(table.counts(FIRST).await, (4, 1, 0));
    assert_eq!(proxy.cuts_left(), 0);
}

#[tokio::test]
async fn whoever_was_told_of_a_fault_may_ask_again() {
    let server = RedisServer::shared();
    let proxy = CuttingProxy::to(server.address()).await;
    let table = Table::filled(through(&proxy.address, server.settings())).await;
    let warm = claim_id();
    table.reserve(warm).await.unwrap();
    table.confirm(warm).await.unwrap();
    table.give_back(warm).await.unwrap();
    let id = claim_id();
    proxy.cut_answers(2);
    let fault = table.reserve(id).await.unwrap_err();
    assert!(fault.to_string().starts_with("could not reserve stock in Redis: "), "{fault}");
    assert_eq!(table.reserve(id).await.unwrap(), given());
    assert_eq!(table.counts(FIRST).await, (3, 1, 1));
    proxy.cut_answers(2);
    table.confirm(id).await.unwrap_err();
    assert_eq!(table.confirm(id).await.unwrap(), Counted::Answer(()));
    assert_eq!(table.counts(FIRST).await, (3, 2, 0));
    proxy.cut_answers(2);
    table.give_back(id).await.unwrap_err();
    assert_eq!(table.give_back(id).await.unwrap(), Counted::Answer(()));
    assert_eq!(table.counts(FIRST).await, (4, 1, 0));
}

#[tokio::test]
async fn a_fill_whose_answer_is_lost_is_filled() {
    let server = RedisServer::shared();
    let proxy = CuttingProxy::to(server.address()).await;
    let table = Table::filled(through(&proxy.address, server.settings())).await;
    proxy.cut_answers(1);
    table.fill(SECOND).await.unwrap_err();
    assert_eq!(table.counts(SECOND).await, (4, 1, 0));
}

#[tokio::test]
async fn a_server_that_hangs_is_a_fault_until_it_goes_on() {
    let server = RedisServer::start();
    let table = Table::filled(impatient(&server)).await;
    let id = claim_id();
    server.pause();
    for _ in 0..3 {
        table.reserve(id).await.unwrap_err();
    }
    server.resume();
    // What hung was carried out, or was not: asking again tells, and takes one unit in all.
    assert_eq!(table.reserve(id).await.unwrap(), given());
    assert_eq!(table.counts(FIRST).await, (3, 1, 1));
}

#[tokio::test]
async fn a_server_that_comes_back_is_found() {
    let mut server = RedisServer::start();
    let table = Table::filled(server.settings()).await;
    server.kill();
    for _ in 0..3 {
        table.reserve(claim_id()).await.unwrap_err();
    }
    server.start_again();
    table.is_stale_until_filled().await;
}

#[tokio::test]
async fn a_server_that_became_a_replica_is_left() {
    let (old, new) = (RedisServer::start(), RedisServer::start());
    let proxy = CuttingProxy::to(old.address()).await;
    let table = Table::filled(through(&proxy.address, old.settings())).await;
    let elsewhere = Table::filled(RedisConfig { url: ChosenSecret::new(new.url()), ..table.settings.clone() }).await;
    // The name leads to the new master from now on, and the connection is still to the old one, which refuses to write.
    proxy.lead_to(new.address());
    old.run::<()>(redis::cmd("REPLICAOF").arg("127.0.0.1").arg(1));
    assert_eq!(table.reserve(claim_id()).await.unwrap(), given());
    assert_eq!(elsewhere.counts(FIRST).await, (3, 1, 1));
}

#[tokio::test]
async fn a_full_memory_takes_nothing_and_lets_claims_end() {
    let server = RedisServer::start();
    let table = Table::filled(server.settings()).await;
    let id = claim_id();
    table.reserve(id).await.unwrap();
    let limit = |bytes: &str| server.run::<()>(redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(bytes));
    limit("1mb");
    let fault = table.reserve(claim_id()).await.unwrap_err();
    assert!(fault.to_string().contains("OOM"), "{fault}");
    table.fill(SECOND).await.unwrap_err();
    assert_eq!(table.counts(FIRST).await, (3, 1, 1));
    assert_eq!(table.confirm(id).await.unwrap(), Counted::Answer(()));
    limit("0");
    assert_eq!(table.counts(FIRST).await, (3, 2, 0));
}

#[tokio::test]
async fn a_redis_that_may_drop_keys_is_refused() {
    let server = RedisServer::start_with(&["--save", "", "--maxmemory-policy", "allkeys-lru"]);
    let Err(fault) = RedisStock::open(&server.settings()).await else { panic!("it may drop any key") };
    let message = fault.to_string();
    assert!(message.contains("allkeys-lru") && message.contains("\"maxmemory-policy noeviction\""), "{message}");
    server.run::<()>(redis::cmd("CONFIG").arg("SET").arg("maxmemory-policy").arg("volatile-lru"));
    Table::filled(server.settings()).await;
}

#[tokio::test]
async fn what_cannot_be_connected_to_is_a_fault_that_says_so() {
    let mut server = RedisServer::start();
    let settings = impatient(&server);
    let encrypted =
        RedisConfig { url: ChosenSecret::new(format!("rediss://{}", server.address())), ..settings.clone() };
    let cases = [
        (encrypted, "redis.url"),
        (RedisConfig { url: ChosenSecret::new("http://127.0.0.1".into()), ..settings.clone() }, "redis.url"),
        (RedisConfig { url: ChosenSecret::new(String::new()), ..settings.clone() }, "redis.url is empty"),
    ];
    for (settings, expected) in cases {
        let Err(fault) = RedisStock::open(&settings).await else { panic!("connected by {:?}", settings.url.text()) };
        assert!(fault.to_string().contains(expected), "{fault}");
    }
    server.kill();
    let Err(fault) = RedisStock::open(&settings).await else { panic!("nobody is there") };
    assert!(fault.to_string().starts_with("could not connect to Redis"), "{fault}");
}

#[tokio::test]
async fn a_fill_of_many_items_is_whole_or_refused() {
    let table = Table::filled(RedisServer::shared().settings()).await;
    let truth = |items: usize| -> Vec<StockTruth> {
        (0..items)
            .map(|number| StockTruth { item: award_item(&format!("award-{number}")), total: 1, used: 0 })
            .collect()
    };
    table.stock.fill(&activity_id(), SECOND, &truth(20_001)).await.unwrap_err();
    assert_eq!(table.counts(FIRST).await, (4, 1, 0), "nothing changed");
    table.stock.fill(&activity_id(), SECOND, &truth(20_000)).await.unwrap();
    let Counted::Answer(counters) = table.counters(SECOND).await.unwrap() else { panic!("stale") };
    assert_eq!(counters.len(), 20_000);
    assert!(counters.iter().all(|counter| (counter.total, counter.left) == (1, 1)));
}
