//! Goods: claimed by their winners, sent by operators.

use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Caller;
use super::extract::{Faults, JsonBody, PathText, QueryText};
use super::page::{PageWish, Part};
use super::problem::Problem;
use super::time::Time;
use crate::app::App;
use crate::domain::goods::{ClaimableAward, GoodsClaim, GoodsState, Recipient, Shipment};
use crate::domain::id::{AwardRecordId, UserId};
use crate::fault::Result;

/// Where a winner wants goods sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimWish {
    /// The winner.
    #[schema(example = "ann", min_length = 1, max_length = 128)]
    user_id: String,
    /// Who takes the parcel: 1 to 100 characters.
    name: String,
    /// Where to call: 1 to 40 characters.
    phone: String,
    /// 1 to 6 lines of 1 to 200 characters.
    address: Vec<String>,
    /// What the sender should know: at most 500 characters.
    #[serde(default)]
    note: Option<String>,
}

/// Where goods are sent.
#[derive(Serialize, ToSchema)]
pub(super) struct RecipientBody {
    /// Who takes the parcel.
    name: String,
    /// Where to call.
    phone: String,
    /// Lines of the address.
    address: Vec<String>,
    /// What the sender should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<String>,
}

/// A winner's claim.
#[derive(Serialize, ToSchema)]
pub(super) struct ClaimBody {
    /// The award that is claimed.
    #[schema(example = "award_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    award_record_id: String,
    /// The winner.
    user_id: String,
    /// Where it goes.
    recipient: RecipientBody,
    /// Since when the claim reads like this.
    claimed_at: Time,
    /// When it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    shipped_at: Option<Time>,
    /// The carrier's number or words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tracking: Option<String>,
}

/// Goods that somebody won.
#[derive(Serialize, ToSchema)]
pub(super) struct GoodsBody {
    /// The award. It names the goods in other routes.
    #[schema(example = "award_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    award_record_id: String,
    /// Where it was won.
    activity_id: String,
    /// Which award of the document.
    award_id: String,
    /// What winners read.
    title: String,
    /// The winner.
    user_id: String,
    /// How far it has come.
    state: GoodsState,
    /// When it was won.
    won_at: Time,
    /// When it could no longer be claimed.
    #[schema(required)]
    claim_by: Option<Time>,
    /// The claim; null where there is none.
    #[schema(required)]
    claim: Option<ClaimBody>,
}

/// A wish to note that goods were sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShipWish {
    /// The carrier's number or words, for the winner: 1 to 200 characters.
    #[schema(example = "DHL 00340434161094042557")]
    tracking: String,
}

/// A parcel under way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShipmentBody {
    /// The award that was sent.
    award_record_id: String,
    /// Since when.
    shipped_at: Time,
    /// The carrier's number or words.
    tracking: String,
}

impl From<Recipient> for RecipientBody {
    fn from(recipient: Recipient) -> Self {
        let Recipient { name, phone, address, note } = recipient;
        Self { name, phone, address, note }
    }
}

impl From<GoodsClaim> for ClaimBody {
    fn from(claim: GoodsClaim) -> Self {
        let (shipped_at, tracking) =
            claim.shipment.map(|Shipment { shipped_at, tracking }| (shipped_at, tracking)).unzip();
        Self {
            award_record_id: claim.award_record_id.to_string(),
            user_id: claim.user_id.to_string(),
            recipient: claim.recipient.into(),
            claimed_at: Time(claim.claimed_at),
            shipped_at: shipped_at.map(Time),
            tracking,
        }
    }
}

fn goods_state(claim: Option<&GoodsClaim>) -> GoodsState {
    match claim {
        None => GoodsState::Unclaimed,
        Some(GoodsClaim { shipment: None, .. }) => GoodsState::Claimed,
        Some(GoodsClaim { shipment: Some(_), .. }) => GoodsState::Shipped,
    }
}

