//! Reporting what users did, over HTTP.

use big_market::domain::document::CampaignDocument;
use big_market::store::draws::Recharged;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::{Answer, DEMO, Market, demo_document};
use crate::support::rows::{activity, recharge, user};

async fn report(market: &Market, body: Value) -> Answer {
    market.call(Method::POST, "/v1/behaviours").json(body).send().await
}

async fn sign_in(market: &Market) -> Value {
    let answer = report(market, json!({"user_id": "ann", "behaviour": "sign_in"})).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.items().remove(0)
}

async fn held(market: &Market, activity: &str) -> (Value, Value) {
    let quota = market.get(format!("/v1/activities/{activity}/quota?user_id=ann")).await.json();
    (quota["total"]["limit"].clone(), market.get("/v1/users/ann/points").await.json()["balance"].clone())
}

/// The demo under another name, in another time zone.
fn another(id: &str, time_zone: &str) -> CampaignDocument {
    CampaignDocument { activity: id.into(), time_zone: time_zone.into(), ..demo_document() }
}

#[tokio::test]
async fn a_sign_in_earns_once_a_day() {
    let market = Market::demo().await;
    let wish = json!({"user_id": "ann", "behaviour": "sign_in"});
    let first = report(&market, wish.clone()).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    let item = first.items().remove(0);
    assert!(item["id"].as_str().unwrap().starts_with("beh_"));
    assert_eq!(
        item,
        json!({
            "id": item["id"], "user_id": "ann", "activity_id": DEMO, "version": 1, "behaviour": "sign_in",
            "business_key": "2026-03-02", "day": "2026-03-02", "streak": 1,
            "grants": [{"sku": "9014", "draws": 1, "points": "10.00"}], "created_at": "2026-03-02T02:00:00.000Z",
        })
    );
    market.clock.advance(TimeDelta::hours(1));
    let dated = json!({"user_id": "ann", "behaviour": "sign_in", "business_key": "2026-03-02"});
    let named = json!({"user_id": "ann", "behaviour": "sign_in", "activity_id": DEMO});
    for wish in [wish.clone(), dated.clone(), named] {
        let again = report(&market, wish).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
    }
    assert_eq!(held(&market, DEMO).await, (json!(1), json!("10.00")));
    market.clock.advance(TimeDelta::days(1));
    let again = report(&market, dated).await;
    assert_eq!(again.body, first.body, "yesterday's answer is still the answer to yesterday's key");
    assert_eq!(report(&market, wish).await.items()[0]["streak"], 2);
    assert_eq!(held(&market, DEMO).await, (json!(2), json!("20.00")));
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn the_seventh_day_in_a_row_earns_more() {
    let market = Market::demo().await;
    for day in 1..=15 {
        let item = sign_in(&market).await;
        assert_eq!(item["streak"], day);
        let base = json!({"sku": "9014", "draws": 1, "points": "10.00"});
        let bonus = json!({"streak": day, "sku": "9013", "draws": 5, "points": "20.00"});
        let expected = if day % 7 == 0 { json!([base, bonus]) } else { json!([base]) };
        assert_eq!(item["grants"], expected, "day {day}");
        market.clock.advance(TimeDelta::days(1));
    }
    assert_eq!(held(&market, DEMO).await, (json!(15 + 2 * 5), json!("190.00")));
    // A day is missed.
    market.clock.advance(TimeDelta::days(1));
    assert_eq!(sign_in(&market).await["streak"], 1);
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn a_payment_earns_once_for_each_business_key() {
    let market = Market::demo().await;
    let pay = async |key: &str| {
        let wish = json!({"user_id": "ann", "behaviour": "payment", "business_key": key});
        let answer = report(&market, wish).await;
        (answer.header("idempotency-replayed").is_some(), answer.items().remove(0))
    };
    let first = pay("pay-1").await;
    assert!(!first.0 && first.1.get("streak").is_none(), "{first:?}");
    assert!(!pay("pay-2").await.0);
    market.clock.advance(TimeDelta::days(40));
    assert_eq!(pay("pay-1").await, (true, first.1));
    assert_eq!(held(&market, DEMO).await, (json!(2), json!("20.00")));
    market.clock.set("2036-01-01T00:00:00Z");
    assert!(pay("pay-2").await.0, "what was answered is answered when the activity is over");
    let late = json!({"user_id": "ann", "behaviour": "payment", "business_key": "pay-3"});
    assert_eq!(report(&market, late).await.code(), "not_found");
}

#[tokio::test]
async fn every_open_activity_rewards_a_behaviour_in_one_answer() {
    let market = Market::demo().await;
    market.app.publish(another("b", "America/New_York"), "tests").await.unwrap();
    let first = report(&market, json!({"user_id": "ann", "behaviour": "sign_in"})).await;
    // It is evening in New York.
    let days = |answer: &Answer| -> Vec<(Value, Value)> {
        answer.items().iter().map(|item| (item["activity_id"].clone(), item["business_key"].clone())).collect()
    };
    let day = |activity: &str, day: &str| (json!(activity), json!(day));
    assert_eq!(days(&first), [day(DEMO, "2026-03-02"), day("b", "2026-03-01")]);
    assert_eq!(report(&market, json!({"user_id": "ann", "behaviour": "sign_in"})).await.body, first.body);
    // Midnight passes in New York alone: there is one more day to reward.
    market.clock.advance(TimeDelta::hours(4));
    let second = report(&market, json!({"user_id": "ann", "behaviour": "sign_in"})).await;
    assert_eq!(days(&second), [day("b", "2026-03-02")]);
    assert_eq!(report(&market, json!({"user_id": "ann", "behaviour": "sign_in"})).await.body, second.body);
    assert_eq!((held(&market, DEMO).await.0, held(&market, "b").await), (json!(1), (json!(2), json!("30.00"))));

    let pay = json!({"user_id": "ann", "behaviour": "payment", "business_key": "pay-1"});
    let paid = report(&market, pay.clone()).await;
    assert_eq!(paid.items().len(), 2);
    // An activity that opens later has no part in what was answered before.
    market.app.publish(another("c", "UTC"), "tests").await.unwrap();
    assert_eq!(report(&market, pay).await.body, paid.body);
    let named = json!({"user_id": "ann", "behaviour": "payment", "business_key": "pay-1", "activity_id": "c"});
    assert_eq!(report(&market, named).await.items().len(), 1);
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn the_same_report_twice_at_the_same_time_is_one() {
    let market = Market::demo().await;
    let twins = (0..20).map(|_| report(&market, json!({"user_id": "ann", "behaviour": "sign_in"})));
    let twins = futures::future::join_all(twins).await;
    assert!(twins.iter().all(|twin| twin.body == twins[0].body && twin.status == StatusCode::CREATED));
    assert_eq!(twins.iter().filter(|twin| twin.header("idempotency-replayed").is_none()).count(), 1);
    assert_eq!(held(&market, DEMO).await, (json!(1), json!("10.00")));
}

#[tokio::test]
async fn what_nobody_rewards_is_not_found() {
    let market = Market::demo().await;
    let code = async |body: Value| {
        let answer = report(&market, body).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text());
        answer.code()
    };
    assert_eq!(code(json!({"user_id": "ann", "behaviour": "sneeze"})).await, "not_found");
    assert_eq!(code(json!({"user_id": "ann", "behaviour": "sneeze", "activity_id": DEMO})).await, "not_found");
    assert_eq!(code(json!({"user_id": "ann", "behaviour": "sign_in", "activity_id": "x"})).await, "not_found");
}

#[tokio::test]
async fn an_activity_that_is_not_open_rewards_nothing() {
    let market = Market::demo().await;
    let named = json!({"user_id": "ann", "behaviour": "sign_in", "activity_id": DEMO});
    let any = json!({"user_id": "ann", "behaviour": "sign_in"});
    for (time, code) in [("2025-12-01T00:00:00Z", "activity_not_started"), ("2036-01-01T00:00:00Z", "activity_ended")] {
        market.clock.set(time);
        let answer = report(&market, named.clone()).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, code));
        assert_eq!(report(&market, any.clone()).await.code(), "not_found");
    }
    market.app.expire().await.unwrap();
    market.clock.set("2026-03-02T02:00:00Z");
    let answer = report(&market, named).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "activity_not_open"));
    assert_eq!(held(&market, DEMO).await, (json!(0), json!("0.00")));
}

