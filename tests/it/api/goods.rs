//! Goods and recalls through HTTP: won, claimed, sent or taken back.

use big_market::clock::Clock;
use big_market::domain::document::{self, CampaignDocument, Format};
use big_market::domain::outbox::Way;
use big_market::store::outbox::Lease;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::{Answer, Market};

fn lamps() -> CampaignDocument {
    let text = r#"
        activity = "100301"
        title = "Lamps"
        opens_at = "2026-01-01T00:00:00Z"
        closes_at = "2030-01-01T00:00:00Z"
        time_zone = "UTC"
        skus = [{ id = "9011", draws = 150 }]

        [[awards]]
        id = "lamp"
        title = "A lamp"
        weight = "1"
        stock = 2
        fallback = "nothing"
        prize = { kind = "goods", claim_within_days = 14 }

        [[awards]]
        id = "nothing"
        title = "Nothing"
        prize = { kind = "nothing" }
    "#;
    document::parse(text, Format::Toml).unwrap()
}

/// A market in which ann has just won both lamps. Gives their awards, newest first.
async fn with_lamps() -> (Market, Vec<String>) {
    let market = Market::with(lamps()).await;
    market.user("ann").recharge("9011").await;
    market.user("ann").draw(2).await;
    let awards = market.get("/v1/users/ann/awards").await.items();
    let ids = awards.iter().map(|award| award["id"].as_str().unwrap().to_owned()).collect();
    (market, ids)
}

async fn claim(market: &Market, award: &str, user: &str, street: &str) -> Answer {
    let body = json!({"user_id": user, "name": "Ann", "phone": "+49 30 1", "address": [street, "10115 Berlin"]});
    market.call(Method::POST, format!("/v1/awards/{award}/claim")).json(body).send().await
}

async fn ship(market: &Market, award: &str, tracking: &str) -> Answer {
    let body = json!({"tracking": tracking});
    market.call(Method::POST, format!("/admin/goods/{award}/ship")).json(body).send().await
}

async fn cancel(market: &Market, outbox: &Value) -> Answer {
    let path = format!("/admin/outbox/{}/cancel", outbox["id"].as_str().unwrap());
    market.call(Method::POST, path).json(json!({"reason": "a forged account"})).send().await
}

#[tokio::test]
async fn goods_are_claimed_sent_and_delivered() {
    let (market, awards) = with_lamps().await;
    let award = market.get("/v1/users/ann/awards").await.items().remove(0);
    assert_eq!(award["claim_by"], "2026-03-16T02:00:00.000Z");
    assert_eq!(award.get("claimed_at"), None);
    assert_eq!(market.get("/admin/goods?state=unclaimed").await.items().len(), 2);

    let first = claim(&market, &awards[0], "ann", "Way 1").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text());
    market.clock.advance(TimeDelta::minutes(5));
    assert_eq!(claim(&market, &awards[0], "ann", "Way 1").await.body, first.body, "the same claim, the same answer");
    let moved = claim(&market, &awards[0], "ann", "Way 2").await.json();
    assert_eq!(moved["recipient"]["address"][0], "Way 2");
    let waiting = market.get("/admin/goods").await.items();
    assert_eq!((waiting.len(), waiting[0]["state"].as_str()), (1, Some("claimed")));

    let sent = ship(&market, &awards[0], "DHL 7").await;
    assert_eq!((sent.status, sent.json()["tracking"].clone()), (StatusCode::OK, json!("DHL 7")));
    market.clock.advance(TimeDelta::minutes(5));
    assert_eq!(ship(&market, &awards[0], "DHL 7").await.body, sent.body);
    assert_eq!(ship(&market, &awards[0], "DHL 8").await.code(), "conflict");
    assert_eq!(claim(&market, &awards[0], "ann", "Way 3").await.code(), "conflict");
    let award = market.get("/v1/users/ann/awards").await.items().remove(0);
    assert_eq!((award["state"].as_str(), award["reference"].as_str()), (Some("delivered"), Some("DHL 7")));
    assert_eq!(market.get("/admin/goods?state=shipped").await.items().len(), 1);
    let noted = market.audit().await;
    let [noted] = noted.as_slice() else { panic!("{noted:?}") };
    assert!(noted.action == "goods.ship" && !format!("{noted:?}").contains("Way"), "{noted:?}");
}

