//! Tokens of end users.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Faults, JsonBody};
use super::problem::Problem;
use super::time::Time;
use crate::app::App;
use crate::domain::id::{ActivityId, UserId};
use crate::domain::user_token::{TOKEN_SECONDS, TOKEN_SECONDS_DEFAULT};

/// A wish for a token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenWish {
    /// Whom it speaks for: 1 to 128 bytes of printable text.
    #[schema(example = "ann", min_length = 1, max_length = 128)]
    user_id: String,
    /// In which activity.
    #[schema(example = "100301", min_length = 1, max_length = 64)]
    activity_id: String,
    /// How long it lives.
    #[serde(default = "an_hour")]
    #[schema(minimum = 60, maximum = 86400, default = 3600)]
    seconds: i64,
}

const fn an_hour() -> i64 {
    TOKEN_SECONDS_DEFAULT as i64
}

/// A token.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenBody {
    /// What the end user's page sends as `Authorization: Bearer TOKEN`.
    token: String,
    /// From when on it is worth nothing.
    expires_at: Time,
}

/// Give an end user a token
///
/// For the page that one user sees: it reaches what is marked for end users, for that user and that activity alone. A repeat
/// gives another token; none can be taken back, so let it live shortly.
#[utoipa::path(
    post,
    path = "/v1/user-tokens",
    tag = "tokens",
    request_body = TokenWish,
    responses((status = 201, description = "Given.", body = TokenBody)),
)]
pub(super) async fn give_token(
    State(app): State<App>,
    JsonBody(wish): JsonBody<TokenWish>,
) -> Result<(StatusCode, Json<TokenBody>), Problem> {
    let mut faults = Faults::default();
    let read = (
        faults.read::<UserId>("user_id", &wish.user_id),
        faults.read::<ActivityId>("activity_id", &wish.activity_id),
        faults.within("seconds", wish.seconds, TOKEN_SECONDS),
    );
    let (Some(user_id), Some(activity_id), Some(seconds)) = read else { return Err(faults.refuse()) };
    let (token, given) = app.give_token(&user_id, &activity_id, seconds).await?;
    Ok((StatusCode::CREATED, Json(TokenBody { token, expires_at: Time(given.expires_at) })))
}
