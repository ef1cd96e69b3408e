//! Forgetting what nobody needs any more.

use chrono::TimeDelta;

use super::App;
use crate::domain::calendar::Timestamp;
use crate::domain::cron::Part;
use crate::fault::Result;

/// Rows deleted in one transaction, so that no writer waits long.
const SLICE: u32 = 1_000;
/// Slices of one kind in one run; the next run goes on.
const SLICES_MAX: u32 = 200;

/// What was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Finished work.
    pub outbox: u64,
    /// Logged attempts.
    pub attempts: u64,
    /// Ended fires.
    pub fires: u64,
    /// Ended workflows.
    pub workflows: u64,
    /// Processes that nobody saw any more.
    pub processes: u64,
    /// Delivered messages of the queue.
    pub messages: u64,
}

impl App {
    /// Deletes what `retention` no longer keeps: of one part of the users, and with the first part what belongs to nobody.
    /// Draws, awards, orders and the ledger are kept for ever.
    ///
    /// # Errors
    /// A fault of the store or the queue; what was deleted stays deleted.
    pub async fn prune(&self, part: Part) -> Result<Pruned> {
        let (now, retention) = (self.inner.sources.now(), &self.inner.config.retention);
        let mut pruned = Pruned::default();
        let outbox_before = now - TimeDelta::days(retention.outbox_days.into());
        for _ in 0..SLICES_MAX {
            let slice = self.inner.store.prune_outbox(outbox_before, &part.buckets(), SLICE).await?;
            pruned.outbox += slice;
            if slice < SLICE.into() {
                break;
            }
        }
        if !part.is_first() {
            return Ok(pruned);
        }
        pruned.messages = self.prune_queue().await?;
        let attempts_before = now - TimeDelta::days(retention.attempts_days.into());
        for _ in 0..SLICES_MAX {
            let slice = self.inner.store.prune_attempts(attempts_before, SLICE).await?;
            pruned.attempts += slice;
            if slice < SLICE.into() {
                break;
            }
        }
        let fires_before = now - TimeDelta::days(retention.fires_days.into());
        for _ in 0..SLICES_MAX {
            let slice = self.inner.store.prune_fires(fires_before, SLICE).await?;
            pruned.fires += slice;
            if slice < SLICE.into() {
                break;
            }
        }
        for _ in 0..SLICES_MAX {
            let slice = self.inner.store.prune_workflows(outbox_before, SLICE).await?;
            pruned.workflows += slice;
            if slice < SLICE.into() {
                break;
            }
        }
        // By the database's clock, as they were seen by.
        let unseen_for = TimeDelta::days(retention.fires_days.into());
        for _ in 0..SLICES_MAX {
            let slice = self.inner.store.prune_processes(unseen_for, SLICE).await?;
            pruned.processes += slice;
            if slice < SLICE.into() {
                break;
            }
        }
        Ok(pruned)
    }

    /// Deletes messages that were delivered more than `queue.keep_seconds` ago. Gives how many.
    ///
    /// # Errors
    /// A fault of the queue.
    pub async fn prune_queue(&self) -> Result<u64> {
        let keep = i64::try_from(self.inner.config.queue.keep_seconds).ok().and_then(TimeDelta::try_seconds);
        let before = self.inner.sources.now().checked_sub_signed(keep.unwrap_or(TimeDelta::MAX));
        let before = before.unwrap_or(Timestamp::MIN_UTC);
        Ok(self.inner.queue.prune(before).await?)
    }
}
