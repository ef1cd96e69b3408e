//! Every job on one page, and what is the same for all: decoding, time-outs, panics, claims, logs and metrics.
//!
//! A job is one idempotent effect: run twice is normal. It keeps nothing of its own: what is still to be done is in the
//! store, so a job that fails is simply run again by the next wake-up.

mod dispatch_awards;
mod expire;
mod expire_points;
mod prune;
mod reconcile_ledger;
mod reconcile_stock;
mod relay_outbox;
mod run_workflows;
mod settle_day;
mod sync_stock;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::app::{App, ClaimedFire};
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{FireKey, Part};
use crate::fault::Error;
use crate::queue::Message;

use dispatch_awards::DispatchAwards;
use expire::Expire;
use expire_points::ExpirePoints;
use prune::Prune;
use reconcile_ledger::ReconcileLedger;
use reconcile_stock::ReconcileStock;
use relay_outbox::RelayOutbox;
use run_workflows::RunWorkflows;
use settle_day::SettleDay;
use sync_stock::SyncStock;

/// Runs the job a message names, or its part.
async fn run_named(app: &App, message: &Message, part: Part) -> Option<Ended> {
    Some(match message.job.as_str() {
        DispatchAwards::NAME => run::<DispatchAwards>(app, message, part).await,
        RelayOutbox::NAME => run::<RelayOutbox>(app, message, part).await,
        RunWorkflows::NAME => run::<RunWorkflows>(app, message, part).await,
        SyncStock::NAME => run::<SyncStock>(app, message, part).await,
        ReconcileStock::NAME => run::<ReconcileStock>(app, message, part).await,
        ReconcileLedger::NAME => run::<ReconcileLedger>(app, message, part).await,
        Expire::NAME => run::<Expire>(app, message, part).await,
        SettleDay::NAME => run::<SettleDay>(app, message, part).await,
        ExpirePoints::NAME => run::<ExpirePoints>(app, message, part).await,
        Prune::NAME => run::<Prune>(app, message, part).await,
        _ => return None,
    })
}

/// One idempotent effect. Its fields are its arguments: ids, never a snapshot of data.
trait Job: DeserializeOwned + Send + Sync {
    /// What messages and logs call it.
    const NAME: &'static str;

    /// Whether it can be split by the buckets of users. `config::JOBS_IN_PARTS` says the same.
    const IN_PARTS: bool = false;

    /// How long a run may take.
    fn timeout(&self, _app: &App) -> Duration {
        Duration::from_mins(1)
    }

    /// Does it.
    fn run(&self, app: &App) -> impl Future<Output = Result<Outcome, JobError>> + Send;

    /// Does one part of it. Called with several parts only where it can be split.
    fn run_part(&self, app: &App, _part: Part) -> impl Future<Output = Result<Outcome, JobError>> + Send {
        self.run(app)
    }
}

/// How a run ended that did not fail. In words, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    /// It did this.
    Done(String),
    /// It did nothing, on purpose; a later run looks again.
    Snoozed(String),
}

/// How a run failed.
#[derive(Debug)]
enum JobError {
    /// It may work next time.
    Retry(Error),
    /// It never will: somebody should look.
    Fail(Error),
}

impl From<Error> for JobError {
    /// A refusal is the same every time.
    fn from(error: Error) -> Self {
        match error {
            Error::Fault(_) => Self::Retry(error),
            Error::Refusal(_) => Self::Fail(error),
        }
    }
}

/// How a run ended, seen from outside the job.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ended {
    Done(String),
    Snoozed(String),
    /// Something was away; the next wake-up tries again.
    Retry(String),
    /// A mistake somewhere: somebody should look.
    Failed(String),
}

impl Ended {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Snoozed(_) => "snoozed",
            Self::Retry(_) => "retried",
            Self::Failed(_) => "failed",
        }
    }

    fn into_outcome(self) -> Result<String, String> {
        match self {
            Self::Done(words) | Self::Snoozed(words) => Ok(words),
            Self::Retry(error) | Self::Failed(error) => Err(error),
        }
    }
}

