//! Granting draws over HTTP.

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::market::{DEMO, Market, demo_document};

const PATH: &str = "/v1/activities/100301/recharges";

#[tokio::test]
async fn a_recharge_grants_the_draws_of_its_sku_once() {
    let market = Market::demo().await;
    let first = market.user("ann").recharge_with("order-1", "9013").await;
    assert_eq!(first.status, StatusCode::CREATED);
    let body = first.json();
    assert!(body["id"].as_str().unwrap().starts_with("rech_"));
    assert_eq!(
        body,
        json!({
            "id": body["id"], "user_id": "ann", "activity_id": DEMO, "request_id": "order-1", "sku": "9013", "draws": 5,
            "created_at": "2026-03-02T02:00:00.000Z",
        })
    );
    market.clock.advance(chrono::TimeDelta::hours(1));
    let again = market.user("ann").recharge_with("order-1", "9013").await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
    let quota = market.get("/v1/activities/100301/quota?user_id=ann").await.json();
    assert_eq!(quota["total"], json!({"limit": 5, "used": 0, "left": 5}));
}

#[tokio::test]
async fn a_key_used_for_another_sku_is_refused() {
    let market = Market::demo().await;
    market.user("ann").recharge_with("order-1", "9013").await;
    let answer = market.user("ann").recharge_with("order-1", "9014").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "request_reused"));
    assert_eq!(market.user("bob").recharge_with("order-1", "9014").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn keys_of_draws_and_of_recharges_do_not_meet() {
    let market = Market::demo().await;
    market.user("ann").recharge_with("same", "9013").await;
    assert_eq!(market.user("ann").draw_with("same", 1).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_sku_sells_out() {
    let mut document = demo_document();
    let sku = document.skus.iter_mut().find(|sku| sku.id == "9014").unwrap();
    sku.stock = Some(2);
    let market = Market::with(document).await;
    for user in ["ann", "bob"] {
        market.user(user).recharge("9014").await;
    }
    let answer = market.user("cat").recharge_with("order-1", "9014").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "sku_sold_out"));
    let skus = market.get("/v1/activities/100301/skus").await.items();
    let sku = skus.iter().find(|sku| sku["sku"] == "9014").unwrap();
    assert_eq!((&sku["stock_total"], &sku["stock_left"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn what_is_not_there_or_over_is_refused() {
    let market = Market::demo().await;
    let answer = market.user("ann").recharge_with("a", "nothing").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"));
    let call = market.call(Method::POST, "/v1/activities/nothing/recharges").key("b");
    assert_eq!(call.json(json!({"user_id": "ann", "sku": "9014"})).send().await.code(), "not_found");
    // Before the window opens draws can be obtained, after it ends they cannot.
    market.clock.set("2025-12-01T00:00:00Z");
    market.user("ann").recharge("9014").await;
    market.clock.set("2036-01-01T00:00:00Z");
    assert_eq!(market.user("ann").recharge_with("c", "9014").await.code(), "activity_ended");
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let market = Market::demo().await;
    let call = || market.call(Method::POST, PATH);
    let answer = call().json(json!({"user_id": "ann", "sku": "9014"})).send().await;
    assert_eq!(answer.code(), "idempotency_key_missing");
    let answer = call().key("k").json(json!({"user_id": "", "sku": "a b"})).send().await;
    assert_eq!(answer.fault_fields(), ["user_id", "sku"]);
    let answer = call().key("k").json(json!({"user_id": "ann", "sku": "9014", "draws": 100})).send().await;
    assert_eq!(answer.fault_fields(), ["draws"]);
}
