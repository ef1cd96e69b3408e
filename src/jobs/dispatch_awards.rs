//! Delivers awards. Each delivery is keyed by its award record, so it happens once however often this runs.

use std::time::Duration;

use serde::Deserialize;

use super::{Job, JobError, Outcome};
use crate::app::{App, DISPATCH_AWARDS};
use crate::domain::id::OutboxId;
use crate::queue::Lane;

/// Delivers the awards behind these entries, as far as they are due and nobody else holds them.
#[derive(Deserialize)]
pub(super) struct DispatchAwards {
    outbox_ids: Vec<OutboxId>,
    /// Where it runs: only the outside lane waits for third parties.
    #[serde(default)]
    lane: Lane,
}

impl Job for DispatchAwards {
    const NAME: &'static str = DISPATCH_AWARDS;

    /// As long as its leases: whatever has not ended by then belongs to the next worker.
    fn timeout(&self, app: &App) -> Duration {
        let dispatch = &app.config().dispatch;
        let leases = self.outbox_ids.len().div_ceil(dispatch.batch_max as usize).max(1);
        Duration::from_secs(dispatch.lease_seconds.into()) * u32::try_from(leases).unwrap_or(u32::MAX)
    }

    async fn run(&self, app: &App) -> Result<Outcome, JobError> {
        let dispatched = app.dispatch_awards(&self.outbox_ids, self.lane).await?;
        Ok(Outcome::Done(format!(
            "{} delivered, {} to be tried again, {} not yet, {} given up, {} taken back",
            dispatched.delivered, dispatched.retried, dispatched.snoozed, dispatched.dead, dispatched.recalled
        )))
    }
}
