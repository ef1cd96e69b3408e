//! What a database must do to give buckets away and to take them.

use async_trait::async_trait;

use crate::domain::audit::Change;
use crate::domain::bucket::Bucket;
use crate::domain::id::ActivityId;
use crate::store::Stored;
use crate::store::moves::{MoveStore, OpenMove};

/// The turn of whoever moves buckets, or of those who need them to stay. It ends when it is dropped, and where its holder does nothing for
/// long.
#[async_trait]
pub trait MoveTurn: Send {
    /// Tells that its holder is still at it.
    ///
    /// # Errors
    /// A fault where it was lost: others may have had their turn since.
    async fn keep(&mut self) -> Stored<()>;
}

/// A database that buckets can leave and come to. Every step of a move can be repeated, by anybody: one that was taken already changes
/// nothing, and one of a move that others have ended is a fault.
#[async_trait]
pub trait MovingShard: MoveStore {
    /// Waits, for a while, until nobody else moves buckets and nobody needs them to stay; nothing where that took too long. Asked of the first.
    async fn turn_to_move(&self) -> Stored<Option<Box<dyn MoveTurn>>>;

    /// Waits, for a while, until nobody moves buckets; any number can have this at once. Nothing where that took too long. Asked of
    /// the first.
    async fn turn_to_stay(&self) -> Stored<Option<Box<dyn MoveTurn>>>;

    /// Notes in the map that a bucket moves, if it lives at `from` and no move of it is open. Asked of the first.
    async fn begin_move(&self, bucket: Bucket, from: usize, to: usize, change: &Change) -> Stored<Option<OpenMove>>;

    /// How often each activity has changed, as this database knows it, by id.
    async fn catalog_revisions(&self) -> Stored<Vec<(ActivityId, i64)>>;

    /// Lets nobody write to the bucket any more, and waits for those who do. Asked of the database it leaves.
    async fn stop_writes(&self, this: &OpenMove) -> Stored<()>;

    /// Takes everything of the bucket from the database that it leaves. It can be neither read nor written here yet.
    async fn take_bucket(&self, this: &OpenMove, source: &Self) -> Stored<()>
    where
        Self: Sized;

    /// Lets nobody read the bucket any more, once everything of it is elsewhere. Asked of the database it leaves.
    async fn stop_reads(&self, this: &OpenMove) -> Stored<()>;

    /// Makes the map name the database that the bucket came to. Asked of the first.
    async fn turn_map(&self, this: &OpenMove) -> Stored<()>;

    /// Lets everybody read and write the bucket here. Asked of the database it came to.
    async fn open_bucket(&self, this: &OpenMove) -> Stored<()>;

    /// Deletes what is left of the bucket. Asked of the database it left.
    async fn clear_bucket(&self, this: &OpenMove) -> Stored<()>;

    /// Notes in the map that the move has ended. Asked of the first.
    async fn end_move(&self, this: &OpenMove) -> Stored<()>;
}
