//! Starts to settle the days that are over. The workflow `settle_day` does the rest, and reveals their seeds.

use serde::Deserialize;

use super::{Job, JobError, Outcome};
use crate::app::App;

/// Takes no input: looks at every activity.
#[derive(Deserialize)]
pub(super) struct SettleDay {}

impl Job for SettleDay {
    const NAME: &'static str = "settle_day";

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        let days = app.settle_days().await?;
        Ok(Outcome::Done(format!("{days} days are being settled")))
    }
}
