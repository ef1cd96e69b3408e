//! Keeping the counters true: rebuild, sync, reconcile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;

use super::App;
use crate::domain::calendar::Timestamp;
use crate::domain::id::ActivityId;
use crate::domain::stock::{ClaimEnd, Epoch, StockCounter, StockTruth};
use crate::fault::Result;
use crate::stock::Counted;

/// One lock for each activity, so that one process rebuilds an activity once.
#[derive(Default)]
pub(super) struct Rebuilds {
    locks: Mutex<HashMap<ActivityId, Arc<tokio::sync::Mutex<()>>>>,
}

impl Rebuilds {
    fn of(&self, activity_id: &ActivityId) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        locks.entry(activity_id.clone()).or_default().clone()
    }
}

/// What reconciling stock repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StockRepair {
    /// Claims whose row had committed.
    pub confirmed: u64,
    /// Claims whose row can never commit any more.
    pub released: u64,
    /// Activities whose counters were filled anew.
    pub rebuilt: u64,
    /// Activities of which some database had another state or version than the first.
    pub aligned: u64,
}

/// Claims settled in one step, and steps in one run; the next run goes on.
const CLAIMS_MAX: usize = 500;
const STEPS_MAX: usize = 200;

impl App {
    /// Fills the counters of an activity anew, because they answered `stale` for the epoch `seen`.
    ///
    /// (1) Raise the epoch: once that committed, no claim of an older one can. (2) Count what SQL says was won. (3) Fill
    /// under the new epoch. Somebody else who does the same meanwhile wins or loses the raise; both end with true counters.
    pub(super) async fn rebuild_stock(&self, activity_id: &ActivityId, seen: Epoch) -> Result<()> {
        let lock = self.inner.rebuilds.of(activity_id);
        let _guard = lock.lock().await;
        let turn = self.inner.store.rebuild_turn(activity_id).await?;
        let Some(current) = self.inner.store.stock_epoch(activity_id).await? else { return Ok(()) };
        let loaded = self.inner.stock.counters(activity_id, current).await?;
        if matches!(loaded, Counted::Answer(_)) && seen <= current {
            // Somebody rebuilt while this call waited for its turn, or a database still says what was true before.
            if seen < current {
                self.inner.store.raise_epoch(activity_id, seen).await?;
            }
            return Ok(());
        }
        let Some(epoch) = self.inner.store.raise_epoch(activity_id, seen.max(current)).await? else { return Ok(()) };
        let truth = self.inner.store.stock_truth(activity_id).await?;
        if self.inner.stock.fill(activity_id, epoch, &truth).await? == Counted::Answer(()) {
            metrics::counter!("big_market_stock_rebuilds_total").increment(1);
            tracing::info!(activity.id = %activity_id, epoch = %epoch, "filled the stock counters of {activity_id}");
        }
        turn.end();
        Ok(())
    }

    /// Writes the used counts of all activities to SQL for people to read. Gives how many activities were written.
    ///
    /// # Errors
    /// A fault of the stores.
    pub async fn sync_stock(&self) -> Result<u64> {
        let mut written = 0;
        for head in self.inner.store.all_heads().await? {
            let counters = self.inner.stock.counters(&head.activity_id, head.epoch).await?;
            let Counted::Answer(counters) = counters else { continue };
            let used: Vec<_> = counters.into_iter().map(|counter| (counter.item, counter.confirmed)).collect();
            let now = self.inner.sources.now();
            self.inner.store.note_stock(&head.activity_id, &used, now).await?;
            written += 1;
        }
        Ok(written)
    }

    /// Settles claims whose owner is gone and rebuilds counters that differ from SQL. Looks at everything, takes no input.
    ///
    /// # Errors
    /// A fault of the stores; what was repaired stays repaired.
    pub async fn reconcile_stock(&self) -> Result<StockRepair> {
        let mut repair = StockRepair { aligned: self.inner.store.align_catalog().await?, ..StockRepair::default() };
        for head in self.inner.store.all_heads().await? {
            let age = TimeDelta::seconds(i64::from(self.inner.config.reconcile.claim_seconds));
            let before = self.inner.sources.now() - age;
            self.end_open_claims(&head.activity_id, head.epoch, before, &mut repair).await?;
            if let Some(differences) = self.compare_stock(&head.activity_id, head.epoch).await?
                && !differences.is_empty()
            {
                tracing::warn!(activity.id = %head.activity_id, "rebuilding the counters: {}", differences.join("; "));
                self.force_rebuild(&head.activity_id, head.epoch).await?;
                repair.rebuilt += 1;
            }
        }
        Ok(repair)
    }

