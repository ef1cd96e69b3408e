//! What we count fast: the port to counters that decide who gets a unit, valid for one epoch.

pub mod memory;
pub mod redis;

use async_trait::async_trait;

use crate::domain::calendar::Timestamp;
use crate::domain::id::ActivityId;
use crate::domain::stock::{Claim, ClaimEnd, ClaimId, Epoch, StockCounter, StockItem, StockTruth};
use crate::fault::Fault;

/// Units wanted for one draw or order: the first choice that can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// What for.
    pub claim_id: ClaimId,
    /// In order of preference; `None` is something that is not counted and can always be had.
    pub choices: Vec<Option<StockItem>>,
}

/// Answers that hold only while the counters are of the epoch that was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted<T> {
    /// The answer.
    Answer(T),
    /// The counters are of another epoch, or not there: nothing was taken, confirmed or given back.
    Stale,
}

/// Counters of awards and SKUs. Every method names the epoch it believes in.
#[async_trait]
pub trait Stock: Send + Sync {
    /// Claims for each reservation, in order, one unit of the first choice that is not out; gives the position of that
    /// choice, or `None` where all are out. A reservation whose claim exists already answers as before.
    async fn reserve(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        reservations: &[Reservation],
        now: Timestamp,
    ) -> Result<Counted<Vec<Option<usize>>>, Fault>;

    /// Ends claims. A claim that is not there is nothing, so ending twice is ending once.
    async fn settle(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        ends: &[(ClaimId, ClaimEnd)],
    ) -> Result<Counted<()>, Fault>;

    /// Returns units whose rows no longer use them: a reversed order, a recalled award. Ends the claim of the row first, should it
    /// still be open. Called by whoever wrote that in SQL, under the epoch that its transaction checked; where the call is lost,
    /// `reconcile_stock` finds the difference. A claim's unit is given back once in an epoch, however often this is called.
    async fn give_back(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        units: &[(ClaimId, StockItem)],
    ) -> Result<Counted<()>, Fault>;

    /// Claims made before `before`, oldest first, at most `limit`.
    async fn open_claims(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        before: Timestamp,
        limit: usize,
    ) -> Result<Counted<Vec<Claim>>, Fault>;

    /// All counters of an activity at one moment.
    async fn counters(&self, activity_id: &ActivityId, epoch: Epoch) -> Result<Counted<Vec<StockCounter>>, Fault>;

    /// Replaces all counters of an activity by what SQL says, without claims, under a new epoch. Refused (`Stale`) unless the
    /// epoch is newer than the one stored.
    async fn fill(&self, activity_id: &ActivityId, epoch: Epoch, truth: &[StockTruth]) -> Result<Counted<()>, Fault>;
}
