//! Setting points aside, and what becomes of them.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::draws::created_once;
use super::extract::{Faults, IdempotencyKey, JsonBody, NoBody, PathText, PathTexts};
use super::points::{read_amount, read_expires_at, read_part};
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, HoldEndRequest, HoldRequest};
use crate::domain::id::{HoldId, UserId};
use crate::domain::ledger::{Hold, HoldState};

/// A wish to set points of a user aside.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HoldWish {
    /// How much: a decimal with at most two places, above zero and at most ten billion.
    #[schema(example = "12.50")]
    amount: String,
    /// From then on they can only be released, and are; never where it is absent.
    #[schema(format = DateTime, example = "2027-01-01T00:00:00.000Z")]
    expires_at: Option<String>,
}

/// Points set aside. Nothing in it ever changes, so it says nothing about the end.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HoldBody {
    /// The hold.
    #[schema(example = "hold_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// Whose.
    user_id: String,
    /// The Idempotency-Key it was asked for with.
    request_id: String,
    /// How much.
    amount: String,
    /// The balance after it.
    balance: String,
    /// The transfer that set it aside.
    transfer_id: String,
    /// From then on it can only be released, where there is such a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_at: Option<Time>,
    /// When.
    created_at: Time,
}

/// A hold with where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HoldStateBody {
    #[serde(flatten)]
    hold: HoldBody,
    /// Where it stands. One whose time is over stays `held` until it is released.
    state: HoldState,
    /// The transfer that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "xfer_01J9ZZZZZZZZZZZZZZZZZZZZZZ", nullable = false)]
    ended_by: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ended_at: Option<Time>,
}

/// The end of a hold. Nothing in it ever changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HoldEndBody {
    /// The hold.
    #[schema(example = "hold_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// Whose.
    user_id: String,
    /// How much.
    amount: String,
    /// How it ended.
    state: HoldState,
    /// The transfer that ended it.
    transfer_id: String,
    /// When.
    ended_at: Time,
}

impl From<Hold> for HoldBody {
    fn from(hold: Hold) -> Self {
        Self {
            id: hold.hold_id.to_string(),
            user_id: hold.user_id.to_string(),
            request_id: hold.request_id.to_string(),
            amount: hold.amount.to_string(),
            balance: hold.balance.to_string(),
            transfer_id: hold.transfer_id.to_string(),
            expires_at: hold.held_until.map(Time),
            created_at: Time(hold.created_at),
        }
    }
}

impl From<Hold> for HoldStateBody {
    fn from(hold: Hold) -> Self {
        let end = hold.end;
        Self {
            hold: hold.into(),
            state: end.map_or(HoldState::Held, |end| end.state),
            ended_by: end.map(|end| end.transfer_id.to_string()),
            ended_at: end.map(|end| Time(end.ended_at)),
        }
    }
}

/// Set points of a user aside
///
/// They leave the balance at once and wait to be captured or released. A repeat with the same Idempotency-Key and user gives
/// the first answer, byte for byte, and moves nothing.
#[utoipa::path(
    post,
    path = "/v1/users/{id}/points/holds",
    tag = "points",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("Idempotency-Key" = String, Header, description = "1 to 128 bytes of printable text, the same for every repeat."),
    ),
    request_body = HoldWish,
    responses((
        status = 201,
        description = "Set aside.",
        body = HoldBody,
        headers(("Idempotency-Replayed" = bool, description = "`true` where this is the answer of an earlier request."))
    )),
)]
pub(super) async fn hold_points(
    State(app): State<App>,
    PathText(id): PathText,
    key: IdempotencyKey,
    JsonBody(wish): JsonBody<HoldWish>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let read = (
        faults.read::<UserId>("id", &id),
        key.read(&mut faults),
        read_amount(&mut faults, &wish.amount),
        read_expires_at(&mut faults, wish.expires_at.as_deref()),
    );
    let (Some(user_id), Some(request_id), Some(amount), Some(held_until)) = read else { return Err(faults.refuse()) };
    let held = app.hold(&HoldRequest { user_id, request_id, amount, held_until }).await?;
    Ok(created_once(HoldBody::from(held.answer), held.repeated))
}

/// Get a hold
///
/// As it was made, and where it stands.
#[utoipa::path(
    get,
    path = "/v1/users/{id}/points/holds/{hold}",
    tag = "points",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("hold" = String, Path, description = "The hold."),
    ),
    responses((status = 200, description = "The hold.", body = HoldStateBody)),
)]
pub(super) async fn points_hold(
    State(app): State<App>,
    PathTexts(path): PathTexts<2>,
) -> Result<Json<HoldStateBody>, Problem> {
    let mut faults = Faults::default();
    let [id, hold] = &path;
    let read = (faults.read::<UserId>("id", id), faults.read::<HoldId>("hold", hold));
    let (Some(user_id), Some(hold_id)) = read else { return Err(faults.refuse()) };
    Ok(Json(app.hold_of(&user_id, hold_id).await?.into()))
}

/// Capture a hold
///
/// Its points are gone for good. Asked again, by whatever key, it gives the same answer and moves nothing.
#[utoipa::path(
    post,
    path = "/v1/users/{id}/points/holds/{hold}/capture",
    tag = "points",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("hold" = String, Path, description = "The hold."),
        ("Idempotency-Key" = String, Header, description = "1 to 128 bytes of printable text, the same for every repeat."),
    ),
    responses((
        status = 201,
        description = "Captured.",
        body = HoldEndBody,
        headers(("Idempotency-Replayed" = bool, description = "`true` where it was captured before."))
    )),
)]
pub(super) async fn capture_hold(
    State(app): State<App>,
    PathTexts(path): PathTexts<2>,
    key: IdempotencyKey,
    _: NoBody,
) -> Result<Response, Problem> {
    end_hold(&app, &path, &key, HoldState::Captured).await
}

/// Release a hold
///
/// Its points go back to the user, into the lots they came from. Asked again, by whatever key, it gives the same answer and
/// moves nothing.
#[utoipa::path(
    post,
    path = "/v1/users/{id}/points/holds/{hold}/release",
    tag = "points",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("hold" = String, Path, description = "The hold."),
        ("Idempotency-Key" = String, Header, description = "1 to 128 bytes of printable text, the same for every repeat."),
    ),
    responses((
        status = 201,
        description = "Released.",
        body = HoldEndBody,
        headers(("Idempotency-Replayed" = bool, description = "`true` where it was released before."))
    )),
)]
pub(super) async fn release_hold(
    State(app): State<App>,
    PathTexts(path): PathTexts<2>,
    key: IdempotencyKey,
    _: NoBody,
) -> Result<Response, Problem> {
    end_hold(&app, &path, &key, HoldState::Released).await
}

async fn end_hold(app: &App, path: &[String; 2], key: &IdempotencyKey, state: HoldState) -> Result<Response, Problem> {
    let (user_id, hold_id, request_id) = read_part(path, "hold", key)?;
    let ended = app.end_hold(&HoldEndRequest { user_id, hold_id, request_id, state }).await?;
    let hold = ended.answer;
    let end = hold.end.ok_or_else(Problem::internal)?;
    let body = HoldEndBody {
        id: hold.hold_id.to_string(),
        user_id: hold.user_id.to_string(),
        amount: hold.amount.to_string(),
        state: end.state,
        transfer_id: end.transfer_id.to_string(),
        ended_at: Time(end.ended_at),
    };
    Ok(created_once(body, ended.repeated))
}
