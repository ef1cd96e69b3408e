//! The truth about stock: totals from the first database, what is used from all of them.

use async_trait::async_trait;

use super::{Shard, ShardedStore};
use crate::domain::calendar::Timestamp;
use crate::domain::id::ActivityId;
use crate::domain::stock::{Claim, ClaimEnd, Epoch, StockItem, StockTruth};
use crate::store::Stored;
use crate::store::stock::{StockNote, StockStore, Turn};

#[async_trait]
impl<S: Shard> StockStore for ShardedStore<S> {
    async fn stock_epoch(&self, activity_id: &ActivityId) -> Stored<Option<Epoch>> {
        self.first().stock_epoch(activity_id).await
    }

    async fn rebuild_turn(&self, activity_id: &ActivityId) -> Stored<Turn> {
        self.first().rebuild_turn(activity_id).await
    }

    async fn raise_epoch(&self, activity_id: &ActivityId, seen: Epoch) -> Stored<Option<Epoch>> {
        self.raise_everywhere(activity_id, seen).await
    }

    async fn stock_truth(&self, activity_id: &ActivityId) -> Stored<Vec<StockTruth>> {
        let mut truth = self.first().stock_truth(activity_id).await?;
        if !self.others().is_empty() {
            let items: Vec<StockItem> = truth.iter().map(|truth| truth.item.clone()).collect();
            let elsewhere = self.used_of(self.others(), activity_id, &items).await?;
            truth.iter_mut().zip(elsewhere).for_each(|(truth, used)| truth.used += used);
        }
        Ok(truth)
    }

    async fn end_claims(&self, claims: &[Claim], now: Timestamp) -> Stored<Vec<ClaimEnd>> {
        self.split(
            claims,
            |claim| claim.claim_id.bucket(),
            |shard, part| Box::pin(async move { shard.end_claims(&part, now).await }),
        )
        .await
    }

    async fn note_stock(&self, activity_id: &ActivityId, used: &[(StockItem, u64)], now: Timestamp) -> Stored<()> {
        self.first().note_stock(activity_id, used, now).await
    }

    async fn stock_notes(&self, activity_id: &ActivityId) -> Stored<Vec<StockNote>> {
        self.first().stock_notes(activity_id).await
    }
}
