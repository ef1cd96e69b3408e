//! Two Postgres databases in which one installation's users live, and a look at every row of both.

use std::collections::BTreeMap;
use std::sync::Arc;

use big_market::domain::bucket::Bucket;
use big_market::domain::id::UserId;
use big_market::store::Store;
use big_market::store::postgres::{PostgresStore, USER_TABLES};
use big_market::store::sharded::ShardedStore;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::postgres_server::Database;
use super::rows::user;

/// Rows of users, as text, by table.
pub type Rows = BTreeMap<&'static str, Vec<String>>;

/// Both databases.
pub struct Pair {
    databases: [Database; 2],
}

impl Pair {
    pub async fn fresh() -> Self {
        Self { databases: [Database::fresh().await, Database::fresh().await] }
    }

    /// The store, as a process opens it.
    pub async fn process(&self) -> Arc<dyn Store> {
        let mut shards = Vec::new();
        for database in &self.databases {
            shards.push(PostgresStore::open(&database.url, 8).await.unwrap());
        }
        let store = ShardedStore::new(shards);
        store.migrate().await.unwrap();
        Arc::new(store)
    }

    /// How to reach them, in the order of their numbers.
    pub fn urls(&self) -> [String; 2] {
        self.databases.each_ref().map(|database| database.url.clone())
    }

    pub async fn connect(&self, number: usize) -> PgConnection {
        PgConnection::connect(&self.databases[number].url).await.unwrap()
    }

    /// Rows of users in one database: all, or those of a bucket.
    pub async fn rows_in(&self, number: usize, bucket: Option<Bucket>) -> Rows {
        let mut connection = self.connect(number).await;
        let mut rows = Rows::new();
        for table in USER_TABLES {
            let read = format!("SELECT t::text FROM {table} t WHERE $1 IS NULL OR bucket = $1 ORDER BY 1");
            let found = sqlx::query_scalar(AssertSqlSafe(read))
                .bind(bucket.map(|bucket| bucket.number().cast_signed()))
                .fetch_all(&mut connection)
                .await
                .unwrap();
            rows.insert(table, found);
        }
        connection.close().await.unwrap();
        rows
    }

    /// Rows of users in both together.
    pub async fn rows(&self) -> Rows {
        let mut rows = self.rows_in(0, None).await;
        for (table, more) in self.rows_in(1, None).await {
            let all = rows.get_mut(table).unwrap();
            all.extend(more);
            all.sort();
        }
        rows
    }

    /// What both databases say of a bucket: its state, where there is one.
    pub async fn states(&self, bucket: Bucket) -> [Option<String>; 2] {
        let mut states = [None, None];
        for (number, state) in states.iter_mut().enumerate() {
            let mut connection = self.connect(number).await;
            *state = sqlx::query_scalar("SELECT state FROM bucket_home WHERE bucket = $1")
                .bind(bucket.number().cast_signed())
                .fetch_optional(&mut connection)
                .await
                .unwrap();
            connection.close().await.unwrap();
        }
        states
    }
}

/// A user whose rows are in the first or the second database to begin with.
pub fn user_of(number: usize, name: &str) -> UserId {
    let named = (0..).map(|salt| user(&format!("{name}-{salt}")));
    named.into_iter().find(|user| usize::from(Bucket::of(user).number() / 512) == number).unwrap()
}
