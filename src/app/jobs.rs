//! Scheduled jobs, as operators see and steer them.

use std::collections::HashMap;
use std::str::FromStr;

use super::App;
use crate::config::{CronEntry, job_purpose};
use crate::domain::audit::Actor;
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{CronFire, FireKey, FireState, JobState, Misfire, Pause};
use crate::domain::refusal::Refusal;
use crate::fault::{Fault, Result};
use crate::store::jobs::Requested;

/// Fires of a job that are counted by how they ended.
const RECENT_FIRES: u32 = 100;

/// A scheduled job, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobView {
    /// The job.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub purpose: String,
    /// When it runs.
    pub schedule: String,
    /// What happens to missed fires.
    pub misfire: Misfire,
    /// In how many parts a fire runs.
    pub parts: u16,
    /// Since when it is paused, and by whom; nothing while it fires.
    pub paused: Option<Pause>,
    /// When it is due next; nothing while it is paused, or where its schedule has no more dates.
    pub next_at: Option<Timestamp>,
    /// Its last fire.
    pub last_fire: Option<CronFire>,
    /// The fire that runs now.
    pub running: Option<CronFire>,
    /// How its last fires ended.
    pub recent: RecentFires,
}

/// How many of a job's last fires, at most a hundred, stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecentFires {
    /// They ended well.
    pub done: u32,
    /// They ended badly.
    pub failed: u32,
    /// They were let go.
    pub skipped: u32,
    /// They have not ended.
    pub open: u32,
}

impl RecentFires {
    fn count(fires: &[CronFire]) -> Self {
        let mut recent = Self::default();
        for fire in fires {
            *match fire.run.state {
                FireState::Done => &mut recent.done,
                FireState::Failed => &mut recent.failed,
                FireState::Skipped => &mut recent.skipped,
                FireState::Due | FireState::Running => &mut recent.open,
            } += 1;
        }
        recent
    }
}

impl App {
    /// Every scheduled job.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn jobs(&self) -> Result<Vec<JobView>> {
        let mut states = self.job_states().await?;
        let running = self.inner.store.running_fires().await?;
        let mut views = Vec::new();
        for (name, entry) in self.inner.config.cron.entries() {
            views.push(self.view_job(name, entry, states.remove(name), &running).await?);
        }
        Ok(views)
    }

    /// One scheduled job.
    ///
    /// # Errors
    /// A refusal where it is unknown; a fault of the store.
    pub async fn job(&self, name: &str) -> Result<JobView> {
        let (name, entry) = self.scheduled(name)?;
        let state = self.job_states().await?.remove(name);
        let running = self.inner.store.running_fires().await?;
        self.view_job(name, entry, state, &running).await
    }

    /// Asks for a fire of a job now, whether it is paused or not, and hands it to the queue. It waits while another fire of the
    /// job runs.
    ///
    /// # Errors
    /// A refusal where the job is unknown, or the fire that was asked for before has not ended; a fault of the store.
    pub async fn run_job(&self, actor: &Actor, name: &str) -> Result<CronFire> {
        let (name, entry) = self.scheduled(name)?;
        let change = self.change(actor);
        let due_at = match self.inner.store.request_fire(name, entry.parts, &change).await? {
            Requested::Due(due_at) => due_at,
            Requested::Open { due_at, requested_by } => {
                let message = format!(
                    "{requested_by} asked for a fire of {name}, due at {}, which has not ended; wait for it",
                    due_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
                );
                return Err(Refusal::Conflict { message }.into());
            }
        };
        let parts = if entry.parts > 1 { (1..=entry.parts).map(Some).collect() } else { vec![None] };
        let keys: Vec<_> = parts.into_iter().map(|part| FireKey { job: name.into(), due_at, part }).collect();
        if let Err(error) = self.push_fires(&keys, change.at, |_| "0".into()).await {
            // The fire is written, and whoever looks at the schedules pushes it within a second.
            tracing::warn!(%error, job = name, "could not hand a fire to the queue at once");
        }
        let fire = self.inner.store.fire(name, due_at).await?;
        fire.ok_or_else(|| Fault { doing: "read a fire", cause: "it is gone".into() }.into())
    }

    /// Keeps a job from firing by its schedule until it is resumed. What runs goes on. Repeating it changes nothing.
    ///
    /// # Errors
    /// A refusal where the job is unknown; a fault of the store.
    pub async fn pause_job(&self, actor: &Actor, name: &str) -> Result<()> {
        let (name, _) = self.scheduled(name)?;
        Ok(self.inner.store.pause_job(name, &self.change(actor)).await?)
    }

    /// Lets a job fire by its schedule again. Fires that came due while it was paused are let go, whatever its policy says of
    /// missed ones: somebody wanted them not to run. Repeating it changes nothing.
    ///
    /// # Errors
    /// A refusal where the job is unknown; a fault of the store.
    pub async fn resume_job(&self, actor: &Actor, name: &str) -> Result<()> {
        let (name, _) = self.scheduled(name)?;
        Ok(self.inner.store.resume_job(name, &self.change(actor)).await?)
    }

    /// Fires, newest first, of one job or of all. A job that is scheduled no more keeps its history.
    ///
    /// # Errors
    /// A refusal where there is no such job and never was; a fault of the store.
    pub async fn fires(&self, job: Option<&str>, before: Option<Timestamp>, limit: u32) -> Result<Vec<CronFire>> {
        let fires = self.inner.store.fires(job, before, limit).await?;
        if let (Some(job), None, []) = (job, before, fires.as_slice()) {
            self.scheduled(job)?;
        }
        Ok(fires)
    }

    async fn job_states(&self) -> Result<HashMap<String, JobState>> {
        let states = self.inner.store.job_states().await?;
        Ok(states.into_iter().map(|state| (state.job.clone(), state)).collect())
    }

    fn scheduled(&self, name: &str) -> Result<(&'static str, &CronEntry)> {
        let mut entries = self.inner.config.cron.entries().into_iter();
        let found = entries.find(|(job, _)| *job == name);
        found.ok_or_else(|| Refusal::Unknown { what: "job", id: name.to_owned() }.into())
    }

    async fn view_job(
        &self,
        name: &'static str,
        entry: &CronEntry,
        state: Option<JobState>,
        running: &[CronFire],
    ) -> Result<JobView> {
        let now = self.inner.sources.now();
        let fires = self.inner.store.fires(Some(name), None, RECENT_FIRES).await?;
        let paused = state.and_then(|state| state.paused);
        let next_at = cron::Schedule::from_str(&entry.schedule).ok().and_then(|dates| dates.after(&now).next());
        Ok(JobView {
            name,
            purpose: job_purpose(name),
            schedule: entry.schedule.clone(),
            misfire: entry.misfire,
            parts: entry.parts,
            next_at: next_at.filter(|_| paused.is_none()),
            paused,
            recent: RecentFires::count(&fires),
            last_fire: fires.into_iter().next(),
            // A claim that ended belongs to a worker that died: nobody runs that one until somebody takes it over.
            running: running
                .iter()
                .find(|fire| fire.job == name && fire.run.claimed_until.is_some_and(|until| until > now))
                .cloned(),
        })
    }
}
