//! Exchanging points for draws, and taking an exchange back while its draws are unused.

use std::sync::Arc;

use super::App;
use super::draws::check_open;
use super::recharges::Unit;
use crate::domain::bucket::Bucket;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::{ActivityHead, Campaign, SkuOffer};
use crate::domain::id::{ActivityId, RechargeOrderId, RedemptionId, RequestId, SkuId, TransferId, UserId};
use crate::domain::points::Points;
use crate::domain::redemption::RedemptionOrder;
use crate::domain::refusal::Refusal;
use crate::domain::stock::{ClaimId, StockItem};
use crate::fault::Result;
use crate::stock::Counted;
use crate::store::Page;
use crate::store::redemptions::{NewRedemption, Redeemed as Stored, RedemptionReversal, RedemptionReversed};

/// A wish for the draws of a SKU in exchange for its price. Repeating it gives the first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedemptionRequest {
    /// Whose points, and who gets the draws.
    pub user_id: UserId,
    /// The caller's idempotency key. It belongs to the user.
    pub request_id: RequestId,
    /// Which SKU.
    pub sku: SkuId,
    /// Where. Absent: in the one open activity that sells it.
    pub activity_id: Option<ActivityId>,
}

/// The exchange of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// The exchange.
    pub order: RedemptionOrder,
    /// Whether this is the answer of an earlier request with the same key.
    pub repeated: bool,
}

/// Times that an exchange or a reversal is tried while the stock goes stale or days turn under it.
const TRIES_MAX: u32 = 8;

impl App {
    /// Takes a SKU's price in points and grants its draws, both or neither.
    ///
    /// # Errors
    /// A refusal (nobody sells it, activity paused, over or not begun, sold out, too few points, key reused for another wish),
    /// or a fault after which nobody knows whether it was done: a repeat with the same key tells.
    pub async fn redeem(&self, request: RedemptionRequest) -> Result<Redeemed> {
        let earlier = self.inner.store.redemption_of(&request.user_id, &request.request_id).await?;
        if let Some(order) = earlier {
            return repeat(order, &request);
        }
        for _ in 0..TRIES_MAX {
            let now = self.inner.sources.now();
            let (head, campaign, offer) = self.seller(&request, now).await?;
            // Checked twice: here so that who cannot pay holds no unit meanwhile, in record_redemption to be sure.
            let balance = self.inner.store.points(&request.user_id).await?;
            if balance < offer.price {
                return Err(Refusal::InsufficientPoints { wanted: offer.price, balance }.into());
            }
            let new = self.new_redemption(&request, &head, &campaign, &offer, now);
            let order = &new.order;
            let unit = offer.stock.map(|_| Unit {
                claim_id: ClaimId::Recharge(order.recharge_order_id),
                activity_id: &order.activity_id,
                sku: &order.sku,
                epoch: head.epoch,
                claimed_at: now,
            });
            let recorded = self.inner.store.record_redemption(&new);
            let recorded = self.with_unit(unit, recorded, |recorded| *recorded == Stored::Committed).await?;
            match recorded.unwrap_or(Stored::Stale) {
                Stored::Committed => return Ok(Redeemed { order: new.order, repeated: false }),
                Stored::Earlier(order) => return repeat(order, &request),
                Stored::Stale | Stored::Moved => {}
                Stored::Short { balance } => {
                    return Err(Refusal::InsufficientPoints { wanted: offer.price, balance }.into());
                }
                Stored::Full => {
                    let (user_id, activity_id) = (&request.user_id, &order.activity_id);
                    let message = format!("{user_id} holds as many draws in activity {activity_id} as can be counted");
                    return Err(Refusal::Conflict { message }.into());
                }
            }
        }
        Err(Refusal::TryAgain.into())
    }

    /// The activity that sells the SKU for points, now.
    async fn seller(
        &self,
        request: &RedemptionRequest,
        now: Timestamp,
    ) -> Result<(ActivityHead, Arc<Campaign>, SkuOffer)> {
        let sku = &request.sku;
        let activities = match &request.activity_id {
            Some(activity_id) => {
                let (head, campaign) = self.current(activity_id).await?;
                check_open(head.state, &campaign, now)?;
                vec![(head, campaign)]
            }
            None => self.open_activities(now).await?,
        };
        let offers: Vec<_> = activities
            .into_iter()
            .filter_map(|(head, campaign)| {
                let offer = campaign.sku(sku)?.clone();
                Some((head, campaign, offer))
            })
            .collect();
        if offers.is_empty() {
            return Err(Refusal::Unknown { what: "SKU", id: sku.to_string() }.into());
        }
        let mut sellers = offers.into_iter().filter(|(_, _, offer)| offer.price > Points::ZERO);
        let Some(seller) = sellers.next() else {
            let message = format!("SKU {sku} has no price in points, so it is not sold for them");
            return Err(Refusal::Conflict { message }.into());
        };
        let others: Vec<_> = sellers.map(|(head, _, _)| head.activity_id.to_string()).collect();
        if !others.is_empty() {
            let (first, others) = (&seller.0.activity_id, others.join(", "));
            let message =
                format!("is missing, and SKU {sku} is sold in several activities; name one of {first}, {others}");
            return Err(Refusal::invalid("activity_id", message).into());
        }
        Ok(seller)
    }

