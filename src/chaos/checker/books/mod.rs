//! What each database must say of itself: every check is a statement that names the rows which break it.

mod draws;
mod effects;
mod exchanges;
mod ledger;
mod placement;
mod quota;
mod work;

use futures::TryStreamExt;

use super::report::{Check, Findings};
use super::session::{Session, Tried};

/// A check that one database can answer.
#[derive(Clone, Copy)]
struct Book {
    check: Check,
    /// How many rows it is held against.
    looked: &'static str,
    /// Rows that break it, with what is wrong with them.
    found: &'static str,
}

/// Judges one database.
pub(super) async fn check(session: &mut Session) -> Tried<Findings> {
    let mut findings = Findings::default();
    let books = [draws::BOOKS, quota::BOOKS, ledger::BOOKS, effects::BOOKS, exchanges::BOOKS, work::BOOKS].concat();
    for Book { check, looked, found } in books {
        let rows: i64 = sqlx::query_scalar(looked).fetch_one(&mut session.connection).await?;
        findings.looked(check, rows.unsigned_abs());
        let mut named = sqlx::query_as::<_, (String, String)>(found).fetch(&mut session.connection);
        while let Some((row, found)) = named.try_next().await? {
            findings.found(check, row, found);
        }
    }
    placement::check(session, &mut findings).await?;
    Ok(findings)
}
