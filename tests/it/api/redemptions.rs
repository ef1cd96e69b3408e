//! Exchanging points for draws over HTTP.

use big_market::domain::document::CampaignDocument;
use big_market::store::Store;
use big_market::store::draws::Recharged;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::exchanges::earn;
use crate::support::market::{Answer, DEMO, Market, demo_document};
use crate::support::rows::{activity, recharge, user};

/// A demo market in which ann holds so many hundredths.
async fn market_with(hundredths: i64) -> Market {
    let market = Market::demo().await;
    give(&market, hundredths).await;
    market
}

async fn give(market: &Market, hundredths: i64) {
    let store: std::sync::Arc<dyn Store> = market.store.clone();
    earn(&store, &user("ann"), hundredths, None).await;
}

async fn redeem(market: &Market, key: &str, body: Value) -> Answer {
    market.call(Method::POST, "/v1/redemptions").key(key).json(body).send().await
}

async fn redeem_sku(market: &Market, key: &str, sku: &str) -> Answer {
    redeem(market, key, json!({"user_id": "ann", "sku": sku})).await
}

async fn reverse(market: &Market, id: &Value) -> Answer {
    market.call(Method::POST, format!("/v1/redemptions/{}/reverse", id.as_str().unwrap())).send().await
}

/// Ann's balance, draws granted, and units left of SKU 9013.
async fn held(market: &Market) -> (Value, Value, Value) {
    let quota = market.get("/v1/activities/100301/quota?user_id=ann").await.json();
    let skus = market.get("/v1/activities/100301/skus").await.items();
    let sku = skus.iter().find(|sku| sku["sku"] == "9013").unwrap();
    let balance = market.get("/v1/users/ann/points").await.json()["balance"].clone();
    (balance, quota["total"]["limit"].clone(), sku["stock_left"].clone())
}

