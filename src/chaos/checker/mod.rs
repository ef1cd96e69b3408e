//! The checker: reads what databases, clients and a receiver of webhooks remember of a campaign, and names every row that breaks
//! a promise.
//!
//! It shares no code with the application. It has its own SQL, its own spelling of ids, its own hash of users; nothing here names
//! another part of the crate, and nothing in SQL the views and functions of the migrations. A bug of the application is not
//! repeated here, so it shows.
//!
//! `docs/chaos.md` says what is proven and how.

mod across;
mod answers;
mod books;
mod deliveries;
mod groups;
mod record;
mod report;
mod session;
mod stored;

use std::path::PathBuf;

use futures::future::try_join_all;

pub use record::{Heard, Kind, Received};
pub use report::{Checked, Report, Violation};
pub use session::CannotCheck;

use report::Findings;
use session::{Scratch, Session};

/// What a campaign left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Postgres URLs of all databases of the installation, in the order of `store.shards`.
    pub databases: Vec<String>,
    /// What clients heard: a file with one [`Heard`] as JSON a line, for every request of every client, in any order.
    pub heard: PathBuf,
    /// What receivers of webhooks got: a file with one [`Received`] as JSON a line, in the order they were answered.
    pub received: PathBuf,
    /// The time by the campaign's clock, in milliseconds since 1970. Nothing is measured by any other clock.
    pub now_ms: i64,
    /// How long due work may wait, in milliseconds: what was due before that and has not been done is a violation.
    pub overdue_ms: i64,
    /// How long ended work is kept, in milliseconds, as `retention.outbox_days` says: until then it has to be there.
    pub kept_ms: i64,
}

/// Reads all evidence and judges it.
///
/// Each database is read as it was at one instant, but not all at the same one: nobody should be writing. Nothing is written to
/// tables of the application. Memory does not grow with the number of rows: they are joined and sorted by the databases, and
/// pass through here one request or award at a time. At most [`Report::NAMED_MAX`] rows are named for each check; all are counted.
///
/// # Errors
/// A database or a file cannot be read, or a line of a file is no record. What is wrong with the evidence is no error.
pub async fn check(evidence: &Evidence) -> Result<Report, CannotCheck> {
    let mut findings = Findings::default();
    let mut sessions = try_join_all(evidence.databases.iter().map(|url| Session::open(url, evidence))).await?;
    let found = try_join_all(sessions.iter_mut().map(books::check)).await?;
    for found in found {
        findings.add(found);
    }
    let Some(first) = evidence.databases.first() else { return Err(CannotCheck::because("no database is named")) };
    let mut scratch = Scratch::open(first, evidence).await?;
    across::check(&mut sessions, &mut scratch, &mut findings).await?;
    answers::check(&mut sessions, &mut scratch, &mut findings).await?;
    deliveries::check(&mut sessions, &mut scratch, &mut findings).await?;
    Ok(findings.report())
}
