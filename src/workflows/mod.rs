//! Workflows: named lists of steps with undo, for effects that cross shards or parties. Every one on one page: [`ALL`].
//!
//! A run's position is a row that moves by compare-and-set: whoever loses stops quietly. A step may be run any number of
//! times, by two drivers at once or again after a crash, so its effect is idempotent, keyed by the run and the step. A step
//! that fails for good turns the run round: what may have happened is undone, from the failed step back to the first.

pub mod close_activity;
pub mod deliver_award;
pub mod settle_day;

use std::time::Duration;

use chrono::TimeDelta;
use futures::future::BoxFuture;

use crate::app::App;
use crate::domain::calendar::Timestamp;
use crate::domain::outbox::Backoff;
use crate::domain::workflow::{Direction, WorkflowData, WorkflowMove, WorkflowRun, WorkflowState};
use crate::fault::{Error, Fault, Result};

/// Every workflow that job `run_workflows` knows.
pub const ALL: &[&Workflow] = &[&close_activity::WORKFLOW, &settle_day::WORKFLOW, &deliver_award::WORKFLOW];

/// A named list of steps.
#[derive(Debug, Clone, Copy)]
pub struct Workflow {
    /// What its rows are called.
    pub name: &'static str,
    /// In the order they are done. At least one.
    pub steps: &'static [Step],
    /// When a step that did not work is tried again. After its last attempt it has failed; undoing is never given up.
    pub backoff: Backoff,
    /// How long one step may take; whoever has not moved the run by then loses it to the next driver.
    pub lease: Duration,
}

/// One effect and how it is taken back.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// What the run's row calls it.
    pub name: &'static str,
    /// Does it. Idempotent: it may have been done before, wholly or in part.
    pub run: Effect,
    /// Takes it back.
    pub undo: Undo,
}

/// What a step does, or how it is undone.
pub type Effect = for<'a> fn(&'a App, &'a WorkflowRun) -> BoxFuture<'a, Result<Outcome>>;

/// How a step is taken back.
#[derive(Debug, Clone, Copy)]
pub enum Undo {
    /// By this. Idempotent, and nothing where the step never happened.
    By(Effect),
    /// There is nothing to take back, for this reason.
    NotNeeded(&'static str),
    /// It cannot be taken back, for this reason: from this step on a run that fails is stuck until somebody mends the cause.
    Impossible(&'static str),
}

/// How a step ended. A fault of the product is a `Retry`, a refusal a `Fail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done, and the run knows this besides: each key replaces the one before.
    Done(WorkflowData),
    /// It did not work and may work later. Counts as an attempt.
    Retry(String),
    /// It is not time yet. Does not count as an attempt.
    Snooze {
        /// When to look again.
        until: Timestamp,
        /// What is waited for.
        reason: String,
    },
    /// It never will work: turn round. Of an undo: somebody should look.
    Fail(String),
}

impl Outcome {
    /// Done, with nothing to remember.
    pub fn done() -> Self {
        Self::Done(WorkflowData::new())
    }
}

/// How far a driver got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advanced {
    /// Every step is done.
    Done(WorkflowRun),
    /// It failed, and everything is undone. The error is in `last_error` of the run.
    Undone(WorkflowRun),
    /// It stands still until this time. The reason of a snooze or the error of a retry is in `last_error` of the run.
    Waits(WorkflowRun, Timestamp),
    /// It can neither go on nor turn round.
    Stuck(WorkflowRun),
    /// Somebody else moved it, or it is not there: nothing more was done here.
    Lost,
}

/// Key of a run's data: which step failed, and why, since the run turned round.
const FAILED: &str = "failed";

/// Advances a run as far as it goes, starting from the row that was read or taken. Two who advance the same run at once may both run
/// a step; one of them goes on.
///
/// A run without `run_at` is driven by the caller, who tries again by its own rules where the run waits. Once it has turned
/// round it belongs to job `run_workflows`, so that no undo is forgotten with its caller.
///
/// # Errors
/// A fault of the store that keeps the run. The row is where it was.
pub async fn advance(app: &App, workflow: &Workflow, run: WorkflowRun) -> Result<Advanced> {
    advance_until(app, workflow, run, Timestamp::MAX_UTC).await
}

