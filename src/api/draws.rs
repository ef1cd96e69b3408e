//! Drawing, and the proof of a draw.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Faults, IdempotencyKey, JsonBody, PathText};
use super::problem::Problem;
use super::receipts::ReceiptBody;
use super::time::{Date, Time};
use crate::app::{App, DrawRequest};
use crate::domain::award::{AwardKind, PrizeValue};
use crate::domain::draw::{DRAWS_PER_REQUEST_MAX, Draw, Fallback, Reason};
use crate::domain::id::{ActivityId, AwardId, UserId, Version};
use crate::domain::receipt::Receipt;
use crate::domain::standing::{Standing, UserList};
use crate::domain::strategy::Rule;
use crate::fault::Result;

/// A wish to draw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DrawWish {
    /// Who draws, in the business's own words: 1 to 128 bytes of printable text.
    #[schema(example = "ann", min_length = 1, max_length = 128)]
    user_id: String,
    /// How many draws: all of them or none.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 10, default = 1)]
    count: i64,
}

const fn one() -> i64 {
    1
}

/// The draws of one request. Nothing in it ever changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DrawsBody {
    /// In the order they were made.
    draws: Vec<DrawBody>,
}

/// One spent draw: who, what, and why. Nothing in it ever changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DrawBody {
    /// The draw.
    #[schema(example = "draw_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// Who drew.
    user_id: String,
    /// In which activity.
    activity_id: String,
    /// The Idempotency-Key it was asked for with.
    request_id: String,
    /// Position within the request, from 0.
    index: u32,
    /// The version of the campaign document that decided.
    version: u32,
    /// When.
    drawn_at: Time,
    /// The day it counts in, by the activity's time zone.
    day: Date,
    /// What was won.
    award: AwardBody,
    /// Why.
    reason: ReasonBody,
    /// The chance, in hexadecimal: HMAC-SHA256 of the draw, keyed by the day's seed.
    #[schema(min_length = 64, max_length = 64)]
    roll: String,
    /// Draws used in the activity before this one.
    used_before: u32,
    /// Draws used that day before this one.
    used_today_before: u32,
    /// The user's list and wins of limited awards before this one; absent where there is neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    standing: Option<StandingBody>,
    /// Path of its receipt.
    #[schema(example = "/v1/draws/draw_01J9ZZZZZZZZZZZZZZZZZZZZZZ/receipt")]
    receipt: String,
}

/// What else a draw was decided from.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StandingBody {
    /// The list the user was on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    list: Option<UserList>,
    /// Wins, by award, of awards that one user may win only so often.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    won: BTreeMap<String, u32>,
}

/// What was won.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AwardBody {
    /// The award, as the campaign document names it.
    id: String,
    /// What winners read.
    title: String,
    /// What it is.
    kind: AwardKind,
    /// How much, where the award is points or draws.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    value: Option<ValueBody>,
}

/// How much was won.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum ValueBody {
    /// Points.
    Points {
        /// A decimal with two places.
        #[schema(example = "12.34")]
        points: String,
    },
    /// Draws.
    Draws {
        /// The SKU whose draws these are.
        sku: String,
        /// How many.
        draws: u32,
    },
}

/// Why a draw won what it won.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReasonBody {
    /// The rule that chose.
    rule: RuleName,
    /// The tier's number of draws used, where the rule is a tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    at: Option<u32>,
    /// The award it picked, before unlock, limits, lists and stock were looked at.
    picked: String,
    /// Candidates passed over because their stock was out.
    out_of_stock: u32,
    /// Why the award won is not the one picked; absent when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    fallback: Option<Fallback>,
}

/// A rule.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RuleName {
    /// The user is on the blacklist.
    Blacklist,
    /// A tier applied.
    Tier,
    /// The strategy's own weights.
    Weights,
}

impl AwardBody {
    /// With the title that the version which promised it gives.
    pub(super) async fn of(
        app: &App,
        activity_id: &ActivityId,
        version: Version,
        award: (&AwardId, &PrizeValue),
    ) -> Result<Self> {
        let (award_id, value) = award;
        Ok(Self {
            id: award_id.to_string(),
            title: app.award_title(activity_id, version, award_id).await?,
            kind: value.kind(),
            value: ValueBody::of(value),
        })
    }
}

impl ValueBody {
    fn of(value: &PrizeValue) -> Option<Self> {
        match value {
            PrizeValue::Points { amount } => Some(Self::Points { points: amount.to_string() }),
            PrizeValue::Draws { sku, draws } => Some(Self::Draws { sku: sku.to_string(), draws: *draws }),
            PrizeValue::Webhook | PrizeValue::Coupon | PrizeValue::Goods | PrizeValue::Nothing => None,
        }
    }
}