    fn new_redemption(
        &self,
        request: &RedemptionRequest,
        head: &ActivityHead,
        campaign: &Campaign,
        offer: &SkuOffer,
        now: Timestamp,
    ) -> NewRedemption {
        let mint = || self.inner.sources.ids.mint(Bucket::of(&request.user_id));
        NewRedemption {
            order: RedemptionOrder {
                redemption_id: RedemptionId::from_ulid(mint()),
                user_id: request.user_id.clone(),
                activity_id: head.activity_id.clone(),
                version: head.version,
                request_id: request.request_id.clone(),
                sku: offer.sku.clone(),
                draws: offer.draws,
                price: offer.price,
                recharge_order_id: RechargeOrderId::from_ulid(mint()),
                day: Day::at(now, campaign.time_zone),
                created_at: now,
                reversed_at: None,
            },
            transfer_id: TransferId::from_ulid(mint()),
            epoch: head.epoch,
        }
    }

    /// Takes an exchange back while its draws are unused: the draws go, the points come back into their lots, and the unit
    /// into stock. Asked again, it gives the same answer.
    ///
    /// # Errors
    /// A refusal (unknown, draws used, activity settled), or a fault after which nobody knows whether it was taken back: a
    /// repeat tells.
    pub async fn reverse_redemption(&self, redemption_id: RedemptionId) -> Result<RedemptionOrder> {
        for _ in 0..TRIES_MAX {
            let order = self.redemption(redemption_id).await?;
            if order.reversed_at.is_some() {
                return Ok(order);
            }
            let activity_id = &order.activity_id;
            let (head, _) = self.current(activity_id).await?;
            // Counters that are filled in this epoch before the order is reversed have counted it, so that giving its unit back
            // is right. Counters filled after it would not have.
            if self.inner.stock.counters(activity_id, head.epoch).await? == Counted::Stale {
                self.rebuild_stock(activity_id, head.epoch).await?;
                continue;
            }
            let new = RedemptionReversal {
                redemption_id,
                transfer_id: TransferId::from_ulid(self.inner.sources.ids.mint(redemption_id.bucket())),
                epoch: head.epoch,
                at: self.inner.sources.now(),
            };
            match self.inner.store.reverse_redemption(&new).await? {
                RedemptionReversed::Committed(order) => {
                    self.return_unit(&order, &head).await;
                    return Ok(order);
                }
                RedemptionReversed::Earlier(order) => return Ok(order),
                RedemptionReversed::Unknown => return Err(unknown(redemption_id).into()),
                RedemptionReversed::Stale => {}
                RedemptionReversed::DrawsUsed { left } => {
                    let message = format!(
                        "{redemption_id} granted {} draws and {} has {left} left; only unused draws can be taken back",
                        order.draws, order.user_id
                    );
                    return Err(Refusal::Conflict { message }.into());
                }
                RedemptionReversed::Settled => {
                    let message = format!("activity {activity_id} is settled, so {redemption_id} stays as it is");
                    return Err(Refusal::Conflict { message }.into());
                }
            }
        }
        Err(Refusal::TryAgain.into())
    }

    /// What fails here is repaired by `reconcile_stock`, which finds one unit more in the counters than in SQL.
    async fn return_unit(&self, order: &RedemptionOrder, head: &ActivityHead) {
        let unit = (ClaimId::Recharge(order.recharge_order_id), StockItem::Sku(order.sku.clone()));
        let returned = self.inner.stock.give_back(&order.activity_id, head.epoch, &[unit]).await;
        if let Err(fault) = returned {
            let id = order.redemption_id;
            tracing::warn!(redemption.id = %id, error = %fault, "left the unit of {id} to reconcile_stock");
        }
    }

    /// One exchange.
    ///
    /// # Errors
    /// A refusal where it is unknown; a fault of the store.
    pub async fn redemption(&self, redemption_id: RedemptionId) -> Result<RedemptionOrder> {
        Ok(self.inner.store.redemption(redemption_id).await?.ok_or_else(|| unknown(redemption_id))?)
    }

    /// A user's exchanges, newest first.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn redemptions_of(&self, user_id: &UserId, page: &Page<RedemptionId>) -> Result<Vec<RedemptionOrder>> {
        Ok(self.inner.store.redemptions_of(user_id, page).await?)
    }
}

fn unknown(redemption_id: RedemptionId) -> Refusal {
    Refusal::Unknown { what: "redemption", id: redemption_id.to_string() }
}

/// The same key for another SKU or another activity is another wish.
fn repeat(order: RedemptionOrder, request: &RedemptionRequest) -> Result<Redeemed> {
    let same_activity = request.activity_id.as_ref().is_none_or(|activity_id| *activity_id == order.activity_id);
    if order.sku == request.sku && same_activity {
        return Ok(Redeemed { order, repeated: true });
    }
    Err(Refusal::RequestReused.into())
}
