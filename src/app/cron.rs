//! Scheduled jobs: fires come due, are handed to the queue, claimed, run once and ended. The rows decide, not the clocks:
//! any number of workers may propose.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DurationRound, TimeDelta};
use serde_json::json;

use super::App;
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{FireKey, Misfire, Part, ProposedFire};
use crate::fault::{Fault, Result};
use crate::queue::{Lane, Message};
use crate::store::cron::{Claimed, FireClaim, FireEnd};

/// A fire that is later than this was missed: nobody was there when it was due.
const ON_TIME_WITHIN: TimeDelta = TimeDelta::seconds(10);
/// Open fires handed to the queue at a time; the rest follow in the next second.
const OPEN_FIRES_MAX: u32 = 200;
/// Missed fires that are counted at most, where they are let go.
const LET_GO_COUNTED_MAX: usize = 1_000;

/// Claims that would last longer were made under a clock that ran ahead: workers ask for less at a time, and clocks of
/// processes that work together differ by less.
const CLAIM_LASTS_MAX: TimeDelta = TimeDelta::minutes(2);

/// A fire, or a part of one, that one worker has claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedFire {
    key: FireKey,
    part: Part,
    owner: String,
    late: TimeDelta,
}

impl ClaimedFire {
    /// What of it was claimed.
    pub const fn part(&self) -> Part {
        self.part
    }

    /// How long after it was due it was claimed.
    pub const fn late(&self) -> TimeDelta {
        self.late
    }
}

impl App {
    /// Writes down the fires that came due, and hands every open one to the queue: new ones, and those whose wake-up or
    /// worker was lost. A job that never fired begins at `began`, a job that was paused at its resumption. Gives how many
    /// are open. Repeating it changes nothing.
    ///
    /// # Errors
    /// A fault of the store or the queue.
    pub async fn fire_due(&self, began: Timestamp) -> Result<usize> {
        let now = self.inner.sources.now();
        let proposed = self.fires_due(began, now).await?;
        if !proposed.is_empty() {
            self.inner.store.propose_fires(&proposed).await?;
        }
        self.release_claims(now).await?;
        let open = self.inner.store.open_fires(now, OPEN_FIRES_MAX).await?;
        self.push_fires(&open, now, |key| (now - key.due_at).num_minutes().to_string()).await?;
        Ok(open.len())
    }

    /// A job never runs beside itself, so one claim made under a clock that ran ahead would silence its job until then.
    async fn release_claims(&self, now: Timestamp) -> Result<()> {
        let latest = now + CLAIM_LASTS_MAX;
        let running = self.inner.store.running_fires().await?;
        if running.iter().any(|fire| fire.run.claimed_until.is_some_and(|until| until > latest)) {
            let released = self.inner.store.release_claims(latest).await?;
            tracing::warn!(released, "let go of claims that were made under a clock that ran ahead");
        }
        Ok(())
    }

    /// What the schedules of jobs that are not paused ask for.
    async fn fires_due(&self, began: Timestamp, now: Timestamp) -> Result<Vec<ProposedFire>> {
        let (store, cron) = (&self.inner.store, &self.inner.config.cron);
        let entries = cron.entries();
        let jobs = entries.map(|(job, _)| job);
        let last: HashMap<String, Timestamp> = store.last_fires(&jobs, now).await?.into_iter().collect();
        let states: HashMap<_, _> =
            store.job_states().await?.into_iter().map(|state| (state.job.clone(), state)).collect();
        let mut proposed = Vec::new();
        for (job, entry) in entries {
            let state = states.get(job);
            if state.is_some_and(|state| state.paused.is_some()) {
                continue;
            }
            // What a clock that ran ahead wrote must not keep the job silent until then.
            let resumed_at = state.and_then(|state| state.resumed_at).filter(|resumed_at| *resumed_at <= now);
            let since = last.get(job).copied().unwrap_or(began);
            let plan = Plan {
                job,
                schedule: read_schedule(&entry.schedule)?,
                misfire: entry.misfire,
                all_max: cron.all_max,
                parts: entry.parts,
            };
            proposed.extend(plan.fires(resumed_at.map_or(since, |resumed_at| since.max(resumed_at)), now));
        }
        Ok(proposed)
    }

