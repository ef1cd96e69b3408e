//! The port for goods: claims, parcels, and what nobody claims in time.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::audit::Change;
use crate::domain::award::AwardState;
use crate::domain::calendar::Timestamp;
use crate::domain::goods::{ClaimableAward, GoodsClaim, GoodsState, Shipment};
use crate::domain::id::{AwardRecordId, OutboxId};
use crate::domain::stock::ReturnedUnit;

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// This is the claim now, or was already.
    Kept(GoodsClaim),
    /// It is sent already, somewhere else: nothing was written.
    Shipped,
    /// The award no longer waits for anybody: nothing was written.
    Over(AwardState),
}

/// What became of sending a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shipped {
    /// It is sent, and the award delivered; the same again changes nothing.
    Sent(Shipment),
    /// It was sent under another number: nothing was written.
    Earlier(Shipment),
    /// Nobody claimed it: nothing was written.
    Unclaimed,
    /// The award is not waiting: nothing was written.
    Over(AwardState),
}

/// What is remembered of goods.
#[async_trait]
pub trait GoodsStore {
    /// One award of any kind with its claim.
    async fn claimable_award(&self, award_record_id: AwardRecordId) -> Stored<Option<ClaimableAward>>;

    /// The claims of these awards, in no order.
    async fn goods_claims(&self, award_record_ids: &[AwardRecordId]) -> Stored<Vec<GoodsClaim>>;

    /// Keeps a claim over the one before, while the award waits. The same claim again changes nothing.
    async fn claim_goods(&self, claim: &GoodsClaim) -> Stored<Claimed>;

    /// Writes that claimed goods were sent: the award is delivered, its work done.
    async fn ship_goods(&self, award_record_id: AwardRecordId, tracking: &str, change: &Change) -> Stored<Shipped>;

    /// Goods of a state, newest first.
    async fn goods(&self, state: GoodsState, page: &Page<AwardRecordId>) -> Stored<Vec<ClaimableAward>>;

    /// Recalls those of the awards that nobody claimed, if their leases are still held: the award is recalled, its work done.
    /// Gives the units that are back, under the epoch that this transaction checked.
    async fn recall_unclaimed(
        &self,
        leases: &[(OutboxId, u32)],
        reason: &str,
        now: Timestamp,
    ) -> Stored<Vec<ReturnedUnit>>;
}
