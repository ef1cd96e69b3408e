//! Campaigns: the first database decides, and the others have a copy before a change answers.
//!
//! A change holds the activity's catalog over all databases. Should it be cut short, a copy may be behind: whatever changes
//! next brings it up to date, and `reconcile_stock` does where nothing changes. A copy that is behind never sells a unit
//! twice: totals and the stock epoch are decided while no database can commit under the epoch before.

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures::future::try_join_all;

use super::{Shard, ShardedStore};
use crate::domain::audit::Change;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::{ActivityHead, ActivityState};
use crate::domain::document::CampaignDocument;
use crate::domain::id::{ActivityId, Version, WorkflowId};
use crate::domain::roll::SeedChain;
use crate::domain::source::DocumentSource;
use crate::domain::stock::{Epoch, StockItem, StockTotal};
use crate::fault::Fault;
use crate::store::catalog::{
    CatalogStore, Closed, Closing, Draft, DraftDiscarded, DraftLine, NewVersion, Published, StateChanged, StoredVersion,
};
use crate::store::{Page, Stored};

/// Times that a publication is tried while somebody else raises the epoch.
const TRIES_MAX: u32 = 8;

#[async_trait]
impl<S: Shard> CatalogStore for ShardedStore<S> {
    async fn publish(&self, new: &NewVersion) -> Stored<Published> {
        self.still(async {
            let _held = self.first().hold_catalog(&new.activity_id).await?;
            for _ in 0..TRIES_MAX {
                let (seen, elsewhere) = self.count_elsewhere(new).await?;
                if let Some(published) = self.first().publish_beside(new, seen, &elsewhere).await? {
                    self.copy_catalog(&new.activity_id).await?;
                    return Ok(published);
                }
            }
            Err(Fault { doing: "publish a campaign", cause: "its counters were filled anew again and again".into() })
        })
        .await
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

    async fn drafts(&self, page: &Page<ActivityId>) -> Stored<Vec<DraftLine>> {
        self.first().drafts(page).await
    }

    async fn save_draft(
        &self,
        activity_id: &ActivityId,
        document: &CampaignDocument,
        source: Option<&DocumentSource>,
        change: &Change,
    ) -> Stored<Draft> {
        self.first().save_draft(activity_id, document, source, change).await
    }

    async fn discard_draft(
        &self,
        activity_id: &ActivityId,
        seen: Option<&str>,
        change: &Change,
    ) -> Stored<DraftDiscarded> {
        self.first().discard_draft(activity_id, seen, change).await
    }

    async fn draft(&self, activity_id: &ActivityId) -> Stored<Option<Draft>> {
        self.first().draft(activity_id).await
    }

    async fn seed_chains(&self, activity_id: &ActivityId) -> Stored<Vec<SeedChain>> {
        self.first().seed_chains(activity_id).await
    }

    async fn reveal_seeds(&self, activity_id: &ActivityId, before: Day) -> Stored<Day> {
        self.still(async {
            // Sealed everywhere first: nobody may draw on a day whose seed can be read.
            let _held = self.first().hold_catalog(activity_id).await?;
            self.first().seal_days(activity_id, before).await?;
            self.copy_catalog(activity_id).await?;
            let revealed = self.first().reveal_seeds(activity_id, before).await?;
            self.copy_catalog(activity_id).await?;
            Ok(revealed)
        })
        .await
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
        self.still(async {
            let _held = self.first().hold_catalog(activity_id).await?;
            let changed = self.first().change_state(activity_id, wanted, change).await?;
            self.copy_catalog(activity_id).await?;
            Ok(changed)
        })
        .await
    }

    async fn close_activity(&self, closing: &Closing, change: &Change) -> Stored<Closed> {
        self.still(async {
            let _held = self.first().hold_catalog(&closing.activity_id).await?;
            let closed = self.first().close_activity(closing, change).await?;
            self.copy_catalog(&closing.activity_id).await?;
            Ok(closed)
        })
        .await
    }

    async fn reopen_activity(&self, activity_id: &ActivityId, closed_by: WorkflowId, change: &Change) -> Stored<bool> {
        self.still(async {
            let _held = self.first().hold_catalog(activity_id).await?;
            let reopened = self.first().reopen_activity(activity_id, closed_by, change).await?;
            self.copy_catalog(activity_id).await?;
            Ok(reopened)
        })
        .await
    }

    async fn ended_activities(&self, now: Timestamp) -> Stored<Vec<ActivityId>> {
        self.first().ended_activities(now).await
    }

    async fn staged_activities(&self, channel: &str, source: &str) -> Stored<Vec<(ActivityHead, Timestamp)>> {
        self.first().staged_activities(channel, source).await
    }

    async fn align_catalog(&self) -> Stored<u64> {
        if self.others().is_empty() {
            return Ok(0);
        }
        self.still(async {
            let mut behind = 0;
            for head in self.first().all_heads().await? {
                let _held = self.first().hold_catalog(&head.activity_id).await?;
                behind += u64::from(self.copy_catalog(&head.activity_id).await?);
            }
            Ok(behind)
        })
        .await
    }
}

impl<S: Shard> ShardedStore<S> {
    /// Brings every copy of an activity's catalog up to date. Gives whether any was behind. Called by whoever holds it.
    pub(super) async fn copy_catalog(&self, activity_id: &ActivityId) -> Stored<bool> {
        if self.others().is_empty() {
            return Ok(false);
        }
        let Some(copy) = self.first().catalog_copy(activity_id).await? else { return Ok(false) };
        let taken = try_join_all(self.others().iter().map(|shard| shard.take_copy(&copy))).await?;
        Ok(taken.contains(&true))
    }

