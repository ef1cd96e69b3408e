//! The six invariants, and what it looks like when one does not hold.

use serde::{Deserialize, Serialize};

/// One of the six invariants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Invariant {
    /// For each counted item: total = left + confirmed + claimed; confirmed = rows in SQL; never more rows than total.
    Stock,
    /// For each user and activity: used = number of draws; used <= granted; day and month used <= limits; wins <= the award's
    /// limit.
    Quota,
    /// Every transfer sums to zero; every balance equals its entries; none of a user's is below zero, and each equals what
    /// remains of its lots: their amounts without what was used and not restored.
    Ledger,
    /// Every draw has exactly one award record; every record is delivered once, or visibly pending, dead or recalled. Its points,
    /// draws, coupon code or parcel are there if and only if it is delivered; the work of a recalled one has ended.
    Awards,
    /// Every outbox entry is done, dead, due in the future, or overdue by less than the alarm bound.
    Outbox,
    /// Replaying a draw from (version, facts, roll) gives the recorded award.
    Replay,
}

impl Invariant {
    /// All six, in the order they are reported.
    pub const ALL: [Self; 6] = [Self::Stock, Self::Quota, Self::Ledger, Self::Awards, Self::Outbox, Self::Replay];

    /// What must hold, in one sentence.
    pub const fn statement(self) -> &'static str {
        match self {
            Self::Stock => "total = left + confirmed + claimed, confirmed = rows in SQL, never more rows than total",
            Self::Quota => "used = number of draws, used <= granted, day and month used <= limits, wins <= per_user",
            Self::Ledger => {
                "every transfer sums to zero, every balance equals its entries and its lots, no user is below zero"
            }
            Self::Awards => {
                "every draw has exactly one award record, delivered once or visibly pending, dead or recalled, with its code or parcel"
            }
            Self::Outbox => {
                "every outbox entry is done, dead, due in the future, or overdue by less than the alarm bound"
            }
            Self::Replay => "replaying a draw from its version, facts and roll gives the recorded award",
        }
    }
}

/// A row for which an invariant does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Which invariant.
    pub invariant: Invariant,
    /// The row, by its name.
    pub subject: String,
    /// What is wrong with it, with the numbers.
    pub detail: String,
}
