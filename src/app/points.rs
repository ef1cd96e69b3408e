//! Points: earned, spent, set aside and taken back on request, and expired in time.

use super::App;
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{HoldId, RequestId, TransferId, UserId};
use crate::domain::ledger::{Hold, HoldState, Transfer};
use crate::domain::points::Points;
use crate::domain::refusal::Refusal;
use crate::fault::Result;
use crate::store::ledger::{Ended, Held, Moved, NewHold, NewHoldEnd, NewReversal, NewTransfer, Reversed};

/// Lots and holds that end in one transaction, so that no writer waits long.
const SLICE: u32 = 200;
/// Slices of each in one run; the next run goes on.
const SLICES_MAX: u32 = 500;

/// A wish to give a user points, or to take some. Repeating it gives the first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRequest {
    /// Who.
    pub user_id: UserId,
    /// The caller's idempotency key.
    pub request_id: RequestId,
    /// How much.
    pub amount: Points,
    /// What the caller says about it.
    pub note: Option<String>,
}

/// A wish to set points aside. Repeating it gives the first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRequest {
    /// Who.
    pub user_id: UserId,
    /// The caller's idempotency key.
    pub request_id: RequestId,
    /// How much.
    pub amount: Points,
    /// From then on they can only be released, and are by and by; never without it.
    pub held_until: Option<Timestamp>,
}

/// A wish to end a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldEndRequest {
    /// Who.
    pub user_id: UserId,
    /// Which hold.
    pub hold_id: HoldId,
    /// The caller's idempotency key.
    pub request_id: RequestId,
    /// Captured or released.
    pub state: HoldState,
}

/// A wish to take a transfer back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReversalRequest {
    /// Who.
    pub user_id: UserId,
    /// Which transfer.
    pub transfer_id: TransferId,
    /// The caller's idempotency key.
    pub request_id: RequestId,
}

/// What is done, and whether this is the answer of an earlier request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once<T> {
    /// What is done.
    pub answer: T,
    /// Whether it was done before.
    pub repeated: bool,
}

/// What ended because its time was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PointsExpired {
    /// Lots.
    pub lots: u64,
    /// Holds, whose points are back.
    pub holds: u64,
}

impl App {
    /// Gives a user points that expire at `expires_at`, or never.
    ///
    /// # Errors
    /// A refusal (a time that is over, key reused for another wish), or a fault after which a repeat with the same key tells.
    pub async fn earn(&self, request: TransferRequest, expires_at: Option<Timestamp>) -> Result<Once<Transfer>> {
        let moved = self.inner.store.earn(&self.new_transfer(&request), expires_at).await?;
        answer_transfer(moved, &request, request.amount, expires_at)
    }

    /// Takes points from a user, from the lots that expire first.
    ///
    /// # Errors
    /// A refusal (too few points, key reused for another wish), or a fault after which a repeat with the same key tells.
    pub async fn spend(&self, request: TransferRequest) -> Result<Once<Transfer>> {
        let moved = self.inner.store.spend(&self.new_transfer(&request)).await?;
        answer_transfer(moved, &request, -request.amount, None)
    }

    /// Takes an earned or a spent transfer back, once.
    ///
    /// # Errors
    /// A refusal (no such transfer, not of that kind, taken back already, points gone, key reused), or a fault after which a
    /// repeat with the same key tells.
    pub async fn reverse(&self, request: &ReversalRequest) -> Result<Once<Transfer>> {
        let ReversalRequest { user_id, transfer_id, request_id } = request;
        let new = NewReversal {
            transfer_id: self.new_transfer_id(user_id),
            user_id: user_id.clone(),
            request_id: request_id.clone(),
            reverses: *transfer_id,
            at: self.inner.sources.now(),
        };
        let message = match self.inner.store.reverse(&new).await? {
            Reversed::Committed(answer) => return Ok(Once { answer, repeated: false }),
            Reversed::Earlier(answer) if answer.reverses == Some(*transfer_id) => {
                return Ok(Once { answer, repeated: true });
            }
            Reversed::Earlier(_) => return Err(Refusal::RequestReused.into()),
            Reversed::Unknown => {
                return Err(Refusal::Unknown { what: "transfer of this user", id: transfer_id.to_string() }.into());
            }
            Reversed::Short { balance, amount } => {
                return Err(Refusal::InsufficientPoints { wanted: amount, balance }.into());
            }
            Reversed::Never(reason) => {
                format!("{transfer_id} is a transfer of the kind {reason}; only earn and spend can be reversed")
            }
            Reversed::Already(reversal) => format!("{transfer_id} was reversed by {reversal}"),
            Reversed::Expired => format!("points of {transfer_id} have expired, so it cannot be reversed"),
        };
        Err(Refusal::Conflict { message }.into())
    }

    /// Sets points of a user aside.
    ///
    /// # Errors
    /// A refusal (too few points, a time that is over, key reused for another wish), or a fault after which a repeat with the
    /// same key tells.
    pub async fn hold(&self, request: &HoldRequest) -> Result<Once<Hold>> {
        let HoldRequest { user_id, request_id, amount, held_until } = request;
        let new = NewHold {
            hold_id: HoldId::from_ulid(self.inner.sources.ids.mint(Bucket::of(user_id))),
            transfer_id: self.new_transfer_id(user_id),
            user_id: user_id.clone(),
            request_id: request_id.clone(),
            amount: *amount,
            held_until: *held_until,
            at: self.inner.sources.now(),
        };
        match self.inner.store.hold(&new).await? {
            Held::Committed(answer) => Ok(Once { answer, repeated: false }),
            Held::Earlier(hold) if (hold.amount, hold.held_until) == (*amount, *held_until) => {
                Ok(Once { answer: hold, repeated: true })
            }
            Held::Earlier(_) => Err(Refusal::RequestReused.into()),
            Held::Short { balance } => Err(Refusal::InsufficientPoints { wanted: *amount, balance }.into()),
            Held::Late => Err(too_late()),
        }
    }

