//! What a user drew, won and holds.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::draws::{AwardBody, DrawBody};
use super::extract::{Faults, PathText, QueryText};
use super::page::{PageWish, Part};
use super::problem::Problem;
use super::time::Time;
use crate::app::App;
use crate::domain::award::{AwardKind, AwardRecord, AwardState};
use crate::domain::goods::GoodsClaim;
use crate::domain::id::UserId;
use crate::domain::ledger::{Entry, TransferReason};
use crate::fault::Result;

/// A draw with where its award stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserDrawBody {
    #[serde(flatten)]
    draw: DrawBody,
    /// Where the promise of its award stands.
    award_state: AwardState,
}

/// The promise of one award.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserAwardBody {
    /// The promise. Third parties get it as the key of the delivery.
    #[schema(example = "award_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// The draw that won it.
    draw_id: String,
    /// Where it was won.
    activity_id: String,
    /// The version of the campaign document that describes it.
    version: u32,
    /// What was won.
    award: AwardBody,
    /// Where it stands.
    state: AwardState,
    /// When it was promised.
    created_at: Time,
    /// When it may be dispatched.
    dispatch_at: Time,
    /// When the winner got it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    delivered_at: Option<Time>,
    /// What the winner needs: a coupon's code, the carrier's number of goods, a third party's own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reference: Option<String>,
    /// Goods: when they can no longer be claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    claim_by: Option<Time>,
    /// Goods: when they were claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    claimed_at: Option<Time>,
}

/// A user's balance, and a part of what made it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PointsBody {
    /// Points the user holds now, a decimal with two places.
    #[schema(example = "12.34")]
    balance: String,
    /// Points set aside, which are not in the balance.
    #[schema(example = "0.00")]
    held: String,
    /// The lots that expire next, soonest first, at most ten.
    expiring: Vec<ExpiringBody>,
    /// Newest first.
    items: Vec<EntryBody>,
    /// Send it as `cursor` for the part that follows; null after the last one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// What is left of points that were credited together and expire together.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExpiringBody {
    /// How much.
    #[schema(example = "5.00")]
    amount: String,
    /// When.
    expires_at: Time,
}

/// One line of a user's account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntryBody {
    /// The transfer it belongs to.
    #[schema(example = "xfer_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// What moved: above zero to the user.
    amount: String,
    /// The balance after it.
    balance: String,
    /// Why.
    reason: TransferReason,
    /// What caused it: the promise of an award, a hold, the Idempotency-Key of a request.
    key: String,
    /// What its caller says about it, where it says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<String>,
    /// When.
    created_at: Time,
}

impl UserAwardBody {
    /// With the title of the award, and the claim of goods among `claims`.
    pub(super) async fn of(app: &App, record: &AwardRecord, claims: &[GoodsClaim]) -> Result<Self> {
        let claim = claims.iter().find(|claim| claim.award_record_id == record.award_record_id);
        let award = (&record.award_id, &record.value);
        Ok(Self {
            id: record.award_record_id.to_string(),
            draw_id: record.draw_id.to_string(),
            activity_id: record.activity_id.to_string(),
            version: record.version.0,
            award: AwardBody::of(app, &record.activity_id, record.version, award).await?,
            state: record.state,
            created_at: Time(record.created_at),
            dispatch_at: Time(record.dispatch_at),
            delivered_at: record.delivered_at.map(Time),
            reference: record.reference.clone(),
            claim_by: app.claim_deadline(record).await?.map(Time),
            claimed_at: claim.map(|claim| Time(claim.claimed_at)),
        })
    }
}

impl From<Entry> for EntryBody {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.transfer_id.to_string(),
            amount: entry.amount.to_string(),
            balance: entry.balance.to_string(),
            reason: entry.reason,
            key: entry.key,
            note: entry.note,
            created_at: Time(entry.created_at),
        }
    }
}

/// Reads the user of the path and the part of the list that is wanted.
pub(super) fn user_and_page<K>(id: &str, query: &QueryText) -> Result<(UserId, PageWish<K>), Problem>
where
    K: std::str::FromStr<Err: std::fmt::Display> + Clone,
{
    let mut faults = Faults::default();
    faults.only(query, &["cursor", "limit"]);
    match (faults.read("id", id), PageWish::read(&mut faults, query), faults.is_empty()) {
        (Some(user_id), Some(wish), true) => Ok((user_id, wish)),
        _ => Err(faults.refuse()),
    }
}

/// List a user's draws
///
/// Over all activities, newest first.
#[utoipa::path(
    get,
    path = "/v1/users/{id}/draws",
    tag = "users",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the draws.", body = Part<UserDrawBody>)),
)]
pub(super) async fn user_draws(
    State(app): State<App>,
    PathText(id): PathText,
    query: QueryText,
) -> Result<Json<Part<UserDrawBody>>, Problem> {
    let (user_id, wish) = user_and_page(&id, &query)?;
    let rows = app.draws_of(&user_id, &wish.page()).await?;
    let (rows, next) = wish.cut(rows, |row| row.draw.draw_id);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(UserDrawBody { draw: DrawBody::of(&app, &row.draw).await?, award_state: row.award_state });
    }
    Ok(Json(Part { items, next_cursor: next.map(|id| id.to_string()) }))
}

/// List a user's awards
///
/// Over all activities, newest first, each with where its delivery stands.
#[utoipa::path(
    get,
    path = "/v1/users/{id}/awards",
    tag = "users",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the awards.", body = Part<UserAwardBody>)),
)]
pub(super) async fn user_awards(
    State(app): State<App>,
    PathText(id): PathText,
    query: QueryText,
) -> Result<Json<Part<UserAwardBody>>, Problem> {
    let (user_id, wish) = user_and_page(&id, &query)?;
    let rows = app.awards_of(&user_id, &wish.page()).await?;
    let (rows, next) = wish.cut(rows, |row| row.award_record_id);
    let goods = rows.iter().filter(|row| row.value.kind() == AwardKind::Goods).map(|row| row.award_record_id);
    let claims = app.goods_claims(&goods.collect::<Vec<_>>()).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        items.push(UserAwardBody::of(&app, row, &claims).await?);
    }
    Ok(Json(Part { items, next_cursor: next.map(|id| id.to_string()) }))
}

/// Get a user's points
///
/// The balance, what is set aside, what expires next, and the entries that made the balance, newest first.
#[utoipa::path(
    get,
    path = "/v1/users/{id}/points",
    tag = "users",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "The balance and a part of the entries.", body = PointsBody)),
)]
pub(super) async fn user_points(
    State(app): State<App>,
    PathText(id): PathText,
    query: QueryText,
) -> Result<Json<PointsBody>, Problem> {
    let (user_id, wish) = user_and_page(&id, &query)?;
    let (holdings, rows) = app.points_of(&user_id, &wish.page()).await?;
    let (rows, next) = wish.cut(rows, |row| row.transfer_id);
    let expiring = holdings.expiring.iter();
    let expiring =
        expiring.map(|lot| ExpiringBody { amount: lot.amount.to_string(), expires_at: Time(lot.expires_at) });
    Ok(Json(PointsBody {
        balance: holdings.balance.to_string(),
        held: holdings.held.to_string(),
        expiring: expiring.collect(),
        items: rows.into_iter().map(Into::into).collect(),
        next_cursor: next.map(|id| id.to_string()),
    }))
}
