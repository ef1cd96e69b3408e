//! How fast an activity goes, and what waits behind it.

use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::{DEMO, Market};

async fn pace(market: &Market) -> (Value, Value) {
    let answer = market.get(format!("/admin/activities/{DEMO}/pace")).await.json();
    assert_eq!(answer["seconds"], 10);
    (answer["at"].clone(), answer["draws"].clone())
}

#[tokio::test]
async fn draws_of_the_last_seconds_are_counted_over_all_servers() {
    let market = Market::demo().await;
    for name in ["ann", "bob", "cid"] {
        market.user(name).recharge("9013").await;
        market.user(name).draw(2).await;
    }
    assert_eq!(pace(&market).await.1, 0, "some of that moment may not be written yet");
    market.clock.advance(TimeDelta::seconds(3));
    assert_eq!(pace(&market).await, (json!("2026-03-02T02:00:01.000Z"), json!(6)));
    market.clock.advance(TimeDelta::seconds(9));
    assert_eq!(pace(&market).await.1, 6);
    market.clock.advance(TimeDelta::seconds(1));
    assert_eq!(pace(&market).await.1, 0, "that while has passed");
    assert_eq!(market.get("/admin/activities/none/pace").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn draws_on_both_sides_of_midnight_are_counted() {
    let market = Market::demo().await;
    for name in ["ann", "bob"] {
        market.user(name).recharge("9013").await;
    }
    // Midnight in Shanghai.
    market.clock.advance(TimeDelta::hours(14) - TimeDelta::seconds(3));
    market.user("ann").draw(1).await;
    market.clock.advance(TimeDelta::seconds(5));
    market.user("bob").draw(1).await;
    market.clock.advance(TimeDelta::seconds(3));
    assert_eq!(pace(&market).await.1, 2);
}

#[tokio::test]
async fn promised_work_is_counted_by_where_it_stands() {
    let market = Market::demo().await;
    let counts = async || market.get("/admin/outbox/counts").await.json();
    assert_eq!(counts().await, json!({"pending": 0, "leased": 0, "done": 0, "dead": 0}));
    market.user("ann").recharge("9013").await;
    market.user("ann").draw(5).await;
    let entries = market.get("/admin/outbox").await.items().len();
    assert_eq!(counts().await["pending"], entries);
}

#[tokio::test]
async fn an_editor_begins_with_what_there_is() {
    let market = Market::demo().await;
    let documents = async |id: &str| market.get(format!("/admin/activities/{id}/documents")).await.json();
    assert_eq!(documents("new").await, json!({"activity_id": "new", "draft": null, "current": null}));
    let published = documents(DEMO).await;
    assert_eq!((&published["draft"], &published["current"]["version"]), (&Value::Null, &json!(1)));

    let mut edited = published["current"]["document"].clone();
    edited["title"] = "Edited".into();
    let path = format!("/admin/activities/{DEMO}/draft");
    let saved = market.call(Method::PUT, path.as_str()).json(edited.clone()).send().await.json();
    let now = documents(DEMO).await;
    assert_eq!((&now["draft"]["document"]["title"], &now["current"]), (&json!("Edited"), &published["current"]));
    assert_eq!((&now["draft"]["draft_hash"], &now["draft"]["saved_by"]), (&saved["draft_hash"], &json!("tests")));
    market.call(Method::POST, format!("/admin/activities/{DEMO}/publish")).send().await;
    let after = documents(DEMO).await;
    assert_eq!((&after["draft"], &after["current"]["version"]), (&Value::Null, &json!(2)), "a draft no more");
}
