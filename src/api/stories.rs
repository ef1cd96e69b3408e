//! What became of a user or a draw, for support.

use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use chrono::DateTime;
use serde::Serialize;
use ulid::Ulid;
use utoipa::ToSchema;

use super::behaviours::BehaviourBody;
use super::draws::DrawBody;
use super::extract::{Faults, PathText, QueryText};
use super::operations::OutboxEntryBody;
use super::page::{PageWish, Part};
use super::problem::Problem;
use super::redemptions::RedemptionStateBody;
use super::time::Time;
use super::users::{EntryBody, UserAwardBody};
use crate::app::{App, BehaviourTold, DrawTold, Page, PassedOverAward, Told};
use crate::domain::calendar::Timestamp;
use crate::domain::draw::{Fallback, RechargeOrder};
use crate::domain::id::DrawId;
use crate::domain::outbox::{Attempt, AttemptEnd};
use crate::domain::story::{RedemptionStory, TimelineFilter, TimelineKind};
use crate::fault::Result;

/// One draw from its facts to its last effect.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DrawStoryBody {
    /// The draw: request, facts, version, roll, what it won and why.
    draw: DrawBody,
    /// Awards that it passed over, from the one picked to the one before the one won.
    passed_over: Vec<PassedOverBody>,
    /// The promise of what was won, and where it stands.
    award: UserAwardBody,
    /// The work that delivers it; null where there is nothing to deliver, and once it is done and forgotten.
    #[schema(required)]
    work: Option<OutboxEntryBody>,
    /// Attempts that called somebody outside or failed, oldest first. Points and draws that come at once need none: `points` and
    /// `recharges` are the evidence.
    attempts: Vec<AttemptBody>,
    /// Lines of the winner's account that it caused, oldest first.
    points: Vec<EntryBody>,
    /// Grants of draws that it caused, oldest first.
    recharges: Vec<GrantBody>,
}

/// An award that was not given, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PassedOverBody {
    /// The award.
    award_id: String,
    /// Why not.
    why: Fallback,
}

/// One attempt to deliver.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttemptBody {
    /// The number of the lease it was made under, from 1; numbers of leases without an attempt are left out.
    lease: u32,
    /// When it began.
    began_at: Time,
    /// When its result was written.
    ended_at: Time,
    /// How it ended.
    outcome: AttemptEnd,
    /// What was answered (status and the beginning of the body) or went wrong.
    #[schema(required)]
    detail: Option<String>,
    /// The third party's own reference, where it gave one.
    #[schema(required)]
    reference: Option<String>,
}

/// One grant of draws.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GrantBody {
    /// The order.
    #[schema(example = "rech_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// In which activity.
    activity_id: String,
    /// By which SKU.
    sku: String,
    /// How many draws.
    draws: u32,
    /// Why: `request`, `award`, `redemption` or `rebate`.
    source: String,
    /// Which one: the Idempotency-Key, or the id of what caused it.
    source_key: String,
    /// When.
    created_at: Time,
}

/// One exchange, where it stands, and what it caused.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RedemptionStoryBody {
    #[serde(flatten)]
    redemption: RedemptionStateBody,
    /// Lines of the user's account that it caused, oldest first: the debit, and what restored it where it was taken back.
    points: Vec<EntryBody>,
    /// The grant of its draws.
    recharges: Vec<GrantBody>,
}

/// One rewarded behaviour, what it earned by its version, and what it caused.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BehaviourStoryBody {
    #[serde(flatten)]
    behaviour: BehaviourBody,
    /// Lines of the user's account that it caused, oldest first.
    points: Vec<EntryBody>,
    /// Grants of draws that it caused, oldest first.
    recharges: Vec<GrantBody>,
}

/// One thing that happened to a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum TimelineBody {
    /// A draw with everything it caused.
    Draw(Box<DrawStoryBody>),
    /// An exchange of points for draws, with everything it caused.
    Redemption(Box<RedemptionStoryBody>),
    /// A rewarded behaviour with everything it caused.
    Behaviour(Box<BehaviourStoryBody>),
    /// A grant of draws that none of these caused.
    Recharge(GrantBody),
    /// A movement of points that none of these caused.
    Points(EntryBody),
}

impl DrawStoryBody {
    async fn of(app: &App, told: DrawTold) -> Result<Self> {
        let story = told.story;
        Ok(Self {
            draw: DrawBody::of(app, &story.draw).await?,
            passed_over: told.passed_over.into_iter().map(Into::into).collect(),
            award: UserAwardBody::of(app, &story.award, &app.goods_claims(&[story.award.award_record_id]).await?)
                .await?,
            work: story.work.map(Into::into),
            attempts: story.attempts.into_iter().map(Into::into).collect(),
            points: story.entries.into_iter().map(Into::into).collect(),
            recharges: story.orders.into_iter().map(Into::into).collect(),
        })
    }
}

