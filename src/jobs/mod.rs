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
mod sync_stock;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::app::{App, ClaimedFire};
use crate::domain::calendar::Timestamp;
use crate::fault::Error;
use crate::queue::Message;

use dispatch_awards::DispatchAwards;
use expire::Expire;
use expire_points::ExpirePoints;
use prune::Prune;
use reconcile_ledger::ReconcileLedger;
use reconcile_stock::ReconcileStock;
use relay_outbox::RelayOutbox;
use sync_stock::SyncStock;

/// Runs the job a message names.
async fn run_named(app: &App, message: &Message) -> Option<Ended> {
    Some(match message.job.as_str() {
        DispatchAwards::NAME => run::<DispatchAwards>(app, message).await,
        RelayOutbox::NAME => run::<RelayOutbox>(app, message).await,
        SyncStock::NAME => run::<SyncStock>(app, message).await,
        ReconcileStock::NAME => run::<ReconcileStock>(app, message).await,
        ReconcileLedger::NAME => run::<ReconcileLedger>(app, message).await,
        Expire::NAME => run::<Expire>(app, message).await,
        ExpirePoints::NAME => run::<ExpirePoints>(app, message).await,
        Prune::NAME => run::<Prune>(app, message).await,
        _ => return None,
    })
}

/// One idempotent effect. Its fields are its arguments: ids, never a snapshot of data.
trait Job: DeserializeOwned + Send + Sync {
    /// What messages and logs call it.
    const NAME: &'static str;

    /// How long a run may take.
    fn timeout(&self, _app: &App) -> Duration {
        Duration::from_mins(1)
    }

    /// Does it.
    fn run(&self, app: &App) -> impl Future<Output = Result<Outcome, JobError>> + Send;
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

/// The part of a message's arguments that says it is a fire of a scheduled job.
#[derive(Deserialize)]
struct FireArguments {
    due_at: Timestamp,
}

/// Claims last as long as the longest scheduled job may run.
const CLAIM_TIME: Duration = RECONCILE_TIMEOUT;
/// Reconcilers look at everything.
const RECONCILE_TIMEOUT: Duration = Duration::from_mins(10);

/// Runs a message: the handler every queue gets. Deals with every outcome itself; nothing it does can fail its caller.
pub async fn run_message(app: &App, message: Message) {
    let Ok(fire) = FireArguments::deserialize(&message.arguments) else {
        run_and_record(app, &message).await;
        return;
    };
    let claimed = match app.claim_fire(&message.job, fire.due_at, CLAIM_TIME).await {
        Ok(Some(claimed)) => claimed,
        Ok(None) => {
            tracing::debug!(job = message.job, due_at = %fire.due_at, "somebody else has this fire, or it has ended");
            return;
        }
        Err(error) => {
            // The fire stays open, and open fires are pushed again.
            tracing::warn!(%error, job = message.job, due_at = %fire.due_at, "could not claim a fire; it is pushed again");
            return;
        }
    };
    let ended = run_and_record(app, &message).await;
    end(app, claimed, &message, ended).await;
}

async fn end(app: &App, claimed: ClaimedFire, message: &Message, ended: Ended) {
    if let Err(error) = app.end_fire(claimed, ended.into_outcome()).await {
        tracing::warn!(%error, job = message.job, "could not write how a fire ended; it runs again when its claim ends");
    }
}

/// Runs a message, and says once how it ended.
async fn run_and_record(app: &App, message: &Message) -> Ended {
    let (job, key, began) = (message.job.as_str(), message.key.as_str(), Instant::now());
    let Some(ended) = run_named(app, message).await else {
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

async fn run<J: Job>(app: &App, message: &Message) -> Ended {
    let job = match J::deserialize(&message.arguments) {
        Ok(job) => job,
        Err(error) => return Ended::Failed(format!("its arguments cannot be read: {error}")),
    };
    let timeout = job.timeout(app);
    let running = AssertUnwindSafe(tokio::time::timeout(timeout, job.run(app))).catch_unwind();
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
    use super::*;
    use crate::config::Config;

    #[test]
    fn every_schedule_has_its_job() {
        let scheduled = Config::defaults().cron.entries().map(|(job, _)| job.to_owned());
        let jobs = [
            RelayOutbox::NAME,
            SyncStock::NAME,
            ReconcileStock::NAME,
            ReconcileLedger::NAME,
            Expire::NAME,
            ExpirePoints::NAME,
            Prune::NAME,
        ];
        assert_eq!(scheduled, jobs);
    }
}
