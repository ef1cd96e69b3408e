//! Earning, spending, setting aside and taking back points over HTTP.

use big_market::domain::api_key::Scope;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::{Answer, Market};

/// A call of one of the routes of ann's points.
async fn post(market: &Market, rest: &str, key: &str, body: Value) -> Answer {
    market.call(Method::POST, format!("/v1/users/ann/points/{rest}")).key(key).json(body).send().await
}

/// A call of a route that takes no body.
async fn act(market: &Market, rest: &str, key: &str) -> Answer {
    market.call(Method::POST, format!("/v1/users/ann/points/{rest}")).key(key).send().await
}

/// What is done, which must be done.
async fn done(market: &Market, rest: &str, key: &str, body: Value) -> Value {
    let answer = post(market, rest, key, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.code())
}

fn no(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn holdings(market: &Market) -> Value {
    let mut body = market.get("/v1/users/ann/points").await.json();
    body.as_object_mut().unwrap().retain(|name, _| matches!(name.as_str(), "balance" | "held" | "expiring"));
    body
}

#[tokio::test]
async fn points_are_earned_and_spent() {
    let market = Market::empty().await;
    let wish = json!({"amount": "12.5", "expires_at": "2026-04-01T00:00:00+08:00", "note": "order 7001 完成"});
    let earned = done(&market, "earn", "e-1", wish).await;
    assert!(earned["id"].as_str().unwrap().starts_with("xfer_"));
    assert_eq!(
        earned,
        json!({
            "id": earned["id"], "user_id": "ann", "request_id": "e-1", "reason": "earn", "amount": "12.50",
            "balance": "12.50", "note": "order 7001 完成", "expires_at": "2026-03-31T16:00:00.000Z",
            "created_at": "2026-03-02T02:00:00.000Z",
        })
    );
    let spent = done(&market, "spend", "s-1", json!({"amount": "2.49"})).await;
    assert_eq!(
        spent,
        json!({
            "id": spent["id"], "user_id": "ann", "request_id": "s-1", "reason": "spend", "amount": "-2.49",
            "balance": "10.01", "created_at": "2026-03-02T02:00:00.000Z",
        })
    );
    done(&market, "earn", "e-2", json!({"amount": "1", "expires_at": null, "note": null})).await;
    let body = market.get("/v1/users/ann/points").await.json();
    assert_eq!((&body["balance"], &body["held"]), (&json!("11.01"), &json!("0.00")));
    assert_eq!(body["expiring"], json!([{"amount": "10.01", "expires_at": "2026-03-31T16:00:00.000Z"}]));
    let line = |at: usize| body["items"][at].clone();
    assert_eq!(
        (&line(1)["key"], &line(1)["amount"], &line(1)["balance"]),
        (&json!("s-1"), &json!("-2.49"), &json!("10.01"))
    );
    assert_eq!((&line(2)["note"], line(1).get("note")), (&json!("order 7001 完成"), None));
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_byte_for_byte() {
    let market = Market::empty().await;
    let earn = json!({"amount": "50", "expires_at": "2026-03-02T03:00:00Z", "note": "hello"});
    let hold = json!({"amount": "5", "expires_at": "2026-03-02T03:00:00Z"});
    let mut firsts = Vec::new();
    for (rest, body) in [("earn", earn), ("spend", json!({"amount": "20.5", "note": "bye"})), ("holds", hold)] {
        let answer = post(&market, rest, "same", body.clone()).await;
        assert_eq!((answer.status, answer.header("idempotency-replayed")), (StatusCode::CREATED, None));
        firsts.push((rest.to_owned(), Some(body), answer));
    }
    let spent = firsts[1].2.json()["id"].as_str().unwrap().to_owned();
    let hold = firsts[2].2.json()["id"].as_str().unwrap().to_owned();
    for rest in [format!("holds/{hold}/capture"), format!("transfers/{spent}/reverse")] {
        let answer = act(&market, &rest, "same").await;
        assert_eq!((answer.status, answer.header("idempotency-replayed")), (StatusCode::CREATED, None));
        firsts.push((rest, None, answer));
    }
    let before = market.get("/v1/users/ann/points").await;
    // Times of the wishes are over by now: a repeat is answered all the same.
    market.clock.advance(TimeDelta::hours(5));
    for (rest, body, first) in &firsts {
        let again = match body {
            Some(body) => post(&market, rest, "same", body.clone()).await,
            None => act(&market, rest, "same").await,
        };
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{rest}");
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "{rest}");
    }
    assert_eq!(market.get("/v1/users/ann/points").await.body, before.body);
}

#[tokio::test]
async fn a_key_used_for_another_wish_is_refused() {
    let market = Market::empty().await;
    done(&market, "earn", "k", json!({"amount": "50", "note": "a"})).await;
    let spent = done(&market, "spend", "k", json!({"amount": "5"})).await["id"].as_str().unwrap().to_owned();
    let other = done(&market, "spend", "l", json!({"amount": "5"})).await["id"].as_str().unwrap().to_owned();
    let hold = done(&market, "holds", "k", json!({"amount": "5"})).await["id"].as_str().unwrap().to_owned();
    let second = done(&market, "holds", "l", json!({"amount": "5"})).await["id"].as_str().unwrap().to_owned();
    for (rest, body) in [
        ("earn", json!({"amount": "50.01", "note": "a"})),
        ("earn", json!({"amount": "50"})),
        ("earn", json!({"amount": "50", "note": "b"})),
        ("earn", json!({"amount": "50", "note": "a", "expires_at": "2027-01-01T00:00:00Z"})),
        ("spend", json!({"amount": "6"})),
        ("spend", json!({"amount": "5", "note": "a"})),
        ("holds", json!({"amount": "6"})),
        ("holds", json!({"amount": "5", "expires_at": "2027-01-01T00:00:00Z"})),
    ] {
        assert_eq!(refused(&post(&market, rest, "k", body.clone()).await), no(422, "request_reused"), "{rest} {body}");
    }
    act(&market, &format!("transfers/{spent}/reverse"), "k").await;
    assert_eq!(refused(&act(&market, &format!("transfers/{other}/reverse"), "k").await), no(422, "request_reused"));
    for verb in ["capture", "release"] {
        act(&market, &format!("holds/{hold}/capture"), "k").await;
        let rest = format!("holds/{second}/{verb}");
        let answer = act(&market, &rest, "k").await;
        if verb == "capture" {
            assert_eq!(refused(&answer), no(422, "request_reused"));
        } else {
            assert_eq!(answer.status, StatusCode::CREATED, "keys belong to their route");
        }
    }
    // Another user may use any of them.
    let call = market.call(Method::POST, "/v1/users/bob/points/earn").key("k").json(json!({"amount": "1"}));
    assert_eq!(call.send().await.json()["balance"], "1.00");
}

#[tokio::test]
async fn too_few_points_are_refused_with_the_balance() {
    let market = Market::empty().await;
    let earned = done(&market, "earn", "e", json!({"amount": "10"})).await["id"].as_str().unwrap().to_owned();
    for rest in ["spend", "holds"] {
        let answer = post(&market, rest, "k", json!({"amount": "10.01"})).await;
        assert_eq!(refused(&answer), no(409, "insufficient_points"), "{rest}");
        assert_eq!(answer.json()["balance"], "10.00");
    }
    // After a refusal the same key can be sent again.
    done(&market, "holds", "k", json!({"amount": "4"})).await;
    let answer = act(&market, &format!("transfers/{earned}/reverse"), "k").await;
    assert_eq!(refused(&answer), no(409, "insufficient_points"));
    assert_eq!(
        (answer.json()["balance"].clone(), holdings(&market).await["held"].clone()),
        (json!("6.00"), json!("4.00"))
    );
}

#[tokio::test]
async fn holds_are_captured_or_released() {
    let market = Market::empty().await;
    done(&market, "earn", "e", json!({"amount": "100", "expires_at": "2026-03-03T00:00:00Z"})).await;
    let first = done(&market, "holds", "h-1", json!({"amount": "30", "expires_at": "2026-03-02T04:00:00Z"})).await;
    assert_eq!(
        first,
        json!({
            "id": first["id"], "user_id": "ann", "request_id": "h-1", "amount": "30.00", "balance": "70.00",
            "transfer_id": first["transfer_id"], "expires_at": "2026-03-02T04:00:00.000Z",
            "created_at": "2026-03-02T02:00:00.000Z",
        })
    );
    let second = done(&market, "holds", "h-2", json!({"amount": "20"})).await;
    let expiring = |amount: &str| json!([{"amount": amount, "expires_at": "2026-03-03T00:00:00.000Z"}]);
    assert_eq!(holdings(&market).await, json!({"balance": "50.00", "held": "50.00", "expiring": expiring("50.00")}));
    let (first, second) = (first["id"].as_str().unwrap(), second["id"].as_str().unwrap());
    let captured = act(&market, &format!("holds/{second}/capture"), "c").await;
    assert_eq!(
        captured.json(),
        json!({
            "id": second, "user_id": "ann", "amount": "20.00", "state": "captured",
            "transfer_id": captured.json()["transfer_id"], "ended_at": "2026-03-02T02:00:00.000Z",
        })
    );
    assert_eq!(act(&market, &format!("holds/{second}/capture"), "another").await.body, captured.body);
    assert_eq!(refused(&act(&market, &format!("holds/{second}/release"), "r").await), no(409, "conflict"));
    // Too late to capture, and never too late to release.
    market.clock.set("2026-03-02T04:00:00Z");
    assert_eq!(refused(&act(&market, &format!("holds/{first}/capture"), "c-1").await), no(409, "conflict"));
    let released = act(&market, &format!("holds/{first}/release"), "r").await;
    assert_eq!((released.status, &released.json()["state"]), (StatusCode::CREATED, &json!("released")));
    assert_eq!(act(&market, &format!("holds/{first}/release"), "r").await.body, released.body);
    assert_eq!(refused(&act(&market, &format!("holds/{first}/capture"), "c-2").await), no(409, "conflict"));
    assert_eq!(holdings(&market).await, json!({"balance": "80.00", "held": "0.00", "expiring": expiring("80.00")}));
    let items = market.get("/v1/users/ann/points").await.items();
    let lines: Vec<_> =
        items.iter().map(|item| (item["reason"].as_str().unwrap(), item["balance"].as_str().unwrap())).collect();
    assert_eq!(lines, [("release", "80.00"), ("hold", "50.00"), ("hold", "70.00"), ("earn", "100.00")]);
    assert_eq!(items[0]["key"], json!(first));
}

#[tokio::test]
async fn a_hold_tells_where_it_stands() {
    let market = Market::empty().await;
    done(&market, "earn", "e", json!({"amount": "100"})).await;
    let wish = json!({"amount": "30", "expires_at": "2026-03-02T04:00:00Z"});
    let (first, second) =
        (done(&market, "holds", "h", wish).await, done(&market, "holds", "i", json!({"amount": "5"})).await);
    let path = |hold: &Value| format!("/v1/users/ann/points/holds/{}", hold["id"].as_str().unwrap());
    let extended = |hold: &Value, more: Value| {
        let mut told = hold.clone();
        told.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        told
    };
    assert_eq!(market.get(path(&first)).await.json(), extended(&first, json!({"state": "held"})));
    market.clock.advance(TimeDelta::minutes(1));
    let captured = act(&market, &format!("holds/{}/capture", second["id"].as_str().unwrap()), "c").await.json();
    let ended_at = &captured["ended_at"];
    let ended = json!({"state": "captured", "ended_by": captured["transfer_id"], "ended_at": ended_at});
    assert_eq!(market.get(path(&second)).await.json(), extended(&second, ended));
    market.clock.advance(TimeDelta::hours(2));
    assert_eq!(market.get(path(&first)).await.json()["state"], "held", "over, and not released yet");
    market.app.expire_points().await.unwrap();
    let told = market.get(path(&first)).await.json();
    let ended_by = &market.get("/v1/users/ann/points").await.items()[0]["id"];
    let ended = json!({"state": "released", "ended_by": ended_by, "ended_at": "2026-03-02T04:01:00.000Z"});
    assert_eq!(told, extended(&first, ended));

    let reader = market.key_with([Scope::UsersRead]).await;
    assert_eq!(market.call(Method::GET, path(&first)).bearer(&reader).send().await.json(), told);
    let writer = market.key_with([Scope::PointsWrite]).await;
    assert_eq!(refused(&market.call(Method::GET, path(&first)).bearer(&writer).send().await), no(403, "forbidden"));
    for unknown in [path(&first).replace("ann", "bob"), path(&json!({"id": "hold_01J9ZZZZZZZZZZZZZZZZZZZZZZ"}))] {
        assert_eq!(refused(&market.get(&unknown).await), no(404, "not_found"), "{unknown}");
    }
    assert_eq!(market.get("/v1/users/a%0Ab/points/holds/what").await.fault_fields(), ["id", "hold"]);
}

#[tokio::test]
async fn a_transfer_is_taken_back_once() {
    let market = Market::empty().await;
    let earned = done(&market, "earn", "e", json!({"amount": "100", "expires_at": "2026-03-03T00:00:00Z"})).await;
    let spent = done(&market, "spend", "s", json!({"amount": "30"})).await;
    let path = format!("transfers/{}/reverse", spent["id"].as_str().unwrap());
    let reversed = act(&market, &path, "r").await.json();
    assert_eq!(
        reversed,
        json!({
            "id": reversed["id"], "user_id": "ann", "request_id": "r", "reason": "reversal", "amount": "30.00",
            "balance": "100.00", "reverses": spent["id"], "created_at": "2026-03-02T02:00:00.000Z",
        })
    );
    assert_eq!(holdings(&market).await["expiring"][0]["amount"], "100.00");
    let again = act(&market, &path, "another").await;
    assert_eq!(refused(&again), no(409, "conflict"));
    assert!(again.text().contains(reversed["id"].as_str().unwrap()), "{}", again.text());
    let path = format!("transfers/{}/reverse", reversed["id"].as_str().unwrap());
    assert_eq!(refused(&act(&market, &path, "r-2").await), no(409, "conflict"), "a reversal is not reversed");
    let path = format!("transfers/{}/reverse", earned["id"].as_str().unwrap());
    assert_eq!(act(&market, &path, "r-3").await.json()["amount"], "-100.00");
    assert_eq!(holdings(&market).await, json!({"balance": "0.00", "held": "0.00", "expiring": []}));
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn points_of_an_expired_earning_are_not_taken_from_others() {
    let market = Market::empty().await;
    let earned = done(&market, "earn", "e", json!({"amount": "1", "expires_at": "2026-03-02T03:00:00Z"})).await;
    done(&market, "earn", "f", json!({"amount": "5"})).await;
    market.clock.advance(TimeDelta::hours(1));
    market.app.expire_points().await.unwrap();
    let path = format!("transfers/{}/reverse", earned["id"].as_str().unwrap());
    assert_eq!(refused(&act(&market, &path, "r").await), no(409, "conflict"));
    assert_eq!(holdings(&market).await["balance"], "5.00");
}

#[tokio::test]
async fn what_is_not_there_or_not_theirs_is_not_found() {
    let market = Market::empty().await;
    let earned = done(&market, "earn", "e", json!({"amount": "100"})).await;
    let hold = done(&market, "holds", "h", json!({"amount": "1"})).await;
    let (xfer, hold) = (earned["id"].as_str().unwrap(), hold["id"].as_str().unwrap());
    let (no_xfer, no_hold) = ("xfer_01J9ZZZZZZZZZZZZZZZZZZZZZZ", "hold_01J9ZZZZZZZZZZZZZZZZZZZZZZ");
    for rest in [
        format!("ann/points/transfers/{no_xfer}/reverse"),
        format!("bob/points/transfers/{xfer}/reverse"),
        format!("ann/points/holds/{no_hold}/capture"),
        format!("ann/points/holds/{no_hold}/release"),
        format!("bob/points/holds/{hold}/capture"),
        format!("bob/points/holds/{hold}/release"),
    ] {
        let answer = market.call(Method::POST, format!("/v1/users/{rest}")).key("k").send().await;
        assert_eq!(refused(&answer), no(404, "not_found"), "{rest}");
    }
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let market = Market::empty().await;
    let long = "x".repeat(201);
    for (rest, body, fields) in [
        ("earn", json!({"amount": "0"}), &["amount"] as &[&str]),
        ("earn", json!({"amount": "0.00"}), &["amount"]),
        ("earn", json!({"amount": "-1"}), &["amount"]),
        ("earn", json!({"amount": "1.234"}), &["amount"]),
        ("earn", json!({"amount": "10000000000.01"}), &["amount"]),
        ("earn", json!({"amount": 5}), &["amount"]),
        ("earn", json!({"amount": "x", "expires_at": "soon", "note": ""}), &["amount", "expires_at", "note"]),
        ("earn", json!({"amount": "1", "note": long}), &["note"]),
        ("earn", json!({"amount": "1", "note": "two\nlines"}), &["note"]),
        ("earn", json!({"amount": "1", "expires_at": "2026-03-02T02:00:00Z"}), &["expires_at"]),
        ("earn", json!({"amount": "1", "expires_at": "2026-03-03T02:00:00"}), &["expires_at"]),
        ("earn", json!({"amount": "1", "expires_at": "+12026-03-03T02:00:00Z"}), &["expires_at"]),
        ("earn", json!({"expires_at": null}), &["amount"]),
        ("spend", json!({"amount": "0", "note": " "}), &["amount", "note"]),
        ("spend", json!({"amount": "10000000000.01"}), &["amount"]),
        ("spend", json!({"amount": "1", "expires_at": null}), &["expires_at"]),
        ("holds", json!({"amount": "0", "expires_at": ""}), &["amount", "expires_at"]),
        ("holds", json!({"amount": "1", "expires_at": "2026-03-02T02:00:00Z"}), &["expires_at"]),
        ("holds", json!({"amount": "1", "note": "x"}), &["note"]),
    ] {
        let answer = post(&market, rest, "k", body.clone()).await;
        assert_eq!(refused(&answer), no(400, "invalid_request"), "{rest} {body}");
        assert_eq!(answer.fault_fields(), fields, "{rest} {body}");
    }
    done(&market, "earn", "most", json!({"amount": "10000000000"})).await;
    let fields = async |path: &str| {
        let answer = market.call(Method::POST, format!("/v1/users/{path}")).key("k").send().await;
        assert_eq!(refused(&answer), no(400, "invalid_request"), "{path}");
        answer.fault_fields()
    };
    assert_eq!(fields("a%0Ab/points/holds/what/capture").await, ["id", "hold"]);
    assert_eq!(fields("ann/points/holds/what/release").await, ["hold"]);
    assert_eq!(fields("ann/points/transfers/what/reverse").await, ["transfer"]);
    assert_eq!(fields("a%FFb/points/transfers/what/reverse").await, ["id"]);
}

#[tokio::test]
async fn requests_are_read_as_those_of_any_route() {
    let market = Market::empty().await;
    let hold = "holds/hold_01J9ZZZZZZZZZZZZZZZZZZZZZZ/capture";
    for rest in ["earn", "spend", "holds", hold] {
        let call = || market.call(Method::POST, format!("/v1/users/ann/points/{rest}"));
        let takes_body = rest != hold;
        let keyless = if takes_body { call().json(json!({"amount": "1"})) } else { call() };
        assert_eq!(refused(&keyless.send().await), no(400, "idempotency_key_missing"), "{rest}");
        let large = call().key("k").body("application/json", vec![b' '; 70_000]).send().await;
        assert_eq!(refused(&large), no(413, "payload_too_large"), "{rest}");
        if takes_body {
            let text = call().key("k").body("text/plain", "1").send().await;
            assert_eq!(refused(&text), no(415, "unsupported_media_type"), "{rest}");
            let broken = call().key("k").body("application/json", "{").send().await;
            assert_eq!(refused(&broken), no(400, "malformed_json"), "{rest}");
        } else {
            let body = call().key("k").json(json!({})).send().await;
            assert_eq!(refused(&body), no(400, "invalid_request"), "{rest}");
        }
    }
}

#[tokio::test]
async fn two_parallel_spends_over_http_with_a_balance_for_one() {
    let market = Market::empty().await;
    done(&market, "earn", "e", json!({"amount": "10"})).await;
    let wishes = (0..8).map(|number| {
        let market = &market;
        async move { post(market, "spend", &format!("s-{number}"), json!({"amount": "10"})).await.status }
    });
    let statuses = futures::future::join_all(wishes).await;
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::CREATED).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::CONFLICT).count(), 7);
}
