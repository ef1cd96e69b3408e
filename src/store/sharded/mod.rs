//! The store on several databases: each user's rows live in the one that the user's bucket names.
//!
//! Every database holds the whole schema. The first keeps what belongs to no user: campaigns, settlements, scheduled jobs,
//! workflows, coupon codes, credentials, operators. Users' transactions need some of a campaign at hand (is it open, which
//! day is sealed, which stock epoch counts): each database has a copy of that, brought up to date before a change of the
//! catalog answers. No transaction crosses databases.

mod books;
mod catalog;
mod operations;
mod points;
mod settlement;
mod shard;
mod stock;
mod users;
mod work;

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::{BoxFuture, try_join_all};

use super::catalog::CatalogStore;
use super::{Store, Stored};
use crate::domain::bucket::Bucket;
pub use shard::{CatalogCopy, Held, Shard};

/// Everything we remember, over several databases.
#[derive(Debug)]
pub struct ShardedStore<S> {
    shards: Vec<S>,
    map: BucketMap,
}

/// In which database each bucket lives, by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketMap(Vec<usize>);

impl BucketMap {
    /// Buckets spread evenly over so many databases, neighbours together.
    pub fn even(shards: usize) -> Self {
        let count = usize::from(Bucket::COUNT);
        Self((0..count).map(|bucket| bucket * shards.max(1) / count).collect())
    }

    /// The database of a bucket.
    pub fn of(&self, bucket: Bucket) -> usize {
        self.0[usize::from(bucket.number())]
    }
}

impl<S: Shard> ShardedStore<S> {
    /// Puts databases together; there is at least one, and the map names no other.
    pub fn new(shards: Vec<S>, map: BucketMap) -> Self {
        assert!(map.0.iter().all(|shard| *shard < shards.len()), "a bucket of a database that is not there");
        Self { shards, map }
    }

    /// The database that keeps what belongs to no user.
    fn first(&self) -> &S {
        &self.shards[0]
    }

    /// The databases that have copies of the catalog.
    fn others(&self) -> &[S] {
        &self.shards[1..]
    }

    /// Asks the database in which a bucket lives.
    async fn at<'f, T>(&'f self, bucket: Bucket, ask: impl Fn(&'f S) -> BoxFuture<'f, Stored<T>> + Send) -> Stored<T> {
        ask(&self.shards[self.map.of(bucket)]).await
    }

    /// Asks each database for its part of `items`, all at once, and gives the answers in the order of the items.
    async fn split<'f, I: Send, T: Send>(
        &'f self,
        items: Vec<I>,
        bucket_of: impl Fn(&I) -> Bucket + Send,
        ask: impl Fn(&'f S, Vec<I>) -> BoxFuture<'f, Stored<Vec<T>>> + Send,
    ) -> Stored<Vec<T>> {
        let asked = items.len();
        let mut parts: BTreeMap<usize, (Vec<usize>, Vec<I>)> = BTreeMap::new();
        for (position, item) in items.into_iter().enumerate() {
            let (positions, part) = parts.entry(self.map.of(bucket_of(&item))).or_default();
            positions.push(position);
            part.push(item);
        }
        let (positions, parts): (Vec<_>, Vec<_>) =
            parts.into_iter().map(|(shard, (positions, part))| (positions, ask(&self.shards[shard], part))).unzip();
        let answers = try_join_all(parts).await?;
        let mut placed: Vec<_> = positions.into_iter().flatten().zip(answers.into_iter().flatten()).collect();
        debug_assert_eq!(placed.len(), asked, "an answer for each item");
        placed.sort_unstable_by_key(|(position, _)| *position);
        Ok(placed.into_iter().map(|(_, answer)| answer).collect())
    }

    /// Asks each database for its part of `items`, all at once; what they give has no order.
    async fn gather<'f, I: Send, T: Send>(
        &'f self,
        items: impl IntoIterator<Item = I> + Send,
        bucket_of: impl Fn(&I) -> Bucket + Send,
        ask: impl Fn(&'f S, Vec<I>) -> BoxFuture<'f, Stored<T>> + Send,
    ) -> Stored<Vec<T>> {
        let mut parts: BTreeMap<usize, Vec<I>> = BTreeMap::new();
        for item in items {
            parts.entry(self.map.of(bucket_of(&item))).or_default().push(item);
        }
        let asked: Vec<_> = parts.into_iter().map(|(shard, part)| ask(&self.shards[shard], part)).collect();
        try_join_all(asked).await
    }

    /// Asks every database at once.
    async fn everywhere<'f, T: Send>(
        &'f self,
        ask: impl Fn(&'f S) -> BoxFuture<'f, Stored<T>> + Send,
    ) -> Stored<Vec<T>> {
        let asked: Vec<_> = self.shards.iter().map(ask).collect();
        try_join_all(asked).await
    }

    /// Asks every database for rows, puts them in the order of their keys, and gives the first `limit`.
    async fn merged<'f, T: Send, K: Ord>(
        &'f self,
        limit: u32,
        key: impl Fn(&T) -> K + Send,
        ask: impl Fn(&'f S) -> BoxFuture<'f, Stored<Vec<T>>> + Send,
    ) -> Stored<Vec<T>> {
        let mut rows: Vec<T> = self.everywhere(ask).await?.into_iter().flatten().collect();
        rows.sort_by_key(key);
        rows.truncate(limit as usize);
        Ok(rows)
    }

    /// Asks one database after the other for up to what is left of `limit`, and gives the sum of their answers.
    async fn in_turn<'f>(
        &'f self,
        limit: u32,
        ask: impl Fn(&'f S, u32) -> BoxFuture<'f, Stored<u64>> + Send,
    ) -> Stored<u64> {
        let mut sum = 0;
        for shard in &self.shards {
            let left = u64::from(limit).saturating_sub(sum);
            if left == 0 {
                break;
            }
            sum += ask(shard, u32::try_from(left).unwrap_or(u32::MAX)).await?;
        }
        Ok(sum)
    }
}

#[async_trait]
impl<S: Shard> Store for ShardedStore<S> {
    async fn migrate(&self) -> Stored<()> {
        for shard in &self.shards {
            shard.migrate().await?;
        }
        self.align_catalog().await?;
        Ok(())
    }

    async fn ping(&self) -> Stored<()> {
        self.everywhere(|shard| shard.ping()).await?;
        Ok(())
    }

    async fn close(&self) {
        futures::future::join_all(self.shards.iter().map(Store::close)).await;
    }
}