/// The part of a message's arguments that says it is a fire of a scheduled job, or a part of one.
#[derive(Deserialize)]
struct FireArguments {
    due_at: Timestamp,
    #[serde(default)]
    part: Option<u16>,
}

/// So long after a worker died, another one takes over what it ran.
const CLAIM_TIME: Duration = Duration::from_secs(30);
/// How often a worker that lives asks for longer.
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// Reconcilers look at everything.
const RECONCILE_TIMEOUT: Duration = Duration::from_mins(10);

/// Runs a message: the handler every queue gets. Deals with every outcome itself; nothing it does can fail its caller.
pub async fn run_message(app: &App, message: Message) {
    let Ok(fire) = FireArguments::deserialize(&message.arguments) else {
        run_and_record(app, &message, Part::WHOLE).await;
        return;
    };
    let key = FireKey { job: message.job.clone(), due_at: fire.due_at, part: fire.part };
    let claimed = match app.claim_fire(&key, CLAIM_TIME).await {
        Ok(Some(claimed)) => claimed,
        Ok(None) => {
            tracing::debug!(job = message.job, due_at = %fire.due_at, "this fire is not to be run here and now");
            return;
        }
        Err(error) => {
            // The fire stays open, and open fires are pushed again.
            tracing::warn!(%error, job = message.job, due_at = %fire.due_at, "could not claim a fire; it is pushed again");
            return;
        }
    };
    let late_seconds = claimed.late().to_std().unwrap_or_default().as_secs_f64();
    metrics::histogram!("big_market_job_late_seconds", "job" => message.job.clone()).record(late_seconds);
    let running = run_and_record(app, &message, claimed.part());
    match while_held(running, RENEW_EVERY, || renew(app, &claimed, &message)).await {
        Some(ended) => end(app, claimed, &message, ended).await,
        None => {
            tracing::warn!(job = message.job, due_at = %fire.due_at, "stopped: somebody else has this fire meanwhile");
        }
    }
}

/// Runs `work` beside renewals of what it is held by. Nothing, and `work` is dropped, once one of them gives false.
async fn while_held<T, F: Future<Output = bool>>(
    work: impl Future<Output = T>,
    every: Duration,
    renew: impl Fn() -> F,
) -> Option<T> {
    // Beside the work and not between its steps: it may hold what a renewal waits for.
    let renewals = async {
        loop {
            tokio::time::sleep(every).await;
            if !renew().await {
                return;
            }
        }
    };
    tokio::select! {
        ended = work => Some(ended),
        () = renewals => None,
    }
}

/// False where the claim is lost for certain.
async fn renew(app: &App, claimed: &ClaimedFire, message: &Message) -> bool {
    match app.renew_claim(claimed, CLAIM_TIME).await {
        Ok(held) => held,
        Err(error) => {
            tracing::warn!(%error, job = message.job, "could not renew the claim of a fire; trying again");
            true
        }
    }
}

async fn end(app: &App, claimed: ClaimedFire, message: &Message, ended: Ended) {
    if let Err(error) = app.end_fire(claimed, ended.into_outcome()).await {
        tracing::warn!(%error, job = message.job, "could not write how a fire ended; it runs again when its claim ends");
    }
}

/// Runs a message, and says once how it ended.
async fn run_and_record(app: &App, message: &Message, part: Part) -> Ended {
    let (job, key, began) = (message.job.as_str(), message.key.as_str(), Instant::now());
    let Some(ended) = run_named(app, message, part).await else {
        // Not a label of a metric: anything may stand there.
        tracing::error!(job, message.key = key, "dropped a message for a job that is not known here");
        return Ended::Failed("no job of that name".into());
    };
    match &ended {
        Ended::Done(words) | Ended::Snoozed(words) => tracing::debug!(job, message.key = key, "{job}: {words}"),
        Ended::Retry(error) => tracing::warn!(job, message.key = key, "{job} will be tried again: {error}"),
        Ended::Failed(error) => tracing::error!(job, message.key = key, "{job} failed: {error}"),
    }
    let job = message.job.clone();
    metrics::counter!("big_market_job_runs_total", "job" => job.clone(), "outcome" => ended.as_str()).increment(1);
    metrics::histogram!("big_market_job_duration_seconds", "job" => job).record(began.elapsed().as_secs_f64());
    ended
}

