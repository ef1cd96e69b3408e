//! How receipts are described. The receipt itself is the domain's: a verifier reads exactly what is written.

use utoipa::ToSchema;

use super::documents::CampaignDocumentBody;
use super::draws::StandingBody;
use super::time::{Date, Time};
use crate::domain::award::AwardKind;
use crate::domain::draw::Fallback;

/// One draw with everything that decided it.
#[derive(ToSchema)]
#[schema(as = Receipt)]
#[expect(
    dead_code,
    reason = "only described: answers are written by domain::receipt::Receipt, and a test compares them"
)]
pub(super) struct ReceiptBody {
    /// The draw.
    draw_id: String,
    /// Where it was made.
    activity_id: String,
    /// Who drew.
    user_id: String,
    /// The Idempotency-Key it was asked for with.
    request_id: String,
    /// Position within the request, from 0.
    index: u32,
    /// When.
    drawn_at: Time,
    /// The local day whose seed made the roll.
    day: Date,
    /// Draws used before it in the activity.
    used_before: u32,
    /// Draws used before it that day.
    used_today_before: u32,
    /// The user's list and wins of limited awards before it; absent where there is neither.
    #[schema(required = false, nullable = false)]
    standing: Option<StandingBody>,
    /// HMAC-SHA256 of the draw, keyed by the day's seed, in hexadecimal.
    roll: String,
    /// Why.
    reason: ReceiptReason,
    /// What was won.
    award_id: String,
    /// What it is worth.
    value: ReceiptValue,
    /// The version that decided.
    version: u32,
    /// That version's whole document.
    document: CampaignDocumentBody,
    /// How the day's seed is bound to what was published.
    seed: ReceiptSeed,
}

/// Why a draw won what it won.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct ReceiptReason {
    /// The rule that chose: `blacklist`, `tier` or `weights`.
    rule: String,
    /// The tier's number of draws used, where the rule is a tier.
    #[schema(required = false)]
    at: Option<u32>,
    /// The award it picked, before unlock, limits, lists and stock were looked at.
    picked: String,
    /// Candidates passed over because their stock was out.
    out_of_stock: u32,
    /// Why the award won is not the one picked; null when it is.
    #[schema(required)]
    fallback: Option<Fallback>,
}

/// What was won.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct ReceiptValue {
    /// What it is.
    kind: AwardKind,
    /// Points, as a decimal with two places, where it is points.
    #[schema(required = false)]
    amount: Option<String>,
    /// The SKU, where it is draws.
    #[schema(required = false)]
    sku: Option<String>,
    /// How many, where it is draws.
    #[schema(required = false)]
    draws: Option<u32>,
}

/// How the day's seed is bound to what was published.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct ReceiptSeed {
    /// First day of the chain.
    first_day: Date,
    /// SHA-256 of the first day's seed, published before the first draw, in hexadecimal.
    commitment: String,
    /// The day's seed in hexadecimal; null while it is secret. Hashing it once for each day since the first gives the first
    /// day's seed.
    #[schema(required)]
    revealed: Option<String>,
}
