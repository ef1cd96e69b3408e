//! Exchanging points for the draws of a SKU, and taking that back.

use serde::{Deserialize, Serialize};

use super::calendar::{Day, Timestamp};
use super::draw::{RechargeOrder, RechargeSource};
use super::id::{ActivityId, RechargeOrderId, RedemptionId, RequestId, SkuId, UserId, Version};
use super::points::Points;
use super::text_form;

/// Where an exchange stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedemptionState {
    /// The points are taken and the draws granted.
    Redeemed,
    /// The draws are taken back and the points restored.
    Reversed,
}

text_form!(RedemptionState { Redeemed => "redeemed", Reversed => "reversed" });

/// One exchange of points for the draws of a SKU. Unique by (user, request id); only its reversal ever changes it, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedemptionOrder {
    /// The exchange. Debit and order have it as their key.
    pub redemption_id: RedemptionId,
    /// Whose.
    pub user_id: UserId,
    /// In which activity.
    pub activity_id: ActivityId,
    /// The document version that named the price.
    pub version: Version,
    /// The caller's idempotency key.
    pub request_id: RequestId,
    /// For which SKU.
    pub sku: SkuId,
    /// Draws it granted.
    pub draws: u32,
    /// Points it took.
    pub price: Points,
    /// The order that granted the draws.
    pub recharge_order_id: RechargeOrderId,
    /// The local day it counts in.
    pub day: Day,
    /// When.
    pub created_at: Timestamp,
    /// When it was taken back, where it was.
    pub reversed_at: Option<Timestamp>,
}

impl RedemptionOrder {
    /// Where it stands.
    pub const fn state(&self) -> RedemptionState {
        if self.reversed_at.is_some() { RedemptionState::Reversed } else { RedemptionState::Redeemed }
    }

    /// The order that grants its draws.
    pub fn recharge(&self) -> RechargeOrder {
        RechargeOrder {
            recharge_order_id: self.recharge_order_id,
            user_id: self.user_id.clone(),
            activity_id: self.activity_id.clone(),
            sku: self.sku.clone(),
            draws: self.draws,
            source: RechargeSource::Redemption { redemption_id: self.redemption_id },
            created_at: self.created_at,
        }
    }
}
