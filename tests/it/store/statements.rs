//! Every SQL statement of the stores is prepared, whether a test runs it or not.

use std::path::Path;

use big_market::store::Store;
use big_market::store::sqlite::SqliteStore;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqlSafeStr, SqliteConnection};
use tempfile::TempDir;

use crate::support::postgres_server::Database;

/// Fewer would mean that the search for statements no longer finds them.
const STATEMENTS_MIN: usize = 75;

/// The statements of one file: the argument of each `sqlx::query…` call, which must be a raw string literal.
fn statements(file: &str, source: &str) -> Vec<String> {
    let calls = source.match_indices("sqlx::query").map(|(at, _)| at);
    calls
        .map(|at| {
            let line = source[..at].lines().count();
            let call = &source[at..];
            let argument = call.split_once('(').expect("a call has an argument").1.trim_start();
            let text = argument.strip_prefix("r\"").unwrap_or_else(|| {
                panic!(
                    "{file}:{line}: write the statement as a raw string, r\"…\", beside its binds, so that it is tested"
                )
            });
            text.split_once('"').expect("the raw string ends").0.to_owned()
        })
        .collect()
}

/// Every statement of the store with the name of its file.
fn all_statements(adapter: &str) -> Vec<(String, String)> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store").join(adapter);
    let files = std::fs::read_dir(sources).unwrap().map(|entry| entry.unwrap().path());
    files
        .flat_map(|file| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let found = statements(&name, &std::fs::read_to_string(&file).unwrap());
            found.into_iter().map(move |statement| (name.clone(), statement))
        })
        .collect()
}

async fn migrated() -> (SqliteConnection, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("statements.db");
    SqliteStore::open(&path, 1).await.unwrap().migrate().await.unwrap();
    let connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    (connection, directory)
}

#[tokio::test]
async fn every_statement_on_postgres_can_be_prepared() {
    let database = Database::fresh().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let all = all_statements("postgres");
    assert!(all.len() >= STATEMENTS_MIN, "only {} statements were found", all.len());
    for (file, statement) in all {
        if let Err(fault) = (&mut connection).prepare(AssertSqlSafe(statement.clone()).into_sql_str()).await {
            panic!("{file}: {fault}\n{statement}");
        }
    }
}

#[tokio::test]
async fn every_statement_on_sqlite_can_be_prepared() {
    let (mut connection, _directory) = migrated().await;
    let all = all_statements("sqlite");
    assert!(all.len() >= STATEMENTS_MIN, "only {} statements were found", all.len());
    for (file, statement) in all {
        if let Err(fault) = (&mut connection).prepare(AssertSqlSafe(statement.clone()).into_sql_str()).await {
            panic!("{file}: {fault}\n{statement}");
        }
    }
}

#[tokio::test]
async fn only_reconciliation_reads_whole_tables() {
    // Tables that stay small, and counts that read nothing but a partial index.
    const SMALL: &[&str] = &[
        "SCAN activity",
        "SCAN cron_fire USING INDEX cron_fire_open",
        "SCAN job_state",
        "SCAN activity USING INDEX activity_closing",
        "SCAN operator",
        "SCAN operator USING INDEX operator_admin",
        "SCAN api_key USING INDEX sqlite_autoindex_api_key_1",
        "SCAN outbox USING COVERING INDEX outbox_done",
        "SCAN outbox USING COVERING INDEX outbox_dead",
        "SCAN award_record USING COVERING INDEX award_record_recalled",
        "SCAN coupon_pool",
        "SCAN outbox USING INDEX outbox_dead",
        "SCAN workflow USING COVERING INDEX workflow_stuck",
        "SCAN CONSTANT ROW",
    ];
    let (mut connection, _directory) = migrated().await;
    for (file, statement) in all_statements("sqlite").into_iter().filter(|(file, _)| !file.ends_with("books.rs")) {
        let plan = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        for row in sqlx::query(plan).fetch_all(&mut connection).await.unwrap() {
            let step: String = row.get("detail");
            let bounded = !step.starts_with("SCAN")
                || step.contains("VIRTUAL TABLE")
                || step.starts_with("SCAN (subquery")
                || matches!(step.as_str(), "SCAN moved" | "SCAN open_work" | "SCAN line" | "SCAN lot")
                || SMALL.contains(&step.as_str());
            assert!(bounded, "{file}: {step}: give the statement an index to search\n{statement}");
        }
    }
}
