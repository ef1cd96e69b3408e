//! Buckets that leave a Postgres database or come to it. What each step is for is in `store/sharded/moves.rs`.

use async_trait::async_trait;
use serde_json::json as value;
use sqlx::{FromRow, PgConnection, Postgres, Transaction};

use super::audit::{self, Changed};
use super::shard::{HELD_MAX, LOCK_NOT_AVAILABLE};
use super::{Lock, PostgresStore, Tried, bucket as number, bucket_lock, bucket_rows, changed};
use crate::domain::audit::Change;
use crate::domain::bucket::Bucket;
use crate::domain::id::ActivityId;
use crate::fault::Fault;
use crate::store::moves::{BucketMoved, MoveStore, OpenMove, ShardSummary};
use crate::store::sharded::{MoveTurn, MovingShard};
use crate::store::{Moving, Stored};

/// What those who move buckets have alone, and those who need them to stay share.
const MOVES: Lock<'static> = Lock::Named("moves", "");

/// A transaction that has the lock, and nothing else.
struct Turn(Transaction<'static, Postgres>);

#[async_trait]
impl MoveTurn for Turn {
    async fn keep(&mut self) -> Stored<()> {
        let kept = sqlx::query(r"SELECT 1").execute(&mut *self.0).await;
        // Postgres has ended the session of a holder that did nothing for too long.
        kept.map(|_| ()).map_err(|_| Fault { doing: "keep buckets where they are", cause: Moving.into() })
    }
}

#[async_trait]
impl MoveStore for PostgresStore {
    async fn shard_summaries(&self) -> Stored<Vec<ShardSummary>> {
        async {
            let buckets: Vec<i16> = sqlx::query_scalar(
                r"SELECT bucket
                    FROM bucket_home
                   WHERE state = 'home'
                   ORDER BY bucket",
            )
            .fetch_all(&self.pool)
            .await?;
            let draws: i64 = sqlx::query_scalar(
                r"SELECT GREATEST(reltuples, 0)::bigint
                    FROM pg_class
                   WHERE oid = to_regclass('draw')",
            )
            .fetch_one(&self.pool)
            .await?;
            let buckets = buckets.into_iter().map(|bucket| numbered(bucket)).collect::<Tried<_>>()?;
            Ok(vec![ShardSummary { place: self.place.clone(), buckets, draws: draws.cast_unsigned() }])
        }
        .await
        .map_err(Fault::doing::<super::Cause>("look at a database"))
    }

    async fn open_moves(&self) -> Stored<Vec<OpenMove>> {
        async {
            let rows: Vec<MapRow> = sqlx::query_as(
                r"SELECT bucket, shard, moving_to, moved_from, move_number
                    FROM bucket_map
                   WHERE moving_to IS NOT NULL OR moved_from IS NOT NULL
                   ORDER BY bucket",
            )
            .fetch_all(&self.pool)
            .await?;
            rows.iter().map(MapRow::read).collect::<Tried<Vec<_>>>()
        }
        .await
        .map_err(Fault::doing::<super::Cause>("read the moves of buckets"))
    }

    async fn prepare_moves(&self) -> Stored<()> {
        self.index_buckets().await.map_err(Fault::doing("index tables by bucket"))
    }

    async fn finish_moves(&self) -> Stored<()> {
        self.drop_bucket_indexes().await.map_err(Fault::doing("drop the indexes by bucket"))
    }

    async fn move_bucket(&self, _bucket: Bucket, _to: usize, _change: &Change) -> Stored<BucketMoved> {
        Ok(BucketMoved::OneDatabase)
    }
}

#[async_trait]
impl MovingShard for PostgresStore {
    async fn turn_to_move(&self) -> Stored<Option<Box<dyn MoveTurn>>> {
        let held = self.take_turn(false).await.map_err(Fault::doing("wait for a turn to move buckets"))?;
        Ok(held.map(|held| -> Box<dyn MoveTurn> { Box::new(Turn(held)) }))
    }

    async fn turn_to_stay(&self) -> Stored<Option<Box<dyn MoveTurn>>> {
        let held = self.take_turn(true).await.map_err(Fault::doing("wait for buckets to stay"))?;
        Ok(held.map(|held| -> Box<dyn MoveTurn> { Box::new(Turn(held)) }))
    }

    async fn begin_move(&self, bucket: Bucket, from: usize, to: usize, change: &Change) -> Stored<Option<OpenMove>> {
        self.try_begin(bucket, from, to, change).await.map_err(Fault::doing("begin the move of a bucket"))
    }

    async fn catalog_revisions(&self) -> Stored<Vec<(ActivityId, i64)>> {
        async {
            let rows: Vec<(String, i64)> = sqlx::query_as(
                r"SELECT activity_id, revision
                    FROM activity
                   ORDER BY activity_id",
            )
            .fetch_all(&self.pool)
            .await?;
            let read = |(id, revision): (String, i64)| Ok((ActivityId::new(&id)?, revision));
            rows.into_iter().map(read).collect::<Tried<Vec<_>>>()
        }
        .await
        .map_err(Fault::doing::<super::Cause>("read how often activities changed"))
    }

    async fn stop_writes(&self, this: &OpenMove) -> Stored<()> {
        self.try_stop_writes(this).await.map_err(Fault::doing("stop writes to a bucket"))
    }

    async fn take_bucket(&self, this: &OpenMove, source: &Self) -> Stored<()> {
        self.try_take_bucket(this, source).await.map_err(Fault::doing("copy a bucket"))
    }

    async fn stop_reads(&self, this: &OpenMove) -> Stored<()> {
        self.turn_state(this, "leaving", "left").await.map_err(Fault::doing("stop reads of a bucket"))
    }

    async fn turn_map(&self, this: &OpenMove) -> Stored<()> {
        self.try_turn_map(this).await.map_err(Fault::doing("name the new database of a bucket"))
    }

    async fn open_bucket(&self, this: &OpenMove) -> Stored<()> {
        self.turn_state(this, "arriving", "home").await.map_err(Fault::doing("open a bucket"))
    }

    async fn clear_bucket(&self, this: &OpenMove) -> Stored<()> {
        self.try_clear(this).await.map_err(Fault::doing("delete what is left of a bucket"))
    }

    async fn end_move(&self, this: &OpenMove) -> Stored<()> {
        sqlx::query(
            r"UPDATE bucket_map
                 SET moved_from = NULL
               WHERE bucket = $1
                 AND move_number = $2",
        )
        .bind(number(this.bucket))
        .bind(this.number)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("end the move of a bucket"))?;
        Ok(())
    }
}

