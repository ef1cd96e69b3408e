//! The store on Postgres: one database, a mirror of `store/sqlite/` file for file.
//!
//! What differs: real types, batches as arrays that `UNNEST` unfolds, and locks. SQLite lets one transaction write at a
//! time; here each names at its beginning what it must have to itself ([`Lock`]), and everything it reads afterwards
//! stays so until it ends. Conditions and constraints say the same once more, in the statements themselves.

mod attempts;
mod audit;
mod books;
mod claims;
mod coupons;
mod cron;
mod fires;
mod goods;
mod jobs;
mod operators;
mod outbox;
mod recalls;
mod redrive;
mod rows;
mod sessions;
mod settlement;
mod totals;
mod workflows;
// mod shard;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Postgres, Transaction};
use ulid::Ulid;
use uuid::Uuid;

use super::{NotHome, Stored};
use crate::domain::bucket::Bucket;
use crate::domain::id::{ActivityId, UserId};
use crate::fault::Fault;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

/// How long an operation waits for a connection before it gives up.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Locks over all databases that one process holds or waits for at the same time.
const HOLDERS_MAX: u32 = 8;

/// What went wrong, before it is named for the operation that failed.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a step of an operation gives.
type Tried<T> = Result<T, Cause>;

/// Everything we remember, in one Postgres database.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgPool,
    holders: PgPool,
}

/// What a transaction has to itself until it ends. Those who want the same wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lock<'a> {
    /// All rows of a user.
    User(&'a UserId),
    /// Shared with others who write rows of the same bucket: it stays here meanwhile. For rows that conditions guard.
    Bucket(Bucket),
    /// What the catalog says of an activity, and its settlement. Whoever only needs it to stay as it is reads its row
    /// `FOR SHARE` instead.
    Activity(&'a ActivityId),
    /// Anything else, by a word and a key: a job, a workflow's subject.
    Named(&'static str, &'a str),
}

impl Lock<'_> {
    /// The bucket that must live here, where a user's rows are meant.
    fn bucket(self) -> Option<Bucket> {
        match self {
            Self::User(user_id) => Some(Bucket::of(user_id)),
            Self::Bucket(bucket) => Some(bucket),
            Self::Activity(_) | Self::Named(..) => None,
        }
    }

    /// The number that Postgres knows it by: two that share it wait for each other without need, and that is all.
    fn number(self) -> i64 {
        let (word, key) = match self {
            Self::User(user_id) => ("user", user_id.as_str()),
            Self::Activity(activity_id) => ("activity", activity_id.as_str()),
            Self::Named(word, key) => (word, key),
            Self::Bucket(bucket) => return bucket_lock(bucket),
        };
        lock_number(word, key.as_bytes())
    }
}

/// The lock that a bucket's writers share, and that whoever moves it has alone.
fn bucket_lock(bucket: Bucket) -> i64 {
    lock_number("bucket", &bucket.number().to_be_bytes())
}

fn lock_number(word: &str, key: &[u8]) -> i64 {
    let digest = Sha256::new().chain_update(word).chain_update([0]).chain_update(key).finalize();
    let (first, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
    i64::from_be_bytes(*first)
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
            .connect_with(options.clone())
            .await
            .map_err(Fault::doing("open a database"))?;
        let holders = PgPoolOptions::new().max_connections(HOLDERS_MAX).min_connections(0).connect_lazy_with(options);
        Ok(Self { pool, holders })
    }

    /// Begins a transaction that has `locks` to itself. They are taken in the order of their numbers, so that no two
    /// transactions ever wait for each other in a circle. The buckets of its users live here, and stay until it ends.
    async fn write<'a>(&self, locks: impl IntoIterator<Item = Lock<'a>>) -> Tried<Transaction<'static, Postgres>> {
        let locks: Vec<Lock<'a>> = locks.into_iter().collect();
        let buckets: BTreeSet<Bucket> = locks.iter().copied().filter_map(Lock::bucket).collect();
        let mut tx = self.pool.begin().await?;
        if locks.is_empty() {
            return Ok(tx);
        }
        let alone = locks.into_iter().filter(|lock| !matches!(lock, Lock::Bucket(_))).map(|lock| (lock.number(), true));
        let shared = buckets.iter().map(|bucket| (bucket_lock(*bucket), false));
        let (numbers, alone): (Vec<i64>, Vec<bool>) =
            alone.chain(shared).collect::<BTreeMap<_, _>>().into_iter().unzip();
        sqlx::query(
            r"SELECT CASE WHEN alone THEN pg_advisory_xact_lock(number) ELSE pg_advisory_xact_lock_shared(number) END
                FROM UNNEST($1::bigint[], $2::boolean[]) AS wanted (number, alone)",
        )
        .bind(numbers)
        .bind(alone)
        .execute(&mut *tx)
        .await?;
        // Asked after the locks are there: whoever moves a bucket away has its lock alone.
        if !buckets.is_empty()
            && !crate::store::postgres::is_home(&mut tx, &buckets.into_iter().collect::<Vec<_>>()).await?
        {
            return Err(NotHome.into());
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
async fn is_home(_: &mut sqlx::PgConnection, _: &[Bucket]) -> Tried<bool> {
    Ok(true)
}
