//! Stock: never below zero, never reset, and repaired after whatever happened to the counters.

use std::sync::Arc;

use big_market::app::{App, DrawRequest, Parts, RechargeRequest};
use big_market::clock::Sources;
use big_market::config::Config;
use big_market::domain::audit::{Actor, Change};
use big_market::domain::coupon::CouponCode;
use big_market::domain::document::{CampaignDocument, Format, PrizeDocument, parse};
use big_market::domain::id::{ActivityId, AuditId, Name, RequestId, SkuId, UserId};
use big_market::domain::reconcile::Invariant;
use big_market::domain::refusal::Refusal;
use big_market::fault::Error;
use big_market::store::Page;
use big_market::store::outbox::{Recall, Recalled};
use chrono::TimeDelta;
use futures::future::join_all;

use crate::support::backing::Backing;
use crate::support::crash::{Crash, Misfortune, MortalStock};
use crate::support::lossy_queue::LossyQueue;
use crate::support::market::Market;
use crate::support::time::{ManualClock, SeededChance};

/// One award with so many units, which every draw picks, and a SKU with so many units.
fn scarce(units: u64, skus: u64) -> CampaignDocument {
    let text = format!(
        r#"
        activity = "scarce"
        title = "One award"
        opens_at = "2026-01-01T00:00:00Z"
        closes_at = "2027-01-01T00:00:00Z"
        time_zone = "UTC"
        [[awards]]
        id = "lamp"
        title = "A lamp"
        weight = "1"
        stock = {units}
        fallback = "none"
        prize = {{ kind = "goods" }}
        [[awards]]
        id = "none"
        title = "Nothing"
        prize = {{ kind = "nothing" }}
        [[skus]]
        id = "ten"
        draws = 10
        stock = {skus}
        "#
    );
    parse(&text, Format::Toml).unwrap()
}

fn activity() -> ActivityId {
    ActivityId::new("scarce").unwrap()
}

async fn recharge(market: &Market, user: &str) -> Result<(), Error> {
    let request = RechargeRequest {
        activity_id: activity(),
        user_id: UserId::new(user).unwrap(),
        request_id: RequestId::new(&market.fresh_key()).unwrap(),
        sku: SkuId::new("ten").unwrap(),
    };
    market.app.recharge(request).await.map(drop)
}

/// Draws once; gives the award.
async fn draw(market: &Market, user: &str) -> String {
    let request = DrawRequest {
        activity_id: activity(),
        user_id: UserId::new(user).unwrap(),
        request_id: RequestId::new(&market.fresh_key()).unwrap(),
        count: 1,
    };
    market.app.draw(request).await.unwrap().draws[0].award_id.to_string()
}

async fn left(market: &Market, item: &str) -> u64 {
    let (_, views) = market.app.stock(&activity()).await.unwrap();
    views.into_iter().find(|view| view.counter.item.id() == item).unwrap().counter.left
}

