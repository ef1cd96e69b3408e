//! The campaign document: what an operator writes, in TOML or JSON, by one schema.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::strategy::TierMode;

/// A campaign: an activity with its window, limits, awards, rules, SKUs, rebates and stages.
///
/// Every field is kept as written; validation checks them all together and names each fault with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignDocument {
    /// Id of the activity, such as "100301": letters, digits, '.', '_' and '-', at most 64.
    pub activity: String,
    /// What users read.
    pub title: String,
    /// What users read below the title.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// First instant of the window, RFC 3339 with offset, such as "2026-01-01T00:00:00+08:00".
    pub opens_at: String,
    /// First instant after the window, RFC 3339 with offset.
    pub closes_at: String,
    /// IANA time zone whose midnights turn days and months, such as "Asia/Shanghai".
    pub time_zone: String,
    /// Name of the strategy, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub strategy: String,
    /// How many draws a user may make.
    #[serde(default)]
    pub limits: LimitsDocument,
    /// What can be won, in the order it is shown.
    pub awards: Vec<AwardDocument>,
    /// Award sets that apply by draws used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierDocument>,
    /// Users who always get one award.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blacklist: Option<BlacklistDocument>,
    /// What users obtain to get draws.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skus: Vec<SkuDocument>,
    /// What behaviours earn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rebates: Vec<RebateDocument>,
    /// Where the activity is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageDocument>,
}

/// Draws a user may make in the activity's local day and month. Absent is without limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsDocument {
    /// Draws in one day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<u32>,
    /// Draws in one month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
}

/// One award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwardDocument {
    /// Id of the award, unique in the document.
    pub id: String,
    /// What winners read.
    pub title: String,
    /// Probability as a decimal, such as "0.03". All weights sum to exactly 1. "0" is reached through other rules only.
    #[serde(default = "zero")]
    pub weight: String,
    /// How many may ever be won over the activity's whole life. Absent is without limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u64>,
    /// Draws a user must have made today, before this one, to win it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unlock_after: u32,
    /// Award given instead while this one is locked or out of stock. Needed for every award with stock or unlock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// Seconds between the draw and the dispatch of the award.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dispatch_after_seconds: u32,
    /// What it is and how it reaches the winner.
    pub prize: PrizeDocument,
}

/// What an award is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PrizeDocument {
    /// Points on the winner's account: every hundredth from min to max equally likely.
    Points {
        /// Least, as a decimal with at most two places.
        min: String,
        /// Most.
        max: String,
    },
    /// The draws of a SKU of this document.
    Draws {
        /// Whose draws.
        sku: String,
    },
    /// A signed call to an endpoint of the configuration.
    Webhook {
        /// Name of the endpoint.
        endpoint: String,
        /// Told to the third party beside who won what.
        #[serde(default)]
        #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
        payload: serde_json::Map<String, serde_json::Value>,
    },
    /// One code of a pool.
    Coupon {
        /// Name of the pool.
        pool: String,
    },
    /// A thing that is sent.
    Goods {},
    /// Nothing.
    Nothing {},
}

/// Awards that a draw chooses from once the user has used so many draws.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierDocument {
    /// Draws used in the activity before this one.
    pub at: u32,
    /// "once": only the draw made with exactly that many used; "from": every draw from there to the next tier.
    pub mode: TierMode,
    /// Ids of the awards, at least one with a weight above zero; their weights keep their proportions.
    pub awards: Vec<String>,
}

/// Users who always get one award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlacklistDocument {
    /// Ids of the users.
    pub users: Vec<String>,
    /// Id of the award they get.
    pub award: String,
    /// What it is worth for them, where the award is points and that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsRangeDocument>,
}

/// An inclusive range of points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PointsRangeDocument {
    /// Least, as a decimal with at most two places.
    pub min: String,
    /// Most.
    pub max: String,
}

/// What users obtain to get draws.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkuDocument {
    /// Id of the SKU, unique in the document.
    pub id: String,
    /// Draws it grants.
    pub draws: u32,
    /// How many may ever be granted. Absent is without limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u64>,
    /// Price in points, as a decimal with at most two places.
    #[serde(default = "zero")]
    pub price: String,
}

/// What one behaviour earns, once for each business key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RebateDocument {
    /// Name of the behaviour, such as `sign_in`.
    pub behaviour: String,
    /// SKU whose draws are granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Points credited, as a decimal with at most two places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<String>,
}

/// Where the activity is shown: a channel and a source within it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageDocument {
    /// The channel, such as "app".
    pub channel: String,
    /// The source within it, such as "home".
    pub source: String,
}

fn zero() -> String {
    "0".into()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}
