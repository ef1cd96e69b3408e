//! Settles claims whose server died, rebuilds counters that differ from SQL, and puts back codes that a recall left out.

use std::time::Duration;

use serde::Deserialize;

use super::{Job, JobError, Outcome, RECONCILE_TIMEOUT};
use crate::app::App;

/// Takes no input: looks at every claim, every counter and every recalled award.
#[derive(Deserialize)]
pub(super) struct ReconcileStock {}

impl Job for ReconcileStock {
    const NAME: &'static str = "reconcile_stock";

    fn timeout(&self, _app: &App) -> Duration {
        RECONCILE_TIMEOUT
    }

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        let repair = app.reconcile_stock().await?;
        let codes = app.sweep_codes().await?;
        Ok(Outcome::Done(format!(
            "{} claims confirmed, {} released, {} activities rebuilt, {} brought up to date, {codes} codes put back",
            repair.confirmed, repair.released, repair.rebuilt, repair.aligned
        )))
    }
}
