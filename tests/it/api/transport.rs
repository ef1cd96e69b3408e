//! What HTTP itself can go wrong with: every answer is a problem all the same.

use big_market::api::{Access, routes};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::Market;

const DRAWS: &str = "/v1/activities/100301/draws";

#[tokio::test]
async fn what_is_not_json_is_told_with_its_place() {
    let market = Market::demo().await;
    for (body, line, column) in [("{\"user_id\": \"ann\",\n}", 2, 1), ("", 1, 0), ("{\"user_id\": \"ann\"", 1, 17)] {
        let answer = market.call(Method::POST, DRAWS).key("k").body("application/json", body).send().await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "malformed_json"), "{body}");
        assert_eq!(answer.json()["position"], json!({"line": line, "column": column}), "{body}");
    }
    let answer = market.call(Method::POST, DRAWS).key("k").body("application/json", vec![b'"', 0xff]).send().await;
    assert_eq!(answer.code(), "malformed_json");
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let market = Market::demo().await;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
        let answer = market.call(Method::POST, DRAWS).key("k").body(media_type, "{}").send().await;
        let expected = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type");
        assert_eq!((answer.status, answer.code().as_str()), expected, "{media_type:?}");
    }
    let with_parameter = market.call(Method::POST, DRAWS).key("k").body("application/json; charset=utf-8", "{}");
    assert_eq!(with_parameter.send().await.fault_fields(), ["user_id"]);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let market = Market::demo().await;
    let bytes_max = market.app.config().server.body_bytes_max;
    let padded = |bytes: usize| {
        let body = json!({"user_id": "ann"}).to_string();
        format!("{body}{}", " ".repeat(bytes - body.len()))
    };
    for path in [DRAWS, "/v1/activities/100301/recharges", "/admin/api-keys", "/admin/activities/100301/publish"] {
        let answer =
            market.call(Method::POST, path).key("k").body("application/json", padded(bytes_max + 1)).send().await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
            "{path}"
        );
    }
    let answer = market.call(Method::POST, DRAWS).key("k").body("application/json", padded(bytes_max)).send().await;
    assert_eq!(answer.code(), "quota_exhausted");
}

#[tokio::test]
async fn unknown_routes_are_not_found() {
    let market = Market::empty().await;
    for path in ["/v1", "/v2/activities/1", "/v1/activities/1/nothing", "/healthz/"] {
        let answer = market.call(Method::GET, path).anonymous().send().await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"), "{path}");
    }
}

#[tokio::test]
async fn every_route_names_the_methods_it_takes() {
    let market = Market::empty().await;
    for route in routes() {
        let path = route.path.replace("{id}", "nobody");
        let answer = market.call(Method::TRACE, path).anonymous().send().await;
        let expected = (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
        assert_eq!((answer.status, answer.code().as_str()), expected, "{}", route.path);
        assert!(answer.header("allow").unwrap().contains(route.method.as_str()), "{}", route.path);
    }
}

#[tokio::test]
async fn a_request_keeps_its_id_or_gets_one() {
    let market = Market::empty().await;
    let with = async |id: &str| {
        let answer = market.call(Method::GET, "/healthz").header("x-request-id", id).send().await;
        answer.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(with("shop-7f3a").await, "shop-7f3a");
    for bad in ["", "two words", &"x".repeat(129), "é"] {
        assert!(with(bad).await.starts_with("req_"), "{bad:?}");
    }
    let new = async || market.get("/healthz").await.header("x-request-id").unwrap().to_owned();
    assert_ne!(new().await, new().await);
}

#[tokio::test]
async fn any_noise_is_answered_with_a_problem() {
    let market = Market::demo().await;
    let noise = [
        json!(null),
        json!(true),
        json!("text"),
        json!([[[[]]]]),
        json!({"user_id": {"$ne": 1}}),
        json!({"user_id": ["ann"], "count": {}}),
        json!({"": ""}),
    ];
    for route in routes().iter().filter(|route| route.method != Method::GET && route.access != Access::Public) {
        for body in &noise {
            let path = route.path.replace("{id}", "100301");
            let call = market.call(route.method.clone(), path).key("k").json(Value::clone(body));
            let answer = call.send().await;
            assert!(answer.status.is_client_error(), "{} {body}: {}", route.path, answer.status);
        }
    }
}
