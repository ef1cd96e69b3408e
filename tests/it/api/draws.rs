//! Drawing over HTTP, and receipts.

use std::collections::BTreeSet;

use big_market::domain::receipt::{Receipt, Verdict};
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::{Answer, DEMO, Market, demo_document};

const PATH: &str = "/v1/activities/100301/draws";

async fn post(market: &Market, body: Value) -> Answer {
    market.call(Method::POST, PATH).key(&market.fresh_key()).json(body).send().await
}

#[tokio::test]
async fn a_draw_tells_what_was_won_and_why() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    let answer = market.user("ann").draw_with("order-1", 2).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("idempotency-replayed"), None);
    let body = answer.json();
    let [first, second] = body["draws"].as_array().unwrap().as_slice() else { panic!("{body}") };
    let id = first["id"].as_str().unwrap();
    assert!(id.starts_with("draw_") && id != second["id"]);
    for (index, draw) in [first, second].into_iter().enumerate() {
        assert_eq!(draw["user_id"], "ann");
        assert_eq!(draw["activity_id"], DEMO);
        assert_eq!(draw["request_id"], "order-1");
        assert_eq!(draw["index"], index);
        assert_eq!(draw["version"], 1);
        assert_eq!(draw["drawn_at"], "2026-03-02T02:00:00.000Z");
        assert_eq!(draw["day"], "2026-03-02");
        assert_eq!((&draw["used_before"], &draw["used_today_before"]), (&json!(index), &json!(index)));
        assert_eq!(draw["reason"]["rule"], "weights");
        assert_eq!(draw["roll"].as_str().unwrap().len(), 64);
        assert!(!draw["award"]["title"].as_str().unwrap().is_empty());
        let (kind, value) = (draw["award"]["kind"].as_str().unwrap(), &draw["award"]["value"]);
        assert_eq!(kind == "points", value["points"].is_string(), "{draw}");
        assert!(draw["award"].get("value").is_none_or(Value::is_object), "absent where there is none: {draw}");
    }
    assert_eq!(first["receipt"], format!("/v1/draws/{id}/receipt"));
}

#[tokio::test]
async fn the_count_is_one_where_it_is_not_given() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    let answer = post(&market, json!({"user_id": "ann"})).await;
    assert_eq!(answer.json()["draws"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_repeat_gives_the_same_bytes() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    let first = market.user("ann").draw_with("order-1", 3).await;
    market.clock.advance(TimeDelta::days(1));
    // What happens to the awards, and to the campaign, does not show.
    market.finish_work(|_| big_market::domain::outbox::AttemptOutcome::Dead { error: "gone".into() }).await;
    let mut document = demo_document();
    "another title".clone_into(&mut document.awards[0].title);
    market.app.publish(document, "tests").await.unwrap();
    let again = market.user("ann").draw_with("order-1", 3).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(market.get("/v1/users/ann/draws").await.items().len(), 3);
}

#[tokio::test]
async fn a_key_belongs_to_one_user_and_one_wish() {
    let market = Market::demo().await;
    for user in ["ann", "bob"] {
        market.user(user).recharge("9013").await;
    }
    let first = market.user("ann").draw_with("order-1", 1).await;
    let other_wish = market.user("ann").draw_with("order-1", 2).await;
    assert_eq!((other_wish.status, other_wish.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "request_reused"));
    let other_user = market.user("bob").draw_with("order-1", 1).await;
    assert_eq!(other_user.status, StatusCode::CREATED);
    assert_ne!(other_user.body, first.body);
}

#[tokio::test]
async fn a_refusal_is_not_remembered() {
    let market = Market::demo().await;
    let refused = market.user("ann").draw_with("order-1", 1).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "quota_exhausted"));
    assert_eq!((&refused.json()["limit"], &refused.json()["left"]), (&json!("total"), &json!(0)));
    market.user("ann").recharge("9014").await;
    assert_eq!(market.user("ann").draw_with("order-1", 1).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn several_draws_are_all_or_nothing() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    assert_eq!(market.user("ann").draw_with("order-1", 6).await.code(), "quota_exhausted");
    assert_eq!(market.get("/v1/users/ann/draws").await.items().len(), 0);
}

#[tokio::test]
async fn a_key_is_needed_and_read_with_everything_else() {
    let market = Market::demo().await;
    let call = |body| market.call(Method::POST, PATH).json(body);
    let answer = call(json!({"user_id": "ann"})).send().await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "idempotency_key_missing"));
    for key in ["", &"x".repeat(129)] {
        assert_eq!(
            call(json!({"user_id": "ann"})).key(key).send().await.fault_fields(),
            ["Idempotency-Key"],
            "{key:?}"
        );
    }
    // All faults at once.
    let long = "x".repeat(129);
    let path = format!("/v1/activities/{}/draws", "a%20b");
    let body = json!({"user_id": long, "count": 11});
    let answer = market.call(Method::POST, path).key(&long).json(body).send().await;
    assert_eq!(answer.fault_fields(), ["id", "Idempotency-Key", "user_id", "count"]);
}

