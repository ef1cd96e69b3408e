//! Delivers awards. Each delivery is keyed by its award record, so it happens once however often this runs.

use std::time::Duration;

use futures::StreamExt;
use serde::Deserialize;

use super::{Job, JobError, Outcome};
use crate::app::{App, DISPATCH_AWARDS, Dispatched, StagedDelivery};
use crate::domain::id::OutboxId;
use crate::fault::Result;
use crate::queue::Lane;
use crate::workflows::deliver_award;

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
        let mut all = Dispatched::default();
        for batch in self.outbox_ids.chunks(app.config().dispatch.batch_max as usize) {
            let mut dispatched = app.dispatch_awards(batch, self.lane).await?;
            // Within the lease they came with, so before the next batch.
            let staged = std::mem::take(&mut dispatched.staged);
            all.add(dispatched);
            drive_staged(app, staged, &mut all).await?;
        }
        Ok(Outcome::Done(format!(
            "{} delivered, {} to be tried again, {} not yet, {} given up, {} taken back",
            all.delivered, all.retried, all.snoozed, all.dead, all.recalled
        )))
    }
}

/// Drives staged deliveries, several at a time, each to its written end. One whose store fails is left to the next lease.
async fn drive_staged(app: &App, staged: Vec<StagedDelivery>, all: &mut Dispatched) -> Result<()> {
    // Each writes its own end. Written one by one in the loop below, the ends would wait for drives that wait for the store.
    let drives = futures::stream::iter(staged).map(|staged| async move {
        let began_at = app.sources().now();
        let end = deliver_award::drive(app, &staged).await?;
        app.finish_staged(staged.delivery, began_at, end).await
    });
    let mut ended = std::pin::pin!(drives.buffer_unordered(app.config().dispatch.concurrency));
    let mut failed = None;
    while let Some(driven) = ended.next().await {
        match driven {
            Ok(dispatched) => all.add(dispatched),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(()), Err)
}
