//! Deletes what `retention` no longer keeps.

use std::time::Duration;

use serde::Deserialize;

use super::{Job, JobError, Outcome};
use crate::app::App;

/// Takes no input: looks at everything that has ended.
#[derive(Deserialize)]
pub(super) struct Prune {}

impl Job for Prune {
    const NAME: &'static str = "prune";

    fn timeout(&self, _app: &App) -> Duration {
        Duration::from_mins(5)
    }

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        let pruned = app.prune().await?;
        Ok(Outcome::Done(format!(
            "{} entries, {} fires, {} workflows and {} messages deleted",
            pruned.outbox, pruned.fires, pruned.workflows, pruned.messages
        )))
    }
}
