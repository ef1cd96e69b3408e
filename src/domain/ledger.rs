//! Points as double entry: accounts, transfers, entries.

use serde::{Deserialize, Serialize};

use super::calendar::Timestamp;
use super::id::{HoldId, RequestId, TransferId, UserId};
use super::points::Points;
use super::text_form;

/// Who holds points. The issuer's balance is what it has given out, below zero; a user's is never below zero.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Account {
    /// Where issued points come from.
    Issuer,
    /// A user.
    User(UserId),
    /// What a user has set aside: theirs, and not to be spent.
    Held(UserId),
}

impl Account {
    /// The key SQL keeps: no user id can collide with the issuer's.
    pub fn key(&self) -> String {
        match self {
            Self::Issuer => "issuer".into(),
            Self::User(user_id) => format!("user:{user_id}"),
            Self::Held(user_id) => format!("held:{user_id}"),
        }
    }
}

/// Why points moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferReason {
    /// An award of points.
    Award,
    /// A behaviour that earns points.
    Rebate,
    /// The business gave points.
    Earn,
    /// The business took points, for something it sells itself.
    Spend,
    /// Points were set aside.
    Hold,
    /// Points set aside were taken.
    Capture,
    /// Points set aside came back.
    Release,
    /// Points were exchanged for draws.
    Redemption,
    /// An earlier transfer was taken back.
    Reversal,
    /// Points reached the end of their time.
    Expiry,
}

text_form!(TransferReason {
    Award => "award",
    Rebate => "rebate",
    Earn => "earn",
    Spend => "spend",
    Hold => "hold",
    Capture => "capture",
    Release => "release",
    Redemption => "redemption",
    Reversal => "reversal",
    Expiry => "expiry",
});

/// One line of a user's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The transfer it belongs to.
    pub transfer_id: TransferId,
    /// What moved: above zero to the user.
    pub amount: Points,
    /// The balance after it.
    pub balance: Points,
    /// Why.
    pub reason: TransferReason,
    /// The key of the effect, such as the award record.
    pub key: String,
    /// What its caller says about it.
    pub note: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// A transfer that a request asked for. Nothing in it ever changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The transfer.
    pub transfer_id: TransferId,
    /// Whose.
    pub user_id: UserId,
    /// Why.
    pub reason: TransferReason,
    /// What moved: above zero to the user.
    pub amount: Points,
    /// The user's balance after it.
    pub balance: Points,
    /// The Idempotency-Key it was asked for with. It belongs to the user and the reason.
    pub request_id: RequestId,
    /// What its caller says about it.
    pub note: Option<String>,
    /// When the lot it made expires; nothing where it made none, or one that never does.
    pub expires_at: Option<Timestamp>,
    /// The transfer it takes back, where it is a reversal.
    pub reverses: Option<TransferId>,
    /// When.
    pub created_at: Timestamp,
}

/// Where points that were set aside are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldState {
    /// Set aside.
    Held,
    /// Taken.
    Captured,
    /// Back on the user's account.
    Released,
}

text_form!(HoldState { Held => "held", Captured => "captured", Released => "released" });

/// Points that a user set aside. What is not about its end never changes, and neither does its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The hold.
    pub hold_id: HoldId,
    /// Whose.
    pub user_id: UserId,
    /// How much.
    pub amount: Points,
    /// The user's balance after the points were set aside.
    pub balance: Points,
    /// The transfer that set them aside.
    pub transfer_id: TransferId,
    /// The Idempotency-Key it was asked for with.
    pub request_id: RequestId,
    /// From then on it can only be released; never without it.
    pub held_until: Option<Timestamp>,
    /// When.
    pub created_at: Timestamp,
    /// How and when it ended, where it did.
    pub end: Option<HoldEnd>,
}

/// How a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldEnd {
    /// Captured or released.
    pub state: HoldState,
    /// The transfer that ended it.
    pub transfer_id: TransferId,
    /// When.
    pub ended_at: Timestamp,
}

/// What a user holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holdings {
    /// Points the user can spend.
    pub balance: Points,
    /// Points set aside, which are not in the balance.
    pub held: Points,
    /// The lots that expire next, soonest first.
    pub expiring: Vec<ExpiringLot>,
}

/// What is left of a lot that expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpiringLot {
    /// The transfer that made the lot.
    pub lot_id: TransferId,
    /// What is left of it.
    pub amount: Points,
    /// When it expires.
    pub expires_at: Timestamp,
}
