//! Delivering what was won: relay, lease, deliver, finish, try again, redrive.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use chrono::TimeDelta;
use futures::FutureExt;

use super::App;
use super::outside::{Outside, StagedDelivery};
use super::waker::dispatch_message;
use crate::dispatch::{Attempted, Channel};
use crate::domain::award::{AwardKind, AwardRecord, AwardState, Prize};
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{OutboxId, RechargeOrderId, TransferId};
use crate::domain::outbox::{AttemptOutcome, AttemptResult, Backoff, Delivery, FailureClass, Way};
use crate::fault::{Error, Fault, Result};
use crate::queue::Lane;
use crate::store::outbox::{DueQuestion, Finish, Lease};

/// Messages that one run of the relay pushes at most; the next run goes on.
const RELAY_MESSAGES_MAX: u64 = 100;
/// Work that is due again sooner than this gets a wake-up of its own; later work is left to the relay.
const WAKE_AHEAD: TimeDelta = TimeDelta::seconds(60);
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dispatched {
    /// Awards their winners have now.
    pub delivered: usize,
    /// Attempts that failed and will be made again.
    pub retried: usize,
    /// Awards that could not be tried yet.
    pub snoozed: usize,
    /// Awards given up until an operator redrives them.
    pub dead: usize,
    /// Awards taken back: nobody claimed them in time, or a third party let go of them.
    pub recalled: usize,
    /// Staged deliveries: leased and marked as dispatched, to be driven by their workflow.
    pub staged: Vec<StagedDelivery>,
}

impl Dispatched {
    /// Adds what another run did.
    pub fn add(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.retried += other.retried;
        self.snoozed += other.snoozed;
        self.dead += other.dead;
        self.recalled += other.recalled;
        self.staged.extend(other.staged);
    }
}

/// The way a delivery goes.
enum Route {
    /// Nobody else is needed.
    Inside(Routed),
    /// A third party is told in one call.
    AtOnce(Routed),
    /// A third party is told in stages.
    Staged(Delivery),
    /// None; the attempt ends so.
    None(Delivery, Attempted),
}

/// A delivery with who makes it.
pub(super) struct Routed {
    pub(super) delivery: Delivery,
    pub(super) prize: Prize,
    pub(super) channel: Arc<dyn Channel>,
}

/// An attempt with what became of it, not written yet.
pub(super) struct Tried {
    pub(super) delivery: Delivery,
    pub(super) began_at: Timestamp,
    pub(super) outcome: AttemptOutcome,
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

    /// Delivers those of the entries, at most `dispatch.batch_max`, that are due and that nobody else holds. Late and repeated calls
    /// find nothing to do. Calls to third parties are made in the outside lane only: any other lane hands them over to it, so that
    /// nobody's points wait for somebody else's slow third party. Staged deliveries are left to the caller, under their lease.
    ///
    /// # Errors
    /// A fault of the store or the queue: what was leased becomes due again when its lease ends.
    pub async fn dispatch_awards(&self, outbox_ids: &[OutboxId], lane: Lane) -> Result<Dispatched> {
        let mut dispatched = Dispatched::default();
        self.dispatch_batch(outbox_ids, lane, &mut dispatched).await?;
        Ok(dispatched)
    }

