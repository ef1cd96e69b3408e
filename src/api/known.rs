//! Which users are known.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Faults, QueryText};
use super::page::{PageWish, Part};
use super::problem::Problem;
use crate::app::App;
use crate::domain::id::UserId;

/// A user that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KnownUserBody {
    /// Who, in the business's own words.
    #[schema(example = "ann")]
    id: String,
}

/// Find users
///
/// Those whose id starts with `prefix`, or all, each once, by the bytes of their ids. Nobody registers users: known is whoever was
/// ever granted draws, had points, showed a behaviour, or was put on a list.
#[utoipa::path(
    get,
    path = "/admin/users",
    tag = "operations",
    params(
        ("prefix" = Option<String>, Query, description = "What the id starts with; upper and lower case differ."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the users.", body = Part<KnownUserBody>)),
)]
pub(super) async fn users(State(app): State<App>, query: QueryText) -> Result<Json<Part<KnownUserBody>>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["prefix", "cursor", "limit"]);
    let prefix = query.get("prefix").unwrap_or_default();
    if prefix.len() > UserId::BYTES_MAX {
        faults.add("prefix", format!("is {} bytes long; use at most {}", prefix.len(), UserId::BYTES_MAX));
    }
    if prefix.chars().any(char::is_control) {
        faults.add("prefix", "contains a control character; use printable characters only");
    }
    let (Some(wish), true) = (PageWish::<UserId>::read(&mut faults, &query), faults.is_empty()) else {
        return Err(faults.refuse());
    };
    let (ids, next) = wish.cut(app.users(prefix, &wish.page()).await?, UserId::clone);
    let items = ids.iter().map(|id| KnownUserBody { id: id.to_string() }).collect();
    Ok(Json(Part { items, next_cursor: next.map(|id| id.to_string()) }))
}
