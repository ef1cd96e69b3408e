//! Days that are over are settled, differences are named, and closing leaves nothing half done.

use big_market::app::{DrawRequest, RechargeRequest};
use big_market::domain::audit::Actor;
use big_market::domain::campaign::ActivityState;
use big_market::domain::id::{ActivityId, RequestId, SkuId, UserId};
use big_market::domain::reconcile::{Invariant, Violation};
use big_market::domain::refusal::Refusal;
use big_market::domain::settlement::{Settlement, SettlementState};
use big_market::fault::Error;
use big_market::store::Page;
use chrono::TimeDelta;
use futures::future::join_all;

use crate::support::backing::Half;
use crate::support::market::{DEMO, Market, demo_document};

const TESTS: Actor = Actor::System("tests");

fn activity_id() -> ActivityId {
    ActivityId::new(DEMO).unwrap()
}

async fn settlements(market: &Market) -> Vec<Settlement> {
    market.app.settlements(&activity_id(), &Page { after: None, limit: 99 }).await.unwrap()
}

/// Everything that does not hold but for work that is overdue: nobody delivers in these markets.
async fn violations(market: &Market) -> Vec<Violation> {
    let report = market.app.reconcile().await.unwrap();
    let findings = report.findings.into_iter().filter(|finding| finding.invariant != Invariant::Outbox);
    findings.flat_map(|finding| finding.violations).collect()
}

/// Two draws of ann's, and the day is over.
async fn market_with_a_day() -> Market {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    market.user("ann").draw(2).await;
    market.clock.advance(TimeDelta::days(1));
    market
}

#[tokio::test]
async fn a_day_is_settled_once_when_it_is_over_in_its_zone() {
    let market = Market::demo().await;
    market.user("ann").recharge("9013").await;
    market.user("ann").draw(2).await;
    market.clock.set("2026-03-02T15:59:59.999Z");
    market.settle().await;
    assert_eq!(settlements(&market).await, []);
    market.clock.set("2026-03-02T16:00:00Z");
    for _ in 0..3 {
        market.settle().await;
    }
    let settled = settlements(&market).await;
    assert_eq!((settled.len(), settled[0].found.day.to_string()), (1, "2026-03-02".to_owned()));
    assert_eq!((settled[0].found.roll_up.draws, settled[0].corrections.len()), (2, 0));
    assert_eq!(violations(&market).await, []);
}

#[tokio::test]
async fn an_account_that_counts_other_draws_makes_the_day_different_until_it_is_mended() {
    let market = market_with_a_day().await;
    market.plant("UPDATE quota_period SET used = used + 1 WHERE length(period) = 10").await;
    market.settle().await;
    let settled = settlements(&market).await.remove(0);
    assert_eq!(settled.found.state(), SettlementState::Different);
    let difference = &settled.found.differences[0];
    assert_eq!(
        (difference.invariant, difference.subject.as_str()),
        (Invariant::Quota, "user ann in activity 100301 on 2026-03-02")
    );
    assert_eq!(difference.detail, "the account counts 3 draws, 2 are recorded");
    let named: Vec<_> = violations(&market).await.into_iter().map(|violation| violation.subject).collect();
    assert!(named.contains(&"settlement 100301/2026-03-02".to_owned()), "{named:?}");
    let day = settled.found.day;
    let (_, corrected) = market.app.check_settlement(&TESTS, &activity_id(), day).await.unwrap();
    assert!(!corrected, "it still differs by the same rows");
    market.plant("UPDATE quota_period SET used = used - 1 WHERE length(period) = 10").await;
    let (checked, corrected) = market.app.check_settlement(&TESTS, &activity_id(), day).await.unwrap();
    assert!(corrected);
    assert_eq!((checked.found, checked.corrections[0].found.state()), (settled.found, SettlementState::Balanced));
    assert_eq!(violations(&market).await, []);
}

#[tokio::test]
async fn a_draw_that_is_decided_otherwise_makes_the_day_different() {
    let market = market_with_a_day().await;
    market.plant("UPDATE draw SET used_today_before = 9, used_before = 15 WHERE used_before = 1").await;
    market
        .plant(match Half::tested() {
            Half::Embedded => "UPDATE draw SET roll = '00000000' || substr(roll, 9) WHERE used_before = 0",
            Half::Distributed => r"UPDATE draw SET roll = '\x00000000' || substr(roll, 5) WHERE used_before = 0",
        })
        .await;
    market.settle().await;
    let settled = settlements(&market).await.remove(0);
    assert!(settled.found.differences.iter().any(|row| row.invariant == Invariant::Replay), "{settled:?}");
    assert_eq!(settled.found.roll_up.draws, 2, "it is added up all the same");
    let named = violations(&market).await;
    let of_day = named.iter().find(|violation| violation.subject == "settlement 100301/2026-03-02").unwrap();
    assert_eq!(of_day.invariant, Invariant::Replay);
}

