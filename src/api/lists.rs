//! The black and the grey list of each activity.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Caller;
use super::extract::{Faults, JsonBody, NoBody, PathTexts, QueryText};
use super::page::{PageWish, Part};
use super::problem::Problem;
use super::time::Time;
use crate::app::App;
use crate::domain::id::{ActivityId, UserId};
use crate::domain::standing::{ListedUser, UserList};

/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;

/// A wish to put a user on a list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListWish {
    /// Why, for people.
    #[schema(example = "seventeen accounts of one device", max_length = 500)]
    reason: Option<String>,
}

/// A user on a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListedUserBody {
    /// Who.
    user_id: String,
    /// Where.
    activity_id: String,
    /// Which list.
    list: UserList,
    /// Why, for people.
    #[schema(required)]
    reason: Option<String>,
    /// Since when.
    created_at: Time,
}

impl From<ListedUser> for ListedUserBody {
    fn from(listed: ListedUser) -> Self {
        Self {
            user_id: listed.user_id.to_string(),
            activity_id: listed.activity_id.to_string(),
            list: listed.list,
            reason: listed.reason,
            created_at: Time(listed.created_at),
        }
    }
}

/// Reads activity, list and user of a path.
fn read_path(faults: &mut Faults, [id, list, user]: &[String; 3]) -> Option<(ActivityId, UserList, UserId)> {
    let (id, list, user) = (faults.read("id", id), faults.read("list", list), faults.read("user", user));
    Some((id?, list?, user?))
}

/// Put a user on a list
///
/// Off the other list, if it was there; it holds from the next draw on. Users on the black list get the document's blacklist
/// award, or may not draw where it names none; users on the grey list win no award that is counted or limited per user. The
/// same again changes nothing.
#[utoipa::path(
    put,
    path = "/admin/activities/{id}/lists/{list}/{user}",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The activity."),
        ("list" = UserList, Path, description = "The list."),
        ("user" = String, Path, description = "The user, percent-encoded."),
    ),
    request_body = ListWish,
    responses((status = 200, description = "The user is on the list.", body = ListedUserBody)),
)]
pub(super) async fn put_on_list(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathTexts(path): PathTexts<3>,
    JsonBody(wish): JsonBody<ListWish>,
) -> Result<Json<ListedUserBody>, Problem> {
    let mut faults = Faults::default();
    let read = read_path(&mut faults, &path);
    let reason = wish.reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if let Some(reason) = &reason {
        if reason.chars().count() > REASON_CHARS_MAX {
            faults.add("reason", format!("is too long; use at most {REASON_CHARS_MAX} characters"));
        }
        if reason.chars().any(char::is_control) {
            faults.add("reason", "contains a control character; use printable characters only");
        }
    }
    let (Some((activity_id, list, user_id)), true) = (read, faults.is_empty()) else { return Err(faults.refuse()) };
    let listed = app.put_on_list(&caller.actor(), (&activity_id, &user_id), list, reason).await?;
    Ok(Json(listed.into()))
}

/// Take a user off a list
///
/// It holds from the next draw on.
#[utoipa::path(
    delete,
    path = "/admin/activities/{id}/lists/{list}/{user}",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The activity."),
        ("list" = UserList, Path, description = "The list."),
        ("user" = String, Path, description = "The user, percent-encoded."),
    ),
    responses((status = 204, description = "The user is on that list no more.")),
)]
pub(super) async fn take_off_list(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathTexts(path): PathTexts<3>,
    NoBody: NoBody,
) -> Result<StatusCode, Problem> {
    let mut faults = Faults::default();
    let Some((activity_id, list, user_id)) = read_path(&mut faults, &path) else { return Err(faults.refuse()) };
    app.take_off_list(&caller.actor(), (&activity_id, &user_id), list).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the users on a list
///
/// By user id, ascending. Users that the campaign document itself lists are not among them.
#[utoipa::path(
    get,
    path = "/admin/activities/{id}/lists/{list}",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The activity."),
        ("list" = UserList, Path, description = "The list."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the list.", body = Part<ListedUserBody>)),
)]
pub(super) async fn listed(
    State(app): State<App>,
    PathTexts(path): PathTexts<2>,
    query: QueryText,
) -> Result<Json<Part<ListedUserBody>>, Problem> {
    let [id, list] = &path;
    let mut faults = Faults::default();
    faults.only(&query, &["cursor", "limit"]);
    let read = (
        faults.read::<ActivityId>("id", id),
        faults.read::<UserList>("list", list),
        PageWish::<UserId>::read(&mut faults, &query),
        faults.is_empty(),
    );
    let (Some(activity_id), Some(list), Some(wish), true) = read else { return Err(faults.refuse()) };
    let rows = app.listed(&activity_id, list, &wish.page()).await?;
    let (rows, next) = wish.cut(rows, |row| row.user_id.clone());
    let next_cursor = next.map(|user_id| user_id.to_string());
    Ok(Json(Part { items: rows.into_iter().map(Into::into).collect(), next_cursor }))
}
