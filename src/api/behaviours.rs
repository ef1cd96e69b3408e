//! Reporting what users did, and the calendar of it.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::draws::created_once;
use super::extract::{Faults, JsonBody, PathText, QueryText};
use super::page::{Items, PageWish};
use super::problem::Problem;
use super::time::{Date, Time};
use crate::app::{App, BehaviourReport, BehaviourView};
use crate::domain::behaviour::{Earned, Rebate};
use crate::domain::calendar::Month;
use crate::domain::id::{ActivityId, BehaviourId, BusinessKey, Name, UserId};

/// What a user did.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BehaviourWish {
    /// Who: 1 to 128 bytes of printable text.
    #[schema(example = "ann", min_length = 1, max_length = 128)]
    user_id: String,
    /// What, as the campaign document names it.
    #[schema(example = "sign_in", min_length = 1, max_length = 64)]
    behaviour: String,
    /// Which time: the business's own key, such as a payment's number. A daily behaviour takes the day it is in the activity,
    /// and may leave it out.
    #[serde(default)]
    #[schema(example = "pay-7001", min_length = 1, max_length = 128, nullable = false)]
    business_key: Option<String>,
    /// Where it is rewarded; in every open activity that rewards it, if absent.
    #[serde(default)]
    #[schema(example = "100301", min_length = 1, max_length = 64, nullable = false)]
    activity_id: Option<String>,
}

/// One behaviour that was rewarded. Nothing in it ever changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BehaviourBody {
    /// The record of it.
    #[schema(example = "beh_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// Who.
    user_id: String,
    /// Where it was rewarded.
    activity_id: String,
    /// The version of the campaign document that says what it earned.
    version: u32,
    /// What the user did.
    behaviour: String,
    /// Which time.
    business_key: String,
    /// The local day it counts in.
    day: Date,
    /// Days in a row up to this one, where the behaviour was daily.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    streak: Option<u32>,
    /// What it earned.
    grants: Vec<EarnedBody>,
    /// When.
    created_at: Time,
}

/// One thing a behaviour earned: draws, points, or both.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EarnedBody {
    /// The days in a row it is for; absent for what every time earns.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    streak: Option<u32>,
    /// Whose draws were granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sku: Option<String>,
    /// How many draws.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    draws: Option<u32>,
    /// Points credited, a decimal with two places.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "10.00", nullable = false)]
    points: Option<String>,
}

/// A user's way through the days of a behaviour.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CalendarBody {
    /// The month of the items.
    #[schema(example = "2026-11")]
    month: String,
    /// The local day it is now.
    today: Date,
    /// Days in a row up to today, or up to yesterday while today is missing; 0 where both are, or where it is not daily.
    streak: u32,
    /// Whether today is done. Never where it is not daily.
    done_today: bool,
    /// The next streak that earns more; null where there is none.
    #[schema(required)]
    next_step: Option<StepBody>,
    /// A part of the month, newest first.
    items: Vec<BehaviourBody>,
    /// Send it as `cursor` for the part that follows; null after the last one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// A streak that earns more.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepBody {
    /// Days in a row.
    at: u32,
    /// Days still missing.
    days: u32,
    /// What it earns beside what every day does.
    grants: Vec<EarnedBody>,
}

impl From<Earned<'_>> for EarnedBody {
    fn from(earned: Earned<'_>) -> Self {
        let draws = earned.earning.draws.as_ref();
        Self {
            streak: earned.streak,
            sku: draws.map(|draws| draws.sku.to_string()),
            draws: draws.map(|draws| draws.draws),
            points: earned.earning.points.map(|points| points.to_string()),
        }
    }
}

impl From<BehaviourView> for BehaviourBody {
    fn from(view: BehaviourView) -> Self {
        let BehaviourView { behaviour, rebate } = view;
        Self {
            id: behaviour.behaviour_id.to_string(),
            user_id: behaviour.user_id.to_string(),
            activity_id: behaviour.activity_id.to_string(),
            version: behaviour.version.0,
            behaviour: behaviour.behaviour.to_string(),
            business_key: behaviour.key.to_string(),
            day: Date(behaviour.day),
            streak: (behaviour.streak > 0).then_some(behaviour.streak),
            grants: rebate.earned(behaviour.streak).into_iter().map(Into::into).collect(),
            created_at: Time(behaviour.created_at),
        }
    }
}

