//! A spent draw: who, what, and why.

use serde::{Deserialize, Serialize};

use super::award::PrizeValue;
use super::calendar::{Day, Timestamp};
use super::id::{
    ActivityId, AwardId, AwardRecordId, BehaviourId, DrawId, RechargeOrderId, RedemptionId, RequestId, SkuId, UserId,
    Version,
};
use super::roll::Roll;
use super::standing::Standing;
use super::strategy::{Decision, Rule, Strategy};

/// The most draws one request may ask for.
pub const DRAWS_PER_REQUEST_MAX: u32 = 10;

/// One spent draw. Unique by (user, activity, request id, index); nothing in it ever changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// The draw.
    pub draw_id: DrawId,
    /// Who drew.
    pub user_id: UserId,
    /// In which activity.
    pub activity_id: ActivityId,
    /// The document version that decided.
    pub version: Version,
    /// The caller's idempotency key.
    pub request_id: RequestId,
    /// Position within the request, from 0.
    pub index: u32,
    /// When.
    pub drawn_at: Timestamp,
    /// The local day it counts in, whose seed made the roll.
    pub day: Day,
    /// Draws used in the activity before this one.
    pub used_before: u32,
    /// Draws used today before this one.
    pub used_today_before: u32,
    /// The user's list and wins of limited awards before this one.
    pub standing: Standing,
    /// The chance.
    pub roll: Roll,
    /// Why, and what for.
    pub reason: Reason,
    /// What was won.
    pub award_id: AwardId,
    /// What it is worth.
    pub value: PrizeValue,
    /// The promise of it.
    pub award_record_id: AwardRecordId,
}

/// Why a draw won what it won.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule that chose.
    #[serde(flatten)]
    pub rule: Rule,
    /// The award it picked, before unlock, limits, lists and stock were looked at.
    pub picked: AwardId,
    /// Candidates passed over because their stock was out.
    pub out_of_stock: u32,
    /// Why the award won is not the one picked; absent when it is.
    pub fallback: Option<Fallback>,
}

/// Why a fallback was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// The user had not drawn often enough today.
    Locked,
    /// There was no unit left.
    OutOfStock,
    /// The user had won it as often as one user may.
    UserLimit,
    /// It is scarce, and the user is on the grey list.
    GreyList,
}

impl Reason {
    /// Tells why the candidate at position `given` was reached.
    pub fn of(strategy: &Strategy, decision: &Decision, given: usize) -> Self {
        let won = decision.candidates.get(given).map(|candidate| candidate.award);
        let fallback = match won {
            Some(award) if award == decision.picked => None,
            _ if given > 0 => Some(Fallback::OutOfStock),
            // The picked award comes first in the chain: not being the first candidate, it was the first passed over.
            _ => decision.passed_over.first().map(|passed| passed.why),
        };
        Self {
            rule: decision.rule,
            picked: strategy.awards()[decision.picked].award_id.clone(),
            out_of_stock: u32::try_from(given).expect("fewer candidates than awards"),
            fallback,
        }
    }
}

/// Where granted draws came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "source")]
pub enum RechargeSource {
    /// The business asked for it.
    Request {
        /// The caller's idempotency key.
        request_id: RequestId,
    },
    /// An award of draws.
    Award {
        /// The promise it fulfils.
        award_record_id: AwardRecordId,
    },
    /// Points were exchanged for it.
    Redemption {
        /// The exchange.
        redemption_id: RedemptionId,
    },
    /// The user did something that earns draws.
    Rebate {
        /// What the user did.
        behaviour_id: BehaviourId,
        /// Which of the grants it earned, from 0.
        part: u32,
    },
}

impl RechargeSource {
    /// The word and the key SQL keeps: together unique for each user and activity.
    pub fn parts(&self) -> (&'static str, String) {
        match self {
            Self::Request { request_id } => ("request", request_id.to_string()),
            Self::Award { award_record_id } => ("award", award_record_id.to_string()),
            Self::Redemption { redemption_id } => ("redemption", redemption_id.to_string()),
            Self::Rebate { behaviour_id, part } => ("rebate", format!("{behaviour_id}/{part}")),
        }
    }
}

/// One grant of quota. Unique by (user, activity, source).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RechargeOrder {
    /// The order.
    pub recharge_order_id: RechargeOrderId,
    /// Who got the draws.
    pub user_id: UserId,
    /// In which activity.
    pub activity_id: ActivityId,
    /// By which SKU.
    pub sku: SkuId,
    /// How many draws.
    pub draws: u32,
    /// Why.
    pub source: RechargeSource,
    /// When.
    pub created_at: Timestamp,
}
