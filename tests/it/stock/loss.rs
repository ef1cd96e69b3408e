//! Redis loses what it holds, or holds what is old: nothing may be taken from it until it is filled anew.

use std::fs;
use std::path::Path;

use big_market::config::{ChosenSecret, RedisConfig};
use big_market::stock::Counted;
use futures::future::join_all;

use super::table::{FIRST, KEYS, SECOND, Table, claim_id, given};
use crate::support::redis_server::RedisServer;

const APPENDING: [&str; 6] = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"];

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

/// The epoch that Redis holds, whatever it is worth.
fn stored_epoch(server: &RedisServer, table: &Table) -> Option<String> {
    server.run(redis::cmd("HGET").arg(table.key("units")).arg("epoch"))
}

#[tokio::test]
async fn a_flushed_redis_is_stale() {
    let server = RedisServer::start();
    let table = Table::filled(server.settings()).await;
    table.reserve(claim_id()).await.unwrap();
    server.run::<()>(&redis::cmd("FLUSHALL"));
    table.is_stale_until_filled().await;
}

#[tokio::test]
async fn one_lost_key_is_enough_to_be_stale() {
    let server = RedisServer::shared();
    for part in KEYS {
        let table = Table::filled(server.settings()).await;
        table.reserve(claim_id()).await.unwrap();
        assert_eq!(server.run::<u32>(redis::cmd("DEL").arg(table.key(part))), 1, "{part}");
        table.is_stale_until_filled().await;
    }
}

#[tokio::test]
async fn what_another_life_of_the_server_filled_is_stale() {
    let server = RedisServer::shared();
    for field in ["run_id", "replid", "epoch"] {
        let table = Table::filled(server.settings()).await;
        let life: String = server.run(redis::cmd("HGET").arg(table.key("units")).arg(field));
        let another = if field == "epoch" { "0".to_owned() } else { life.chars().rev().collect() };
        server.run::<()>(redis::cmd("HSET").arg(table.key("units")).arg(field).arg(&another));
        table.is_stale_until_filled().await;
    }
}

#[tokio::test]
async fn counters_that_are_not_what_was_written_are_stale() {
    let server = RedisServer::shared();
    let table = Table::filled(server.settings()).await;
    table.reserve(claim_id()).await.unwrap();
    // A claim that is counted and not there.
    let claims: Vec<String> = server.run(redis::cmd("HKEYS").arg(table.key("claims")));
    let claim = claims.iter().find(|id| id.starts_with("draw_")).unwrap();
    server.run::<()>(redis::cmd("HDEL").arg(table.key("claims")).arg(claim));
    assert_eq!(table.counters(FIRST).await.unwrap(), Counted::Stale);
    // A claim whose unit is nowhere.
    let id = claim_id();
    table.reserve(id).await.unwrap();
    server.run::<()>(redis::cmd("HSET").arg(table.key("units")).arg("claimed award car").arg(0));
    assert_eq!(table.confirm(id).await.unwrap(), Counted::Stale);
    let confirmed: u64 = server.run(redis::cmd("HGET").arg(table.key("units")).arg("confirmed award car"));
    assert_eq!(confirmed, 1, "nothing is half done");
}

#[tokio::test]
async fn an_old_snapshot_is_stale() {
    let mut server = RedisServer::start();
    let table = Table::filled(server.settings()).await;
    let id = claim_id();
    table.reserve(id).await.unwrap();
    server.run::<()>(&redis::cmd("SAVE"));
    table.confirm(id).await.unwrap();
    table.reserve(claim_id()).await.unwrap();
    server.restart();
    assert_eq!(stored_epoch(&server, &table).as_deref(), Some("1"), "the snapshot was loaded");
    table.is_stale_until_filled().await;
}

#[tokio::test]
async fn an_old_copy_of_the_append_only_file_is_stale() {
    let mut server = RedisServer::start_with(&APPENDING);
    let table = Table::filled(server.settings()).await;
    table.reserve(claim_id()).await.unwrap();
    let (files, kept) = (server.directory().join("appendonlydir"), server.directory().join("kept"));
    copy(&files, &kept);
    table.reserve(claim_id()).await.unwrap();
    server.kill();
    fs::remove_dir_all(&files).unwrap();
    fs::rename(&kept, &files).unwrap();
    server.start_again();
    assert_eq!(stored_epoch(&server, &table).as_deref(), Some("1"), "the file was loaded");
    table.is_stale_until_filled().await;
}

