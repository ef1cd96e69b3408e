//! What may be seen of activities: facts, odds, tiers, quota, SKUs.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Faults, PathText, QueryText};
use super::page::Items;
use super::problem::Problem;
use super::time::{Date, Time};
use crate::app::{ActivityView, App, AwardView, Odds, QuotaView, TierView};
use crate::domain::award::AwardKind;
use crate::domain::campaign::ActivityState;
use crate::domain::id::{ActivityId, UserId};
use crate::domain::stock::StockItem;
use crate::domain::strategy::TierMode;

/// The public facts of an activity.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActivityBody {
    /// The activity.
    #[schema(example = "100301")]
    id: String,
    /// What users read.
    title: String,
    /// What users read below the title.
    description: String,
    /// Where it is in its life. Draws are accepted while it is open and within the window.
    state: ActivityState,
    /// The version of the campaign document that decides new draws.
    version: u32,
    /// The first instant of the window.
    opens_at: Time,
    /// The first instant after the window.
    closes_at: Time,
    /// Whose midnights turn days and months.
    #[schema(example = "Asia/Shanghai")]
    time_zone: String,
    /// Draws a user may make.
    limits: LimitsBody,
    /// The exact probability of every award by the strategy's own weights, in the order of the document.
    odds: Vec<OddsBody>,
    /// The behaviours that are rewarded, such as `sign_in`.
    behaviours: Vec<String>,
    /// What was published before the first draw, so that draws can be checked afterwards.
    seeds: SeedsBody,
}

/// Draws a user may make in the activity's local day and month; null is without limit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LimitsBody {
    /// In one day.
    #[schema(required)]
    day: Option<u32>,
    /// In one month.
    #[schema(required)]
    month: Option<u32>,
}

/// The probability of one award.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OddsBody {
    /// The award.
    award_id: String,
    /// What winners read.
    title: String,
    /// What it is.
    kind: AwardKind,
    /// An exact decimal. `0` is won through tiers, the blacklist or as a fallback only.
    #[schema(example = "0.03")]
    probability: String,
}

/// The hash chains of day seeds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeedsBody {
    /// One, and one more for each later version that prolonged the window.
    chains: Vec<SeedChainBody>,
    /// The first day whose seed is still secret: receipts of earlier days show theirs.
    secret_from: Date,
}

/// One hash chain of day seeds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeedChainBody {
    /// The first day it covers.
    first_day: Date,
    /// How many days it covers.
    days: u32,
    /// SHA-256 of the first day's seed, in hexadecimal.
    commitment: String,
}

/// An award as one user sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AwardViewBody {
    /// The award.
    id: String,
    /// What winners read.
    title: String,
    /// What it is.
    kind: AwardKind,
    /// Probability by the strategy's own weights, an exact decimal.
    weight: String,
    /// How many there are over the activity's whole life; null is without limit.
    #[schema(required)]
    stock_total: Option<u64>,
    /// How many are left; null is without limit.
    #[schema(required)]
    stock_left: Option<u64>,
    /// Draws a user must have made today, before a draw, for it to win this.
    unlock_after: u32,
    /// Draws this user still has to make today until a draw can win this: the number the rule uses.
    draws_until_unlock: u32,
    /// How often one user may win it over the activity's whole life; null is without limit.
    #[schema(required)]
    per_user: Option<u32>,
    /// How often this user has won it; null where that is without limit.
    #[schema(required)]
    won: Option<u32>,
}

/// The tiers and a user's way to them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TiersBody {
    /// Draws the user has used in the activity.
    used: u32,
    /// Ascending.
    items: Vec<TierBody>,
}

/// An award set that applies by draws used.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TierBody {
    /// Draws used before a draw at which it applies.
    at: u32,
    /// `once`: to that one draw. `from`: to every draw from there to the next tier.
    mode: TierModeBody,
    /// What is drawn from.
    award_ids: Vec<String>,
    /// Draws this user still has to make until it applies; 0 when it applies to the next draw or has passed.
    draws_until: u32,
    /// Whether it applies to this user's next draw.
    applies_next: bool,
}

/// How long a tier holds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TierModeBody {
    /// For one draw.
    Once,
    /// For every draw until a higher tier applies.
    From,
}

