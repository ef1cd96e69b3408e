//! Where violations are planted: a store, and a way past it and past all constraints.

use std::sync::Arc;

use big_market::store::Store;
use big_market::store::postgres::PostgresStore;
use big_market::store::sqlite::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tempfile::TempDir;

use crate::support::postgres_server::Database;

/// What is written another way for Postgres than for SQLite.
const IN_POSTGRES: [(&str, &str); 4] = [
    ("json_set(document, '$.awards[0].per_user', 1)", "jsonb_set(document, '{awards,0,per_user}', '1')"),
    ("json_set(standing, '$.won.car', 3)", "jsonb_set(standing, '{won,car}', '3')"),
    ("due_at = 1", "due_at = 'epoch'"),
    ("ended_at = 1", "ended_at = 'epoch'"),
];

/// Lets a session write what foreign keys, checks and triggers refuse.
const PAST_CONSTRAINTS: &str = "
    SET session_replication_role = replica;
    DO $$
    DECLARE rule record;
    BEGIN
        FOR rule IN SELECT conrelid::regclass AS name, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.name, rule.conname);
        END LOOP;
    END $$";

/// A migrated, empty store of its own.
pub enum Ground {
    Sqlite(Arc<dyn Store>, TempDir),
    Postgres(Arc<dyn Store>, Database),
}

impl Ground {
    pub async fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("store.db"), 1).await.unwrap();
        store.migrate().await.unwrap();
        Self::Sqlite(Arc::new(store), directory)
    }

    pub async fn postgres() -> Self {
        let database = Database::fresh().await;
        let store = PostgresStore::open(&database.url, 2).await.unwrap();
        Self::Postgres(Arc::new(store), database)
    }

    pub fn store(&self) -> &Arc<dyn Store> {
        match self {
            Self::Sqlite(store, _) | Self::Postgres(store, _) => store,
        }
    }

    /// Changes rows behind the store's back. At least one must change, or nothing was planted.
    pub async fn plant(&self, sql: &str) {
        let planted = match self {
            Self::Sqlite(_, directory) => {
                let options = SqliteConnectOptions::new()
                    .filename(directory.path().join("store.db"))
                    .foreign_keys(false)
                    .pragma("ignore_check_constraints", "on");
                let mut connection = options.connect().await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap().rows_affected()
            }
            Self::Postgres(_, database) => {
                let sql = IN_POSTGRES.iter().fold(sql.to_owned(), |sql, (from, to)| sql.replace(from, to));
                let mut connection = PgConnection::connect(&database.url).await.unwrap();
                sqlx::raw_sql(PAST_CONSTRAINTS).execute(&mut connection).await.unwrap();
                let planted = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                planted.rows_affected()
            }
        };
        assert!(planted > 0, "{sql}\nchanged nothing");
    }
}
