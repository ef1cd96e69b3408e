//! Awards reach their winners once, whatever fails on the way and however often somebody is woken.

use std::sync::Arc;

use big_market::app::{Page, Told};
use big_market::dispatch::Attempted;
use big_market::domain::audit::Actor;
use big_market::domain::award::AwardState;
use big_market::domain::id::OutboxId;
use big_market::domain::outbox::{AttemptEnd, FailureClass, OutboxState};
use big_market::domain::points::Points;
use big_market::domain::refusal::Refusal;
use big_market::domain::story::TimelineFilter;
use big_market::fault::Error;
use big_market::queue::{Lane, Message, Queue};
use big_market::store::outbox::Lease;
use chrono::TimeDelta;
use serde_json::json;
use tokio::sync::{Notify, Semaphore};

use super::bench::{Bench, ann};

const TESTS: Actor = Actor::System("tests");

fn fails(class: FailureClass) -> impl Fn(big_market::domain::outbox::Delivery) -> std::future::Ready<Attempted> {
    move |_| std::future::ready(Attempted::Failed { class, error: "out of order".into() })
}

/// Messages that were pushed on one occasion and are due; the others are lost. Keys name the occasion: the draws' own
/// wake-ups come from a task beside, at any time.
fn pushed(bench: &Bench, occasion: &str) -> Vec<Message> {
    let both = [Lane::Dispatch, Lane::Outside].into_iter().flat_map(|lane| bench.queue.take(lane));
    both.filter(|message| message.key.contains(occasion)).collect()
}

fn relayed(bench: &Bench) -> Vec<Message> {
    pushed(bench, ":relay:")
}

#[tokio::test]
async fn every_job_run_twice_is_harmless() {
    let bench = Bench::new().await;
    let mut promised = bench.draw("points", 3).await;
    promised.extend(bench.draw("draws", 2).await);
    promised.extend(bench.draw("webhook", 2).await);
    promised.extend(bench.draw("goods", 1).await);
    for _ in 0..2 {
        bench.dispatch(&promised).await;
        for job in [
            "relay_outbox",
            "sync_stock",
            "reconcile_stock",
            "reconcile_ledger",
            "expire",
            "settle_day",
            "expire_points",
            "run_workflows",
            "prune",
        ] {
            bench.run_named(job).await;
        }
    }
    assert_eq!(bench.points().await, Points::from_hundredths(3 * 500));
    assert_eq!(bench.granted("draws").await, 100 + 2 * 100);
    assert_eq!(bench.partner.calls().len(), 2);
    bench.check_books().await;
}

#[tokio::test]
async fn late_wakeups_find_nothing_to_do() {
    let bench = Bench::new().await;
    let promised = bench.draw("webhook", 1).await;
    bench.dispatch(&promised).await;
    bench.advance(TimeDelta::days(1));
    bench.dispatch(&promised).await;
    bench.dispatch(&[promised[0], promised[0]]).await;
    assert_eq!(bench.partner.calls().len(), 1);
    let entry = bench.entry(promised[0]).await;
    assert_eq!((entry.state, entry.attempts), (OutboxState::Done, 1));
    assert_eq!(bench.award(promised[0]).await.reference.as_deref(), Some("taken"));
}

#[tokio::test]
async fn points_do_not_wait_for_a_slow_third_party() {
    let bench = Arc::new(Bench::new().await);
    let (called, gate) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let (tells, waits) = (called.clone(), gate.clone());
    bench.partner.answers(move |_| {
        let (called, gate) = (tells.clone(), waits.clone());
        async move {
            called.notify_one();
            gate.acquire().await.expect("open").forget();
            Attempted::Delivered { reference: None, reply: None }
        }
    });
    let mut promised = bench.draw("webhook", 1).await;
    promised.extend(bench.draw("points", 1).await);
    let dispatching = {
        let (bench, promised) = (bench.clone(), promised.clone());
        tokio::spawn(async move { bench.dispatch(&promised).await })
    };
    called.notified().await;
    assert_eq!(bench.points().await, Points::from_hundredths(500), "credited while the third party ponders");
    assert_eq!(bench.award(promised[0]).await.state, AwardState::Dispatched, "marked before the call");
    gate.add_permits(1);
    dispatching.await.expect("no panic");
    assert_eq!(bench.award(promised[0]).await.state, AwardState::Delivered);
}

