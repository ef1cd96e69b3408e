//! Coupon codes, each to one winner.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Attempted, Channel};
use crate::clock::Sources;
use crate::domain::award::{AwardKind, Prize};
use crate::domain::id::Name;
use crate::domain::outbox::{Delivery, FailureClass};
use crate::store::Store;

/// How long an award waits before it looks into an empty pool again, in seconds.
const EMPTY_POOL_SECONDS: u32 = 60;

/// Takes a code of the award's pool. The code belongs to the award from then on, so every try of one award finds the same.
pub struct CouponChannel {
    store: Arc<dyn Store>,
    sources: Sources,
}

impl CouponChannel {
    /// Takes codes from the pools of a store.
    pub fn new(store: Arc<dyn Store>, sources: Sources) -> Self {
        Self { store, sources }
    }
}

#[async_trait]
impl Channel for CouponChannel {
    fn kind(&self) -> AwardKind {
        AwardKind::Coupon
    }

    fn reaches_outside(&self) -> bool {
        false
    }

    async fn deliver(&self, delivery: &Delivery, prize: &Prize) -> Attempted {
        let pool = match prize {
            Prize::Coupon { pool } => Name::new(pool).map_err(|error| error.to_string()),
            _ => Err("the document calls this award no coupon".into()),
        };
        let pool = match pool {
            Ok(pool) => pool,
            Err(error) => return Attempted::Failed { class: FailureClass::Permanent, error },
        };
        let taken = self.store.take_code(&pool, delivery.award.award_record_id, self.sources.now()).await;
        match taken {
            Ok(Some(code)) => Attempted::Delivered { reference: Some(code.reveal().to_owned()), reply: None },
            Ok(None) => Attempted::NotYet {
                seconds: EMPTY_POOL_SECONDS,
                reason: format!("the coupon pool {pool} is empty; load codes"),
            },
            Err(fault) => Attempted::Failed { class: FailureClass::Transient, error: fault.to_string() },
        }
    }
}
