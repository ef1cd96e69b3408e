//! The port for points. Transfers are written with the effects that cause them, by the outbox port.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::id::{TransferId, UserId};
use crate::domain::ledger::Entry;
use crate::domain::points::Points;

/// What is remembered of points.
#[async_trait]
pub trait LedgerStore {
    /// A user's balance; zero where there is no account.
    async fn points(&self, user_id: &UserId) -> Stored<Points>;

    /// A user's entries, newest first.
    async fn entries(&self, user_id: &UserId, page: &Page<TransferId>) -> Stored<Vec<Entry>>;
}
