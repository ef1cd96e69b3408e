//! Activities listed, paused, resumed, closed; their stages, settlements and reports.

use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::{Answer, Market, demo_document};

async fn post(market: &Market, path: &str) -> Answer {
    market.call(Method::POST, format!("/admin/activities/{path}")).send().await
}

/// Closes the demo's books, as the worker would.
async fn close_books(market: &Market) {
    assert_eq!(post(market, "100301/close").await.status, StatusCode::OK);
    for _ in 0..3 {
        market.settle().await;
        market.clock.advance(TimeDelta::seconds(5));
    }
}

async fn actions(market: &Market) -> Vec<(String, Value, Value)> {
    let page = big_market::app::Page { after: None, limit: 99 };
    let records = market.app.audit(&big_market::store::audit::AuditFilter::default(), &page).await.unwrap();
    let of_activities = records.into_iter().rev().filter(|record| record.action.starts_with("activity."));
    let state = |value: Option<Value>| value.unwrap()["state"].clone();
    of_activities.map(|record| (record.action, state(record.before), state(record.after))).collect()
}

#[tokio::test]
async fn activities_are_listed_with_their_state() {
    let market = Market::demo().await;
    let mut other = demo_document();
    other.activity = "200000".into();
    market.app.publish(other, "tests").await.unwrap();
    post(&market, "200000/pause").await;
    let items = market.get("/admin/activities").await.items();
    assert_eq!(
        items[0],
        json!({
            "id": "100301", "title": "测试活动", "state": "open", "version": 1, "opens_at": "2025-12-31T16:00:00.000Z",
            "closes_at": "2035-11-30T16:00:00.000Z", "time_zone": "Asia/Shanghai",
        })
    );
    assert_eq!((&items[1]["id"], &items[1]["state"], items.len()), (&json!("200000"), &json!("paused"), 2));
}

#[tokio::test]
async fn a_paused_activity_takes_nothing_until_it_is_resumed() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    market.user("ann").draw_with("before", 1).await;
    let answer = post(&market, "100301/pause").await;
    let paused = json!({"id": "100301", "state": "paused", "changed": true, "workflow_id": null});
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, paused));
    assert_eq!(post(&market, "100301/pause").await.json()["changed"], false);
    let refused = market.user("ann").draw_with("k", 1).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "activity_not_open"));
    assert_eq!(market.user("ann").recharge_with("k", "9013").await.code(), "activity_not_open");
    let repeated = market.user("ann").draw_with("before", 1).await;
    assert_eq!(repeated.status, StatusCode::CREATED, "an answer stays the answer");
    assert_eq!(post(&market, "100301/resume").await.json()["state"], "open");
    assert_eq!(post(&market, "100301/resume").await.json()["changed"], false);
    assert_eq!(market.user("ann").draw(1).await.len(), 1);
    let changes = [("activity.pause", "open", "paused"), ("activity.resume", "paused", "open")];
    let changes = changes.map(|(action, before, after)| (action.to_owned(), json!(before), json!(after)));
    assert_eq!(actions(&market).await, changes);
}

