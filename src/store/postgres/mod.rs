//! The store on Postgres: one database, a mirror of `store/sqlite/` file for file.
//!
//! What differs: real types, batches as arrays that `UNNEST` unfolds, and locks. SQLite lets one transaction write at a
//! time; here each names at its beginning what it must have to itself (`Lock`), and everything it reads afterwards
//! stays so until it ends. Conditions and constraints say the same once more, in the statements themselves.

mod attempts;
mod audit;
mod award_books;
mod behaviours;
mod books;
mod bucket_rows;
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
mod shard;
mod shard_codes;
mod stock;
mod stories;
mod timeline;
mod tokens;
mod totals;
mod users;
mod wins;
mod workflows;

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Postgres, Transaction};
use ulid::Ulid;
use uuid::Uuid;

use super::{NotHome, Store, Stored};
use crate::domain::bucket::Bucket;
use crate::domain::id::{ActivityId, UserId};
use crate::fault::Fault;
pub use bucket_rows::USER_TABLES;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

/// How long an operation waits for a connection before it gives up.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// How statements are planned that look up rows by keys: once for each connection, since planning takes longer than looking up, and by
/// indexes only. Of a new or small database Postgres would rather read whole tables, and keep such a plan as they grow.
const KEYED: [(&str, &str); 5] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
];

/// Connections for draws: as many as lanes, each of which has one batch under way. So few, because a pool hands out its connections in turn: a backend that is used a twentieth of the time finds nothing in the caches of
/// its processor, and computes twice as long.
const DRAWING: u32 = 2;

/// How long whoever does something over all databases waits for another who does the same.
const TURN_WAIT: Duration = Duration::from_secs(10);

/// Locks over all databases that one process holds or waits for at the same time.
const HOLDERS_MAX: u32 = 8;

/// Turns in which buckets stay or move that one process has or waits for at the same time.
const TURNS_MAX: u32 = 4;

/// What went wrong, before it is named for the operation that failed.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a step of an operation gives.
type Tried<T> = Result<T, Cause>;

/// Everything we remember, in one Postgres database.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    /// For everything that is not said of another.
    pool: PgPool,
    /// For what looks up rows of users by their keys: see [`KEYED`].
    keyed: PgPool,
    /// For draws alone, connected like `keyed`: see [`DRAWING`].
    drawing: PgPool,
    holders: PgPool,
    /// For turns in which buckets stay or move. Not of `holders`: who waits for one there may have a turn.
    turns: PgPool,
    turn_wait: Duration,
    place: String,
}

/// What a transaction has to itself until it ends. Those who want the same wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lock<'a> {
    /// All rows of a user.
    User(&'a UserId),
    /// Shared with others who write rows of the same bucket: it stays here meanwhile. For rows that conditions guard.
    Bucket(Bucket),
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
    /// The bucket that must live here, where a user's rows are meant.
    fn bucket(self) -> Option<Bucket> {
        match self {
            Self::User(user_id) => Some(Bucket::of(user_id)),
            Self::Bucket(bucket) => Some(bucket),
            Self::Activity(_) | Self::ActivityStays(_) | Self::Named(..) => None,
        }
    }

    /// The number that Postgres knows it by: two that share it wait for each other without need, and that is all.
    fn number(self) -> i64 {
        let (word, key) = match self {
            Self::User(user_id) => ("user", user_id.as_str()),
            Self::Activity(activity_id) | Self::ActivityStays(activity_id) => ("activity", activity_id.as_str()),
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
        let plain = PgConnectOptions::from_str(url).map_err(Fault::doing("read the URL of a database"))?;
        // Statements that are not looking up rows by keys are planned each time, for tables as they are.
        let options = plain.clone().options([("plan_cache_mode", "force_custom_plan")]);
        let place = place(&options);
        let pool = PgPoolOptions::new()
            .max_connections(connections.max(1))
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.clone())
            .await
            .map_err(Fault::doing("open a database"))?;
        let keyed = |connections| {
            let keyed = PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT);
            keyed.connect_lazy_with(plain.clone().options(KEYED))
        };
        let (keyed, drawing) = (keyed(connections.max(1)), keyed(DRAWING));
        let few = |connections| {
            let few = PgPoolOptions::new().max_connections(connections).min_connections(0);
            few.acquire_timeout(ACQUIRE_TIMEOUT).connect_lazy_with(options.clone())
        };
        let (holders, turns) = (few(HOLDERS_MAX), few(TURNS_MAX));
        Ok(Self { pool, keyed, drawing, holders, turns, turn_wait: TURN_WAIT, place })
    }

    /// With another time to wait for whoever does the same over all databases.
    #[must_use]
    pub fn waiting_for_turns(self, turn_wait: Duration) -> Self {
        Self { turn_wait, ..self }
    }

    /// Begins a transaction that has `locks` to itself. They are taken in the order of their numbers, so that no two
    /// transactions ever wait for each other in a circle. The buckets of its users live here, and stay until it ends.
    async fn write<'a>(&self, locks: impl IntoIterator<Item = Lock<'a>>) -> Tried<Transaction<'static, Postgres>> {
        let (wanted, buckets) = sorted(locks);
        let pool = if buckets.is_empty() { &self.pool } else { &self.keyed };
        let mut tx = begin(pool, &wanted).await?;
        if !buckets.is_empty() && !shard::is_home(&mut tx, &buckets).await? {
            return Err(NotHome.into());
        }
        Ok(tx)
    }

    /// Like [`Self::write`], for draws, but that the buckets, which it gives, may live elsewhere: it is asked after the locks are there,
    /// because whoever moves a bucket away has its lock alone. What is not home by then must not be written.
    async fn write_draws<'a>(
        &self,
        locks: impl IntoIterator<Item = Lock<'a>>,
    ) -> Tried<(Transaction<'static, Postgres>, Vec<Bucket>)> {
        let (wanted, buckets) = sorted(locks);
        Ok((begin(&self.drawing, &wanted).await?, buckets))
    }

    /// Begins a transaction whose statements all see the same moment, and which writes nothing.
    async fn snapshot(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await
    }
}

