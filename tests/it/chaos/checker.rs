//! The checker finds nothing wrong with what is right, and names the row that is not.

use std::collections::BTreeSet;

use big_market::chaos::checker::{Evidence, Report, check};
use futures::StreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::plants::{Lost, Plant, in_databases, in_logs};
use super::scene::{Copy, Scene};
use crate::support::postgres_server::Database;

/// Bugs that are looked for at the same time.
const AT_A_TIME: usize = 4;

async fn report(evidence: &Evidence) -> Report {
    check(evidence).await.unwrap()
}

/// The first answer to a statement in the databases, in their order.
async fn ask(copy: &Copy, loosen: &'static str, sql: &'static str) -> Result<String, sqlx::Error> {
    for database in &copy.databases {
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(loosen)).execute(&mut connection).await?;
        let row: Option<String> = sqlx::query_scalar(sql).fetch_optional(&mut connection).await?;
        connection.close().await?;
        if let Some(row) = row {
            return Ok(row);
        }
    }
    Err(sqlx::Error::RowNotFound)
}

/// What a report says beside what it should: nothing but one violation.
fn wrong(report: &Report, check: &str, row: &str) -> Option<String> {
    let named: Vec<_> = report.violations.iter().map(|found| (found.check, found.row.as_str())).collect();
    (named != [(check, row)]).then(|| format!("{check} should name {row}:\n{:#?}", report.violations))
}

/// Plants a bug in a copy. Gives what is wrong with the report then: nothing, where it names that bug and no other.
async fn unseen(scene: &Scene, Plant { check, loosen, sql }: &Plant) -> Option<String> {
    let copy = scene.copy().await;
    let row = match ask(&copy, loosen, sql).await {
        Ok(row) => row,
        Err(error) => return Some(format!("{check}: nothing was planted by {sql}\n{error}")),
    };
    Some(format!("{sql}\n{}", wrong(&report(&copy.evidence).await, check, &row)?))
}

#[tokio::test]
async fn what_is_right_passes_every_check_and_what_is_not_is_named() {
    let scene = Scene::play().await;
    let clean = scene.copy().await;
    let report_of_clean = report(&clean.evidence).await;
    assert!(report_of_clean.holds(), "{report_of_clean}");
    let idle: Vec<_> = report_of_clean.checked.iter().filter(|checked| checked.rows == 0).collect();
    assert!(idle.is_empty(), "they looked at nothing: {idle:?}");

    let unseen = futures::stream::iter(in_databases()).map(|plant| unseen(&scene, plant)).buffer_unordered(AT_A_TIME);
    let mut unseen: Vec<String> = unseen.filter_map(std::future::ready).collect().await;
    let mut planted: BTreeSet<_> = in_databases().map(|plant| plant.check).collect();
    let single = "SELECT 'draw draw_' || ulid_text(draw_id) FROM draw WHERE request_id = 'lost-1'";
    let second =
        "SELECT 'draw draw_' || ulid_text(draw_id) FROM draw WHERE request_id = 'lost-2' AND request_index = 1";
    let lost = Lost { single: ask(&clean, "", single).await.unwrap(), second: ask(&clean, "", second).await.unwrap() };
    for spoilt in in_logs(&scene, &lost) {
        clean.write_heard(&spoilt.heard);
        clean.write_received(&spoilt.received);
        unseen.extend(wrong(&report(&clean.evidence).await, spoilt.check, &spoilt.row));
        planted.insert(spoilt.check);
    }
    assert!(unseen.is_empty(), "{}", unseen.join("\n\n"));
    let checks: BTreeSet<_> = report_of_clean.checked.iter().map(|checked| checked.check).collect();
    assert_eq!(planted, checks, "a bug is planted for every check");

    let documented = include_str!("../../../docs/chaos.md");
    let silent: Vec<_> = checks.iter().filter(|check| !documented.contains(&format!("`{check}`"))).collect();
    assert!(silent.is_empty(), "docs/chaos.md does not say what these prove: {silent:?}");
}

#[tokio::test]
async fn evidence_that_cannot_be_read_is_an_error_that_says_where() {
    let database = Database::fresh().await;
    let directory = tempfile::tempdir().unwrap();
    let (heard, received) = (directory.path().join("heard.jsonl"), directory.path().join("received.jsonl"));
    let databases = vec![database.url.clone()];
    let evidence = Evidence { databases, heard, received, now_ms: 0, overdue_ms: 0, kept_ms: 0 };
    let error = async |evidence: &Evidence| check(evidence).await.unwrap_err().to_string();
    assert!(error(&evidence).await.contains("heard.jsonl: No such file"));

    std::fs::write(&evidence.heard, "").unwrap();
    std::fs::write(&evidence.received, "").unwrap();
    let nothing = report(&evidence).await;
    assert!(nothing.holds() && nothing.checked.iter().any(|checked| checked.rows == 0), "{nothing}");

    std::fs::write(&evidence.received, "{\"at\": 1}").unwrap();
    assert!(error(&evidence).await.contains("received.jsonl: line 1: missing field"));

    let nowhere = Evidence { databases: Vec::new(), ..evidence.clone() };
    assert_eq!(error(&nowhere).await, "cannot check: no database is named");
    let gone = Evidence { databases: vec![database.url.replace("test_", "gone_")], ..evidence };
    assert!(error(&gone).await.contains("does not exist"));
}
