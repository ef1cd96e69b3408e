//! API keys.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Caller;
use super::extract::{Faults, JsonBody, NoBody, PathText};
use super::page::Items;
use super::problem::Problem;
use super::time::Time;
use crate::app::App;
use crate::domain::api_key::{ApiKey, Scope};
use crate::domain::id::ApiKeyId;

/// A wish for a key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeyWish {
    /// What people call it: 1 to 100 printable characters.
    #[schema(example = "shop server")]
    name: String,
    /// What it may do: at least one.
    #[schema(value_type = Vec<Scope>, min_items = 1)]
    scopes: Vec<String>,
}

/// An API key without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKeyBody {
    /// The key.
    #[schema(example = "key_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// What people call it.
    name: String,
    /// What it may do.
    scopes: BTreeSet<Scope>,
    /// When it was made.
    created_at: Time,
    /// Since when it is worth nothing; null while it is worth something.
    #[schema(required)]
    revoked_at: Option<Time>,
}

/// An API key with its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct NewApiKeyBody {
    #[serde(flatten)]
    key: ApiKeyBody,
    /// What callers send as `Authorization: Bearer SECRET`. It is not stored and cannot be shown again.
    secret: String,
}

impl From<ApiKey> for ApiKeyBody {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.api_key_id.to_string(),
            name: key.name,
            scopes: key.scopes,
            created_at: Time(key.created_at),
            revoked_at: key.revoked_at.map(Time),
        }
    }
}

/// Create an API key
///
/// Its secret is in this answer and nowhere else. A repeat makes another key. A key can give only scopes it has itself.
#[utoipa::path(
    post,
    path = "/admin/api-keys",
    tag = "keys",
    request_body = ApiKeyWish,
    responses((status = 201, description = "Made.", body = NewApiKeyBody)),
)]
pub(super) async fn create_api_key(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    JsonBody(wish): JsonBody<ApiKeyWish>,
) -> Result<(StatusCode, Json<NewApiKeyBody>), Problem> {
    let mut faults = Faults::default();
    let scopes: Vec<Option<Scope>> = wish
        .scopes
        .iter()
        .enumerate()
        .map(|(position, scope)| faults.read(&format!("scopes[{position}]"), scope))
        .collect();
    if !faults.is_empty() {
        return Err(faults.refuse());
    }
    let made = app.create_api_key(Some(caller.principal()), &wish.name, scopes.into_iter().flatten().collect()).await?;
    Ok((StatusCode::CREATED, Json(NewApiKeyBody { key: made.key.into(), secret: made.secret })))
}

/// Revoke an API key
///
/// It is worth nothing any more: in this process at once, in others within five seconds. A repeat changes nothing.
#[utoipa::path(
    delete,
    path = "/admin/api-keys/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "The key.")),
    responses((status = 204, description = "It is worth nothing any more.")),
)]
pub(super) async fn revoke_api_key(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    NoBody: NoBody,
) -> Result<StatusCode, Problem> {
    let mut faults = Faults::default();
    let Some(api_key_id) = faults.read::<ApiKeyId>("id", &id) else { return Err(faults.refuse()) };
    app.revoke_api_key(&caller.actor(), api_key_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List API keys
///
/// Newest first, without their secrets.
#[utoipa::path(
    get,
    path = "/admin/api-keys",
    tag = "keys",
    responses((status = 200, description = "The keys.", body = Items<ApiKeyBody>)),
)]
pub(super) async fn api_keys(State(app): State<App>) -> Result<Json<Items<ApiKeyBody>>, Problem> {
    let keys = app.api_keys().await?;
    Ok(Json(Items { items: keys.into_iter().map(Into::into).collect() }))
}
