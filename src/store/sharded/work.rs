//! Promised work and what it is delivered from: work is in its user's database, coupon codes are in the first.

use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;
use ulid::Ulid;

use super::{Shard, ShardedStore};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::coupon::{CouponCode, CouponPool, CouponPromises};
use crate::domain::goods::{ClaimableAward, GoodsClaim, GoodsState};
use crate::domain::id::{AuditId, AwardRecordId, Name, OutboxId};
use crate::domain::outbox::{BulkRedrive, Delivery, OutboxEntry, OutboxState};
use crate::domain::stock::ReturnedUnit;
use crate::store::coupons::CouponStore;
use crate::store::goods::{Claimed, GoodsStore, Shipped};
use crate::store::outbox::{BulkRedriven, DueQuestion, Finish, Lease, OutboxStore, Recall, Recalled, Redriven};
use crate::store::{Page, Stored};

/// Recalled awards looked at in one step.
const RECALLED_MAX: u32 = 1_000;

#[async_trait]
impl<S: Shard> OutboxStore for ShardedStore<S> {
    async fn due_outbox(&self, question: &DueQuestion) -> Stored<Vec<OutboxId>> {
        // An even share for each database, so that none waits behind another's backlog; what one leaves over, those with more
        // than their share take.
        let share = question.limit.div_ceil(u32::try_from(self.shards.len()).unwrap_or(u32::MAX)).max(1);
        let part = DueQuestion { limit: share, ..*question };
        let mut parts = self.everywhere(|shard| Box::pin(async move { shard.due_outbox(&part).await })).await?;
        let found = parts.iter().map(Vec::len).sum::<usize>();
        let mut left = question.limit.saturating_sub(u32::try_from(found).unwrap_or(u32::MAX));
        for (shard, part) in self.shards.iter().zip(&mut parts) {
            if left > 0 && part.len() >= share as usize {
                let more = shard.due_outbox(&DueQuestion { limit: left, ..*question }).await?;
                left = left.saturating_sub(u32::try_from(more.len()).unwrap_or(u32::MAX));
                part.extend(more);
            }
        }
        Ok(by_turns(parts))
    }

    async fn lease_outbox(&self, lease: &Lease) -> Stored<Vec<Delivery>> {
        let (now, until) = (lease.now, lease.until);
        let leased = self
            .gather(
                &lease.outbox_ids,
                |outbox_id| outbox_id.bucket(),
                |shard, outbox_ids| {
                    Box::pin(async move { shard.lease_outbox(&Lease { outbox_ids, now, until }).await })
                },
            )
            .await?;
        let mut leased: BTreeMap<Ulid, Delivery> =
            leased.into_iter().flatten().map(|delivery| (delivery.outbox_id.ulid(), delivery)).collect();
        Ok(lease.outbox_ids.iter().filter_map(|outbox_id| leased.remove(&outbox_id.ulid())).collect())
    }

    async fn mark_dispatched(&self, deliveries: &[Delivery]) -> Stored<Vec<AwardRecordId>> {
        let marked = self
            .gather(
                deliveries,
                |delivery| delivery.outbox_id.bucket(),
                |shard, part| Box::pin(async move { shard.mark_dispatched(&part).await }),
            )
            .await?;
        Ok(marked.into_iter().flatten().collect())
    }

    async fn finish_attempts(&self, finishes: &[Finish], now: Timestamp) -> Stored<()> {
        self.gather(
            finishes,
            |finish| finish.result.outbox_id.bucket(),
            |shard, part| Box::pin(async move { shard.finish_attempts(&part, now).await }),
        )
        .await?;
        Ok(())
    }

    async fn outbox(&self, state: Option<OutboxState>, page: &Page<OutboxId>) -> Stored<Vec<OutboxEntry>> {
        let newest = |entry: &OutboxEntry| std::cmp::Reverse(entry.outbox_id.ulid());
        self.merged(page.limit, newest, |shard| shard.outbox(state, page)).await
    }

    async fn redrive(&self, outbox_id: OutboxId, change: &Change) -> Stored<Redriven> {
        self.write(outbox_id.bucket(), |shard| shard.redrive(outbox_id, change)).await
    }

    async fn redrive_dead(&self, wish: &BulkRedrive, change: &Change) -> Stored<BulkRedriven> {
        // Each database redrives its own and records it. The rate is shared, so that all together keep to it.
        let mut all = BulkRedriven::default();
        for (number, shard) in self.shards.iter().enumerate() {
            let left = wish.limit.saturating_sub(all.redriven);
            if left == 0 {
                break;
            }
            let mut change = change.clone();
            if let Some(last) = all.last_due_at {
                // The next one follows the last one at the rate.
                change.at = wish.due_at(last, 1);
            }
            change.audit_id = part_of(change.audit_id, number);
            let part = shard.redrive_dead(&BulkRedrive { limit: left, ..wish.clone() }, &change).await?;
            all.redriven += part.redriven;
            all.last_due_at = part.last_due_at.or(all.last_due_at);
        }
        Ok(all)
    }

    async fn recall(&self, recall: &Recall, change: &Change) -> Stored<Recalled> {
        self.write(recall.outbox_id.bucket(), |shard| shard.recall(recall, change)).await
    }

    async fn recall_released(&self, outbox_id: OutboxId, lease: u32, now: Timestamp) -> Stored<Option<ReturnedUnit>> {
        self.write(outbox_id.bucket(), |shard| shard.recall_released(outbox_id, lease, now)).await
    }

