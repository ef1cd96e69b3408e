//! Delivers an award that a third party reserves first: reserve, send, confirm. What cannot be done is released.
//!
//! A run is driven under the leases and by the back-off of the award's work, until it turns round. Its row says how far the third
//! party was told; how it ended is written to the work afterwards, and found by the next lease where that is lost.

use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt;
use serde_json::json;

use super::{Advanced, Outcome, Step, Undo, Workflow, advance_until, give_up, known};
use crate::app::{App, Attempted, Driver, Stage, StagedDelivery, StagedEnd};
use crate::domain::calendar::Timestamp;
use crate::domain::id::AwardRecordId;
use crate::domain::outbox::{Backoff, Delivery, FailureClass};
use crate::domain::workflow::{DELIVER_AWARD, Direction, WorkflowData, WorkflowRun, WorkflowState};
use crate::fault::{Fault, Result};

/// Started by the first attempt to deliver, and by the first one after a redrive.
pub const WORKFLOW: Workflow = Workflow {
    name: DELIVER_AWARD,
    steps: &[
        Step {
            name: "reserve",
            run: |app, run| call(app, run, Stage::Reserve).boxed(),
            undo: Undo::By(|app, run| call(app, run, Stage::Release).boxed()),
        },
        Step {
            name: "send",
            run: |app, run| call(app, run, Stage::Send).boxed(),
            undo: Undo::NotNeeded("releasing the reservation takes back what was sent with it"),
        },
        Step {
            name: "confirm",
            run: |app, run| call(app, run, Stage::Confirm).boxed(),
            undo: Undo::NotNeeded("releasing the reservation takes back what was sent with it"),
        },
    ],
    // Only of the way back: forward the work counts for itself.
    backoff: Backoff { first_ms: 1_000, cap_ms: 600_000, attempts_max: u32::MAX },
    lease: Duration::from_mins(5),
};

/// What of a run's data is the round of the work, given once.
pub const ROUND: &str = "round";
/// What the third party calls its reservation.
const RESERVATION: &str = "reservation";
/// What the third party calls the award.
const REFERENCE: &str = "reference";
/// What the third party answered last, for people.
const REPLY: &str = "reply";

/// How soon work looks again at a run that somebody else moves, once that is due.
const LOOK_AGAIN_SECONDS: u32 = 10;
/// How soon work looks again at a run that waits for a person.
const STUCK_SECONDS: u32 = 300;

/// Drives a delivery as far as it goes, and says what that means for the work that was leased.
///
/// # Errors
/// A fault of the store: the run is where it was.
pub async fn drive(app: &App, staged: &StagedDelivery) -> Result<StagedEnd> {
    let StagedDelivery { delivery, last_start } = staged;
    let subject = delivery.award.award_record_id.to_string();
    let run = match app.last_workflow(DELIVER_AWARD, &subject).await? {
        Some(run) if run.state != WorkflowState::Undone => run,
        // The third party let go of all it was told, before this lease: only the end of the work was not written.
        Some(run) if delivery.wanted_back.is_some() || known::<u32>(&run, ROUND)? == delivery.round => {
            return Ok(undone(delivery, &run));
        }
        // Also where the award is wanted back: whether a run that is forgotten by now had told the third party, only it can say.
        _ => start(app, delivery).await?,
    };
    if run.state == WorkflowState::Running && run.direction == Direction::Back {
        // Undoing belongs to job `run_workflows`, which waits longer each time.
        let due_at = run.run_at.unwrap_or_else(|| app.sources().now());
        return Ok(end(app, delivery, Advanced::Waits(run, due_at), &Before::default()));
    }
    let before = Before { step: run.step.clone(), attempts: run.attempts };
    let mut advanced = match &delivery.wanted_back {
        Some(reason) => give_up(app, &WORKFLOW, run, &format!("wanted back: {reason}"), *last_start).await?,
        None => advance_until(app, &WORKFLOW, run, *last_start).await?,
    };
    if let Advanced::Waits(run, _) = &advanced
        && run.direction == Direction::Forward
        && before.tried(run)
        && app.is_last_attempt(delivery)
    {
        let error = run.last_error.clone().unwrap_or_default();
        advanced = give_up(app, &WORKFLOW, run.clone(), &error, *last_start).await?;
    }
    Ok(end(app, delivery, advanced, &before))
}

