//! What can be won, what it is worth, and the promise of it.

use serde::{Deserialize, Serialize};

use super::calendar::Timestamp;
use super::id::{ActivityId, AwardId, AwardRecordId, DrawId, SkuId, UserId, Version};
use super::points::Points;
use super::roll::{Purpose, Roll};
use super::text_form;

/// What an award is, and so how it reaches its winner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prize {
    /// Points, credited to the winner's account.
    Points(PointsRange),
    /// The draws of a SKU, granted to the winner's quota. Takes no stock of the SKU: the award's own stock bounds it.
    Draws {
        /// Whose draws.
        sku: SkuId,
        /// How many draws that is.
        draws: u32,
    },
    /// A signed call to a third party.
    Webhook {
        /// Name of a configured endpoint.
        endpoint: String,
        /// What the third party is told beside who won what.
        payload: serde_json::Value,
    },
    /// One code of a pool.
    Coupon {
        /// Name of the pool.
        pool: String,
    },
    /// A thing that is sent.
    Goods {
        /// Days in which the winner can say where to.
        claim_within_days: u32,
    },
    /// A kind word.
    Nothing,
}

/// An inclusive range of points, in which every hundredth is equally likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointsRange {
    min: Points,
    max: Points,
}

impl PointsRange {
    /// `None` where `max` is below `min` or `min` is below zero.
    pub fn new(min: Points, max: Points) -> Option<Self> {
        (Points::ZERO <= min && min <= max).then_some(Self { min, max })
    }

    /// The smallest amount.
    pub const fn min(self) -> Points {
        self.min
    }

    /// The largest amount.
    pub const fn max(self) -> Points {
        self.max
    }

    /// The amount that `roll` decides.
    pub fn amount(self, roll: Roll) -> Points {
        let span = u64::try_from(self.max.hundredths() - self.min.hundredths())
            .expect("Invariant: min <= max, checked in PointsRange::new");
        let offset = roll.below(span + 1, Purpose::Value);
        Points::from_hundredths(self.min.hundredths() + i64::try_from(offset).expect("at most the span"))
    }
}

impl Prize {
    /// The kind of the award.
    pub const fn kind(&self) -> AwardKind {
        match self {
            Self::Points(_) => AwardKind::Points,
            Self::Draws { .. } => AwardKind::Draws,
            Self::Webhook { .. } => AwardKind::Webhook,
            Self::Coupon { .. } => AwardKind::Coupon,
            Self::Goods { .. } => AwardKind::Goods,
            Self::Nothing => AwardKind::Nothing,
        }
    }

    /// What the winner gets, with the amount decided by `roll` from `points` or, without it, from the prize's own range.
    pub fn value(&self, points: Option<PointsRange>, roll: Roll) -> PrizeValue {
        match self {
            Self::Points(range) => PrizeValue::Points { amount: points.unwrap_or(*range).amount(roll) },
            Self::Draws { sku, draws } => PrizeValue::Draws { sku: sku.clone(), draws: *draws },
            Self::Webhook { .. } => PrizeValue::Webhook,
            Self::Coupon { .. } => PrizeValue::Coupon,
            Self::Goods { .. } => PrizeValue::Goods,
            Self::Nothing => PrizeValue::Nothing,
        }
    }
}

/// What one winner gets. Decided with the draw and kept with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PrizeValue {
    /// So many points.
    Points {
        /// How many.
        amount: Points,
    },
    /// So many draws.
    Draws {
        /// Whose draws.
        sku: SkuId,
        /// How many.
        draws: u32,
    },
    /// What the third party gives.
    Webhook,
    /// A code, chosen at dispatch.
    Coupon,
    /// A thing.
    Goods,
    /// Nothing.
    Nothing,
}

/// The kind of an award, as documents, JSON and SQL write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AwardKind {
    /// Points on the winner's account.
    Points,
    /// Draws of a SKU.
    Draws,
    /// A call to a third party.
    Webhook,
    /// A coupon code.
    Coupon,
    /// A thing that is sent.
    Goods,
    /// Nothing.
    Nothing,
}

impl PrizeValue {
    /// The kind of what was won.
    pub const fn kind(&self) -> AwardKind {
        match self {
            Self::Points { .. } => AwardKind::Points,
            Self::Draws { .. } => AwardKind::Draws,
            Self::Webhook => AwardKind::Webhook,
            Self::Coupon => AwardKind::Coupon,
            Self::Goods => AwardKind::Goods,
            Self::Nothing => AwardKind::Nothing,
        }
    }
}

/// Where the promise of an award stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AwardState {
    /// Promised; nothing has left the house yet.
    Pending,
    /// Sent to a third party; whether it arrived is not yet known.
    Dispatched,
    /// The winner has it.
    Delivered,
    /// Taken back before it was delivered.
    Recalled,
    /// Given up after the last attempt; an operator can redrive it.
    Dead,
}

text_form!(AwardKind {
    Points => "points", Draws => "draws", Webhook => "webhook", Coupon => "coupon", Goods => "goods", Nothing => "nothing",
});
text_form!(AwardState {
    Pending => "pending", Dispatched => "dispatched", Delivered => "delivered", Recalled => "recalled", Dead => "dead",
});

/// The promise of one award to one winner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwardRecord {
    /// The promise.
    pub award_record_id: AwardRecordId,
    /// The draw that won it.
    pub draw_id: DrawId,
    /// The winner.
    pub user_id: UserId,
    /// Where it was won.
    pub activity_id: ActivityId,
    /// The document version that describes it.
    pub version: Version,
    /// What was won.
    pub award_id: AwardId,
    /// What it is worth.
    pub value: PrizeValue,
    /// Where it stands.
    pub state: AwardState,
    /// When it was promised.
    pub created_at: Timestamp,
    /// When it may be dispatched.
    pub dispatch_at: Timestamp,
    /// When the winner got it.
    pub delivered_at: Option<Timestamp>,
    /// The third party's own reference, where it gave one.
    pub reference: Option<String>,
}