/// As [`advance`], but begins no step after `last_start`, where the lease of the caller would not last. There the run waits
/// for whoever drives it next.
///
/// # Errors
/// As [`advance`].
pub async fn advance_until(
    app: &App,
    workflow: &Workflow,
    mut run: WorkflowRun,
    last_start: Timestamp,
) -> Result<Advanced> {
    loop {
        match run.state {
            WorkflowState::Done => return Ok(Advanced::Done(run)),
            WorkflowState::Undone => return Ok(Advanced::Undone(run)),
            WorkflowState::Stuck => return Ok(Advanced::Stuck(run)),
            WorkflowState::Running => {}
        }
        let now = app.sources().now();
        if now > last_start {
            return Ok(Advanced::Waits(run, now));
        }
        let outcome = run_step(app, workflow, &run).await;
        let position = Position { workflow, run: &run, now: app.sources().now() };
        let (to, waits_until) = position.after(outcome, app.sources().chance.number());
        let Some(moved) = app.move_workflow(&to).await? else { return Ok(Advanced::Lost) };
        log_move(workflow, &moved);
        if let Some(until) = waits_until {
            return Ok(Advanced::Waits(moved, until));
        }
        run = moved;
    }
}

/// Turns a running run round, as if its next step had failed for good: for drivers that have their own rules about giving up. Undoes
/// what can be undone until `last_start`; the rest is left to job `run_workflows`.
///
/// # Errors
/// As [`advance`].
pub async fn give_up(
    app: &App,
    workflow: &Workflow,
    run: WorkflowRun,
    reason: &str,
    last_start: Timestamp,
) -> Result<Advanced> {
    if run.state != WorkflowState::Running || run.direction == Direction::Back {
        return advance_until(app, workflow, run, last_start).await;
    }
    let position = Position { workflow, run: &run, now: app.sources().now() };
    let to = position.turned_round(reason.to_owned());
    let Some(moved) = app.move_workflow(&to).await? else { return Ok(Advanced::Lost) };
    log_move(workflow, &moved);
    advance_until(app, workflow, moved, last_start).await
}

/// Takes runs that are due and advances each as far as it goes, at most `runs_max`. Gives how many.
///
/// # Errors
/// A fault of the store; what was advanced stays advanced.
pub async fn run_due(app: &App, workflows: &[&Workflow], runs_max: u32) -> Result<u32> {
    let mut advanced = 0;
    while advanced < runs_max {
        let Some(run) = app.take_workflow(LEASE_FIRST).await? else { break };
        advanced += 1;
        if let Some(workflow) = workflows.iter().find(|workflow| workflow.name == run.kind) {
            advance(app, workflow, run).await?;
        } else {
            tracing::error!(workflow.id = %run.workflow_id, "no workflow {} is known here", run.kind);
        }
    }
    Ok(advanced)
}

/// How long a driver that takes a run keeps it before the first move renews that for the workflow's own lease.
const LEASE_FIRST: Duration = Duration::from_mins(5);

async fn run_step(app: &App, workflow: &Workflow, run: &WorkflowRun) -> Outcome {
    let Some(step) = workflow.steps.iter().find(|step| run.step.as_deref() == Some(step.name)) else {
        return Outcome::Retry(format!("workflow {} has no step {:?} here", workflow.name, run.step));
    };
    let effect = match (run.direction, step.undo) {
        (Direction::Forward, _) => step.run,
        (Direction::Back, Undo::By(undo)) => undo,
        (Direction::Back, Undo::NotNeeded(_)) => return Outcome::done(),
        (Direction::Back, Undo::Impossible(why)) => return Outcome::Fail(format!("{} stays: {why}", step.name)),
    };
    match effect(app, run).await {
        Ok(outcome) => outcome,
        Err(Error::Fault(fault)) => Outcome::Retry(fault.to_string()),
        Err(Error::Refusal(refusal)) => Outcome::Fail(refusal.to_string()),
    }
}

/// Where a run stands, and so where an outcome leads.
struct Position<'a> {
    workflow: &'a Workflow,
    run: &'a WorkflowRun,
    now: Timestamp,
}

