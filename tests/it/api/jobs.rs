//! Scheduled jobs as operators see and steer them.

use big_market::domain::api_key::Scope;
use big_market::domain::calendar::Timestamp;
use big_market::domain::cron::{FireKey, Misfire, ProposedFire};
use big_market::jobs;
use big_market::queue::Message;
use big_market::store::cron::{Claimed, FireClaim};
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::{Answer, Market};

/// When every market opens.
const NOON: &str = "2026-03-02T02:00:00Z";

fn at(seconds: i64) -> Timestamp {
    NOON.parse::<Timestamp>().unwrap() + TimeDelta::seconds(seconds)
}

fn fire(job: &str, due_at: Timestamp) -> ProposedFire {
    ProposedFire { job: job.into(), due_at, skipped_at: None, note: None, waits: true, parts: 1 }
}

async fn post(market: &Market, path: &str) -> Answer {
    market.call(Method::POST, path).send().await
}

/// A worker's look at the schedules, and what it then runs, until nothing is open.
async fn work(market: &Market) {
    let now = market.app.sources().now();
    market.app.fire_due(at(0)).await.unwrap();
    loop {
        let open = market.store.open_fires(now, 99).await.unwrap();
        if open.is_empty() {
            return;
        }
        for FireKey { job, due_at, part } in open {
            let arguments = json!({ "due_at": due_at, "part": part });
            jobs::run_message(&market.app, Message { job, key: "test".into(), arguments }).await;
        }
    }
}

/// A market in which expire fires every ten minutes.
async fn opened(misfire: Misfire) -> Market {
    Market::empty_with(|config| {
        config.cron.expire.schedule = "0 */10 * * * *".into();
        config.cron.expire.misfire = misfire;
        config.cron.all_max = 3;
    })
    .await
}

/// When each fire of expire was due, where it stands, and its outcome; oldest first.
async fn history(market: &Market) -> Vec<(String, String, String)> {
    let mut items = market.get("/admin/cron?job=expire&limit=100").await.items();
    items.reverse();
    let text = |item: &Value, field: &str| item[field].as_str().unwrap_or_default().to_owned();
    items.iter().map(|item| (text(item, "due_at")[11..16].into(), text(item, "state"), text(item, "outcome"))).collect()
}

fn line(due: &str, state: &str, outcome: &str) -> (String, String, String) {
    (due.into(), state.into(), outcome.into())
}

#[tokio::test]
async fn jobs_show_what_they_do_when_they_fire_and_how_it_went() {
    let market = Market::empty().await;
    let jobs = market.get("/admin/jobs").await.items();
    let relay = jobs.iter().find(|job| job["name"] == "relay_outbox").unwrap();
    let expected = json!({
        "name": "relay_outbox",
        "purpose": "Finds work whose wake-up was lost, and delayed work that is due.",
        "schedule": "*/5 * * * * *", "misfire": "skip", "parts": 1, "paused": null,
        "next_at": "2026-03-02T02:00:05.000Z", "running": null, "last_fire": null,
        "recent": { "done": 0, "failed": 0, "skipped": 0, "open": 0 },
    });
    assert_eq!(*relay, expected);
    assert_eq!(market.get("/admin/jobs/relay_outbox").await.json(), expected);
    assert!(jobs.iter().all(|job| job["purpose"].as_str().unwrap().ends_with('.')));

    market.store.propose_fires(&[fire("relay_outbox", at(0))]).await.unwrap();
    market.clock.advance(TimeDelta::seconds(2));
    let key = FireKey { job: "relay_outbox".into(), due_at: at(0), part: None };
    let claim = FireClaim { key, owner: "one".into(), now: at(2), until: at(32) };
    assert!(matches!(market.store.claim_fire(&claim).await.unwrap(), Claimed::Taken(_)));
    let job = market.get("/admin/jobs/relay_outbox").await.json();
    assert_eq!(job["running"]["claimed_by"], "one");
    assert_eq!((&job["running"]["late_ms"], &job["running"]["duration_ms"]), (&json!(2_000), &Value::Null));
    assert_eq!(job["recent"]["open"], 1);
    market.clock.advance(TimeDelta::seconds(30));
    let job = market.get("/admin/jobs/relay_outbox").await.json();
    assert_eq!(job["running"], Value::Null, "its worker is dead");
    assert_eq!(market.get("/admin/jobs/relay").await.code(), "not_found");
    assert_eq!(market.get("/admin/jobs/%ff").await.code(), "invalid_request");
}

