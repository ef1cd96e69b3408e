//! The port of users' buckets that move from one database to another.

use async_trait::async_trait;

use super::Stored;
use crate::domain::audit::Change;
use crate::domain::bucket::Bucket;

/// One database of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardSummary {
    /// Where it is, without a password: `host:port/database`.
    pub place: String,
    /// Buckets that live in it, by number.
    pub buckets: Vec<Bucket>,
    /// Draws in it, as Postgres last estimated them.
    pub draws: u64,
}

/// A move that has begun and not ended: it is under way, or was cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenMove {
    /// What moves.
    pub bucket: Bucket,
    /// Which of the bucket's moves it is.
    pub number: i64,
    /// The database it leaves.
    pub from: usize,
    /// The database it comes to.
    pub to: usize,
    /// Whether it lives there already, and only waste is left behind.
    pub is_there: bool,
}

/// The outcome of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketMoved {
    /// The bucket has left that database.
    From(usize),
    /// It lived there before.
    AlreadyThere,
    /// There is no such database among so many, counted from 0.
    UnknownDatabase(usize),
    /// There is nowhere to move to.
    OneDatabase,
}

/// Moves buckets.
#[async_trait]
pub trait MoveStore: Send + Sync {
    /// Every database in which users live, in the order of their numbers.
    async fn shard_summaries(&self) -> Stored<Vec<ShardSummary>>;

    /// Moves that have not ended, by bucket.
    async fn open_moves(&self) -> Stored<Vec<OpenMove>>;

    /// Indexes every table of users by bucket, so that moving one does not read all others. Nobody waits for it. A move needs it to be
    /// quick and for nothing else.
    async fn prepare_moves(&self) -> Stored<()>;

    /// Drops those indexes again: they cost writers a little.
    async fn finish_moves(&self) -> Stored<()>;

    /// Moves a bucket with everything that belongs to its users to a database, after ending every move that was cut short. Whoever
    /// writes to it meanwhile waits, or is told to try again. Repeated, it goes on where it was cut short.
    ///
    /// # Errors
    /// A fault that may pass where somebody else moves buckets or adds up all databases for too long.
    async fn move_bucket(&self, bucket: Bucket, to: usize, change: &Change) -> Stored<BucketMoved>;
}
