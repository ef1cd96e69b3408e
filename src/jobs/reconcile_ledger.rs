//! Checks quota, ledger, awards, stock and outbox against each other. Changes nothing.

use std::time::Duration;

use serde::Deserialize;

use super::{Job, JobError, Outcome, RECONCILE_TIMEOUT};
use crate::app::App;

/// Takes no input: looks at every book.
#[derive(Deserialize)]
pub(super) struct ReconcileLedger {}

impl Job for ReconcileLedger {
    const NAME: &'static str = "reconcile_ledger";

    fn timeout(&self, _app: &App) -> Duration {
        RECONCILE_TIMEOUT
    }

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        let report = app.reconcile_books().await?;
        for finding in &report.findings {
            let rows = u32::try_from(finding.violations.len()).unwrap_or(u32::MAX);
            // The same word as in JSON and reports.
            let invariant = format!("{:?}", finding.invariant).to_lowercase();
            metrics::gauge!("big_market_invariant_violations", "invariant" => invariant).set(f64::from(rows));
            if let Some(first) = finding.violations.first() {
                let (invariant, subject, detail) = (finding.invariant, &first.subject, &first.detail);
                tracing::error!(invariant = ?invariant, "{rows} rows break an invariant, such as {subject}: {detail}");
            }
        }
        app.warn_of_short_pools().await?;
        Ok(Outcome::Done(match report.violations() {
            0 => "every invariant holds".into(),
            rows => format!("{rows} rows break an invariant: see the reconciliation report"),
        }))
    }
}