    /// Takes a fire, or a part of one, for `time`. Nothing where somebody else has it, it has ended, or another fire of its job
    /// still runs.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn claim_fire(&self, key: &FireKey, time: Duration) -> Result<Option<ClaimedFire>> {
        let now = self.inner.sources.now();
        let owner = format!("{}-{:016x}", std::process::id(), self.inner.sources.chance.number());
        let claim = FireClaim { key: key.clone(), owner: owner.clone(), now, until: after(now, time) };
        Ok(match self.inner.store.claim_fire(&claim).await? {
            Claimed::Taken(part) => Some(ClaimedFire { key: key.clone(), part, owner, late: now - key.due_at }),
            Claimed::Skipped => {
                tracing::info!(job = key.job, due_at = %key.due_at, "skipped a fire: the one before it still ran");
                None
            }
            Claimed::No => None,
        })
    }

    /// Keeps a claim for `time` from now. False where somebody else has it meanwhile.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn renew_claim(&self, fire: &ClaimedFire, time: Duration) -> Result<bool> {
        let now = self.inner.sources.now();
        let claim = FireClaim { key: fire.key.clone(), owner: fire.owner.clone(), now, until: after(now, time) };
        Ok(self.inner.store.renew_claim(&claim).await?)
    }

    /// Writes how a fire, or a part of one, ended, in words, and wakes the fires of its job that waited for it. Does nothing
    /// where the claim went to somebody else meanwhile.
    ///
    /// # Errors
    /// A fault of the store, or of the queue once it is written: [`Self::fire_due`] wakes those that wait, too.
    pub async fn end_fire(&self, fire: ClaimedFire, outcome: std::result::Result<String, String>) -> Result<()> {
        let ClaimedFire { key, owner, .. } = fire;
        let now = self.inner.sources.now();
        self.inner.store.end_fire(&FireEnd { key: key.clone(), owner, now, outcome }).await?;
        let mut waiting = self.inner.store.open_fires(now, OPEN_FIRES_MAX).await?;
        waiting.retain(|other| other.job == key.job && other.due_at != key.due_at);
        let ended = key.due_at.timestamp_millis();
        self.push_fires(&waiting, now, |_| format!("after:{ended}")).await
    }

    /// Hands fires to the queue. The occasion is part of a message's key: the queue remembers a message that was delivered
    /// and lost on the way, and would not take the same again.
    pub(super) async fn push_fires(
        &self,
        keys: &[FireKey],
        now: Timestamp,
        occasion: impl Fn(&FireKey) -> String,
    ) -> Result<()> {
        let messages: Vec<Message> = keys.iter().map(|key| fire_message(key, &occasion(key))).collect();
        if !messages.is_empty() {
            self.inner.queue.push(Lane::Cron, &messages, now).await?;
        }
        Ok(())
    }
}

fn after(now: Timestamp, time: Duration) -> Timestamp {
    now + TimeDelta::from_std(time).unwrap_or_default()
}

/// When one job fires, and what becomes of fires it missed.
struct Plan<'a> {
    job: &'a str,
    schedule: cron::Schedule,
    misfire: Misfire,
    all_max: usize,
    parts: u16,
}

impl Plan<'_> {
    /// The fires to write down after `since`, up to `now`, oldest first. Missed fires leave at most one row, except where
    /// each of them is to run: the latest row is where the next look begins. The first says how many before it were let go.
    fn fires(&self, since: Timestamp, now: Timestamp) -> Vec<ProposedFire> {
        let wanted = match self.misfire {
            Misfire::Skip | Misfire::Once => 1,
            Misfire::All => self.all_max.max(1),
        };
        // Backwards from the next whole second, so that years of absence cost no more than a minute's.
        let next_second = now.duration_trunc(TimeDelta::seconds(1)).unwrap_or(now) + TimeDelta::seconds(1);
        let mut latest = self.schedule.after(&next_second).rev().take_while(|due_at| *due_at > since);
        let mut fires: Vec<ProposedFire> = latest.by_ref().take(wanted).map(|due_at| self.fire(due_at, now)).collect();
        let let_go = latest.take(LET_GO_COUNTED_MAX + 1).count();
        if let Some(first) = fires.last_mut() {
            first.note =
                [first.note.take(), let_go_note(let_go)].into_iter().flatten().reduce(|a, b| format!("{a}; {b}"));
        }
        fires.reverse();
        fires
    }

    fn fire(&self, due_at: Timestamp, now: Timestamp) -> ProposedFire {
        let missed = now - due_at > ON_TIME_WITHIN;
        let skipped = missed && self.misfire == Misfire::Skip;
        ProposedFire {
            job: self.job.to_owned(),
            due_at,
            skipped_at: skipped.then_some(now),
            note: skipped.then(|| "nobody was there when it was due".into()),
            waits: self.misfire.waits(),
            parts: self.parts,
        }
    }
}