#[tokio::test]
async fn closing_settles_every_day_and_makes_the_report() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    market.user("ann").draw(2).await;
    market.clock.advance(TimeDelta::days(1));
    market.user("bob").recharge("9014").await;
    let draw = market.user("bob").draw(1).await.remove(0);
    assert_eq!(market.get("/admin/activities/100301/report").await.code(), "conflict");
    let first = post(&market, "100301/close").await.json();
    assert_eq!((&first["state"], &first["changed"]), (&json!("closed"), &json!(true)));
    let refused = market.user("ann").draw_with("late", 1).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "activity_not_open"));
    close_books(&market).await;
    let again = post(&market, "100301/close").await.json();
    let same = json!({"id": "100301", "state": "settled", "changed": false, "workflow_id": first["workflow_id"]});
    assert_eq!(again, same);
    let run = market.get(format!("/admin/workflows/{}", first["workflow_id"].as_str().unwrap())).await.json();
    assert_eq!(
        (&run["state"], &run["kind"], &run["subject"]),
        (&json!("done"), &json!("close_activity"), &json!("100301"))
    );
    let days = market.get("/admin/activities/100301/settlements").await.items();
    let draws: Vec<_> = days.iter().map(|day| (&day["day"], &day["state"], &day["sums"]["draws"])).collect();
    let balanced = json!("balanced");
    let expected = [(json!("2026-03-03"), json!(1)), (json!("2026-03-02"), json!(2))];
    assert_eq!(draws, [(&expected[0].0, &balanced, &expected[0].1), (&expected[1].0, &balanced, &expected[1].1)]);
    let report = market.get("/admin/activities/100301/report").await.json();
    for (field, value) in [
        ("activity_id", json!("100301")),
        ("days", json!(2)),
        ("days_different", json!(0)),
        ("users", json!(2)),
        ("draws_granted", json!(6)),
        ("draws_used", json!(3)),
        ("draws_unused", json!(3)),
        ("violations", json!([])),
    ] {
        assert_eq!(report[field], value, "{field}");
    }
    assert_eq!(report["sums"]["draws_granted"], json!({"request": 6}));
    let receipt = market.get(draw["receipt"].as_str().unwrap()).await.json();
    assert!(receipt["seed"]["revealed"].is_string(), "today's seed too: nothing can be drawn by it");
    // Nobody delivers in this market, so its work is overdue; everything else holds.
    let broken = market.get("/admin/reconciliation").await.items().into_iter().filter(|line| line["holds"] == false);
    assert_eq!(broken.map(|line| line["invariant"].clone()).collect::<Vec<_>>(), ["outbox"]);
    for path in ["100301/pause", "100301/resume"] {
        let refused = post(&market, path).await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "conflict"));
        assert!(refused.json()["detail"].as_str().unwrap().contains("is settled"), "{}", refused.text());
    }
    assert_eq!(actions(&market).await, [("activity.close".to_owned(), json!("open"), json!("closed"))]);
}

#[tokio::test]
async fn a_closed_activity_is_neither_paused_nor_resumed() {
    let market = Market::demo().await;
    post(&market, "100301/close").await;
    for path in ["100301/pause", "100301/resume"] {
        let refused = post(&market, path).await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    }
    assert_eq!(post(&market, "100301/close").await.json()["changed"], false);
}

#[tokio::test]
async fn closing_is_refused_while_an_earlier_one_is_undone() {
    let market = Market::demo().await;
    let id: big_market::domain::id::WorkflowId =
        post(&market, "100301/close").await.json()["workflow_id"].as_str().unwrap().parse().unwrap();
    let run = market.app.workflow(id).await.unwrap();
    let back = big_market::domain::workflow::WorkflowMove {
        direction: big_market::domain::workflow::Direction::Back,
        ..big_market::domain::workflow::WorkflowMove::of(&run)
    };
    let run = market.app.move_workflow(&back).await.unwrap().unwrap();
    let activity_id = "100301".parse().unwrap();
    assert!(market.app.reopen_activity(&activity_id, &run).await.unwrap());
    let refused = post(&market, "100301/close").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    market.settle().await;
    assert_eq!(post(&market, "100301/close").await.json()["changed"], true);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let market = Market::demo().await;
    for verb in ["pause", "resume", "close"] {
        let unknown = post(&market, &format!("unknown/{verb}")).await;
        assert_eq!((unknown.status, unknown.code().as_str()), (StatusCode::NOT_FOUND, "not_found"));
        assert_eq!(post(&market, &format!("a%20b/{verb}")).await.fault_fields(), ["id"]);
        let call = market.call(Method::POST, format!("/admin/activities/100301/{verb}")).json(json!({}));
        assert_eq!(call.send().await.fault_fields(), [""]);
        let long = "x".repeat(market.app.config().server.body_bytes_max + 1);
        let call = market.call(Method::POST, format!("/admin/activities/100301/{verb}")).body("text/plain", long);
        assert_eq!(call.send().await.code(), "payload_too_large");
    }
    for list in ["settlements", "report"] {
        assert_eq!(market.get(format!("/admin/activities/unknown/{list}")).await.code(), "not_found");
        assert_eq!(market.get(format!("/admin/activities/a%20b/{list}")).await.fault_fields(), ["id"]);
    }
    assert_eq!(post(&market, "100301/settlements/2026-03-02/check").await.code(), "not_found");
    assert_eq!(post(&market, "a%20b/settlements/today/check").await.fault_fields(), ["id", "day"]);
    let long = "x".repeat(market.app.config().server.body_bytes_max + 1);
    let path = "/admin/activities/100301/settlements/2026-03-02/check";
    assert_eq!(market.call(Method::POST, path).body("text/plain", long).send().await.code(), "payload_too_large");
    let bad = market.get("/admin/activities/100301/settlements?cursor=today&limit=0&day=x").await;
    assert_eq!(bad.fault_fields(), ["day", "cursor", "limit"]);
}

