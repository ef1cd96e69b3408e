//! The port for promised work.

use std::ops::Range;

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{AwardRecordId, OutboxId, RechargeOrderId, TransferId};
use crate::domain::outbox::{AttemptResult, BulkRedrive, Delivery, OutboxEntry, OutboxState};
use crate::domain::stock::ReturnedUnit;

/// Which entries the relay wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueQuestion {
    /// Entries due at or before now, and leases that ended.
    pub now: Timestamp,
    /// Entries given out now are given out again from then on, unless they are finished.
    pub wake_again_at: Timestamp,
    /// Entries wanted at most.
    pub limit: u32,
}

/// A lease to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The entries wanted.
    pub outbox_ids: Vec<OutboxId>,
    /// Now.
    pub now: Timestamp,
    /// When the lease ends by itself.
    pub until: Timestamp,
}

/// An attempt's result with the ids its effect may need. The ids are spent only if the effect had not happened before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// What became of the attempt.
    pub result: AttemptResult,
    /// Names the transfer, where points are credited.
    pub transfer_id: TransferId,
    /// When points that are credited expire; never without it.
    pub points_expire_at: Option<Timestamp>,
    /// Names the order, where draws are granted.
    pub recharge_order_id: RechargeOrderId,
}

/// What became of a wish to change one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redriven {
    /// It is pending again.
    Pending,
    /// There is no such entry.
    Unknown,
    /// It is not dead: nothing was changed. This is its state.
    NotDead(OutboxState),
}

/// What a bulk redrive did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BulkRedriven {
    /// Entries that are pending again.
    pub redriven: u32,
    /// When the last of them is due; nothing where there was none.
    pub last_due_at: Option<Timestamp>,
}

/// A wish to take an award back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recall {
    /// The work that would deliver it.
    pub outbox_id: OutboxId,
    /// Why, for people.
    pub reason: String,
}

/// What became of a wish to take an award back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recalled {
    /// It is recalled now.
    Done {
        /// The award.
        award_record_id: AwardRecordId,
        /// The unit it no longer uses.
        unit: ReturnedUnit,
    },
    /// It was recalled before: nothing was written.
    Earlier(AwardRecordId),
    /// There is no such work.
    Unknown,
    /// The winner has it: nothing was written.
    Delivered,
    /// A third party has to let go of it first: the wish is kept, and the work is due.
    Asked,
    /// A third party may have it and is never asked to let go: nothing was written.
    Dispatched(AwardRecordId),
    /// Somebody is delivering it right now: nothing was written.
    Leased,
}

/// What is remembered of promised work.
#[async_trait]
pub trait OutboxStore {
    /// Entries that are due and that nobody was woken for recently, most overdue first; remembers that someone is now.
    async fn due_outbox(&self, question: &DueQuestion) -> Stored<Vec<OutboxId>>;

    /// Leases those of the entries that are due and not leased, counting an attempt, and gives them with their awards.
    async fn lease_outbox(&self, lease: &Lease) -> Stored<Vec<Delivery>>;

    /// Marks awards as dispatched, each the way its delivery names: from now on a third party may have them. Written before the
    /// outside call. Gives those that may be sent so: none that was recalled, given up or delivered meanwhile, and none that was
    /// sent another way before.
    async fn mark_dispatched(&self, deliveries: &[Delivery]) -> Stored<Vec<AwardRecordId>>;

    /// Writes the results and their effects in one transaction. Effects are keyed by award record, so each happens once.
    /// A result of a lease that is no longer held writes its effect (it happened) but leaves the entry to the holder. Attempts
    /// that [`AttemptOutcome::logged`](crate::domain::outbox::AttemptOutcome::logged) speaks of are logged, each lease once.
    async fn finish_attempts(&self, finishes: &[Finish], now: Timestamp) -> Stored<()>;

    /// Entries of a state, newest first; of all states without one.
    async fn outbox(&self, state: Option<OutboxState>, page: &Page<OutboxId>) -> Stored<Vec<OutboxEntry>>;

    /// Makes a dead entry pending again, due at the time of the change, with its attempts counted from none, in a new round.
    async fn redrive(&self, outbox_id: OutboxId, change: &Change) -> Stored<Redriven>;

    /// Makes dead entries pending again, oldest first, one after another at the rate asked for from the time of the change on,
    /// with their attempts counted from none, in a new round. All of them or none; a repeat finds only those that were not wanted before.
    async fn redrive_dead(&self, wish: &BulkRedrive, change: &Change) -> Stored<BulkRedriven>;

    /// Takes an award back that nobody outside may have: pending or dead, and not being delivered. Its work is done with the reason.
    /// Where a third party may have it that lets go when it is asked, the wish is kept with the work, which is due then.
    async fn recall(&self, recall: &Recall, change: &Change) -> Stored<Recalled>;

    /// Takes an award back that was wanted back, once the third party let go of it, if the work is still held by this lease. Its
    /// work is done with the reason. Gives the unit it no longer uses; nothing where it was too late.
    async fn recall_released(&self, outbox_id: OutboxId, lease: u32, now: Timestamp) -> Stored<Option<ReturnedUnit>>;

    /// Entries by state, for metrics.
    async fn outbox_counts(&self) -> Stored<Vec<(OutboxState, u64)>>;

    /// Deletes entries of users in `buckets` that were done before `before`, at most `limit`. Gives how many.
    async fn prune_outbox(&self, before: Timestamp, buckets: &Range<u16>, limit: u32) -> Stored<u64>;

    /// Deletes logged attempts that ended before `before`, at most `limit`. Gives how many.
    async fn prune_attempts(&self, before: Timestamp, limit: u32) -> Stored<u64>;
}
