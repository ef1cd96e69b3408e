//! Workflows as operators see them.

use big_market::domain::id::WorkflowId;
use big_market::domain::workflow::{WorkflowMove, WorkflowState};
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::{Answer, Market};

async fn close(market: &Market) -> String {
    let answer = market.call(Method::POST, "/admin/activities/100301/close").send().await;
    answer.json()["workflow_id"].as_str().unwrap().to_owned()
}

async fn retry(market: &Market, id: &str) -> Answer {
    market.call(Method::POST, format!("/admin/workflows/{id}/retry")).send().await
}

#[tokio::test]
async fn workflows_are_listed_newest_first_by_kind_and_state() {
    let market = Market::demo().await;
    let id = close(&market).await;
    let running = market.get(format!("/admin/workflows/{id}")).await.json();
    let expected = json!({
        "id": id, "kind": "close_activity", "subject": "100301", "run": 1, "step": "stop", "direction": "forward",
        "state": "running", "attempts": 0, "run_at": "2026-03-02T02:00:00.000Z", "last_error": null, "data": {},
        "started_at": "2026-03-02T02:00:00.000Z", "ended_at": null,
    });
    assert_eq!(running, expected);
    market.settle().await;
    market.clock.advance(TimeDelta::seconds(5));
    market.settle().await;
    let all = market.get("/admin/workflows").await.items();
    let kinds: Vec<_> = all.iter().map(|run| (run["kind"].as_str().unwrap(), run["state"].as_str().unwrap())).collect();
    assert_eq!(kinds, [("settle_day", "done"), ("close_activity", "done")]);
    assert_eq!(market.get("/admin/workflows?kind=settle_day").await.items(), all[..1]);
    assert_eq!(market.get("/admin/workflows?state=stuck").await.items(), [] as [Value; 0]);
    let first = market.get("/admin/workflows?limit=1").await.json();
    let rest = market.get(format!("/admin/workflows?cursor={}", first["next_cursor"].as_str().unwrap())).await.items();
    assert_eq!(rest, all[1..]);
    let bad = market.get("/admin/workflows?state=lost&limit=0&cursor=x&page=1").await;
    assert_eq!(bad.fault_fields(), ["page", "state", "cursor", "limit"]);
}

#[tokio::test]
async fn only_a_stuck_workflow_is_retried() {
    let market = Market::demo().await;
    let id = close(&market).await;
    let refused = retry(&market, &id).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    let workflow_id: WorkflowId = id.parse().unwrap();
    let run = market.app.workflow(workflow_id).await.unwrap();
    let stuck = WorkflowMove {
        state: WorkflowState::Stuck,
        run_at: None,
        last_error: Some("no".into()),
        ..WorkflowMove::of(&run)
    };
    market.app.move_workflow(&stuck).await.unwrap().unwrap();
    assert_eq!(market.get("/admin/workflows?state=stuck").await.items().len(), 1);
    let answer = retry(&market, &id).await;
    assert_eq!((answer.status, &answer.json()["state"]), (StatusCode::OK, &json!("running")));
    let unknown = "flow_01J9ZZZZZZZZZZZZZZZZZZZZZZ";
    assert_eq!(retry(&market, unknown).await.code(), "not_found");
    assert_eq!(market.get(format!("/admin/workflows/{unknown}")).await.code(), "not_found");
    assert_eq!(retry(&market, "flow_1").await.fault_fields(), ["id"]);
    assert_eq!(market.get("/admin/workflows/flow_1").await.fault_fields(), ["id"]);
    let long = "x".repeat(market.app.config().server.body_bytes_max + 1);
    let call = market.call(Method::POST, format!("/admin/workflows/{id}/retry")).body("text/plain", long);
    assert_eq!(call.send().await.code(), "payload_too_large");
}
