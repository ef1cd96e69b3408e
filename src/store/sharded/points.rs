//! Points: each user's account is in the user's own database, with an issuer of its own.

use async_trait::async_trait;

use super::{Shard, ShardedStore};
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{HoldId, TransferId, UserId};
use crate::domain::ledger::{Entry, Hold, Holdings};
use crate::domain::points::Points;
use crate::store::ledger::{Ended, Held, LedgerStore, Moved, NewHold, NewHoldEnd, NewReversal, NewTransfer, Reversed};
use crate::store::{Page, Stored};

#[async_trait]
impl<S: Shard> LedgerStore for ShardedStore<S> {
    async fn points(&self, user_id: &UserId) -> Stored<Points> {
        self.read(Bucket::of(user_id), |shard| shard.points(user_id)).await
    }

    async fn holdings(&self, user_id: &UserId, lots_max: u32) -> Stored<Holdings> {
        self.read(Bucket::of(user_id), |shard| shard.holdings(user_id, lots_max)).await
    }

    async fn entries(&self, user_id: &UserId, page: &Page<TransferId>) -> Stored<Vec<Entry>> {
        self.read(Bucket::of(user_id), |shard| shard.entries(user_id, page)).await
    }

    async fn earn(&self, new: &NewTransfer, expires_at: Option<Timestamp>) -> Stored<Moved> {
        self.write(Bucket::of(&new.user_id), |shard| shard.earn(new, expires_at)).await
    }

    async fn spend(&self, new: &NewTransfer) -> Stored<Moved> {
        self.write(Bucket::of(&new.user_id), |shard| shard.spend(new)).await
    }

    async fn reverse(&self, new: &NewReversal) -> Stored<Reversed> {
        self.write(Bucket::of(&new.user_id), |shard| shard.reverse(new)).await
    }

    async fn hold(&self, new: &NewHold) -> Stored<Held> {
        self.write(Bucket::of(&new.user_id), |shard| shard.hold(new)).await
    }

    async fn hold_of(&self, user_id: &UserId, hold_id: HoldId) -> Stored<Option<Hold>> {
        self.read(Bucket::of(user_id), |shard| shard.hold_of(user_id, hold_id)).await
    }

    async fn end_hold(&self, new: &NewHoldEnd) -> Stored<Ended> {
        self.write(Bucket::of(&new.user_id), |shard| shard.end_hold(new)).await
    }

    async fn due_lots(&self, now: Timestamp, limit: u32) -> Stored<Vec<TransferId>> {
        // Every database gives its own most overdue; which of them comes first makes no difference.
        self.merged(limit, |_| (), |shard| shard.due_lots(now, limit)).await
    }

    async fn expire_lots(&self, lots: &[(TransferId, TransferId)], now: Timestamp) -> Stored<u64> {
        let expired = self
            .gather(
                lots,
                |(lot_id, _)| lot_id.bucket(),
                |shard, part| Box::pin(async move { shard.expire_lots(&part, now).await }),
            )
            .await?;
        Ok(expired.into_iter().sum())
    }

    async fn overdue_holds(&self, now: Timestamp, limit: u32) -> Stored<Vec<HoldId>> {
        self.merged(limit, |_| (), |shard| shard.overdue_holds(now, limit)).await
    }

    async fn release_overdue(&self, holds: &[(HoldId, TransferId)], now: Timestamp) -> Stored<u64> {
        let released = self
            .gather(
                holds,
                |(hold_id, _)| hold_id.bucket(),
                |shard, part| Box::pin(async move { shard.release_overdue(&part, now).await }),
            )
            .await?;
        Ok(released.into_iter().sum())
    }
}
