//! Guests of the demo: signed in with draws to begin with, once.

use axum::Router;
use big_market::api::{self, ApiState, Workers};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::market::{Market, recorder};

const GUEST: &str = "/demo/guest";

async fn guest(market: &Market, token: Option<&str>) -> Value {
    let call = market.call(Method::POST, GUEST).anonymous();
    let call = if let Some(token) = token { call.bearer(token) } else { call };
    let answer = call.send().await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()
}

async fn left(market: &Market, guest: &Value) -> Value {
    let path = format!("/v1/activities/100301/quota?user_id={}", guest["user_id"].as_str().unwrap());
    let answer = market.call(Method::GET, path).bearer(guest["token"].as_str().unwrap()).send().await;
    answer.json()["total"]["left"].clone()
}

#[tokio::test]
async fn a_guest_draws_and_comes_back_without_a_second_welcome() {
    let market = Market::demo().await;
    let first = guest(&market, None).await;
    assert_eq!((&first["activity_id"], left(&market, &first).await), (&json!("100301"), json!(10)));
    let token = first["token"].as_str().unwrap();
    let body = json!({"user_id": first["user_id"]});
    let path = "/v1/activities/100301/draws";
    let drawn = market.call(Method::POST, path).bearer(token).key("k").json(body).send().await;
    assert_eq!(drawn.status, StatusCode::CREATED, "{}", drawn.text());
    let again = guest(&market, Some(token)).await;
    assert_eq!((&again["user_id"], left(&market, &again).await), (&first["user_id"], json!(9)));
}

#[tokio::test]
async fn each_guest_is_somebody_else_and_nobody_becomes_a_user_of_the_business() {
    let market = Market::demo().await;
    let (one, other) = (guest(&market, None).await, guest(&market, None).await);
    assert_ne!(one["user_id"], other["user_id"]);
    let wish = json!({"user_id": "ann", "activity_id": "100301"});
    let anns = market.call(Method::POST, "/v1/user-tokens").json(wish).send().await.json();
    for token in [anns["token"].as_str().unwrap(), "nothing", &market.secret] {
        let name = guest(&market, Some(token)).await["user_id"].clone();
        assert!(name.as_str().unwrap().starts_with("guest-"), "{name}");
        assert_ne!(name, one["user_id"]);
    }
}

#[tokio::test]
async fn there_are_no_guests_where_the_demo_does_not_run() {
    let market = Market::demo().await;
    let router: Router = api::router(ApiState::new(market.app.clone(), recorder(), Workers::Here));
    let request = Request::post(GUEST).body(axum::body::Body::empty()).unwrap();
    assert_eq!(router.oneshot(request).await.unwrap().status(), StatusCode::NOT_FOUND);
}
