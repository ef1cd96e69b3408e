//! The store on Postgres: one database, a mirror of `store/sqlite/` file for file.
//!
//! What differs: real types, batches as arrays that `UNNEST` unfolds, and locks. SQLite lets one transaction write at a
//! time; here each names at its beginning what it must have to itself ([`Lock`]), and everything it reads afterwards
//! stays so until it ends. Conditions and constraints say the same once more, in the statements themselves.

mod audit;
mod behaviours;
mod catalog;
mod draws;
mod holds;
mod keys;
mod ledger;
mod life;
mod lists;
mod lots;
mod points;
mod recharges;
mod record;
mod redemptions;
mod reversals;
mod rows;
mod stock;
mod tokens;
mod wins;
mod workflows;

use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Postgres, Transaction};
use std::str::FromStr;
use std::time::Duration;
use ulid::Ulid;
use uuid::Uuid;

use super::Stored;
use crate::domain::bucket::Bucket;
use crate::domain::id::{ActivityId, UserId};
use crate::fault::Fault;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

/// How long an operation waits for a connection before it gives up.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// What went wrong, before it is named for the operation that failed.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a step of an operation gives.
type Tried<T> = Result<T, Cause>;

/// Everything we remember, in one Postgres database.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgPool,
}

/// What a transaction has to itself until it ends. Those who want the same wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lock<'a> {
    /// All rows of a user.
    User(&'a UserId),
    /// What the catalog says of an activity, and its settlement.
    Activity(&'a ActivityId),
    /// What the catalog says of an activity, only to stay as it is: any number have this at once, none beside
    /// [`Lock::Activity`]. Rows read `FOR SHARE` keep what they say just as well, but they are no queue: whoever wants to
    /// change them could wait for as long as others keep coming. Here those come after who waits.
    ActivityStays(&'a ActivityId),
    /// Anything else, by a word and a key: a job, a workflow's subject.
    Named(&'static str, &'a str),
}

impl Lock<'_> {
    /// The number that Postgres knows it by: two that share it wait for each other without need, and that is all.
    fn number(self) -> i64 {
        let (word, key) = match self {
            Self::User(user_id) => ("user", user_id.as_str()),
            Self::Activity(activity_id) | Self::ActivityStays(activity_id) => ("activity", activity_id.as_str()),
            Self::Named(word, key) => (word, key),
        };
        let digest = Sha256::new().chain_update(word).chain_update([0]).chain_update(key).finalize();
        let (first, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
        i64::from_be_bytes(*first)
    }
}

impl PostgresStore {
    /// Connects to the database that `url` names. The schema is not touched: call [`super::Store::migrate`] before anything
    /// else.
    ///
    /// # Errors
    /// A fault when the URL is none or the database cannot be reached.
    pub async fn open(url: &str, connections: u32) -> Stored<Self> {
        let options = PgConnectOptions::from_str(url).map_err(Fault::doing("read the URL of a database"))?;
        let pool = PgPoolOptions::new()
            .max_connections(connections.max(1))
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options)
            .await
            .map_err(Fault::doing("open a database"))?;
        Ok(Self { pool })
    }

    /// Begins a transaction that has `locks` to itself. They are taken in the order of their numbers, so that no two
    /// transactions ever wait for each other in a circle.
    async fn write<'a>(
        &self,
        locks: impl IntoIterator<Item = Lock<'a>>,
    ) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let shared = |lock: &Lock<'_>| matches!(lock, Lock::ActivityStays(_));
        let mut wanted: Vec<_> = locks.into_iter().map(|lock| (lock.number(), shared(&lock))).collect();
        // Wanted both ways, a lock is taken alone.
        wanted.sort_unstable();
        wanted.dedup_by_key(|(number, _)| *number);
        let mut tx = self.pool.begin().await?;
        if !wanted.is_empty() {
            sqlx::query(
                r"SELECT CASE WHEN shared THEN pg_advisory_xact_lock_shared(number) ELSE pg_advisory_xact_lock(number) END
                    FROM UNNEST($1::bigint[], $2::boolean[]) AS wanted (number, shared)",
            )
            .bind(column(&wanted, |(number, _)| *number))
            .bind(column(&wanted, |(_, shared)| *shared))
            .execute(&mut *tx)
            .await?;
        }
        Ok(tx)
    }

    /// Begins a transaction whose statements all see the same moment, and which writes nothing.
    async fn snapshot(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await
    }
}

/// What SQL keeps of a minted id: its 16 bytes, which sort like its text.
fn uuid(ulid: Ulid) -> Uuid {
    Uuid::from_u128(ulid.into())
}

/// The minted id that SQL keeps as `uuid`.
fn ulid(uuid: Uuid) -> Ulid {
    Ulid::from(uuid.as_u128())
}

/// The number of a bucket as SQL keeps it.
fn bucket(bucket: Bucket) -> i16 {
    bucket.number().cast_signed()
}

/// One column of a batch, for `UNNEST`.
fn column<'a, R, T>(rows: &'a [R], of: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

/// Refuses a statement that did not change exactly the rows it was meant to: the transaction is dropped with it.
fn changed(what: &str, rows: u64, meant: usize) -> Tried<()> {
    if usize::try_from(rows) == Ok(meant) {
        return Ok(());
    }
    Err(format!("{what}: {rows} rows were written where {meant} were meant").into())
}

/// Where a page ends on the side of newer rows: below the last id of the page before, or below nothing at all. No minted id
/// reaches the greatest uuid: its time lies beyond every calendar.
fn before(after: Option<Ulid>) -> Uuid {
    after.map_or_else(Uuid::max, uuid)
}
