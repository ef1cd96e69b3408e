//! Settles claims whose server died, and rebuilds counters that differ from SQL.

use std::time::Duration;

use serde::Deserialize;

use super::{Job, JobError, Outcome, RECONCILE_TIMEOUT};
use crate::app::App;

/// Takes no input: looks at every claim and every counter.
#[derive(Deserialize)]
pub(super) struct ReconcileStock {}

impl Job for ReconcileStock {
    const NAME: &'static str = "reconcile_stock";

    fn timeout(&self, _app: &App) -> Duration {
        RECONCILE_TIMEOUT
    }

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        let repair = app.reconcile_stock().await?;
        Ok(Outcome::Done(format!(
            "{} claims confirmed, {} released, {} activities rebuilt, {} brought up to date",
            repair.confirmed, repair.released, repair.rebuilt, repair.aligned
        )))
    }
}
