//! Winners for everybody to see, receipts for their own users, totals for operators.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::market::Market;

async fn token(market: &Market, user: &str) -> String {
    let wish = json!({"user_id": user, "activity_id": "100301"});
    let answer = market.call(Method::POST, "/v1/user-tokens").json(wish).send().await;
    answer.json()["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn winners_are_shown_newest_first_without_their_names() {
    let market = Market::demo().await;
    let anna = token(&market, "anna").await;
    let seen = async || market.call(Method::GET, "/v1/activities/100301/winners").bearer(&anna).send().await.items();
    assert_eq!(seen().await, Vec::<Value>::new());
    let mut won = Vec::new();
    for user in ["anna", "berta"] {
        market.user(user).recharge("9012").await;
        for draw in market.user(user).draw(10).await {
            won.push(
                json!({"user": format!("{}***a", &user[..1]), "award": draw["award"], "drawn_at": draw["drawn_at"]}),
            );
        }
        market.clock.advance(chrono::TimeDelta::seconds(1));
    }
    won.retain(|winner| winner["award"]["kind"] != "nothing");
    let seen = seen().await;
    assert_eq!(seen.len(), won.len());
    assert!(seen.iter().all(|winner| won.contains(winner)), "{seen:?}");
    assert!(seen.is_sorted_by(|newer, older| newer["drawn_at"].as_str() >= older["drawn_at"].as_str()));
    assert_eq!(market.get("/v1/activities/none/winners").await.code(), "not_found");
}

#[tokio::test]
async fn a_user_reads_the_receipts_of_their_own_draws_and_no_others() {
    let market = Market::demo().await;
    let (anns, bobs) = (token(&market, "ann").await, token(&market, "bob").await);
    market.user("ann").recharge("9014").await;
    let receipt = market.user("ann").draw(1).await[0]["receipt"].as_str().unwrap().to_owned();
    let read = async |path: &str, token: &str| market.call(Method::GET, path).bearer(token).send().await;
    assert_eq!(read(&receipt, &anns).await.json(), market.get(&receipt).await.json());
    // Naming oneself beside it opens nothing.
    for path in [receipt.clone(), format!("{receipt}?user_id=bob"), format!("{receipt}?activity_id=100301")] {
        assert_eq!(read(&path, &bobs).await.code(), "forbidden", "{path}");
    }
    let nobodys = "/v1/draws/draw_01J9ZZZZZZZZZZZZZZZZZZZZZZ/receipt";
    assert_eq!(read(nobodys, &bobs).await.code(), "forbidden", "as one of somebody else's");
    assert_eq!(read("/v1/draws/7/receipt", &bobs).await.code(), "forbidden");
}

#[tokio::test]
async fn totals_add_up_what_was_drawn_so_far() {
    let market = Market::demo().await;
    for user in ["ann", "bob"] {
        market.user(user).recharge("9013").await;
        market.user(user).draw(3).await;
    }
    let answer = market.get("/admin/activities/100301/totals").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let totals = answer.json();
    assert_eq!((&totals["users"], &totals["draws_granted"], &totals["draws_used"]), (&json!(2), &json!(10), &json!(6)));
    let won: u64 = totals["awards"].as_array().unwrap().iter().map(|award| award["won"].as_u64().unwrap()).sum();
    assert_eq!(won, 6);
    assert_eq!(market.get("/admin/activities/none/totals").await.code(), "not_found");
    assert_eq!(market.get("/v1/activities/100301").await.json()["behaviours"], json!(["sign_in", "payment"]));
}
