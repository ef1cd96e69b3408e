//! Granting draws.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::draws::created_once;
use super::extract::{Faults, IdempotencyKey, JsonBody, PathText};
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, RechargeRequest};
use crate::domain::id::{ActivityId, SkuId, UserId};

/// A wish for the draws of a SKU.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RechargeWish {
    /// Who gets the draws: 1 to 128 bytes of printable text.
    #[schema(example = "ann", min_length = 1, max_length = 128)]
    user_id: String,
    /// The SKU, as the campaign document names it.
    #[schema(example = "9013", min_length = 1, max_length = 64)]
    sku: String,
}

/// One grant of draws. Nothing in it ever changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RechargeBody {
    /// The order.
    #[schema(example = "rech_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// Who got the draws.
    user_id: String,
    /// In which activity.
    activity_id: String,
    /// The Idempotency-Key it was asked for with.
    request_id: String,
    /// By which SKU.
    sku: String,
    /// How many draws.
    draws: u32,
    /// When.
    created_at: Time,
}

/// Grant a user the draws of a SKU
///
/// Takes a unit of the SKU's stock and adds its draws to the user's quota. A repeat with the same Idempotency-Key, user and
/// activity gives the first answer, byte for byte, and grants nothing.
#[utoipa::path(
    post,
    path = "/v1/activities/{id}/recharges",
    tag = "recharges",
    params(
        ("id" = String, Path, description = "The activity."),
        ("Idempotency-Key" = String, Header, description = "1 to 128 bytes of printable text, the same for every repeat."),
    ),
    request_body = RechargeWish,
    responses((
        status = 201,
        description = "Granted.",
        body = RechargeBody,
        headers(("Idempotency-Replayed" = bool, description = "`true` where this is the answer of an earlier request."))
    )),
)]
pub(super) async fn recharge(
    State(app): State<App>,
    PathText(id): PathText,
    key: IdempotencyKey,
    JsonBody(wish): JsonBody<RechargeWish>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let read = (
        faults.read::<ActivityId>("id", &id),
        key.read(&mut faults),
        faults.read::<UserId>("user_id", &wish.user_id),
        faults.read::<SkuId>("sku", &wish.sku),
    );
    let (Some(activity_id), Some(request_id), Some(user_id), Some(sku)) = read else { return Err(faults.refuse()) };
    let request = RechargeRequest { activity_id, user_id, request_id: request_id.clone(), sku };
    let recharged = app.recharge(request).await?;
    let order = recharged.order;
    let body = RechargeBody {
        id: order.recharge_order_id.to_string(),
        user_id: order.user_id.to_string(),
        activity_id: order.activity_id.to_string(),
        request_id: request_id.to_string(),
        sku: order.sku.to_string(),
        draws: order.draws,
        created_at: Time(order.created_at),
    };
    Ok(created_once(body, recharged.repeated))
}