fn let_go_note(fires: usize) -> Option<String> {
    match fires {
        0 => None,
        1 => Some("1 fire before it was let go".into()),
        many if many > LET_GO_COUNTED_MAX => {
            Some(format!("more than {LET_GO_COUNTED_MAX} fires before it were let go"))
        }
        many => Some(format!("{many} fires before it were let go")),
    }
}

fn read_schedule(text: &str) -> Result<cron::Schedule, Fault> {
    cron::Schedule::from_str(text).map_err(Fault::doing("read a schedule"))
}

/// The wake-up of a fire, or of a part of one, on some occasion.
fn fire_message(key: &FireKey, occasion: &str) -> Message {
    let FireKey { job, due_at, part } = key;
    let due_ms = due_at.timestamp_millis();
    match part {
        None => Message {
            job: job.clone(),
            key: format!("{job}:{due_ms}:{occasion}"),
            arguments: json!({ "due_at": due_at }),
        },
        Some(part) => Message {
            job: job.clone(),
            key: format!("{job}:{due_ms}:part {part}:{occasion}"),
            arguments: json!({ "due_at": due_at, "part": part }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    fn plan(misfire: Misfire) -> Plan<'static> {
        Plan { job: "test", schedule: read_schedule("0 */10 * * * *").expect("valid"), misfire, all_max: 3, parts: 1 }
    }

    /// When each is due, whether it runs, and what is noted.
    fn fired(misfire: Misfire, since: &str, now: &str) -> Vec<(String, bool, String)> {
        let fires = plan(misfire).fires(at(since), at(now)).into_iter();
        fires
            .map(|fire| {
                (fire.due_at.format("%H:%M").to_string(), fire.skipped_at.is_none(), fire.note.unwrap_or_default())
            })
            .collect()
    }

    fn runs(due: &str, note: &str) -> (String, bool, String) {
        (due.to_owned(), true, note.to_owned())
    }

    #[test]
    fn a_fire_comes_due_at_its_second_and_once() {
        for misfire in [Misfire::Skip, Misfire::Once, Misfire::All] {
            assert_eq!(fired(misfire, "2026-01-01T00:00:00Z", "2026-01-01T00:09:59.999Z"), []);
            let due = [runs("00:10", "")];
            assert_eq!(fired(misfire, "2026-01-01T00:00:00Z", "2026-01-01T00:10:00Z"), due);
            assert_eq!(fired(misfire, "2026-01-01T00:00:00Z", "2026-01-01T00:10:09.5Z"), due);
            assert_eq!(fired(misfire, "2026-01-01T00:10:00Z", "2026-01-01T00:10:09.5Z"), []);
        }
    }

    #[test]
    fn missed_fires_are_let_go_run_once_or_all_run() {
        let (since, now) = ("2026-01-01T00:00:00Z", "2026-01-01T00:55:00Z");
        let skipped = "nobody was there when it was due; 4 fires before it were let go";
        assert_eq!(fired(Misfire::Skip, since, now), [("00:50".to_owned(), false, skipped.to_owned())]);
        assert_eq!(fired(Misfire::Once, since, now), [runs("00:50", "4 fires before it were let go")]);
        let all = [runs("00:30", "2 fires before it were let go"), runs("00:40", ""), runs("00:50", "")];
        assert_eq!(fired(Misfire::All, since, now), all);
        assert_eq!(fired(Misfire::All, "2026-01-01T00:10:00Z", now)[0].2, "1 fire before it was let go");
        assert_eq!(fired(Misfire::All, "2026-01-01T00:20:00Z", now)[0].2, "");
    }

    #[test]
    fn years_of_absence_cost_no_more_than_a_minute() {
        let fires = plan(Misfire::All).fires(at("1990-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
        assert_eq!(fires.len(), 3);
        assert_eq!(fires[0].note.as_deref(), Some("more than 1000 fires before it were let go"));
    }

    #[test]
    fn each_part_and_each_occasion_has_a_message_of_its_own() {
        let due_at = at("2026-01-01T00:10:00Z");
        let key = |part, occasion: &str| {
            let key = FireKey { job: "test".into(), due_at, part };
            fire_message(&key, occasion).key
        };
        assert_eq!(key(None, "0"), key(None, "0"));
        let keys = [key(None, "0"), key(None, "1"), key(Some(1), "0"), key(Some(2), "0"), key(None, "after:1")];
        assert_eq!(keys.iter().collect::<std::collections::BTreeSet<_>>().len(), keys.len());
    }
}
