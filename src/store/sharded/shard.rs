//! What a database must do beside the port to be one shard of several.

use std::any::Any;
use std::collections::HashMap;

use async_trait::async_trait;
use uuid::Uuid;

use super::{BucketMap, CouponAward, TakenCode};
use crate::domain::award::AwardKind;
use crate::domain::bucket::Bucket;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::ActivityState;
use crate::domain::id::{ActivityId, AwardRecordId, Version};
use crate::domain::reconcile::Violation;
use crate::domain::stock::{Epoch, StockItem, StockTotal};
use crate::store::catalog::{NewVersion, Published, StoredVersion};
use crate::store::{Store, Stored};

/// Something that nobody else has until it is dropped.
pub type Held = Box<dyn Any + Send>;

/// What the first database says of an activity, for the others to repeat: what user's transactions read of it.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogCopy {
    /// The activity.
    pub activity_id: ActivityId,
    /// How often it has changed: of two copies, the one with more changes holds.
    pub revision: i64,
    /// The version that decides new draws.
    pub version: Version,
    /// Where it is in its life.
    pub state: ActivityState,
    /// When its window ends.
    pub closes_at: Timestamp,
    /// From which day on seeds are secret; nothing before one was revealed.
    pub secret_from: Option<Day>,
    /// Before which day nothing changes any more.
    pub sealed_before: Option<Day>,
    /// Under which number its counters are valid.
    pub epoch: Epoch,
    /// Everything the current version counts, in its order.
    pub stock: Vec<StockTotal>,
    /// Every version, oldest first.
    pub versions: Vec<StoredVersion>,
}

/// One database of several. The first of them keeps what belongs to no user.
#[async_trait]
pub trait Shard: Store {
    /// Waits, for a while, until nobody else changes the catalog of the activity over several databases, and keeps others from it. It
    /// spares both to do the work twice; what is right does not depend on it, because whoever holds it may hang. Asked of the first.
    async fn hold_catalog(&self, activity_id: &ActivityId) -> Stored<Held>;

    /// What this database says of an activity; nothing where it is unknown.
    async fn catalog_copy(&self, activity_id: &ActivityId) -> Stored<Option<CatalogCopy>>;

    /// Makes what this database says of an activity what the copy says, unless it knows better. An epoch is only ever raised. Whoever writes under what it
    /// said before is waited for. Wins of awards whose limit begins with the new version are counted here. Gives whether
    /// anything was different.
    async fn take_copy(&self, copy: &CatalogCopy) -> Stored<bool>;

    /// Publishes as [`CatalogStore::publish`](crate::store::catalog::CatalogStore::publish) does, where rows of other databases use
    /// `elsewhere` units of each item of the version, counted while its epoch was `seen`. Nothing where that has risen: then
    /// they may use more by now. Asked of the first.
    async fn publish_beside(
        &self,
        new: &NewVersion,
        seen: Option<Epoch>,
        elsewhere: &[u64],
    ) -> Stored<Option<Published>>;

    /// Raises the epoch to at least `epoch`, waiting for those who write under a lower one. Nothing where the activity is unknown.
    async fn lift_epoch(&self, activity_id: &ActivityId, epoch: Epoch) -> Stored<()>;

    /// Units of each item that rows of this database use, in order.
    async fn used_units(&self, activity_id: &ActivityId, items: &[StockItem]) -> Stored<Vec<u64>>;

    /// What people call those of the actors that are keys or operators. Asked of the first.
    async fn actor_names(&self, actors: &[String]) -> Stored<HashMap<String, String>>;

    /// Coupon awards that are recalled, by id, ascending.
    async fn recalled_coupons(&self, after: Option<AwardRecordId>, limit: u32) -> Stored<Vec<AwardRecordId>>;

    /// Coupon awards in any state, by id, ascending.
    async fn coupon_awards(&self, after: Option<AwardRecordId>, limit: u32) -> Stored<Vec<CouponAward>>;

    /// Of which kind awards are; those that are not there are left out.
    async fn award_kinds(&self, award_record_ids: &[AwardRecordId]) -> Stored<Vec<(AwardRecordId, AwardKind)>>;

    /// The codes that awards have. Asked of the first.
    async fn taken_codes(&self, award_record_ids: &[AwardRecordId]) -> Stored<HashMap<AwardRecordId, TakenCode>>;

    /// Taken codes by the ids of their awards, ascending. Asked of the first.
    async fn codes_after(&self, after: Option<AwardRecordId>, limit: u32) -> Stored<Vec<TakenCode>>;

    /// Pools that count otherwise than their codes. Asked of the first.
    async fn pool_violations(&self, limit: u32) -> Stored<Vec<Violation>>;

    /// Whether all of the buckets can be read here, at this moment.
    async fn has(&self, buckets: &[Bucket]) -> Stored<bool>;

    /// Makes this the first database of an installation of so many databases, unless it is one already, and gives the installation.
    async fn found(&self, shards: usize) -> Stored<Uuid>;

    /// In which database each bucket lives. Asked of the first, once it is founded.
    async fn bucket_map(&self) -> Stored<BucketMap>;

    /// Makes this the database of that number, unless it is already: the home of the buckets given, and of no others.
    ///
    /// # Errors
    /// A fault where it belongs to another installation or has another number.
    async fn join(&self, installation: Uuid, number: usize, buckets: &[Bucket]) -> Stored<()>;
}
