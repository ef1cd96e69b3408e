//! Points as double entry: accounts, transfers, entries.

use serde::{Deserialize, Serialize};

use super::calendar::Timestamp;
use super::id::{TransferId, UserId};
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