/// A user's draws in an activity.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QuotaBody {
    /// Who.
    user_id: String,
    /// Where.
    activity_id: String,
    /// Draws granted over the activity's whole life.
    total: QuotaPart,
    /// Draws of this month.
    month: QuotaPart,
    /// Draws of today.
    day: QuotaPart,
    /// The day that today is in the activity's time zone.
    today: Date,
    /// When the next day begins.
    next_day_at: Time,
}

/// One limit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QuotaPart {
    /// Draws that may be used; null is without limit.
    #[schema(required)]
    limit: Option<u32>,
    /// Draws used.
    used: u32,
    /// Draws this limit leaves; null is without limit.
    #[schema(required)]
    left: Option<u32>,
}

/// What users obtain to get draws.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SkuBody {
    /// The SKU.
    #[schema(example = "9013")]
    sku: String,
    /// Draws it grants.
    draws: u32,
    /// What it costs in points, a decimal with two places.
    #[schema(example = "20.00")]
    price: String,
    /// How many there are over the activity's whole life; null is without limit.
    #[schema(required)]
    stock_total: Option<u64>,
    /// How many are left; null is without limit.
    #[schema(required)]
    stock_left: Option<u64>,
}

impl From<Odds> for OddsBody {
    fn from(odds: Odds) -> Self {
        let (award_id, title) = (odds.award_id.to_string(), odds.title);
        Self { award_id, title, kind: odds.kind, probability: odds.probability }
    }
}

impl From<ActivityView> for ActivityBody {
    fn from(view: ActivityView) -> Self {
        let chains = view.commitments.into_iter().map(|(first_day, days, commitment)| SeedChainBody {
            first_day: Date(first_day),
            days,
            commitment: commitment.to_string(),
        });
        Self {
            id: view.head.activity_id.to_string(),
            title: view.campaign.title.clone(),
            description: view.campaign.document.description.clone(),
            state: view.head.state,
            version: view.head.version.0,
            opens_at: Time(view.campaign.opens_at),
            closes_at: Time(view.campaign.closes_at),
            time_zone: view.campaign.time_zone.name().to_owned(),
            limits: LimitsBody { day: view.campaign.limits.day, month: view.campaign.limits.month },
            odds: view.odds.into_iter().map(Into::into).collect(),
            behaviours: view.campaign.rebates.iter().map(|rebate| rebate.behaviour.to_string()).collect(),
            seeds: SeedsBody { chains: chains.collect(), secret_from: Date(view.secret_from) },
        }
    }
}

impl From<AwardView> for AwardViewBody {
    fn from(view: AwardView) -> Self {
        Self {
            id: view.odds.award_id.to_string(),
            title: view.odds.title,
            kind: view.odds.kind,
            weight: view.odds.probability,
            stock_total: view.stock_total,
            stock_left: view.stock_left,
            unlock_after: view.unlock_after,
            draws_until_unlock: view.draws_until_unlock,
            per_user: view.per_user,
            won: view.won,
        }
    }
}

impl From<TierView> for TierBody {
    fn from(view: TierView) -> Self {
        Self {
            at: view.at,
            mode: match view.mode {
                TierMode::Once => TierModeBody::Once,
                TierMode::From => TierModeBody::From,
            },
            award_ids: view.award_ids.iter().map(ToString::to_string).collect(),
            draws_until: view.draws_until,
            applies_next: view.applies_next,
        }
    }
}

impl QuotaPart {
    fn of(limit: Option<u32>, used: u32) -> Self {
        Self { limit, used, left: limit.map(|limit| limit.saturating_sub(used)) }
    }
}

impl QuotaBody {
    fn of(user_id: &UserId, activity_id: &ActivityId, view: &QuotaView) -> Self {
        let QuotaView { quota, limits, day, next_day_at } = view;
        Self {
            user_id: user_id.to_string(),
            activity_id: activity_id.to_string(),
            total: QuotaPart::of(Some(quota.granted), quota.used),
            month: QuotaPart::of(limits.month, quota.used_this_month),
            day: QuotaPart::of(limits.day, quota.used_today),
            today: Date(*day),
            next_day_at: Time(*next_day_at),
        }
    }
}

/// Reads the activity of the path and the user of the query.
fn activity_and_user(id: &str, query: &QueryText) -> Result<(ActivityId, UserId), Problem> {
    let mut faults = Faults::default();
    faults.only(query, &["user_id"]);
    match (faults.read("id", id), faults.required(query, "user_id"), faults.is_empty()) {
        (Some(activity_id), Some(user_id), true) => Ok((activity_id, user_id)),
        _ => Err(faults.refuse()),
    }
}