    /// Raises the epoch in every database above `seen`, so that nothing can be recorded until counters are filled anew.
    async fn fence(&self, activity_id: &ActivityId, seen: Epoch) -> Stored<Option<Epoch>> {
        let next = Epoch(seen.0 + 1);
        for shard in &self.shards {
            shard.lift_epoch(activity_id, next).await?;
        }
        Ok(Some(next))
    }

    /// Units of each item of a new version that the other databases use. Where the version counts anything otherwise than the one
    /// before, they can use no more of it until they have the copy: their stock epoch has risen.
    async fn count_elsewhere(&self, new: &NewVersion) -> Stored<(Option<Epoch>, Vec<u64>)> {
        let items: Vec<StockItem> = new.stock.iter().map(|stock| stock.item.clone()).collect();
        let copy = self.first().catalog_copy(&new.activity_id).await?;
        let elsewhere = self.used_of(self.others(), &new.activity_id, &items).await?;
        let Some(copy) = copy else { return Ok((None, elsewhere)) };
        let current = copy.versions.iter().find(|stored| stored.version == copy.version);
        let limited = |document: &CampaignDocument| -> BTreeSet<String> {
            let limited = document.awards.iter().filter(|award| award.per_user.is_some());
            limited.map(|award| award.id.clone()).collect()
        };
        let counted = |stock: &[StockTotal]| -> BTreeSet<(StockItem, u64)> {
            stock.iter().map(|stock| (stock.item.clone(), stock.total)).collect()
        };
        let same = counted(&copy.stock) == counted(&new.stock)
            && current.is_some_and(|current| limited(&current.document) == limited(&new.document));
        // What is refused already needs no such care, and would be paid for with counters that are filled anew.
        let is_short = new.stock.iter().zip(&elsewhere).any(|(stock, used)| *used > stock.total);
        if same || is_short {
            return Ok((Some(copy.epoch), elsewhere));
        }
        for shard in self.others() {
            shard.lift_epoch(&new.activity_id, Epoch(copy.epoch.0 + 1)).await?;
        }
        Ok((Some(copy.epoch), self.used_of(self.others(), &new.activity_id, &items).await?))
    }

    /// Units of each item that rows of these databases use.
    pub(super) async fn used_of(
        &self,
        shards: &[S],
        activity_id: &ActivityId,
        items: &[StockItem],
    ) -> Stored<Vec<u64>> {
        let mut sums = vec![0; items.len()];
        for used in try_join_all(shards.iter().map(|shard| shard.used_units(activity_id, items))).await? {
            sums.iter_mut().zip(used).for_each(|(sum, used)| *sum += used);
        }
        Ok(sums)
    }

    /// Raises the epoch if it is still `seen`, in every database; brings those that are behind up to the one that is.
    pub(super) async fn raise_everywhere(&self, activity_id: &ActivityId, seen: Epoch) -> Stored<Option<Epoch>> {
        if self.others().is_empty() {
            return self.first().raise_epoch(activity_id, seen).await;
        }
        self.still(async {
            let _held = self.first().hold_catalog(activity_id).await?;
            // A copy that is behind would decide draws by a version that is over.
            self.copy_catalog(activity_id).await?;
            match self.first().stock_epoch(activity_id).await? {
                // A publication that was refused or cut short may have left others above the first.
                Some(current) if current <= seen => self.fence(activity_id, seen).await,
                _ => Ok(None),
            }
        })
        .await
    }
}