#[derive(FromRow)]
struct MapRow {
    bucket: i16,
    shard: i16,
    moving_to: Option<i16>,
    moved_from: Option<i16>,
    move_number: i64,
}

impl MapRow {
    fn read(&self) -> Tried<OpenMove> {
        let bucket = numbered(self.bucket)?;
        let (from, to, is_there) = match (self.moving_to, self.moved_from) {
            (Some(to), _) => (self.shard, to, false),
            (None, Some(from)) => (from, self.shard, true),
            (None, None) => return Err("a move without an end".into()),
        };
        let (from, to) = (usize::try_from(from)?, usize::try_from(to)?);
        Ok(OpenMove { bucket, number: self.move_number, from, to, is_there })
    }
}

fn numbered(number: i16) -> Tried<Bucket> {
    Ok(Bucket::numbered(u16::try_from(number)?).ok_or("a bucket beyond the last")?)
}

/// What a database says of a bucket: its state and the move that made it.
async fn state_of(connection: &mut PgConnection, bucket: Bucket) -> Tried<Option<(String, i64)>> {
    let state = sqlx::query_as(
        r"SELECT state, move_number
            FROM bucket_home
           WHERE bucket = $1",
    )
    .bind(number(bucket))
    .fetch_optional(connection)
    .await?;
    Ok(state)
}

/// The same where the row stays as it is until the transaction ends. Writers are not held up: they only read it.
async fn state_locked(tx: &mut PgConnection, bucket: Bucket) -> Tried<Option<(String, i64)>> {
    let state = sqlx::query_as(
        r"SELECT state, move_number
            FROM bucket_home
           WHERE bucket = $1
             FOR UPDATE",
    )
    .bind(number(bucket))
    .fetch_optional(tx)
    .await?;
    Ok(state)
}

/// Somebody else has gone on with the move, further than this step.
fn overtaken(this: &OpenMove, found: Option<&(String, i64)>) -> super::Cause {
    let found = found.map_or_else(|| "gone".to_owned(), |(state, number)| format!("{state} by move {number}"));
    format!("bucket {} is {found}, not on its way by move {}", this.bucket.number(), this.number).into()
}

impl PostgresStore {
    async fn take_turn(&self, is_shared: bool) -> Tried<Option<Transaction<'static, Postgres>>> {
        let mut tx = self.turns.begin().await?;
        self.bound(&mut tx).await?;
        let taken = sqlx::query(
            r"SELECT CASE WHEN $2 THEN pg_advisory_xact_lock_shared($1) ELSE pg_advisory_xact_lock($1) END",
        )
        .bind(MOVES.number())
        .bind(is_shared)
        .execute(&mut *tx)
        .await;
        match taken {
            Ok(_) => Ok(Some(tx)),
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Lets a transaction wait for locks for a while only, and ends it where its process hangs.
    pub(super) async fn bound(&self, tx: &mut PgConnection) -> Tried<()> {
        sqlx::query(
            r"SELECT set_config('lock_timeout', $1, TRUE), set_config('idle_in_transaction_session_timeout', $2, TRUE)",
        )
        .bind(self.turn_wait.as_millis().to_string())
        .bind(HELD_MAX.as_millis().to_string())
        .execute(tx)
        .await?;
        Ok(())
    }

    /// Begins a transaction that nobody who writes to the bucket is beside.
    async fn alone_with(&self, bucket: Bucket) -> Tried<Transaction<'static, Postgres>> {
        let mut tx = self.pool.begin().await?;
        self.bound(&mut tx).await?;
        sqlx::query(r"SELECT pg_advisory_xact_lock($1)").bind(bucket_lock(bucket)).execute(&mut *tx).await?;
        Ok(tx)
    }

