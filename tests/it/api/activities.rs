//! What may be seen of activities.

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::market::{Market, demo_document};

#[tokio::test]
async fn an_activity_shows_its_facts_odds_and_commitments() {
    let market = Market::demo().await;
    let answer = market.get("/v1/activities/100301").await;
    assert_eq!(answer.status, StatusCode::OK);
    let body = answer.json();
    assert_eq!(body["id"], "100301");
    assert_eq!(body["title"], "测试活动");
    assert_eq!((&body["state"], &body["version"]), (&json!("open"), &json!(1)));
    assert_eq!(body["opens_at"], "2025-12-31T16:00:00.000Z");
    assert_eq!(body["closes_at"], "2035-11-30T16:00:00.000Z");
    assert_eq!(body["time_zone"], "Asia/Shanghai");
    assert_eq!(body["limits"], json!({"day": null, "month": null}));
    let odds = body["odds"].as_array().unwrap();
    assert_eq!(odds[0], json!({"award_id": "101", "title": "随机积分", "kind": "points", "probability": "0.79"}));
    let chain = &body["seeds"]["chains"][0];
    assert_eq!((&chain["first_day"], chain["commitment"].as_str().unwrap().len()), (&json!("2026-01-01"), 64));
    assert_eq!(body["seeds"]["secret_from"], "2026-01-01");
    // What decides, and whom it is kept from, is not public.
    for secret in ["blacklist", "user001", "last_seed"] {
        assert!(!answer.text().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn awards_show_the_number_the_unlock_rule_uses() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    let award = async |id: &str| {
        let items = market.get("/v1/activities/100301/awards?user_id=ann").await.items();
        items.into_iter().find(|award| award["id"] == id).unwrap()
    };
    assert_eq!(
        award("105").await,
        json!({
            "id": "105", "title": "小米su7周体验", "kind": "goods", "weight": "0.03", "stock_total": 100,
            "stock_left": 100, "unlock_after": 3, "draws_until_unlock": 3, "per_user": null, "won": null,
        })
    );
    market.user("ann").draw(2).await;
    assert_eq!(award("105").await["draws_until_unlock"], 1);
    assert_eq!(award("106").await["draws_until_unlock"], 0);
    let other = market.get("/v1/activities/100301/awards?user_id=bob").await.items();
    assert_eq!(other.iter().find(|award| award["id"] == "105").unwrap()["draws_until_unlock"], 3);
    assert_eq!((&award("108").await["per_user"], &award("108").await["won"]), (&json!(1), &json!(0)));
    let unlimited = award("100").await;
    assert_eq!((&unlimited["per_user"], &unlimited["won"]), (&Value::Null, &Value::Null));
    assert_eq!((&unlimited["stock_total"], &unlimited["stock_left"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn tiers_show_the_way_to_them() {
    let market = Market::demo().await;
    market.user("ann").recharge("9012").await;
    market.user("ann").draw(9).await;
    let body = market.get("/v1/activities/100301/tiers?user_id=ann").await.json();
    assert_eq!(body["used"], 9);
    let first = json!({"at": 10, "mode": "once", "award_ids": ["102", "103"], "draws_until": 1, "applies_next": false});
    assert_eq!(body["items"][0], first);
    market.user("ann").draw(1).await;
    let body = market.get("/v1/activities/100301/tiers?user_id=ann").await.json();
    assert_eq!((&body["items"][0]["draws_until"], &body["items"][0]["applies_next"]), (&json!(0), &json!(true)));
    let draw = market.user("ann").draw(1).await.remove(0);
    assert_eq!((&draw["reason"]["rule"], &draw["reason"]["at"]), (&json!("tier"), &json!(10)));
}

#[tokio::test]
async fn quota_shows_what_each_limit_leaves() {
    let mut document = demo_document();
    document.limits.day = Some(4);
    let market = Market::with(document).await;
    market.user("ann").recharge("9013").await;
    market.user("ann").draw(3).await;
    let body = market.get("/v1/activities/100301/quota?user_id=ann").await.json();
    assert_eq!(
        body,
        json!({
            "user_id": "ann", "activity_id": "100301",
            "total": {"limit": 5, "used": 3, "left": 2},
            "month": {"limit": null, "used": 3, "left": null},
            "day": {"limit": 4, "used": 3, "left": 1},
            "today": "2026-03-02", "next_day_at": "2026-03-02T16:00:00.000Z",
        })
    );
    let refused = market.user("ann").draw_with("k", 2).await;
    assert_eq!((&refused.json()["limit"], &refused.json()["left"]), (&json!("day"), &json!(1)));
    market.clock.set("2026-03-02T16:00:00Z");
    assert_eq!(market.user("ann").draw(2).await.len(), 2);
}

#[tokio::test]
async fn skus_show_price_and_stock() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    let items = market.get("/v1/activities/100301/skus").await.items();
    let sku = items.iter().find(|sku| sku["sku"] == "9013").unwrap();
    let expected = json!({"sku": "9013", "draws": 5, "price": "20.00", "stock_total": 100_000, "stock_left": 99_999});
    assert_eq!(*sku, expected);
}

#[tokio::test]
async fn unknown_activities_and_bad_parameters_are_refused() {
    let market = Market::demo().await;
    for part in ["", "/awards?user_id=ann", "/tiers?user_id=ann", "/quota?user_id=ann", "/skus"] {
        let answer = market.get(format!("/v1/activities/nothing{part}")).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"), "{part}");
        let answer = market.get(format!("/v1/activities/{}{part}", "x".repeat(65))).await;
        assert_eq!((answer.status, answer.fault_fields()), (StatusCode::BAD_REQUEST, vec!["id".to_owned()]), "{part}");
    }
    for part in ["awards", "tiers", "quota"] {
        let fields =
            async |query: &str| market.get(format!("/v1/activities/100301/{part}{query}")).await.fault_fields();
        assert_eq!(fields("").await, ["user_id"]);
        assert_eq!(fields("?user_id=").await, ["user_id"]);
        assert_eq!(fields("?user_id=a%0Ab").await, ["user_id"]);
        assert_eq!(fields("?user_id=a&user_id=b").await, ["user_id"]);
        assert_eq!(fields("?user=ann").await, ["user", "user_id"]);
    }
}