#[tokio::test]
async fn a_day_whose_seed_is_public_takes_no_sign_in() {
    let market = Market::demo().await;
    market.clock.advance(TimeDelta::days(1));
    market.settle().await;
    // A server whose clock runs behind still thinks it is yesterday.
    market.clock.advance(-TimeDelta::days(1));
    let wish = json!({"user_id": "ann", "behaviour": "sign_in"});
    assert_eq!(report(&market, wish.clone()).await.code(), "try_again");
    market.clock.advance(TimeDelta::days(1));
    assert_eq!(report(&market, wish).await.items()[0]["day"], "2026-03-03");
}

#[tokio::test]
async fn an_account_that_is_full_is_a_conflict() {
    let market = Market::demo().await;
    let most = recharge(&user("ann"), &activity(DEMO), "most", u32::MAX);
    assert_eq!(market.store.record_recharges(&[most]).await.unwrap(), [Recharged::Committed]);
    let answer = report(&market, json!({"user_id": "ann", "behaviour": "sign_in"})).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    assert_eq!(held(&market, DEMO).await, (json!(u32::MAX), json!("0.00")));
}

#[tokio::test]
async fn a_key_that_cannot_be_is_refused_by_name() {
    let market = Market::demo().await;
    let fields = async |body: Value| {
        let answer = report(&market, body).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_request"));
        answer.fault_fields()
    };
    assert_eq!(fields(json!({"user_id": "ann", "behaviour": "payment"})).await, ["business_key"]);
    for key in ["2026-03-01", "2026-03-03", "2026-3-2", "today"] {
        let wish = json!({"user_id": "ann", "behaviour": "sign_in", "business_key": key});
        assert_eq!(fields(wish).await, ["business_key"], "{key}");
    }
    let wish = json!({"user_id": "", "behaviour": "a b", "business_key": " ", "activity_id": "a/b"});
    assert_eq!(fields(wish).await, ["user_id", "behaviour", "business_key", "activity_id"]);
    assert_eq!(fields(json!({"user_id": "ann", "behaviour": "payment", "key": "x"})).await, ["key"]);
    assert_eq!(held(&market, DEMO).await, (json!(0), json!("0.00")));
}

