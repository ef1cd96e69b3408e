//! The store on several databases: each user's rows live in the one that the user's bucket names.
//!
//! Every database holds the whole schema. The first keeps what belongs to no user: campaigns, settlements, scheduled jobs,
//! workflows, coupon codes, credentials, operators. Users' transactions need some of a campaign at hand (is it open, which
//! day is sealed, which stock epoch counts): each database has a copy of that, brought up to date before a change of the
//! catalog answers. No transaction crosses databases.

mod books;
mod catalog;
mod codes;
mod operations;
mod points;
mod settlement;
mod shard;
mod stock;
mod users;
mod work;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::{BoxFuture, join_all, try_join_all};

use super::catalog::CatalogStore;
use super::{NotHome, Store, Stored};
use crate::domain::bucket::Bucket;
use crate::domain::id::UserId;
use crate::fault::Fault;
pub use codes::{CouponAward, TakenCode};
pub use shard::{CatalogCopy, Held, Shard};

/// Times that a bucket is looked for while it is being moved, and how long it is waited in between.
const LOOKS_MAX: u32 = 50;
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Everything we remember, over several databases.
#[derive(Debug)]
pub struct ShardedStore<S> {
    shards: Vec<S>,
    map: RwLock<Arc<BucketMap>>,
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

    /// A map from the databases of all buckets, in the order of their numbers.
    ///
    /// # Errors
    /// A sentence where it does not name as many as there are buckets.
    pub fn read(shards: Vec<usize>) -> Result<Self, String> {
        if shards.len() == usize::from(Bucket::COUNT) {
            return Ok(Self(shards));
        }
        Err(format!("the bucket map has {} rows instead of {}", shards.len(), Bucket::COUNT))
    }

    /// The database of a bucket.
    pub fn of(&self, bucket: Bucket) -> usize {
        self.0[usize::from(bucket.number())]
    }

    /// The buckets of a database.
    pub fn buckets_of(&self, shard: usize) -> Vec<Bucket> {
        Bucket::all().filter(|bucket| self.of(*bucket) == shard).collect()
    }
}

impl<S: Shard> ShardedStore<S> {
    /// Puts databases together, at least one, in the order of their numbers. Nothing is asked of them before
    /// [`Store::migrate`].
    pub fn new(shards: Vec<S>) -> Self {
        assert!(!shards.is_empty(), "a store needs a database");
        let map = RwLock::new(Arc::new(BucketMap::even(shards.len())));
        Self { shards, map }
    }

