//! Awards that a third party reserves first: delivered in three calls, released where that fails or an operator wants them back.

use big_market::app::RecallAnswer;
use big_market::dispatch::{Attempted, Stage};
use big_market::domain::audit::Actor;
use big_market::domain::award::{AwardKind, AwardState};
use big_market::domain::id::OutboxId;
use big_market::domain::outbox::{AttemptEnd, BulkRedrive, FailureClass, OutboxState};
use big_market::domain::refusal::Refusal;
use big_market::domain::workflow::{DELIVER_AWARD, WorkflowRun, WorkflowState};
use big_market::fault::Error;
use big_market::store::outbox::Lease;
use chrono::TimeDelta;

use super::bench::Bench;
use crate::support::reserving::Kept;

const TESTS: Actor = Actor::System("tests");

fn failed(class: FailureClass) -> Attempted {
    Attempted::Failed { class, error: "out of order".into() }
}

/// A bench whose third party reserves, with one award for it.
async fn promised() -> (Bench, OutboxId) {
    promised_with(|_| {}).await
}

async fn promised_with(change: impl FnOnce(&mut big_market::config::Config)) -> (Bench, OutboxId) {
    let bench = Bench::with(change).await;
    bench.partner.reserves(true);
    let promised = bench.draw("webhook", 1).await;
    (bench, promised[0])
}

impl Bench {
    fn fails(&self, stage: Stage, class: FailureClass) {
        self.partner.answers_stage(stage, move || Some(failed(class)));
    }

    fn recovers(&self, stage: Stage) {
        self.partner.answers_stage(stage, || None);
    }

    async fn held(&self, outbox_id: OutboxId) -> Vec<Kept> {
        self.partner.reserving.held(self.entry(outbox_id).await.award_record_id)
    }

    async fn run_of(&self, outbox_id: OutboxId) -> WorkflowRun {
        let subject = self.entry(outbox_id).await.award_record_id.to_string();
        self.app.last_workflow(DELIVER_AWARD, &subject).await.expect("read").expect("there is one")
    }

    async fn wants_back(&self, outbox_id: OutboxId) -> RecallAnswer {
        self.app.recall_award(&TESTS, outbox_id, "a mistake").await.expect("it can be taken back")
    }
}

#[tokio::test]
async fn a_reserving_third_party_is_asked_in_three_calls() {
    let bench = Bench::new().await;
    bench.partner.reserves(true);
    let promised = bench.draw("webhook", 20).await;
    for _ in 0..2 {
        bench.dispatch(&promised).await;
    }
    for outbox_id in promised {
        let award = bench.award(outbox_id).await;
        assert_eq!((award.state, award.reference.as_deref()), (AwardState::Delivered, Some("confirmed-1")));
        assert_eq!(bench.held(outbox_id).await, [Kept::Confirmed]);
        let story = bench.store.draw_story(award.draw_id).await.expect("read").expect("it was drawn");
        let logged: Vec<_> =
            story.attempts.iter().map(|attempt| (attempt.outcome, attempt.detail.as_deref())).collect();
        assert_eq!(logged, [(AttemptEnd::Delivered, Some("Confirm"))], "the last answer is the evidence");
    }
    assert_eq!(bench.partner.calls(), [], "never at once");
    bench.check_books().await;
}

#[tokio::test]
async fn what_fails_for_good_is_released_and_a_redrive_begins_a_new_round() {
    let (bench, outbox_id) = promised().await;
    bench.fails(Stage::Send, FailureClass::Permanent);
    bench.dispatch(&[outbox_id]).await;
    let entry = bench.entry(outbox_id).await;
    assert_eq!((entry.state, entry.last_error.as_deref()), (OutboxState::Dead, Some("out of order")));
    assert_eq!(bench.held(outbox_id).await, []);

    bench.app.redrive(&TESTS, outbox_id).await.expect("redriven");
    bench.dispatch(&[outbox_id]).await;
    assert_eq!(bench.entry(outbox_id).await.state, OutboxState::Dead, "it failed again, in a run of its own");
    bench.recovers(Stage::Send);
    let wish = BulkRedrive { per_second: 1, kind: Some(AwardKind::Webhook), error_contains: None, limit: 9 };
    bench.app.redrive_dead(&TESTS, &wish).await.expect("redriven");
    bench.dispatch(&[outbox_id]).await;
    assert_eq!(bench.award(outbox_id).await.reference.as_deref(), Some("confirmed-3"));
    assert_eq!(bench.held(outbox_id).await, [Kept::Confirmed]);
    bench.check_books().await;
}