impl Position<'_> {
    /// The move that an outcome leads to, and until when the run then waits, if it does.
    fn after(&self, outcome: Outcome, chance: u64) -> (WorkflowMove, Option<Timestamp>) {
        match outcome {
            Outcome::Done(patch) => (self.next(patch), None),
            Outcome::Snooze { until, reason } => {
                let attempts = self.run.attempts.saturating_sub(1);
                (self.waiting(until, reason, attempts), Some(until))
            }
            Outcome::Retry(error) => self.retried(error, chance),
            Outcome::Fail(error) if self.run.direction == Direction::Forward => (self.turned_round(error), None),
            Outcome::Fail(error) => (self.stuck(error), None),
        }
    }

    fn at(&self) -> Option<usize> {
        self.workflow.steps.iter().position(|step| self.run.step.as_deref() == Some(step.name))
    }

    /// The step after this one in the run's direction, or the end.
    fn next(&self, patch: WorkflowData) -> WorkflowMove {
        let mut to = WorkflowMove::of(self.run);
        to.data.extend(patch);
        let at = self.at();
        let (next, end) = match self.run.direction {
            Direction::Forward => (at.and_then(|at| self.workflow.steps.get(at + 1)), WorkflowState::Done),
            Direction::Back => {
                let before = at.and_then(|at| at.checked_sub(1));
                (before.and_then(|before| self.workflow.steps.get(before)), WorkflowState::Undone)
            }
        };
        to.attempts = 0;
        match next {
            Some(step) => {
                to.step = Some(step.name.into());
                to.run_at = self.leased();
            }
            None => {
                (to.step, to.run_at, to.state, to.ended_at) = (None, None, end, Some(self.now));
            }
        }
        if self.run.direction == Direction::Forward {
            to.last_error = None;
        }
        to
    }

    /// The end of the lease of whoever goes on, where the run is not driven by somebody else.
    fn leased(&self) -> Option<Timestamp> {
        let lease = TimeDelta::from_std(self.workflow.lease).unwrap_or(TimeDelta::MAX);
        self.run.run_at.map(|_| self.now.checked_add_signed(lease).unwrap_or(Timestamp::MAX_UTC))
    }

    fn waiting(&self, until: Timestamp, reason: String, attempts: u32) -> WorkflowMove {
        let mut to = WorkflowMove::of(self.run);
        to.run_at = self.run.run_at.map(|_| until);
        to.last_error = Some(reason);
        to.attempts = attempts;
        to
    }

    fn retried(&self, error: String, chance: u64) -> (WorkflowMove, Option<Timestamp>) {
        let driven_here = self.run.run_at.is_some();
        // Undoing is never given up, and a driver from outside counts for itself.
        let endless = self.run.direction == Direction::Back || !driven_here;
        let backoff =
            if endless { Backoff { attempts_max: u32::MAX, ..self.workflow.backoff } } else { self.workflow.backoff };
        let attempts = if driven_here { self.run.attempts } else { self.run.attempts.saturating_add(1) };
        match backoff.wait_ms(attempts.max(1), chance) {
            Some(wait_ms) => {
                let wait = TimeDelta::milliseconds(i64::try_from(wait_ms).unwrap_or(i64::MAX));
                let until = self.now + wait;
                (self.waiting(until, error, attempts), Some(until))
            }
            None => (self.turned_round(format!("{error} (attempt {attempts}, the last)")), None),
        }
    }

    /// Back from here, or stuck where some step up to here cannot be undone. The step that failed is undone too: an earlier try
    /// of it may have had its effect.
    fn turned_round(&self, error: String) -> WorkflowMove {
        let reached = self.at().map_or(self.workflow.steps, |at| &self.workflow.steps[..=at]);
        if reached.iter().any(|step| matches!(step.undo, Undo::Impossible(_))) {
            return self.stuck(error);
        }
        let mut to = WorkflowMove::of(self.run);
        to.data.insert(FAILED.into(), serde_json::json!({ "step": self.run.step, "error": error }));
        to.direction = Direction::Back;
        to.attempts = 0;
        to.run_at = self.leased().or(Some(self.now));
        to.last_error = Some(error);
        to
    }

    fn stuck(&self, error: String) -> WorkflowMove {
        let mut to = WorkflowMove::of(self.run);
        to.state = WorkflowState::Stuck;
        to.run_at = None;
        to.last_error = Some(error);
        to
    }
}

/// Says once what a move means to people.
fn log_move(workflow: &Workflow, run: &WorkflowRun) {
    let WorkflowRun { workflow_id, subject, .. } = run;
    let error = run.last_error.as_deref().unwrap_or_default();
    match (run.state, run.direction) {
        (WorkflowState::Done, _) => {
            tracing::info!(workflow.id = %workflow_id, "{} of {subject} is done", workflow.name);
        }
        (WorkflowState::Undone, _) => {
            tracing::warn!(workflow.id = %workflow_id, error, "{} of {subject} failed and is undone", workflow.name);
        }
        (WorkflowState::Stuck, _) => {
            tracing::error!(workflow.id = %workflow_id, error, "{} of {subject} is stuck", workflow.name);
        }
        (WorkflowState::Running, direction) => {
            let step = run.step.as_deref().unwrap_or_default();
            tracing::debug!(workflow.id = %workflow_id, error, "{} of {subject} goes {direction} at {step}", workflow.name);
        }
    }
}