    fn map(&self) -> Arc<BucketMap> {
        self.map.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads again where each bucket lives.
    async fn look_again(&self) -> Stored<()> {
        let map = self.first().bucket_map().await?;
        if let Some(beyond) = map.0.iter().find(|shard| **shard >= self.shards.len()) {
            let cause = format!(
                "buckets live in database {beyond} (counted from 0), and store.shards names only {}; name every database of \
                 the installation, in the order they were added",
                self.shards.len()
            );
            return Err(Fault { doing: "read the bucket map", cause: cause.into() });
        }
        *self.map.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(map);
        Ok(())
    }

    /// Whether to ask again elsewhere, after a bucket was not where it was looked for.
    async fn asks_again(&self, fault: &Fault, looks: &mut u32) -> Stored<bool> {
        if !fault.cause.is::<NotHome>() || *looks >= LOOKS_MAX {
            return Ok(false);
        }
        *looks += 1;
        tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        self.look_again().await?;
        Ok(true)
    }

    /// The database that keeps what belongs to no user.
    fn first(&self) -> &S {
        &self.shards[0]
    }

    /// All of them, in the order of their numbers.
    fn shards(&self) -> &[S] {
        &self.shards
    }

    /// The databases that have copies of the catalog.
    fn others(&self) -> &[S] {
        &self.shards[1..]
    }

    /// Asks the database in which a bucket lives to write. While the bucket is being moved, this waits.
    async fn write<'f, T>(
        &'f self,
        bucket: Bucket,
        ask: impl Fn(&'f S) -> BoxFuture<'f, Stored<T>> + Send,
    ) -> Stored<T> {
        let mut looks = 0;
        loop {
            let fault = match ask(&self.shards[self.map().of(bucket)]).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            if !self.asks_again(&fault, &mut looks).await? {
                return Err(fault);
            }
        }
    }

    /// Asks the database in which a bucket lives. What it says counts only if the bucket was still there afterwards.
    async fn read<'f, T: Send>(
        &'f self,
        bucket: Bucket,
        ask: impl Fn(&'f S) -> BoxFuture<'f, Stored<T>> + Send,
    ) -> Stored<T> {
        let mut looks = 0;
        loop {
            let shard = &self.shards[self.map().of(bucket)];
            let answer = ask(shard).await?;
            if self.others().is_empty() || shard.has(&[bucket]).await? {
                return Ok(answer);
            }
            let fault = Fault { doing: "read a user's rows", cause: NotHome.into() };
            if !self.asks_again(&fault, &mut looks).await? {
                return Err(fault);
            }
        }
    }

    /// Asks each database for its part of `items`, all at once, and gives the answers in the order of the items.
    async fn split<'f, I: Clone + Send + Sync, T: Send>(
        &'f self,
        items: &[I],
        bucket_of: impl Fn(&I) -> Bucket + Send,
        ask: impl Fn(&'f S, Vec<I>) -> BoxFuture<'f, Stored<Vec<T>>> + Send,
    ) -> Stored<Vec<T>> {
        let mut answers: Vec<Option<T>> = items.iter().map(|_| None).collect();
        let mut open: Vec<usize> = (0..items.len()).collect();
        let mut looks = 0;
        while !open.is_empty() {
            let map = self.map();
            let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for position in open.drain(..) {
                parts.entry(map.of(bucket_of(&items[position]))).or_default().push(position);
            }
            let asked: Vec<_> = parts
                .iter()
                .map(|(shard, part)| ask(&self.shards[*shard], part.iter().map(|at| items[*at].clone()).collect()))
                .collect();
            let mut not_home = None;
            for (part, given) in parts.into_values().zip(join_all(asked).await) {
                match given {
                    Ok(given) => part.into_iter().zip(given).for_each(|(at, answer)| answers[at] = Some(answer)),
                    // Nothing of that part was written: some of its buckets have moved, so it is divided again.
                    Err(fault) if fault.cause.is::<NotHome>() => {
                        open.extend(part);
                        not_home = Some(fault);
                    }
                    Err(fault) => return Err(fault),
                }
            }
            if let Some(fault) = not_home
                && !self.asks_again(&fault, &mut looks).await?
            {
                return Err(fault);
            }
        }
        let answers: Option<Vec<T>> = answers.into_iter().collect();
        answers.ok_or_else(|| Fault { doing: "ask several databases", cause: "an answer is missing".into() })
    }

    /// Asks each database for its part of `items`, all at once; what they give has no order.
    async fn gather<'f, I: Clone + Send + Sync, T: Send>(
        &'f self,
        items: &[I],
        bucket_of: impl Fn(&I) -> Bucket + Send,
        ask: impl Fn(&'f S, Vec<I>) -> BoxFuture<'f, Stored<T>> + Send,
    ) -> Stored<Vec<T>> {
        let mut open: Vec<I> = items.to_vec();
        let (mut answers, mut looks) = (Vec::new(), 0);
        while !open.is_empty() {
            let map = self.map();
            let mut parts: BTreeMap<usize, Vec<I>> = BTreeMap::new();
            for item in open.drain(..) {
                parts.entry(map.of(bucket_of(&item))).or_default().push(item);
            }
            let asked: Vec<_> = parts.iter().map(|(shard, part)| ask(&self.shards[*shard], part.clone())).collect();
            let mut not_home = None;
            for (part, given) in parts.into_values().zip(join_all(asked).await) {
                match given {
                    Ok(answer) => answers.push(answer),
                    Err(fault) if fault.cause.is::<NotHome>() => {
                        open.extend(part);
                        not_home = Some(fault);
                    }
                    Err(fault) => return Err(fault),
                }
            }
            if let Some(fault) = not_home
                && !self.asks_again(&fault, &mut looks).await?
            {
                return Err(fault);
            }
        }
        Ok(answers)
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
        let installation = self.first().found(self.shards.len()).await?;
        self.look_again().await?;
        for (number, shard) in self.shards.iter().enumerate() {
            shard.join(installation, number, &self.map().buckets_of(number)).await?;
        }
        self.align_catalog().await?;
        Ok(())
    }

    fn shards(&self) -> usize {
        self.shards.len()
    }

    fn shard_of(&self, user_id: &UserId) -> usize {
        self.map().of(Bucket::of(user_id))
    }

    async fn ping(&self) -> Stored<()> {
        self.everywhere(|shard| shard.ping()).await?;
        Ok(())
    }

    async fn close(&self) {
        join_all(self.shards.iter().map(Store::close)).await;
    }
}
