//! A draw on SQLite as one would write it by hand, with the log flushed at every commit as the product has it.

use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{BATCH, USERS, each_second, user_of};
use crate::fault::Fault;

const DOING: &str = "measure what SQLite gives";

const SCHEMA: &str = r"
    CREATE TABLE quota (user_id TEXT, activity_id TEXT, granted INTEGER NOT NULL, used INTEGER NOT NULL,
                        PRIMARY KEY (user_id, activity_id)) STRICT, WITHOUT ROWID;
    CREATE TABLE draw (draw_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, activity_id TEXT NOT NULL, request_id TEXT NOT NULL,
                       drawn_at INTEGER NOT NULL, award_id TEXT NOT NULL, roll BLOB NOT NULL,
                       UNIQUE (user_id, activity_id, request_id)) STRICT, WITHOUT ROWID;
    CREATE TABLE outbox (outbox_id TEXT PRIMARY KEY, draw_id TEXT NOT NULL, user_id TEXT NOT NULL, state TEXT NOT NULL,
                         run_at INTEGER NOT NULL) STRICT, WITHOUT ROWID";

/// Draws each second: one transaction each, and a hundred in a transaction. SQLite has one writer.
pub(in crate::bench) async fn measure(directory: &Path, lasting: Duration) -> Result<(f64, f64), Fault> {
    let pool = make(directory).await.map_err(Fault::doing(DOING))?;
    let single = each_second(vec![pool.clone()], lasting, async |pool: SqlitePool, number| {
        draw(&pool, number, 1).await.map_err(Fault::doing(DOING))?;
        Ok((pool, 1))
    });
    let single = single.await?;
    let batched = each_second(vec![pool.clone()], lasting, async |pool: SqlitePool, number| {
        draw(&pool, number, BATCH).await.map_err(Fault::doing(DOING))?;
        Ok((pool, BATCH as u64))
    });
    let batched = batched.await?;
    pool.close().await;
    Ok((single, batched))
}

async fn make(directory: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(directory.join("ceiling.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // As the product's writer.
        .pragma("cache_size", "-32768")
        .pragma("wal_autocheckpoint", "16384");
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    sqlx::raw_sql(SCHEMA).execute(&pool).await?;
    let users: Vec<_> = (0..USERS).map(|user| format!("user-{user}")).collect();
    sqlx::query(r"INSERT INTO quota SELECT value, 'bench', 1000000000, 0 FROM json_each(?1)")
        .bind(serde_json::json!(users).to_string())
        .execute(&pool)
        .await?;
    Ok(pool)
}

async fn draw(pool: &SqlitePool, number: u64, count: usize) -> Result<(), sqlx::Error> {
    let rows: Vec<_> = (0..count)
        .map(|index| {
            let id = |what: &str| format!("{what}-{number:015}-{index:05}");
            (format!("user-{}", user_of(number * count as u64 + index as u64)), id("draw"), id("requ"), id("work"))
        })
        .collect();
    let rows = serde_json::json!(rows).to_string();
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(
        r"UPDATE quota SET used = used + 1 FROM json_each(?1) AS batch
           WHERE quota.user_id = batch.value ->> 0 AND quota.activity_id = 'bench' AND used < granted",
    )
    .bind(&rows)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        r"INSERT INTO draw SELECT value ->> 1, value ->> 0, 'bench', value ->> 2, 1700000000000, 'points', zeroblob(32)
            FROM json_each(?1)",
    )
    .bind(&rows)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        r"INSERT INTO outbox SELECT value ->> 3, value ->> 1, value ->> 0, 'pending', 1700000000000 FROM json_each(?1)",
    )
    .bind(&rows)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
