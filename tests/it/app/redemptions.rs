//! Exchanges that are cut off: at each await by a failure, by death, or by somebody else who acts meanwhile.

use std::sync::Arc;

use big_market::app::{App, BehaviourReport, DrawRequest, Parts, RechargeRequest, RedemptionRequest};
use big_market::clock::Sources;
use big_market::config::Config;
use big_market::domain::id::{ActivityId, Name, RedemptionId, RequestId, SkuId, UserId};
use big_market::domain::reconcile::Invariant;
use big_market::domain::refusal::Refusal;
use big_market::domain::stock::StockItem;
use big_market::fault::Error;
use big_market::stock::Stock;
use big_market::store::Store;
use chrono::TimeDelta;
use futures::FutureExt;

use crate::support::backing::Backing;
use crate::support::crash::{Crash, Misfortune, MortalStock, MortalStore};
use crate::support::exchanges::earn;
use crate::support::lossy_queue::LossyQueue;
use crate::support::market::{DEMO, demo_document};
use crate::support::time::{ManualClock, SeededChance};

/// More awaits than any of these verbs has.
const POINTS_MAX: i64 = 40;

/// A store that outlives the processes working on it.
struct House {
    store: Arc<dyn Store>,
    clock: Arc<ManualClock>,
    backing: Backing,
}

/// One process, its counters within it.
struct Process {
    app: App,
    crash: Arc<Crash>,
}

impl House {
    /// The demo campaign, and ann with so many hundredths.
    async fn with(hundredths: i64) -> Self {
        let backing = Backing::fresh().await;
        let store = backing.store().await;
        let house = Self { store, clock: Arc::new(ManualClock::at("2026-03-02T02:00:00Z")), backing };
        house.process(1).await.app.publish(demo_document(), "tests").await.unwrap();
        let store: Arc<dyn Store> = house.store.clone();
        earn(&store, &ann(), hundredths, None).await;
        house
    }

    async fn process(&self, chance: u64) -> Process {
        self.process_with(self.backing.stock().await, chance)
    }

    fn process_with(&self, counters: Arc<dyn Stock>, chance: u64) -> Process {
        let crash = Arc::new(Crash::default());
        let app = App::new(Parts {
            config: Config::defaults(),
            sources: Sources::new(self.clock.clone(), Arc::new(SeededChance::new(chance))),
            store: Arc::new(MortalStore { store: self.store.clone(), crash: crash.clone() }),
            stock: Arc::new(MortalStock { stock: counters, crash: crash.clone() }),
            queue: Arc::new(LossyQueue::reliable()),
            channels: Vec::new(),
        });
        Process { app, crash }
    }

    /// After what was left behind is repaired: balance, draws granted, units left, and books that balance.
    async fn settled(&self, app: &App) -> (i64, u32, u64) {
        self.clock.advance(TimeDelta::hours(1));
        app.reconcile_stock().await.unwrap();
        let report = app.reconcile().await.unwrap();
        // Nobody delivers awards here, so promised work is overdue.
        let findings = report.findings.iter().filter(|finding| finding.invariant != Invariant::Outbox);
        assert!(findings.into_iter().all(|finding| finding.violations.is_empty()), "{report:#?}");
        let activity_id = demo();
        let (_, stock) = app.stock(&activity_id).await.unwrap();
        let unit = StockItem::Sku(SkuId::new("9013").unwrap());
        let left = stock.into_iter().find(|view| view.counter.item == unit).unwrap().counter.left;
        let granted = app.quota(&activity_id, &ann()).await.unwrap().quota.granted;
        (self.store.points(&ann()).await.unwrap().hundredths(), granted, left)
    }
}

fn ann() -> UserId {
    UserId::new("ann").unwrap()
}

fn demo() -> ActivityId {
    ActivityId::new(DEMO).unwrap()
}

fn wish(key: &str) -> RedemptionRequest {
    RedemptionRequest {
        user_id: ann(),
        request_id: RequestId::new(key).unwrap(),
        sku: SkuId::new("9013").unwrap(),
        activity_id: None,
    }
}

async fn redeemed(app: &App) -> RedemptionId {
    app.redeem(wish("r")).await.unwrap().order.redemption_id
}

