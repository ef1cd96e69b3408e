//! Goods: they wait until their winner claims them and somebody sends them.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Attempted, Channel};
use crate::clock::Sources;
use crate::domain::award::{AwardKind, Prize};
use crate::domain::goods::claim_by;
use crate::domain::outbox::{Delivery, FailureClass};
use crate::store::Store;

/// How long goods that wait for people are left alone at most, in seconds: sending them ends the wait at once.
const LOOK_AGAIN_SECONDS: i64 = 6 * 3600;

/// Waits for a claim until the deadline and for a parcel after it. What nobody claims in time goes back to stock.
pub struct GoodsChannel {
    store: Arc<dyn Store>,
    sources: Sources,
}

impl GoodsChannel {
    /// Looks for claims in a store.
    pub fn new(store: Arc<dyn Store>, sources: Sources) -> Self {
        Self { store, sources }
    }
}

#[async_trait]
impl Channel for GoodsChannel {
    fn kind(&self) -> AwardKind {
        AwardKind::Goods
    }

    fn reaches_outside(&self) -> bool {
        false
    }

    async fn deliver(&self, delivery: &Delivery, prize: &Prize) -> Attempted {
        let Prize::Goods { claim_within_days } = prize else {
            let error = "the document calls this award no goods".into();
            return Attempted::Failed { class: FailureClass::Permanent, error };
        };
        let claims = match self.store.goods_claims(&[delivery.award.award_record_id]).await {
            Ok(claims) => claims,
            Err(fault) => return Attempted::Failed { class: FailureClass::Transient, error: fault.to_string() },
        };
        if !claims.is_empty() {
            let seconds = u32::try_from(LOOK_AGAIN_SECONDS).unwrap_or(u32::MAX);
            return Attempted::NotYet { seconds, reason: "claimed; waits to be sent".into() };
        }
        let deadline = claim_by(delivery.award.created_at, *claim_within_days);
        let now = self.sources.now();
        if deadline <= now {
            return Attempted::Expired { reason: format!("nobody claimed it by {}", deadline.to_rfc3339()) };
        }
        let left = (deadline - now).num_seconds();
        let seconds = u32::try_from((left + 1).min(LOOK_AGAIN_SECONDS)).unwrap_or(u32::MAX);
        Attempted::NotYet { seconds, reason: format!("waits to be claimed until {}", deadline.to_rfc3339()) }
    }
}
