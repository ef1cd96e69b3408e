//! Campaigns: the first database decides, and the others have a copy before a change answers.
//!
//! A change holds the activity's catalog over all databases. Should it be cut short, a copy may be behind: whatever changes
//! next brings it up to date, and `reconcile_stock` does where nothing changes. A copy that is behind never sells a unit
//! twice: totals and the stock epoch are decided while no database can commit under the epoch before.

use async_trait::async_trait;

use super::{Shard, ShardedStore};
use crate::domain::audit::Change;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::{ActivityHead, ActivityState};
use crate::domain::document::CampaignDocument;
use crate::domain::id::{ActivityId, Version, WorkflowId};
use crate::domain::roll::SeedChain;
use crate::domain::stock::{Epoch, StockItem};
use crate::store::Stored;
use crate::store::catalog::{
    CatalogStore, Closed, Closing, Draft, NewVersion, Published, StateChanged, StockShort, StoredVersion,
};

#[async_trait]
impl<S: Shard> CatalogStore for ShardedStore<S> {
    async fn publish(&self, new: &NewVersion) -> Stored<Published> {
        let _held = self.first().hold_catalog(&new.activity_id).await?;
        let short = self.short(new).await?;
        if !short.is_empty() {
            self.copy_catalog(&new.activity_id).await?;
            return Ok(Published::StockBelowUsed(short));
        }
        let published = self.first().publish(new).await?;
        self.copy_catalog(&new.activity_id).await?;
        Ok(published)
    }

    async fn heads(&self, activity_ids: &[ActivityId]) -> Stored<Vec<ActivityHead>> {
        self.first().heads(activity_ids).await
    }

    async fn all_heads(&self) -> Stored<Vec<ActivityHead>> {
        self.first().all_heads().await
    }

    async fn version(&self, activity_id: &ActivityId, version: Version) -> Stored<Option<StoredVersion>> {
        self.first().version(activity_id, version).await
    }

    async fn versions(&self, activity_id: &ActivityId) -> Stored<Vec<StoredVersion>> {
        self.first().versions(activity_id).await
    }

    async fn save_draft(
        &self,
        activity_id: &ActivityId,
        document: &CampaignDocument,
        change: &Change,
    ) -> Stored<Draft> {
        self.first().save_draft(activity_id, document, change).await
    }

    async fn draft(&self, activity_id: &ActivityId) -> Stored<Option<Draft>> {
        self.first().draft(activity_id).await
    }

    async fn seed_chains(&self, activity_id: &ActivityId) -> Stored<Vec<SeedChain>> {
        self.first().seed_chains(activity_id).await
    }

    async fn reveal_seeds(&self, activity_id: &ActivityId, before: Day) -> Stored<Day> {
        // Sealed everywhere first: nobody may draw on a day whose seed can be read.
        let _held = self.first().hold_catalog(activity_id).await?;
        self.first().seal_days(activity_id, before).await?;
        self.copy_catalog(activity_id).await?;
        let revealed = self.first().reveal_seeds(activity_id, before).await?;
        self.copy_catalog(activity_id).await?;
        Ok(revealed)
    }

    async fn secret_from(&self, activity_id: &ActivityId) -> Stored<Option<Day>> {
        self.first().secret_from(activity_id).await
    }

    async fn change_state(
        &self,
        activity_id: &ActivityId,
        wanted: ActivityState,
        change: &Change,
    ) -> Stored<StateChanged> {
        let _held = self.first().hold_catalog(activity_id).await?;
        let changed = self.first().change_state(activity_id, wanted, change).await?;
        self.copy_catalog(activity_id).await?;
        Ok(changed)
    }

    async fn close_activity(&self, closing: &Closing, change: &Change) -> Stored<Closed> {
        let _held = self.first().hold_catalog(&closing.activity_id).await?;
        let closed = self.first().close_activity(closing, change).await?;
        self.copy_catalog(&closing.activity_id).await?;
        Ok(closed)
    }

    async fn reopen_activity(&self, activity_id: &ActivityId, closed_by: WorkflowId, change: &Change) -> Stored<bool> {
        let _held = self.first().hold_catalog(activity_id).await?;
        let reopened = self.first().reopen_activity(activity_id, closed_by, change).await?;
        self.copy_catalog(activity_id).await?;
        Ok(reopened)
    }

