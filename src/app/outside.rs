//! Delivering to third parties: handed over to their lane, told at once, or told in stages whose order is a workflow's.

use chrono::TimeDelta;
use futures::StreamExt;

use super::App;
use super::deliveries::{Dispatched, Routed, Tried, caught, try_once};
use crate::dispatch::{Attempted, Stage, StageCall};
use crate::domain::calendar::Timestamp;
use crate::domain::id::AwardRecordId;
use crate::domain::outbox::{AttemptOutcome, Delivery, FailureClass};
use crate::domain::refusal::Refusal;
use crate::fault::Result;
use crate::queue::Lane;

/// How long work for third parties stays back while the outside lane is full.
const OUTSIDE_FULL_WAIT: TimeDelta = TimeDelta::seconds(30);

/// A delivery that a third party reserves first, leased and marked as dispatched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// When the last call may begin: one that begins later might outlive the lease.
    pub last_start: Timestamp,
}

/// Deliveries that third parties are told of.
#[derive(Default)]
pub(super) struct Outside {
    pub(super) at_once: Vec<Routed>,
    pub(super) staged: Vec<Delivery>,
}

impl Outside {
    fn is_empty(&self) -> bool {
        self.at_once.is_empty() && self.staged.is_empty()
    }

    fn into_deliveries(self) -> impl Iterator<Item = Delivery> {
        self.at_once.into_iter().map(|routed| routed.delivery).chain(self.staged)
    }
}

/// How far a drive of a staged delivery came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StagedEnd {
    /// The third party confirmed it.
    Delivered {
        /// Its own reference, where it gave one.
        reference: Option<String>,
        /// What it answered, for people.
        reply: Option<String>,
    },
    /// A call did not work; it is made again at the next attempt.
    Failed {
        /// Why.
        error: String,
    },
    /// It cannot work, and the third party let go.
    Released {
        /// Why it cannot work.
        error: String,
    },
    /// The third party let go because an operator wants the award back.
    TakenBack,
    /// Nothing to do now, and no attempt.
    NotYet {
        /// Seconds until it makes sense to look again.
        seconds: u32,
        /// What is waited for.
        reason: String,
    },
}

impl App {
    /// Makes one call about an award to the third party that reserves it. A round that follows another reserves anew.
    ///
    /// # Errors
    /// A refusal where the award is unknown; a fault of the store.
    pub async fn call_third_party(
        &self,
        award_record_id: AwardRecordId,
        stage: Stage,
        round: u32,
        reservation: Option<&str>,
    ) -> Result<Attempted> {
        let unknown = || Refusal::Unknown { what: "award", id: award_record_id.to_string() };
        let award = self.inner.store.claimable_award(award_record_id).await?.ok_or_else(unknown)?.award;
        let (prize, channel) = match self.way_of(&award).await {
            Ok(way) => way,
            Err(attempted) => return Ok(attempted),
        };
        let call = StageCall { stage, round, reservation, award: &award };
        Ok(caught(&*channel, channel.stage(&call, &prize)).await)
    }

    /// Whether this is the last attempt that the settings allow.
    pub fn is_last_attempt(&self, delivery: &Delivery) -> bool {
        delivery.attempt >= self.inner.config.dispatch.attempts_max
    }

    /// Writes how a drive of a staged delivery ended that began at `began_at`.
    ///
    /// # Errors
    /// A fault of the stores: the next lease finds the workflow where it is.
    pub async fn finish_staged(&self, delivery: Delivery, began_at: Timestamp, end: StagedEnd) -> Result<Dispatched> {
        let mut dispatched = Dispatched::default();
        let attempted = match end {
            StagedEnd::Delivered { reference, reply } => Attempted::Delivered { reference, reply },
            StagedEnd::Failed { error } => Attempted::Failed { class: FailureClass::Transient, error },
            StagedEnd::Released { error } => Attempted::Failed { class: FailureClass::Permanent, error },
            StagedEnd::NotYet { seconds, reason } => Attempted::NotYet { seconds, reason },
            StagedEnd::TakenBack => {
                dispatched.recalled += usize::from(self.recall_released(&delivery).await?);
                return Ok(dispatched);
            }
        };
        let tried = self.tried(delivery, began_at, attempted);
        self.finish(vec![tried], Lane::Outside, &mut dispatched).await?;
        Ok(dispatched)
    }

    /// Gives leases back and wakes the outside lane for them, or looks again later where too much waits there.
    pub(super) async fn hand_over(&self, outside: Outside, dispatched: &mut Dispatched) -> Result<()> {
        if outside.is_empty() {
            return Ok(());
        }
        let waiting = self.inner.queue.backlog(Lane::Outside).await?;
        let wait = if waiting < self.inner.config.queue.window { TimeDelta::zero() } else { OUTSIDE_FULL_WAIT };
        let began_at = self.inner.sources.now();
        let run_at = began_at + wait;
        let handed = outside.into_deliveries().map(|delivery| {
            let outcome = AttemptOutcome::Snooze { run_at, reason: "waits for its turn with third parties".into() };
            Tried { delivery, began_at, outcome }
        });
        let lane = if wait.is_zero() { Lane::Outside } else { Lane::Dispatch };
        self.finish(handed.collect(), lane, dispatched).await
    }

    /// Calls third parties, several at a time, and writes results as they come in. What is staged is left to the caller.
    pub(super) async fn deliver_outside(
        &self,
        mut outside: Outside,
        lease_ends: Timestamp,
        dispatched: &mut Dispatched,
    ) -> Result<()> {
        if outside.is_empty() {
            return Ok(());
        }
        let at_once = outside.at_once.iter().map(|routed| &routed.delivery);
        let promised: Vec<Delivery> = at_once.chain(&outside.staged).cloned().collect();
        // Before the first byte leaves the house: an award that may have arrived never looks as if it had not been sent.
        let sendable = self.inner.store.mark_dispatched(&promised).await?;
        // What was taken back since it was leased is nobody's to send; its work has ended.
        let may_be_sent = |delivery: &Delivery| sendable.contains(&delivery.award.award_record_id);
        outside.at_once.retain(|routed| may_be_sent(&routed.delivery));
        outside.staged.retain(may_be_sent);
        let last_start = self.last_start(lease_ends);
        dispatched.staged.extend(outside.staged.into_iter().map(|delivery| StagedDelivery { delivery, last_start }));
        let concurrency = self.inner.config.dispatch.concurrency;
        let calls = futures::stream::iter(outside.at_once).map(|routed| async move {
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

    /// When the last call to a third party may begin under a lease. A call takes at most twice the time-out, waiting for a slot
    /// included.
    fn last_start(&self, lease_ends: Timestamp) -> Timestamp {
        let longest_call = i64::try_from(self.inner.config.webhook.timeout_ms.saturating_mul(2)).unwrap_or(i64::MAX);
        lease_ends - TimeDelta::try_milliseconds(longest_call).unwrap_or(TimeDelta::MAX)
    }
}