fn activity_alone(id: &str) -> Result<ActivityId, Problem> {
    let mut faults = Faults::default();
    faults.read("id", id).ok_or_else(|| faults.refuse())
}

/// Get an activity
///
/// Its window, state, limits, the exact odds, and the commitments that its draws can be checked against.
#[utoipa::path(
    get,
    path = "/v1/activities/{id}",
    tag = "activities",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "The activity.", body = ActivityBody)),
)]
pub(super) async fn activity(State(app): State<App>, PathText(id): PathText) -> Result<Json<ActivityBody>, Problem> {
    let activity_id = activity_alone(&id)?;
    Ok(Json(app.activity(&activity_id).await?.into()))
}

/// List the awards of an activity
///
/// As one user sees them: weight, stock, and how many draws until each is unlocked.
#[utoipa::path(
    get,
    path = "/v1/activities/{id}/awards",
    tag = "activities",
    params(
        ("id" = String, Path, description = "The activity."),
        ("user_id" = String, Query, description = "The user."),
    ),
    responses((status = 200, description = "The awards.", body = Items<AwardViewBody>)),
)]
pub(super) async fn activity_awards(
    State(app): State<App>,
    PathText(id): PathText,
    query: QueryText,
) -> Result<Json<Items<AwardViewBody>>, Problem> {
    let (activity_id, user_id) = activity_and_user(&id, &query)?;
    let views = app.award_views(&activity_id, &user_id).await?;
    Ok(Json(Items { items: views.into_iter().map(Into::into).collect() }))
}

/// List the tiers of an activity
///
/// As one user sees them: how many draws until each applies.
#[utoipa::path(
    get,
    path = "/v1/activities/{id}/tiers",
    tag = "activities",
    params(
        ("id" = String, Path, description = "The activity."),
        ("user_id" = String, Query, description = "The user."),
    ),
    responses((status = 200, description = "The tiers.", body = TiersBody)),
)]
pub(super) async fn activity_tiers(
    State(app): State<App>,
    PathText(id): PathText,
    query: QueryText,
) -> Result<Json<TiersBody>, Problem> {
    let (activity_id, user_id) = activity_and_user(&id, &query)?;
    let (tiers, used) = app.tiers(&activity_id, &user_id).await?;
    Ok(Json(TiersBody { used, items: tiers.into_iter().map(Into::into).collect() }))
}

/// Get a user's draws in an activity
///
/// What is granted, used and left: in all, this month and today.
#[utoipa::path(
    get,
    path = "/v1/activities/{id}/quota",
    tag = "activities",
    params(
        ("id" = String, Path, description = "The activity."),
        ("user_id" = String, Query, description = "The user."),
    ),
    responses((status = 200, description = "The quota.", body = QuotaBody)),
)]
pub(super) async fn activity_quota(
    State(app): State<App>,
    PathText(id): PathText,
    query: QueryText,
) -> Result<Json<QuotaBody>, Problem> {
    let (activity_id, user_id) = activity_and_user(&id, &query)?;
    let view = app.quota(&activity_id, &user_id).await?;
    Ok(Json(QuotaBody::of(&user_id, &activity_id, &view)))
}

/// List the SKUs of an activity
///
/// What users obtain to get draws.
#[utoipa::path(
    get,
    path = "/v1/activities/{id}/skus",
    tag = "activities",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "The SKUs.", body = Items<SkuBody>)),
)]
pub(super) async fn activity_skus(
    State(app): State<App>,
    PathText(id): PathText,
) -> Result<Json<Items<SkuBody>>, Problem> {
    let activity_id = activity_alone(&id)?;
    let (_, campaign) = app.current(&activity_id).await?;
    let (_, stock) = app.stock(&activity_id).await?;
    let left = |item: &StockItem| stock.iter().find(|view| view.counter.item == *item).map(|view| view.counter.left);
    let items = campaign.skus.iter().map(|offer| SkuBody {
        sku: offer.sku.to_string(),
        draws: offer.draws,
        price: offer.price.to_string(),
        stock_total: offer.stock,
        stock_left: offer.stock.and_then(|_| left(&StockItem::Sku(offer.sku.clone()))),
    });
    Ok(Json(Items { items: items.collect() }))
}
