//! Lists of users, and what became of a user or a draw.

use big_market::domain::award::PrizeValue;
use big_market::domain::outbox::AttemptOutcome;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::{Answer, Market, demo_document};

const LISTS: &str = "/admin/activities/100301/lists";

async fn put(market: &Market, path: &str, body: Value) -> Answer {
    market.call(Method::PUT, format!("{LISTS}/{path}")).json(body).send().await
}

async fn delete(market: &Market, path: &str) -> Answer {
    market.call(Method::DELETE, format!("{LISTS}/{path}")).send().await
}

#[tokio::test]
async fn users_are_put_on_lists_and_taken_off() {
    let market = Market::demo().await;
    let answer = put(&market, "grey/ann", json!({"reason": " seventeen accounts "})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let entry = json!({
        "user_id": "ann", "activity_id": "100301", "list": "grey", "reason": "seventeen accounts",
        "created_at": "2026-03-02T02:00:00.000Z",
    });
    assert_eq!(answer.json(), entry);
    market.clock.advance(TimeDelta::minutes(1));
    assert_eq!(
        put(&market, "grey/ann", json!({"reason": "seventeen accounts"})).await.json(),
        entry,
        "nothing changed"
    );
    put(&market, "grey/%E7%94%A8%E6%88%B7%2F1", json!({})).await;
    put(&market, "grey/bob", json!({"reason": "  "})).await;
    let whole = market.get(format!("{LISTS}/grey")).await.items();
    let names: Vec<_> = whole.iter().map(|entry| entry["user_id"].as_str().unwrap()).collect();
    assert_eq!(names, ["ann", "bob", "用户/1"]);
    assert_eq!(whole[1]["reason"], Value::Null);
    let first = market.get(format!("{LISTS}/grey?limit=2")).await.json();
    assert_eq!(first["next_cursor"], "bob");
    let rest = market.get(format!("{LISTS}/grey?limit=2&cursor=bob")).await;
    assert_eq!((rest.items().len(), &rest.json()["next_cursor"]), (1, &Value::Null));
    assert_eq!(market.get(format!("{LISTS}/black")).await.items().len(), 0);

    let answer = delete(&market, "grey/ann").await;
    assert_eq!((answer.status, answer.text().as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(delete(&market, "grey/ann").await.code(), "not_found");
    assert_eq!(delete(&market, "black/bob").await.code(), "not_found", "bob is on the other one");
}

#[tokio::test]
async fn what_cannot_be_a_list_or_a_user_is_refused() {
    let market = Market::demo().await;
    let wrong = put(&market, "white/%20", json!({"reason": "x".repeat(501)})).await;
    assert_eq!(wrong.fault_fields(), ["list", "user", "reason"]);
    assert_eq!(put(&market, "grey/ann", json!({"reason": "a\nb"})).await.fault_fields(), ["reason"]);
    assert_eq!(put(&market, "grey/ann", json!({"why": "x"})).await.fault_fields(), ["why"]);
    let no_json = market.call(Method::PUT, format!("{LISTS}/grey/ann")).body("application/json", "{").send().await;
    assert_eq!(no_json.code(), "malformed_json");
    let text = market.call(Method::PUT, format!("{LISTS}/grey/ann")).body("text/plain", "{}").send().await;
    assert_eq!(text.code(), "unsupported_media_type");
    let large = json!({"reason": "x".repeat(100_000)});
    assert_eq!(put(&market, "grey/ann", large).await.code(), "payload_too_large");
    assert_eq!(delete(&market, "white/ann").await.fault_fields(), ["list"]);
    let with_body = market.call(Method::DELETE, format!("{LISTS}/grey/ann")).json(json!({})).send().await;
    assert_eq!(with_body.fault_fields(), [""]);
    let large = json!("x".repeat(100_000));
    let large = market.call(Method::DELETE, format!("{LISTS}/grey/ann")).json(large).send().await;
    assert_eq!(large.code(), "payload_too_large");
    let listed = market.get(format!("{LISTS}/white?limit=0&cursor=%20x&page=1")).await;
    assert_eq!(listed.fault_fields(), ["page", "list", "cursor", "limit"]);
    for (method, path, body) in [
        (Method::GET, "/admin/activities/none/lists/grey", Value::Null),
        (Method::PUT, "/admin/activities/none/lists/grey/ann", json!({})),
        (Method::DELETE, "/admin/activities/none/lists/grey/ann", Value::Null),
    ] {
        let call = market.call(method, path);
        let call = if body.is_null() { call } else { call.json(body) };
        assert_eq!(call.send().await.code(), "not_found", "{path}");
    }
}

#[tokio::test]
async fn a_listed_user_is_told_why_in_the_draw() {
    let mut document = demo_document();
    document.blacklist = None;
    let market = Market::with(document).await;
    market.user("ann").recharge("9012").await;
    let plain = market.user("ann").draw(1).await.remove(0);
    assert!(plain.get("standing").is_none());
    put(&market, "grey/ann", json!({})).await;
    let grey = market.user("ann").draw(1).await.remove(0);
    assert_eq!(grey["standing"], json!({"list": "grey"}));
    assert_eq!((&grey["award"]["id"], &grey["reason"]["fallback"]), (&json!("100"), &json!("grey_list")));
    put(&market, "black/ann", json!({})).await;
    let refused = market.user("ann").draw_with("blocked", 1).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "user_blocked"));
}

/// Every draw picks 102, a third party's, once for each user; then draws of a SKU, once; then points.
async fn market_with_stories() -> Market {
    let mut document = demo_document();
    (document.tiers, document.blacklist) = (Vec::new(), None);
    for award in &mut document.awards {
        award.weight = if award.id == "102" { "1" } else { "0" }.into();
    }
    document.awards.retain(|award| ["100", "101", "102"].contains(&award.id.as_str()));
    document.awards[1].per_user = Some(1);
    let market = Market::with(document).await;
    market.user("ann").recharge("9012").await;
    market.clock.advance(TimeDelta::seconds(1));
    market.user("ann").draw(2).await;
    market
}

#[tokio::test]
async fn a_draw_tells_its_whole_story() {
    let market = market_with_stories().await;
    let draws = market.get("/v1/users/ann/draws").await.items();
    let awards = market.get("/v1/activities/100301/awards?user_id=ann").await.items();
    let won: Vec<_> = awards.iter().map(|award| (&award["per_user"], &award["won"])).collect();
    assert_eq!(won[..2], [(&Value::Null, &Value::Null), (&json!(1), &json!(1))]);
    let path = |draw: &Value| format!("/admin/draws/{}", draw["id"].as_str().unwrap());
    market
        .finish_work(|delivery| match delivery.award.value {
            PrizeValue::Points { .. } => AttemptOutcome::CreditPoints,
            _ => AttemptOutcome::Dead { error: "demo answered 410 Gone: no such hook".into() },
        })
        .await;
    let points = market.get(path(&draws[0])).await.json();
    assert_eq!(points["draw"]["id"], draws[0]["id"]);
    assert_eq!(points["draw"]["standing"], json!({"won": {"102": 1}}));
    assert_eq!(points["passed_over"], json!([{"award_id": "102", "why": "user_limit"}]));
    assert_eq!((&points["award"]["state"], &points["work"]["state"]), (&json!("delivered"), &json!("done")));
    assert_eq!((&points["attempts"], points["points"].as_array().unwrap().len()), (&json!([]), 1));
    let partner = market.get(path(&draws[1])).await.json();
    assert_eq!((&partner["award"]["state"], &partner["work"]["state"]), (&json!("dead"), &json!("dead")));
    let attempts = partner["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 1);
    assert_eq!((&attempts[0]["outcome"], &attempts[0]["lease"]), (&json!("dead"), &json!(1)));
    assert_eq!(attempts[0]["detail"], "demo answered 410 Gone: no such hook");
    assert_eq!(partner["passed_over"], json!([]));
    assert_eq!(market.get("/admin/draws/draw_01J9ZZZZZZZZZZZZZZZZZZZZZZ").await.code(), "not_found");
    assert_eq!(market.get("/admin/draws/7").await.fault_fields(), ["id"]);
}

#[tokio::test]
async fn a_timeline_tells_everything_newest_first() {
    let market = market_with_stories().await;
    market.clock.advance(TimeDelta::seconds(1));
    market.user("ann").recharge("9014").await;
    market.user("bob").recharge("9014").await;
    market
        .finish_work(|_| AttemptOutcome::Snooze { run_at: "2026-03-03T00:00:00Z".parse().unwrap(), reason: "x".into() })
        .await;
    let whole = market.get("/admin/users/ann/timeline").await.items();
    let kinds: Vec<_> = whole.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["recharge", "draw", "draw", "recharge"]);
    assert_eq!((&whole[0]["sku"], &whole[0]["source"]), (&json!("9014"), &json!("request")));
    assert_eq!((&whole[1]["draw"]["index"], &whole[1]["work"]["last_error"]), (&json!(1), &json!("x")));
    let (mut parts, mut cursor) = (Vec::new(), String::new());
    loop {
        let body = market.get(format!("/admin/users/ann/timeline?limit=1{cursor}")).await.json();
        parts.extend(body["items"].as_array().unwrap().clone());
        let Some(next) = body["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(parts, whole);
    assert_eq!(market.get("/admin/users/nobody/timeline").await.items().len(), 0);
    let wrong = market.get("/admin/users/%20/timeline?limit=0&cursor=x&page=1").await;
    assert_eq!(wrong.fault_fields(), ["page", "id", "cursor", "limit"]);
}

#[tokio::test]
async fn a_timeline_is_told_by_kind_and_by_time() {
    let market = market_with_stories().await;
    market.clock.advance(TimeDelta::seconds(1));
    market.user("ann").recharge("9014").await;
    let whole = market.get("/admin/users/ann/timeline").await.items();
    let kinds: Vec<_> = whole.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["recharge", "draw", "draw", "recharge"]);
    let told = async |query: &str| market.get(format!("/admin/users/ann/timeline?{query}")).await.items();
    assert_eq!(told("kind=draw").await, whole[1..3]);
    assert_eq!(told("kind=points").await, [Value::Null; 0]);
    let part = market.get("/admin/users/ann/timeline?kind=recharge&limit=1").await;
    assert_eq!(part.items(), whole[..1]);
    let next = part.json()["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(told(&format!("kind=recharge&limit=1&cursor={next}")).await, whole[3..]);
    let last = whole[0]["created_at"].as_str().unwrap();
    assert_eq!(told(&format!("since={last}")).await, whole[..1]);
    assert_eq!(told(&format!("before={last}")).await, whole[1..]);
    assert_eq!(told(&format!("before={last}&kind=recharge")).await, whole[3..]);
    assert_eq!(told("since=2026-03-02T00:00:00%2B08:00&before=2026-03-02T00:00:00%2B09:00").await, [Value::Null; 0]);
    let wrong =
        market.get("/admin/users/ann/timeline?kind=delivery&since=today&before=2026-03-02T00:00:00+08:00").await;
    assert_eq!(wrong.fault_fields(), ["kind", "since", "before"]);
}

#[tokio::test]
async fn a_timeline_tells_redemptions_and_behaviours_with_what_they_caused() {
    let market = Market::demo().await;
    let post = async |path: &str, key: &str, body: Value| {
        let answer = market.call(Method::POST, path).key(key).json(body).send().await;
        assert!(answer.status.is_success(), "{}", answer.text());
        market.clock.advance(TimeDelta::seconds(1));
        answer.json()
    };
    post("/v1/users/ann/points/earn", "e", json!({"amount": "50"})).await;
    let behaviour = json!({"user_id": "ann", "behaviour": "sign_in"});
    let reported = post("/v1/behaviours", "-", behaviour).await["items"][0].clone();
    let redeemed = post("/v1/redemptions", "r", json!({"user_id": "ann", "sku": "9013"})).await;
    let id = redeemed["id"].as_str().unwrap();

    let items = market.get("/admin/users/ann/timeline").await.items();
    let kinds: Vec<_> = items.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["redemption", "behaviour", "points"]);
    let [redemption, rewarded, _] = items.as_slice() else { panic!("{items:?}") };
    for (field, value) in redeemed.as_object().unwrap() {
        assert_eq!(&redemption[field], value, "{field}");
    }
    assert_eq!((&redemption["state"], redemption.get("reversed_at")), (&json!("redeemed"), None));
    let grant = &redemption["recharges"][0];
    assert_eq!(
        (&grant["source"], &grant["source_key"], &grant["draws"]),
        (&json!("redemption"), &json!(id), &json!(5))
    );
    let entries = |item: &Value| -> Vec<(Value, Value)> {
        let lines = item["points"].as_array().unwrap().iter();
        lines.map(|line| (line["reason"].clone(), line["amount"].clone())).collect()
    };
    assert_eq!(entries(redemption), [(json!("redemption"), json!("-20.00"))]);

    for (field, value) in reported.as_object().unwrap() {
        assert_eq!(&rewarded[field], value, "{field}");
    }
    assert_eq!((&rewarded["behaviour"], &rewarded["business_key"]), (&json!("sign_in"), &json!("2026-03-02")));
    assert_eq!(rewarded["day"], "2026-03-02");
    assert_eq!(rewarded["grants"], json!([{"sku": "9014", "draws": 1, "points": "10.00"}]));
    assert_eq!(entries(rewarded), [(json!("rebate"), json!("10.00"))]);
    assert_eq!(rewarded["recharges"][0]["source"], "rebate");

    let path = format!("/v1/redemptions/{id}/reverse");
    assert_eq!(market.call(Method::POST, path).send().await.status, StatusCode::OK);
    let items = market.get("/admin/users/ann/timeline").await.items();
    assert_eq!(items.len(), 3, "what restored the points is told within the redemption");
    assert_eq!(
        (&items[0]["state"], &items[0]["reversed_at"]),
        (&json!("reversed"), &json!("2026-03-02T02:00:03.000Z"))
    );
    assert_eq!(entries(&items[0])[1], (json!("reversal"), json!("20.00")));
}