#[tokio::test]
async fn retries_back_off_until_the_award_is_dead_and_a_redrive_delivers_it() {
    let bench = Bench::new().await;
    let dispatch = bench.app.config().dispatch.clone();
    bench.partner.answers(fails(FailureClass::Transient));
    let promised = bench.draw("webhook", 1).await;
    for attempt in 1..dispatch.attempts_max {
        bench.dispatch(&promised).await;
        let entry = bench.entry(promised[0]).await;
        assert_eq!((entry.state, entry.attempts), (OutboxState::Pending, attempt));
        assert!(entry.last_error.expect("said why").contains("out of order"));
        let wait_max = dispatch.wait_cap_ms.min(dispatch.first_wait_ms << (attempt - 1));
        let wait = entry.run_at - bench.now();
        assert!(wait > TimeDelta::zero() && wait.num_milliseconds().unsigned_abs() <= wait_max, "{attempt}: {wait}");
        bench.dispatch(&promised).await;
        assert_eq!(bench.entry(promised[0]).await.attempts, attempt, "not before its time");
        bench.advance(wait);
    }
    bench.dispatch(&promised).await;
    assert_eq!(bench.entry(promised[0]).await.state, OutboxState::Dead);
    assert_eq!(bench.award(promised[0]).await.state, AwardState::Dead);
    bench.check_books().await;

    bench.partner.recovers();
    bench.advance(TimeDelta::days(1));
    bench.dispatch(&promised).await;
    assert_eq!(bench.entry(promised[0]).await.state, OutboxState::Dead, "nothing but a redrive raises the dead");
    bench.app.redrive(&TESTS, promised[0]).await.expect("redriven");
    bench.dispatch(&promised).await;
    assert_eq!(bench.award(promised[0]).await.state, AwardState::Delivered);
    let calls = bench.partner.calls();
    assert_eq!(calls.len(), dispatch.attempts_max as usize + 1);
    assert!(calls.iter().all(|key| *key == calls[0]), "every try has the same key");
    bench.check_books().await;
}

#[tokio::test]
async fn only_what_is_dead_can_be_redriven() {
    let bench = Bench::new().await;
    let promised = bench.draw("webhook", 1).await;
    assert!(matches!(bench.app.redrive(&TESTS, promised[0]).await, Err(Error::Refusal(Refusal::Conflict { .. }))));
    let nobody: OutboxId = "out_01J9ZZZZZZZZZZZZZZZZZZZZZZ".parse().expect("an id");
    assert!(matches!(bench.app.redrive(&TESTS, nobody).await, Err(Error::Refusal(Refusal::Unknown { .. }))));
}

#[tokio::test]
async fn what_can_never_work_is_given_up_at_once() {
    let bench = Bench::new().await;
    bench.partner.answers(fails(FailureClass::Permanent));
    let promised = bench.draw("webhook", 1).await;
    bench.dispatch(&promised).await;
    let entry = bench.entry(promised[0]).await;
    assert_eq!((entry.state, entry.attempts), (OutboxState::Dead, 1));
}

#[tokio::test]
async fn a_retry_that_is_soon_due_has_its_own_wakeup() {
    let bench = Bench::new().await;
    bench.partner.answers(fails(FailureClass::Unknown));
    let promised = bench.draw("webhook", 3).await;
    bench.dispatch(&promised).await;
    bench.partner.recovers();
    // Full jitter: anything up to the first wait.
    bench.advance(TimeDelta::milliseconds(i64::try_from(bench.app.config().dispatch.first_wait_ms).expect("small")));
    for message in pushed(&bench, ":again:") {
        bench.run(message).await;
    }
    for outbox_id in promised {
        let entry = bench.entry(outbox_id).await;
        assert_eq!((entry.state, entry.attempts), (OutboxState::Done, 2));
    }
}

#[tokio::test]
async fn a_panic_of_a_channel_is_one_failed_attempt() {
    let bench = Bench::new().await;
    let promised = bench.draw("webhook", 3).await;
    let poisoned = bench.award(promised[1]).await.award_record_id;
    bench.partner.answers(move |delivery| async move {
        assert!(delivery.award.award_record_id != poisoned, "a test panics on purpose");
        Attempted::Delivered { reference: None, reply: None }
    });
    bench.dispatch(&promised).await;
    let states = [bench.entry(promised[0]).await.state, bench.entry(promised[2]).await.state];
    assert_eq!(states, [OutboxState::Done, OutboxState::Done]);
    let entry = bench.entry(promised[1]).await;
    assert_eq!((entry.state, entry.attempts), (OutboxState::Pending, 1));
    assert!(entry.last_error.expect("said why").contains("may have arrived"));
}

#[tokio::test]
async fn a_kind_that_nothing_delivers_is_put_off_without_counting() {
    let bench = Bench::new().await;
    let promised = bench.draw("goods", 1).await;
    let snooze = TimeDelta::seconds(bench.app.config().dispatch.snooze_seconds.into());
    for _ in 0..3 {
        bench.dispatch(&promised).await;
        let entry = bench.entry(promised[0]).await;
        assert_eq!((entry.state, entry.attempts), (OutboxState::Pending, 0));
        assert_eq!(entry.run_at, bench.now() + snooze);
        assert!(entry.last_error.expect("said why").contains("goods"));
        bench.advance(snooze);
    }
    assert_eq!(bench.award(promised[0]).await.state, AwardState::Pending);
}

