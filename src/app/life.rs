//! The life of activities: paused, resumed, closed; which run at a stage; and what closing does step by step.

use chrono::TimeDelta;

use super::App;
use super::catalog::unknown_activity;
use crate::domain::audit::Actor;
use crate::domain::calendar::Timestamp;
use crate::domain::campaign::{ActivityHead, ActivityState, Campaign};
use crate::domain::id::{ActivityId, WorkflowId};
use crate::domain::refusal::Refusal;
use crate::domain::workflow::{CLOSE_ACTIVITY, NewWorkflow, WorkflowData, WorkflowRun};
use crate::fault::Result;
use crate::stock::Counted;
use crate::store::catalog::{Closed, Closing, StateChanged};

/// The first step of closing.
pub const STOP: &str = "stop";
/// The word under which the product itself closes activities.
const EXPIRE: Actor = Actor::System("expire");
/// The word under which the workflow itself changes activities.
const CLOSER: Actor = Actor::System(CLOSE_ACTIVITY);
/// However far clocks are apart, a claim was made before this.
const ANY_CLAIM: TimeDelta = TimeDelta::days(1);

/// What became of a wish for another state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateView {
    /// The activity.
    pub activity_id: ActivityId,
    /// The state it is in now.
    pub state: ActivityState,
    /// Whether that is new.
    pub changed: bool,
    /// The workflow that closes its books, where it is closed.
    pub workflow_id: Option<WorkflowId>,
}

/// An activity as operators see it in a list.
#[derive(Debug, Clone)]
pub struct ActivityLine {
    /// Version, state.
    pub head: ActivityHead,
    /// The current campaign.
    pub campaign: std::sync::Arc<Campaign>,
}

impl App {
    /// Stops an activity for now: no draw and no order on request is accepted until it is resumed. Promised awards are delivered all
    /// the same. Repeating it changes nothing.
    ///
    /// # Errors
    /// A refusal where it is unknown or over; a fault of the store.
    pub async fn pause(&self, actor: &Actor, activity_id: &ActivityId) -> Result<StateView> {
        self.change_state(actor, activity_id, ActivityState::Paused).await
    }

    /// Lets a paused activity go on. Repeating it changes nothing.
    ///
    /// # Errors
    /// As [`App::pause`].
    pub async fn resume(&self, actor: &Actor, activity_id: &ActivityId) -> Result<StateView> {
        self.change_state(actor, activity_id, ActivityState::Open).await
    }

    async fn change_state(&self, actor: &Actor, activity_id: &ActivityId, wanted: ActivityState) -> Result<StateView> {
        let changed = match self.inner.store.change_state(activity_id, wanted, &self.change(actor)).await? {
            StateChanged::Changed => true,
            StateChanged::Unchanged => false,
            StateChanged::Unknown => return Err(unknown_activity(activity_id).into()),
            StateChanged::Refused(state) => {
                let verb = if wanted == ActivityState::Paused { "paused" } else { "resumed" };
                let message = format!(
                    "activity {activity_id} is {state} and can no longer be {verb}; what is over stays over: publish the \
                     document under a new activity id"
                );
                return Err(Refusal::Conflict { message }.into());
            }
        };
        Ok(StateView { activity_id: activity_id.clone(), state: wanted, changed, workflow_id: None })
    }

    /// Closes an activity for good, at once, and starts the workflow that settles its books. Repeating it changes nothing.
    ///
    /// # Errors
    /// A refusal where it is unknown, or is being opened again because an earlier closing failed; a fault of the store.
    pub async fn close_activity(&self, actor: &Actor, activity_id: &ActivityId) -> Result<StateView> {
        let closing = self.closing(activity_id, None);
        let view = |state, changed, run: Option<WorkflowRun>| StateView {
            activity_id: activity_id.clone(),
            state,
            changed,
            workflow_id: run.map(|run| run.workflow_id),
        };
        match self.inner.store.close_activity(&closing, &self.change(actor)).await? {
            Closed::Now(run) => {
                self.wake_workflows(run.workflow_id).await;
                tracing::info!(activity.id = %activity_id, "closed activity {activity_id}");
                Ok(view(ActivityState::Closed, true, Some(run)))
            }
            Closed::Already(run) => Ok(view(ActivityState::Closed, false, Some(run))),
            Closed::Settled => {
                let last = self.inner.store.last_workflow(CLOSE_ACTIVITY, activity_id.as_str()).await?;
                Ok(view(ActivityState::Settled, false, last))
            }
            Closed::Unknown => Err(unknown_activity(activity_id).into()),
            Closed::BeingOpened(run) => {
                let message = format!(
                    "workflow {} failed to close activity {activity_id} and is opening it again; repeat this once it is undone",
                    run.workflow_id
                );
                Err(Refusal::Conflict { message }.into())
            }
            Closed::NotEnded => Err(Refusal::TryAgain.into()),
        }
    }