async fn run<J: Job>(app: &App, message: &Message, part: Part) -> Ended {
    if part != Part::WHOLE && !J::IN_PARTS {
        return Ended::Failed("it cannot run in parts".into());
    }
    let job = match J::deserialize(&message.arguments) {
        Ok(job) => job,
        Err(error) => return Ended::Failed(format!("its arguments cannot be read: {error}")),
    };
    let timeout = job.timeout(app);
    let running = AssertUnwindSafe(tokio::time::timeout(timeout, job.run_part(app, part))).catch_unwind();
    match running.await {
        Ok(Ok(Ok(Outcome::Done(words)))) => Ended::Done(words),
        Ok(Ok(Ok(Outcome::Snoozed(words)))) => Ended::Snoozed(words),
        Ok(Ok(Err(JobError::Retry(error)))) => Ended::Retry(error.to_string()),
        Ok(Ok(Err(JobError::Fail(error)))) => Ended::Failed(error.to_string()),
        Ok(Err(_)) => Ended::Retry(format!("it took more than {} s", timeout.as_secs())),
        Err(_) => Ended::Failed("it panicked".into()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::sync::Notify;

    use super::*;
    use crate::config::{Config, JOBS_IN_PARTS};

    #[test]
    fn every_schedule_has_its_job() {
        let scheduled = Config::defaults().cron.entries().map(|(job, _)| job.to_owned());
        let jobs = [
            RelayOutbox::NAME,
            RunWorkflows::NAME,
            SyncStock::NAME,
            ReconcileStock::NAME,
            ReconcileLedger::NAME,
            Expire::NAME,
            SettleDay::NAME,
            ExpirePoints::NAME,
            Prune::NAME,
        ];
        assert_eq!(scheduled, jobs);
    }
    #[test]
    fn the_settings_know_which_jobs_run_in_parts() {
        let known = |name, in_parts| assert_eq!(JOBS_IN_PARTS.contains(&name), in_parts, "{name}");
        known(RelayOutbox::NAME, RelayOutbox::IN_PARTS);
        known(RunWorkflows::NAME, RunWorkflows::IN_PARTS);
        known(SettleDay::NAME, SettleDay::IN_PARTS);
        known(SyncStock::NAME, SyncStock::IN_PARTS);
        known(ReconcileStock::NAME, ReconcileStock::IN_PARTS);
        known(ReconcileLedger::NAME, ReconcileLedger::IN_PARTS);
        known(Expire::NAME, Expire::IN_PARTS);
        known(Prune::NAME, Prune::IN_PARTS);
    }

    /// As short as can be: nobody waits.
    const AT_ONCE: Duration = Duration::from_nanos(1);

    #[tokio::test]
    async fn a_claim_is_renewed_as_long_as_its_worker_works() {
        let (renewals, done) = (Cell::new(0), Notify::new());
        let renew = || {
            renewals.set(renewals.get() + 1);
            if renewals.get() == 3 {
                done.notify_one();
            }
            std::future::ready(true)
        };
        assert_eq!(while_held(done.notified(), AT_ONCE, renew).await, Some(()));
        assert!(renewals.get() >= 3);
        assert!(CLAIM_TIME > 2 * RENEW_EVERY, "a renewal may fail");
    }

    #[tokio::test]
    async fn work_stops_when_its_claim_is_lost() {
        let work = std::future::pending::<()>();
        assert_eq!(while_held(work, AT_ONCE, || std::future::ready(false)).await, None);
    }
}