#[tokio::test]
async fn a_restart_that_lost_nothing_is_stale_too() {
    let mut server = RedisServer::start_with(&APPENDING);
    let table = Table::filled(server.settings()).await;
    table.reserve(claim_id()).await.unwrap();
    server.stop();
    server.start_again();
    // Nobody can know that it lost nothing.
    table.is_stale_until_filled().await;
}

/// Makes `replica` follow `master` and waits until it holds the same.
fn follow(replica: &RedisServer, master: &RedisServer) {
    let address = master.address();
    let (host, port) = address.split_once(':').unwrap();
    replica.run::<()>(redis::cmd("REPLICAOF").arg(host).arg(port));
    master.wait_for_a_replica();
}

fn promote(replica: &RedisServer) {
    replica.run::<()>(redis::cmd("REPLICAOF").arg("NO").arg("ONE"));
}

fn replicated() -> RedisServer {
    RedisServer::start_with(&["--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"])
}

#[tokio::test]
async fn a_promoted_replica_is_stale() {
    let (master, replica) = (replicated(), replicated());
    follow(&replica, &master);
    let table = Table::filled(master.settings()).await;
    master.wait_for_a_replica();
    promote(&replica);
    let settings = RedisConfig { url: ChosenSecret::new(replica.url()), ..table.settings.clone() };
    let promoted = Table::open(settings).await;
    assert_eq!(stored_epoch(&replica, &promoted).as_deref(), Some("1"), "the replica holds the counters");
    promoted.is_stale_until_filled().await;
    assert_eq!(table.counts(FIRST).await, (4, 1, 0), "the other half of a split is as it was; SQL refuses its epoch");
}

#[tokio::test]
async fn a_master_that_was_a_replica_for_a_while_is_stale() {
    let (server, other) = (replicated(), replicated());
    follow(&other, &server);
    let table = Table::filled(server.settings()).await;
    server.wait_for_a_replica();
    // The other is promoted before it hears of this claim, and hands its old copy back: the epoch and the `run_id` in it are
    // those of the very server that it ends up on.
    promote(&other);
    assert_eq!(table.reserve(claim_id()).await.unwrap(), given());
    follow(&server, &other);
    promote(&server);
    let left: u64 = server.run(redis::cmd("HGET").arg(table.key("units")).arg("left award car"));
    assert_eq!(left, 4, "the claim is lost");
    table.is_stale_until_filled().await;
}

#[tokio::test]
async fn scripts_that_were_dropped_are_loaded_again() {
    let server = RedisServer::start();
    let table = Table::filled(server.settings()).await;
    for left in [3, 2] {
        server.run::<()>(redis::cmd("SCRIPT").arg("FLUSH"));
        let id = claim_id();
        assert_eq!(table.reserve(id).await.unwrap(), given());
        server.run::<()>(redis::cmd("SCRIPT").arg("FLUSH"));
        assert_eq!(table.confirm(id).await.unwrap(), Counted::Answer(()));
        assert_eq!(table.counts(FIRST).await.0, left);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_unit_goes_to_one_of_many_processes() {
    let settings = RedisServer::shared().settings();
    let tables = join_all((0..24).map(|_| Table::open(settings.clone()))).await;
    tables[0].fill(FIRST).await.unwrap();
    let answers = join_all(tables.iter().map(|table| table.reserve(claim_id()))).await;
    let given = answers.into_iter().filter(|answer| *answer.as_ref().unwrap() == given()).count();
    assert_eq!(given, 4);
    assert_eq!(tables[1].counts(FIRST).await, (0, 1, 4));
}

#[tokio::test]
async fn one_of_two_that_fill_the_same_epoch_wins() {
    let settings = RedisServer::shared().settings();
    let (one, other) = (Table::open(settings.clone()).await, Table::open(settings).await);
    let answers = futures::join!(one.fill(SECOND), other.fill(SECOND));
    let mut answers = [answers.0.unwrap(), answers.1.unwrap()];
    answers.sort_by_key(|answer| *answer == Counted::Stale);
    assert_eq!(answers, [Counted::Answer(()), Counted::Stale]);
    assert_eq!(one.fill(FIRST).await.unwrap(), Counted::Stale);
}