    /// A user's hold as it stands.
    ///
    /// # Errors
    /// A refusal where the user has no such hold; a fault of the store.
    pub async fn hold_of(&self, user_id: &UserId, hold_id: HoldId) -> Result<Hold> {
        Ok(self.inner.store.hold_of(user_id, hold_id).await?.ok_or_else(|| unknown_hold(hold_id))?)
    }

    /// Captures or releases a hold. Whoever asks for what has happened already gets the same answer.
    ///
    /// # Errors
    /// A refusal (no such hold, ended the other way, out of time, key reused), or a fault after which a repeat tells.
    pub async fn end_hold(&self, request: &HoldEndRequest) -> Result<Once<Hold>> {
        let HoldEndRequest { user_id, hold_id, request_id, state } = request;
        let new = NewHoldEnd {
            hold_id: *hold_id,
            user_id: user_id.clone(),
            transfer_id: self.new_transfer_id(user_id),
            request_id: request_id.clone(),
            state: *state,
            at: self.inner.sources.now(),
        };
        let message = match self.inner.store.end_hold(&new).await? {
            Ended::Committed(answer) => return Ok(Once { answer, repeated: false }),
            Ended::Earlier(answer) => return Ok(Once { answer, repeated: true }),
            Ended::Unknown => return Err(unknown_hold(*hold_id).into()),
            Ended::Reused => return Err(Refusal::RequestReused.into()),
            Ended::Otherwise(hold) => {
                let was = hold.end.map_or(HoldState::Held, |end| end.state);
                format!("{hold_id} is {was}, so it cannot be {state} any more")
            }
            Ended::Overdue(_) => format!("the time of {hold_id} is over: it can only be released"),
        };
        Err(Refusal::Conflict { message }.into())
    }

    /// Expires what is left of lots whose time is over, and releases holds whose time is over. What a hold gives back to such
    /// a lot is expired by the next run.
    ///
    /// # Errors
    /// A fault of the store; what has ended stays so, and the next run goes on.
    pub async fn expire_points(&self) -> Result<PointsExpired> {
        let mut expired = PointsExpired::default();
        for _ in 0..SLICES_MAX {
            let now = self.inner.sources.now();
            let due = self.inner.store.due_lots(now, SLICE).await?;
            let lots: Vec<_> = due.iter().map(|lot_id| (*lot_id, self.transfer_id_in(lot_id.bucket()))).collect();
            if !lots.is_empty() {
                expired.lots += self.inner.store.expire_lots(&lots, now).await?;
            }
            if due.len() < SLICE as usize {
                break;
            }
        }
        for _ in 0..SLICES_MAX {
            let now = self.inner.sources.now();
            let overdue = self.inner.store.overdue_holds(now, SLICE).await?;
            let holds: Vec<_> = overdue.iter().map(|hold| (*hold, self.transfer_id_in(hold.bucket()))).collect();
            if !holds.is_empty() {
                expired.holds += self.inner.store.release_overdue(&holds, now).await?;
            }
            if overdue.len() < SLICE as usize {
                break;
            }
        }
        Ok(expired)
    }

    fn new_transfer(&self, request: &TransferRequest) -> NewTransfer {
        NewTransfer {
            transfer_id: self.new_transfer_id(&request.user_id),
            user_id: request.user_id.clone(),
            request_id: request.request_id.clone(),
            amount: request.amount,
            note: request.note.clone(),
            at: self.inner.sources.now(),
        }
    }

    fn new_transfer_id(&self, user_id: &UserId) -> TransferId {
        self.transfer_id_in(Bucket::of(user_id))
    }

    fn transfer_id_in(&self, bucket: Bucket) -> TransferId {
        TransferId::from_ulid(self.inner.sources.ids.mint(bucket))
    }
}

/// What a caller is told: `amount` is what moves to the user, below zero where it is taken.
fn answer_transfer(
    moved: Moved,
    request: &TransferRequest,
    amount: Points,
    expires_at: Option<Timestamp>,
) -> Result<Once<Transfer>> {
    match moved {
        Moved::Committed(answer) => Ok(Once { answer, repeated: false }),
        Moved::Earlier(earlier) => {
            let same = (earlier.amount, earlier.expires_at, &earlier.note) == (amount, expires_at, &request.note);
            if same { Ok(Once { answer: earlier, repeated: true }) } else { Err(Refusal::RequestReused.into()) }
        }
        Moved::Short { balance } => Err(Refusal::InsufficientPoints { wanted: request.amount, balance }.into()),
        Moved::Late => Err(too_late()),
    }
}

fn unknown_hold(hold_id: HoldId) -> Refusal {
    Refusal::Unknown { what: "hold of this user", id: hold_id.to_string() }
}

fn too_late() -> crate::fault::Error {
    Refusal::invalid("expires_at", "is over; use a time after now, or leave it out").into()
}
