//! Counters, epochs and claims: what keeps a unit from being given twice.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::id::{ActivityId, AwardId, DrawId, RechargeOrderId, SkuId};

/// The number under which counters are valid. It only rises; a claim of an older epoch is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub i64);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is counted within an activity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StockItem {
    /// Units of an award.
    Award(AwardId),
    /// Units of a SKU.
    Sku(SkuId),
}

impl StockItem {
    /// `award` or `sku`, as SQL writes it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Award(_) => "award",
            Self::Sku(_) => "sku",
        }
    }

    /// The id within its kind.
    pub fn id(&self) -> &str {
        match self {
            Self::Award(id) => id.as_str(),
            Self::Sku(id) => id.as_str(),
        }
    }
}

impl fmt::Display for StockItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.id())
    }
}

/// How many of an item there may ever be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockTotal {
    /// What is counted.
    pub item: StockItem,
    /// Its stock over the whole life of the activity.
    pub total: u64,
}

/// What SQL says about an item: the truth that counters are filled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockTruth {
    /// What is counted.
    pub item: StockItem,
    /// Its stock over the whole life of the activity.
    pub total: u64,
    /// Rows that won or granted one.
    pub used: u64,
}

/// What a unit is held for. Its text form is the name of the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClaimId {
    /// A draw that may win an award.
    Draw(DrawId),
    /// An order that may grant a SKU.
    Recharge(RechargeOrderId),
}

impl ClaimId {
    /// The bucket of the user it is for.
    pub fn bucket(self) -> Bucket {
        match self {
            Self::Draw(draw_id) => draw_id.bucket(),
            Self::Recharge(recharge_order_id) => recharge_order_id.bucket(),
        }
    }
}

impl fmt::Display for ClaimId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draw(id) => id.fmt(f),
            Self::Recharge(id) => id.fmt(f),
        }
    }
}

/// One unit held for one draw or order until confirmed or released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What it is held for.
    pub claim_id: ClaimId,
    /// The activity whose counters it holds.
    pub activity_id: ActivityId,
    /// Of what.
    pub item: StockItem,
}

/// How a claim ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimEnd {
    /// Its row committed: the unit is used.
    Confirm,
    /// Its row can never commit: the unit is given back.
    Release,
}

/// A unit of an award that was recalled: its row no longer uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedUnit {
    /// The draw that had won it.
    pub draw_id: DrawId,
    /// Where.
    pub activity_id: ActivityId,
    /// Of which award.
    pub award_id: AwardId,
    /// The epoch that the recalling transaction checked.
    pub epoch: Epoch,
}

/// The counters of one item at one moment. Invariant: `total = left + confirmed + claimed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockCounter {
    /// What is counted.
    pub item: StockItem,
    /// Its stock.
    pub total: u64,
    /// Not yet claimed.
    pub left: u64,
    /// Claims that committed.
    pub confirmed: u64,
    /// Claims that are open.
    pub claimed: u64,
}
