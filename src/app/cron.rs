//! Scheduled jobs: fires come due, are handed to the queue, claimed, run once and ended. The rows decide, not the clocks:
//! any number of workers may propose.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DurationRound, TimeDelta};
use serde_json::json;

use super::App;
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{CronFire, FireState, Misfire};
use crate::fault::{Fault, Result};
use crate::queue::{Lane, Message};
use crate::store::cron::{FireClaim, FireEnd};

/// A fire that is later than this was missed: nobody was there when it was due.
const ON_TIME_WITHIN: TimeDelta = TimeDelta::seconds(10);
/// Open fires handed to the queue at a time; the rest follow in the next second.
const OPEN_FIRES_MAX: u32 = 200;
/// How much longer than its job a claim lasts.
const CLAIM_MARGIN: TimeDelta = TimeDelta::seconds(30);

/// A fire that one worker has claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedFire {
    job: String,
    due_at: Timestamp,
    owner: String,
}

impl App {
    /// Writes down the fires that came due, and hands every open one to the queue: new ones, and those whose wake-up or
    /// worker was lost. A job that never fired begins at `began`. Gives how many are open. Repeating it changes nothing.
    ///
    /// # Errors
    /// A fault of the store or the queue.
    pub async fn fire_due(&self, began: Timestamp) -> Result<usize> {
        let now = self.inner.sources.now();
        let last: HashMap<String, Timestamp> = self.inner.store.last_fires(now).await?.into_iter().collect();
        let mut proposed = Vec::new();
        for (job, entry) in self.inner.config.cron.entries() {
            let plan = Plan {
                job,
                schedule: read_schedule(&entry.schedule)?,
                misfire: entry.misfire,
                all_max: self.inner.config.cron.all_max,
            };
            proposed.extend(plan.fires(last.get(job).copied().unwrap_or(began), now));
        }
        if !proposed.is_empty() {
            self.inner.store.propose_fires(&proposed).await?;
        }
        let open = self.inner.store.open_fires(now, OPEN_FIRES_MAX).await?;
        let messages: Vec<Message> = open.iter().map(|fire| fire_message(fire, now)).collect();
        if !messages.is_empty() {
            self.inner.queue.push(Lane::Cron, &messages, now).await?;
        }
        Ok(messages.len())
    }

    /// Takes a fire for `job_timeout` and a little more. Nothing where somebody else has it or it has ended.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn claim_fire(&self, job: &str, due_at: Timestamp, job_timeout: Duration) -> Result<Option<ClaimedFire>> {
        let now = self.inner.sources.now();
        let owner = format!("{}-{:016x}", std::process::id(), self.inner.sources.chance.number());
        let until = now + TimeDelta::from_std(job_timeout).unwrap_or_default() + CLAIM_MARGIN;
        let claim = FireClaim { job: job.to_owned(), due_at, owner: owner.clone(), now, until };
        let claimed = self.inner.store.claim_fire(&claim).await?;
        Ok(claimed.then(|| ClaimedFire { job: job.to_owned(), due_at, owner }))
    }

    /// Writes how a fire ended, in words. Does nothing where the claim went to somebody else meanwhile.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn end_fire(&self, fire: ClaimedFire, outcome: std::result::Result<String, String>) -> Result<()> {
        let ClaimedFire { job, due_at, owner } = fire;
        let end = FireEnd { job, due_at, owner, now: self.inner.sources.now(), outcome };
        Ok(self.inner.store.end_fire(&end).await?)
    }
}

/// When one job fires, and what becomes of fires it missed.
struct Plan<'a> {
    job: &'a str,
    schedule: cron::Schedule,
    misfire: Misfire,
    all_max: usize,
}

