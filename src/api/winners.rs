//! Who won lately, without saying who.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::draws::AwardBody;
use super::extract::{Faults, PathText};
use super::page::Items;
use super::problem::Problem;
use super::time::Time;
use crate::app::App;
use crate::domain::id::{ActivityId, UserId};

/// What stands for the part of a name that is not told. Always as long, so that it does not tell the length either.
const MASK: &str = "***";

/// One win.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WinnerBody {
    /// The winner, with all but the first and the last letter masked.
    #[schema(example = "a***n")]
    user: String,
    /// What was won.
    award: AwardBody,
    /// When.
    drawn_at: Time,
}

/// List the latest winners of an activity
///
/// At most twenty, newest first, for everybody to see: names are masked, and draws that won nothing are left out.
#[utoipa::path(
    get,
    path = "/v1/activities/{id}/winners",
    tag = "activities",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "The winners.", body = Items<WinnerBody>)),
)]
pub(super) async fn winners(
    State(app): State<App>,
    PathText(id): PathText,
) -> Result<Json<Items<WinnerBody>>, Problem> {
    let mut faults = Faults::default();
    let Some(activity_id) = faults.read::<ActivityId>("id", &id) else { return Err(faults.refuse()) };
    let mut items = Vec::new();
    for draw in app.winners(&activity_id).await? {
        let award = AwardBody::of(&app, &draw.activity_id, draw.version, (&draw.award_id, &draw.value)).await?;
        items.push(WinnerBody { user: masked(&draw.user_id), award, drawn_at: Time(draw.drawn_at) });
    }
    Ok(Json(Items { items }))
}

/// The first and the last letter; of short names the first alone, or none.
fn masked(user_id: &UserId) -> String {
    let mut letters = user_id.as_str().chars();
    match (letters.next(), letters.next(), letters.next(), letters.next_back()) {
        (Some(first), Some(_), Some(_), Some(last)) => format!("{first}{MASK}{last}"),
        (Some(first), Some(_), _, _) => format!("{first}{MASK}"),
        _ => MASK.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_masked() {
        for (name, shown) in [
            ("guest-17", "g***7"),
            ("anna", "a***a"),
            ("ann", "a***"),
            ("an", "a***"),
            ("a", "***"),
            ("用户张三", "用***三"),
        ] {
            assert_eq!(masked(&UserId::new(name).unwrap()), shown, "{name}");
        }
    }
}