    async fn try_begin(&self, bucket: Bucket, from: usize, to: usize, change: &Change) -> Tried<Option<OpenMove>> {
        let mut tx = self.pool.begin().await?;
        let begun: Option<i64> = sqlx::query_scalar(
            r"UPDATE bucket_map
                 SET moving_to = $3, move_number = move_number + 1
               WHERE bucket = $1
                 AND shard = $2
                 AND moving_to IS NULL
                 AND moved_from IS NULL
              RETURNING move_number",
        )
        .bind(number(bucket))
        .bind(i16::try_from(from)?)
        .bind(i16::try_from(to)?)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(begun) = begun else { return Ok(None) };
        let changed = Changed {
            action: "bucket.move",
            subject: format!("bucket {}", bucket.number()),
            before: Some(value!({ "database": from })),
            after: Some(value!({ "database": to })),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(Some(OpenMove { bucket, number: begun, from, to, is_there: false }))
    }

    async fn try_stop_writes(&self, this: &OpenMove) -> Tried<()> {
        let mut tx = self.alone_with(this.bucket).await?;
        match state_locked(&mut tx, this.bucket).await? {
            Some((state, _)) if state == "home" => {}
            Some((state, number)) if number == this.number && (state == "leaving" || state == "left") => return Ok(()),
            other => return Err(overtaken(this, other.as_ref())),
        }
        let stopped = sqlx::query(
            r"UPDATE bucket_home
                 SET state = 'leaving', move_number = $2
               WHERE bucket = $1",
        )
        .bind(number(this.bucket))
        .bind(this.number)
        .execute(&mut *tx)
        .await?;
        changed("bucket_home", stopped.rows_affected(), 1)?;
        tx.commit().await?;
        Ok(())
    }

    async fn try_take_bucket(&self, this: &OpenMove, source: &Self) -> Tried<()> {
        // Whoever goes on with the same move waits here, and finds the bucket arrived.
        let mut tx = self.alone_with(this.bucket).await?;
        match state_of(&mut tx, this.bucket).await? {
            None => {}
            Some((state, number)) if number == this.number && state != "left" => return Ok(()),
            other => return Err(overtaken(this, other.as_ref())),
        }
        let mut snapshot = source.snapshot().await?;
        match state_of(&mut snapshot, this.bucket).await? {
            Some((state, number)) if number == this.number && (state == "leaving" || state == "left") => {}
            other => return Err(overtaken(this, other.as_ref())),
        }
        bucket_rows::copy(&mut snapshot, &mut tx, this.bucket).await?;
        snapshot.rollback().await?;
        sqlx::query(
            r"INSERT INTO bucket_home (bucket, state, move_number)
              VALUES ($1, 'arriving', $2)",
        )
        .bind(number(this.bucket))
        .bind(this.number)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Turns the state of a bucket on its way, unless that was done.
    async fn turn_state(&self, this: &OpenMove, from: &str, to: &str) -> Tried<()> {
        let mut tx = self.pool.begin().await?;
        self.bound(&mut tx).await?;
        match state_locked(&mut tx, this.bucket).await? {
            Some((state, number)) if number == this.number && state == from => {}
            Some((state, number)) if number == this.number && state == to => return Ok(()),
            // What was left behind is deleted already.
            None if to == "left" => return Ok(()),
            other => return Err(overtaken(this, other.as_ref())),
        }
        sqlx::query(
            r"UPDATE bucket_home
                 SET state = $2
               WHERE bucket = $1",
        )
        .bind(number(this.bucket))
        .bind(to)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn try_turn_map(&self, this: &OpenMove) -> Tried<()> {
        let turned = sqlx::query(
            r"UPDATE bucket_map
                 SET shard = moving_to, moved_from = shard, moving_to = NULL
               WHERE bucket = $1
                 AND move_number = $2
                 AND moving_to IS NOT NULL",
        )
        .bind(number(this.bucket))
        .bind(this.number)
        .execute(&self.pool)
        .await?;
        if turned.rows_affected() == 1 {
            return Ok(());
        }
        let named: Option<(i16, i64)> = sqlx::query_as(
            r"SELECT shard, move_number
                FROM bucket_map
               WHERE bucket = $1",
        )
        .bind(number(this.bucket))
        .fetch_optional(&self.pool)
        .await?;
        if named == Some((i16::try_from(this.to)?, this.number)) {
            return Ok(());
        }
        Err(overtaken(this, None))
    }

    async fn try_clear(&self, this: &OpenMove) -> Tried<()> {
        let mut tx = self.pool.begin().await?;
        self.bound(&mut tx).await?;
        // The row is deleted last: the bucket cannot come back before everything of it is gone.
        match state_locked(&mut tx, this.bucket).await? {
            None => return Ok(()),
            Some((state, number)) if number == this.number && state == "left" => {}
            other => return Err(overtaken(this, other.as_ref())),
        }
        bucket_rows::clear(&mut tx, this.bucket).await?;
        sqlx::query(r"DELETE FROM bucket_home WHERE bucket = $1").bind(number(this.bucket)).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