impl GoodsBody {
    async fn of(app: &App, goods: ClaimableAward) -> Result<Self> {
        let ClaimableAward { award, claim } = goods;
        Ok(Self {
            award_record_id: award.award_record_id.to_string(),
            activity_id: award.activity_id.to_string(),
            award_id: award.award_id.to_string(),
            title: app.award_title(&award.activity_id, award.version, &award.award_id).await?,
            user_id: award.user_id.to_string(),
            state: goods_state(claim.as_ref()),
            won_at: Time(award.created_at),
            claim_by: app.claim_deadline(&award).await?.map(Time),
            claim: claim.map(Into::into),
        })
    }
}

/// Claim goods
///
/// Says where an award of goods is to be sent. Until it is sent, another claim takes the place of the one before; the same
/// claim again changes nothing and gives the same answer.
#[utoipa::path(
    post,
    path = "/v1/awards/{id}/claim",
    tag = "users",
    params(("id" = String, Path, description = "The award, as `GET /v1/users/{id}/awards` names it.")),
    request_body = ClaimWish,
    responses((status = 200, description = "The claim as it stands.", body = ClaimBody)),
)]
pub(super) async fn claim(
    State(app): State<App>,
    PathText(id): PathText,
    JsonBody(wish): JsonBody<ClaimWish>,
) -> Result<Json<ClaimBody>, Problem> {
    let mut faults = Faults::default();
    let read = (faults.read::<AwardRecordId>("id", &id), faults.read::<UserId>("user_id", &wish.user_id));
    let ClaimWish { name, phone, address, note, .. } = wish;
    let recipient = Recipient { name, phone, address, note };
    for fault in recipient.faults() {
        faults.add(&fault.field, fault.message);
    }
    let ((Some(award_record_id), Some(user_id)), true) = (read, faults.is_empty()) else { return Err(faults.refuse()) };
    Ok(Json(app.claim_goods(award_record_id, &user_id, recipient).await?.into()))
}

/// List goods
///
/// Of one state, newest first: `unclaimed`, `claimed` (to be sent; the default) or `shipped`.
#[utoipa::path(
    get,
    path = "/admin/goods",
    tag = "operations",
    params(
        ("state" = Option<GoodsState>, Query, description = "`claimed` if absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the goods.", body = Part<GoodsBody>)),
)]
pub(super) async fn goods(State(app): State<App>, query: QueryText) -> Result<Json<Part<GoodsBody>>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["state", "cursor", "limit"]);
    let read = (faults.optional::<GoodsState>(&query, "state"), PageWish::<AwardRecordId>::read(&mut faults, &query));
    let ((Some(state), Some(wish)), true) = (read, faults.is_empty()) else { return Err(faults.refuse()) };
    let rows = app.goods(state.unwrap_or(GoodsState::Claimed), &wish.page()).await?;
    let (rows, next) = wish.cut(rows, |row| row.award.award_record_id);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(GoodsBody::of(&app, row).await?);
    }
    Ok(Json(Part { items, next_cursor: next.map(|id| id.to_string()) }))
}

/// Note that goods were sent
///
/// The award is delivered, with the carrier's number as its reference. The same number again changes nothing.
#[utoipa::path(
    post,
    path = "/admin/goods/{id}/ship",
    tag = "operations",
    params(("id" = String, Path, description = "The award.")),
    request_body = ShipWish,
    responses((status = 200, description = "It is under way.", body = ShipmentBody)),
)]
pub(super) async fn ship(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    JsonBody(wish): JsonBody<ShipWish>,
) -> Result<Json<ShipmentBody>, Problem> {
    let mut faults = Faults::default();
    let Some(award_record_id) = faults.read::<AwardRecordId>("id", &id) else { return Err(faults.refuse()) };
    let shipment = app.ship_goods(&caller.actor(), award_record_id, &wish.tracking).await?;
    Ok(Json(ShipmentBody {
        award_record_id: award_record_id.to_string(),
        shipped_at: Time(shipment.shipped_at),
        tracking: shipment.tracking,
    }))
}