/// A run for this round of the work; where one of another round is open, that one.
async fn start(app: &App, delivery: &Delivery) -> Result<WorkflowRun> {
    let award_record_id = delivery.award.award_record_id;
    let data = WorkflowData::from_iter([(ROUND.to_owned(), json!(delivery.round))]);
    let (first, bucket) = ((DELIVER_AWARD, WORKFLOW.steps[0].name), Some(award_record_id.bucket()));
    let new = app.new_workflow(first, award_record_id.to_string(), bucket, Driver::Caller, data);
    app.start_workflow(&new).await
}

/// Where a run stood before it was driven.
#[derive(Default)]
struct Before {
    step: Option<String>,
    attempts: u32,
}

impl Before {
    /// Whether the step that the run waits at was tried since: what was snoozed, or never begun, counts no attempt.
    fn tried(&self, run: &WorkflowRun) -> bool {
        run.attempts > if run.step == self.step { self.attempts } else { 0 }
    }
}

/// What the place a run came to means for its work.
fn end(app: &App, delivery: &Delivery, advanced: Advanced, before: &Before) -> StagedEnd {
    match advanced {
        Advanced::Done(run) => {
            let text = |key| run.data.get(key).and_then(|text| text.as_str()).map(str::to_owned);
            StagedEnd::Delivered { reference: text(REFERENCE), reply: text(REPLY) }
        }
        Advanced::Undone(run) => undone(delivery, &run),
        Advanced::Waits(run, until) => {
            let error = run.last_error.clone();
            match run.direction {
                Direction::Forward if before.tried(&run) => StagedEnd::Failed { error: error.unwrap_or_default() },
                Direction::Forward => {
                    let reason = error.unwrap_or_else(|| "the calls before it took the time of the lease".into());
                    StagedEnd::NotYet { seconds: seconds_until(app, until), reason }
                }
                Direction::Back => {
                    let seconds = seconds_until(app, until).saturating_add(LOOK_AGAIN_SECONDS);
                    let reason = format!("the third party has not let go yet: {}", error.unwrap_or_default());
                    StagedEnd::NotYet { seconds, reason }
                }
            }
        }
        Advanced::Stuck(run) => {
            let error = run.last_error.unwrap_or_default();
            let reason = format!("workflow {} is stuck; mend the cause and retry it: {error}", run.workflow_id);
            StagedEnd::NotYet { seconds: STUCK_SECONDS, reason }
        }
        Advanced::Lost => {
            StagedEnd::NotYet { seconds: LOOK_AGAIN_SECONDS, reason: "somebody else moved its workflow".into() }
        }
    }
}

/// What a run that was undone means for its work.
fn undone(delivery: &Delivery, run: &WorkflowRun) -> StagedEnd {
    if delivery.wanted_back.is_some() {
        return StagedEnd::TakenBack;
    }
    StagedEnd::Released { error: run.last_error.clone().unwrap_or_else(|| "it was released".into()) }
}

fn seconds_until(app: &App, until: Timestamp) -> u32 {
    let seconds = (until - app.sources().now()).num_seconds();
    u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
}

/// Makes one call. What the third party names or answers is kept; a call that says nothing leaves what is known.
async fn call(app: &App, run: &WorkflowRun, stage: Stage) -> Result<Outcome> {
    let award_record_id: AwardRecordId =
        run.subject.parse().map_err(Fault::doing("read which award a workflow delivers"))?;
    let round = known(run, ROUND)?;
    let reservation = run.data.get(RESERVATION).and_then(|text| text.as_str());
    Ok(match app.call_third_party(award_record_id, stage, round, reservation).await? {
        Attempted::Delivered { reference, reply } => {
            let name = if stage == Stage::Reserve { RESERVATION } else { REFERENCE };
            let said = [(name, reference), (REPLY, reply)].into_iter();
            Outcome::Done(said.filter_map(|(key, text)| Some((key.to_owned(), json!(text?)))).collect())
        }
        Attempted::Failed { class: FailureClass::Permanent, error } => Outcome::Fail(error),
        Attempted::Failed { class: FailureClass::Transient, error } => Outcome::Retry(error),
        Attempted::Failed { class: FailureClass::Unknown, error } => {
            Outcome::Retry(format!("it may have arrived: {error}"))
        }
        Attempted::NotYet { seconds, reason } => {
            Outcome::Snooze { until: app.sources().now() + TimeDelta::seconds(seconds.into()), reason }
        }
        other @ (Attempted::CreditPoints | Attempted::GrantDraws | Attempted::Expired { .. }) => {
            Outcome::Fail(format!("no answer of a third party: {other:?}"))
        }
    })
}
