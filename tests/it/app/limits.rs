//! Day and month limits: local midnights, month ends, clock changes, and what a recharge does not change.

use big_market::app::{DrawRequest, Drawn, RechargeRequest};
use big_market::domain::document::LimitsDocument;
use big_market::domain::id::{ActivityId, RequestId, SkuId, UserId};
use big_market::domain::quota::QuotaLimit;
use big_market::domain::reconcile::Invariant;
use big_market::domain::refusal::Refusal;
use big_market::fault::Error;

use crate::support::market::{DEMO, Market, demo_document};

/// The demo campaign in another zone with these limits, on a clock that shows `now`, and ann with 150 draws.
async fn market(zone: &str, now: &str, day: Option<u32>, month: Option<u32>) -> Market {
    let mut document = demo_document();
    document.time_zone = zone.into();
    document.limits = LimitsDocument { day, month };
    // Otherwise low limits would leave awards out of reach, which a document must not.
    for award in &mut document.awards {
        award.unlock_after = 0;
    }
    let market = Market::empty().await;
    market.clock.set(now);
    market.app.publish(document, "tests").await.unwrap();
    recharge(&market, "first").await;
    market
}

async fn recharge(market: &Market, key: &str) {
    let request = RechargeRequest {
        activity_id: ActivityId::new(DEMO).unwrap(),
        user_id: UserId::new("ann").unwrap(),
        request_id: RequestId::new(key).unwrap(),
        sku: SkuId::new("9011").unwrap(),
    };
    market.app.recharge(request).await.unwrap();
}

async fn draw(market: &Market, count: u32) -> Result<Drawn, Error> {
    let request = DrawRequest {
        activity_id: ActivityId::new(DEMO).unwrap(),
        user_id: UserId::new("ann").unwrap(),
        request_id: RequestId::new(&market.fresh_key()).unwrap(),
        count,
    };
    market.app.draw(request).await
}

/// Draws until a limit is reached; gives how many that were and which limit it was.
async fn draw_all(market: &Market) -> (u32, QuotaLimit) {
    let mut drawn = 0;
    loop {
        match draw(market, 1).await {
            Ok(_) => drawn += 1,
            Err(Error::Refusal(Refusal::QuotaExhausted { limit, left: 0, .. })) => return (drawn, limit),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn yesterdays_draws_do_not_count_today() {
    let market = market("Asia/Shanghai", "2026-03-01T15:59:59.999Z", Some(3), None).await;
    assert_eq!(draw_all(&market).await, (3, QuotaLimit::Day));
    market.clock.set("2026-03-01T16:00:00Z");
    assert_eq!(draw_all(&market).await, (3, QuotaLimit::Day), "midnight in Shanghai");
}

#[tokio::test]
async fn a_recharge_never_raises_a_limit() {
    let market = market("Asia/Shanghai", "2026-03-01T02:00:00Z", Some(3), Some(4)).await;
    assert_eq!(draw_all(&market).await, (3, QuotaLimit::Day));
    recharge(&market, "second").await;
    assert_eq!(draw_all(&market).await, (0, QuotaLimit::Day));
    market.clock.set("2026-03-02T02:00:00Z");
    assert_eq!(draw_all(&market).await, (1, QuotaLimit::Month));
    recharge(&market, "third").await;
    assert_eq!(draw_all(&market).await, (0, QuotaLimit::Month));
}

#[tokio::test]
async fn months_end_where_the_users_calendar_ends_them() {
    let market = market("America/New_York", "2028-02-29T12:00:00Z", None, Some(2)).await;
    assert_eq!(draw_all(&market).await, (2, QuotaLimit::Month));
    market.clock.set("2028-03-01T04:59:59.999Z");
    assert_eq!(draw_all(&market).await, (0, QuotaLimit::Month), "still 29 February in New York");
    market.clock.set("2028-03-01T05:00:00Z");
    assert_eq!(draw_all(&market).await, (2, QuotaLimit::Month));
}

#[tokio::test]
async fn a_day_of_23_or_25_hours_is_one_day() {
    // In New York 8 March 2026 has 23 hours and 1 November 2026 has 25.
    for (begins, ends) in
        [("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"), ("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")]
    {
        let market = market("America/New_York", begins, Some(2), None).await;
        assert_eq!(draw_all(&market).await, (2, QuotaLimit::Day), "{begins}");
        let quota = market.app.quota(&ActivityId::new(DEMO).unwrap(), &UserId::new("ann").unwrap()).await.unwrap();
        assert_eq!(quota.next_day_at.to_rfc3339(), ends.replace('Z', "+00:00"));
        market.clock.set(ends);
        market.clock.advance(chrono::TimeDelta::milliseconds(-1));
        assert_eq!(draw_all(&market).await, (0, QuotaLimit::Day), "the last moment of the day that began {begins}");
        market.clock.set(ends);
        assert_eq!(draw_all(&market).await, (2, QuotaLimit::Day), "{ends}");
    }
}

#[tokio::test]
async fn a_clock_that_jumps_back_gives_no_second_day() {
    let market = market("Asia/Shanghai", "2026-03-05T02:00:00Z", Some(2), None).await;
    assert_eq!(draw_all(&market).await, (2, QuotaLimit::Day));
    market.clock.set("2026-03-04T02:00:00Z");
    assert_eq!(draw_all(&market).await, (2, QuotaLimit::Day));
    market.clock.set("2026-03-05T03:00:00Z");
    assert_eq!(draw_all(&market).await, (0, QuotaLimit::Day));
    let report = market.app.reconcile().await.unwrap();
    let quota = report.findings.iter().find(|finding| finding.invariant == Invariant::Quota).unwrap();
    assert!(quota.violations.is_empty(), "{quota:?}");
}

#[tokio::test]
async fn a_ten_draw_is_all_or_nothing_and_folds_the_facts_forward() {
    let market = market("Asia/Shanghai", "2026-03-05T02:00:00Z", Some(12), None).await;
    let ten = draw(&market, 10).await.unwrap().draws;
    let used: Vec<_> = ten.iter().map(|draw| (draw.used_before, draw.used_today_before)).collect();
    assert_eq!(used, (0..10).map(|used| (used, used)).collect::<Vec<_>>());
    let refused = draw(&market, 3).await;
    let short = Refusal::QuotaExhausted { limit: QuotaLimit::Day, wanted: 3, left: 2 };
    assert!(matches!(refused, Err(Error::Refusal(refusal)) if refusal == short));
    assert_eq!(draw(&market, 2).await.unwrap().draws[1].used_before, 11);
}
