//! Coupon codes through HTTP: loaded, short, won.

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::market::{Answer, Market};

async fn load(market: &Market, pool: &str, csv: &str) -> Answer {
    market.call(Method::POST, format!("/admin/coupon-pools/{pool}/codes")).body("text/csv", csv.to_owned()).send().await
}

#[tokio::test]
async fn codes_are_loaded_once_and_counted() {
    let market = Market::demo().await;
    let answer = load(&market, "payment", "code\nA-1\nA-2\nA-2\n").await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"added": 2, "repeated": 1, "left": 2})));
    let answer = load(&market, "payment", "A-1\nA-2\nA-3").await;
    assert_eq!(answer.json(), json!({"added": 1, "repeated": 2, "left": 3}));
    let noted = market.audit().await;
    assert_eq!(noted.len(), 2);
    assert!(noted.iter().all(|entry| entry.action == "coupon_pool.load" && !format!("{entry:?}").contains("A-1")));
}

#[tokio::test]
async fn a_shortage_is_seen_before_winners_meet_it() {
    let market = Market::demo().await;
    // The demo gives out 100 coupons of this pool, and nobody has loaded any.
    let pool = market.get("/admin/coupon-pools/payment").await.json();
    assert_eq!(pool["can_still_be_won"], 100);
    assert_eq!((pool["left"].as_u64(), pool["shortage"].as_u64()), (Some(0), Some(100)));
    load(&market, "payment", "A-1\nA-2").await;
    let pools = market.get("/admin/coupon-pools").await.items();
    assert_eq!(pools.len(), 1);
    assert_eq!((pools[0]["left"].as_u64(), pools[0]["shortage"].as_u64()), (Some(2), Some(98)));
}

#[tokio::test]
async fn a_file_with_a_bad_line_is_refused_whole_and_the_line_is_named() {
    let market = Market::demo().await;
    let answer = load(&market, "payment", "A-1\nA-2,5\n\"with space\"\n").await;
    assert_eq!(
        (answer.code(), answer.fault_fields()),
        ("invalid_request".into(), vec!["line 2".into(), "line 3".into()])
    );
    let answer = load(&market, "payment", "code\r\n\r\nA-1\r\nA-2,5\r\n\r\nwith space\r\n").await;
    assert_eq!(answer.fault_fields(), ["line 4", "line 6"], "blank lines count, as in an editor");
    assert_eq!(market.get("/admin/coupon-pools/payment").await.json()["total"], 0);
    assert_eq!(load(&market, "payment", "").await.fault_fields(), ["line 1"]);
    assert_eq!(load(&market, "a%20b", "A-1").await.fault_fields(), ["id"]);
    let answer = market.call(Method::POST, "/admin/coupon-pools/payment/codes").json(json!({})).send().await;
    assert_eq!(answer.code(), "unsupported_media_type");
    assert_eq!(market.get("/admin/coupon-pools/nobody").await.code(), "not_found");
    assert_eq!(market.get("/admin/coupon-pools/a%20b").await.fault_fields(), ["id"]);
}

#[tokio::test]
async fn a_file_beyond_its_limit_is_refused() {
    let market = Market::demo_with(|config| config.server.codes_bytes_max = 10).await;
    assert_eq!(load(&market, "payment", "A-1\nA-2\nA-3\n").await.code(), "payload_too_large");
}
