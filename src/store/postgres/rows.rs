//! From rows to domain types. A row that cannot be read is a failure: nothing here guesses.

use chrono::NaiveDate;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Tried, ulid};
use crate::domain::award::{AwardKind, AwardRecord, PrizeValue};
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::draw::{Draw, Reason, RechargeOrder, RechargeSource};
use crate::domain::id::{
    ActivityId, AwardId, AwardRecordId, DrawId, RechargeOrderId, RequestId, SkuId, UserId, Version,
};
use crate::domain::points::Points;
use crate::domain::roll::Roll;
use crate::domain::standing::Standing;
use crate::domain::stock::StockItem;

/// A counted item by the two words SQL keeps.
pub(super) fn stock_item(kind: &str, item_id: &str) -> Tried<StockItem> {
    match kind {
        "award" => Ok(StockItem::Award(AwardId::new(item_id)?)),
        "sku" => Ok(StockItem::Sku(SkuId::new(item_id)?)),
        other => Err(format!("nothing of kind {other:?} is counted").into()),
    }
}

/// What was won, spread over columns so that SQL can add it up.
#[derive(FromRow)]
pub(super) struct ValueRow {
    kind: String,
    points: Option<i64>,
    sku: Option<String>,
    draws: Option<i64>,
}

impl ValueRow {
    pub(super) fn read(&self) -> Tried<PrizeValue> {
        Ok(match (self.kind.parse()?, self.points, &self.sku, self.draws) {
            (AwardKind::Points, Some(points), ..) => PrizeValue::Points { amount: Points::from_hundredths(points) },
            (AwardKind::Draws, _, Some(sku), Some(draws)) => {
                PrizeValue::Draws { sku: SkuId::new(sku)?, draws: u32::try_from(draws)? }
            }
            (AwardKind::Webhook, ..) => PrizeValue::Webhook,
            (AwardKind::Coupon, ..) => PrizeValue::Coupon,
            (AwardKind::Goods, ..) => PrizeValue::Goods,
            (AwardKind::Nothing, ..) => PrizeValue::Nothing,
            (kind, ..) => return Err(format!("an award of kind {kind} without its value").into()),
        })
    }
}

/// The columns beside the kind: points in hundredths, SKU and number of draws.
pub(super) fn value_columns(value: &PrizeValue) -> (Option<i64>, Option<&str>, Option<i64>) {
    match value {
        PrizeValue::Points { amount } => (Some(amount.hundredths()), None, None),
        PrizeValue::Draws { sku, draws } => (None, Some(sku.as_str()), Some(i64::from(*draws))),
        PrizeValue::Webhook | PrizeValue::Coupon | PrizeValue::Goods | PrizeValue::Nothing => (None, None, None),
    }
}

/// A row of `live_draw`.
#[derive(FromRow)]
pub(super) struct DrawRow {
    draw_id: Uuid,
    user_id: String,
    activity_id: String,
    version: i64,
    request_id: String,
    request_index: i64,
    drawn_at: Timestamp,
    day: NaiveDate,
    used_before: i64,
    used_today_before: i64,
    standing: Option<Json<Standing>>,
    roll: [u8; 32],
    reason: Json<Reason>,
    award_id: String,
    #[sqlx(flatten)]
    value: ValueRow,
    award_record_id: Uuid,
}

impl DrawRow {
    pub(super) fn read(&self) -> Tried<Draw> {
        Ok(Draw {
            draw_id: DrawId::from_ulid(ulid(self.draw_id)),
            user_id: UserId::new(&self.user_id)?,
            activity_id: ActivityId::new(&self.activity_id)?,
            version: Version(u32::try_from(self.version)?),
            request_id: RequestId::new(&self.request_id)?,
            index: u32::try_from(self.request_index)?,
            drawn_at: self.drawn_at,
            day: Day::from(self.day),
            used_before: u32::try_from(self.used_before)?,
            used_today_before: u32::try_from(self.used_today_before)?,
            standing: self.standing.as_ref().map(|standing| standing.0.clone()).unwrap_or_default(),
            roll: Roll(self.roll),
            reason: self.reason.0.clone(),
            award_id: AwardId::new(&self.award_id)?,
            value: self.value.read()?,
            award_record_id: AwardRecordId::from_ulid(ulid(self.award_record_id)),
        })
    }
}

/// A row of `promised_award`.
#[derive(FromRow)]
pub(super) struct AwardRow {
    award_record_id: Uuid,
    draw_id: Uuid,
    user_id: String,
    activity_id: String,
    version: i64,
    award_id: String,
    #[sqlx(flatten)]
    value: ValueRow,
    state: String,
    created_at: Timestamp,
    dispatch_at: Timestamp,
    delivered_at: Option<Timestamp>,
    reference: Option<String>,
}

impl AwardRow {
    pub(super) fn read(&self) -> Tried<AwardRecord> {
        Ok(AwardRecord {
            award_record_id: AwardRecordId::from_ulid(ulid(self.award_record_id)),
            draw_id: DrawId::from_ulid(ulid(self.draw_id)),
            user_id: UserId::new(&self.user_id)?,
            activity_id: ActivityId::new(&self.activity_id)?,
            version: Version(u32::try_from(self.version)?),
            award_id: AwardId::new(&self.award_id)?,
            value: self.value.read()?,
            state: self.state.parse()?,
            created_at: self.created_at,
            dispatch_at: self.dispatch_at,
            delivered_at: self.delivered_at,
            reference: self.reference.clone(),
        })
    }
}

/// A row of `live_recharge_order`.
#[derive(FromRow)]
pub(super) struct OrderRow {
    recharge_order_id: Uuid,
    user_id: String,
    activity_id: String,
    sku: String,
    draws: i64,
    source: String,
    source_key: String,
    created_at: Timestamp,
}

impl OrderRow {
    pub(super) fn read(&self) -> Tried<RechargeOrder> {
        let source = match self.source.as_str() {
            "request" => RechargeSource::Request { request_id: RequestId::new(&self.source_key)? },
            "award" => RechargeSource::Award { award_record_id: self.source_key.parse()? },
            "redemption" => RechargeSource::Redemption { redemption_id: self.source_key.parse()? },
            "rebate" => {
                let (behaviour_id, part) = self.source_key.split_once('/').ok_or("a rebate without its part")?;
                RechargeSource::Rebate { behaviour_id: behaviour_id.parse()?, part: part.parse()? }
            }
            other => return Err(format!("no order comes from {other:?}").into()),
        };
        Ok(RechargeOrder {
            recharge_order_id: RechargeOrderId::from_ulid(ulid(self.recharge_order_id)),
            user_id: UserId::new(&self.user_id)?,
            activity_id: ActivityId::new(&self.activity_id)?,
            sku: SkuId::new(&self.sku)?,
            draws: u32::try_from(self.draws)?,
            source,
            created_at: self.created_at,
        })
    }
}
