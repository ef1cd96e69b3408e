//! Tokens of end users: whom they speak for, and that they reach nothing else.

use big_market::api::{Access, Route, routes};
use big_market::config::ChosenSecret;
use big_market::domain::api_key::Scope;
use big_market::domain::document::PrizeDocument;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::{Answer, Market};

const TOKENS: &str = "/v1/user-tokens";

async fn give(market: &Market, wish: Value) -> Answer {
    market.call(Method::POST, TOKENS).json(wish).send().await
}

async fn token(market: &Market, user: &str, activity: &str) -> String {
    let answer = give(market, json!({"user_id": user, "activity_id": activity})).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()["token"].as_str().unwrap().to_owned()
}

/// A market with the demo campaign and another one like it.
async fn two_activities() -> Market {
    let market = Market::demo().await;
    let mut other = crate::support::market::demo_document();
    other.activity = "other".into();
    market.app.publish(other, "tests").await.unwrap();
    market
}

/// Calls a route with a token, as `ann` in the demo would.
async fn call(market: &Market, route: &Route, token: &str) -> Answer {
    let of_users = route.path.starts_with("/v1/users/");
    let path = route.path.replace("{id}", if of_users { "ann" } else { "100301" });
    let query = if route.method == Method::GET && !of_users { "?user_id=ann" } else { "" };
    let call = market.call(route.method.clone(), format!("{path}{query}")).bearer(token).key("k");
    if route.method == Method::GET {
        return call.send().await;
    }
    let mut body = json!({"user_id": "ann"});
    if names_activity_in_body(route) {
        body["activity_id"] = json!("100301");
    }
    call.json(body).send().await
}

/// Whether a route for users names the activity neither by its path nor by an award.
fn names_activity_in_body(route: &Route) -> bool {
    let by_path = ["/v1/activities/", "/v1/awards/"].iter().any(|start| route.path.starts_with(start));
    route.method != Method::GET && !by_path
}

#[tokio::test]
async fn a_token_reaches_its_own_user_and_activity_on_every_route_for_users() {
    let market = two_activities().await;
    let own = token(&market, "ann", "100301").await;
    let (bobs, elsewhere) = (token(&market, "bob", "100301").await, token(&market, "ann", "other").await);
    let mut for_users = 0;
    for route in routes() {
        let name = format!("{} {}", route.method, route.path);
        if !route.users {
            if route.access != Access::Public {
                let answer = call(&market, &route, &own).await;
                assert!(matches!(answer.status.as_u16(), 401 | 403), "{name} is not for users: {}", answer.status);
            }
            continue;
        }
        for_users += 1;
        let answer = call(&market, &route, &own).await;
        assert!(!matches!(answer.status.as_u16(), 401 | 403 | 500..), "{name}: {} {}", answer.status, answer.text());
        let answer = call(&market, &route, &bobs).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::FORBIDDEN, "forbidden"),
            "{name}: another user's"
        );
        if route.path.starts_with("/v1/activities/") || names_activity_in_body(&route) {
            let answer = call(&market, &route, &elsewhere).await;
            assert_eq!(answer.code(), "forbidden", "{name}: of another activity");
        }
    }
    assert!(for_users >= 9, "{for_users}");
}

#[tokio::test]
async fn whatever_a_request_names_must_be_the_token_s_own() {
    let market = two_activities().await;
    let own = token(&market, "ann", "100301").await;
    let draws = "/v1/activities/100301/draws";
    for body in [
        json!({}),
        json!({"user_id": "bob"}),
        json!({"user_id": ["ann"]}),
        json!({"user_id": null}),
        json!({"user_id": "ann "}),
        json!({"user_id": "ann", "activity_id": "other"}),
        json!([{"user_id": "ann"}]),
    ] {
        let answer = market.call(Method::POST, draws).bearer(&own).key("k").json(body.clone()).send().await;
        assert_eq!((answer.code().as_str(), answer.json().get("scope")), ("forbidden", None), "{body}");
    }
    let answer = market.call(Method::POST, draws).bearer(&own).key("k").body("application/json", "{").send().await;
    assert_eq!(answer.code(), "malformed_json");
    let quota = "/v1/activities/100301/quota?user_id=ann";
    for (path, code) in
        [(format!("{quota}&user_id=bob"), "forbidden"), (format!("{quota}&activity=other"), "forbidden")]
    {
        assert_eq!(market.call(Method::GET, &path).bearer(&own).send().await.code(), code, "{path}");
    }
    market.user("ann").recharge("9014").await;
    let answer = market.call(Method::POST, draws).bearer(&own).key("k").json(json!({"user_id": "ann"})).send().await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let seen = market.call(Method::GET, "/v1/users/ann/draws").bearer(&own).send().await.items();
    assert_eq!((seen.len(), &seen[0]["user_id"]), (1, &json!("ann")));
}

