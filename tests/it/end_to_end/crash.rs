//! SIGKILL in the middle of load, again and again: nothing lost, nothing twice.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::tempdir;

use super::process::{KEY, Process};

const USERS: usize = 8;
const KILLS: u32 = 6;
/// Accepted requests between two kills.
const BETWEEN: u32 = 60;

/// A user's requests, one after another; one that got no answer is repeated with the same key until it has one.
async fn play(
    user: usize,
    address: Arc<RwLock<String>>,
    stop: Arc<AtomicU32>,
    accepted: Arc<AtomicU32>,
    answers: Arc<Mutex<HashMap<(String, String), Value>>>,
) {
    let client = Client::builder().timeout(Duration::from_secs(5)).no_proxy().build().unwrap();
    let user_id = format!("user-{user}");
    let mut number = 0;
    while stop.load(Ordering::SeqCst) == 0 {
        let recharge = number % 40 == 0;
        let (route, body) = if recharge {
            ("recharges", json!({"user_id": user_id, "sku": "9011"}))
        } else {
            ("draws", json!({"user_id": user_id, "count": 1 + number % 3}))
        };
        let key = format!("{user}-{number}");
        let answer = loop {
            let url = format!("http://{}/v1/activities/100301/{route}", address.read().unwrap());
            let sent = client.post(url).bearer_auth(KEY).header("Idempotency-Key", &key).json(&body).send().await;
            if let Ok(response) = sent
                && response.status() == 201
                && let Ok(answer) = response.json::<Value>().await
            {
                break answer;
            }
            // Killed, or not up yet. The address changes with the next process.
            tokio::task::yield_now().await;
        };
        answers.lock().unwrap().insert((route.to_owned(), key), answer);
        accepted.fetch_add(1, Ordering::SeqCst);
        number += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_happens_twice_when_the_process_is_killed_under_load() {
    let directory = tempdir().unwrap();
    let mut process = Process::start(directory.path());
    let address = Arc::new(RwLock::new(process.address.clone()));
    let (stop, accepted) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let answers = Arc::new(Mutex::new(HashMap::new()));
    let players: Vec<_> = (0..USERS)
        .map(|user| tokio::spawn(play(user, address.clone(), stop.clone(), accepted.clone(), answers.clone())))
        .collect();
    for kill in 1..=KILLS {
        while accepted.load(Ordering::SeqCst) < kill * BETWEEN {
            assert!(players.iter().all(|player| !player.is_finished()), "a player gave up");
            tokio::task::yield_now().await;
        }
        process.kill();
        let again = directory.path().to_owned();
        process = tokio::task::spawn_blocking(move || Process::start(&again)).await.unwrap();
        process.address.clone_into(&mut address.write().unwrap());
    }
    stop.store(1, Ordering::SeqCst);
    futures::future::try_join_all(players).await.unwrap();

    let answers = answers.lock().unwrap().clone();
    let mut draws_accepted = HashMap::<String, u64>::new();
    for ((route, key), first) in &answers {
        let (user, number) = key.split_once('-').unwrap();
        let (user_id, number) = (format!("user-{user}"), number.parse::<u64>().unwrap());
        let body = match route.as_str() {
            "recharges" => json!({"user_id": user_id, "sku": "9011"}),
            _ => json!({"user_id": user_id, "count": 1 + number % 3}),
        };
        let again = process.post(&format!("/v1/activities/100301/{route}"), key, &body).send().await.unwrap();
        assert_eq!(again.status(), 201);
        assert_eq!(again.headers()["idempotency-replayed"], "true", "{route} {key} was done twice");
        assert_eq!(again.json::<Value>().await.unwrap(), *first, "{route} {key}");
        if route == "draws" {
            *draws_accepted.entry(user_id).or_default() += 1 + number % 3;
        }
    }
    for (user_id, draws) in draws_accepted {
        let quota = process.json(&format!("/v1/activities/100301/quota?user_id={user_id}")).await;
        assert_eq!(quota["total"]["used"], draws, "{user_id}: {quota}");
    }
    let report = process.json("/admin/reconciliation").await;
    assert_eq!(report["violations_total"], 0, "{report:#}");
    // What the killed processes left half-way is worked off: leases end, claims are settled, wake-ups come again.
    let open = |outbox: &Value| outbox["items"].as_array().unwrap().iter().all(|entry| !entry["last_error"].is_null());
    process.eventually("/admin/outbox?state=pending&limit=100", open).await;
}
