//! What outlives the processes of a test: a store and counters, of either half. Tests of what the product does run on both: the
//! embedded half as they are, and the distributed one where `BIG_MARKET_TEST_HALF` says so.

use std::sync::Arc;
use std::time::Duration;

use big_market::config::RedisConfig;
use big_market::stock::Stock;
use big_market::stock::memory::MemoryStock;
use big_market::stock::redis::RedisStock;
use big_market::store::Store;
use big_market::store::postgres::PostgresStore;
use big_market::store::sharded::ShardedStore;
use big_market::store::sqlite::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tempfile::TempDir;

use super::postgres_server::Database;
use super::redis_server::RedisServer;

/// Databases of the distributed half.
const SHARDS: usize = 2;

/// One of the two ways to run the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// SQLite, and counters in memory.
    Embedded,
    /// Postgres and Redis.
    Distributed,
}

impl Half {
    /// The one that this run tests.
    pub fn tested() -> Self {
        match std::env::var("BIG_MARKET_TEST_HALF").as_deref() {
            Err(_) | Ok("embedded") => Self::Embedded,
            Ok("distributed") => Self::Distributed,
            Ok(other) => panic!("BIG_MARKET_TEST_HALF is {other:?}; use embedded or distributed"),
        }
    }
}

/// A store and counters of one market.
pub enum Backing {
    /// One SQLite file; counters live and die with a process.
    Embedded(TempDir),
    /// Two Postgres databases, and a part of a Redis.
    Distributed {
        /// Where users live.
        databases: Vec<Database>,
        /// Where units are counted.
        redis: RedisConfig,
    },
}

impl Backing {
    /// An empty one of the half that is being tested.
    pub async fn fresh() -> Self {
        if Half::tested() == Half::Distributed {
            let mut databases = Vec::new();
            for _ in 0..SHARDS {
                databases.push(Database::fresh().await);
            }
            return Self::Distributed { databases, redis: RedisServer::shared().settings() };
        }
        let shared_memory = std::path::Path::new("/dev/shm");
        let directory =
            if shared_memory.is_dir() { tempfile::tempdir_in(shared_memory) } else { tempfile::tempdir() }.unwrap();
        Self::Embedded(directory)
    }

    /// The store, as a process opens it.
    pub async fn store(&self) -> Arc<dyn Store> {
        let store: Arc<dyn Store> = match self {
            Self::Embedded(directory) => {
                Arc::new(SqliteStore::open(&directory.path().join("market.db"), 2).await.unwrap())
            }
            Self::Distributed { databases, .. } => {
                let mut shards = Vec::new();
                for database in databases {
                    // Some tests let one process stand still while another works.
                    let store = PostgresStore::open(&database.url, 8).await.unwrap();
                    shards.push(store.waiting_for_turns(Duration::from_millis(200)));
                }
                Arc::new(ShardedStore::new(shards))
            }
        };
        store.migrate().await.unwrap();
        store
    }

    /// The counters, as a process finds them when it starts: empty, where they died with the one before.
    pub async fn stock(&self) -> Arc<dyn Stock> {
        match self {
            Self::Embedded(_) => Arc::new(MemoryStock::new()),
            Self::Distributed { redis, .. } => Arc::new(RedisStock::open(redis).await.unwrap()),
        }
    }

    /// Loses the counters, and gives what a process finds then.
    pub async fn lost_stock(&mut self) -> Arc<dyn Stock> {
        if let Self::Distributed { redis, .. } = self {
            // What a flush leaves behind: nothing under any of the keys.
            *redis = RedisConfig { prefix: RedisServer::shared().settings().prefix, ..redis.clone() };
        }
        self.stock().await
    }

    /// Changes rows behind the store's back, in every database.
    ///
    /// # Errors
    /// What the first database says that refuses it.
    pub async fn try_plant(&self, sql: &'static str) -> Result<(), sqlx::Error> {
        match self {
            Self::Embedded(directory) => {
                let options = SqliteConnectOptions::new().filename(directory.path().join("market.db"));
                let mut connection = options.connect().await?;
                sqlx::raw_sql(sql).execute(&mut connection).await?;
                connection.close().await
            }
            Self::Distributed { databases, .. } => {
                for database in databases {
                    let mut connection = PgConnection::connect(&database.url).await?;
                    sqlx::raw_sql(sql).execute(&mut connection).await?;
                    connection.close().await?;
                }
                Ok(())
            }
        }
    }
}
