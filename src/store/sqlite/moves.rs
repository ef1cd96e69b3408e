//! Buckets of users in SQLite: all live in one file, so none moves.

use async_trait::async_trait;

use super::SqliteStore;
use crate::domain::audit::Change;
use crate::domain::bucket::Bucket;
use crate::store::Stored;
use crate::store::moves::{BucketMoved, MoveStore, OpenMove, ShardSummary};

#[async_trait]
impl MoveStore for SqliteStore {
    async fn shard_summaries(&self) -> Stored<Vec<ShardSummary>> {
        Ok(Vec::new())
    }

    async fn open_moves(&self) -> Stored<Vec<OpenMove>> {
        Ok(Vec::new())
    }

    async fn prepare_moves(&self) -> Stored<()> {
        Ok(())
    }

    async fn finish_moves(&self) -> Stored<()> {
        Ok(())
    }

    async fn move_bucket(&self, _bucket: Bucket, _to: usize, _change: &Change) -> Stored<BucketMoved> {
        Ok(BucketMoved::OneDatabase)
    }
}
