//! The books of all databases.

use std::collections::HashMap;

use async_trait::async_trait;

use super::{Shard, ShardedStore};
use crate::domain::audit::AuditEntry;
use crate::domain::award::AwardKind;
use crate::domain::calendar::Timestamp;
use crate::domain::draw::Draw;
use crate::domain::id::{AuditId, AwardRecordId, DrawId};
use crate::domain::reconcile::{Invariant, Violation};
use crate::store::audit::{AuditFilter, AuditStore};
use crate::store::books::{ActivityLimits, BookStore};
use crate::store::stock::StockStore;
use crate::store::{Page, Stored};

/// Awards or codes that are compared in one step.
const STEP: u32 = 1_000;

#[async_trait]
impl<S: Shard> BookStore for ShardedStore<S> {
    async fn oversold_items(&self, limit: u32) -> Stored<Vec<Violation>> {
        let mut oversold = Vec::new();
        for head in self.first().all_heads().await? {
            for truth in self.stock_truth(&head.activity_id).await? {
                if truth.used > truth.total && oversold.len() < limit as usize {
                    oversold.push(Violation {
                        invariant: Invariant::Stock,
                        subject: format!("activity {} {} {}", head.activity_id, truth.item.kind(), truth.item.id()),
                        detail: format!("{} rows where the total is {}", truth.used, truth.total),
                    });
                }
            }
        }
        Ok(oversold)
    }

    async fn quota_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        self.merged(limit, |_| (), |shard| shard.quota_violations(limit)).await
    }

    async fn win_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        self.merged(limit, |_| (), |shard| shard.win_violations(limit)).await
    }

    async fn ledger_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        self.merged(limit, |_| (), |shard| shard.ledger_violations(limit)).await
    }

    async fn award_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        self.merged(limit, |_| (), |shard| shard.award_violations(limit)).await
    }

    async fn code_violations(&self, swept_before: Timestamp, limit: u32) -> Stored<Vec<Violation>> {
        if self.others().is_empty() {
            return self.first().code_violations(swept_before, limit).await;
        }
        let mut found = self.first().pool_violations(limit).await?;
        found.extend(self.stray_codes(limit).await?);
        for shard in self.shards() {
            let mut after = None;
            while found.len() < limit as usize {
                let awards = shard.coupon_awards(after, STEP).await?;
                let Some(last) = awards.last() else { break };
                after = Some(last.award_record_id);
                let ids: Vec<AwardRecordId> = awards.iter().map(|award| award.award_record_id).collect();
                let codes = self.first().taken_codes(&ids).await?;
                found.extend(awards.iter().filter_map(|award| award.difference(&codes, swept_before)));
            }
        }
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn goods_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        self.merged(limit, |_| (), |shard| shard.goods_violations(limit)).await
    }

    async fn redemption_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        self.merged(limit, |_| (), |shard| shard.redemption_violations(limit)).await
    }

    async fn rebate_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        self.merged(limit, |_| (), |shard| shard.rebate_violations(limit)).await
    }

    async fn outbox_violations(&self, overdue_before: Timestamp, limit: u32) -> Stored<Vec<Violation>> {
        self.merged(limit, |_| (), |shard| shard.outbox_violations(overdue_before, limit)).await
    }

    async fn different_settlements(&self, limit: u32) -> Stored<Vec<Violation>> {
        self.first().different_settlements(limit).await
    }

    async fn draws_after(&self, after: Option<DrawId>, limit: u32) -> Stored<Vec<Draw>> {
        self.merged(limit, |draw: &Draw| draw.draw_id.ulid(), |shard| shard.draws_after(after, limit)).await
    }

    async fn activity_limits(&self) -> Stored<Vec<ActivityLimits>> {
        self.first().activity_limits().await
    }

    async fn limit_violations(&self, limits: &ActivityLimits, limit: u32) -> Stored<Vec<Violation>> {
        self.merged(limit, |_| (), |shard| shard.limit_violations(limits, limit)).await
    }
}

impl<S: Shard> ShardedStore<S> {
    /// Taken codes whose award is of another kind, or not there.
    async fn stray_codes(&self, limit: u32) -> Stored<Vec<Violation>> {
        let (mut found, mut after) = (Vec::new(), None);
        while found.len() < limit as usize {
            let codes = self.first().codes_after(after, STEP).await?;
            let Some(last) = codes.last() else { break };
            after = Some(last.award_record_id);
            let ids: Vec<AwardRecordId> = codes.iter().map(|code| code.award_record_id).collect();
            let kinds = self
                .gather(&ids, |id| id.bucket(), |shard, part| Box::pin(async move { shard.award_kinds(&part).await }))
                .await?;
            let kinds: HashMap<AwardRecordId, AwardKind> = kinds.into_iter().flatten().collect();
            found.extend(codes.iter().filter_map(|code| code.stray(kinds.get(&code.award_record_id).copied())));
        }
        Ok(found)
    }
}

#[async_trait]
impl<S: Shard> AuditStore for ShardedStore<S> {
    async fn audit(&self, filter: &AuditFilter, page: &Page<AuditId>) -> Stored<Vec<AuditEntry>> {
        let newest = |entry: &AuditEntry| std::cmp::Reverse(entry.audit_id.ulid());
        let mut entries = self.merged(page.limit, newest, |shard| shard.audit(filter, page)).await?;
        // Only the first database knows keys and operators.
        let nameless = entries.iter().filter(|entry| entry.actor_name.is_none());
        let actors: Vec<String> = nameless.map(|entry| entry.actor.clone()).collect();
        if !actors.is_empty() {
            let names = self.first().actor_names(&actors).await?;
            for entry in entries.iter_mut().filter(|entry| entry.actor_name.is_none()) {
                entry.actor_name = names.get(&entry.actor).cloned();
            }
        }
        Ok(entries)
    }
}