#[tokio::test]
async fn the_calendar_shows_days_streak_and_the_next_step() {
    let market = Market::demo().await;
    let calendar = async |rest: &str| {
        let path = format!("/v1/users/ann/behaviours?activity_id={DEMO}&behaviour=sign_in{rest}");
        market.get(path).await.json()
    };
    let bonus = |at: u32| json!([{"streak": at, "sku": "9013", "draws": 5, "points": "20.00"}]);
    assert_eq!(
        calendar("").await,
        json!({
            "month": "2026-03", "today": "2026-03-02", "streak": 0, "done_today": false,
            "next_step": {"at": 7, "days": 7, "grants": bonus(7)}, "items": [], "next_cursor": null,
        })
    );
    let mut days = Vec::new();
    for _ in 0..9 {
        days.insert(0, sign_in(&market).await);
        market.clock.advance(TimeDelta::days(1));
    }
    let now = calendar("").await;
    assert_eq!((&now["streak"], &now["done_today"]), (&json!(9), &json!(false)));
    assert_eq!(now["next_step"], json!({"at": 14, "days": 5, "grants": bonus(14)}));
    assert_eq!(now["items"], json!(days));
    let part = calendar("&limit=4").await;
    let rest = calendar(&format!("&cursor={}", part["next_cursor"].as_str().unwrap())).await;
    assert_eq!((part["items"].as_array().unwrap().len(), &rest["next_cursor"]), (4, &Value::Null));
    assert_eq!(rest["items"].as_array().unwrap()[..], days[4..]);
    sign_in(&market).await;
    let now = calendar("&limit=1").await;
    assert_eq!((&now["streak"], &now["done_today"]), (&json!(10), &json!(true)));
    market.clock.advance(TimeDelta::days(2));
    let now = calendar("&limit=1").await;
    assert_eq!((&now["streak"], &now["next_step"]["days"]), (&json!(0), &json!(7)));
    assert_eq!(calendar("&month=2026-02").await["items"], json!([]));
}

#[tokio::test]
async fn a_calendar_needs_an_activity_that_rewards_the_behaviour() {
    let market = Market::demo().await;
    let answer = async |rest: &str| market.get(format!("/v1/users/ann/behaviours{rest}")).await;
    let payments = answer("?activity_id=100301&behaviour=payment").await.json();
    assert_eq!((&payments["streak"], &payments["next_step"]), (&json!(0), &Value::Null));
    assert_eq!(answer("?activity_id=100301&behaviour=sneeze").await.code(), "not_found");
    assert_eq!(answer("?activity_id=x&behaviour=sign_in").await.code(), "not_found");
    assert_eq!(answer("").await.fault_fields(), ["activity_id", "behaviour"]);
    let bad = answer("?activity_id=100301&behaviour=sign_in&month=2026-13&cursor=x&limit=0&day=1").await;
    assert_eq!(bad.fault_fields(), ["day", "month", "cursor", "limit"]);
}