#[tokio::test]
async fn faults_of_the_body_name_their_field() {
    let market = Market::demo().await;
    let cases = [
        (json!({}), "user_id"),
        (json!({"user_id": null}), "user_id"),
        (json!({"user_id": 7}), "user_id"),
        (json!({"user_id": ""}), "user_id"),
        (json!({"user_id": "a\nb"}), "user_id"),
        (json!({"user_id": " ann"}), "user_id"),
        (json!({"user_id": "ann", "count": 0}), "count"),
        (json!({"user_id": "ann", "count": 11}), "count"),
        (json!({"user_id": "ann", "count": -1}), "count"),
        (json!({"user_id": "ann", "count": 1.5}), "count"),
        (json!({"user_id": "ann", "count": "1"}), "count"),
        (json!({"user_id": "ann", "count": 99_999_999_999_999_999_999_f64}), "count"),
        (json!({"user_id": "ann", "cuont": 1}), "cuont"),
        (json!([]), ""),
    ];
    for (body, field) in cases {
        let answer = post(&market, body.clone()).await;
        assert_eq!((answer.status, answer.fault_fields()), (StatusCode::BAD_REQUEST, vec![field.to_owned()]), "{body}");
    }
}

#[tokio::test]
async fn draws_are_accepted_while_the_activity_is_open_and_within_its_window() {
    let market = Market::demo().await;
    let unknown = "/v1/activities/nothing-here/draws";
    let answer = market.call(Method::POST, unknown).key("k").json(json!({"user_id": "ann"})).send().await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"));
    market.user("ann").recharge("9013").await;
    market.clock.set("2025-12-31T15:59:59.999Z");
    let answer = market.user("ann").draw_with("early", 1).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "activity_not_started"));
    market.clock.set("2035-11-30T16:00:00Z");
    let answer = market.user("ann").draw_with("late", 1).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "activity_ended"));
}

#[tokio::test]
async fn a_closed_activity_stays_closed() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    market.clock.set("2035-11-30T16:00:00Z");
    market.app.expire().await.unwrap();
    assert_eq!(market.get("/v1/activities/100301").await.json()["state"], "closed");
    // A clock that jumps back into the window opens nothing.
    market.clock.set("2035-11-30T15:00:00Z");
    let answer = market.user("ann").draw_with("k", 1).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "activity_not_open"));
    assert_eq!(market.user("ann").recharge_with("k", "9013").await.code(), "activity_not_open");
}

#[tokio::test]
async fn repeats_at_the_same_time_get_the_same_bytes() {
    let market = Market::demo().await;
    market.user("ann").recharge("9012").await;
    let user = market.user("ann");
    let answers = futures::future::join_all((0..20).map(|_| user.draw_with("order-1", 2))).await;
    let bodies: BTreeSet<_> = answers.iter().map(|answer| answer.body.clone()).collect();
    assert_eq!(bodies.len(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.header("idempotency-replayed").is_none()).count(), 1);
    let answers = futures::future::join_all((0..20).map(|_| user.recharge_with("order-1", "9014"))).await;
    let bodies: BTreeSet<_> = answers.iter().map(|answer| answer.body.clone()).collect();
    assert_eq!(bodies.len(), 1, "{answers:?}");
    let quota = market.get("/v1/activities/100301/quota?user_id=ann").await.json();
    assert_eq!(quota["total"], json!({"limit": 51, "used": 2, "left": 49}));
    assert_eq!(market.get("/admin/reconciliation").await.json()["holds"], true);
}

#[tokio::test]
async fn a_receipt_proves_the_draw_once_its_day_is_over() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    let draw = market.user("ann").draw(1).await.remove(0);
    let path = draw["receipt"].as_str().unwrap();
    let answer = market.get(path).await;
    assert_eq!(answer.json()["seed"]["revealed"], Value::Null);
    let receipt: Receipt = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(receipt.verify(), Verdict::SeedNotRevealed);
    market.clock.advance(TimeDelta::days(1));
    market.settle().await;
    let receipt: Receipt = serde_json::from_slice(&market.get(path).await.body).unwrap();
    assert_eq!(receipt.verify(), Verdict::Proven);
    assert_eq!((receipt.roll.to_string(), receipt.award_id.to_string()), {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&draw["roll"]), text(&draw["award"]["id"]))
    });
}

#[tokio::test]
async fn a_receipt_of_nothing_is_not_found() {
    let market = Market::demo().await;
    let answer = market.get("/v1/draws/draw_01J9ZZZZZZZZZZZZZZZZZZZZZZ/receipt").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"));
    for bad in ["rech_01J9ZZZZZZZZZZZZZZZZZZZZZZ", "draw_1", "7"] {
        assert_eq!(market.get(format!("/v1/draws/{bad}/receipt")).await.fault_fields(), ["id"], "{bad}");
    }
}

#[tokio::test]
async fn a_hundred_repeats_of_one_request_ban_nobody() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    let first = market.user("ann").draw_with("impatient", 1).await;
    for _ in 0..100 {
        let again = market.user("ann").draw_with("impatient", 1).await;
        assert_eq!((again.status, &again.body), (StatusCode::CREATED, &first.body));
    }
    let quota = market.get("/v1/activities/100301/quota?user_id=ann").await.json();
    assert_eq!((&quota["total"]["used"], &quota["total"]["left"]), (&json!(1), &json!(4)));
    assert_eq!(market.user("ann").draw(4).await.len(), 4);
}
