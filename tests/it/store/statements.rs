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
        "SCAN process USING INDEX process_seen",
        // One row for each user that is found: the step after it searches.
        "SCAN known",
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

/// The planner reads an empty table whole, whatever indexes it has; told not to, it shows whether there is another way.
#[tokio::test]
async fn users_and_draws_of_a_while_are_searched_for_on_postgres_too() {
    let database = Database::fresh().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    sqlx::raw_sql("SET enable_seqscan = off; SET enable_bitmapscan = off").execute(&mut connection).await.unwrap();
    let all = all_statements("postgres");
    let of = |file: &str, part: &str| {
        let found = all.iter().find(|(name, statement)| name == file && statement.contains(part));
        found.unwrap_or_else(|| panic!("{file} has no statement with {part}")).1.clone()
    };
    let values = [
        (of("users.rs", "RECURSIVE"), ["'a'", "'a'", "21", ""]),
        (
            of("totals.rs", "draw_id >="),
            ["'a'", "'{2026-11-22}'::date[]", "gen_random_uuid()", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
        ),
    ];
    for (mut statement, values) in values {
        for (at, value) in values.iter().enumerate() {
            statement = statement.replace(&format!("${}", at + 1), value);
        }
        let plan = AssertSqlSafe(format!("EXPLAIN {statement}"));
        let steps: Vec<String> = sqlx::query_scalar(plan).fetch_all(&mut connection).await.unwrap();
        let plan = steps.join("\n");
        assert!(!plan.contains("Seq Scan"), "{plan}");
        let searched = steps.iter().filter(|step| step.contains("Index Cond:")).count();
        let scanned = steps.iter().filter(|step| step.contains(" using ")).count();
        assert!(scanned > 0 && searched == scanned, "an index that is read from its beginning\n{plan}");
    }
}