    /// Rebuilds counters that are of the current epoch and wrong: the raise makes them stale first.
    async fn force_rebuild(&self, activity_id: &ActivityId, epoch: Epoch) -> Result<()> {
        if let Some(raised) = self.inner.store.raise_epoch(activity_id, epoch).await? {
            self.rebuild_stock(activity_id, raised).await?;
        }
        Ok(())
    }

    /// Ends claims made before `before`. Safe at any age: what has not committed is voided.
    pub(super) async fn end_open_claims(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        before: Timestamp,
        repair: &mut StockRepair,
    ) -> Result<()> {
        for _ in 0..STEPS_MAX {
            let claims = self.inner.stock.open_claims(activity_id, epoch, before, CLAIMS_MAX).await?;
            let Counted::Answer(claims) = claims else { return Ok(()) };
            if claims.is_empty() {
                return Ok(());
            }
            let ends = self.inner.store.end_claims(&claims, self.inner.sources.now()).await?;
            let ended: Vec<_> = claims.iter().map(|claim| claim.claim_id).zip(ends).collect();
            if self.inner.stock.settle(activity_id, epoch, &ended).await? == Counted::Stale {
                return Ok(());
            }
            let confirmed = ended.iter().filter(|(_, end)| *end == ClaimEnd::Confirm).count() as u64;
            repair.confirmed += confirmed;
            repair.released += ended.len() as u64 - confirmed;
        }
        Ok(())
    }

    /// Compares counters with SQL while draws go on. Rows commit between the claim and its confirmation, so SQL read between
    /// two looks at the counters lies between `confirmed` of the first and `confirmed + claimed` of the second. Gives a
    /// sentence for each difference, or nothing where the counters are not loaded in this epoch.
    pub(super) async fn compare_stock(&self, activity_id: &ActivityId, epoch: Epoch) -> Result<Option<Vec<String>>> {
        let first = self.inner.stock.counters(activity_id, epoch).await?;
        let truth = self.inner.store.stock_truth(activity_id).await?;
        let second = self.inner.stock.counters(activity_id, epoch).await?;
        let (Counted::Answer(first), Counted::Answer(second)) = (first, second) else {
            return Ok(None);
        };
        if self.inner.store.stock_epoch(activity_id).await? != Some(epoch) {
            // A publication came between: SQL has new totals, and these counters are of the past.
            return Ok(None);
        }
        let before: HashMap<_, _> = first.iter().map(|counter| (&counter.item, counter)).collect();
        let after: HashMap<_, _> = second.iter().map(|counter| (&counter.item, counter)).collect();
        let differences = truth
            .iter()
            .filter_map(|truth| match (before.get(&truth.item), after.get(&truth.item)) {
                (Some(before), Some(after)) => difference(truth, before, after),
                _ => Some(format!("{} is not counted", truth.item)),
            })
            .collect();
        Ok(Some(differences))
    }
}

fn difference(truth: &StockTruth, before: &StockCounter, after: &StockCounter) -> Option<String> {
    let StockCounter { item, total, left, confirmed, claimed } = after;
    if left + confirmed + claimed != *total || *total != truth.total {
        return Some(format!(
            "{item}: total {} but left {left} + confirmed {confirmed} + claimed {claimed}",
            truth.total
        ));
    }
    // Units may have come back between the two looks.
    let (least, most) = (before.confirmed.min(*confirmed), confirmed + claimed);
    (!(least..=most).contains(&truth.used)).then(|| {
        format!("{item}: {} rows in SQL but {least} confirmed and at most {most} claimed or confirmed", truth.used)
    })
}
