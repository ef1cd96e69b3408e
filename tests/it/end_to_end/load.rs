//! Many users over HTTP, and the books afterwards.
//!
//! `BIG_MARKET_LOAD_DRAWS=1000000 cargo test --release --test it end_to_end::load` draws that many.

use std::sync::Arc;

use serde_json::json;
use tempfile::tempdir;

use super::process::Process;

/// Users, each with 150 granted draws at a time.
const USERS: u64 = 1_000;
/// Draws in a plain run.
const DRAWS: u64 = 100_000;
/// Memory that the process uses at most, in bytes.
const MEMORY_MAX: u64 = 200_000_000;
/// Requests under way at the same time.
const CONCURRENT: u64 = 64;

async fn post(process: &Process, route: &str, key: &str, body: serde_json::Value) {
    let path = format!("/v1/activities/100301/{route}");
    let response = process.post(&path, key, &body).send().await.unwrap();
    let status = response.status();
    assert_eq!(status, 201, "{}", response.text().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_balance_after_many_draws_by_a_thousand_users() {
    let draws = std::env::var("BIG_MARKET_LOAD_DRAWS").map_or(DRAWS, |text| text.parse().unwrap());
    let directory = tempdir().unwrap();
    let process = Arc::new(Process::start(directory.path()));
    let mut players = Vec::new();
    for player in 0..CONCURRENT {
        let process = process.clone();
        players.push(tokio::spawn(async move {
            for user in (player..USERS).step_by(usize::try_from(CONCURRENT).unwrap()) {
                for recharge in 0..draws.div_ceil(USERS).div_ceil(150) {
                    let body = json!({"user_id": format!("user-{user}"), "sku": "9011"});
                    post(&process, "recharges", &format!("r{user}-{recharge}"), body).await;
                }
            }
            for draw in (player..draws).step_by(usize::try_from(CONCURRENT).unwrap()) {
                // Neighbouring numbers are neighbouring users, and a player keeps to its own.
                let body = json!({"user_id": format!("user-{}", draw % USERS)});
                let key = format!("d{draw}");
                let path = "/v1/activities/100301/draws";
                let mut status = process.post(path, &key, &body).send().await.unwrap().status();
                // Another player may recharge this user a little later.
                while status == 409 {
                    tokio::task::yield_now().await;
                    status = process.post(path, &key, &body).send().await.unwrap().status();
                }
                assert_eq!(status, 201);
            }
        }));
    }
    futures::future::try_join_all(players).await.unwrap();
    let report = process.json("/admin/reconciliation").await;
    assert_eq!(report["violations_total"], 0, "{report:#}");
    assert_eq!(report["draws_replayed"], draws, "{report:#}");
    if let Some(memory) = process.memory_max() {
        println!("{draws} draws, at most {} MB", memory / 1_000_000);
        assert!(memory < MEMORY_MAX, "it used {memory} bytes");
    }
}
