//! The store on SQLite: one file, nothing to install.
//!
//! Every statement is one raw string beside its binds; a test prepares them all. Batches arrive as one JSON array that
//! `json_each` unfolds, so that a hundred draws cost as many statements as one. On the path of a draw `jsonb_each` does:
//! it hands each element on parsed, where `json_each` would write it out and parse it again for every field.

mod attempts;
mod audit;
mod award_books;
mod behaviours;
mod books;
mod catalog;
mod claims;
mod coupons;
mod cron;
mod drafts;
mod draws;
mod fires;
mod goods;
mod holds;
mod jobs;
mod keys;
mod leases;
mod ledger;
mod life;
mod lists;
mod lots;
mod moves;
mod operators;
mod outbox;
mod points;
mod processes;
mod recalls;
mod recharges;
mod record;
mod redemptions;
mod redrive;
mod reversals;
mod rows;
mod sessions;
mod settlement;
mod stock;
mod stories;
mod timeline;
mod tokens;
mod totals;
mod users;
mod wins;
mod workflows;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Executor, SqlStr, Sqlite, Transaction};

use super::{Store, Stored};
use crate::domain::calendar::Timestamp;
use crate::fault::Fault;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a connection waits for another process's write before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Kibibytes of pages that the writer keeps. Its own two thousand are read from the file over and over as soon as there are a few
/// thousand users, since theirs are rows all over the tables.
const WRITER_CACHE_KIB: u32 = 32 * 1024;

/// Pages of the log after which it is folded into the file: 64 MiB. A batch of draws writes rows all over the tables, so that most pages
/// are written again long before then, and folded once.
const CHECKPOINT_PAGES: u32 = 16 * 1024;

/// What went wrong, before it is named for the operation that failed.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a step of an operation gives.
type Tried<T> = Result<T, Cause>;

/// Everything we remember, in one SQLite file. One connection writes, several read snapshots beside it.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Whether the writer does not wait for the disk at present.
    hasty: Arc<AtomicBool>,
}

impl SqliteStore {
    /// Opens the file, which is made together with its directory where it is not there. The schema is not touched: call
    /// [`Store::migrate`] before anything else.
    ///
    /// # Errors
    /// A fault when the file cannot be made or is no database.
    pub async fn open(path: &Path, readers: u32) -> Stored<Self> {
        if let Some(directory) = path.parent() {
            // Whoever can read the seeds can foresee draws.
            let mut private = tokio::fs::DirBuilder::new();
            #[cfg(unix)]
            private.mode(0o700);
            let created = private.recursive(true).create(directory).await;
            created.map_err(Fault::doing("create the data directory"))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string());
        // SQLite has one writer anyway: one connection queues in order here instead of failing busy there.
        let hasty = Arc::new(AtomicBool::new(false));
        let was_hasty = hasty.clone();
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            // It comes back when its transaction has ended: only then can this be told.
            .after_release(move |connection, _| {
                let was_hasty = was_hasty.swap(false, Ordering::Relaxed);
                Box::pin(async move {
                    if was_hasty {
                        connection.execute("PRAGMA synchronous = FULL").await?;
                    }
                    Ok(true)
                })
            })
            // A negative number is one of kibibytes.
            .connect_with(options.clone().create_if_missing(true).pragma("cache_size", format!("-{WRITER_CACHE_KIB}")))
            .await
            .map_err(Fault::doing("open the database for writing"))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(readers.max(1))
            .connect_with(options.read_only(true))
            .await
            .map_err(Fault::doing("open the database for reading"))?;
        Ok(Self { writer, readers, hasty })
    }

    /// Begins a transaction that nobody else can write beside, so that what it reads stays so until it commits.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// Like [`Self::write`], but that its commit does not wait for the disk: whoever commits next waits for both. Until then a failure of
    /// power, though not of the process, may take it back as a whole, so that it must be done again.
    async fn write_hastily(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        let mut connection = self.writer.acquire().await?;
        self.hasty.store(true, Ordering::Relaxed);
        connection.execute("PRAGMA synchronous = NORMAL").await?;
        Transaction::begin(connection, Some(SqlStr::from_static("BEGIN IMMEDIATE"))).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn migrate(&self) -> Stored<()> {
        MIGRATOR.run(&self.writer).await.map_err(Fault::doing("bring the schema up to date"))
    }

    async fn ping(&self) -> Stored<()> {
        async {
            self.write().await?.rollback().await?;
            sqlx::query(r"SELECT 1").execute(&self.readers).await?;
            Ok(())
        }
        .await
        .map_err(Fault::doing::<sqlx::Error>("reach the database"))
    }

    async fn close(&self) {
        // The last connection to close folds the log into the file, and only a writer can.
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Milliseconds, as SQL keeps an instant.
fn millis(at: Timestamp) -> i64 {
    at.timestamp_millis()
}

/// The instant that SQL keeps as `millis`.
fn instant(millis: i64) -> Tried<Timestamp> {
    Timestamp::from_timestamp_millis(millis).ok_or_else(|| format!("{millis} ms is no instant").into())
}

/// A batch as one argument, for `json_each`.
fn json<T: Serialize + ?Sized>(batch: &T) -> Tried<String> {
    Ok(serde_json::to_string(batch)?)
}

/// Refuses a statement that did not change exactly the rows it was meant to: the transaction is dropped with it.
fn changed(what: &str, rows: u64, meant: usize) -> Tried<()> {
    if usize::try_from(rows) == Ok(meant) {
        return Ok(());
    }
    Err(format!("{what}: {rows} rows were written where {meant} were meant").into())
}

/// Where a page ends on the side of newer rows: below the last id of the page before, or below nothing at all. No id
/// reaches the tilde, which sorts after every letter.
fn before(after: Option<ulid::Ulid>) -> String {
    after.map_or_else(|| "~".into(), |after| after.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn level(connection: &mut sqlx::SqliteConnection) -> i64 {
        sqlx::query_scalar(r"PRAGMA synchronous").fetch_one(connection).await.unwrap()
    }

    #[tokio::test]
    async fn haste_ends_with_its_transaction_however_that_ends() {
        const NORMAL: i64 = 1;
        const FULL: i64 = 2;
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("market.db"), 1).await.unwrap();
        for ends in ["committed", "rolled back", "dropped"] {
            let mut tx = store.write_hastily().await.unwrap();
            assert_eq!(level(&mut tx).await, NORMAL);
            match ends {
                "committed" => tx.commit().await.unwrap(),
                "rolled back" => tx.rollback().await.unwrap(),
                _ => drop(tx),
            }
            assert_eq!(level(&mut store.write().await.unwrap()).await, FULL, "{ends}");
            assert_eq!(level(&mut store.writer.acquire().await.unwrap()).await, FULL, "{ends}");
        }
    }
}