#[tokio::test]
async fn a_settlement_cannot_be_changed_or_deleted() {
    let market = market_with_a_day().await;
    market.settle().await;
    for sql in ["UPDATE settlement SET settled_at = settled_at", "DELETE FROM settlement"] {
        let refused = market.try_plant(sql).await.unwrap_err();
        assert!(refused.to_string().contains("a settlement never changes"), "{refused}");
    }
}

#[tokio::test]
async fn an_activity_whose_window_ended_is_closed_and_settled() {
    let market = Market::empty().await;
    let mut document = demo_document();
    document.closes_at = "2026-03-05T00:00:00+08:00".into();
    market.app.publish(document, "tests").await.unwrap();
    market.user("ann").recharge("9013").await;
    market.user("ann").draw(2).await;
    market.clock.set("2026-03-04T15:59:59Z");
    market.settle().await;
    assert_eq!(market.app.current(&activity_id()).await.unwrap().0.state, ActivityState::Open);
    market.clock.set("2026-03-04T16:00:00Z");
    for _ in 0..3 {
        market.settle().await;
        market.clock.advance(TimeDelta::seconds(5));
    }
    assert_eq!(market.app.current(&activity_id()).await.unwrap().0.state, ActivityState::Settled);
    let days: Vec<_> = settlements(&market).await.iter().map(|day| day.found.day.to_string()).collect();
    assert_eq!(days, ["2026-03-04", "2026-03-03", "2026-03-02"]);
    let (report, _) = market.app.activity_report(&activity_id()).await.unwrap();
    assert_eq!((report.days, report.sums.draws, report.totals.draws_used), (3, 2, 2));
    market.settle().await;
    assert_eq!(
        market
            .app
            .workflows(&big_market::app::WorkflowFilter::default(), &Page { after: None, limit: 99 })
            .await
            .unwrap()
            .len(),
        4
    );
    assert_eq!(violations(&market).await, []);
}

#[tokio::test]
async fn draws_and_a_closing_race_to_one_answer() {
    let market = Market::demo().await;
    let users: Vec<_> = (0..30).map(|number| UserId::new(&format!("user {number}")).unwrap()).collect();
    for user_id in &users {
        market.user(user_id.as_str()).recharge("9014").await;
    }
    let (user_ids, app) = (users.clone(), &market.app);
    let all_draws = join_all(user_ids.into_iter().map(|user_id| async move {
        let request_id = RequestId::new("d").unwrap();
        app.draw(DrawRequest { activity_id: activity_id(), user_id, request_id, count: 1 }).await
    }));
    let orders = join_all(users.iter().cloned().map(|user_id| async move {
        let (request_id, sku) = (RequestId::new("late").unwrap(), SkuId::new("9014").unwrap());
        app.recharge(RechargeRequest { activity_id: activity_id(), user_id, request_id, sku }).await
    }));
    let activity_id = activity_id();
    let close = async {
        tokio::task::yield_now().await;
        app.close_activity(&TESTS, &activity_id).await
    };
    let (drawn, granted, closed) = tokio::join!(all_draws, orders, close);
    assert!(closed.unwrap().changed);
    let not_open = |error: &Error| matches!(error, Error::Refusal(Refusal::ActivityNotOpen { .. } | Refusal::TryAgain));
    assert!(drawn.iter().filter_map(|drawn| drawn.as_ref().err()).all(not_open), "{drawn:?}");
    assert!(granted.iter().filter_map(|order| order.as_ref().err()).all(not_open), "{granted:?}");
    for _ in 0..3 {
        market.settle().await;
        market.clock.advance(TimeDelta::seconds(5));
    }
    let (report, _) = market.app.activity_report(&activity_id).await.unwrap();
    assert_eq!(report.sums.draws, drawn.iter().filter(|drawn| drawn.is_ok()).count() as u64);
    assert_eq!(violations(&market).await, []);
}