#[tokio::test]
async fn a_job_runs_when_it_is_asked_to() {
    let market = opened(Misfire::Skip).await;
    let answer = post(&market, "/admin/jobs/expire/run").await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let asked = answer.json();
    let by = asked["requested_by"].as_str().unwrap().to_owned();
    assert!(by.starts_with("key_"), "{by}");
    assert_eq!((&asked["state"], &asked["due_at"]), (&json!("due"), &json!("2026-03-02T01:59:59.999Z")));
    let answer = post(&market, "/admin/jobs/expire/run").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(&by) && detail.contains("2026-03-02T01:59:59.999Z"), "{detail}");

    work(&market).await;
    let ran = market.get("/admin/cron?job=expire").await.items().remove(0);
    assert_eq!((&ran["state"], &ran["outcome"]), (&json!("done"), &json!("0 activities closed")));
    assert_eq!((&ran["requested_by"], &ran["duration_ms"], &ran["late_ms"]), (&json!(by), &json!(0), &json!(1)));
    let job = market.get("/admin/jobs/expire").await.json();
    assert_eq!((&job["last_fire"], &job["recent"]["done"]), (&ran, &json!(1)));
    assert_eq!(job["next_at"], "2026-03-02T02:10:00.000Z", "its schedule is what it was");
    assert_eq!(post(&market, "/admin/jobs/expire/run").await.status, StatusCode::ACCEPTED, "it has ended");
}

#[tokio::test]
async fn a_paused_job_fires_only_when_asked_and_lets_go_what_came_due() {
    for misfire in [Misfire::Skip, Misfire::Once, Misfire::All] {
        let market = opened(misfire).await;
        for _ in 0..2 {
            let answer = post(&market, "/admin/jobs/expire/pause").await;
            assert_eq!((answer.status, answer.text().as_str()), (StatusCode::NO_CONTENT, ""));
        }
        let job = market.get("/admin/jobs/expire").await.json();
        assert_eq!((&job["paused"]["since"], &job["next_at"]), (&json!("2026-03-02T02:00:00.000Z"), &Value::Null));
        assert!(job["paused"]["by"].as_str().unwrap().starts_with("key_"));
        market.clock.advance(TimeDelta::minutes(35));
        work(&market).await;
        assert_eq!(history(&market).await, []);
        let fine = "0 activities closed";
        assert_eq!(post(&market, "/admin/jobs/expire/run").await.status, StatusCode::ACCEPTED);
        work(&market).await;
        assert_eq!(history(&market).await, [line("02:34", "done", fine)]);

        for _ in 0..2 {
            assert_eq!(post(&market, "/admin/jobs/expire/resume").await.status, StatusCode::NO_CONTENT);
        }
        let job = market.get("/admin/jobs/expire").await.json();
        assert_eq!((&job["paused"], &job["next_at"]), (&Value::Null, &json!("2026-03-02T02:40:00.000Z")));
        work(&market).await;
        assert_eq!(history(&market).await.len(), 1, "what came due meanwhile is let go");
        market.clock.advance(TimeDelta::minutes(5));
        work(&market).await;
        assert_eq!(history(&market).await, [line("02:34", "done", fine), line("02:40", "done", fine)]);
    }
}

#[tokio::test]
async fn what_cannot_be_steered_is_refused() {
    let market = Market::empty().await;
    let reader = market.key_with([Scope::OperationsRead]).await;
    for verb in ["run", "pause", "resume"] {
        let path = |job: &str| format!("/admin/jobs/{job}/{verb}");
        assert_eq!(post(&market, &path("expires")).await.code(), "not_found");
        assert_eq!(post(&market, &path("%ff")).await.code(), "invalid_request");
        let with_body = market.call(Method::POST, path("expire")).json(json!({})).send().await;
        assert_eq!(with_body.fault_fields(), [""]);
        let huge = market.call(Method::POST, path("expire")).body("text/plain", vec![b'x'; 70_000]).send().await;
        assert_eq!(huge.code(), "payload_too_large");
        let answer = market.call(Method::POST, path("expire")).bearer(&reader).send().await;
        assert_eq!(answer.code(), "forbidden");
    }
    assert_eq!(market.get("/admin/cron").await.items(), [] as [Value; 0]);
}