#[tokio::test]
async fn a_token_claims_the_goods_of_its_own_activity() {
    let mut lamps = crate::support::market::demo_document();
    lamps.activity = "lamps".into();
    lamps.blacklist = None;
    for award in &mut lamps.awards {
        award.prize = PrizeDocument::Goods { claim_within_days: None };
    }
    let market = Market::demo().await;
    market.app.publish(lamps, "tests").await.unwrap();
    for user in ["ann", "bob"] {
        let recharge = json!({"user_id": user, "sku": "9014"});
        for (rest, body) in [("recharges", recharge), ("draws", json!({"user_id": user}))] {
            let path = format!("/v1/activities/lamps/{rest}");
            let answer = market.call(Method::POST, path).key("k").json(body).send().await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        }
    }
    let won = async |user: &str| {
        let award = market.get(format!("/v1/users/{user}/awards")).await.items().remove(0);
        assert_eq!((&award["award"]["kind"], &award["activity_id"]), (&json!("goods"), &json!("lamps")));
        award["id"].as_str().unwrap().to_owned()
    };
    let (anns, bobs) = (won("ann").await, won("bob").await);
    let claim = async |token: &str, award: &str, user: &str| {
        let body = json!({"user_id": user, "name": "Ann", "phone": "555", "address": ["Way 1"]});
        market.call(Method::POST, format!("/v1/awards/{award}/claim")).bearer(token).json(body).send().await
    };
    let (elsewhere, own) = (token(&market, "ann", "100301").await, token(&market, "ann", "lamps").await);
    let foreign = claim(&elsewhere, &anns, "ann").await;
    let path = "/v1/activities/lamps/draws";
    let other =
        market.call(Method::POST, path).bearer(&elsewhere).key("l").json(json!({"user_id": "ann"})).send().await;
    assert_eq!((foreign.status, &foreign.json()["detail"]), (StatusCode::FORBIDDEN, &other.json()["detail"]));
    assert_eq!(foreign.code(), "forbidden");
    assert_eq!(market.get("/admin/goods").await.items().len(), 0, "nothing is claimed");
    // Whoever has them, in whichever activity: what is not the user's is not there.
    for token in [&elsewhere, &own] {
        assert_eq!(claim(token, &bobs, "ann").await.code(), "not_found");
        assert_eq!(claim(token, "award_01J9ZZZZZZZZZZZZZZZZZZZZZZ", "ann").await.code(), "not_found");
        assert_eq!(claim(token, &bobs, "bob").await.code(), "forbidden");
        assert_eq!(claim(token, "7", "ann").await.fault_fields(), ["id"]);
    }
    let claimed = claim(&own, &anns, "ann").await;
    assert_eq!(claimed.status, StatusCode::OK, "{}", claimed.text());
}

#[tokio::test]
async fn a_token_expires_to_the_second() {
    let market = Market::demo().await;
    let answer = give(&market, json!({"user_id": "ann", "activity_id": "100301", "seconds": 60})).await;
    assert_eq!(answer.json()["expires_at"], "2026-03-02T02:01:00.000Z");
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    let quota = async || {
        let path = "/v1/activities/100301/quota?user_id=ann";
        market.call(Method::GET, path).bearer(&token).send().await.status.as_u16()
    };
    market.clock.advance(TimeDelta::milliseconds(59_999));
    assert_eq!(quota().await, 200);
    market.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(quota().await, 401);
}

#[tokio::test]
async fn forged_tokens_are_worth_nothing() {
    let with = async |secret: &str| {
        let secret = ChosenSecret::new(secret.into());
        Market::demo_with(move |config| config.tokens.secret = secret).await
    };
    let (first, same, other) = (with(&"a".repeat(32)).await, with(&"a".repeat(32)).await, with(&"b".repeat(32)).await);
    let made = Market::demo().await;
    let token = token(&first, "ann", "100301").await;
    let seen = async |market: &Market, token: &str| {
        market.call(Method::GET, "/v1/activities/100301").bearer(token).send().await.status.as_u16()
    };
    assert_eq!((seen(&first, &token).await, seen(&same, &token).await), (200, 200), "a fleet shares the secret");
    assert_eq!((seen(&other, &token).await, seen(&made, &token).await), (401, 401));
    let [header, claims, signature] = *token.split('.').collect::<Vec<_>>() else { panic!("{token}") };
    // {"alg":"none"}
    let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
    for forged in [unsigned, format!("{header}.{claims}."), format!("{header}.{claims}x.{signature}"), "eyJ..".into()] {
        assert_eq!(seen(&first, &forged).await, 401, "{forged}");
    }
}

#[tokio::test]
async fn bad_wishes_for_tokens_are_refused_by_field() {
    let market = Market::demo().await;
    let wish = json!({"user_id": "", "activity_id": "a b", "seconds": 59});
    assert_eq!(give(&market, wish).await.fault_fields(), ["user_id", "activity_id", "seconds"]);
    let wish = json!({"user_id": "ann", "activity_id": "100301", "seconds": 86_401});
    assert_eq!(give(&market, wish).await.fault_fields(), ["seconds"]);
    assert_eq!(give(&market, json!({"user_id": "ann", "activity_id": "nothing"})).await.code(), "not_found");
    let reader = market.key_with([Scope::UsersRead]).await;
    let answer = market.call(Method::POST, TOKENS).bearer(&reader).json(json!({})).send().await;
    assert_eq!(answer.code(), "forbidden");
}
