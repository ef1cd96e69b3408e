//! What a user drew, won and holds.

use std::collections::BTreeSet;

use big_market::domain::award::PrizeValue;
use big_market::domain::outbox::AttemptOutcome;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::Market;

/// Follows `next_cursor` through a whole list, so many items at a time.
async fn all_parts(market: &Market, path: &str, limit: usize) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    for _ in 0..100 {
        let body = market.get(format!("{path}?limit={limit}{cursor}")).await.json();
        let part = body["items"].as_array().unwrap().clone();
        assert!(part.len() <= limit);
        items.extend(part);
        let Some(next) = body["next_cursor"].as_str() else { return items };
        cursor = format!("&cursor={next}");
    }
    panic!("the list does not end");
}

async fn market_with_draws(count: u32) -> Market {
    let market = Market::demo().await;
    for user in ["ann", "bob"] {
        market.user(user).recharge("9012").await;
    }
    for _ in 0..count {
        market.user("ann").draw(1).await;
        market.user("bob").draw(1).await;
        market.clock.advance(chrono::TimeDelta::seconds(1));
    }
    market
}

#[tokio::test]
async fn lists_are_newest_first_without_gaps_or_repeats() {
    let market = market_with_draws(9).await;
    // Several draws of one instant too.
    let last = market.user("ann").draw(4).await;
    for list in ["draws", "awards"] {
        let path = format!("/v1/users/ann/{list}");
        let whole = market.get(format!("{path}?limit=100")).await.items();
        assert_eq!(whole.len(), 13);
        let time = |item: &Value| item["drawn_at"].as_str().or(item["created_at"].as_str()).unwrap().to_owned();
        assert!(whole.windows(2).all(|pair| time(&pair[0]) >= time(&pair[1])), "{list}: not newest first");
        let ids: BTreeSet<_> = whole.iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 13, "{list}: an item twice");
        for limit in [1, 2, 5, 12, 13, 14] {
            assert_eq!(all_parts(&market, &path, limit).await, whole, "{list} by {limit}");
        }
    }
    let newest = market.get("/v1/users/ann/draws?limit=1").await.items().remove(0);
    assert_eq!(newest["id"], last[3]["id"]);
}

#[tokio::test]
async fn what_comes_in_meanwhile_does_not_shift_the_parts() {
    let market = market_with_draws(6).await;
    let first = market.get("/v1/users/ann/draws?limit=3").await.json();
    market.user("ann").draw(2).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = market.get(format!("/v1/users/ann/draws?limit=3&cursor={cursor}")).await.json();
    assert_eq!(second["next_cursor"], Value::Null);
    let count = |body: &Value| body["items"].as_array().unwrap().len();
    assert_eq!((count(&first), count(&second)), (3, 3));
    assert!(first["items"][2]["drawn_at"].as_str() > second["items"][0]["drawn_at"].as_str());
}

#[tokio::test]
async fn a_part_holds_twenty_where_the_caller_does_not_say() {
    let market = market_with_draws(21).await;
    let body = market.get("/v1/users/ann/draws").await.json();
    assert_eq!(body["items"].as_array().unwrap().len(), 20);
    assert!(body["next_cursor"].is_string());
}

#[tokio::test]
async fn draws_tell_where_their_awards_stand() {
    let market = market_with_draws(3).await;
    let states = |items: Vec<Value>, field: &str| -> BTreeSet<String> {
        items.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
    };
    market.finish_work(|_| AttemptOutcome::Delivered { reference: Some("their-7".into()), reply: None }).await;
    let awards = market.get("/v1/users/ann/awards").await.items();
    assert_eq!(states(market.get("/v1/users/ann/draws").await.items(), "award_state"), ["delivered".into()].into());
    assert_eq!(states(awards.clone(), "state"), ["delivered".into()].into());
    let award = &awards[0];
    assert!(award["id"].as_str().unwrap().starts_with("award_"));
    assert!(award["draw_id"].as_str().unwrap().starts_with("draw_"));
    assert_eq!((&award["activity_id"], &award["version"]), (&json!("100301"), &json!(1)));
    assert_eq!(award["reference"], "their-7");
    assert!(award["delivered_at"].is_string() && award["dispatch_at"].is_string());
    assert!(award["award"]["title"].is_string() && award["award"]["kind"].is_string());
}

#[tokio::test]
async fn points_show_the_balance_and_what_made_it() {
    let market = market_with_draws(8).await;
    assert_eq!(
        market.get("/v1/users/ann/points").await.json(),
        json!({"balance": "0.00", "held": "0.00", "expiring": [], "items": [], "next_cursor": null})
    );
    market
        .finish_work(|delivery| match delivery.award.value {
            PrizeValue::Points { .. } => AttemptOutcome::CreditPoints,
            _ => AttemptOutcome::Delivered { reference: None, reply: None },
        })
        .await;
    let whole = market.get("/v1/users/ann/points?limit=100").await;
    let items = whole.items();
    assert!(items.len() > 3, "{}", whole.text());
    assert_eq!(whole.json()["balance"], items[0]["balance"]);
    assert!(items.iter().all(|entry| entry["reason"] == "award" && entry["id"].as_str().unwrap().starts_with("xfer_")));
    assert_eq!(all_parts(&market, "/v1/users/ann/points", 2).await, items);
    let cents = |text: &Value| text.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    assert_eq!(items.iter().map(|entry| cents(&entry["amount"])).sum::<i64>(), cents(&whole.json()["balance"]));
}

#[tokio::test]
async fn a_user_may_have_any_printable_name() {
    let market = Market::demo().await;
    let name = "用户/1?x=%41 & é";
    let encoded = "%E7%94%A8%E6%88%B7%2F1%3Fx%3D%2541%20%26%20%C3%A9";
    market.user(name).recharge("9014").await;
    let draw = market.user(name).draw(1).await.remove(0);
    assert_eq!(draw["user_id"], name);
    let items = market.get(format!("/v1/users/{encoded}/draws")).await.items();
    assert_eq!(items[0]["id"], draw["id"]);
    let quota = market.get(format!("/v1/activities/100301/quota?user_id={encoded}")).await.json();
    assert_eq!((&quota["user_id"], &quota["total"]["used"]), (&json!(name), &json!(1)));
}

#[tokio::test]
async fn bad_parameters_are_refused_by_name() {
    let market = Market::demo().await;
    for list in ["draws", "awards", "points"] {
        let fields = async |rest: &str| {
            let answer = market.call(Method::GET, format!("/v1/users/{rest}")).send().await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{rest}");
            answer.fault_fields()
        };
        for limit in ["0", "101", "-1", "x", "", "1.5", "99999999999999999999"] {
            assert_eq!(fields(&format!("ann/{list}?limit={limit}")).await, ["limit"], "{limit}");
        }
        assert_eq!(fields(&format!("ann/{list}?cursor=what")).await, ["cursor"]);
        assert_eq!(fields(&format!("ann/{list}?page=2")).await, ["page"]);
        assert_eq!(fields(&format!("{}/{list}?limit=0&cursor=1", "x".repeat(129))).await, ["id", "cursor", "limit"]);
        assert_eq!(fields(&format!("a%0Ab/{list}")).await, ["id"]);
        assert_eq!(fields(&format!("a%FFb/{list}")).await, ["id"]);
    }
    assert_eq!(market.get("/v1/users/nobody/draws").await.json(), json!({"items": [], "next_cursor": null}));
}
