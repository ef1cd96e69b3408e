//! Exchanging points for draws, and taking that back.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::draws::created_once;
use super::extract::{Faults, IdempotencyKey, JsonBody, NoBody, PathText, QueryText};
use super::page::{PageWish, Part};
use super::problem::Problem;
use super::time::{Date, Time};
use crate::app::{App, RedemptionRequest};
use crate::domain::id::{ActivityId, RedemptionId, SkuId, UserId};
use crate::domain::redemption::{RedemptionOrder, RedemptionState};

/// A wish for the draws of a SKU in exchange for its price in points.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RedemptionWish {
    /// Whose points, and who gets the draws: 1 to 128 bytes of printable text.
    #[schema(example = "ann", min_length = 1, max_length = 128)]
    user_id: String,
    /// The SKU, as the campaign document names it.
    #[schema(example = "9013", min_length = 1, max_length = 64)]
    sku: String,
    /// Where; in the one open activity that sells the SKU, if absent.
    #[serde(default)]
    #[schema(example = "100301", min_length = 1, max_length = 64, nullable = false)]
    activity_id: Option<String>,
}

/// One exchange as it was made. Nothing in it ever changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RedemptionBody {
    /// The exchange. The debit of the points has it as its key.
    #[schema(example = "rdm_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// Whose.
    user_id: String,
    /// In which activity.
    activity_id: String,
    /// The version of the campaign document that named the price.
    version: u32,
    /// The Idempotency-Key it was asked for with.
    request_id: String,
    /// For which SKU.
    sku: String,
    /// Draws granted.
    draws: u32,
    /// Points taken, a decimal with two places.
    #[schema(example = "20.00")]
    price: String,
    /// The local day it counts in.
    day: Date,
    /// When.
    created_at: Time,
}

/// One exchange with where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RedemptionStateBody {
    #[serde(flatten)]
    redemption: RedemptionBody,
    /// Where it stands.
    state: RedemptionState,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reversed_at: Option<Time>,
}

impl From<RedemptionOrder> for RedemptionBody {
    fn from(order: RedemptionOrder) -> Self {
        Self {
            id: order.redemption_id.to_string(),
            user_id: order.user_id.to_string(),
            activity_id: order.activity_id.to_string(),
            version: order.version.0,
            request_id: order.request_id.to_string(),
            sku: order.sku.to_string(),
            draws: order.draws,
            price: order.price.to_string(),
            day: Date(order.day),
            created_at: Time(order.created_at),
        }
    }
}

impl From<RedemptionOrder> for RedemptionStateBody {
    fn from(order: RedemptionOrder) -> Self {
        Self { state: order.state(), reversed_at: order.reversed_at.map(Time), redemption: order.into() }
    }
}

/// Exchange a user's points for the draws of a SKU
///
/// Takes the SKU's price and a unit of its stock, and adds its draws to the user's quota: all or nothing. A repeat with the
/// same Idempotency-Key and user gives the first answer, byte for byte, and exchanges nothing.
#[utoipa::path(
    post,
    path = "/v1/redemptions",
    tag = "redemptions",
    params(
        ("Idempotency-Key" = String, Header, description = "1 to 128 bytes of printable text, the same for every repeat."),
    ),
    request_body = RedemptionWish,
    responses((
        status = 201,
        description = "Exchanged.",
        body = RedemptionBody,
        headers(("Idempotency-Replayed" = bool, description = "`true` where this is the answer of an earlier request."))
    )),
)]
pub(super) async fn redeem(
    State(app): State<App>,
    key: IdempotencyKey,
    JsonBody(wish): JsonBody<RedemptionWish>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let request_id = key.read(&mut faults);
    let user_id = faults.read::<UserId>("user_id", &wish.user_id);
    let sku = faults.read::<SkuId>("sku", &wish.sku);
    let activity_id = wish.activity_id.map(|id| faults.read::<ActivityId>("activity_id", &id));
    let (Some(request_id), Some(user_id), Some(sku), true) = (request_id, user_id, sku, faults.is_empty()) else {
        return Err(faults.refuse());
    };
    let request = RedemptionRequest { user_id, request_id, sku, activity_id: activity_id.flatten() };
    let redeemed = app.redeem(request).await?;
    Ok(created_once(RedemptionBody::from(redeemed.order), redeemed.repeated))
}

/// Take an exchange back
///
/// Only while its draws are unused: the draws go, the points come back with the expiry they had, the unit returns to stock. A
/// repeat gives the same answer.
#[utoipa::path(
    post,
    path = "/v1/redemptions/{id}/reverse",
    tag = "redemptions",
    params(("id" = String, Path, description = "The exchange.")),
    responses((status = 200, description = "Taken back.", body = RedemptionStateBody)),
)]
pub(super) async fn reverse_redemption(
    State(app): State<App>,
    PathText(id): PathText,
    NoBody: NoBody,
) -> Result<Json<RedemptionStateBody>, Problem> {
    let mut faults = Faults::default();
    let Some(redemption_id) = faults.read::<RedemptionId>("id", &id) else { return Err(faults.refuse()) };
    Ok(Json(app.reverse_redemption(redemption_id).await?.into()))
}

/// Get an exchange
///
/// As it was made, and where it stands.
#[utoipa::path(
    get,
    path = "/v1/redemptions/{id}",
    tag = "redemptions",
    params(("id" = String, Path, description = "The exchange.")),
    responses((status = 200, description = "The exchange.", body = RedemptionStateBody)),
)]
pub(super) async fn redemption(
    State(app): State<App>,
    PathText(id): PathText,
) -> Result<Json<RedemptionStateBody>, Problem> {
    let mut faults = Faults::default();
    let Some(redemption_id) = faults.read::<RedemptionId>("id", &id) else { return Err(faults.refuse()) };
    Ok(Json(app.redemption(redemption_id).await?.into()))
}

/// List a user's exchanges
///
/// Over all activities, newest first, each with where it stands.
#[utoipa::path(
    get,
    path = "/v1/users/{id}/redemptions",
    tag = "redemptions",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the exchanges.", body = Part<RedemptionStateBody>)),
)]
pub(super) async fn user_redemptions(
    State(app): State<App>,
    PathText(id): PathText,
    query: QueryText,
) -> Result<Json<Part<RedemptionStateBody>>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["cursor", "limit"]);
    let user_id = faults.read::<UserId>("id", &id);
    let wish = PageWish::<RedemptionId>::read(&mut faults, &query);
    let (Some(user_id), Some(wish), true) = (user_id, wish, faults.is_empty()) else { return Err(faults.refuse()) };
    let rows = app.redemptions_of(&user_id, &wish.page()).await?;
    let (rows, next) = wish.cut(rows, |row| row.redemption_id);
    let items = rows.into_iter().map(Into::into).collect();
    Ok(Json(Part { items, next_cursor: next.map(|id| id.to_string()) }))
}