/// A step's arguments or results within a run's data.
///
/// # Errors
/// A fault where the run does not know it.
pub fn known<T: serde::de::DeserializeOwned>(run: &WorkflowRun, key: &str) -> Result<T> {
    let value = run.data.get(key).cloned().unwrap_or_default();
    Ok(serde_json::from_value(value).map_err(|cause| Fault {
        doing: "read what a workflow knows",
        cause: format!("{key} of {}: {cause}", run.workflow_id).into(),
    })?)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::domain::id::WorkflowId;

    const BACKOFF: Backoff = Backoff { first_ms: 1_000, cap_ms: 60_000, attempts_max: 3 };

    fn nothing<'a>(_: &'a App, _: &'a WorkflowRun) -> BoxFuture<'a, Result<Outcome>> {
        async { Ok(Outcome::done()) }.boxed()
    }

    const STEPS: &[Step] = &[
        Step { name: "first", run: nothing, undo: Undo::By(nothing) },
        Step { name: "second", run: nothing, undo: Undo::NotNeeded("it writes nothing") },
        Step { name: "third", run: nothing, undo: Undo::Impossible("it is public by then") },
    ];
    const WORKFLOW: Workflow = Workflow { name: "test", steps: STEPS, backoff: BACKOFF, lease: Duration::from_mins(1) };

    fn now() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().expect("a time")
    }

    fn run(step: &str, direction: Direction, attempts: u32) -> WorkflowRun {
        WorkflowRun {
            workflow_id: WorkflowId::from_ulid(ulid::Ulid::nil()),
            kind: "test".into(),
            subject: "it".into(),
            run: 1,
            step: Some(step.into()),
            direction,
            state: WorkflowState::Running,
            revision: 7,
            data: WorkflowData::new(),
            attempts,
            run_at: Some(now()),
            last_error: None,
            started_at: now(),
            ended_at: None,
        }
    }

    fn after(run: &WorkflowRun, outcome: Outcome) -> (WorkflowMove, Option<Timestamp>) {
        Position { workflow: &WORKFLOW, run, now: now() }.after(outcome, 5)
    }

    fn fails() -> Outcome {
        Outcome::Fail("no".into())
    }

    #[test]
    fn steps_follow_each_other_to_the_end() {
        let (to, waits) = after(&run("first", Direction::Forward, 2), Outcome::done());
        assert_eq!(
            (to.step.as_deref(), to.attempts, to.state, waits),
            (Some("second"), 0, WorkflowState::Running, None)
        );
        let (to, _) = after(&run("third", Direction::Forward, 1), Outcome::done());
        assert_eq!((to.step, to.state, to.run_at, to.ended_at), (None, WorkflowState::Done, None, Some(now())));
    }

    #[test]
    fn a_failed_step_is_undone_with_all_before_it() {
        let (to, _) = after(&run("second", Direction::Forward, 1), fails());
        assert_eq!(
            (to.step.as_deref(), to.direction, to.state),
            (Some("second"), Direction::Back, WorkflowState::Running)
        );
        let (to, _) = after(&run("second", Direction::Back, 1), Outcome::done());
        assert_eq!(to.step.as_deref(), Some("first"));
        let (to, _) = after(&run("first", Direction::Back, 1), Outcome::done());
        assert_eq!((to.step, to.state, to.ended_at), (None, WorkflowState::Undone, Some(now())));
    }

    #[test]
    fn what_cannot_be_undone_is_stuck() {
        let (to, _) = after(&run("third", Direction::Forward, 1), fails());
        assert_eq!(
            (to.step.as_deref(), to.direction, to.state, to.run_at),
            (Some("third"), Direction::Forward, WorkflowState::Stuck, None)
        );
        let (to, _) = after(&run("first", Direction::Back, 1), fails());
        assert_eq!((to.step.as_deref(), to.state), (Some("first"), WorkflowState::Stuck));
    }

    #[test]
    fn doing_is_given_up_after_its_last_attempt_and_undoing_never() {
        let retry = || Outcome::Retry("later".into());
        let (to, waits) = after(&run("first", Direction::Forward, 2), retry());
        assert_eq!((to.direction, to.run_at), (Direction::Forward, waits));
        assert!(waits.is_some_and(|until| until > now()));
        let (to, waits) = after(&run("first", Direction::Forward, 3), retry());
        assert_eq!((to.direction, waits), (Direction::Back, None));
        let (to, waits) = after(&run("first", Direction::Back, 1_000), retry());
        assert_eq!((to.state, waits.is_some()), (WorkflowState::Running, true));
    }

    #[test]
    fn a_snooze_does_not_count_and_a_caller_keeps_its_run_until_it_turns_round() {
        let until = now() + TimeDelta::hours(1);
        let snooze = || Outcome::Snooze { until, reason: "not yet".into() };
        let (to, waits) = after(&run("first", Direction::Forward, 3), snooze());
        assert_eq!((to.attempts, to.run_at, waits), (2, Some(until), Some(until)));
        let callers = WorkflowRun { run_at: None, ..run("first", Direction::Forward, 50) };
        let (to, _) = after(&callers, snooze());
        assert_eq!(to.run_at, None);
        let (to, _) = after(&callers, Outcome::Retry("later".into()));
        assert_eq!((to.run_at, to.direction), (None, Direction::Forward));
        let (to, _) = after(&callers, fails());
        assert_eq!((to.run_at, to.direction), (Some(now()), Direction::Back));
    }
}