impl StepBody {
    fn next(rebate: &Rebate, streak: u32) -> Option<Self> {
        let at = rebate.next_step(streak)?;
        Some(Self { at, days: at - streak, grants: rebate.steps_at(at).map(Into::into).collect() })
    }
}

/// Report what a user did
///
/// Grants the draws and credits the points that open activities give for the behaviour, once for each business key. The key
/// takes the place of an Idempotency-Key: a repeat gives the first answer, byte for byte, and grants nothing.
#[utoipa::path(
    post,
    path = "/v1/behaviours",
    tag = "behaviours",
    request_body = BehaviourWish,
    responses((
        status = 201,
        description = "Rewarded: one item for each activity.",
        body = Items<BehaviourBody>,
        headers(("Idempotency-Replayed" = bool, description = "`true` where this is the answer of an earlier report."))
    )),
)]
pub(super) async fn report_behaviour(
    State(app): State<App>,
    JsonBody(wish): JsonBody<BehaviourWish>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let user_id = faults.read::<UserId>("user_id", &wish.user_id);
    let behaviour = faults.read::<Name>("behaviour", &wish.behaviour);
    let key = wish.business_key.map(|key| faults.read::<BusinessKey>("business_key", &key));
    let activity_id = wish.activity_id.map(|id| faults.read::<ActivityId>("activity_id", &id));
    let (Some(user_id), Some(behaviour), true) = (user_id, behaviour, faults.is_empty()) else {
        return Err(faults.refuse());
    };
    let report = BehaviourReport { user_id, behaviour, key: key.flatten(), activity_id: activity_id.flatten() };
    let reported = app.report_behaviour(report).await?;
    let items: Vec<BehaviourBody> = reported.behaviours.into_iter().map(Into::into).collect();
    Ok(created_once(Items { items }, reported.repeated))
}

/// Get the calendar of a user's behaviour
///
/// What the user did in a month, newest first, with the days in a row now and what the next streak earns.
#[utoipa::path(
    get,
    path = "/v1/users/{id}/behaviours",
    tag = "behaviours",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("activity_id" = String, Query, description = "The activity."),
        ("behaviour" = String, Query, description = "The behaviour."),
        ("month" = Option<String>, Query, description = "Such as 2026-11; the month it is in the activity, if absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "The calendar and a part of the month.", body = CalendarBody)),
)]
pub(super) async fn user_behaviours(
    State(app): State<App>,
    PathText(id): PathText,
    query: QueryText,
) -> Result<Json<CalendarBody>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["activity_id", "behaviour", "month", "cursor", "limit"]);
    let user_id = faults.read::<UserId>("id", &id);
    let activity_id = faults.required::<ActivityId>(&query, "activity_id");
    let behaviour = faults.required::<Name>(&query, "behaviour");
    let month = faults.optional::<Month>(&query, "month");
    let wish = PageWish::<BehaviourId>::read(&mut faults, &query);
    let read = (user_id, activity_id, behaviour, month, wish, faults.is_empty());
    let (Some(user_id), Some(activity_id), Some(behaviour), Some(month), Some(wish), true) = read else {
        return Err(faults.refuse());
    };
    let whose = (&user_id, &activity_id, &behaviour);
    let calendar = app.behaviour_calendar(whose, month, &wish.page()).await?;
    let (rows, next) = wish.cut(calendar.behaviours, |row| row.behaviour.behaviour_id);
    Ok(Json(CalendarBody {
        month: calendar.month.to_string(),
        today: Date(calendar.today),
        streak: calendar.streak,
        done_today: calendar.done_today,
        next_step: StepBody::next(&calendar.rebate, calendar.streak),
        items: rows.into_iter().map(Into::into).collect(),
        next_cursor: next.map(|id| id.to_string()),
    }))
}
