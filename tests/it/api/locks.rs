//! Guessing: what happens side by side, in stolen sessions, and to locks that somebody lifts.

use big_market::domain::operator::Role;
use chrono::TimeDelta;
use futures::future::join_all;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::people::{Person, SECRET, add};
use crate::support::market::{Answer, Market};

const SESSION: &str = "/admin/session";
const OWN_PASSWORD: &str = "/admin/session/password";
const OPERATORS: &str = "/admin/operators";
const OTHER_SECRET: &str = "another long secret";

async fn try_in(market: &Market, name: &str, password: &str) -> Answer {
    let wish = json!({"name": name, "password": password});
    market.call(Method::POST, SESSION).anonymous().json(wish).send().await
}

#[tokio::test]
async fn guesses_side_by_side_get_no_more_tries_than_those_in_a_row() {
    let market = Market::empty().await;
    add(&market, "grace", Role::Admin).await;
    for name in ["grace", "nobody"] {
        let answers = join_all((0..12).map(|_| try_in(&market, name, "not the password"))).await;
        let of = |code: &str| answers.iter().filter(|answer| answer.code() == code).count();
        assert_eq!((of("unauthenticated"), of("too_many_attempts")), (5, 7), "{name}");
    }
}

#[tokio::test]
async fn tries_that_are_refused_do_not_make_a_lock_longer() {
    let market = Market::demo_with(|config| config.operators.lockout_seconds_max = 45).await;
    add(&market, "grace", Role::Viewer).await;
    for _ in 0..5 {
        try_in(&market, "grace", "not the password").await;
    }
    for seconds in [30, 45, 45] {
        for left in [seconds, 1] {
            let locked = try_in(&market, "grace", SECRET).await;
            assert_eq!((&locked.json()["wait_seconds"], locked.status.as_u16()), (&json!(left), 429));
            market.clock.advance(TimeDelta::milliseconds(if left == 1 { 1 } else { seconds * 1_000 - 1 }));
        }
        assert_eq!(try_in(&market, "grace", "not the password").await.code(), "unauthenticated");
    }
}

#[tokio::test]
async fn a_lock_leaves_those_alone_who_are_signed_in_and_is_lifted_with_a_new_password() {
    let market = Market::empty().await;
    let grace = add(&market, "grace", Role::Viewer).await;
    let signed_in = Person::sign_in(&market, "grace").await;
    for _ in 0..5 {
        try_in(&market, "grace", "not the password").await;
    }
    let listed = &market.get(OPERATORS).await.items()[0];
    assert_eq!(listed["locked_until"], "2026-03-02T02:00:30.000Z");
    assert!(signed_in.is_signed_in(&market).await);
    // Whoever holds a stolen cookie cannot go on guessing the password with it.
    let wish = json!({"password": SECRET, "new_password": OTHER_SECRET});
    let guess = signed_in.call(&market, Method::POST, OWN_PASSWORD).json(wish).send().await;
    assert_eq!((guess.code().as_str(), guess.header("retry-after")), ("too_many_attempts", Some("30")));
    let path = format!("{OPERATORS}/{}", grace.operator_id);
    let reset = market.call(Method::PATCH, path).json(json!({"password": OTHER_SECRET})).send().await;
    assert_eq!((reset.status, &reset.json()["locked_until"]), (StatusCode::OK, &Value::Null));
    assert!(!signed_in.is_signed_in(&market).await);
    assert_eq!(try_in(&market, "grace", OTHER_SECRET).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_before_anything_is_counted() {
    let market = Market::empty().await;
    let grace = add(&market, "grace", Role::Admin).await;
    let page = Person::sign_in(&market, "grace").await;
    let large = " ".repeat(market.app.config().server.body_bytes_max + 1);
    let one = format!("{OPERATORS}/{}", grace.operator_id);
    let calls = [
        (Method::POST, SESSION, false),
        (Method::POST, OWN_PASSWORD, true),
        (Method::POST, OPERATORS, true),
        (Method::PATCH, one.as_str(), true),
    ];
    for (method, path, signed_in) in calls {
        let call = || {
            if signed_in {
                page.call(&market, method.clone(), path)
            } else {
                market.call(method.clone(), path).anonymous()
            }
        };
        for (media_type, body, code) in [
            ("application/json", "{", "malformed_json"),
            ("application/json", r#"{"nmae": "grace"}"#, "invalid_request"),
            ("application/x-www-form-urlencoded", "name=grace", "unsupported_media_type"),
            ("application/json", large.as_str(), "payload_too_large"),
        ] {
            for _ in 0..2 {
                assert_eq!(call().body(media_type, body.to_owned()).send().await.code(), code, "{method} {path}");
            }
        }
    }
    for body in ["{}", large.as_str()] {
        let answer = page.call(&market, Method::DELETE, SESSION).body("application/json", body.to_owned()).send().await;
        assert!(["invalid_request", "payload_too_large"].contains(&answer.code().as_str()));
    }
    assert!(page.is_signed_in(&market).await);
    assert_eq!(try_in(&market, "grace", SECRET).await.status, StatusCode::CREATED, "nothing was counted");
}