#[tokio::test]
async fn an_exchange_that_fails_anywhere_is_done_once_by_its_repeat() {
    let mut failures = 0;
    for point in 1..POINTS_MAX {
        let house = House::with(3_000).await;
        let Process { app, crash } = house.process(2).await;
        crash.arm(point, Misfortune::Failure);
        let first = app.redeem(wish("r")).await;
        let struck = crash.has_struck();
        crash.disarm();
        failures += u32::from(first.is_err());
        let again = app.redeem(wish("r")).await.unwrap();
        assert_eq!(app.redeem(wish("r")).await.unwrap().order, again.order);
        assert_eq!(house.settled(&app).await, (1_000, 5, 99_999), "point {point}");
        if !struck {
            assert!(failures >= 5, "only {failures} of the awaits failed an exchange");
            return;
        }
    }
    panic!("an exchange has more awaits than POINTS_MAX");
}

#[tokio::test]
async fn a_reversal_that_fails_anywhere_is_done_once_by_its_repeat() {
    for point in 1..POINTS_MAX {
        let house = House::with(3_000).await;
        let Process { app, crash } = house.process(2).await;
        let id = redeemed(&app).await;
        crash.arm(point, Misfortune::Failure);
        let first = app.reverse_redemption(id).await;
        let struck = crash.has_struck();
        crash.disarm();
        let again = app.reverse_redemption(id).await.unwrap();
        if let Ok(first) = first {
            assert_eq!(first, again);
        }
        assert_eq!(house.settled(&app).await, (3_000, 0, 100_000), "point {point}");
        if !struck {
            return;
        }
    }
    panic!("a reversal has more awaits than POINTS_MAX");
}

#[tokio::test]
async fn a_process_that_dies_anywhere_leaves_an_exchange_whole_or_not_made() {
    for point in 1..POINTS_MAX {
        let house = House::with(3_000).await;
        let Process { app, crash } = house.process(2).await;
        crash.arm(point, Misfortune::Death);
        let died = tokio::select! {
            () = crash.died() => true,
            made = app.redeem(wish("r")) => made.is_err(),
        };
        let next = house.process(3).await.app;
        let before = house.settled(&next).await;
        assert!([(3_000, 0, 100_000), (1_000, 5, 99_999)].contains(&before), "point {point}: {before:?}");
        let id = redeemed(&next).await;
        assert_eq!(house.settled(&next).await, (1_000, 5, 99_999), "point {point}");

        let Process { app, crash } = house.process(4).await;
        crash.arm(point, Misfortune::Death);
        let died_again = tokio::select! {
            () = crash.died() => true,
            reversed = app.reverse_redemption(id) => reversed.is_err(),
        };
        let next = house.process(5).await.app;
        next.reverse_redemption(id).await.unwrap();
        assert_eq!(house.settled(&next).await, (3_000, 0, 100_000), "point {point}");
        if !died && !died_again {
            return;
        }
    }
    panic!("a process does not live through POINTS_MAX awaits");
}

#[tokio::test]
async fn whoever_comes_between_finds_the_points_spent_or_spends_them() {
    for point in 1..POINTS_MAX {
        let house = House::with(3_000).await;
        let Process { app, crash } = house.process(2).await;
        let rival = house.process(3).await.app;
        let (sender, answered) = tokio::sync::oneshot::channel();
        let deed = async move { drop(sender.send(rival.redeem(wish("s")).await)) };
        crash.arm_rival(point, deed.boxed());
        let mine = app.redeem(wish("r")).await;
        if !crash.has_struck() {
            return;
        }
        let theirs = answered.await.unwrap();
        assert!(mine.is_ok() != theirs.is_ok(), "point {point}: {mine:?} and {theirs:?}");
        let refused = mine.err().or(theirs.err()).unwrap();
        assert!(matches!(refused, Error::Refusal(Refusal::InsufficientPoints { .. })), "point {point}: {refused:?}");
        assert_eq!(house.settled(&app).await, (1_000, 5, 99_999), "point {point}");
    }
    panic!("an exchange has more awaits than POINTS_MAX");
}