/// The numbers of locks in their order, each with whether it is shared, and the buckets that must live here.
fn sorted<'a>(locks: impl IntoIterator<Item = Lock<'a>>) -> (Vec<(i64, bool)>, Vec<Bucket>) {
    let mut wanted: Vec<(i64, bool)> = Vec::new();
    let mut buckets: BTreeSet<Bucket> = BTreeSet::new();
    for lock in locks {
        wanted.push((lock.number(), matches!(lock, Lock::ActivityStays(_) | Lock::Bucket(_))));
        buckets.extend(lock.bucket());
    }
    wanted.extend(buckets.iter().map(|bucket| (bucket_lock(*bucket), true)));
    // Wanted both ways, a lock is taken alone.
    wanted.sort_unstable();
    wanted.dedup_by_key(|(number, _)| *number);
    (wanted, buckets.into_iter().collect())
}

/// Begins a transaction that has these locks to itself, or shares them.
async fn begin(pool: &PgPool, wanted: &[(i64, bool)]) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    if !wanted.is_empty() {
        sqlx::query(
            r"SELECT CASE WHEN shared THEN pg_advisory_xact_lock_shared(number) ELSE pg_advisory_xact_lock(number) END
                FROM UNNEST($1::bigint[], $2::boolean[]) AS wanted (number, shared)",
        )
        .bind(column(wanted, |(number, _)| *number))
        .bind(column(wanted, |(_, shared)| *shared))
        .execute(&mut *tx)
        .await?;
    }
    Ok(tx)
}

/// Where a database is, for people: never how to get in.
fn place(options: &PgConnectOptions) -> String {
    let host = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    format!("{host}/{}", options.get_database().unwrap_or_else(|| options.get_username()))
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

#[async_trait]
impl Store for PostgresStore {
    async fn migrate(&self) -> Stored<()> {
        MIGRATOR.run(&self.pool).await.map_err(Fault::doing("bring the schema up to date"))
    }

    async fn ping(&self) -> Stored<()> {
        // What hangs or has become read-only cannot take a lock for writing.
        async {
            let mut tx = self.pool.begin().await?;
            sqlx::query(r"SELECT bucket FROM bucket_home LIMIT 1 FOR UPDATE SKIP LOCKED").execute(&mut *tx).await?;
            tx.rollback().await
        }
        .await
        .map_err(Fault::doing::<sqlx::Error>("reach the database"))
    }

    async fn close(&self) {
        self.turns.close().await;
        self.holders.close().await;
        self.drawing.close().await;
        self.keyed.close().await;
        self.pool.close().await;
    }
}
