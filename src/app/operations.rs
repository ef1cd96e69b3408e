//! What operators look at and repair: outbox, jobs, fires, and whether the store answers.

use std::str::FromStr;

use super::App;
use crate::domain::audit::Actor;
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{CronFire, Misfire};
use crate::domain::id::OutboxId;
use crate::domain::outbox::{OutboxEntry, OutboxState};
use crate::domain::refusal::Refusal;
use crate::fault::{Fault, Result};
use crate::queue::Lane;
use crate::store::Page;
use crate::store::outbox::Redriven;

/// A scheduled job, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobView {
    /// The job.
    pub name: &'static str,
    /// When it runs.
    pub schedule: String,
    /// What happens to missed fires.
    pub misfire: Misfire,
    /// When it is due next.
    pub next_at: Option<Timestamp>,
    /// Its last fire.
    pub last_fire: Option<CronFire>,
}

impl App {
    /// Answers when the store can be read and written.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn ping(&self) -> Result<(), Fault> {
        self.inner.store.ping().await
    }

    /// Promised work, newest first: of one state or of all.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn outbox(&self, state: Option<OutboxState>, page: &Page<OutboxId>) -> Result<Vec<OutboxEntry>> {
        Ok(self.inner.store.outbox(state, page).await?)
    }

    /// Makes dead work pending again, due now, with its attempts counted from none.
    ///
    /// # Errors
    /// A refusal where it is unknown or not dead; a fault of the store.
    pub async fn redrive(&self, actor: &Actor, outbox_id: OutboxId) -> Result<()> {
        match self.inner.store.redrive(outbox_id, &self.change(actor)).await? {
            Redriven::Pending => {
                self.wake(Lane::Dispatch, [outbox_id]);
                Ok(())
            }
            Redriven::Unknown => Err(Refusal::Unknown { what: "outbox entry", id: outbox_id.to_string() }.into()),
            Redriven::NotDead(state) => {
                let message = format!("outbox entry {outbox_id} is {state}; only a dead one can be redriven");
                Err(Refusal::Conflict { message }.into())
            }
        }
    }

    /// Fires, newest first, of one job or of all.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn fires(&self, job: Option<&str>, before: Option<Timestamp>, limit: u32) -> Result<Vec<CronFire>> {
        Ok(self.inner.store.fires(job, before, limit).await?)
    }

    /// Every scheduled job with its next date and its last fire.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn jobs(&self) -> Result<Vec<JobView>> {
        let entries = self.inner.config.cron.entries();
        let now = self.inner.sources.now();
        let mut views = Vec::with_capacity(entries.len());
        for (name, entry) in entries {
            let next_at = cron::Schedule::from_str(&entry.schedule).ok().and_then(|dates| dates.after(&now).next());
            let last_fire = self.inner.store.fires(Some(name), None, 1).await?.into_iter().next();
            let schedule = entry.schedule.clone();
            views.push(JobView { name, schedule, misfire: entry.misfire, next_at, last_fire });
        }
        Ok(views)
    }
}