#[tokio::test]
async fn only_the_winner_claims_and_only_goods_in_time() {
    let (market, awards) = with_lamps().await;
    assert_eq!(claim(&market, &awards[0], "bob", "Way 1").await.code(), "not_found");
    assert_eq!(claim(&market, "award_01J9ZZZZZZZZZZZZZZZZZZZZZZ", "ann", "Way 1").await.code(), "not_found");
    assert_eq!(claim(&market, "7", "ann", " ").await.fault_fields(), ["id", "address[0]"]);
    let path = format!("/v1/awards/{}/claim", awards[0]);
    assert_eq!(market.call(Method::POST, &path).body("application/json", "{").send().await.code(), "malformed_json");
    assert_eq!(market.call(Method::POST, &path).body("text/plain", "x").send().await.code(), "unsupported_media_type");
    market.user("ann").draw(1).await;
    let nothing = market.get("/v1/users/ann/awards").await.items().remove(0)["id"].as_str().unwrap().to_owned();
    assert_eq!(claim(&market, &nothing, "ann", "Way 1").await.code(), "conflict");
    market.clock.advance(TimeDelta::days(14));
    assert_eq!(claim(&market, &awards[0], "ann", "Way 1").await.code(), "claim_expired");
}

#[tokio::test]
async fn goods_that_cannot_be_sent_are_refused() {
    let (market, awards) = with_lamps().await;
    assert_eq!(ship(&market, &awards[0], "DHL 7").await.code(), "conflict");
    assert_eq!(ship(&market, &awards[0], " ").await.fault_fields(), ["tracking"]);
    assert_eq!(ship(&market, "7", "DHL 7").await.fault_fields(), ["id"]);
    assert_eq!(ship(&market, "award_01J9ZZZZZZZZZZZZZZZZZZZZZZ", "DHL 7").await.code(), "not_found");
    assert_eq!(market.get("/admin/goods?state=lost&limit=0").await.fault_fields(), ["state", "limit"]);
}

#[tokio::test]
async fn a_recalled_award_is_back_in_stock_and_out_of_reach() {
    let (market, awards) = with_lamps().await;
    let entries = market.get("/admin/outbox").await.items();
    let entry = entries.iter().find(|entry| entry["award_record_id"] == awards[0].as_str()).unwrap();
    for _ in 0..2 {
        assert_eq!(cancel(&market, entry).await.status, StatusCode::NO_CONTENT);
    }
    let award = market.get("/v1/users/ann/awards").await.items().remove(0);
    assert_eq!(award["state"], "recalled");
    assert_eq!(claim(&market, &awards[0], "ann", "Way 1").await.code(), "conflict");
    assert_eq!(market.get("/admin/reconciliation").await.json()["violations_total"], 0);
    // Its unit can be won again, once.
    let draws = market.user("ann").draw(2).await;
    let won: Vec<_> = draws.iter().map(|draw| draw["award"]["id"].as_str().unwrap()).collect();
    assert_eq!(won, ["lamp", "nothing"]);
}

#[tokio::test]
async fn what_the_winner_has_is_not_taken_back() {
    let (market, awards) = with_lamps().await;
    claim(&market, &awards[0], "ann", "Way 1").await;
    ship(&market, &awards[0], "DHL 7").await;
    let entries = market.get("/admin/outbox").await.items();
    let entry = entries.iter().find(|entry| entry["award_record_id"] == awards[0].as_str()).unwrap();
    assert_eq!(cancel(&market, entry).await.code(), "conflict");
    assert_eq!(cancel(&market, &json!({"id": "out_01J9ZZZZZZZZZZZZZZZZZZZZZZ"})).await.code(), "not_found");
    assert_eq!(cancel(&market, &json!({"id": "7"})).await.fault_fields(), ["id"]);
    let path = format!("/admin/outbox/{}/cancel", entry["id"].as_str().unwrap());
    let answer = market.call(Method::POST, path).json(json!({"reason": "x".repeat(201)})).send().await;
    assert_eq!(answer.fault_fields(), ["reason"]);
}

#[tokio::test]
async fn what_a_third_party_reserved_is_asked_for_before_it_is_taken_back() {
    let (market, awards) = with_lamps().await;
    let entries = market.get("/admin/outbox").await.items();
    assert!(entries.iter().all(|entry| entry["wanted_back"].is_null()));
    let entry = entries.iter().find(|entry| entry["award_record_id"] == awards[0].as_str()).unwrap();
    // As a worker does that tells a third party in stages and dies.
    let (outbox_ids, now) = (vec![entry["id"].as_str().unwrap().parse().unwrap()], market.clock.now());
    let lease = Lease { outbox_ids, now, until: now + TimeDelta::seconds(60) };
    let mut deliveries = market.store.lease_outbox(&lease).await.unwrap();
    deliveries[0].way = Some(Way::Staged);
    market.store.mark_dispatched(&deliveries).await.unwrap();
    assert_eq!(cancel(&market, entry).await.code(), "conflict");
    market.clock.advance(TimeDelta::seconds(60));
    for _ in 0..2 {
        let answer = cancel(&market, entry).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::ACCEPTED, 0));
    }
    let asked = market.get("/admin/outbox?state=pending").await.items();
    let asked = asked.iter().find(|other| other["id"] == entry["id"]).unwrap();
    assert_eq!(asked["wanted_back"], "a forged account");
    let award = market.get("/v1/users/ann/awards").await.items().remove(0);
    assert_eq!((&award["id"], &award["state"]), (&json!(awards[0]), &json!("dispatched")));
}
