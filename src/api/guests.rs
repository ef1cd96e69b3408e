//! Guests of the demo sign themselves in.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use super::access::bearer;
use super::problem::{Code, Problem};
use super::time::Time;

/// A guest.
#[derive(Serialize, ToSchema)]
pub(super) struct GuestBody {
    /// Who they are from now on.
    #[schema(example = "guest-5f0c2b9a1d3e")]
    user_id: String,
    /// Where they draw.
    activity_id: String,
    /// What the page sends as `Authorization: Bearer TOKEN`.
    token: String,
    /// From when on it is worth nothing.
    expires_at: Time,
}

/// Sign a guest of the demo in
///
/// Only where the demo runs. A new guest is granted some draws; with a guest's token that is still good as the bearer, it is
/// the same guest, with a new token.
#[utoipa::path(
    post,
    path = "/demo/guest",
    tag = "demo",
    responses((status = 201, description = "Signed in.", body = GuestBody)),
)]
pub(super) async fn sign_guest_in(
    State(state): State<ApiState>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<GuestBody>), Problem> {
    let rules = state.guests.as_deref().ok_or_else(|| Problem::new(Code::NotFound, "the demo does not run here"))?;
    let (token, guest) = state.app.sign_guest_in(rules, bearer(&headers)).await?;
    let body = GuestBody {
        user_id: guest.user_id.to_string(),
        activity_id: guest.activity_id.to_string(),
        token,
        expires_at: Time(guest.expires_at),
    };
    Ok((StatusCode::CREATED, Json(body)))
}
