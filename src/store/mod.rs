//! What we remember: the port to SQL, the truth.
//!
//! A method is one transaction with a business name. It takes and returns domain types, and can be repeated safely: after
//! a failure whose outcome is unknown, the caller calls it again.

pub mod audit;
pub mod behaviours;
pub mod books;
pub mod catalog;
pub mod coupons;
pub mod cron;
pub mod draws;
pub mod goods;
pub mod jobs;
pub mod keys;
pub mod ledger;
pub mod lists;
pub mod moves;
pub mod operators;
pub mod outbox;
pub mod postgres;
pub mod processes;
pub mod redemptions;
pub mod settlement;
pub mod sharded;
pub mod sqlite;
pub mod stock;
pub mod stories;
pub mod tokens;
pub mod users;
pub mod workflows;

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::fault::Fault;

/// What a port method gives: a domain answer, or a failure.
pub type Stored<T> = Result<T, Fault>;

/// Why nothing was written: a user's bucket does not live in the database that was asked, or is leaving it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a bucket does not live here any more")]
pub struct NotHome;

/// Why nothing was done: buckets are being moved, or must not be, for longer than anybody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("somebody moves buckets, or needs them to stay, for too long; try again")]
pub struct Moving;

/// Everything we remember.
#[async_trait]
pub trait Store:
    catalog::CatalogStore
    + draws::DrawStore
    + stock::StockStore
    + outbox::OutboxStore
    + behaviours::BehaviourStore
    + redemptions::RedemptionStore
    + ledger::LedgerStore
    + cron::CronStore
    + jobs::JobStore
    + keys::KeyStore
    + books::BookStore
    + audit::AuditStore
    + operators::OperatorStore
    + tokens::TokenStore
    + coupons::CouponStore
    + goods::GoodsStore
    + lists::ListStore
    + moves::MoveStore
    + processes::ProcessStore
    + settlement::SettlementStore
    + stories::StoryStore
    + users::UserStore
    + workflows::WorkflowStore
    + Send
    + Sync
{
    /// Brings the schema up to date.
    async fn migrate(&self) -> Stored<()>;

    /// In how many databases users live. One that fails holds up nobody of another: work of users is gathered by database.
    fn shards(&self) -> usize {
        1
    }

    /// In which of them a user lives, as far as last seen: 0 or more, below [`Self::shards`].
    fn shard_of(&self, user_id: &UserId) -> usize {
        let _ = user_id;
        0
    }

    /// Answers when the database can be read and written.
    async fn ping(&self) -> Stored<()>;

    /// Finishes what was begun and closes every connection.
    async fn close(&self);
}

/// A part of a list: rows after `after`, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<K> {
    /// The last key of the part before, or nothing for the first part.
    pub after: Option<K>,
    /// Rows wanted at most.
    pub limit: u32,
}
