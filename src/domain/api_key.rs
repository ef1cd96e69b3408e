//! What a business's server may do.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::audit::Actor;
use super::calendar::Timestamp;
use super::id::ApiKeyId;
use super::principal::Principal;
use super::text_form;

/// One permission: of an API key, or of an operator by the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Scope {
    /// Read activities, their odds, tiers and SKUs.
    #[serde(rename = "activities:read")]
    ActivitiesRead,
    /// Read users' draws, awards, points, quota and receipts.
    #[serde(rename = "users:read")]
    UsersRead,
    /// Draw for users.
    #[serde(rename = "draws:write")]
    DrawsWrite,
    /// Grant users draws.
    #[serde(rename = "recharges:write")]
    RechargesWrite,
    /// Edit drafts and publish campaigns.
    #[serde(rename = "campaigns:write")]
    CampaignsWrite,
    /// Read users' timelines, lists, outbox, jobs, cron, stock, reconciliation, metrics and the record of changes.
    #[serde(rename = "operations:read")]
    OperationsRead,
    /// Redrive dead work, put users on lists.
    #[serde(rename = "operations:write")]
    OperationsWrite,
    /// Create and revoke API keys.
    #[serde(rename = "keys:write")]
    KeysWrite,
    /// Earn, spend, hold, release and reverse points.
    #[serde(rename = "points:write")]
    PointsWrite,
    /// Exchange users' points for draws, and reverse that.
    #[serde(rename = "redemptions:write")]
    RedemptionsWrite,
    /// Report what users did.
    #[serde(rename = "behaviours:write")]
    BehavioursWrite,
    /// Claim users' goods.
    #[serde(rename = "awards:write")]
    AwardsWrite,
    /// Give end users tokens.
    #[serde(rename = "tokens:write")]
    TokensWrite,
    /// List, add and change operators.
    #[serde(rename = "operators:write")]
    OperatorsWrite,
}

text_form!(Scope {
    ActivitiesRead => "activities:read",
    UsersRead => "users:read",
    DrawsWrite => "draws:write",
    RechargesWrite => "recharges:write",
    CampaignsWrite => "campaigns:write",
    OperationsRead => "operations:read",
    OperationsWrite => "operations:write",
    KeysWrite => "keys:write",
    PointsWrite => "points:write",
    RedemptionsWrite => "redemptions:write",
    BehavioursWrite => "behaviours:write",
    AwardsWrite => "awards:write",
    TokensWrite => "tokens:write",
    OperatorsWrite => "operators:write",
});

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 14] = [
        Self::ActivitiesRead,
        Self::UsersRead,
        Self::DrawsWrite,
        Self::RechargesWrite,
        Self::CampaignsWrite,
        Self::OperationsRead,
        Self::OperationsWrite,
        Self::KeysWrite,
        Self::PointsWrite,
        Self::RedemptionsWrite,
        Self::BehavioursWrite,
        Self::AwardsWrite,
        Self::TokensWrite,
        Self::OperatorsWrite,
    ];
}

/// SHA-256 of an API key's secret text. The text itself is shown once and never stored. A secret made here holds 256 random
/// bits, so a slow hash would add nothing; one that somebody chose for the demo is as good as its choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ApiKeyHash(pub [u8; 32]);

impl ApiKeyHash {
    /// The hash of a secret as a caller presents it.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }
}

/// A credential without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The key.
    pub api_key_id: ApiKeyId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is worth nothing.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// As one who asks for something.
    pub fn principal(&self) -> Principal {
        Principal { actor: Actor::ApiKey(self.api_key_id), name: self.name.clone(), scopes: self.scopes.clone() }
    }
}