impl Plan<'_> {
    /// The fires to write down after `since`, up to `now`, oldest first. Missed fires leave at most one row, except where
    /// each of them is to run: the latest row is where the next look begins.
    fn fires(&self, since: Timestamp, now: Timestamp) -> Vec<CronFire> {
        let wanted = match self.misfire {
            Misfire::Skip | Misfire::Once => 1,
            Misfire::All => self.all_max.max(1),
        };
        // Backwards from the next whole second, so that years of absence cost no more than a minute's.
        let next_second = now.duration_trunc(TimeDelta::seconds(1)).unwrap_or(now) + TimeDelta::seconds(1);
        let latest = self.schedule.after(&next_second).rev().take_while(|due_at| *due_at > since).take(wanted);
        let mut fires: Vec<CronFire> = latest.map(|due_at| self.fire(due_at, now)).collect();
        fires.reverse();
        fires
    }

    fn fire(&self, due_at: Timestamp, now: Timestamp) -> CronFire {
        let missed = now - due_at > ON_TIME_WITHIN;
        let skipped = missed && self.misfire == Misfire::Skip;
        CronFire {
            job: self.job.to_owned(),
            due_at,
            state: if skipped { FireState::Skipped } else { FireState::Due },
            claimed_by: None,
            started_at: None,
            finished_at: skipped.then_some(now),
            outcome: skipped.then(|| "nobody was there when it was due".into()),
        }
    }
}

fn read_schedule(text: &str) -> Result<cron::Schedule, Fault> {
    cron::Schedule::from_str(text).map_err(Fault::doing("read a schedule"))
}

/// The wake-up of a fire. The minutes it is late are part of the key: the queue remembers a message that was delivered and
/// lost on the way, and would not take the same again.
fn fire_message(fire: &CronFire, now: Timestamp) -> Message {
    let late_minutes = (now - fire.due_at).num_minutes();
    Message {
        job: fire.job.clone(),
        key: format!("{}:{}:{late_minutes}", fire.job, fire.due_at.timestamp()),
        arguments: json!({ "due_at": fire.due_at }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    fn plan(misfire: Misfire) -> Plan<'static> {
        Plan { job: "test", schedule: read_schedule("0 */10 * * * *").expect("valid"), misfire, all_max: 3 }
    }

    fn fired(misfire: Misfire, since: &str, now: &str) -> Vec<(String, FireState)> {
        let fires = plan(misfire).fires(at(since), at(now));
        fires.iter().map(|fire| (fire.due_at.format("%H:%M").to_string(), fire.state)).collect()
    }

    #[test]
    fn a_fire_comes_due_at_its_second_and_once() {
        for misfire in [Misfire::Skip, Misfire::Once, Misfire::All] {
            assert_eq!(fired(misfire, "2026-01-01T00:00:00Z", "2026-01-01T00:09:59.999Z"), []);
            let due = [("00:10".to_owned(), FireState::Due)];
            assert_eq!(fired(misfire, "2026-01-01T00:00:00Z", "2026-01-01T00:10:00Z"), due);
            assert_eq!(fired(misfire, "2026-01-01T00:00:00Z", "2026-01-01T00:10:09.5Z"), due);
            assert_eq!(fired(misfire, "2026-01-01T00:10:00Z", "2026-01-01T00:10:09.5Z"), []);
        }
    }

    #[test]
    fn missed_fires_are_let_go_run_once_or_all_run() {
        let (since, now) = ("2026-01-01T00:00:00Z", "2026-01-01T00:55:00Z");
        assert_eq!(fired(Misfire::Skip, since, now), [("00:50".to_owned(), FireState::Skipped)]);
        assert_eq!(fired(Misfire::Once, since, now), [("00:50".to_owned(), FireState::Due)]);
        let all = ["00:30", "00:40", "00:50"].map(|due| (due.to_owned(), FireState::Due));
        assert_eq!(fired(Misfire::All, since, now), all);
    }

    #[test]
    fn years_of_absence_cost_no_more_than_a_minute() {
        let fires = plan(Misfire::All).fires(at("1990-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
        assert_eq!(fires.len(), 3);
    }

    #[test]
    fn a_fire_is_pushed_again_each_minute_it_stays_open() {
        let fire = plan(Misfire::Once).fire(at("2026-01-01T00:10:00Z"), at("2026-01-01T00:10:00Z"));
        let key = |now| fire_message(&fire, at(now)).key;
        assert_eq!(key("2026-01-01T00:10:01Z"), key("2026-01-01T00:10:59Z"));
        assert_ne!(key("2026-01-01T00:10:59Z"), key("2026-01-01T00:11:00Z"));
    }
}
