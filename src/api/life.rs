//! The life of activities: listed, paused, resumed, closed; and which run at a stage.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Caller;
use super::extract::{Faults, NoBody, PathText, QueryText};
use super::page::Items;
use super::problem::Problem;
use super::time::Time;
use crate::app::{ActivityLine, App, StateView};
use crate::domain::campaign::ActivityState;
use crate::domain::id::{ActivityId, Name};

/// An activity in the list of all.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActivityLineBody {
    /// The activity.
    #[schema(example = "100301")]
    id: String,
    /// What users read.
    title: String,
    /// Where it is in its life.
    state: ActivityState,
    /// The version of the campaign document that decides new draws.
    version: u32,
    /// The first instant of the window.
    opens_at: Time,
    /// The first instant after the window.
    closes_at: Time,
    /// Whose midnights turn days and months.
    time_zone: String,
}

/// An activity that runs at a stage.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StagedActivityBody {
    /// The activity.
    #[schema(example = "100301")]
    id: String,
    /// What users read.
    title: String,
    /// `open`, or `paused` while it accepts no draws for now.
    state: ActivityState,
    /// The version of the campaign document that is current.
    version: u32,
    /// When that version was published.
    published_at: Time,
    /// The first instant of the window.
    opens_at: Time,
    /// The first instant after the window.
    closes_at: Time,
}

/// Where an activity is in its life now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActivityStateBody {
    /// The activity.
    #[schema(example = "100301")]
    id: String,
    /// Its state now.
    state: ActivityState,
    /// Whether that is new; otherwise it was in that state before.
    changed: bool,
    /// The workflow that closes its books; null while it is open or paused.
    #[schema(required, example = "flow_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    workflow_id: Option<String>,
}

impl From<ActivityLine> for ActivityLineBody {
    fn from(line: ActivityLine) -> Self {
        Self {
            id: line.head.activity_id.to_string(),
            title: line.campaign.title.clone(),
            state: line.head.state,
            version: line.head.version.0,
            opens_at: Time(line.campaign.opens_at),
            closes_at: Time(line.campaign.closes_at),
            time_zone: line.campaign.time_zone.to_string(),
        }
    }
}

impl From<StateView> for ActivityStateBody {
    fn from(view: StateView) -> Self {
        Self {
            id: view.activity_id.to_string(),
            state: view.state,
            changed: view.changed,
            workflow_id: view.workflow_id.map(|id| id.to_string()),
        }
    }
}

fn read_activity(id: &str) -> Result<ActivityId, Problem> {
    let mut faults = Faults::default();
    faults.read("id", id).ok_or_else(|| faults.refuse())
}

/// List activities
///
/// Every one that was ever published, by id.
#[utoipa::path(
    get,
    path = "/admin/activities",
    tag = "campaigns",
    responses((status = 200, description = "The activities.", body = Items<ActivityLineBody>)),
)]
pub(super) async fn activities(State(app): State<App>) -> Result<Json<Items<ActivityLineBody>>, Problem> {
    let lines = app.activities().await?;
    Ok(Json(Items { items: lines.into_iter().map(Into::into).collect() }))
}

/// Pause an activity
///
/// No draw and no recharge is accepted until it is resumed; what was won is delivered all the same. Pausing a paused one
/// changes nothing.
#[utoipa::path(
    post,
    path = "/admin/activities/{id}/pause",
    tag = "campaigns",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "It is paused.", body = ActivityStateBody)),
)]
pub(super) async fn pause(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    NoBody: NoBody,
) -> Result<Json<ActivityStateBody>, Problem> {
    Ok(Json(app.pause(&caller.actor(), &read_activity(&id)?).await?.into()))
}

/// Resume an activity
///
/// A paused one accepts draws again. Resuming an open one changes nothing.
#[utoipa::path(
    post,
    path = "/admin/activities/{id}/resume",
    tag = "campaigns",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "It is open.", body = ActivityStateBody)),
)]
pub(super) async fn resume(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    NoBody: NoBody,
) -> Result<Json<ActivityStateBody>, Problem> {
    Ok(Json(app.resume(&caller.actor(), &read_activity(&id)?).await?.into()))
}

/// Close an activity
///
/// For good and at once: nothing can be drawn any more. A workflow then settles every day, reveals every seed and makes the
/// report. Closing a closed one changes nothing.
#[utoipa::path(
    post,
    path = "/admin/activities/{id}/close",
    tag = "campaigns",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "It is closed, or settled already.", body = ActivityStateBody)),
)]
pub(super) async fn close(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    NoBody: NoBody,
) -> Result<Json<ActivityStateBody>, Problem> {
    Ok(Json(app.close_activity(&caller.actor(), &read_activity(&id)?).await?.into()))
}

/// List the activities of a stage
///
/// Those that run now, open or paused, and list the channel and source in their current document; newest published first.
#[utoipa::path(
    get,
    path = "/v1/stages",
    tag = "activities",
    params(
        ("channel" = String, Query, description = "The channel, such as `app`."),
        ("source" = String, Query, description = "The source within it, such as `home`."),
    ),
    responses((status = 200, description = "The activities; often one, perhaps none.", body = Items<StagedActivityBody>)),
)]
pub(super) async fn stages(
    State(app): State<App>,
    query: QueryText,
) -> Result<Json<Items<StagedActivityBody>>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["channel", "source"]);
    let channel = read_name(&mut faults, &query, "channel");
    let source = read_name(&mut faults, &query, "source");
    let (Some(channel), Some(source), true) = (channel, source, faults.is_empty()) else { return Err(faults.refuse()) };
    let staged = app.stage(channel.as_str(), source.as_str()).await?;
    let items = staged.into_iter().map(|(line, published_at)| StagedActivityBody {
        id: line.head.activity_id.to_string(),
        title: line.campaign.title.clone(),
        state: line.head.state,
        version: line.head.version.0,
        published_at: Time(published_at),
        opens_at: Time(line.campaign.opens_at),
        closes_at: Time(line.campaign.closes_at),
    });
    Ok(Json(Items { items: items.collect() }))
}

fn read_name(faults: &mut Faults, query: &QueryText, field: &'static str) -> Option<Name> {
    let Some(text) = query.get(field) else {
        faults.add(field, "is missing; name the stage by channel and source");
        return None;
    };
    faults.read(field, text)
}
