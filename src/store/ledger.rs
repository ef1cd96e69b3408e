//! The port for points. Transfers that follow from something else are written with it, by the port of what they follow from.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::calendar::Timestamp;
use crate::domain::id::{HoldId, RequestId, TransferId, UserId};
use crate::domain::ledger::{Entry, Hold, HoldState, Holdings, Transfer, TransferReason};
use crate::domain::points::Points;

/// Points to be given to a user or taken from one, on request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTransfer {
    /// Names the transfer, if it is new.
    pub transfer_id: TransferId,
    /// Whose.
    pub user_id: UserId,
    /// The Idempotency-Key. It belongs to the user and to what is done.
    pub request_id: RequestId,
    /// How much, above zero.
    pub amount: Points,
    /// What the caller says about it.
    pub note: Option<String>,
    /// Now.
    pub at: Timestamp,
}

/// What became of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// It is written.
    Committed(Transfer),
    /// The request was answered before, with this. Nothing was written.
    Earlier(Transfer),
    /// The user holds less than is wanted: nothing was written.
    Short {
        /// What the user holds.
        balance: Points,
    },
    /// The points would expire at once: nothing was written.
    Late,
}

/// A transfer to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReversal {
    /// Names the reversal, if it is new.
    pub transfer_id: TransferId,
    /// Whose.
    pub user_id: UserId,
    /// The Idempotency-Key. It belongs to the user and to reversals.
    pub request_id: RequestId,
    /// What is taken back.
    pub reverses: TransferId,
    /// Now.
    pub at: Timestamp,
}

/// What became of a reversal. Only [`Self::Committed`] wrote anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reversed {
    /// It is written.
    Committed(Transfer),
    /// The request was answered before, with this, which may reverse something else.
    Earlier(Transfer),
    /// The user has no such transfer.
    Unknown,
    /// Transfers of that reason are not reversed: there is another way back, or none.
    Never(TransferReason),
    /// Another request reversed it, by this transfer.
    Already(TransferId),
    /// Some of its points have expired, so they cannot be taken.
    Expired,
    /// The user holds less than was earned.
    Short {
        /// What was earned.
        amount: Points,
        /// What the user holds.
        balance: Points,
    },
}

/// Points to be set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHold {
    /// Names the hold, if it is new.
    pub hold_id: HoldId,
    /// Names the transfer, if it is new.
    pub transfer_id: TransferId,
    /// Whose.
    pub user_id: UserId,
    /// The Idempotency-Key. It belongs to the user and to holds.
    pub request_id: RequestId,
    /// How much, above zero.
    pub amount: Points,
    /// From then on they can only be released; never without it.
    pub held_until: Option<Timestamp>,
    /// Now.
    pub at: Timestamp,
}

/// What became of a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// The points are set aside.
    Committed(Hold),
    /// The request was answered before, with this. Nothing was written.
    Earlier(Hold),
    /// The user holds less than is wanted: nothing was written.
    Short {
        /// What the user holds.
        balance: Points,
    },
    /// It would be over at once: nothing was written.
    Late,
}

/// The wished end of a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHoldEnd {
    /// Which hold.
    pub hold_id: HoldId,
    /// Whose.
    pub user_id: UserId,
    /// Names the transfer, if it is new.
    pub transfer_id: TransferId,
    /// The Idempotency-Key. It belongs to the user and to this kind of end.
    pub request_id: RequestId,
    /// Captured or released.
    pub state: HoldState,
    /// Now.
    pub at: Timestamp,
}

/// What became of a wish to end a hold. Only [`Self::Committed`] wrote anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It has ended.
    Committed(Hold),
    /// It ended that way before, whoever asked.
    Earlier(Hold),
    /// It ended the other way before.
    Otherwise(Hold),
    /// Its time is over, so it cannot be captured any more.
    Overdue(Hold),
    /// The user has no such hold.
    Unknown,
    /// The request was used to end another hold.
    Reused,
}

/// What is remembered of points.
#[async_trait]
pub trait LedgerStore {
    /// A user's balance; zero where there is no account.
    async fn points(&self, user_id: &UserId) -> Stored<Points>;

    /// A user's balance, what is set aside, and the lots that expire next, at most `lots_max`. One snapshot.
    async fn holdings(&self, user_id: &UserId, lots_max: u32) -> Stored<Holdings>;

    /// A user's entries, newest first: in the order they were committed, so that each balance follows from the one before.
    async fn entries(&self, user_id: &UserId, page: &Page<TransferId>) -> Stored<Vec<Entry>>;

    /// Gives a user points, which make a lot that expires at `expires_at`, or never. Once for each request.
    async fn earn(&self, new: &NewTransfer, expires_at: Option<Timestamp>) -> Stored<Moved>;

    /// Takes points from a user, all of the amount or none, from the lots that expire first. Once for each request.
    async fn spend(&self, new: &NewTransfer) -> Stored<Moved>;

    /// Takes back an earned or a spent transfer, once. What was spent goes back into its lots, with the expiry those have; what
    /// was earned is taken from its own lot first.
    async fn reverse(&self, new: &NewReversal) -> Stored<Reversed>;

    /// Sets points of a user aside, all of the amount or none. Once for each request.
    async fn hold(&self, new: &NewHold) -> Stored<Held>;

    /// A user's hold; nothing where the user has no such hold.
    async fn hold_of(&self, user_id: &UserId, hold_id: HoldId) -> Stored<Option<Hold>>;

    /// Ends a hold: captured points go to the issuer, released ones back into the lots they came from.
    async fn end_hold(&self, new: &NewHoldEnd) -> Stored<Ended>;

    /// Lots with points left whose time is over, longest over first, at most `limit`.
    async fn due_lots(&self, now: Timestamp, limit: u32) -> Stored<Vec<TransferId>>;

    /// Expires what is left of lots, each by a transfer of its own, as far as they are still due: lot and name of the transfer.
    /// Gives how many were.
    async fn expire_lots(&self, lots: &[(TransferId, TransferId)], now: Timestamp) -> Stored<u64>;

    /// Holds whose time is over, longest over first, at most `limit`.
    async fn overdue_holds(&self, now: Timestamp, limit: u32) -> Stored<Vec<HoldId>>;

    /// Releases holds as far as they are still held and overdue: hold and name of the transfer. Gives how many were.
    async fn release_overdue(&self, holds: &[(HoldId, TransferId)], now: Timestamp) -> Stored<u64>;
}
