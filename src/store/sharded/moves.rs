//! Buckets move from one database to another while everybody works.
//!
//! A move is a few steps, each one transaction in one database; what has been done is in the map and in the states of the bucket at both
//! ends, so anybody can go on with a move that was cut short. At every moment at most one database lets the bucket be read, and at most
//! one lets it be written:
//!
//! | step | at the source | at the target | map |
//! | --- | --- | --- | --- |
//! | before | home | | source |
//! | begin | home | | source, moving to target |
//! | stop writes | leaving: read only | | |
//! | take | leaving | arriving: all rows, neither read nor written | |
//! | stop reads | left | arriving | |
//! | turn the map | left | arriving | target, moved from source |
//! | open | left | home | |
//! | clear | | home | |
//! | end | | home | target |
//!
//! A read that found the source `leaving` afterwards saw what was true then: nothing could be written anywhere. Whoever has an old map
//! finds neither `home` nor `leaving` where it asks, and looks again.
//!
//! Between take and clear the rows are there twice. Whoever needs each row once takes a turn in which no bucket moves, and ends what was
//! cut short before.

use std::pin::pin;
use std::time::Duration;

use async_trait::async_trait;

use super::moving::MoveTurn;
use super::{Shard, ShardedStore};
use crate::domain::audit::Change;
use crate::domain::bucket::Bucket;
use crate::fault::Fault;
use crate::store::moves::{BucketMoved, MoveStore, OpenMove, ShardSummary};
use crate::store::{Moving, Stored};

/// How often whoever has a turn tells that they are still at it.
const KEEP_EVERY: Duration = Duration::from_secs(15);
/// Times that moves are ended before a turn in which none is open is given up.
const TRIES_MAX: u32 = 5;

#[async_trait]
impl<S: Shard> MoveStore for ShardedStore<S> {
    async fn shard_summaries(&self) -> Stored<Vec<ShardSummary>> {
        let all = self.everywhere(|shard| shard.shard_summaries()).await?;
        self.look_again().await?;
        let map = self.map();
        // While one moves, neither end is its home for a moment: the map knows.
        let mapped = |(number, summary)| ShardSummary { buckets: map.buckets_of(number), ..summary };
        Ok(all.into_iter().flatten().enumerate().map(mapped).collect())
    }

    async fn open_moves(&self) -> Stored<Vec<OpenMove>> {
        self.first().open_moves().await
    }

    async fn prepare_moves(&self) -> Stored<()> {
        self.everywhere(|shard| shard.prepare_moves()).await?;
        Ok(())
    }

    async fn finish_moves(&self) -> Stored<()> {
        self.everywhere(|shard| shard.finish_moves()).await?;
        Ok(())
    }

    async fn move_bucket(&self, bucket: Bucket, to: usize, change: &Change) -> Stored<BucketMoved> {
        if self.others().is_empty() {
            return Ok(BucketMoved::OneDatabase);
        }
        if to >= self.shards.len() {
            return Ok(BucketMoved::UnknownDatabase(self.shards.len()));
        }
        let mut turn = self.first().turn_to_move().await?.ok_or_else(waited_too_long)?;
        let ended = self.end_open_moves(&mut *turn).await?;
        self.look_again().await?;
        let from = self.map().of(bucket);
        if from == to {
            let ended = ended.iter().find(|ended| ended.bucket == bucket && ended.to == to);
            return Ok(ended.map_or(BucketMoved::AlreadyThere, |ended| BucketMoved::From(ended.from)));
        }
        let begun = self.first().begin_move(bucket, from, to, change).await?.ok_or_else(waited_too_long)?;
        self.finish_move(&begun, &mut *turn).await?;
        self.look_again().await?;
        Ok(BucketMoved::From(from))
    }
}

impl<S: Shard> ShardedStore<S> {
    /// Does something that needs every row to be in one database, once: meanwhile no bucket moves, and no move is cut short.
    pub(super) async fn still<T>(&self, work: impl Future<Output = Stored<T>> + Send) -> Stored<T> {
        if self.others().is_empty() {
            return work.await;
        }
        let mut turn = self.turn_to_stay().await?;
        let answer = keeping(&mut *turn, work).await?;
        // Lost meanwhile, the answer may count a bucket twice.
        turn.keep().await?;
        Ok(answer)
    }

    async fn turn_to_stay(&self) -> Stored<Box<dyn MoveTurn>> {
        for _ in 0..TRIES_MAX {
            let stay = self.first().turn_to_stay().await?.ok_or_else(waited_too_long)?;
            if self.first().open_moves().await?.is_empty() {
                return Ok(stay);
            }
            drop(stay);
            let mut turn = self.first().turn_to_move().await?.ok_or_else(waited_too_long)?;
            self.end_open_moves(&mut *turn).await?;
        }
        Err(waited_too_long())
    }

    /// Goes on with every move that was cut short; gives those it ended.
    async fn end_open_moves(&self, turn: &mut dyn MoveTurn) -> Stored<Vec<OpenMove>> {
        let open = self.first().open_moves().await?;
        for cut_short in &open {
            self.finish_move(cut_short, turn).await?;
        }
        Ok(open)
    }

    async fn finish_move(&self, this: &OpenMove, turn: &mut dyn MoveTurn) -> Stored<()> {
        let beyond = || Fault {
            doing: "move a bucket",
            cause: format!("it moves between databases {} and {}; name both in store.shards", this.from, this.to)
                .into(),
        };
        let source = self.shards.get(this.from).ok_or_else(beyond)?;
        let target = self.shards.get(this.to).ok_or_else(beyond)?;
        if !this.is_there {
            // Rows are counted by the catalog that is here: which awards are limited, which day is sealed.
            keeping(turn, self.align_ends(source, target)).await?;
            keeping(turn, source.stop_writes(this)).await?;
            keeping(turn, target.take_bucket(this, source)).await?;
            keeping(turn, source.stop_reads(this)).await?;
            keeping(turn, self.first().turn_map(this)).await?;
        }
        keeping(turn, target.open_bucket(this)).await?;
        keeping(turn, source.clear_bucket(this)).await?;
        keeping(turn, self.first().end_move(this)).await
    }

    /// Brings the catalog of both ends up to date. Nobody changes it meanwhile: that needs buckets to stay.
    async fn align_ends(&self, source: &S, target: &S) -> Stored<()> {
        let newest = self.first().catalog_revisions().await?;
        if source.catalog_revisions().await? == newest && target.catalog_revisions().await? == newest {
            return Ok(());
        }
        for (activity_id, _) in newest {
            self.copy_catalog(&activity_id).await?;
        }
        Ok(())
    }
}

/// Works, and tells every now and then that this is still so. Nothing is begun in a turn that is lost.
async fn keeping<T>(turn: &mut dyn MoveTurn, work: impl Future<Output = Stored<T>>) -> Stored<T> {
    turn.keep().await?;
    let mut work = pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(KEEP_EVERY) => turn.keep().await?,
        }
    }
}

fn waited_too_long() -> Fault {
    Fault { doing: "wait for buckets to stay where they are", cause: Moving.into() }
}
