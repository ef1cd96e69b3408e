//! What operators look at and repair.

use big_market::domain::api_key::Scope;
use big_market::domain::outbox::AttemptOutcome;
use big_market::domain::reconcile::Invariant;
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
async fn dead_work_is_redriven_in_bulk_at_a_rate() {
    let market = market_with_work(5).await;
    let redrive = async |wish: Value| market.call(Method::POST, "/admin/outbox/redrive").json(wish).send().await;
    let nothing = redrive(json!({ "per_second": 2, "limit": 100 })).await;
    assert_eq!((nothing.status, nothing.json()), (StatusCode::OK, json!({ "redriven": 0, "last_due_at": null })));
    market.finish_work(|_| AttemptOutcome::Dead { error: "answered 503".into() }).await;
    let other = redrive(json!({ "per_second": 2, "limit": 100, "error_contains": "answered 410" })).await;
    assert_eq!(other.json()["redriven"], 0);
    let other = redrive(json!({ "per_second": 2, "limit": 100, "kind": "coupon" })).await;
    assert_eq!(other.json()["redriven"], 0);
    let some = redrive(json!({ "per_second": 2, "limit": 4, "error_contains": "503" })).await;
    assert_eq!(some.json(), json!({ "redriven": 4, "last_due_at": "2026-03-02T02:00:01.500Z" }));
    let entries = market.get("/admin/outbox?state=pending").await.items();
    let due: Vec<_> = entries.iter().rev().map(|entry| entry["run_at"].as_str().unwrap()[17..23].to_owned()).collect();
    assert_eq!(due, ["00.000", "00.500", "01.000", "01.500"], "oldest first");
    assert!(entries.iter().all(|entry| entry["attempts"] == 0));
    assert_eq!(redrive(json!({ "per_second": 1000, "limit": 100_000 })).await.json()["redriven"], 1);
    assert_eq!(redrive(json!({ "per_second": 1000, "limit": 100_000 })).await.json()["redriven"], 0);
    assert_eq!(market.get("/admin/reconciliation").await.json()["holds"], true);
}

#[tokio::test]
async fn a_bulk_redrive_that_cannot_be_meant_is_refused() {
    let market = Market::empty().await;
    let path = "/admin/outbox/redrive";
    let redrive = async |wish: Value| market.call(Method::POST, path).json(wish).send().await;
    let long = "x".repeat(201);
    for (wish, fields) in [
        (json!({ "per_second": 0, "limit": 0 }), vec!["per_second", "limit"]),
        (json!({ "per_second": 1001, "limit": 100_001 }), vec!["per_second", "limit"]),
        (json!({ "per_second": 1, "limit": 1, "kind": "car", "error_contains": "" }), vec!["kind", "error_contains"]),
        (json!({ "per_second": 1, "limit": 1, "error_contains": long }), vec!["error_contains"]),
        (json!({ "per_second": 1 }), vec!["limit"]),
        (json!({ "limit": 1 }), vec!["per_second"]),
        (json!({ "per_second": 1, "limit": 1, "state": "dead" }), vec!["state"]),
        (json!({ "per_second": "1", "limit": 1 }), vec!["per_second"]),
    ] {
        assert_eq!(redrive(wish.clone()).await.fault_fields(), fields, "{wish}");
    }
    let send =
        async |media_type, body: Vec<u8>| market.call(Method::POST, path).body(media_type, body).send().await.code();
    assert_eq!(send("application/json", b"{".into()).await, "malformed_json");
    assert_eq!(send("text/plain", b"{}".into()).await, "unsupported_media_type");
    assert_eq!(send("application/json", vec![b' '; 70_000]).await, "payload_too_large");
    let reader = market.key_with([Scope::OperationsRead]).await;
    let wish = json!({ "per_second": 1, "limit": 1 });
    assert_eq!(market.call(Method::POST, path).bearer(&reader).json(wish).send().await.code(), "forbidden");
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
