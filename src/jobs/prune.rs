//! Deletes what `retention` no longer keeps.

use std::time::Duration;

use serde::Deserialize;

use super::{Job, JobError, Outcome};
use crate::app::App;
use crate::domain::cron::Part;

/// Takes no input: looks at everything that has ended.
#[derive(Deserialize)]
pub(super) struct Prune {}

impl Job for Prune {
    const NAME: &'static str = "prune";
    const IN_PARTS: bool = true;

    fn timeout(&self, _app: &App) -> Duration {
        Duration::from_mins(5)
    }

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        self.run_part(app, Part::WHOLE).await
    }

    async fn run_part(&self, app: &App, part: Part) -> Result<Outcome, JobError> {
        let pruned = app.prune(part).await?;
        Ok(Outcome::Done(format!(
            "{} entries, {} attempts, {} fires, {} workflows, {} processes and {} messages deleted",
            pruned.outbox, pruned.attempts, pruned.fires, pruned.workflows, pruned.processes, pruned.messages
        )))
    }
}