    /// Sets the gauges of promised work.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn measure_outbox(&self) -> Result<()> {
        for (state, entries) in self.outbox_counts().await? {
            let entries = f64::from(u32::try_from(entries).unwrap_or(u32::MAX));
            metrics::gauge!("big_market_outbox_entries", "state" => state.as_str()).set(entries);
        }
        Ok(())
    }

    async fn dispatch_batch(&self, outbox_ids: &[OutboxId], lane: Lane, dispatched: &mut Dispatched) -> Result<()> {
        let now = self.inner.sources.now();
        let lease = Lease { outbox_ids: outbox_ids.to_vec(), now, until: now + self.lease_time() };
        let deliveries = self.inner.store.lease_outbox(&lease).await?;
        let (mut inside, mut outside, mut tried, mut expired) =
            (Vec::new(), Outside::default(), Vec::new(), Vec::new());
        for delivery in deliveries {
            match self.route(delivery).await {
                Route::Inside(routed) => inside.push(routed),
                Route::AtOnce(routed) => outside.at_once.push(routed),
                Route::Staged(delivery) => outside.staged.push(delivery),
                Route::None(delivery, attempted) => tried.push(self.tried(delivery, now, attempted)),
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

    /// Finds the way a delivery goes, or tells what becomes of one that has none. What was once told one way stays with it: asked
    /// the other way, a third party might give it twice.
    async fn route(&self, mut delivery: Delivery) -> Route {
        let award = &delivery.award;
        if award.state == AwardState::Delivered {
            // A late result of an attempt that had lost its lease: the winner has it, only the entry is still open.
            let reference = award.reference.clone();
            let reply = Some("nothing was sent: the winner has it by an earlier attempt".into());
            return Route::None(delivery, Attempted::Delivered { reference, reply });
        }
        if delivery.way == Some(Way::Staged) {
            // Even where nobody can tell any more what it is: only its workflow knows whether there is something to release.
            return Route::Staged(delivery);
        }
        let (prize, channel) = match self.way_of(award).await {
            Ok(way) => way,
            Err(attempted) => return Route::None(delivery, attempted),
        };
        if !channel.reaches_outside() {
            return Route::Inside(Routed { delivery, prize, channel });
        }
        if delivery.way.is_none() && channel.stages(&prize) {
            delivery.way = Some(Way::Staged);
            return Route::Staged(delivery);
        }
        delivery.way = Some(Way::AtOnce);
        Route::AtOnce(Routed { delivery, prize, channel })
    }

    /// What an award is, as the version that promised it says, and who delivers it; or how every attempt ends as long as that
    /// cannot be told.
    pub(super) async fn way_of(&self, award: &AwardRecord) -> Result<(Prize, Arc<dyn Channel>), Attempted> {
        let campaign = self.campaign(&award.activity_id, award.version).await.map_err(|error| {
            let class = match error {
                Error::Refusal(_) => FailureClass::Permanent,
                Error::Fault(_) => FailureClass::Transient,
            };
            Attempted::Failed { class, error: error.to_string() }
        })?;
        let rule = campaign.strategy.awards().iter().find(|rule| rule.award_id == award.award_id);
        let prize = rule.map(|rule| rule.prize.clone()).ok_or_else(|| {
            let error = format!("version {} of {} has no award {}", award.version, award.activity_id, award.award_id);
            Attempted::Failed { class: FailureClass::Permanent, error }
        })?;
        let kind = award.value.kind();
        let channel = self.inner.channels.iter().find(|channel| channel.kind() == kind).ok_or_else(|| {
            let seconds = self.inner.config.dispatch.snooze_seconds;
            Attempted::NotYet { seconds, reason: format!("nothing delivers {kind} yet") }
        })?;
        Ok((prize, channel.clone()))
    }

    /// What an attempt means for its entry.
    pub(super) fn tried(&self, delivery: Delivery, began_at: Timestamp, attempted: Attempted) -> Tried {
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
    pub(super) async fn finish(&self, mut tried: Vec<Tried>, lane: Lane, dispatched: &mut Dispatched) -> Result<()> {
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

/// Tries one delivery.
pub(super) async fn try_once(routed: &Routed) -> Attempted {
    caught(&*routed.channel, routed.channel.deliver(&routed.delivery, &routed.prize)).await
}

/// How a call of a channel ended. One that panics may have done anything before, and must not take the others with it.
pub(super) async fn caught(channel: &dyn Channel, call: impl Future<Output = Attempted>) -> Attempted {
    AssertUnwindSafe(call).catch_unwind().await.unwrap_or_else(|_| Attempted::Failed {
        class: FailureClass::Unknown,
        error: format!("the channel for {} panicked", channel.kind()),
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
