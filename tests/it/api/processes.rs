//! Which servers and workers live.

use big_market::app::App;
use big_market::domain::process::ProcessRole;
use big_market::presence::{Announced, Voice};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::market::Market;

const PROCESSES: &str = "/admin/processes";

async fn listed(market: &Market) -> Vec<Value> {
    market.get(PROCESSES).await.items()
}

/// Role, and whether it lives, of each.
async fn lives(market: &Market) -> Vec<(String, bool)> {
    let text = |item: &Value| (item["role"].as_str().unwrap().to_owned(), item["alive"].as_bool().unwrap());
    listed(market).await.iter().map(text).collect()
}

fn life(role: &str, alive: bool) -> (String, bool) {
    (role.to_owned(), alive)
}

async fn begun(app: &App, role: ProcessRole) -> Voice {
    let mut voice = Voice::of(app.clone(), role);
    voice.say().await;
    voice
}

#[tokio::test]
async fn processes_tell_what_they_are_and_that_they_live() {
    let market = Market::empty().await;
    assert_eq!(listed(&market).await, [] as [Value; 0]);
    let _server = begun(&market.app, ProcessRole::Server).await;
    let one = listed(&market).await.remove(0);
    assert!(one["id"].as_str().unwrap().starts_with("proc_"));
    assert_eq!((&one["role"], &one["pid"]), (&json!("server"), &json!(std::process::id())));
    assert_eq!((&one["version"], &one["stopped_at"]), (&json!(env!("CARGO_PKG_VERSION")), &Value::Null));
    assert!(!one["host"].as_str().unwrap().is_empty());

    let worker = begun(&market.app, ProcessRole::Worker).await;
    assert_eq!(lives(&market).await, [life("worker", true), life("server", true)], "the latest started first");
    worker.say_the_end().await;
    assert_eq!(lives(&market).await, [life("server", true), life("worker", false)]);
    assert!(listed(&market).await[1]["stopped_at"].is_string());
}

#[tokio::test]
async fn who_says_nothing_for_long_is_taken_for_dead_until_it_says_something() {
    let market = Market::empty().await;
    let mut voice = begun(&market.app, ProcessRole::Embedded).await;
    // Clocks of processes may be apart, or jump: only the database's counts.
    market.clock.advance(TimeDelta::hours(9));
    assert_eq!(lives(&market).await, [life("embedded", true)]);
    let earlier = if market.databases().is_empty() { "seen_at - 21000" } else { "seen_at - interval '21 seconds'" };
    market.plant(format!("UPDATE process SET seen_at = {earlier}").leak()).await;
    assert_eq!(lives(&market).await, [life("embedded", false)]);
    assert_eq!(listed(&market).await[0]["stopped_at"], Value::Null, "it did not end in order");
    voice.say().await;
    assert_eq!(lives(&market).await, [life("embedded", true)]);
}

#[tokio::test]
async fn a_database_that_is_away_ends_no_process_and_finds_it_again() {
    let market = Market::empty().await;
    market.plant("ALTER TABLE process RENAME TO gone").await;
    let mut voice = begun(&market.app, ProcessRole::Server).await;
    voice.say().await;
    market.plant("ALTER TABLE gone RENAME TO process").await;
    assert_eq!(listed(&market).await, [] as [Value; 0]);
    voice.say().await;
    assert_eq!(lives(&market).await, [life("server", true)]);
}

#[tokio::test]
async fn a_process_that_ends_in_order_says_so_even_where_nobody_listens() {
    let market = Market::empty().await;
    let announced = Announced::begin(market.app.clone(), ProcessRole::Worker);
    announced.end().await;
    for line in listed(&market).await {
        assert_eq!((&line["role"], &line["alive"]), (&json!("worker"), &json!(false)));
    }
    let unheard = Announced::begin(market.app.clone(), ProcessRole::Worker);
    market.store.close().await;
    unheard.end().await;
}

#[tokio::test]
async fn processes_that_are_long_gone_are_forgotten_by_prune() {
    let market = Market::empty().await;
    begun(&market.app, ProcessRole::Worker).await;
    begun(&market.app, ProcessRole::Server).await;
    market.run_job("prune").await;
    assert_eq!(listed(&market).await.len(), 2);
    let (days, role) = (market.app.config().retention.fires_days + 1, "WHERE role = 'worker'");
    let earlier = if market.databases().is_empty() {
        format!("seen_at - {days} * 86400000")
    } else {
        format!("seen_at - interval '{days} days'")
    };
    market.plant(format!("UPDATE process SET seen_at = {earlier} {role}").leak()).await;
    market.run_job("prune").await;
    assert_eq!(lives(&market).await, [life("server", true)]);
}
