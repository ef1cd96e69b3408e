//! The checker finds nothing wrong with what is right, and names the row that is not.

use std::collections::BTreeSet;

use big_market::chaos::checker::{Evidence, Report, check};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::plants::{IN_DATABASES, Lost, Plant, in_logs};
use super::scene::{Copy, Scene};

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

#[tokio::test]
async fn what_is_right_passes_every_check_and_what_is_not_is_named() {
    let scene = Scene::play().await;
    let clean = scene.copy().await;
    let report_of_clean = report(&clean.evidence).await;
    assert!(report_of_clean.holds(), "{report_of_clean}");
    let idle: Vec<_> = report_of_clean.checked.iter().filter(|checked| checked.rows == 0).collect();
    assert!(idle.is_empty(), "they looked at nothing: {idle:?}");

    let mut unseen = Vec::new();
    let mut planted = BTreeSet::new();
    for Plant { check, loosen, sql } in IN_DATABASES {
        let copy = scene.copy().await;
        planted.insert(*check);
        match ask(&copy, loosen, sql).await {
            Ok(row) => {
                unseen.extend(wrong(&report(&copy.evidence).await, check, &row).map(|wrong| format!("{sql}\n{wrong}")))
            }
            Err(error) => unseen.push(format!("{check}: nothing was planted by {sql}\n{error}")),
        }
    }
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
    let scene = Scene::play().await;
    let copy = scene.copy().await;
    std::fs::write(&copy.evidence.heard, "{\"at\": 1}").unwrap();
    let error = check(&copy.evidence).await.unwrap_err().to_string();
    assert!(error.contains("heard.jsonl: line 1: missing field"), "{error}");

    copy.write_heard(&scene.heard);
    let nowhere = Evidence { received: "/nowhere".into(), ..copy.evidence.clone() };
    let error = check(&nowhere).await.unwrap_err().to_string();
    assert!(error.starts_with("cannot check: /nowhere: "), "{error}");
}
