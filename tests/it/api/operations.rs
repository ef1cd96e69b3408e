//! What operators look at and repair.

use big_market::domain::cron::{CronFire, FireState};
use big_market::domain::outbox::AttemptOutcome;
use big_market::domain::reconcile::Invariant;
use big_market::store::cron::CronStore;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::Market;

async fn market_with_work(count: u32) -> Market {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    market.user("ann").draw(count).await;
    market
}

#[tokio::test]
async fn the_outbox_shows_promised_work_newest_first() {
    let market = market_with_work(5).await;
    let whole = market.get("/admin/outbox").await.items();
    assert_eq!(whole.len(), 5);
    assert!(whole.windows(2).all(|pair| pair[0]["id"].as_str() > pair[1]["id"].as_str()));
    let entry = &whole[0];
    assert!(
        entry["id"].as_str().unwrap().starts_with("out_")
            && entry["award_record_id"].as_str().unwrap().starts_with("award_")
    );
    assert_eq!((&entry["user_id"], &entry["state"], &entry["attempts"]), (&json!("ann"), &json!("pending"), &json!(0)));
    assert_eq!((&entry["last_error"], &entry["ended_at"]), (&Value::Null, &Value::Null));
    let mut parts = Vec::new();
    let mut cursor = String::new();
    loop {
        let body = market.get(format!("/admin/outbox?state=pending&limit=2{cursor}")).await.json();
        parts.extend(body["items"].as_array().unwrap().clone());
        let Some(next) = body["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(parts, whole);
    assert_eq!(market.get("/admin/outbox?state=dead").await.items().len(), 0);
    let answer = market.get("/admin/outbox?state=lost&limit=0&cursor=x&page=1").await;
    assert_eq!(answer.fault_fields(), ["page", "state", "cursor", "limit"]);
}

#[tokio::test]
async fn only_dead_work_can_be_redriven() {
    let market = market_with_work(1).await;
    let id = market.get("/admin/outbox").await.items()[0]["id"].as_str().unwrap().to_owned();
    let redrive = async |id: &str| market.call(Method::POST, format!("/admin/outbox/{id}/redrive")).send().await;
    let answer = redrive(&id).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    market.finish_work(|_| AttemptOutcome::Dead { error: "gone for good".into() }).await;
    let dead = market.get("/admin/outbox?state=dead").await.items();
    assert_eq!((&dead[0]["id"], &dead[0]["last_error"]), (&json!(id), &json!("gone for good")));
    let answer = redrive(&id).await;
    assert_eq!((answer.status, answer.text().as_str()), (StatusCode::NO_CONTENT, ""));
    let entry = market.get("/admin/outbox").await.items().remove(0);
    assert_eq!((&entry["state"], &entry["attempts"]), (&json!("pending"), &json!(0)));
    assert_eq!(redrive(&id).await.code(), "conflict");
    assert_eq!(redrive("out_01J9ZZZZZZZZZZZZZZZZZZZZZZ").await.code(), "not_found");
    assert_eq!(redrive("7").await.fault_fields(), ["id"]);
    let with_body = market.call(Method::POST, format!("/admin/outbox/{id}/redrive")).json(json!({})).send().await;
    assert_eq!(with_body.fault_fields(), [""]);
}

#[tokio::test]
async fn jobs_show_schedule_next_date_and_last_fire() {
    let market = Market::empty().await;
    let jobs = market.get("/admin/jobs").await.items();
    let relay = jobs.iter().find(|job| job["name"] == "relay_outbox").unwrap();
    assert_eq!(
        *relay,
        json!({
            "name": "relay_outbox", "schedule": "*/5 * * * * *", "misfire": "skip",
            "next_at": "2026-03-02T02:00:05.000Z", "last_fire": null,
        })
    );
    market.store.propose_fires(&[fire("relay_outbox", "2026-03-02T02:00:00Z")]).await.unwrap();
    let jobs = market.get("/admin/jobs").await.items();
    let relay = jobs.iter().find(|job| job["name"] == "relay_outbox").unwrap();
    assert_eq!(
        (&relay["last_fire"]["due_at"], &relay["last_fire"]["state"]),
        (&json!("2026-03-02T02:00:00.000Z"), &json!("due"))
    );
}

fn fire(job: &str, due_at: &str) -> CronFire {
    CronFire {
        job: job.into(),
        due_at: due_at.parse().unwrap(),
        state: FireState::Due,
        claimed_by: None,
        started_at: None,
        finished_at: None,
        outcome: None,
    }
}

#[tokio::test]
async fn fires_are_paged_without_gaps_where_several_are_due_at_once() {
    let market = Market::empty().await;
    let start: big_market::domain::calendar::Timestamp = "2026-03-02T02:00:00Z".parse().unwrap();
    let fires: Vec<_> = (0..7)
        .flat_map(|round| ["expire", "prune", "sync_stock"].map(|job| (job, start + TimeDelta::seconds(round))))
        .map(|(job, due_at)| fire(job, &due_at.to_rfc3339()))
        .collect();
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
        "job": "expire", "due_at": "2026-03-02T02:00:06.000Z", "state": "due", "claimed_by": null, "started_at": null,
        "finished_at": null, "late_ms": null, "outcome": null,
    });
    assert_eq!(of_one[0], expected);
    assert_eq!(market.get("/admin/cron?before=yesterday&limit=x").await.fault_fields(), ["before", "limit"]);
}

#[tokio::test]
async fn reconciliation_says_that_everything_holds() {
    let market = market_with_work(3).await;
    let body = market.get("/admin/reconciliation").await.json();
    assert_eq!((&body["holds"], &body["draws_replayed"]), (&json!(true), &json!(3)), "{body}");
    assert_eq!(body["violations_total"], 0);
    let items = body["items"].as_array().unwrap();
    let names: Vec<_> = items.iter().map(|item| item["invariant"].clone()).collect();
    assert_eq!(names, Invariant::ALL.map(|invariant| serde_json::to_value(invariant).unwrap()));
    for item in items {
        assert_eq!((&item["holds"], &item["violations"]), (&json!(true), &json!([])));
        assert!(item["statement"].is_string());
    }
}
