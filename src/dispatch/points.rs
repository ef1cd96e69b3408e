//! Points on the winner's account.

use async_trait::async_trait;

use super::{Attempted, Channel};
use crate::domain::award::{AwardKind, Prize};
use crate::domain::outbox::Delivery;

/// Credits points. The credit is written in the transaction that ends the attempt, so nothing can come between.
#[derive(Debug, Clone, Copy, Default)]
pub struct PointsChannel;

#[async_trait]
impl Channel for PointsChannel {
    fn kind(&self) -> AwardKind {
        AwardKind::Points
    }

    fn reaches_outside(&self) -> bool {
        false
    }

    async fn deliver(&self, _delivery: &Delivery, _prize: &Prize) -> Attempted {
        Attempted::CreditPoints
    }
}
