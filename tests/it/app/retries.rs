//! A request that is repeated: the same answer, the same roll, the same version.

use std::sync::Arc;

use big_market::app::{App, DrawRequest, Parts, RechargeRequest};
use big_market::clock::Sources;
use big_market::config::Config;
use big_market::domain::id::{ActivityId, RequestId, SkuId, UserId};
use big_market::domain::receipt::Verdict;
use big_market::domain::refusal::Refusal;
use big_market::fault::Error;
use chrono::TimeDelta;

use crate::support::backing::Backing;
use crate::support::crash::{Crash, Misfortune, MortalStock, MortalStore};
use crate::support::lossy_queue::LossyQueue;
use crate::support::market::{DEMO, Market, demo_document};
use crate::support::time::{ManualClock, SeededChance};

fn request(user: &str, key: &str, count: u32) -> DrawRequest {
    DrawRequest {
        activity_id: ActivityId::new(DEMO).unwrap(),
        user_id: UserId::new(user).unwrap(),
        request_id: RequestId::new(key).unwrap(),
        count,
    }
}

/// A demo market in which calls can fail, and ann with 150 draws.
async fn unlucky(chance: u64) -> (App, Arc<Crash>, Backing) {
    let backing = Backing::fresh().await;
    let store = backing.store().await;
    let crash = Arc::new(Crash::default());
    let app = App::new(Parts {
        config: Config::defaults(),
        sources: Sources::new(Arc::new(ManualClock::at("2026-03-02T02:00:00Z")), Arc::new(SeededChance::new(chance))),
        store: Arc::new(MortalStore { store, crash: crash.clone() }),
        stock: Arc::new(MortalStock { stock: backing.stock().await, crash: crash.clone() }),
        queue: Arc::new(LossyQueue::reliable()),
        channels: Vec::new(),
    });
    app.publish(demo_document(), "tests").await.unwrap();
    let DrawRequest { activity_id, user_id, request_id, .. } = request("ann", "r", 1);
    app.recharge(RechargeRequest { activity_id, user_id, request_id, sku: SkuId::new("9011").unwrap() }).await.unwrap();
    (app, crash, backing)
}

#[tokio::test]
async fn a_failed_draw_is_drawn_again_with_the_same_roll() {
    // The same chance makes the same seeds: what the draw would have been without bad luck.
    let (lucky, _, _backing) = unlucky(5).await;
    let wanted = lucky.draw(request("ann", "d", 10)).await.unwrap().draws;
    let mut failures = 0;
    for point in 1..40 {
        let (app, crash, _backing) = unlucky(5).await;
        crash.arm(point, Misfortune::Failure);
        let first = app.draw(request("ann", "d", 10)).await;
        crash.disarm();
        failures += u32::from(matches!(first, Err(Error::Refusal(Refusal::TryAgain) | Error::Fault(_))));
        let again = app.draw(request("ann", "d", 10)).await.unwrap().draws;
        let rolls = |draws: &[big_market::domain::draw::Draw]| draws.iter().map(|draw| draw.roll).collect::<Vec<_>>();
        assert_eq!(rolls(&again), rolls(&wanted), "point {point}");
        assert_eq!(app.draw(request("ann", "d", 10)).await.unwrap().draws, again);
        let quota = app.quota(&ActivityId::new(DEMO).unwrap(), &UserId::new("ann").unwrap()).await.unwrap();
        assert_eq!(quota.quota.used, 10, "point {point}: drawn once");
    }
    assert!(failures >= 5, "only {failures} of the awaits failed a draw");
}

#[tokio::test]
async fn the_same_request_twice_at_the_same_time_is_one_draw() {
    let market = Market::demo().await;
    market.user("ann").recharge("9012").await;
    let twins = futures::future::join_all((0..20).map(|_| market.app.draw(request("ann", "twin", 2)))).await;
    let first = twins[0].as_ref().unwrap().draws.clone();
    for twin in &twins {
        assert_eq!(twin.as_ref().unwrap().draws, first);
    }
    assert_eq!(twins.iter().filter(|twin| !twin.as_ref().unwrap().repeated).count(), 1);
}

#[tokio::test]
async fn draws_keep_the_version_that_decided_them() {
    let market = Market::demo().await;
    market.user("ann").recharge("9012").await;
    let before = market.app.draw(request("ann", "before", 1)).await.unwrap().draws;
    let mut document = demo_document();
    for award in &mut document.awards {
        award.title = format!("new {}", award.title);
    }
    market.app.publish(document, "tests").await.unwrap();
    let after = market.app.draw(request("ann", "after", 1)).await.unwrap().draws;
    assert_eq!((before[0].version.0, after[0].version.0), (1, 2));
    assert_eq!(market.app.draw(request("ann", "before", 1)).await.unwrap().draws, before);
    let title = |draw: &big_market::domain::draw::Draw| {
        let (app, draw) = (market.app.clone(), draw.clone());
        async move { app.award_title(&draw.activity_id, draw.version, &draw.award_id).await.unwrap() }
    };
    assert!(!title(&before[0]).await.starts_with("new "));
    assert!(title(&after[0]).await.starts_with("new "));
}

#[tokio::test]
async fn a_receipt_is_proven_once_its_day_is_over_and_names_no_other_user() {
    let market = Market::demo().await;
    let mut receipts = Vec::new();
    for user in ["ann", "user001"] {
        market.user(user).recharge("9014").await;
        let draw = market.app.draw(request(user, "d", 1)).await.unwrap().draws.remove(0);
        receipts.push((user, draw.draw_id));
    }
    for (user, draw_id) in &receipts {
        let receipt = market.app.receipt(*draw_id).await.unwrap();
        assert_eq!(receipt.verify(), Verdict::SeedNotRevealed);
        let listed = receipt.document.blacklist.unwrap().users;
        assert_eq!(listed, [if *user == "user001" { "user001" } else { "(withheld)" }]);
    }
    market.clock.advance(TimeDelta::days(1));
    // The day is over for the market only once it is settled.
    assert_eq!(market.app.receipt(receipts[0].1).await.unwrap().verify(), Verdict::SeedNotRevealed);
    market.settle().await;
    for (_, draw_id) in receipts {
        assert_eq!(market.app.receipt(draw_id).await.unwrap().verify(), Verdict::Proven);
    }
}

#[tokio::test]
async fn nobody_draws_with_a_seed_that_is_public() {
    let market = Market::demo().await;
    market.user("ann").recharge("9012").await;
    market.clock.advance(TimeDelta::days(1));
    market.settle().await;
    // A server whose clock runs behind still thinks it is yesterday.
    market.clock.advance(-TimeDelta::days(1));
    let refused = market.app.draw(request("ann", "late", 1)).await;
    assert!(matches!(refused, Err(Error::Refusal(Refusal::TryAgain))), "{refused:?}");
    market.clock.advance(TimeDelta::days(1));
    assert_eq!(market.app.draw(request("ann", "late", 1)).await.unwrap().draws.len(), 1);
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}
