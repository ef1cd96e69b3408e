//! Draws on the winner's quota.

use async_trait::async_trait;

use super::{Attempted, Channel};
use crate::domain::award::{AwardKind, Prize};
use crate::domain::outbox::Delivery;

/// Grants draws. The grant is written in the transaction that ends the attempt, so nothing can come between.
#[derive(Debug, Clone, Copy, Default)]
pub struct DrawsChannel;

#[async_trait]
impl Channel for DrawsChannel {
    fn kind(&self) -> AwardKind {
        AwardKind::Draws
    }

    fn reaches_outside(&self) -> bool {
        false
    }

    async fn deliver(&self, _delivery: &Delivery, _prize: &Prize) -> Attempted {
        Attempted::GrantDraws
    }
}
