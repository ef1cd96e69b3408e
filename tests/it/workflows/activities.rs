//! Closing an activity and settling its days, put to the test.

use big_market::app::{DrawRequest, RechargeRequest};
use big_market::domain::audit::Actor;
use big_market::domain::campaign::ActivityState;
use big_market::domain::document::{CampaignDocument, Format, parse};
use big_market::domain::id::{ActivityId, RequestId, SkuId, UserId};
use big_market::domain::receipt::Verdict;
use big_market::domain::settlement::{Settlement, SettlementState};
use big_market::domain::workflow::{SETTLE_DAY, WorkflowRun};
use big_market::store::Page;
use big_market::workflows::{close_activity, settle_day};
use chrono::TimeDelta;
use futures::FutureExt;

use super::scene::{Case, Scene};

pub const CLOSE: Case = Case {
    workflow: &close_activity::WORKFLOW,
    channels: Vec::new,
    prepare: |scene| draw_on_two_days(scene).boxed(),
    start: |scene| start_closing(scene).boxed(),
    complete: |scene| everything_is_settled(scene).boxed(),
    undone: |scene| draws_go_on(scene).boxed(),
};

pub const SETTLE: Case = Case {
    workflow: &settle_day::WORKFLOW,
    channels: Vec::new,
    prepare: |scene| draw_on_two_days(scene).boxed(),
    start: |scene| start_settling(scene).boxed(),
    complete: |scene| yesterday_is_settled(scene).boxed(),
    undone: |scene| nothing_is_settled(scene).boxed(),
};

const ACTIVITY: &str = "flows";
const ANN: &str = "ann";

fn activity_id() -> ActivityId {
    ActivityId::new(ACTIVITY).unwrap()
}

fn document() -> CampaignDocument {
    let text = format!(
        r#"
        activity = "{ACTIVITY}"
        title = "To be closed"
        opens_at = "2026-01-01T00:00:00Z"
        closes_at = "2027-01-01T00:00:00Z"
        time_zone = "UTC"
        [[awards]]
        id = "car"
        title = "A car"
        weight = "0.5"
        stock = 3
        fallback = "nothing"
        cost = "12.50"
        prize = {{ kind = "goods" }}
        [[awards]]
        id = "nothing"
        title = "Nothing"
        weight = "0.5"
        prize = {{ kind = "nothing" }}
        [[skus]]
        id = "ten"
        draws = 10
        stock = 5
        "#
    );
    parse(&text, Format::Toml).unwrap()
}

async fn draw(scene: &Scene, key: &str, count: u32) -> big_market::fault::Result<big_market::app::Drawn> {
    let (user_id, request_id) = (UserId::new(ANN).unwrap(), RequestId::new(key).unwrap());
    scene.app.draw(DrawRequest { activity_id: activity_id(), user_id, request_id, count }).await
}

/// Six draws on the first day, two on the second: none left over but two.
async fn draw_on_two_days(scene: &Scene) {
    scene.app.publish(document(), "tests").await.unwrap();
    let (user_id, request_id) = (UserId::new(ANN).unwrap(), RequestId::new("grant").unwrap());
    let sku = SkuId::new("ten").unwrap();
    scene.app.recharge(RechargeRequest { activity_id: activity_id(), user_id, request_id, sku }).await.unwrap();
    draw(scene, "yesterday", 6).await.unwrap();
    scene.clock.advance(TimeDelta::days(1));
    draw(scene, "today", 2).await.unwrap();
}

async fn start_closing(scene: &Scene) -> WorkflowRun {
    let view = scene.app.close_activity(&Actor::System("tests"), &activity_id()).await.unwrap();
    scene.app.workflow(view.workflow_id.unwrap()).await.unwrap()
}

async fn start_settling(scene: &Scene) -> WorkflowRun {
    scene.app.settle_days().await.unwrap();
    scene.app.last_workflow(SETTLE_DAY, "flows/2026-03-07").await.unwrap().unwrap()
}

async fn settlements(scene: &Scene) -> Vec<Settlement> {
    scene.app.settlements(&activity_id(), &Page { after: None, limit: 99 }).await.unwrap()
}

async fn everything_is_settled(scene: &Scene) {
    let (head, _) = scene.app.current(&activity_id()).await.unwrap();
    assert_eq!(head.state, ActivityState::Settled);
    let settlements = settlements(scene).await;
    let days: Vec<_> = settlements.iter().map(|day| (day.found.day.to_string(), day.found.roll_up.draws)).collect();
    assert!(days.ends_with(&[("2026-03-08".into(), 2), ("2026-03-07".into(), 6)]), "{days:?}");
    assert!(days[..days.len() - 2].iter().all(|(_, draws)| *draws == 0), "{days:?}");
    assert!(settlements.iter().all(|day| day.found.state() == SettlementState::Balanced && day.corrections.is_empty()));
    let (report, _) = scene.app.activity_report(&activity_id()).await.unwrap();
    assert_eq!((report.days, report.days_different), (days.len() as u64, 0));
    assert_eq!((report.sums.draws, report.totals.users, report.totals.draws_granted), (8, 1, 10));
    assert_eq!(report.sums.draws_granted["request"], 10);
    assert_eq!(report.totals.awards.iter().map(|award| award.won).sum::<u64>(), 8);
    let cars = report.stock.iter().find(|item| item.id == "car").unwrap().used;
    assert_eq!(report.sums.cost.hundredths(), 1_250 * i64::try_from(cars).unwrap());
    assert_eq!(report.violations, []);
    assert!(draw(scene, "late", 1).await.is_err());
    let repeated = draw(scene, "today", 2).await.unwrap();
    assert!(repeated.repeated, "an answer stays the answer");
    let receipt = scene.app.receipt(repeated.draws[0].draw_id).await.unwrap();
    assert_eq!(receipt.verify(), Verdict::Proven);
}

/// A closing that failed leaves the activity as it was.
async fn draws_go_on(scene: &Scene) {
    let (head, _) = scene.app.current(&activity_id()).await.unwrap();
    assert_eq!(head.state, ActivityState::Open);
    assert_eq!(settlements(scene).await, []);
    assert_eq!(draw(scene, "after all", 1).await.unwrap().draws.len(), 1);
}

async fn yesterday_is_settled(scene: &Scene) {
    let settlements = settlements(scene).await;
    let day = settlements.iter().find(|day| day.found.day.to_string() == "2026-03-07").unwrap();
    assert_eq!((day.found.roll_up.draws, day.found.roll_up.users), (6, 1));
    assert_eq!((day.found.state(), day.corrections.len()), (SettlementState::Balanced, 0));
    let drawn = draw(scene, "yesterday", 6).await.unwrap();
    let receipt = scene.app.receipt(drawn.draws[0].draw_id).await.unwrap();
    assert_eq!(receipt.verify(), Verdict::Proven);
    let (head, _) = scene.app.current(&activity_id()).await.unwrap();
    assert_eq!(head.state, ActivityState::Open);
}

async fn nothing_is_settled(scene: &Scene) {
    assert_eq!(settlements(scene).await, []);
    let drawn = draw(scene, "yesterday", 6).await.unwrap();
    let receipt = scene.app.receipt(drawn.draws[0].draw_id).await.unwrap();
    assert_eq!(receipt.verify(), Verdict::SeedNotRevealed);
}
