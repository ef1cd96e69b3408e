//! Delivering what was won: relay, lease, deliver, finish, try again, redrive.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use chrono::TimeDelta;
use futures::{FutureExt, StreamExt};

use super::App;
use super::waker::dispatch_message;
use crate::dispatch::{Attempted, Channel};
use crate::domain::award::{AwardKind, AwardState, Prize};
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{OutboxId, RechargeOrderId, TransferId};
use crate::domain::outbox::{AttemptOutcome, AttemptResult, Backoff, Delivery, FailureClass};
use crate::fault::{Error, Fault, Result};
use crate::queue::Lane;
use crate::store::outbox::{DueQuestion, Finish, Lease};

/// Messages that one run of the relay pushes at most; the next run goes on.
const RELAY_MESSAGES_MAX: u64 = 100;
/// Work that is due again sooner than this gets a wake-up of its own; later work is left to the relay.
const WAKE_AHEAD: TimeDelta = TimeDelta::seconds(60);
/// How long work for third parties stays back while the outside lane is full.
const OUTSIDE_FULL_WAIT: TimeDelta = TimeDelta::seconds(30);
/// Longest error that is kept, in characters; the rest is cut off.
const ERROR_CHARS_MAX: usize = 500;

/// What one run of the relay did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relayed {
    /// Pushed wake-ups for so many entries.
    Woken(u64),
    /// Nothing: so many messages wait already.
    QueueFull(u64),
}

/// What one run of dispatch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dispatched {
    /// Awards their winners have now.
    pub delivered: usize,
    /// Attempts that failed and will be made again.
    pub retried: usize,
    /// Awards that could not be tried yet.
    pub snoozed: usize,
    /// Awards given up until an operator redrives them.
    pub dead: usize,
    /// Awards taken back because nobody claimed them in time.
    pub recalled: usize,
}

/// A delivery with the way it goes.
struct Routed {
    delivery: Delivery,
    prize: Prize,
    channel: Arc<dyn Channel>,
}

/// An attempt with what became of it, not written yet.
struct Tried {
    delivery: Delivery,
    began_at: Timestamp,
    outcome: AttemptOutcome,
}

impl App {
    /// Wakes dispatch for work that is due and that nobody was woken for: lost wake-ups, delayed awards, retries, work of
    /// workers that died. Keeps the number of waiting messages within `queue.window`.
    ///
    /// # Errors
    /// A fault of the store or the queue; the next run makes good what was lost.
    pub async fn relay_outbox(&self) -> Result<Relayed> {
        let config = &self.inner.config;
        let waiting = self.inner.queue.backlog(Lane::Dispatch).await?;
        if waiting >= config.queue.window {
            return Ok(Relayed::QueueFull(waiting));
        }
        let mut woken = 0;
        for _ in 0..RELAY_MESSAGES_MAX.min(config.queue.window - waiting) {
            let now = self.inner.sources.now();
            let limit = config.dispatch.batch_max;
            // Whoever takes the wake-up leases the work for this long, so before that nobody needs another one.
            let wake_again_at = now + self.lease_time();
            let due = self.inner.store.due_outbox(&DueQuestion { now, wake_again_at, limit }).await?;
            if due.is_empty() {
                break;
            }
            let message = dispatch_message(Lane::Dispatch, &due, &format!("relay:{}", now.timestamp_millis()));
            self.inner.queue.push(Lane::Dispatch, &[message], now).await?;
            woken += due.len() as u64;
            if due.len() < limit as usize {
                break;
            }
        }
        Ok(Relayed::Woken(woken))
    }

    /// Delivers those of the entries that are due and that nobody else holds. Late and repeated calls find nothing to do.
    /// Calls to third parties are made in the outside lane only: any other lane hands them over to it, so that nobody's points
    /// wait for somebody else's slow third party.
    ///
    /// # Errors
    /// A fault of the store or the queue: what was leased becomes due again when its lease ends.
    pub async fn dispatch_awards(&self, outbox_ids: &[OutboxId], lane: Lane) -> Result<Dispatched> {
        let mut dispatched = Dispatched::default();
        for batch in outbox_ids.chunks(self.inner.config.dispatch.batch_max as usize) {
            self.dispatch_batch(batch, lane, &mut dispatched).await?;
        }
        Ok(dispatched)
    }

