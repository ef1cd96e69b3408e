//! Every SQL statement of the SQLite store is prepared, whether a test runs it or not.

use std::path::Path;

use big_market::store::Store;
use big_market::store::sqlite::SqliteStore;
use sqlx::{Connection, Executor, SqlSafeStr, SqliteConnection};

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

#[tokio::test]
async fn every_sql_statement_can_be_prepared() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("statements.db");
    SqliteStore::open(&path, 1).await.unwrap().migrate().await.unwrap();
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();

    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/sqlite");
    let mut found = 0;
    for entry in std::fs::read_dir(sources).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        for statement in statements(&name, &std::fs::read_to_string(&file).unwrap()) {
            found += 1;
            let statement = sqlx::AssertSqlSafe(statement).into_sql_str();
            let text = statement.as_str().to_owned();
            if let Err(fault) = (&mut connection).prepare(statement).await {
                panic!("{name}: {fault}\n{text}");
            }
        }
    }
    assert!(found >= STATEMENTS_MIN, "only {found} statements were found");
}
