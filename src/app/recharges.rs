//! Granting draws: an order for a SKU, once for each request.

use super::App;
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::campaign::{ActivityState, SkuOffer};
use crate::domain::draw::{RechargeOrder, RechargeSource};
use crate::domain::id::{ActivityId, RechargeOrderId, RequestId, SkuId, UserId};
use crate::domain::refusal::Refusal;
use crate::domain::stock::{ClaimEnd, ClaimId, Epoch, StockItem};
use crate::fault::{Fault, Result};
use crate::stock::{Counted, Reservation};
use crate::store::draws::{NewRecharge, Recharged as Stored};

/// A wish for the draws of a SKU. Repeating it gives the first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RechargeRequest {
    /// Where.
    pub activity_id: ActivityId,
    /// Who.
    pub user_id: UserId,
    /// The caller's idempotency key.
    pub request_id: RequestId,
    /// Which SKU.
    pub sku: SkuId,
}

/// The order of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recharged {
    /// The order.
    pub order: RechargeOrder,
    /// Whether this is the answer of an earlier request with the same key.
    pub repeated: bool,
}

/// A unit of a counted SKU that an order is about to use.
pub(super) struct Unit<'a> {
    /// The order, as the claim names it.
    pub(super) claim_id: ClaimId,
    /// Whose counters.
    pub(super) activity_id: &'a ActivityId,
    /// Of what.
    pub(super) sku: &'a SkuId,
    /// The epoch that the order will be recorded under.
    pub(super) epoch: Epoch,
    /// Now.
    pub(super) claimed_at: Timestamp,
}

/// Times that an order is tried while the stock goes stale under it.
const TRIES_MAX: u32 = 8;

impl App {
    /// Grants the draws of a SKU.
    ///
    /// # Errors
    /// A refusal (unknown activity or SKU, activity over or paused, sold out, key reused for another SKU), or a fault after
    /// which nobody knows whether it was granted: a repeat with the same key tells.
    pub async fn recharge(&self, request: RechargeRequest) -> Result<Recharged> {
        let RechargeRequest { activity_id, user_id, request_id, sku } = &request;
        let earlier = self.inner.store.recharge_of(user_id, activity_id, request_id).await?;
        if let Some(order) = earlier {
            return repeat(order, sku);
        }
        for _ in 0..TRIES_MAX {
            let (head, campaign) = self.current(activity_id).await?;
            let now = self.inner.sources.now();
            if now >= campaign.closes_at {
                let (activity_id, closes_at) = (activity_id.clone(), campaign.closes_at);
                return Err(Refusal::ActivityEnded { activity_id, closes_at }.into());
            }
            // Draws may be obtained before the window opens: a business sells them ahead.
            if head.state != ActivityState::Open {
                let (activity_id, state) = (activity_id.clone(), head.state);
                return Err(Refusal::ActivityNotOpen { activity_id, state }.into());
            }
            let unknown = || Refusal::Unknown { what: "SKU", id: sku.to_string() };
            let offer = campaign.sku(sku).ok_or_else(unknown)?;
            let new = self.new_recharge(&request, offer, head.epoch);
            let order = new.order.clone();
            match self.record_recharge(new, offer).await? {
                Stored::Committed => return Ok(Recharged { order, repeated: false }),
                Stored::Earlier(order) => return repeat(order, sku),
                // The next look at the head tells which.
                Stored::Stale | Stored::NotOpen => {}
                Stored::Full => {
                    let message = format!("{user_id} holds as many draws in activity {activity_id} as can be counted");
                    return Err(Refusal::Conflict { message }.into());
                }
            }
        }
        Err(Refusal::TryAgain.into())
    }

    fn new_recharge(&self, request: &RechargeRequest, offer: &SkuOffer, epoch: Epoch) -> NewRecharge {
        let ulid = self.inner.sources.ids.mint(Bucket::of(&request.user_id));
        NewRecharge {
            order: RechargeOrder {
                recharge_order_id: RechargeOrderId::from_ulid(ulid),
                user_id: request.user_id.clone(),
                activity_id: request.activity_id.clone(),
                sku: offer.sku.clone(),
                draws: offer.draws,
                source: RechargeSource::Request { request_id: request.request_id.clone() },
                created_at: self.inner.sources.now(),
            },
            epoch,
        }
    }

    /// Claims the unit, records what it is for by `record`, ends the claim. Nothing where the counters were stale: they are
    /// filled anew, and nothing was recorded.
    ///
    /// # Errors
    /// A refusal where the SKU is sold out. A fault of the record leaves the claim, because nobody knows whether it committed:
    /// `reconcile_stock` finds out by a void row.
    pub(super) async fn with_unit<T>(
        &self,
        unit: Option<Unit<'_>>,
        record: impl Future<Output = Result<T, Fault>>,
        is_committed: impl Fn(&T) -> bool,
    ) -> Result<Option<T>> {
        let Some(unit) = unit else { return Ok(Some(record.await?)) };
        let Unit { claim_id, activity_id, sku, epoch, claimed_at } = unit;
        let reservation = Reservation { claim_id, choices: vec![Some(StockItem::Sku(sku.clone()))] };
        match self.inner.stock.reserve(activity_id, epoch, &[reservation], claimed_at).await? {
            Counted::Answer(given) if given == [Some(0)] => {}
            Counted::Answer(_) => return Err(Refusal::SkuSoldOut { sku: sku.clone() }.into()),
            Counted::Stale => {
                self.rebuild_stock(activity_id, epoch).await?;
                return Ok(None);
            }
        }
        let recorded = record.await?;
        let end = if is_committed(&recorded) { ClaimEnd::Confirm } else { ClaimEnd::Release };
        if let Err(fault) = self.inner.stock.settle(activity_id, epoch, &[(claim_id, end)]).await {
            tracing::warn!(claim.id = %claim_id, error = %fault, "left {claim_id} to reconcile_stock");
        }
        Ok(Some(recorded))
    }

    async fn record_recharge(&self, new: NewRecharge, offer: &SkuOffer) -> Result<Stored> {
        let (order, epoch) = (&new.order, new.epoch);
        let unit = offer.stock.map(|_| Unit {
            claim_id: ClaimId::Recharge(order.recharge_order_id),
            activity_id: &order.activity_id,
            sku: &order.sku,
            epoch,
            claimed_at: order.created_at,
        });
        let batch = [new.clone()];
        let recorded = self.inner.store.record_recharges(&batch);
        let recorded = self.with_unit(unit, recorded, |recorded| *recorded == [Stored::Committed]).await?;
        Ok(recorded.and_then(|recorded| recorded.into_iter().next()).unwrap_or(Stored::Stale))
    }
}

fn repeat(order: RechargeOrder, sku: &SkuId) -> Result<Recharged> {
    if order.sku == *sku { Ok(Recharged { order, repeated: true }) } else { Err(Refusal::RequestReused.into()) }
}