#[tokio::test]
async fn missed_fires_follow_the_policy_of_their_job() {
    let (fine, market) = ("0 activities closed", opened(Misfire::Skip).await);
    market.clock.advance(TimeDelta::minutes(55));
    work(&market).await;
    let skipped = line("02:50", "skipped", "nobody was there when it was due; 4 fires before it were let go");
    assert_eq!(history(&market).await, std::slice::from_ref(&skipped));
    market.clock.advance(TimeDelta::minutes(5));
    work(&market).await;
    assert_eq!(history(&market).await, [skipped, line("03:00", "done", fine)]);

    let market = opened(Misfire::Once).await;
    market.clock.advance(TimeDelta::minutes(55));
    work(&market).await;
    let once = format!("4 fires before it were let go; {fine}");
    assert_eq!(history(&market).await, [line("02:50", "done", &once)]);

    let market = opened(Misfire::All).await;
    market.clock.advance(TimeDelta::minutes(55));
    work(&market).await;
    let first = format!("2 fires before it were let go; {fine}");
    let all = [line("02:30", "done", &first), line("02:40", "done", fine), line("02:50", "done", fine)];
    assert_eq!(history(&market).await, all);
}

#[tokio::test]
async fn a_fire_in_parts_is_listed_with_them() {
    let market = Market::empty_with(|config| config.cron.prune.parts = 3).await;
    assert_eq!(market.get("/admin/jobs/prune").await.json()["parts"], 3);
    let asked = post(&market, "/admin/jobs/prune/run").await.json();
    let numbers: Vec<_> = asked["parts"].as_array().unwrap().iter().map(|part| part["part"].clone()).collect();
    assert_eq!(numbers, [1, 2, 3]);
    work(&market).await;
    let fire = market.get("/admin/cron?job=prune").await.items().remove(0);
    assert_eq!((&fire["state"], &fire["outcome"]), (&json!("done"), &json!("all 3 parts are done")));
    for part in fire["parts"].as_array().unwrap() {
        assert_eq!((&part["state"], &part["duration_ms"]), (&json!("done"), &json!(0)));
        assert!(part["outcome"].as_str().unwrap().starts_with("0 entries"), "{part}");
    }
}

#[tokio::test]
async fn fires_are_paged_without_gaps_where_several_are_due_at_once() {
    let market = Market::empty().await;
    let fires: Vec<_> =
        (0..7).flat_map(|round| ["expire", "prune", "sync_stock"].map(|job| fire(job, at(round)))).collect();
    market.store.propose_fires(&fires).await.unwrap();
    for limit in [1, 2, 3, 4, 20, 21, 100] {
        let (mut seen, mut before) = (Vec::new(), String::new());
        loop {
            let body = market.get(format!("/admin/cron?limit={limit}{before}")).await.json();
            seen.extend(body["items"].as_array().unwrap().clone());
            let Some(next) = body["next_before"].as_str() else { break };
            before = format!("&before={next}");
        }
        assert_eq!(seen.len(), 21, "by {limit}");
        let key = |fire: &Value| format!("{} {}", fire["due_at"], fire["job"]);
        let keys: std::collections::BTreeSet<_> = seen.iter().map(key).collect();
        assert_eq!(keys.len(), 21, "by {limit}");
        assert!(seen.windows(2).all(|pair| pair[0]["due_at"].as_str() >= pair[1]["due_at"].as_str()));
    }
    let of_one = market.get("/admin/cron?job=expire&limit=100").await.items();
    assert_eq!(of_one.len(), 7);
    let expected = json!({
        "job": "expire", "due_at": "2026-03-02T02:00:06.000Z", "requested_by": null, "state": "due",
        "claimed_by": null, "claimed_until": null, "started_at": null, "finished_at": null, "late_ms": null,
        "duration_ms": null, "outcome": null, "parts": [],
    });
    assert_eq!(of_one[0], expected);
    assert_eq!(market.get("/admin/cron?before=yesterday&limit=x").await.fault_fields(), ["before", "limit"]);
    assert_eq!(market.get("/admin/cron?job=expires").await.code(), "not_found");
    assert_eq!(market.get("/admin/cron?job=relay_outbox").await.items().len(), 0, "it has not fired yet");
    market.store.propose_fires(&[fire("retired", at(0))]).await.unwrap();
    assert_eq!(market.get("/admin/cron?job=retired").await.items().len(), 1, "a history outlives its job");
}