    async fn ended_activities(&self, now: Timestamp) -> Stored<Vec<ActivityId>> {
        self.first().ended_activities(now).await
    }

    async fn staged_activities(&self, channel: &str, source: &str) -> Stored<Vec<(ActivityHead, Timestamp)>> {
        self.first().staged_activities(channel, source).await
    }

    async fn align_catalog(&self) -> Stored<u64> {
        let mut behind = 0;
        if self.others().is_empty() {
            return Ok(behind);
        }
        for head in self.first().all_heads().await? {
            let _held = self.first().hold_catalog(&head.activity_id).await?;
            behind += u64::from(self.copy_catalog(&head.activity_id).await?);
        }
        Ok(behind)
    }
}

impl<S: Shard> ShardedStore<S> {
    /// Brings every copy of an activity's catalog up to date. Gives whether any was behind. Called by whoever holds it.
    pub(super) async fn copy_catalog(&self, activity_id: &ActivityId) -> Stored<bool> {
        if self.others().is_empty() {
            return Ok(false);
        }
        let Some(copy) = self.first().catalog_copy(activity_id).await? else { return Ok(false) };
        let taken = futures::future::try_join_all(self.others().iter().map(|shard| shard.take_copy(&copy))).await?;
        Ok(taken.contains(&true))
    }

    /// Raises the epoch in every database above any that was, so that nothing can be recorded until counters are filled anew. Gives
    /// the new one; nothing where the activity is unknown.
    async fn fence(&self, activity_id: &ActivityId) -> Stored<Option<Epoch>> {
        let Some(current) = self.first().stock_epoch(activity_id).await? else { return Ok(None) };
        let next = Epoch(current.0 + 1);
        for shard in &self.shards {
            shard.lift_epoch(activity_id, next).await?;
        }
        Ok(Some(next))
    }

    /// Items of which more is used, over all databases, than a new version would allow. Nothing can be won or granted from when
    /// they are counted until the version is there, because the counters are stale.
    async fn short(&self, new: &NewVersion) -> Stored<Vec<StockShort>> {
        if self.others().is_empty() {
            return Ok(Vec::new());
        }
        let known = self.first().heads(std::slice::from_ref(&new.activity_id)).await?;
        let Some(head) = known.first() else { return Ok(Vec::new()) };
        let current = self.first().version(&new.activity_id, head.version).await?;
        if current.is_some_and(|current| current.document == new.document) {
            return Ok(Vec::new());
        }
        self.fence(&new.activity_id).await?;
        let items: Vec<StockItem> = new.stock.iter().map(|stock| stock.item.clone()).collect();
        let used = self.used_everywhere(&new.activity_id, &items).await?;
        let short = new.stock.iter().zip(used).filter(|(stock, used)| *used > stock.total);
        Ok(short.map(|(stock, used)| StockShort { item: stock.item.clone(), total: stock.total, used }).collect())
    }

    /// Units of each item that are used, over all databases.
    pub(super) async fn used_everywhere(&self, activity_id: &ActivityId, items: &[StockItem]) -> Stored<Vec<u64>> {
        let mut sums = vec![0; items.len()];
        for used in self.everywhere(|shard| shard.used_units(activity_id, items)).await? {
            sums.iter_mut().zip(used).for_each(|(sum, used)| *sum += used);
        }
        Ok(sums)
    }

    /// Raises the epoch if it is still `seen`, in every database; brings those that are behind up to the one that is.
    pub(super) async fn raise_everywhere(&self, activity_id: &ActivityId, seen: Epoch) -> Stored<Option<Epoch>> {
        if self.others().is_empty() {
            return self.first().raise_epoch(activity_id, seen).await;
        }
        let _held = self.first().hold_catalog(activity_id).await?;
        // A copy that is behind would decide draws by a version that is over.
        self.copy_catalog(activity_id).await?;
        if self.first().stock_epoch(activity_id).await? != Some(seen) {
            return Ok(None);
        }
        self.fence(activity_id).await
    }
}