#[tokio::test]
async fn draws_and_a_reversal_between_each_other_never_both_have_the_draws() {
    for point in 1..POINTS_MAX {
        let house = House::with(2_000).await;
        let Process { app, crash } = house.process(2).await;
        let id = redeemed(&app).await;
        let rival = house.process(3).await.app;
        let (sender, answered) = tokio::sync::oneshot::channel();
        let draw =
            DrawRequest { activity_id: demo(), user_id: ann(), request_id: RequestId::new("d").unwrap(), count: 1 };
        let deed = async move { drop(sender.send(rival.draw(draw).await)) };
        crash.arm_rival(point, deed.boxed());
        let reversed = app.reverse_redemption(id).await;
        if !crash.has_struck() {
            return;
        }
        let drawn = answered.await.unwrap();
        assert!(reversed.is_ok() != drawn.is_ok(), "point {point}: {reversed:?} and {drawn:?}");
        let expected = if reversed.is_ok() { (2_000, 0, 100_000) } else { (0, 5, 99_999) };
        assert_eq!(house.settled(&app).await, expected, "point {point}");
    }
    panic!("a reversal has more awaits than POINTS_MAX");
}

/// Has the counters filled anew where they are stale: a grant meets them.
async fn need_counters(app: &App) {
    let (user_id, request_id) = (UserId::new("bob").unwrap(), RequestId::new("b").unwrap());
    let sku = SkuId::new("9014").unwrap();
    app.recharge(RechargeRequest { activity_id: demo(), user_id, request_id, sku }).await.unwrap();
}

async fn raise(store: &Arc<dyn Store>) {
    let epoch = store.stock_epoch(&demo()).await.unwrap().unwrap();
    store.raise_epoch(&demo(), epoch).await.unwrap();
}

#[tokio::test]
async fn a_unit_is_given_back_once_however_the_counters_are_filled_meanwhile() {
    // (epoch raised before the reversal, raised at one of its awaits, counters filled at that await)
    let courses = [(false, true, false), (false, true, true), (true, false, true), (true, true, true)];
    for (raised_before, raises, fills) in courses {
        for point in 1..=POINTS_MAX {
            assert!(point < POINTS_MAX, "a reversal has more awaits than POINTS_MAX");
            let house = House::with(5_000).await;
            let counters = house.backing.stock().await;
            let Process { app, crash } = house.process_with(counters.clone(), 2);
            let id = redeemed(&app).await;
            app.redeem(wish("kept")).await.unwrap();
            if raised_before {
                raise(&house.store).await;
            }
            let store = house.store.clone();
            let deed = async move {
                if raises {
                    raise(&store).await;
                }
                if fills {
                    // What a rebuild does after it raised the epoch.
                    let epoch = store.stock_epoch(&demo()).await.unwrap().unwrap();
                    let truth = store.stock_truth(&demo()).await.unwrap();
                    counters.fill(&demo(), epoch, &truth).await.unwrap();
                }
            };
            crash.arm_rival(point, deed.boxed());
            app.reverse_redemption(id).await.unwrap();
            let struck = crash.has_struck();
            crash.disarm();
            need_counters(&app).await;
            let (_, stock) = app.stock(&demo()).await.unwrap();
            let counter = stock.into_iter().find(|view| view.counter.item.id() == "9013").unwrap().counter;
            let course = format!("point {point} of {raised_before} {raises} {fills}");
            assert_eq!((counter.left, counter.confirmed), (99_999, 1), "{course}");
            assert_eq!(house.settled(&app).await, (3_000, 5, 99_999), "{course}");
            if !struck {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_report_that_is_cut_off_anywhere_is_rewarded_once_by_its_repeat() {
    let report =
        BehaviourReport { user_id: ann(), behaviour: Name::new("sign_in").unwrap(), key: None, activity_id: None };
    for misfortune in [Misfortune::Failure, Misfortune::Death] {
        for point in 1..=POINTS_MAX {
            assert!(point < POINTS_MAX, "a report has more awaits than POINTS_MAX");
            let house = House::with(100).await;
            let Process { app, crash } = house.process(2).await;
            crash.arm(point, misfortune);
            tokio::select! {
                () = crash.died() => {}
                reported = app.report_behaviour(report.clone()) => drop(reported),
            }
            let next = house.process(3).await.app;
            let again = next.report_behaviour(report.clone()).await.unwrap();
            assert_eq!(next.report_behaviour(report.clone()).await.unwrap().behaviours, again.behaviours);
            assert_eq!(house.settled(&next).await, (1_100, 1, 100_000), "point {point}");
            if !crash.has_struck() {
                break;
            }
        }
    }
}
