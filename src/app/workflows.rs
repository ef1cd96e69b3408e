//! Runs of workflows: started, taken, moved, looked at. What their steps do is in the verbs of the product.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;

use super::App;
use crate::domain::audit::Actor;
use crate::domain::bucket::Bucket;
use crate::domain::id::{UserId, WorkflowId};
use crate::domain::refusal::Refusal;
use crate::domain::workflow::{NewWorkflow, WorkflowData, WorkflowMove, WorkflowRun};
use crate::fault::Result;
use crate::queue::{Lane, Message};
use crate::store::Page;
use crate::store::workflows::{Retried, Started, WorkflowFilter};

/// Name of the job that drives workflows.
pub const RUN_WORKFLOWS: &str = "run_workflows";

/// Who drives a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// Job `run_workflows`, from now on.
    Job,
    /// Somebody with retries of their own, until the run turns round.
    Caller,
}

impl App {
    /// Names a run about something that belongs to no user.
    pub(super) fn mint_workflow(&self) -> WorkflowId {
        let owner = UserId::new("operators").expect("a fixed valid id");
        WorkflowId::from_ulid(self.inner.sources.ids.mint(Bucket::of(&owner)))
    }

    /// A run to be started. `bucket` is that of the user it is about; nothing where it is about none.
    pub fn new_workflow(
        &self,
        (kind, step): (&'static str, &'static str),
        subject: String,
        bucket: Option<Bucket>,
        driver: Driver,
        data: WorkflowData,
    ) -> NewWorkflow {
        let started_at = self.inner.sources.now();
        let workflow_id = bucket
            .map_or_else(|| self.mint_workflow(), |bucket| WorkflowId::from_ulid(self.inner.sources.ids.mint(bucket)));
        let run_at = (driver == Driver::Job).then_some(started_at);
        NewWorkflow { workflow_id, kind, subject, bucket, step, data, run_at, started_at }
    }

    /// Starts a run; where one of the same kind and subject is open, gives that one. Wakes its driver.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn start_workflow(&self, new: &NewWorkflow) -> Result<WorkflowRun> {
        let started = self.inner.store.start_workflow(new).await?;
        if let Started::New(run) = &started
            && run.run_at.is_some()
        {
            self.wake_workflows(run.workflow_id).await;
        }
        Ok(started.run())
    }

    /// Asks for due runs to be driven soon. Never fails: the next fire of the job finds what is lost here.
    pub(super) async fn wake_workflows(&self, workflow_id: WorkflowId) {
        let key = format!("{RUN_WORKFLOWS}:{workflow_id}");
        let message = Message { job: RUN_WORKFLOWS.into(), key, arguments: json!({}) };
        if let Err(fault) = self.inner.queue.push(Lane::Cron, &[message], self.inner.sources.now()).await {
            tracing::warn!(error = %fault, "left {workflow_id} to the next fire of {RUN_WORKFLOWS}");
        }
    }

    /// Takes the run that has been due longest for so long, counting an attempt.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn take_workflow(&self, lease: Duration) -> Result<Option<WorkflowRun>> {
        let now = self.inner.sources.now();
        let until = now + TimeDelta::from_std(lease).unwrap_or(TimeDelta::hours(1));
        Ok(self.inner.store.take_workflow(now, until).await?)
    }

    /// Moves a run, if nobody else did since it was read.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn move_workflow(&self, to: &WorkflowMove) -> Result<Option<WorkflowRun>> {
        Ok(self.inner.store.move_workflow(to).await?)
    }

    /// One run.
    ///
    /// # Errors
    /// A refusal where it is unknown; a fault of the store.
    pub async fn workflow(&self, workflow_id: WorkflowId) -> Result<WorkflowRun> {
        let unknown = || Refusal::Unknown { what: "workflow", id: workflow_id.to_string() };
        Ok(self.inner.store.workflow(workflow_id).await?.ok_or_else(unknown)?)
    }

    /// The last run of a kind and subject.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn last_workflow(&self, kind: &str, subject: &str) -> Result<Option<WorkflowRun>> {
        Ok(self.inner.store.last_workflow(kind, subject).await?)
    }

    /// Runs, newest first.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn workflows(&self, filter: &WorkflowFilter, page: &Page<WorkflowId>) -> Result<Vec<WorkflowRun>> {
        Ok(self.inner.store.workflows(filter, page).await?)
    }

    /// Sets the gauges of workflows.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn measure_workflows(&self) -> Result<()> {
        let (due, stuck) = self.inner.store.workflow_counts(self.inner.sources.now()).await?;
        for (state, runs) in [("due", due), ("stuck", stuck)] {
            let runs = f64::from(u32::try_from(runs).unwrap_or(u32::MAX));
            metrics::gauge!("big_market_workflows", "state" => state).set(runs);
        }
        Ok(())
    }

    /// Lets a stuck run go on, due now, with its tries counted from none.
    ///
    /// # Errors
    /// A refusal where it is unknown or not stuck; a fault of the store.
    pub async fn retry_workflow(&self, actor: &Actor, workflow_id: WorkflowId) -> Result<WorkflowRun> {
        match self.inner.store.retry_workflow(workflow_id, &self.change(actor)).await? {
            Retried::Running(run) => {
                self.wake_workflows(workflow_id).await;
                Ok(run)
            }
            Retried::Unknown => Err(Refusal::Unknown { what: "workflow", id: workflow_id.to_string() }.into()),
            Retried::NotStuck(state) => {
                let message = format!("workflow {workflow_id} is {state}; only a stuck one can be retried");
                Err(Refusal::Conflict { message }.into())
            }
        }
    }
}