impl From<&Reason> for ReasonBody {
    fn from(reason: &Reason) -> Self {
        let (rule, at) = match reason.rule {
            Rule::Blacklist => (RuleName::Blacklist, None),
            Rule::Tier { at } => (RuleName::Tier, Some(at)),
            Rule::Weights => (RuleName::Weights, None),
        };
        let (picked, out_of_stock) = (reason.picked.to_string(), reason.out_of_stock);
        Self { rule, at, picked, out_of_stock, fallback: reason.fallback }
    }
}

impl StandingBody {
    fn of(standing: &Standing) -> Option<Self> {
        let won = || standing.won.iter().map(|(award_id, won)| (award_id.to_string(), *won)).collect();
        (!standing.is_plain()).then(|| Self { list: standing.list, won: won() })
    }
}

impl DrawBody {
    /// With the title of its award.
    pub(super) async fn of(app: &App, draw: &Draw) -> Result<Self> {
        let award = AwardBody::of(app, &draw.activity_id, draw.version, (&draw.award_id, &draw.value)).await?;
        Ok(Self {
            id: draw.draw_id.to_string(),
            user_id: draw.user_id.to_string(),
            activity_id: draw.activity_id.to_string(),
            request_id: draw.request_id.to_string(),
            index: draw.index,
            version: draw.version.0,
            drawn_at: Time(draw.drawn_at),
            day: Date(draw.day),
            award,
            reason: (&draw.reason).into(),
            roll: draw.roll.to_string(),
            used_before: draw.used_before,
            used_today_before: draw.used_today_before,
            standing: StandingBody::of(&draw.standing),
            receipt: format!("/v1/draws/{}/receipt", draw.draw_id),
        })
    }
}

/// The answer of a write that is done once. A repeat differs in one header, and in no byte of the body.
pub(super) fn created_once(body: impl Serialize, repeated: bool) -> Response {
    let mut response = (StatusCode::CREATED, Json(body)).into_response();
    if repeated {
        response.headers_mut().insert("idempotency-replayed", http::HeaderValue::from_static("true"));
    }
    response
}

/// Draw for a user
///
/// Spends draws of the user's quota and promises what they win, all or nothing. A repeat with the same Idempotency-Key,
/// user and activity gives the first answer, byte for byte, and draws nothing.
#[utoipa::path(
    post,
    path = "/v1/activities/{id}/draws",
    tag = "draws",
    params(
        ("id" = String, Path, description = "The activity."),
        ("Idempotency-Key" = String, Header, description = "1 to 128 bytes of printable text, the same for every repeat."),
    ),
    request_body = DrawWish,
    responses((
        status = 201,
        description = "Drawn.",
        body = DrawsBody,
        headers(("Idempotency-Replayed" = bool, description = "`true` where this is the answer of an earlier request."))
    )),
)]
pub(super) async fn draw(
    State(app): State<App>,
    PathText(id): PathText,
    key: IdempotencyKey,
    JsonBody(wish): JsonBody<DrawWish>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let read = (
        faults.read::<ActivityId>("id", &id),
        key.read(&mut faults),
        faults.read::<UserId>("user_id", &wish.user_id),
        faults.within("count", wish.count, 1..=DRAWS_PER_REQUEST_MAX),
    );
    let (Some(activity_id), Some(request_id), Some(user_id), Some(count)) = read else { return Err(faults.refuse()) };
    let drawn = app.draw(DrawRequest { activity_id, user_id, request_id, count }).await?;
    let mut body = DrawsBody { draws: Vec::with_capacity(drawn.draws.len()) };
    for draw in &drawn.draws {
        body.draws.push(DrawBody::of(&app, draw).await?);
    }
    Ok(created_once(body, drawn.repeated))
}

/// Get the receipt of a draw
///
/// All that a verifier needs to check the draw by itself: facts, roll, the whole document, and the seed once its day is
/// over. `big-market verify` checks it.
#[utoipa::path(
    get,
    path = "/v1/draws/{id}/receipt",
    tag = "draws",
    params(("id" = String, Path, description = "The draw.")),
    responses((status = 200, description = "The receipt.", body = ReceiptBody)),
)]
pub(super) async fn receipt(State(app): State<App>, PathText(id): PathText) -> Result<Json<Receipt>, Problem> {
    let mut faults = Faults::default();
    let Some(draw_id) = faults.read("id", &id) else { return Err(faults.refuse()) };
    Ok(Json(app.receipt(draw_id).await?))
}