    async fn outbox_counts(&self) -> Stored<Vec<(OutboxState, u64)>> {
        let mut counts: Vec<(OutboxState, u64)> = Vec::new();
        for (state, count) in self.everywhere(|shard| shard.outbox_counts()).await?.into_iter().flatten() {
            match counts.iter_mut().find(|(known, _)| *known == state) {
                Some((_, sum)) => *sum += count,
                None => counts.push((state, count)),
            }
        }
        Ok(counts)
    }

    async fn prune_outbox(&self, before: Timestamp, buckets: &Range<u16>, limit: u32) -> Stored<u64> {
        self.in_turn(limit, |shard, left| shard.prune_outbox(before, buckets, left)).await
    }

    async fn prune_attempts(&self, before: Timestamp, limit: u32) -> Stored<u64> {
        self.in_turn(limit, |shard, left| shard.prune_attempts(before, left)).await
    }
}

/// One of each, then the next of each: no database's work goes to the end of the queue.
fn by_turns<T>(parts: Vec<Vec<T>>) -> Vec<T> {
    let mut parts: Vec<_> = parts.into_iter().map(Vec::into_iter).collect();
    let mut all = Vec::new();
    loop {
        let before = all.len();
        all.extend(parts.iter_mut().filter_map(Iterator::next));
        if all.len() == before {
            return all;
        }
    }
}

/// The name of one database's record of a change that several record: one of the change's, that tells them apart.
fn part_of(audit_id: AuditId, number: usize) -> AuditId {
    AuditId::from_ulid(Ulid::from(u128::from(audit_id.ulid()) ^ (number as u128)))
}

#[async_trait]
impl<S: Shard> GoodsStore for ShardedStore<S> {
    async fn claimable_award(&self, award_record_id: AwardRecordId) -> Stored<Option<ClaimableAward>> {
        self.read(award_record_id.bucket(), |shard| shard.claimable_award(award_record_id)).await
    }

    async fn goods_claims(&self, award_record_ids: &[AwardRecordId]) -> Stored<Vec<GoodsClaim>> {
        let claims = self
            .gather(
                award_record_ids,
                |award_record_id| award_record_id.bucket(),
                |shard, part| Box::pin(async move { shard.goods_claims(&part).await }),
            )
            .await?;
        Ok(claims.into_iter().flatten().collect())
    }

    async fn claim_goods(&self, claim: &GoodsClaim) -> Stored<Claimed> {
        self.write(claim.award_record_id.bucket(), |shard| shard.claim_goods(claim)).await
    }

    async fn ship_goods(&self, award_record_id: AwardRecordId, tracking: &str, change: &Change) -> Stored<Shipped> {
        self.write(award_record_id.bucket(), |shard| shard.ship_goods(award_record_id, tracking, change)).await
    }

    async fn goods(&self, state: GoodsState, page: &Page<AwardRecordId>) -> Stored<Vec<ClaimableAward>> {
        let newest = |goods: &ClaimableAward| std::cmp::Reverse(goods.award.award_record_id.ulid());
        self.merged(page.limit, newest, |shard| shard.goods(state, page)).await
    }

    async fn recall_unclaimed(
        &self,
        leases: &[(OutboxId, u32)],
        reason: &str,
        now: Timestamp,
    ) -> Stored<Vec<ReturnedUnit>> {
        let recalled = self
            .gather(
                leases,
                |(outbox_id, _)| outbox_id.bucket(),
                |shard, part| Box::pin(async move { shard.recall_unclaimed(&part, reason, now).await }),
            )
            .await?;
        Ok(recalled.into_iter().flatten().collect())
    }
}

#[async_trait]
impl<S: Shard> CouponStore for ShardedStore<S> {
    async fn add_codes(&self, pool: &Name, codes: &[CouponCode], now: Timestamp) -> Stored<u64> {
        self.first().add_codes(pool, codes, now).await
    }

    async fn note_codes_loaded(&self, pool: &Name, added: u64, repeated: u64, change: &Change) -> Stored<()> {
        self.first().note_codes_loaded(pool, added, repeated, change).await
    }

    async fn take_code(
        &self,
        pool: &Name,
        award_record_id: AwardRecordId,
        now: Timestamp,
    ) -> Stored<Option<CouponCode>> {
        self.first().take_code(pool, award_record_id, now).await
    }

    async fn put_back_codes(&self, award_record_ids: &[AwardRecordId]) -> Stored<u64> {
        self.first().put_back_codes(award_record_ids).await
    }

    async fn recalled_with_code(&self, limit: u32) -> Stored<Vec<AwardRecordId>> {
        let mut found = Vec::new();
        for shard in &self.shards {
            let mut after = None;
            while found.len() < limit as usize {
                let recalled = shard.recalled_coupons(after, RECALLED_MAX).await?;
                let Some(last) = recalled.last() else { break };
                after = Some(*last);
                found.extend(self.first().taken_codes(&recalled).await?.into_keys());
            }
        }
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn coupon_pools(&self) -> Stored<Vec<CouponPool>> {
        self.first().coupon_pools().await
    }

    async fn coupon_promises(&self) -> Stored<Vec<CouponPromises>> {
        let mut sums: Vec<CouponPromises> = Vec::new();
        for more in self.everywhere(|shard| shard.coupon_promises()).await?.into_iter().flatten() {
            let same = |known: &&mut CouponPromises| {
                (&known.activity_id, known.version, &known.award_id)
                    == (&more.activity_id, more.version, &more.award_id)
            };
            match sums.iter_mut().find(same) {
                Some(sum) => sum.count += more.count,
                None => sums.push(more),
            }
        }
        Ok(sums)
    }
}
