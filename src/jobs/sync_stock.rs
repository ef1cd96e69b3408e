//! Writes used counts to SQL for people to read. Nothing else depends on them.

use serde::Deserialize;

use super::{Job, JobError, Outcome};
use crate::app::App;

/// Takes no input: writes the counts of every activity over those before.
#[derive(Deserialize)]
pub(super) struct SyncStock {}

impl Job for SyncStock {
    const NAME: &'static str = "sync_stock";

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        let activities = app.sync_stock().await?;
        Ok(Outcome::Done(format!("wrote the counts of {activities} activities")))
    }
}