#[tokio::test]
async fn points_become_draws_once() {
    let market = market_with(5_000).await;
    let first = redeem_sku(&market, "r", "9013").await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    let body = first.json();
    assert!(body["id"].as_str().unwrap().starts_with("rdm_"));
    assert_eq!(
        body,
        json!({
            "id": body["id"], "user_id": "ann", "activity_id": DEMO, "version": 1, "request_id": "r", "sku": "9013",
            "draws": 5, "price": "20.00", "day": "2026-03-02", "created_at": "2026-03-02T02:00:00.000Z",
        })
    );
    market.clock.advance(chrono::TimeDelta::hours(30));
    let again = redeem_sku(&market, "r", "9013").await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
    assert_eq!(held(&market).await, (json!("30.00"), json!(5), json!(99_999)));
    let entry = market.get("/v1/users/ann/points?limit=1").await.items().remove(0);
    assert_eq!(
        (&entry["reason"], &entry["key"], &entry["amount"]),
        (&json!("redemption"), &body["id"], &json!("-20.00"))
    );
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn two_parallel_redemptions_with_a_balance_for_one_are_one() {
    let market = market_with(3_999).await;
    let wishes = ["a", "b", "c", "d", "e", "f"].map(|key| redeem_sku(&market, key, "9013"));
    let answers = futures::future::join_all(wishes).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::CREATED).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.json()["code"] == "insufficient_points").count(), 5);
    assert_eq!(held(&market).await, (json!("19.99"), json!(5), json!(99_999)));
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn the_same_key_twice_at_the_same_time_is_one_redemption() {
    let market = market_with(50_000).await;
    let twins = futures::future::join_all((0..12).map(|_| redeem_sku(&market, "r", "9013"))).await;
    assert!(twins.iter().all(|twin| twin.status == StatusCode::CREATED && twin.body == twins[0].body));
    assert_eq!(twins.iter().filter(|twin| twin.header("idempotency-replayed").is_none()).count(), 1);
    assert_eq!(held(&market).await, (json!("480.00"), json!(5), json!(99_999)));
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn a_debit_that_fails_delivers_nothing() {
    let market = market_with(1_999).await;
    let answer = redeem_sku(&market, "r", "9013").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "insufficient_points"));
    assert_eq!(answer.json()["balance"], "19.99");
    assert_eq!(held(&market).await, (json!("19.99"), json!(0), json!(100_000)));
    // The key did nothing yet, so it can be sent again.
    give(&market, 1).await;
    assert_eq!(redeem_sku(&market, "r", "9013").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_reversal_gives_everything_back_once() {
    let market = market_with(2_000).await;
    let made = redeem_sku(&market, "r", "9013").await;
    let id = made.json()["id"].clone();
    let path = format!("/v1/redemptions/{}", id.as_str().unwrap());
    assert_eq!(market.get(&path).await.json()["state"], "redeemed");
    market.clock.advance(chrono::TimeDelta::hours(1));
    let reversed = reverse(&market, &id).await;
    assert_eq!(reversed.status, StatusCode::OK, "{}", reversed.text());
    let mut expected = made.json();
    expected["state"] = json!("reversed");
    expected["reversed_at"] = json!("2026-03-02T03:00:00.000Z");
    assert_eq!(reversed.json(), expected);
    assert_eq!(held(&market).await, (json!("20.00"), json!(0), json!(100_000)));
    market.clock.advance(chrono::TimeDelta::hours(1));
    assert_eq!(reverse(&market, &id).await.body, reversed.body);
    assert_eq!(market.get(&path).await.body, reversed.body);
    // The repeat of the wish is answered as the first time: it is not exchanged again.
    assert_eq!(redeem_sku(&market, "r", "9013").await.body, made.body);
    assert_eq!(held(&market).await, (json!("20.00"), json!(0), json!(100_000)));
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn only_unused_draws_are_taken_back() {
    let market = market_with(2_000).await;
    let id = redeem_sku(&market, "r", "9013").await.json()["id"].clone();
    market.user("ann").draw(1).await;
    let answer = reverse(&market, &id).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    assert!(answer.text().contains("5 draws") && answer.text().contains("4 left"), "{}", answer.text());
    assert_eq!(held(&market).await, (json!("0.00"), json!(5), json!(99_999)));
    market.user("ann").recharge("9014").await;
    assert_eq!(reverse(&market, &id).await.status, StatusCode::OK);
    assert_eq!(held(&market).await, (json!("20.00"), json!(1), json!(100_000)));
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn a_key_used_for_another_wish_is_refused() {
    let market = market_with(5_000).await;
    redeem_sku(&market, "r", "9013").await;
    let answer = redeem_sku(&market, "r", "9014").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "request_reused"));
    let named = |id: &str| json!({"user_id": "ann", "sku": "9013", "activity_id": id});
    assert_eq!(redeem(&market, "r", named("other")).await.code(), "request_reused");
    assert_eq!(redeem(&market, "r", named(DEMO)).await.header("idempotency-replayed"), Some("true"));
    // Keys of other writes do not meet it.
    assert_eq!(market.user("ann").recharge_with("r", "9014").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_sku_sells_out_and_returns() {
    let mut document = demo_document();
    document.skus[2].stock = Some(1);
    let market = Market::with(document).await;
    give(&market, 9_000).await;
    let id = redeem_sku(&market, "a", "9013").await.json()["id"].clone();
    let answer = redeem_sku(&market, "b", "9013").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "sku_sold_out"));
    assert_eq!(held(&market).await, (json!("70.00"), json!(5), json!(0)));
    reverse(&market, &id).await;
    assert_eq!(redeem_sku(&market, "b", "9013").await.status, StatusCode::CREATED);
    assert_eq!(market.user("ann").recharge_with("c", "9013").await.code(), "sku_sold_out");
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn who_sells_a_sku_must_be_clear() {
    let market = market_with(9_000).await;
    let other = CampaignDocument { activity: "b".into(), ..demo_document() };
    market.app.publish(other, "tests").await.unwrap();
    let answer = redeem_sku(&market, "r", "9013").await;
    assert_eq!((answer.status, answer.fault_fields()), (StatusCode::BAD_REQUEST, vec!["activity_id".into()]));
    assert!(answer.text().contains("100301, b"), "{}", answer.text());
    let named = json!({"user_id": "ann", "sku": "9013", "activity_id": "b"});
    assert_eq!(redeem(&market, "r", named).await.json()["activity_id"], "b");
    // One that gives it away does not sell it.
    let mut free = demo_document();
    free.skus[2].price = "0".into();
    market.app.publish(free, "tests").await.unwrap();
    assert_eq!(redeem_sku(&market, "s", "9013").await.json()["activity_id"], "b");
    let named = json!({"user_id": "ann", "sku": "9013", "activity_id": DEMO});
    let answer = redeem(&market, "t", named).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "conflict"));
}

