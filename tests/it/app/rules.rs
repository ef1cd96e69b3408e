//! Limits per user and lists, through the whole draw.

use std::collections::BTreeMap;

use big_market::app::DrawRequest;
use big_market::domain::audit::Actor;
use big_market::domain::document::{AwardDocument, CampaignDocument, PrizeDocument};
use big_market::domain::draw::{Draw, Fallback};
use big_market::domain::id::{ActivityId, RequestId, UserId};
use big_market::domain::receipt::Verdict;
use big_market::domain::refusal::Refusal;
use big_market::domain::standing::UserList;
use big_market::domain::strategy::Rule;
use big_market::fault::Error;
use chrono::TimeDelta;
use futures::future::join_all;

use crate::support::market::{DEMO, Market, demo_document};

fn award(id: &str, stock: Option<u64>, per_user: Option<u32>, fallback: Option<&str>) -> AwardDocument {
    AwardDocument {
        id: id.into(),
        title: id.into(),
        weight: if id == "car" { "1" } else { "0" }.into(),
        stock,
        unlock_after: 0,
        cost: None,
        per_user,
        fallback: fallback.map(Into::into),
        dispatch_after_seconds: 0,
        prize: PrizeDocument::Nothing {},
    }
}

/// Every draw picks a car: 3 in all, 2 for one user. Then bikes, 3 for one user, as long as there are any; then nothing.
fn garage() -> CampaignDocument {
    let mut document = demo_document();
    document.tiers.clear();
    document.blacklist = None;
    document.awards = vec![
        award("car", Some(3), Some(2), Some("bike")),
        award("bike", Some(100), Some(3), Some("none")),
        award("none", None, None, None),
    ];
    document
}

async fn draw(market: &Market, user: &str, count: u32) -> Result<Vec<Draw>, Error> {
    let request = DrawRequest {
        activity_id: ActivityId::new(DEMO).unwrap(),
        user_id: UserId::new(user).unwrap(),
        request_id: RequestId::new(&market.fresh_key()).unwrap(),
        count,
    };
    Ok(market.app.draw(request).await?.draws)
}

fn awards(draws: &[Draw]) -> Vec<&str> {
    draws.iter().map(|draw| draw.award_id.as_str()).collect()
}

fn counts(draws: &[Draw]) -> BTreeMap<&str, u32> {
    draws.iter().fold(BTreeMap::new(), |mut counts, draw| {
        *counts.entry(draw.award_id.as_str()).or_default() += 1;
        counts
    })
}

async fn put(market: &Market, user: &str, list: UserList) {
    let (activity_id, user_id) = (ActivityId::new(DEMO).unwrap(), UserId::new(user).unwrap());
    let actor = Actor::System("tests");
    market.app.put_on_list(&actor, (&activity_id, &user_id), list, None).await.unwrap();
}

#[tokio::test]
async fn ten_draws_at_once_win_a_limited_award_exactly_as_often_as_one_may() {
    let market = Market::with(garage()).await;
    for user in ["ann", "bob", "cat"] {
        market.user(user).recharge("9012").await;
    }
    let ann = draw(&market, "ann", 10).await.unwrap();
    assert_eq!(awards(&ann), ["car", "car", "bike", "bike", "bike", "none", "none", "none", "none", "none"]);
    let why: Vec<_> = ann.iter().map(|draw| (draw.reason.fallback, draw.reason.out_of_stock)).collect();
    assert_eq!(why[1..4], [(None, 0), (Some(Fallback::UserLimit), 0), (Some(Fallback::UserLimit), 0)]);
    // One car is left: what bob might have won is not what he did win.
    let bob = draw(&market, "bob", 10).await.unwrap();
    assert_eq!(awards(&bob)[..5], ["car", "bike", "bike", "bike", "none"]);
    assert_eq!((bob[1].reason.fallback, bob[1].reason.out_of_stock), (Some(Fallback::OutOfStock), 1));
    assert_eq!(bob[4].standing.won.values().copied().collect::<Vec<_>>(), [3, 1], "bikes and cars");
    let cat = draw(&market, "cat", 4).await.unwrap();
    assert_eq!(awards(&cat), ["bike", "bike", "bike", "none"]);
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
    market.clock.advance(TimeDelta::days(1));
    market.settle().await;
    for drawn in ann.iter().chain(&bob).chain(&cat) {
        assert_eq!(market.app.receipt(drawn.draw_id).await.unwrap().verify(), Verdict::Proven);
    }
}