#[tokio::test]
async fn rounds_go_on_when_the_runs_before_are_forgotten() {
    let (bench, outbox_id) = promised().await;
    bench.fails(Stage::Confirm, FailureClass::Permanent);
    bench.dispatch(&[outbox_id]).await;
    bench.advance(TimeDelta::days(30));
    bench.run_named("prune").await;
    let subject = bench.entry(outbox_id).await.award_record_id.to_string();
    assert_eq!(bench.app.last_workflow(DELIVER_AWARD, &subject).await.expect("read"), None);

    bench.recovers(Stage::Confirm);
    bench.app.redrive(&TESTS, outbox_id).await.expect("redriven");
    bench.dispatch(&[outbox_id]).await;
    assert_eq!(bench.run_of(outbox_id).await.run, 1, "runs are counted from one again");
    assert_eq!(bench.award(outbox_id).await.reference.as_deref(), Some("confirmed-2"));
}

#[tokio::test]
async fn an_end_that_was_not_written_is_found_by_the_next_lease() {
    for (fails, state) in [(false, OutboxState::Done), (true, OutboxState::Dead)] {
        let (bench, outbox_id) = promised().await;
        if fails {
            bench.fails(Stage::Confirm, FailureClass::Permanent);
        }
        // A worker drives it to its end and dies.
        let until = bench.now() + TimeDelta::seconds(60);
        let lease = Lease { outbox_ids: vec![outbox_id], now: bench.now(), until };
        let mut delivery = bench.store.lease_outbox(&lease).await.expect("leased").remove(0);
        delivery.way = Some(big_market::domain::outbox::Way::Staged);
        bench.store.mark_dispatched(std::slice::from_ref(&delivery)).await.expect("marked");
        let staged = big_market::app::StagedDelivery { delivery, last_start: until };
        big_market::workflows::deliver_award::drive(&bench.app, &staged).await.expect("driven");
        assert_eq!(bench.entry(outbox_id).await.state, OutboxState::Leased);

        let run = bench.run_of(outbox_id).await;
        bench.advance(TimeDelta::seconds(60));
        bench.dispatch(&[outbox_id]).await;
        assert_eq!(bench.entry(outbox_id).await.state, state);
        assert_eq!(bench.run_of(outbox_id).await, run, "nothing is begun anew");
        bench.check_books().await;
    }
}

#[tokio::test]
async fn a_reservation_is_tried_again_by_the_work_until_its_last_attempt() {
    let (bench, outbox_id) = promised_with(|config| config.dispatch.attempts_max = 3).await;
    bench.fails(Stage::Confirm, FailureClass::Unknown);
    bench.fails(Stage::Release, FailureClass::Transient);
    for attempt in 1..3 {
        bench.dispatch(&[outbox_id]).await;
        let entry = bench.entry(outbox_id).await;
        assert_eq!((entry.state, entry.attempts), (OutboxState::Pending, attempt));
        assert!(entry.last_error.expect("said why").contains("may have arrived"));
        bench.advance(TimeDelta::hours(1));
    }
    bench.dispatch(&[outbox_id]).await;
    let entry = bench.entry(outbox_id).await;
    assert_eq!(entry.state, OutboxState::Pending, "not dead before the third party let go");
    assert!(entry.last_error.expect("said why").contains("has not let go yet"));
    assert_eq!(bench.held(outbox_id).await, [Kept::Sent]);

    bench.recovers(Stage::Release);
    bench.advance(TimeDelta::hours(2));
    bench.dispatch(&[outbox_id]).await;
    assert_eq!(bench.held(outbox_id).await, [Kept::Sent], "the work only looks: undoing belongs to run_workflows");
    bench.run_named("run_workflows").await;
    assert_eq!(bench.held(outbox_id).await, []);
    bench.advance(TimeDelta::hours(2));
    bench.dispatch(&[outbox_id]).await;
    let entry = bench.entry(outbox_id).await;
    assert_eq!((entry.state, entry.attempts), (OutboxState::Dead, 3));
    bench.check_books().await;
}