#[tokio::test]
async fn a_settled_day_is_corrected_and_never_changed() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    market.user("ann").draw(2).await;
    market.clock.advance(TimeDelta::days(1));
    market.settle().await;
    let settled = market.get("/admin/activities/100301/settlements").await.items();
    let check = async || post(&market, "100301/settlements/2026-03-02/check").await;
    let answer = check().await.json();
    assert_eq!((&answer["corrected"], &answer["settlement"]), (&json!(false), &settled[0]));
    // A server whose clock runs behind grants draws of yesterday.
    market.clock.advance(TimeDelta::days(-1));
    market.user("bob").recharge("9014").await;
    market.clock.advance(TimeDelta::days(1));
    let answer = check().await.json();
    assert_eq!(answer["corrected"], true);
    let corrections = answer["settlement"]["corrections"].as_array().unwrap();
    let change = json!([{"field": "draws_granted", "before": {"request": 5}, "after": {"request": 6}}]);
    assert_eq!((corrections.len(), &corrections[0]["number"], &corrections[0]["changes"]), (1, &json!(1), &change));
    assert_eq!(answer["settlement"]["sums"], settled[0]["sums"], "what was settled stays");
    assert_eq!(check().await.json(), json!({"corrected": false, "settlement": answer["settlement"]}));
    let listed = market.get("/admin/activities/100301/settlements").await.items();
    assert_eq!(listed[0], answer["settlement"]);
}

#[tokio::test]
async fn settlements_come_in_parts() {
    let market = Market::demo().await;
    market.clock.advance(TimeDelta::days(5));
    market.settle().await;
    let whole = market.get("/admin/activities/100301/settlements").await.items();
    assert_eq!(whole.len(), 5);
    let (mut parts, mut cursor) = (Vec::new(), String::new());
    loop {
        let body = market.get(format!("/admin/activities/100301/settlements?limit=2{cursor}")).await.json();
        parts.extend(body["items"].as_array().unwrap().clone());
        let Some(next) = body["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(parts, whole);
}

#[tokio::test]
async fn a_stage_shows_what_runs_there_now() {
    let market = Market::demo().await;
    market.clock.advance(TimeDelta::seconds(1));
    let mut other = demo_document();
    other.activity = "200000".into();
    market.app.publish(other, "tests").await.unwrap();
    let ids = async || {
        let items = market.get("/v1/stages?channel=app&source=home").await.items();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids().await, ["200000", "100301"], "newest published first");
    post(&market, "200000/pause").await;
    let items = market.get("/v1/stages?channel=app&source=home").await.items();
    assert_eq!(
        items[0],
        json!({
            "id": "200000", "title": "测试活动", "state": "paused", "version": 1,
            "published_at": "2026-03-02T02:00:01.000Z", "opens_at": "2025-12-31T16:00:00.000Z",
            "closes_at": "2035-11-30T16:00:00.000Z",
        })
    );
    post(&market, "200000/close").await;
    assert_eq!(ids().await, ["100301"]);
    market.clock.set("2035-11-30T16:00:00Z");
    assert_eq!(ids().await, Vec::<String>::new(), "its window is over, though nobody closed it yet");
    market.clock.set("2025-12-31T15:59:59Z");
    assert_eq!(ids().await, Vec::<String>::new());
    assert_eq!(market.get("/v1/stages?channel=app&source=nowhere").await.items(), [] as [Value; 0]);
    assert_eq!(market.get("/v1/stages").await.fault_fields(), ["channel", "source"]);
    assert_eq!(market.get("/v1/stages?channel=a%20b&source=&at=1").await.fault_fields(), ["at", "channel", "source"]);
}