    fn closing(&self, activity_id: &ActivityId, if_ended_by: Option<Timestamp>) -> Closing {
        let started_at = self.inner.sources.now();
        let workflow = NewWorkflow {
            workflow_id: self.mint_workflow(),
            kind: CLOSE_ACTIVITY,
            subject: activity_id.to_string(),
            bucket: None,
            step: STOP,
            data: WorkflowData::new(),
            run_at: Some(started_at),
            started_at,
        };
        Closing { activity_id: activity_id.clone(), if_ended_by, workflow }
    }

    /// Closes activities whose window ended, and starts the workflow that settles their books. Gives how many were closed.
    ///
    /// # Errors
    /// A fault of the store; what was closed stays closed.
    pub async fn expire(&self) -> Result<usize> {
        let now = self.inner.sources.now();
        let mut closed = 0;
        for activity_id in self.inner.store.ended_activities(now).await? {
            let closing = self.closing(&activity_id, Some(now));
            match self.inner.store.close_activity(&closing, &self.change(&EXPIRE)).await? {
                Closed::Now(run) => {
                    closed += 1;
                    self.wake_workflows(run.workflow_id).await;
                    tracing::info!(activity.id = %activity_id, "closed activity {activity_id}: its window ended");
                }
                Closed::Already(run) => self.wake_workflows(run.workflow_id).await,
                Closed::BeingOpened(_) | Closed::Settled | Closed::NotEnded | Closed::Unknown => {}
            }
        }
        Ok(closed)
    }

    /// Step `stop`: sees to it that the activity is closed. Starting the workflow did that already, unless a retry comes late.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn stop_activity(&self, activity_id: &ActivityId, run: &WorkflowRun) -> Result<()> {
        let mut closing = self.closing(activity_id, None);
        closing.workflow.workflow_id = run.workflow_id;
        match self.inner.store.close_activity(&closing, &self.change(&CLOSER)).await? {
            Closed::Unknown => Err(unknown_activity(activity_id).into()),
            _ => Ok(()),
        }
    }

    /// Undoes step `stop`: opens the activity again, if this run closed it. Repeating it changes nothing.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn reopen_activity(&self, activity_id: &ActivityId, run: &WorkflowRun) -> Result<bool> {
        Ok(self.inner.store.reopen_activity(activity_id, run.workflow_id, &self.change(&CLOSER)).await?)
    }

    /// Step `drain`: ends every claim of a closed activity and fills its counters from SQL. No claim can commit any more, so none
    /// needs to grow old first. Gives the claims that are still open.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the stores.
    pub async fn drain_claims(&self, activity_id: &ActivityId) -> Result<usize> {
        let (head, _) = self.current(activity_id).await?;
        self.rebuild_stock(activity_id, head.epoch).await?;
        let (head, _) = self.current(activity_id).await?;
        let before = self.inner.sources.now() + ANY_CLAIM;
        self.end_open_claims(activity_id, head.epoch, before, &mut super::StockRepair::default()).await?;
        match self.inner.stock.open_claims(activity_id, head.epoch, before, 1).await? {
            Counted::Answer(claims) => Ok(claims.len()),
            // Somebody fills them anew right now: that leaves no claim, and the next try sees it.
            Counted::Stale => Ok(1),
        }
    }

    /// Every activity, by id.
    ///
    /// # Errors
    /// A fault of the store, or of a document that cannot be read any more.
    pub async fn activities(&self) -> Result<Vec<ActivityLine>> {
        let heads = self.inner.store.all_heads().await?;
        let mut lines = Vec::with_capacity(heads.len());
        for head in heads {
            let campaign = self.campaign(&head.activity_id, head.version).await?;
            lines.push(ActivityLine { head, campaign });
        }
        Ok(lines)
    }

    /// Activities that run at a stage: open or paused, within their window, newest published first.
    ///
    /// # Errors
    /// As [`App::activities`].
    pub async fn stage(&self, channel: &str, source: &str) -> Result<Vec<(ActivityLine, Timestamp)>> {
        let now = self.inner.sources.now();
        let mut lines = Vec::new();
        for (head, published_at) in self.inner.store.staged_activities(channel, source).await? {
            let campaign = self.campaign(&head.activity_id, head.version).await?;
            if (campaign.opens_at..campaign.closes_at).contains(&now) {
                lines.push((ActivityLine { head, campaign }, published_at));
            }
        }
        Ok(lines)
    }
}