#[tokio::test]
async fn a_release_that_is_refused_waits_for_a_person() {
    let (bench, outbox_id) = promised().await;
    bench.fails(Stage::Send, FailureClass::Permanent);
    bench.fails(Stage::Release, FailureClass::Permanent);
    for _ in 0..2 {
        bench.dispatch(&[outbox_id]).await;
        let entry = bench.entry(outbox_id).await;
        assert_eq!((entry.state, entry.attempts), (OutboxState::Pending, 0));
        assert!(entry.last_error.expect("said why").contains("is stuck"));
        bench.advance(TimeDelta::hours(1));
    }
    let run = bench.run_of(outbox_id).await;
    assert_eq!(run.state, WorkflowState::Stuck);
    bench.recovers(Stage::Release);
    bench.app.retry_workflow(&TESTS, run.workflow_id).await.expect("retried");
    bench.run_named("run_workflows").await;
    bench.dispatch(&[outbox_id]).await;
    assert_eq!(bench.entry(outbox_id).await.state, OutboxState::Dead);
    assert_eq!(bench.held(outbox_id).await, []);
}

#[tokio::test]
async fn wanting_back_what_is_on_its_way_releases_first() {
    let (bench, outbox_id) = promised().await;
    bench.fails(Stage::Confirm, FailureClass::Transient);
    bench.dispatch(&[outbox_id]).await;
    for _ in 0..2 {
        assert_eq!(bench.wants_back(outbox_id).await, RecallAnswer::Asked);
    }
    assert_eq!(bench.held(outbox_id).await, [Kept::Sent]);
    let entry = bench.entry(outbox_id).await;
    assert_eq!((entry.state, entry.wanted_back.as_deref()), (OutboxState::Pending, Some("a mistake")));
    bench.dispatch(&[outbox_id]).await;
    assert_eq!(bench.award(outbox_id).await.state, AwardState::Recalled);
    assert_eq!(bench.held(outbox_id).await, []);
    let entry = bench.entry(outbox_id).await;
    assert_eq!((entry.state, entry.last_error.as_deref()), (OutboxState::Done, Some("recalled: a mistake")));
    assert_eq!(bench.wants_back(outbox_id).await, RecallAnswer::Recalled);
    bench.check_books().await;
}

#[tokio::test]
async fn what_is_wanted_back_is_recalled_once_the_third_party_let_go() {
    let (bench, outbox_id) = promised().await;
    bench.fails(Stage::Confirm, FailureClass::Transient);
    bench.dispatch(&[outbox_id]).await;
    bench.wants_back(outbox_id).await;
    bench.fails(Stage::Release, FailureClass::Transient);
    bench.dispatch(&[outbox_id]).await;
    assert_eq!(bench.award(outbox_id).await.state, AwardState::Dispatched);
    // It could be confirmed by now: too late, the wish stands.
    bench.recovers(Stage::Confirm);
    bench.recovers(Stage::Release);
    for _ in 0..2 {
        bench.advance(TimeDelta::hours(1));
        bench.run_named("run_workflows").await;
        bench.dispatch(&[outbox_id]).await;
    }
    assert_eq!(bench.award(outbox_id).await.state, AwardState::Recalled);
    assert_eq!(bench.held(outbox_id).await, []);
}

#[tokio::test]
async fn dead_work_can_be_wanted_back_even_when_its_run_is_forgotten() {
    for pruned in [false, true] {
        let (bench, outbox_id) = promised().await;
        bench.fails(Stage::Send, FailureClass::Permanent);
        bench.dispatch(&[outbox_id]).await;
        assert_eq!(bench.entry(outbox_id).await.state, OutboxState::Dead);
        if pruned {
            bench.advance(TimeDelta::days(30));
            bench.run_named("prune").await;
        }
        assert_eq!(bench.wants_back(outbox_id).await, RecallAnswer::Asked);
        bench.dispatch(&[outbox_id]).await;
        assert_eq!(bench.award(outbox_id).await.state, AwardState::Recalled);
        // Nobody knows any more whether it let go, so it is asked.
        let releases = bench.partner.reserving.calls(bench.entry(outbox_id).await.award_record_id, Stage::Release);
        assert_eq!(releases, if pruned { 2 } else { 1 });
        bench.check_books().await;
    }
}