#[tokio::test]
async fn what_is_not_there_or_not_open_is_refused() {
    let market = market_with(9_000).await;
    let named = |id: &str, sku: &str| json!({"user_id": "ann", "sku": sku, "activity_id": id});
    for wish in [named(DEMO, "x"), named("x", "9013"), json!({"user_id": "ann", "sku": "x"})] {
        let answer = redeem(&market, "r", wish).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"));
    }
    for (time, code) in [("2025-12-01T00:00:00Z", "activity_not_started"), ("2036-01-01T00:00:00Z", "activity_ended")] {
        market.clock.set(time);
        let answer = redeem(&market, "r", named(DEMO, "9013")).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, code));
        assert_eq!(redeem_sku(&market, "r", "9013").await.code(), "not_found");
    }
    market.app.expire().await.unwrap();
    market.clock.set("2026-03-02T02:00:00Z");
    assert_eq!(redeem(&market, "r", named(DEMO, "9013")).await.code(), "activity_not_open");
    let nobody = "rdm_01J9ZZZZZZZZZZZZZZZZZZZZZZ";
    assert_eq!(market.get(format!("/v1/redemptions/{nobody}")).await.code(), "not_found");
    assert_eq!(reverse(&market, &json!(nobody)).await.code(), "not_found");
    assert_eq!(market.get("/v1/redemptions/draw_1").await.fault_fields(), ["id"]);
    assert_eq!(reverse(&market, &json!("x")).await.fault_fields(), ["id"]);
    let call = market.call(Method::POST, format!("/v1/redemptions/{nobody}/reverse"));
    assert_eq!(call.json(json!({"why": "x"})).send().await.fault_fields(), [""]);
}

#[tokio::test]
async fn an_account_that_is_full_is_a_conflict() {
    let market = market_with(9_000).await;
    let most = recharge(&user("ann"), &activity(DEMO), "most", u32::MAX - 4);
    assert_eq!(market.store.record_recharges(&[most]).await.unwrap(), [Recharged::Committed]);
    assert_eq!(redeem_sku(&market, "r", "9013").await.code(), "conflict");
    assert_eq!(held(&market).await, (json!("90.00"), json!(u32::MAX - 4), json!(100_000)));
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let market = Market::demo().await;
    let answer =
        market.call(Method::POST, "/v1/redemptions").json(json!({"user_id": "ann", "sku": "9013"})).send().await;
    assert_eq!(answer.code(), "idempotency_key_missing");
    let wish = json!({"user_id": "", "sku": "a b", "activity_id": "a/b"});
    assert_eq!(redeem(&market, " x", wish).await.fault_fields(), ["Idempotency-Key", "user_id", "sku", "activity_id"]);
    assert_eq!(redeem(&market, "x", json!({"user_id": "a", "sku": "b", "price": 1})).await.fault_fields(), ["price"]);
}

#[tokio::test]
async fn a_users_redemptions_are_listed_newest_first() {
    let market = market_with(50_000).await;
    for key in ["a", "b", "c", "d", "e"] {
        redeem_sku(&market, key, "9013").await;
        market.clock.advance(chrono::TimeDelta::seconds(1));
    }
    let whole = market.get("/v1/users/ann/redemptions").await;
    let keys: Vec<_> = whole.items().iter().map(|item| item["request_id"].clone()).collect();
    assert_eq!(keys, ["e", "d", "c", "b", "a"]);
    reverse(&market, &whole.items()[2]["id"]).await;
    let part = market.get("/v1/users/ann/redemptions?limit=2").await.json();
    let rest = market.get(format!("/v1/users/ann/redemptions?cursor={}", part["next_cursor"].as_str().unwrap())).await;
    let states: Vec<_> = rest.items().iter().map(|item| item["state"].clone()).collect();
    assert_eq!(
        (states, rest.json()["next_cursor"].clone()),
        (vec![json!("reversed"), json!("redeemed"), json!("redeemed")], Value::Null)
    );
    assert_eq!(market.get("/v1/users/ann/redemptions?limit=0&page=1").await.fault_fields(), ["page", "limit"]);
    assert_eq!(market.get("/v1/users/bob/redemptions").await.items(), Vec::<Value>::new());
}