#[tokio::test]
async fn many_requests_of_one_user_at_once_keep_to_the_limit() {
    let market = Market::with(garage()).await;
    for user in ["ann", "bob"] {
        market.user(user).recharge("9012").await;
    }
    let users = ["ann", "bob"].into_iter().cycle().take(16);
    let drawn = join_all(users.map(|user| draw(&market, user, 1))).await;
    let drawn: Vec<_> = drawn.into_iter().flat_map(|draws| draws.unwrap()).collect();
    assert_eq!(counts(&drawn), [("bike", 6), ("car", 3), ("none", 7)].into(), "all there was to win was won");
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn a_limit_that_begins_counts_what_was_won_before() {
    let mut unlimited = garage();
    unlimited.awards[0].per_user = None;
    unlimited.awards[0].stock = Some(50);
    let market = Market::with(unlimited.clone()).await;
    for user in ["ann", "bob"] {
        market.user(user).recharge("9012").await;
    }
    assert_eq!(counts(&draw(&market, "ann", 3).await.unwrap()), [("car", 3)].into());
    assert_eq!(counts(&draw(&market, "bob", 1).await.unwrap()), [("car", 1)].into());
    let mut limited = unlimited.clone();
    limited.awards[0].per_user = Some(2);
    market.app.publish(limited, "tests").await.unwrap();
    assert_eq!(counts(&draw(&market, "ann", 2).await.unwrap()), [("bike", 2)].into());
    assert_eq!(counts(&draw(&market, "bob", 2).await.unwrap()), [("bike", 1), ("car", 1)].into());
    market.app.publish(unlimited, "tests").await.unwrap();
    assert_eq!(counts(&draw(&market, "ann", 2).await.unwrap()), [("car", 2)].into());
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn lists_hold_from_the_next_draw_on() {
    let mut document = garage();
    document.awards[0].per_user = None;
    document.awards[0].stock = Some(50);
    let market = Market::with(document.clone()).await;
    market.user("ann").recharge("9012").await;
    assert_eq!(awards(&draw(&market, "ann", 1).await.unwrap()), ["car"]);
    put(&market, "ann", UserList::Grey).await;
    let grey = draw(&market, "ann", 1).await.unwrap();
    assert_eq!((awards(&grey), grey[0].reason.fallback), (vec!["none"], Some(Fallback::GreyList)));
    put(&market, "ann", UserList::Black).await;
    let refused = draw(&market, "ann", 1).await;
    assert!(matches!(refused, Err(Error::Refusal(Refusal::UserBlocked { .. }))), "{refused:?}");
    document.blacklist =
        Some(big_market::domain::document::BlacklistDocument { users: Vec::new(), award: "none".into(), points: None });
    market.app.publish(document, "tests").await.unwrap();
    let black = draw(&market, "ann", 1).await.unwrap();
    assert_eq!((awards(&black), black[0].reason.rule), (vec!["none"], Rule::Blacklist));
    let (activity_id, user_id) = (ActivityId::new(DEMO).unwrap(), UserId::new("ann").unwrap());
    let actor = Actor::System("tests");
    market.app.take_off_list(&actor, (&activity_id, &user_id), UserList::Black).await.unwrap();
    assert_eq!(awards(&draw(&market, "ann", 1).await.unwrap()), ["car"]);
    let again = market.app.take_off_list(&actor, (&activity_id, &user_id), UserList::Black).await;
    assert!(matches!(again, Err(Error::Refusal(Refusal::Unknown { .. }))), "{again:?}");
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}