#[tokio::test]
async fn what_was_confirmed_before_the_wish_was_seen_is_the_winners() {
    let (bench, outbox_id) = promised().await;
    bench.fails(Stage::Confirm, FailureClass::Transient);
    bench.dispatch(&[outbox_id]).await;
    // The run is done; the wish comes before that is written.
    bench.recovers(Stage::Confirm);
    let run = bench.run_of(outbox_id).await;
    let workflow = &big_market::workflows::deliver_award::WORKFLOW;
    big_market::workflows::advance(&bench.app, workflow, run).await.expect("driven");
    bench.wants_back(outbox_id).await;
    bench.dispatch(&[outbox_id]).await;
    assert_eq!(bench.award(outbox_id).await.state, AwardState::Delivered);
    assert_eq!(bench.held(outbox_id).await, [Kept::Confirmed]);
    let late = bench.app.recall_award(&TESTS, outbox_id, "a mistake").await;
    assert!(matches!(late, Err(Error::Refusal(Refusal::Conflict { .. }))), "{late:?}");
}

#[tokio::test]
async fn an_award_keeps_the_way_it_was_first_told_whatever_the_settings_say() {
    let (bench, staged) = promised().await;
    bench.fails(Stage::Confirm, FailureClass::Transient);
    bench.dispatch(&[staged]).await;
    bench.partner.reserves(false);
    bench.partner.answers(|_| std::future::ready(failed(FailureClass::Unknown)));
    let at_once = bench.draw("webhook", 1).await[0];
    bench.dispatch(&[at_once]).await;
    assert_eq!(bench.partner.calls().len(), 1);

    bench.partner.recovers();
    bench.recovers(Stage::Confirm);
    bench.advance(TimeDelta::hours(1));
    bench.dispatch(&[staged]).await;
    assert_eq!(bench.partner.calls().len(), 1, "the one that is reserved is not told at once");
    assert_eq!(bench.held(staged).await, [Kept::Confirmed]);
    bench.partner.reserves(true);
    let late = bench.app.recall_award(&TESTS, at_once, "a mistake").await;
    assert!(matches!(late, Err(Error::Refusal(Refusal::Conflict { .. }))), "nobody asks to release it: {late:?}");
    bench.dispatch(&[at_once]).await;
    assert_eq!((bench.partner.calls().len(), bench.held(at_once).await.len()), (2, 0));
}

#[tokio::test]
async fn no_stage_begins_that_might_outlive_its_lease() {
    let (bench, outbox_id) = promised().await;
    let (clock, lease) = (bench.clock.clone(), TimeDelta::seconds(bench.app.config().dispatch.lease_seconds.into()));
    let later = std::sync::Mutex::new(Some(lease / 2 + lease / 4));
    bench.partner.answers_stage(Stage::Reserve, move || {
        if let Some(span) = later.lock().expect("not poisoned").take() {
            clock.advance(span);
        }
        None
    });
    bench.dispatch(&[outbox_id]).await;
    assert_eq!(bench.held(outbox_id).await, [Kept::Reserved], "reserving took the time of the lease");
    let entry = bench.entry(outbox_id).await;
    assert_eq!((entry.state, entry.attempts), (OutboxState::Pending, 0));
    assert!(entry.run_at <= bench.now());
    bench.dispatch(&[outbox_id]).await;
    assert_eq!(bench.held(outbox_id).await, [Kept::Confirmed]);
}

#[tokio::test]
async fn a_panic_of_a_stage_is_one_failed_attempt() {
    let (bench, outbox_id) = promised().await;
    let other = bench.draw("webhook", 1).await[0];
    let once = std::sync::atomic::AtomicBool::new(false);
    bench.partner.answers_stage(Stage::Send, move || {
        assert!(once.swap(true, std::sync::atomic::Ordering::Relaxed), "the first call panics");
        None
    });
    bench.dispatch(&[outbox_id, other]).await;
    let entries = [bench.entry(outbox_id).await, bench.entry(other).await];
    let failed: Vec<_> = entries.iter().filter(|entry| entry.state == OutboxState::Pending).collect();
    let [entry] = failed.as_slice() else { panic!("{entries:?}") };
    assert!(entry.last_error.as_deref().is_some_and(|error| error.contains("may have arrived")), "{entry:?}");
}
