//! The port for the truth about stock: epochs, used counts and claims without an owner.

use std::any::Any;

use async_trait::async_trait;

use super::Stored;
use crate::domain::calendar::Timestamp;
use crate::domain::id::ActivityId;
use crate::domain::stock::{Claim, ClaimEnd, Epoch, StockItem, StockTruth};

/// An item as people see it, with the count that was last written back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockNote {
    /// Which item.
    pub item: StockItem,
    /// Its stock in the current version.
    pub total: u64,
    /// Units used when the count was last written back.
    pub used: u64,
    /// When that was; nothing before the first time.
    pub noted_at: Option<Timestamp>,
}

/// The right to fill an activity's counters anew, until it is dropped.
#[derive(Default)]
pub struct Turn(Option<Box<dyn Any + Send>>);

impl Turn {
    /// A turn that lasts as long as `held`.
    pub fn of(held: impl Any + Send) -> Self {
        Self(Some(Box::new(held)))
    }

    /// Ends it.
    pub fn end(self) {
        drop(self.0);
    }
}

/// What is remembered of stock.
#[async_trait]
pub trait StockStore {
    /// The current epoch; nothing where the activity is unknown.
    async fn stock_epoch(&self, activity_id: &ActivityId) -> Stored<Option<Epoch>>;

    /// Waits, for a while, until nobody else, in any process, fills the counters of the activity anew, and keeps others from it
    /// until the turn is dropped or its process is gone or hangs. Two that fill at once do no harm; but without turns, many who find counters stale would raise the epoch again and
    /// again before anybody has filled them.
    async fn rebuild_turn(&self, activity_id: &ActivityId) -> Stored<Turn>;

    /// Raises the epoch if it is still `seen`. Once this returns the new epoch, no row claimed under an older one can ever
    /// commit. Nothing where someone else raised it first: then databases that do not know yet
    /// are told.
    async fn raise_epoch(&self, activity_id: &ActivityId, seen: Epoch) -> Stored<Option<Epoch>>;

    /// Totals of the current version and rows that used them, for every item the current version counts.
    async fn stock_truth(&self, activity_id: &ActivityId) -> Stored<Vec<StockTruth>>;

    /// Tells for each claim, in order, how it ends. Where the claim's row is not there, a void row takes its primary key, so
    /// that it can never commit: release. Where the row is there: confirm. Asked again, the answer is the same.
    async fn end_claims(&self, claims: &[Claim], now: Timestamp) -> Stored<Vec<ClaimEnd>>;

    /// Writes used counts for people to read. Nothing else depends on them.
    async fn note_stock(&self, activity_id: &ActivityId, used: &[(StockItem, u64)], now: Timestamp) -> Stored<()>;

    /// What people read, in document order of kind and id.
    async fn stock_notes(&self, activity_id: &ActivityId) -> Stored<Vec<StockNote>>;
}
