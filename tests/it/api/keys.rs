//! API keys over HTTP.

use big_market::domain::api_key::Scope;
use http::{Method, StatusCode};
use serde_json::json;

use crate::support::market::Market;
use crate::support::rows::change;

const PATH: &str = "/admin/api-keys";

#[tokio::test]
async fn a_key_is_made_with_its_secret_once() {
    let market = Market::demo().await;
    let wish = json!({"name": "shop server", "scopes": ["draws:write", "activities:read"]});
    let answer = market.call(Method::POST, PATH).json(wish).send().await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let key = answer.json();
    assert_eq!((&key["name"], &key["revoked_at"]), (&json!("shop server"), &json!(null)));
    assert_eq!(key["scopes"], json!(["activities:read", "draws:write"]));
    let secret = key["secret"].as_str().unwrap();
    let read = market.call(Method::GET, "/v1/activities/100301").bearer(secret).send().await;
    assert_eq!(read.status, StatusCode::OK);
    let listed = market.get(PATH).await;
    assert!(!listed.text().contains(secret) && !listed.text().contains("secret"));
    assert_eq!(listed.items().iter().filter(|listed| listed["id"] == key["id"]).count(), 1);
}

#[tokio::test]
async fn bad_wishes_are_refused_by_field() {
    let market = Market::empty().await;
    let cases = [
        (json!({"name": "", "scopes": ["draws:write"]}), vec!["name"]),
        (json!({"name": "x".repeat(101), "scopes": ["draws:write"]}), vec!["name"]),
        (json!({"name": "a\nb", "scopes": ["draws:write"]}), vec!["name"]),
        (json!({"name": "a", "scopes": []}), vec!["scopes"]),
        (json!({"name": "a", "scopes": ["draws:write", "all", "none"]}), vec!["scopes[1]", "scopes[2]"]),
        (json!({"name": "a", "scopes": [1]}), vec!["scopes[0]"]),
        (json!({"name": "a", "scopes": ["draws:write"], "secret": "mine"}), vec!["secret"]),
        (json!({"scopes": []}), vec!["name"]),
    ];
    for (wish, fields) in cases {
        let answer = market.call(Method::POST, PATH).json(wish.clone()).send().await;
        assert_eq!(
            (answer.status, answer.fault_fields()),
            (StatusCode::BAD_REQUEST, fields.iter().map(ToString::to_string).collect::<Vec<_>>()),
            "{wish}"
        );
    }
}

#[tokio::test]
async fn a_key_gives_only_scopes_it_has_itself() {
    let market = Market::empty().await;
    let limited = market.key_with([Scope::KeysWrite, Scope::ActivitiesRead]).await;
    let ask = async |scopes: &[&str]| {
        let wish = json!({"name": "another", "scopes": scopes});
        market.call(Method::POST, PATH).bearer(&limited).json(wish).send().await
    };
    assert_eq!(ask(&["activities:read"]).await.status, StatusCode::CREATED);
    let refused = ask(&["activities:read", "draws:write"]).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "forbidden".into()));
    assert!(refused.text().contains("draws:write"));
    assert_eq!(market.get(PATH).await.items().len(), 3, "the market's own, the limited one, and the one it made");
}

#[tokio::test]
async fn a_key_revoked_by_another_process_is_believed_for_five_seconds_at_most() {
    let market = Market::demo().await;
    let secret = market.key_with([Scope::ActivitiesRead]).await;
    let read = async || market.call(Method::GET, "/v1/activities/100301").bearer(&secret).send().await.status;
    assert_eq!(read().await, StatusCode::OK);
    let key = market.store.api_keys().await.unwrap().remove(0);
    market.store.revoke_api_key(key.api_key_id, &change(0)).await.unwrap();
    market.clock.advance(chrono::TimeDelta::milliseconds(4_999));
    assert_eq!(read().await, StatusCode::OK);
    market.clock.advance(chrono::TimeDelta::milliseconds(1));
    assert_eq!(read().await, StatusCode::UNAUTHORIZED);
    let listed = market.get(PATH).await.items();
    assert!(listed[0]["revoked_at"].is_string() && listed[1]["revoked_at"].is_null(), "{listed:?}");
}

#[tokio::test]
async fn revoking_takes_no_body() {
    let market = Market::empty().await;
    let known = market.get(PATH).await.items()[0]["id"].as_str().unwrap().to_owned();
    let delete = || market.call(Method::DELETE, format!("{PATH}/{known}"));
    assert_eq!(delete().json(json!({})).send().await.fault_fields(), [""]);
    let large = vec![b' '; market.app.config().server.body_bytes_max + 1];
    assert_eq!(delete().body("text/plain", large).send().await.code(), "payload_too_large");
    assert_eq!(market.get(PATH).await.status, StatusCode::OK, "the key that asked is worth what it was");
}
