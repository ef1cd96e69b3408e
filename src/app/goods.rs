//! Goods: their winners say where to send them, operators send them.

use super::App;
use crate::domain::audit::Actor;
use crate::domain::award::AwardRecord;
use crate::domain::award::{AwardKind, Prize};
use crate::domain::calendar::Timestamp;
use crate::domain::goods::{ClaimableAward, GoodsClaim, GoodsState, Recipient, Shipment, claim_by};
use crate::domain::id::{ActivityId, AwardRecordId, UserId};
use crate::domain::refusal::Refusal;
use crate::fault::Result;
use crate::store::Page;
use crate::store::goods::{Claimed, Shipped};

/// Characters of a tracking number at most.
const TRACKING_MAX: usize = 200;

impl App {
    /// Keeps where a winner wants goods sent, over what was said before. The same again changes nothing.
    ///
    /// # Errors
    /// A refusal: the award is unknown or another user's, not goods, no longer waiting, sent already, or its time is over; fields
    /// that cannot be used. A fault of the store.
    pub async fn claim_goods(
        &self,
        award_record_id: AwardRecordId,
        user_id: &UserId,
        recipient: Recipient,
    ) -> Result<GoodsClaim> {
        let faults = recipient.faults();
        if !faults.is_empty() {
            return Err(Refusal::InvalidRequest { faults }.into());
        }
        let unknown = || Refusal::Unknown { what: "award", id: award_record_id.to_string() };
        let found = self.inner.store.claimable_award(award_record_id).await?;
        let ClaimableAward { award, claim } =
            found.filter(|found| found.award.user_id == *user_id).ok_or_else(unknown)?;
        if award.value.kind() != AwardKind::Goods {
            let message = format!("award {award_record_id} is {}; only goods are claimed", award.value.kind());
            return Err(Refusal::Conflict { message }.into());
        }
        let now = self.inner.sources.now();
        if let Some(claim_by) = self.claim_deadline(&award).await?
            && claim.is_none()
            && claim_by <= now
        {
            return Err(Refusal::ClaimExpired { claim_by }.into());
        }
        let user_id = award.user_id.clone();
        let claim = GoodsClaim { award_record_id, user_id, recipient, claimed_at: now, shipment: None };
        let conflict = |message: String| Err(Refusal::Conflict { message }.into());
        match self.inner.store.claim_goods(&claim).await? {
            Claimed::Kept(claim) => Ok(claim),
            Claimed::Shipped => conflict(format!("award {award_record_id} was sent already")),
            Claimed::Over(state) => {
                conflict(format!("award {award_record_id} is {state}; it cannot be claimed any more"))
            }
        }
    }

    /// In which activity a user won an award; nothing where there is no such award of this user.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn activity_of_award(
        &self,
        award_record_id: AwardRecordId,
        user_id: &UserId,
    ) -> Result<Option<ActivityId>> {
        let found = self.inner.store.claimable_award(award_record_id).await?;
        Ok(found.filter(|found| found.award.user_id == *user_id).map(|found| found.award.activity_id))
    }

    /// When goods can no longer be claimed; nothing for awards that are not goods.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn claim_deadline(&self, award: &AwardRecord) -> Result<Option<Timestamp>> {
        if award.value.kind() != AwardKind::Goods {
            return Ok(None);
        }
        let campaign = self.campaign(&award.activity_id, award.version).await?;
        let rule = campaign.strategy.awards().iter().find(|rule| rule.award_id == award.award_id);
        Ok(rule.and_then(|rule| match rule.prize {
            Prize::Goods { claim_within_days } => Some(claim_by(award.created_at, claim_within_days)),
            _ => None,
        }))
    }

    /// Notes that claimed goods were sent: their winner has them as far as this product is concerned. The same again changes nothing.
    ///
    /// # Errors
    /// A refusal: unknown, not claimed, sent under another number, or no longer waiting; a fault of the store.
    pub async fn ship_goods(&self, actor: &Actor, award_record_id: AwardRecordId, tracking: &str) -> Result<Shipment> {
        let tracking = tracking.trim();
        if tracking.is_empty() || tracking.chars().count() > TRACKING_MAX || tracking.chars().any(char::is_control) {
            let message = format!("must be 1 to {TRACKING_MAX} printable characters");
            return Err(Refusal::invalid("tracking", message).into());
        }
        let found = self.inner.store.claimable_award(award_record_id).await?;
        let is_goods = found.is_some_and(|found| found.award.value.kind() == AwardKind::Goods);
        if !is_goods {
            return Err(Refusal::Unknown { what: "goods", id: award_record_id.to_string() }.into());
        }
        let conflict = |message: String| Err(Refusal::Conflict { message }.into());
        match self.inner.store.ship_goods(award_record_id, tracking, &self.change(actor)).await? {
            Shipped::Sent(shipment) => Ok(shipment),
            Shipped::Earlier(shipment) => conflict(format!("it was sent already, as {}", shipment.tracking)),
            Shipped::Unclaimed => conflict("nobody has said where to send it".into()),
            Shipped::Over(state) => {
                conflict(format!("award {award_record_id} is {state}; it no longer waits to be sent"))
            }
        }
    }

    /// Goods of a state, newest first.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn goods(&self, state: GoodsState, page: &Page<AwardRecordId>) -> Result<Vec<ClaimableAward>> {
        Ok(self.inner.store.goods(state, page).await?)
    }

    /// The claims of these awards, in no order.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn goods_claims(&self, award_record_ids: &[AwardRecordId]) -> Result<Vec<GoodsClaim>> {
        if award_record_ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.inner.store.goods_claims(award_record_ids).await?)
    }
}
