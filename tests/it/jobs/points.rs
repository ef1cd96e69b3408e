//! Points that expire and holds whose time is over, by the job that looks for them.

use big_market::app::{HoldRequest, TransferRequest};
use big_market::domain::calendar::Timestamp;
use big_market::domain::document::{self, Format};
use big_market::domain::id::RequestId;
use big_market::domain::points::Points;
use big_market::store::Page;
use chrono::TimeDelta;

use super::bench::{Bench, ann};

const JOB: &str = "expire_points";

fn request(key: &str, amount: i64) -> TransferRequest {
    TransferRequest {
        user_id: ann(),
        request_id: RequestId::new(key).expect("an id"),
        amount: Points::from_hundredths(amount),
        note: None,
    }
}

async fn earn(bench: &Bench, key: &str, amount: i64, expires_at: Option<Timestamp>) {
    bench.app.earn(request(key, amount), expires_at).await.expect("earned");
}

async fn hold(bench: &Bench, key: &str, amount: i64, held_until: Option<Timestamp>) {
    let request_id = RequestId::new(key).expect("an id");
    let amount = Points::from_hundredths(amount);
    bench.app.hold(&HoldRequest { user_id: ann(), request_id, amount, held_until }).await.expect("held");
}

/// Balance, what is set aside, and the number of entries.
async fn state(bench: &Bench) -> (i64, i64, usize) {
    let page = Page { after: None, limit: 10_000 };
    let (holdings, entries) = bench.app.points_of(&ann(), &page).await.expect("read");
    (holdings.balance.hundredths(), holdings.held.hundredths(), entries.len())
}

#[tokio::test]
async fn points_expire_when_their_time_is_over_and_only_once() {
    let bench = Bench::new().await;
    let hour = bench.now() + TimeDelta::hours(1);
    earn(&bench, "soon", 500, Some(hour)).await;
    earn(&bench, "later", 300, Some(hour + TimeDelta::hours(1))).await;
    earn(&bench, "never", 100, None).await;
    bench.app.spend(request("spent", 50)).await.expect("spent");
    bench.advance(TimeDelta::minutes(59));
    bench.run_named(JOB).await;
    assert_eq!(state(&bench).await, (850, 0, 4));
    bench.advance(TimeDelta::minutes(1));
    for _ in 0..2 {
        bench.run_named(JOB).await;
        assert_eq!(state(&bench).await, (400, 0, 5));
    }
    bench.check_books().await;
}

#[tokio::test]
async fn an_overdue_hold_is_released_and_its_expired_points_go_with_the_next_run() {
    let bench = Bench::new().await;
    let hour = bench.now() + TimeDelta::hours(1);
    earn(&bench, "soon", 500, Some(hour)).await;
    earn(&bench, "never", 100, None).await;
    hold(&bench, "h1", 550, Some(hour)).await;
    hold(&bench, "h2", 50, None).await;
    bench.advance(TimeDelta::hours(1));
    bench.run_named(JOB).await;
    assert_eq!(state(&bench).await, (550, 50, 5));
    bench.run_named(JOB).await;
    assert_eq!(state(&bench).await, (50, 50, 6));
    bench.run_named(JOB).await;
    assert_eq!(state(&bench).await, (50, 50, 6));
    bench.check_books().await;
}

#[tokio::test]
async fn more_than_a_slice_expires_in_one_run() {
    let bench = Bench::new().await;
    let hour = bench.now() + TimeDelta::hours(1);
    for number in 0..450 {
        earn(&bench, &format!("e{number}"), 1, Some(hour)).await;
    }
    bench.advance(TimeDelta::hours(2));
    bench.run_named(JOB).await;
    assert_eq!(state(&bench).await, (0, 0, 900));
    bench.check_books().await;
}

#[tokio::test]
async fn runs_side_by_side_expire_each_lot_once() {
    let bench = Bench::new().await;
    let hour = bench.now() + TimeDelta::hours(1);
    for number in 0..40 {
        earn(&bench, &format!("e{number}"), 10, Some(hour)).await;
    }
    hold(&bench, "h", 55, Some(hour)).await;
    bench.advance(TimeDelta::hours(2));
    tokio::join!(bench.run_named(JOB), bench.run_named(JOB), bench.run_named(JOB));
    bench.run_named(JOB).await;
    // 40 earned, one held and released; five lots were empty or begun and expired once or, after the release, again.
    let (balance, held, _) = state(&bench).await;
    assert_eq!((balance, held), (0, 0));
    bench.check_books().await;
}

#[tokio::test]
async fn awarded_points_expire_as_their_campaign_says() {
    let bench = Bench::new().await;
    let text = r#"
        activity = "points"
        title = "One prize"
        opens_at = "2026-01-01T00:00:00Z"
        closes_at = "2030-01-01T00:00:00Z"
        time_zone = "UTC"
        points_expire_after_days = 30
        awards = [{ id = "prize", title = "The prize", weight = "1", prize = { kind = "points", min = "5", max = "5" } }]
        skus = [{ id = "100", draws = 100 }]
    "#;
    let before = bench.draw("points", 1).await;
    bench.app.publish(document::parse(text, Format::Toml).expect("readable"), "test").await.expect("valid");
    let after = bench.draw("points", 2).await;
    bench.advance(TimeDelta::hours(1));
    bench.dispatch(&[before, after].concat()).await;
    let (holdings, _) = bench.app.points_of(&ann(), &Page { after: None, limit: 1 }).await.expect("read");
    let expected = bench.now() + TimeDelta::days(30);
    assert_eq!(holdings.expiring.iter().map(|lot| lot.expires_at).collect::<Vec<_>>(), [expected, expected]);
    bench.advance(TimeDelta::days(30));
    bench.run_named(JOB).await;
    assert_eq!(bench.points().await.hundredths(), 500, "what the first version promised never expires");
    bench.check_books().await;
}