#[tokio::test]
async fn no_call_begins_that_might_outlive_its_lease() {
    let bench = Bench::with(|config| config.dispatch.concurrency = 1).await;
    let promised = bench.draw("webhook", 3).await;
    let (clock, lease) = (bench.clock.clone(), TimeDelta::seconds(bench.app.config().dispatch.lease_seconds.into()));
    let later = Arc::new(std::sync::Mutex::new(Some(lease / 2 + lease / 4)));
    bench.partner.answers(move |_| {
        if let Some(span) = later.lock().expect("not poisoned").take() {
            clock.advance(span);
        }
        std::future::ready(Attempted::Delivered { reference: None, reply: None })
    });
    bench.dispatch(&promised).await;
    assert_eq!(bench.partner.calls().len(), 1);
    let left = bench.entries().await.into_iter().filter(|entry| entry.state == OutboxState::Pending);
    let left: Vec<_> = left.collect();
    assert_eq!(left.len(), 2);
    assert!(left.iter().all(|entry| entry.attempts == 0 && entry.run_at <= bench.now()), "{left:?}");
    bench.dispatch(&promised).await;
    assert_eq!(bench.partner.calls().len(), 3);
}

#[tokio::test]
async fn the_relay_finds_lost_wakeups_and_wakes_once() {
    let bench = Bench::new().await;
    let promised = bench.draw("points", 3).await;
    bench.run_named("relay_outbox").await;
    assert_eq!(relayed(&bench), [], "the wake-up of the draw has a few seconds to arrive");
    bench.advance(TimeDelta::seconds(10));
    bench.run_named("relay_outbox").await;
    bench.run_named("relay_outbox").await;
    let found = relayed(&bench);
    assert_eq!(found.len(), 1, "one message for all, once");
    assert_eq!(found[0].arguments, json!({ "outbox_ids": promised, "lane": "dispatch" }));

    // This one is lost too.
    bench.advance(TimeDelta::seconds(i64::from(bench.app.config().dispatch.lease_seconds)));
    bench.run_named("relay_outbox").await;
    for message in relayed(&bench) {
        bench.run(message).await;
    }
    assert_eq!(bench.points().await, Points::from_hundredths(3 * 500));
}

#[tokio::test]
async fn work_of_a_worker_that_died_is_found_when_its_lease_ends() {
    let bench = Bench::new().await;
    let promised = bench.draw("points", 1).await;
    let until = bench.now() + TimeDelta::seconds(60);
    let lease = Lease { outbox_ids: promised.clone(), now: bench.now(), until };
    assert_eq!(bench.store.lease_outbox(&lease).await.expect("leased").len(), 1);
    bench.dispatch(&promised).await;
    assert_eq!(bench.points().await, Points::ZERO, "it is held");
    bench.advance(TimeDelta::seconds(61));
    bench.run_named("relay_outbox").await;
    for message in relayed(&bench) {
        bench.run(message).await;
    }
    assert_eq!(bench.points().await, Points::from_hundredths(500));
    assert_eq!(bench.entry(promised[0]).await.attempts, 2);
}

#[tokio::test]
async fn the_relay_adds_nothing_to_a_full_queue() {
    let bench = Bench::with(|config| config.queue.window = 1).await;
    bench.draw("points", 1).await;
    bench.advance(TimeDelta::seconds(10));
    let waiting = Message { job: "other".into(), key: "other".into(), arguments: json!({}) };
    bench.queue.push(Lane::Dispatch, &[waiting], bench.now()).await.expect("pushed");
    bench.run_named("relay_outbox").await;
    assert_eq!(relayed(&bench), []);
    bench.run_named("relay_outbox").await;
    assert_eq!(relayed(&bench).len(), 1);
}

#[tokio::test]
async fn a_batch_larger_than_the_settings_allow_is_delivered_in_parts() {
    let bench = Bench::with(|config| config.dispatch.batch_max = 2).await;
    let promised = bench.draw("points", 5).await;
    bench.dispatch(&promised).await;
    assert_eq!(bench.points().await, Points::from_hundredths(5 * 500));
}

#[tokio::test]
async fn messages_that_make_no_sense_are_dropped() {
    let bench = Bench::new().await;
    for arguments in [json!(null), json!({}), json!({ "outbox_ids": ["nonsense"] }), json!({ "due_at": 7 })] {
        for job in ["dispatch_awards", "no such job"] {
            bench.run(Message { job: job.into(), key: "test".into(), arguments: arguments.clone() }).await;
        }
    }
    bench.dispatch(&[]).await;
}