    /// Sets the gauges of promised work.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn measure_outbox(&self) -> Result<()> {
        for (state, entries) in self.inner.store.outbox_counts().await? {
            let entries = f64::from(u32::try_from(entries).unwrap_or(u32::MAX));
            metrics::gauge!("big_market_outbox_entries", "state" => state.as_str()).set(entries);
        }
        Ok(())
    }

    async fn dispatch_batch(&self, outbox_ids: &[OutboxId], lane: Lane, dispatched: &mut Dispatched) -> Result<()> {
        let now = self.inner.sources.now();
        let lease = Lease { outbox_ids: outbox_ids.to_vec(), now, until: now + self.lease_time() };
        let deliveries = self.inner.store.lease_outbox(&lease).await?;
        let (mut inside, mut outside, mut tried, mut expired) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for delivery in deliveries {
            match self.route(delivery).await {
                Ok(routed) if routed.channel.reaches_outside() => outside.push(routed),
                Ok(routed) => inside.push(routed),
                Err((delivery, attempted)) => tried.push(self.tried(delivery, now, attempted)),
            }
        }
        // What needs nobody else comes first.
        for routed in inside {
            let began_at = self.inner.sources.now();
            match try_once(&routed).await {
                Attempted::Expired { reason } => expired.push((routed.delivery, reason)),
                attempted => tried.push(self.tried(routed.delivery, began_at, attempted)),
            }
        }
        dispatched.recalled += self.recall_expired(&expired).await?;
        self.finish(tried, Lane::Dispatch, dispatched).await?;
        match lane {
            Lane::Outside => self.deliver_outside(outside, lease.until, dispatched).await,
            Lane::Dispatch | Lane::Cron => self.hand_over(outside, dispatched).await,
        }
    }

    /// Gives leases back and wakes the outside lane for them, or looks again later where too much waits there.
    async fn hand_over(&self, outside: Vec<Routed>, dispatched: &mut Dispatched) -> Result<()> {
        if outside.is_empty() {
            return Ok(());
        }
        let waiting = self.inner.queue.backlog(Lane::Outside).await?;
        let wait = if waiting < self.inner.config.queue.window { TimeDelta::zero() } else { OUTSIDE_FULL_WAIT };
        let began_at = self.inner.sources.now();
        let run_at = began_at + wait;
        let handed = outside.into_iter().map(|routed| {
            let outcome = AttemptOutcome::Snooze { run_at, reason: "waits for its turn with third parties".into() };
            Tried { delivery: routed.delivery, began_at, outcome }
        });
        let lane = if wait.is_zero() { Lane::Outside } else { Lane::Dispatch };
        self.finish(handed.collect(), lane, dispatched).await
    }

    /// Calls third parties, several at a time, and writes results as they come in.
    async fn deliver_outside(
        &self,
        outside: Vec<Routed>,
        lease_ends: Timestamp,
        dispatched: &mut Dispatched,
    ) -> Result<()> {
        if outside.is_empty() {
            return Ok(());
        }
        let config = &self.inner.config;
        let promised: Vec<Delivery> = outside.iter().map(|routed| routed.delivery.clone()).collect();
        // Before the first byte leaves the house: an award that may have arrived never looks as if it had not been sent.
        let sendable = self.inner.store.mark_dispatched(&promised).await?;
        // What was taken back since it was leased is nobody's to send; its work has ended.
        let outside: Vec<_> =
            outside.into_iter().filter(|routed| sendable.contains(&routed.delivery.award.award_record_id)).collect();
        // A call takes at most twice the time-out, waiting for a slot included. Later it might outlive the lease.
        let longest_call = i64::try_from(config.webhook.timeout_ms.saturating_mul(2)).unwrap_or(i64::MAX);
        let last_start = lease_ends - TimeDelta::try_milliseconds(longest_call).unwrap_or(TimeDelta::MAX);
        let concurrency = config.dispatch.concurrency;
        let calls = futures::stream::iter(outside).map(|routed| async move {
            let began_at = self.inner.sources.now();
            let attempted = if began_at <= last_start {
                try_once(&routed).await
            } else {
                Attempted::NotYet { seconds: 0, reason: "the calls before it took the time of the lease".into() }
            };
            self.tried(routed.delivery, began_at, attempted)
        });
        let mut finished = std::pin::pin!(calls.buffer_unordered(concurrency).ready_chunks(concurrency));
        while let Some(tried) = finished.next().await {
            self.finish(tried, Lane::Outside, dispatched).await?;
        }
        Ok(())
    }

    /// Finds the prize and its channel, or tells what becomes of a delivery that has none.
    async fn route(&self, delivery: Delivery) -> Result<Routed, (Delivery, Attempted)> {
        let award = &delivery.award;
        if award.state == AwardState::Delivered {
            // A late result of an attempt that had lost its lease: the winner has it, only the entry is still open.
            let reference = award.reference.clone();
            let reply = Some("nothing was sent: the winner has it by an earlier attempt".into());
            return Err((delivery, Attempted::Delivered { reference, reply }));
        }
        let campaign = match self.campaign(&award.activity_id, award.version).await {
            Ok(campaign) => campaign,
            Err(error) => {
                let class = match error {
                    Error::Refusal(_) => FailureClass::Permanent,
                    Error::Fault(_) => FailureClass::Transient,
                };
                return Err((delivery, Attempted::Failed { class, error: error.to_string() }));
            }
        };
        let rule = campaign.strategy.awards().iter().find(|rule| rule.award_id == award.award_id);
        let Some(prize) = rule.map(|rule| rule.prize.clone()) else {
            let error = format!("version {} of {} has no award {}", award.version, award.activity_id, award.award_id);
            return Err((delivery, Attempted::Failed { class: FailureClass::Permanent, error }));
        };
        let kind = award.value.kind();
        let Some(channel) = self.inner.channels.iter().find(|channel| channel.kind() == kind) else {
            let seconds = self.inner.config.dispatch.snooze_seconds;
            return Err((delivery, Attempted::NotYet { seconds, reason: format!("nothing delivers {kind} yet") }));
        };
        Ok(Routed { delivery, prize, channel: channel.clone() })
    }

    /// What an attempt means for its entry.
    fn tried(&self, delivery: Delivery, began_at: Timestamp, attempted: Attempted) -> Tried {
        let outcome = match attempted {
            Attempted::CreditPoints => AttemptOutcome::CreditPoints,
            Attempted::GrantDraws => AttemptOutcome::GrantDraws,
            Attempted::Delivered { reference, reply } => AttemptOutcome::Delivered { reference, reply },
            Attempted::Failed { class, error } => self.after_failure(&delivery, class, &error),
            // Recalled before it comes here, but for a channel that reaches outside: then the next lease looks again.
            Attempted::Expired { reason } => AttemptOutcome::Snooze { run_at: self.inner.sources.now(), reason },
            Attempted::NotYet { seconds, reason } => {
                let run_at = self.inner.sources.now() + TimeDelta::seconds(seconds.into());
                AttemptOutcome::Snooze { run_at, reason }
            }
        };
        count(delivery.award.value.kind(), &outcome);
        Tried { delivery, began_at, outcome }
    }

    fn after_failure(&self, delivery: &Delivery, class: FailureClass, error: &str) -> AttemptOutcome {
        let dispatch = &self.inner.config.dispatch;
        let backoff = Backoff {
            first_ms: dispatch.first_wait_ms,
            cap_ms: dispatch.wait_cap_ms,
            attempts_max: dispatch.attempts_max,
        };
        let wait_ms = match class {
            FailureClass::Permanent => None,
            FailureClass::Transient | FailureClass::Unknown => {
                backoff.wait_ms(delivery.attempt, self.inner.sources.chance.number())
            }
        };
        let error: String = match class {
            FailureClass::Unknown => format!("it may have arrived: {error}").chars().take(ERROR_CHARS_MAX).collect(),
            FailureClass::Transient | FailureClass::Permanent => error.chars().take(ERROR_CHARS_MAX).collect(),
        };
        if let Some(wait_ms) = wait_ms {
            let wait = i64::try_from(wait_ms).ok().and_then(TimeDelta::try_milliseconds).unwrap_or(TimeDelta::MAX);
            let run_at = self.inner.sources.now().checked_add_signed(wait).unwrap_or(Timestamp::MAX_UTC);
            return AttemptOutcome::Retry { run_at, error };
        }
        let (award, attempt) = (&delivery.award, delivery.attempt);
        tracing::error!(
            outbox.id = %delivery.outbox_id,
            award_record.id = %award.award_record_id,
            "gave up award {} of {} after {attempt} attempts: {error}", award.award_id, award.user_id
        );
        AttemptOutcome::Dead { error }
    }

    /// Writes results with their effects, and arranges the wake-ups of what is soon due again, in `lane`.
    async fn finish(&self, mut tried: Vec<Tried>, lane: Lane, dispatched: &mut Dispatched) -> Result<()> {
        if tried.is_empty() {
            return Ok(());
        }
        if let Err(fault) = self.write(&tried).await {
            // One result that cannot be written must not hold up the others for ever.
            tracing::warn!(error = %fault, "writing {} results one by one", tried.len());
            for tried in &mut tried {
                self.write_alone(tried).await?;
            }
        }
        let mut again = Vec::new();
        for Tried { delivery, outcome, .. } in &tried {
            match outcome {
                AttemptOutcome::CreditPoints | AttemptOutcome::GrantDraws | AttemptOutcome::Delivered { .. } => {
                    dispatched.delivered += 1;
                }
                AttemptOutcome::Retry { run_at, .. } => {
                    dispatched.retried += 1;
                    again.push((*run_at, delivery.outbox_id));
                }
                AttemptOutcome::Snooze { run_at, .. } => {
                    dispatched.snoozed += 1;
                    again.push((*run_at, delivery.outbox_id));
                }
                AttemptOutcome::Dead { .. } => dispatched.dead += 1,
            }
        }
        self.wake_later(lane, &again).await;
        Ok(())
    }

    /// Writes one result. Where its effect cannot be written, that is a failed attempt like any other.
    async fn write_alone(&self, tried: &mut Tried) -> Result<()> {
        let Err(fault) = self.write(std::slice::from_ref(tried)).await else { return Ok(()) };
        let error = format!("its effect cannot be written: {fault}");
        tried.outcome = self.after_failure(&tried.delivery, FailureClass::Transient, &error);
        Ok(self.write(std::slice::from_ref(tried)).await?)
    }

    async fn write(&self, tried: &[Tried]) -> Result<(), Fault> {
        let now = self.inner.sources.now();
        let mut finishes = Vec::with_capacity(tried.len());
        for tried in tried {
            let points_expire_at = match tried.outcome {
                AttemptOutcome::CreditPoints => self.points_expire_at(&tried.delivery, now).await?,
                _ => None,
            };
            finishes.push(Finish { points_expire_at, ..self.with_ids(tried) });
        }
        self.inner.store.finish_attempts(&finishes, now).await
    }

    /// When an award's points expire, as the version that promised it says.
    async fn points_expire_at(&self, delivery: &Delivery, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        let award = &delivery.award;
        let campaign = self.campaign(&award.activity_id, award.version).await;
        Ok(campaign.map_err(Fault::doing("read when points expire"))?.points_expire_at(now))
    }

    fn with_ids(&self, tried: &Tried) -> Finish {
        let Tried { delivery, began_at, outcome } = tried;
        let award_record_id = delivery.award.award_record_id;
        let bucket: Bucket = award_record_id.bucket();
        let ids = &self.inner.sources.ids;
        Finish {
            result: AttemptResult {
                outbox_id: delivery.outbox_id,
                lease: delivery.lease,
                award_record_id,
                began_at: *began_at,
                outcome: outcome.clone(),
            },
            transfer_id: TransferId::from_ulid(ids.mint(bucket)),
            points_expire_at: None,
            recharge_order_id: RechargeOrderId::from_ulid(ids.mint(bucket)),
        }
    }

    /// Pushes delayed wake-ups, one for each second in which something is due again. The relay finds what is lost here.
    async fn wake_later(&self, lane: Lane, again: &[(Timestamp, OutboxId)]) {
        let now = self.inner.sources.now();
        let mut by_second: BTreeMap<i64, (Timestamp, Vec<OutboxId>)> = BTreeMap::new();
        for (run_at, outbox_id) in again.iter().filter(|(run_at, _)| *run_at <= now + WAKE_AHEAD) {
            let (latest, outbox_ids) = by_second.entry(run_at.timestamp()).or_insert((*run_at, Vec::new()));
            *latest = (*latest).max(*run_at);
            outbox_ids.push(*outbox_id);
        }
        for (run_at, outbox_ids) in by_second.into_values() {
            let message = dispatch_message(lane, &outbox_ids, &format!("again:{}", run_at.timestamp_millis()));
            if let Err(fault) = self.inner.queue.push(lane, &[message], run_at).await {
                tracing::warn!(error = %fault, "left {} wake-ups to the relay", outbox_ids.len());
            }
        }
    }

    fn lease_time(&self) -> TimeDelta {
        TimeDelta::seconds(self.inner.config.dispatch.lease_seconds.into())
    }
}

/// Tries one delivery. A channel that panics may have done anything before, and must not take the others with it.
async fn try_once(routed: &Routed) -> Attempted {
    let tried = AssertUnwindSafe(routed.channel.deliver(&routed.delivery, &routed.prize)).catch_unwind().await;
    tried.unwrap_or_else(|_| Attempted::Failed {
        class: FailureClass::Unknown,
        error: format!("the channel for {} panicked", routed.channel.kind()),
    })
}

fn count(kind: AwardKind, outcome: &AttemptOutcome) {
    let outcome = match outcome {
        AttemptOutcome::CreditPoints | AttemptOutcome::GrantDraws | AttemptOutcome::Delivered { .. } => "delivered",
        AttemptOutcome::Retry { .. } => "retried",
        AttemptOutcome::Snooze { .. } => "snoozed",
        AttemptOutcome::Dead { .. } => "dead",
    };
    metrics::counter!("big_market_dispatch_attempts_total", "kind" => kind.as_str(), "outcome" => outcome).increment(1);
}