#[tokio::test]
async fn the_last_unit_has_one_winner() {
    let market = Market::with(scarce(1, 1_000)).await;
    let users: Vec<_> = (0..100).map(|user| format!("user{user}")).collect();
    for user in &users {
        recharge(&market, user).await.unwrap();
    }
    let won = join_all(users.iter().map(|user| draw(&market, user))).await;
    assert_eq!(won.iter().filter(|award| *award == "lamp").count(), 1);
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn no_claim_is_ended_where_none_was_made() {
    let backing = Backing::fresh().await;
    let crash = Arc::new(Crash::default());
    let app = App::new(Parts {
        config: Config::defaults(),
        sources: Sources::new(Arc::new(ManualClock::at("2026-03-02T02:00:00Z")), Arc::new(SeededChance::new(1))),
        store: backing.store().await,
        stock: Arc::new(MortalStock { stock: backing.stock().await, crash: crash.clone() }),
        queue: Arc::new(LossyQueue::reliable()),
        channels: Vec::new(),
    });
    app.publish(scarce(1, 10), "tests").await.unwrap();
    let (activity_id, user_id) = (activity(), UserId::new("ann").unwrap());
    let key = |key: &str| RequestId::new(key).unwrap();
    let (sku, request_id) = (SkuId::new("ten").unwrap(), key("r"));
    app.recharge(RechargeRequest { activity_id, user_id: user_id.clone(), request_id, sku }).await.unwrap();
    for (request_id, wanted, ends_claims) in [("first", "lamp", true), ("second", "none", false)] {
        // A unit is asked for in two awaits, before and after; the third is the end of a claim.
        crash.arm(3, Misfortune::Failure);
        let (activity_id, user_id) = (activity(), user_id.clone());
        let request = DrawRequest { activity_id, user_id, request_id: key(request_id), count: 1 };
        assert_eq!(app.draw(request).await.unwrap().draws[0].award_id.to_string(), wanted);
        assert_eq!(crash.has_struck(), ends_claims, "{wanted}");
    }
}

#[tokio::test]
async fn a_sold_out_sku_is_refused_and_grants_nothing() {
    let market = Market::with(scarce(1, 3)).await;
    let users: Vec<_> = (0..10).map(|user| format!("user{user}")).collect();
    let granted = join_all(users.iter().map(|user| recharge(&market, user))).await;
    assert_eq!(granted.iter().filter(|granted| granted.is_ok()).count(), 3);
    assert!(granted.iter().all(|granted| match granted {
        Ok(()) => true,
        Err(error) => matches!(error, Error::Refusal(Refusal::SkuSoldOut { .. })),
    }));
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn a_new_version_changes_stock_by_the_difference_and_never_resets_it() {
    let market = Market::with(scarce(5, 10)).await;
    recharge(&market, "ann").await.unwrap();
    for _ in 0..3 {
        assert_eq!(draw(&market, "ann").await, "lamp");
    }
    assert_eq!(left(&market, "lamp").await, 2);
    market.app.publish(scarce(8, 10), "tests").await.unwrap();
    assert_eq!(left(&market, "lamp").await, 5, "three more, not eight again");
    assert_eq!(draw(&market, "ann").await, "lamp");
    market.app.publish(scarce(4, 10), "tests").await.unwrap();
    assert_eq!(draw(&market, "ann").await, "none");

    let refused = market.app.publish(scarce(3, 10), "tests").await;
    let Err(Error::Refusal(Refusal::InvalidDocument { faults })) = refused else { panic!("{refused:?}") };
    assert_eq!(faults[0].path, "awards[0].stock");
    assert!(faults[0].mend.contains('4'), "{faults:?}");
    assert_eq!(market.app.versions(&activity()).await.unwrap().len(), 3, "the refused one is not a version");
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

#[tokio::test]
async fn used_counts_are_written_back_for_people() {
    let market = Market::with(scarce(5, 10)).await;
    recharge(&market, "ann").await.unwrap();
    draw(&market, "ann").await;
    assert_eq!(market.app.sync_stock().await.unwrap(), 1);
    let (_, views) = market.app.stock(&activity()).await.unwrap();
    let lamp = views.iter().find(|view| view.counter.item.id() == "lamp").unwrap();
    assert_eq!((lamp.noted_used, lamp.counter.confirmed), (Some(1), 1));
}

#[tokio::test]
async fn a_version_that_would_close_the_activity_or_move_its_days_is_refused() {
    let market = Market::with(scarce(5, 10)).await;
    let mut document = scarce(5, 10);
    document.time_zone = "Asia/Shanghai".into();
    document.closes_at = "2026-02-01T00:00:00Z".into();
    let refused = market.app.publish(document, "tests").await;
    let Err(Error::Refusal(Refusal::InvalidDocument { faults })) = refused else { panic!("{refused:?}") };
    let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["closes_at", "time_zone"]);
    assert_eq!(market.app.expire().await.unwrap(), 0);
    market.app.publish(scarce(6, 10), "tests").await.unwrap();
}

#[tokio::test]
async fn a_sku_that_begins_to_be_counted_counts_what_was_granted_before() {
    let mut uncounted = scarce(5, 0);
    uncounted.skus[0].stock = None;
    let market = Market::with(uncounted).await;
    for user in ["ann", "bob"] {
        recharge(&market, user).await.unwrap();
    }
    market.app.publish(scarce(5, 3), "tests").await.unwrap();
    recharge(&market, "cid").await.unwrap();
    let refused = recharge(&market, "dan").await;
    assert!(matches!(refused, Err(Error::Refusal(Refusal::SkuSoldOut { .. }))), "{refused:?}");
    assert_eq!(market.app.reconcile().await.unwrap().violations(), 0);
}

/// What does not hold of an invariant: each row's name, and what is wrong with it.
async fn broken(market: &Market, invariant: Invariant) -> Vec<(String, String)> {
    let report = market.app.reconcile().await.unwrap();
    let finding = report.findings.into_iter().find(|finding| finding.invariant == invariant).unwrap();
    finding.violations.into_iter().map(|violation| (violation.subject, violation.detail)).collect()
}

#[tokio::test]
async fn the_unit_of_a_recalled_award_that_is_not_back_in_stock_is_named() {
    let market = Market::with(scarce(5, 10)).await;
    recharge(&market, "ann").await.unwrap();
    assert_eq!(draw(&market, "ann").await, "lamp");
    market
        .plant(
            "UPDATE award_record SET state = 'recalled';
             UPDATE outbox SET state = 'done', due_at = NULL, ended_at = created_at",
        )
        .await;
    assert_eq!(broken(&market, Invariant::Awards).await, []);
    let expected = "award lamp: 0 rows in SQL but 1 confirmed and at most 1 claimed or confirmed";
    assert_eq!(broken(&market, Invariant::Stock).await, [("activity scarce".to_owned(), expected.to_owned())]);
    market.run_job("reconcile_stock").await;
    assert_eq!((left(&market, "lamp").await, broken(&market, Invariant::Stock).await), (5, vec![]));
}

#[tokio::test]
async fn the_code_of_a_recall_that_was_cut_short_is_put_back_with_the_next_look() {
    let mut document = scarce(5, 10);
    document.awards[0].prize = PrizeDocument::Coupon { pool: "spring".into() };
    let market = Market::with(document).await;
    let pool = Name::new("spring").unwrap();
    market.app.load_codes(&Actor::System("tests"), &pool, &[CouponCode::new("A-1").unwrap()]).await.unwrap();
    recharge(&market, "ann").await.unwrap();
    assert_eq!(draw(&market, "ann").await, "lamp");
    let page = Page { after: None, limit: 9 };
    let award = market.store.awards_of(&UserId::new("ann").unwrap(), &page).await.unwrap().remove(0);
    let work = market.store.outbox(None, &Page { after: None, limit: 9 }).await.unwrap().remove(0);
    let now = market.app.sources().now();
    market.store.take_code(&pool, award.award_record_id, now).await.unwrap().unwrap();
    let recall = Recall { outbox_id: work.outbox_id, reason: String::new() };
    let audit_id = AuditId::from_ulid(award.award_record_id.ulid());
    let change = Change { audit_id, actor: Actor::System("tests"), at: now };
    assert!(matches!(market.store.recall(&recall, &change).await.unwrap(), Recalled::Done { .. }));

    let subject = format!("award record {}", award.award_record_id);
    assert_eq!(broken(&market, Invariant::Awards).await, [], "it was only just recalled");
    market.clock.advance(TimeDelta::minutes(6));
    let named = (subject, "it is recalled and its code is not back in pool spring".to_owned());
    assert_eq!(broken(&market, Invariant::Awards).await, [named]);
    market.run_job("reconcile_stock").await;
    assert_eq!(broken(&market, Invariant::Awards).await, []);
    assert_eq!(market.app.coupon_pool(&pool).await.unwrap().pool.left(), 1);
}