#[tokio::test]
async fn prune_forgets_what_ended_long_ago() {
    let bench = Bench::new().await;
    let done = bench.draw("points", 2).await;
    bench.dispatch(&done).await;
    let waiting = bench.draw("goods", 1).await;
    bench.run_named("prune").await;
    assert_eq!(bench.entries().await.len(), 3);
    bench.advance(TimeDelta::days(8));
    bench.run_named("prune").await;
    let left: Vec<_> = bench.entries().await.into_iter().map(|entry| entry.outbox_id).collect();
    assert_eq!(left, waiting);
}

#[tokio::test]
async fn attempts_that_reach_outside_are_logged_and_outlive_their_work() {
    let bench = Bench::new().await;
    let mut promised = bench.draw("webhook", 1).await;
    promised.extend(bench.draw("points", 1).await);
    let attempts = async || {
        let told = bench
            .app
            .timeline(&ann(), &TimelineFilter::default(), &Page { after: None, limit: 9 })
            .await
            .expect("told");
        let attempts = told.into_iter().filter_map(|told| match told {
            Told::Draw(told) => Some(told.story.attempts),
            Told::Redemption(_) | Told::Behaviour(_) | Told::Recharge(_) | Told::Points(_) => None,
        });
        attempts.flatten().map(|one| (one.outcome, one.detail.expect("words"))).collect::<Vec<_>>()
    };
    bench.partner.answers(fails(FailureClass::Unknown));
    bench.dispatch(&promised).await;
    assert_eq!(attempts().await.len(), 1, "points that come at once need no log");
    bench.partner.answers(|_| {
        std::future::ready(Attempted::Delivered { reference: Some("r".into()), reply: Some("200 OK".into()) })
    });
    bench.advance(TimeDelta::hours(2));
    bench.dispatch(&promised).await;
    let logged = attempts().await;
    assert_eq!(logged.len(), 2);
    assert!(logged[0].0 == AttemptEnd::Retry && logged[0].1.starts_with("it may have arrived"), "{logged:?}");
    assert_eq!(logged[1], (AttemptEnd::Delivered, "200 OK".to_owned()));
    for (days, entries, left) in [(8, 0, 2), (81, 0, 2), (2, 0, 0)] {
        bench.advance(TimeDelta::days(days));
        bench.run_named("prune").await;
        assert_eq!((bench.entries().await.len(), attempts().await.len()), (entries, left), "{days} days later");
    }
}

#[tokio::test]
async fn calls_to_third_parties_have_a_lane_of_their_own() {
    let bench = Bench::new().await;
    let mut promised = bench.draw("webhook", 2).await;
    promised.extend(bench.draw("points", 1).await);
    bench.queue.take(Lane::Dispatch);
    bench.queue.take(Lane::Outside);
    let arguments = json!({ "outbox_ids": promised, "lane": "dispatch" });
    bench.run(Message { job: big_market::app::DISPATCH_AWARDS.into(), key: "test".into(), arguments }).await;
    assert_eq!(bench.points().await, Points::from_hundredths(500), "points do not wait");
    let waiting = bench.entry(promised[0]).await;
    assert_eq!((waiting.state, waiting.attempts), (OutboxState::Pending, 0), "handed over, not tried");

    let handed = bench.queue.take(Lane::Outside);
    assert_eq!(handed.len(), 1);
    for message in handed {
        bench.run(message).await;
    }
    assert_eq!(bench.entry(promised[0]).await.state, OutboxState::Done);
    assert_eq!(bench.entry(promised[1]).await.state, OutboxState::Done);
}

#[tokio::test]
async fn a_draw_wakes_the_lane_its_award_is_delivered_in() {
    let bench = Bench::new().await;
    bench.draw("webhook", 1).await;
    bench.draw("points", 1).await;
    while bench.queue.due_times(Lane::Outside).is_empty() || bench.queue.due_times(Lane::Dispatch).is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_effect_that_cannot_be_written_holds_up_nobody_else() {
    let bench = Bench::new().await;
    let mut promised = bench.draw("draws", 1).await;
    promised.extend(bench.draw("points", 2).await);
    bench.fill_quota().await;
    bench.dispatch(&promised).await;
    assert_eq!(bench.points().await, Points::from_hundredths(2 * 500));
    let stuck = bench.entry(promised[0]).await;
    assert_eq!((stuck.state, stuck.attempts), (OutboxState::Pending, 1));
    assert!(stuck.last_error.is_some_and(|error| error.contains("cannot be written")));
}
