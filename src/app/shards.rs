//! The databases in which users live, and users that move between them.

use super::{App, OpenMove, ShardSummary};
use crate::domain::bucket::{Bucket, spread};
use crate::domain::principal::Principal;
use crate::domain::refusal::Refusal;
use crate::fault::{Error, Result};
use crate::store::moves::BucketMoved;

impl App {
    /// Every database in which users live, and moves that have not ended.
    ///
    /// # Errors
    /// A refusal where there is one database alone; a fault of the store.
    pub async fn shards(&self) -> Result<(Vec<ShardSummary>, Vec<OpenMove>)> {
        let shards = self.inner.store.shard_summaries().await?;
        if shards.is_empty() {
            let message = "the embedded mode keeps everything in one file; set store.mode to \"distributed\" for several \
                           databases";
            return Err(Refusal::Conflict { message: message.into() }.into());
        }
        Ok((shards, self.inner.store.open_moves().await?))
    }

    /// Makes moves of many buckets quick: every table is indexed by bucket, while everybody works. Those indexes cost writers a little;
    /// [`Self::finish_moves`] drops them.
    ///
    /// # Errors
    /// A refusal where there is one database alone; a fault of the store. Repeated, it goes on.
    pub async fn prepare_moves(&self) -> Result<()> {
        self.shards().await?;
        Ok(self.inner.store.prepare_moves().await?)
    }

    /// Drops what [`Self::prepare_moves`] made.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn finish_moves(&self) -> Result<()> {
        Ok(self.inner.store.finish_moves().await?)
    }

    /// Moves a bucket with all of its users to another database, while everybody works. Gives where it lived, and nothing where it lived
    /// there before. Repeated, it goes on where it was cut short.
    ///
    /// # Errors
    /// A refusal where there is no such database, or one alone; a fault of the store, which may pass.
    pub async fn move_bucket(&self, by: &Principal, bucket: Bucket, to: usize) -> Result<Option<usize>> {
        let message = match self.inner.store.move_bucket(bucket, to, &self.change(&by.actor)).await? {
            BucketMoved::From(from) => return Ok(Some(from)),
            BucketMoved::AlreadyThere => return Ok(None),
            BucketMoved::UnknownDatabase(count) => return Err(unknown(to, count)),
            BucketMoved::OneDatabase => "there is one database alone; name another in store.shards".to_owned(),
        };
        Err(Refusal::Conflict { message }.into())
    }

    /// The moves that bring all of the buckets to a database: those that live there need none.
    ///
    /// # Errors
    /// A refusal where there is no such database, or one alone; a fault of the store.
    pub async fn moves_to(&self, buckets: &[Bucket], to: usize) -> Result<Vec<(Bucket, usize)>> {
        let (shards, _) = self.shards().await?;
        let target = shards.get(to).ok_or_else(|| unknown(to, shards.len()))?;
        let elsewhere = buckets.iter().filter(|bucket| !target.buckets.contains(bucket));
        Ok(elsewhere.map(|bucket| (*bucket, to)).collect())
    }

    /// The moves that give every database as many buckets.
    ///
    /// # Errors
    /// As for [`Self::shards`].
    pub async fn even_moves(&self) -> Result<Vec<(Bucket, usize)>> {
        let (shards, _) = self.shards().await?;
        Ok(spread(shards.into_iter().map(|shard| shard.buckets).collect()))
    }
}

fn unknown(database: usize, count: usize) -> Error {
    let message = format!(
        "there is no database {database}; they are numbered from 0 to {}, in the order of store.shards",
        count - 1
    );
    Refusal::Conflict { message }.into()
}