impl From<RedemptionStory> for RedemptionStoryBody {
    fn from(story: RedemptionStory) -> Self {
        Self {
            redemption: story.order.into(),
            points: story.entries.into_iter().map(Into::into).collect(),
            recharges: story.orders.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<BehaviourTold> for BehaviourStoryBody {
    fn from(told: BehaviourTold) -> Self {
        Self {
            behaviour: told.view.into(),
            points: told.entries.into_iter().map(Into::into).collect(),
            recharges: told.orders.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<PassedOverAward> for PassedOverBody {
    fn from(passed: PassedOverAward) -> Self {
        Self { award_id: passed.award_id.to_string(), why: passed.why }
    }
}

impl From<Attempt> for AttemptBody {
    fn from(attempt: Attempt) -> Self {
        Self {
            lease: attempt.lease,
            began_at: Time(attempt.began_at),
            ended_at: Time(attempt.ended_at),
            outcome: attempt.outcome,
            detail: attempt.detail,
            reference: attempt.reference,
        }
    }
}

impl From<RechargeOrder> for GrantBody {
    fn from(order: RechargeOrder) -> Self {
        let (source, source_key) = order.source.parts();
        Self {
            id: order.recharge_order_id.to_string(),
            activity_id: order.activity_id.to_string(),
            sku: order.sku.to_string(),
            draws: order.draws,
            source: source.into(),
            source_key,
            created_at: Time(order.created_at),
        }
    }
}

/// Where a timeline goes on.
#[derive(Clone)]
pub(super) struct TimelineCursor(Ulid);

impl FromStr for TimelineCursor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        Ulid::from_string(text).map(Self).map_err(|_| "is no cursor of a timeline; send `next_cursor` as it was given")
    }
}

/// Get a user's timeline
///
/// Everything that happened to the user, newest first: each draw with its whole story, each redemption and each rewarded
/// behaviour with what it caused, and recharges and movements of points that none of these caused. Of one kind or of all, and of a
/// span of time by when an item began.
#[utoipa::path(
    get,
    path = "/admin/users/{id}/timeline",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("kind" = Option<TimelineKind>, Query, description = "Only items of this kind."),
        ("since" = Option<Time>, Query, description = "Only items that began at this instant or later."),
        ("before" = Option<Time>, Query, description = "Only items that began before this instant."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the timeline.", body = Part<TimelineBody>)),
)]
pub(super) async fn timeline(
    State(app): State<App>,
    PathText(id): PathText,
    query: QueryText,
) -> Result<Json<Part<TimelineBody>>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["kind", "since", "before", "cursor", "limit"]);
    let user_id = faults.read("id", &id);
    let filter = read_filter(&mut faults, &query);
    let wish = PageWish::<TimelineCursor>::read(&mut faults, &query);
    let (Some(user_id), Some(filter), Some(wish), true) = (user_id, filter, wish, faults.is_empty()) else {
        return Err(faults.refuse());
    };
    let wanted = wish.page();
    let page = Page { after: wanted.after.map(|cursor| cursor.0), limit: wanted.limit };
    let rows = app.timeline(&user_id, &filter, &page).await?;
    let (rows, next) = wish.cut(rows, |row| TimelineCursor(row.ulid()));
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(match row {
            Told::Draw(told) => TimelineBody::Draw(Box::new(DrawStoryBody::of(&app, *told).await?)),
            Told::Redemption(story) => TimelineBody::Redemption(Box::new((*story).into())),
            Told::Behaviour(told) => TimelineBody::Behaviour(Box::new((*told).into())),
            Told::Recharge(order) => TimelineBody::Recharge(order.into()),
            Told::Points(entry) => TimelineBody::Points(entry.into()),
        });
    }
    Ok(Json(Part { items, next_cursor: next.map(|cursor| cursor.0.to_string()) }))
}

fn read_filter(faults: &mut Faults, query: &QueryText) -> Option<TimelineFilter> {
    let kind = faults.optional(query, "kind");
    let since = faults.optional::<Instant>(query, "since");
    let before = faults.optional::<Instant>(query, "before");
    Some(TimelineFilter {
        kind: kind?,
        since: since?.map(|instant| instant.0),
        before: before?.map(|instant| instant.0),
    })
}

/// An instant as a query says it.
struct Instant(Timestamp);

impl FromStr for Instant {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let read = DateTime::parse_from_rfc3339(text);
        read.map(|instant| Self(instant.to_utc()))
            .map_err(|_| "is no instant; write it like 2026-03-02T02:00:00Z, a plus sign as %2B")
    }
}

/// Get the story of a draw
///
/// From its facts to its last effect: what it was decided from, what it passed over, the promise, every attempt to deliver,
/// and what the winner got.
#[utoipa::path(
    get,
    path = "/admin/draws/{id}",
    tag = "operations",
    params(("id" = String, Path, description = "The draw.")),
    responses((status = 200, description = "The story.", body = DrawStoryBody)),
)]
pub(super) async fn draw_story(State(app): State<App>, PathText(id): PathText) -> Result<Json<DrawStoryBody>, Problem> {
    let mut faults = Faults::default();
    let Some(draw_id) = faults.read::<DrawId>("id", &id) else { return Err(faults.refuse()) };
    Ok(Json(DrawStoryBody::of(&app, app.draw_story(draw_id).await?).await?))
}
