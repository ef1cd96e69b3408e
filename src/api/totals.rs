//! What an activity's rows come to so far, and how fast they come.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Faults, PathText};
use super::problem::Problem;
use super::settlements::AwardTotalsBody;
use super::time::Time;
use crate::app::App;
use crate::domain::id::ActivityId;

/// What an activity's rows come to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TotalsBody {
    /// The activity.
    activity_id: String,
    /// When they were counted.
    at: Time,
    /// Users who drew.
    users: u64,
    /// Draws that users were granted and that were not taken back.
    draws_granted: u64,
    /// Draws that were used.
    draws_used: u64,
    /// Points that were won and delivered.
    #[schema(example = "120.50")]
    points_issued: String,
    /// Where the promises stand, by award.
    awards: Vec<AwardTotalsBody>,
}

/// Draws of a while that has just passed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PaceBody {
    /// The activity.
    activity_id: String,
    /// When the while ended: shortly before now, so that every draw of it is written.
    at: Time,
    /// How long it was.
    #[schema(example = 10)]
    seconds: u32,
    /// Draws that every server together made within it.
    draws: u64,
}

/// Get the totals of an activity
///
/// Counted when it is asked, over the activity's whole life so far: it reads every draw of it, so ask `pace` for what changes from
/// second to second.
#[utoipa::path(
    get,
    path = "/admin/activities/{id}/totals",
    tag = "operations",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "The totals.", body = TotalsBody)),
)]
pub(super) async fn totals(State(app): State<App>, PathText(id): PathText) -> Result<Json<TotalsBody>, Problem> {
    let mut faults = Faults::default();
    let Some(activity_id) = faults.read::<ActivityId>("id", &id) else { return Err(faults.refuse()) };
    let at = Time(app.sources().now());
    let totals = app.activity_totals(&activity_id).await?;
    Ok(Json(TotalsBody {
        activity_id: activity_id.to_string(),
        at,
        users: totals.users,
        draws_granted: totals.draws_granted,
        draws_used: totals.draws_used,
        points_issued: totals.points_issued.to_string(),
        awards: totals.awards.into_iter().map(Into::into).collect(),
    }))
}

/// Get the pace of an activity
///
/// How many draws all servers together made within the last few seconds. It reads those and no others, so it may be asked every few
/// seconds.
#[utoipa::path(
    get,
    path = "/admin/activities/{id}/pace",
    tag = "operations",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "The pace.", body = PaceBody)),
)]
pub(super) async fn pace(State(app): State<App>, PathText(id): PathText) -> Result<Json<PaceBody>, Problem> {
    let mut faults = Faults::default();
    let Some(activity_id) = faults.read::<ActivityId>("id", &id) else { return Err(faults.refuse()) };
    let pace = app.pace(&activity_id).await?;
    Ok(Json(PaceBody {
        activity_id: activity_id.to_string(),
        at: Time(pace.until),
        seconds: pace.seconds,
        draws: pace.draws,
    }))
}
