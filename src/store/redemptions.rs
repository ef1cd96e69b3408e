//! The port for redemptions: points become draws, and may become points again.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::calendar::Timestamp;
use crate::domain::id::{RedemptionId, RequestId, TransferId, UserId};
use crate::domain::points::Points;
use crate::domain::redemption::RedemptionOrder;
use crate::domain::stock::Epoch;

/// An exchange to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRedemption {
    /// The exchange, not reversed.
    pub order: RedemptionOrder,
    /// Names the debit.
    pub transfer_id: TransferId,
    /// The stock epoch its unit was claimed under. Checked where the SKU is not counted too, as for any order of a SKU.
    pub epoch: Epoch,
}

/// What became of an exchange. Only [`Self::Committed`] wrote anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// The points are taken and the draws granted.
    Committed,
    /// The user's request made this exchange before.
    Earlier(RedemptionOrder),
    /// The stock epoch has risen, or the order id was voided. Reserve again.
    Stale,
    /// The activity is not open, or the day's seed is revealed. Look again.
    Moved,
    /// The account would hold more draws than it can count.
    Full,
    /// The user holds less than the price.
    Short {
        /// What the user holds.
        balance: Points,
    },
}

/// An exchange to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedemptionReversal {
    /// Which.
    pub redemption_id: RedemptionId,
    /// Names the transfer that restores the points.
    pub transfer_id: TransferId,
    /// The stock epoch whose counters hold its unit.
    pub epoch: Epoch,
    /// Now.
    pub at: Timestamp,
}

/// What became of a reversal. Only [`Self::Committed`] wrote anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedemptionReversed {
    /// The draws are taken back and the points are in their lots again. The caller now owes the counters its unit.
    Committed(RedemptionOrder),
    /// It was reversed before.
    Earlier(RedemptionOrder),
    /// There is no such exchange.
    Unknown,
    /// The stock epoch has risen. Look again.
    Stale,
    /// The user has fewer unused draws in the activity than it granted.
    DrawsUsed {
        /// Draws that the user has left.
        left: u32,
    },
    /// The activity's books are closed.
    Settled,
}

/// What is remembered of redemptions.
#[async_trait]
pub trait RedemptionStore {
    /// Records an exchange in one transaction or not at all: the debit, the order, the quota, the exchange itself. Once for
    /// each request of a user.
    async fn record_redemption(&self, new: &NewRedemption) -> Stored<Redeemed>;

    /// Takes an exchange back in one transaction, once, while its draws are unused: quota, order, exchange, and the points into
    /// the very lots they came from, with the expiry those have.
    async fn reverse_redemption(&self, new: &RedemptionReversal) -> Stored<RedemptionReversed>;

    /// The exchange that a user's request made, where it made one.
    async fn redemption_of(&self, user_id: &UserId, request_id: &RequestId) -> Stored<Option<RedemptionOrder>>;

    /// One exchange.
    async fn redemption(&self, redemption_id: RedemptionId) -> Stored<Option<RedemptionOrder>>;

    /// A user's exchanges over all activities, newest first.
    async fn redemptions_of(&self, user_id: &UserId, page: &Page<RedemptionId>) -> Stored<Vec<RedemptionOrder>>;
}
