//! Counters in memory, for one process. The protocol is that of any counter store: nothing here outlives an epoch.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Counted, Reservation, Stock};
use crate::domain::calendar::Timestamp;
use crate::domain::id::ActivityId;
use crate::domain::stock::{Claim, ClaimEnd, ClaimId, Epoch, StockCounter, StockItem, StockTruth};
use crate::fault::Fault;

/// Counters of all activities, each under its own epoch.
#[derive(Debug, Default)]
pub struct MemoryStock {
    activities: Mutex<HashMap<ActivityId, Counters>>,
}

#[derive(Debug)]
struct Counters {
    epoch: Epoch,
    items: BTreeMap<StockItem, Units>,
    claims: BTreeMap<ClaimId, OpenClaim>,
    /// Claims whose unit was given back.
    returned: HashSet<ClaimId>,
}

#[derive(Debug)]
struct Units {
    total: u64,
    left: u64,
    confirmed: u64,
}

#[derive(Debug)]
struct OpenClaim {
    choice: usize,
    item: StockItem,
    claimed_at: Timestamp,
}

impl MemoryStock {
    /// Counters for no activity yet: everything is stale until it is filled.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ActivityId, Counters>> {
        self.activities.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, activity_id: &ActivityId, epoch: Epoch, work: impl FnOnce(&mut Counters) -> T) -> Counted<T> {
        match self.lock().get_mut(activity_id) {
            Some(counters) if counters.epoch == epoch => Counted::Answer(work(counters)),
            _ => Counted::Stale,
        }
    }
}

impl Counters {
    /// The position of the choice that was claimed, or that is not counted.
    fn reserve(&mut self, reservation: &Reservation, now: Timestamp) -> Option<usize> {
        if let Some(claim) = self.claims.get(&reservation.claim_id) {
            return Some(claim.choice);
        }
        for (choice, item) in reservation.choices.iter().enumerate() {
            let Some(item) = item else { return Some(choice) };
            // An item the counters do not know is not in the current version: there is none of it.
            let Some(units) = self.items.get_mut(item).filter(|units| units.left > 0) else { continue };
            units.left -= 1;
            let claim = OpenClaim { choice, item: item.clone(), claimed_at: now };
            self.claims.insert(reservation.claim_id, claim);
            return Some(choice);
        }
        None
    }

    fn settle(&mut self, claim_id: ClaimId, end: ClaimEnd) {
        let Some(claim) = self.claims.remove(&claim_id) else { return };
        let units = self
            .items
            .get_mut(&claim.item)
            .expect("Invariant: a claim holds a unit of an item that is counted in its epoch");
        match end {
            ClaimEnd::Confirm => units.confirmed += 1,
            ClaimEnd::Release => units.left += 1,
        }
    }

    /// Nothing for a unit that was given back before, and for an item that is not counted or of which nothing is used.
    fn give_back(&mut self, claim_id: ClaimId, item: &StockItem) {
        self.settle(claim_id, ClaimEnd::Confirm);
        if !self.returned.insert(claim_id) {
            return;
        }
        if let Some(units) = self.items.get_mut(item).filter(|units| units.confirmed > 0) {
            units.confirmed -= 1;
            units.left += 1;
        }
    }
}

#[async_trait]
impl Stock for MemoryStock {
    async fn reserve(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        reservations: &[Reservation],
        now: Timestamp,
    ) -> Result<Counted<Vec<Option<usize>>>, Fault> {
        Ok(self.with(activity_id, epoch, |counters| {
            reservations.iter().map(|reservation| counters.reserve(reservation, now)).collect()
        }))
    }

    async fn settle(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        ends: &[(ClaimId, ClaimEnd)],
    ) -> Result<Counted<()>, Fault> {
        Ok(self.with(activity_id, epoch, |counters| {
            for (claim_id, end) in ends {
                counters.settle(*claim_id, *end);
            }
        }))
    }

    async fn give_back(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        units: &[(ClaimId, StockItem)],
    ) -> Result<Counted<()>, Fault> {
        Ok(self.with(activity_id, epoch, |counters| {
            for (claim_id, item) in units {
                counters.give_back(*claim_id, item);
            }
        }))
    }

    async fn open_claims(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        before: Timestamp,
        limit: usize,
    ) -> Result<Counted<Vec<Claim>>, Fault> {
        Ok(self.with(activity_id, epoch, |counters| {
            let mut open: Vec<_> = counters.claims.iter().filter(|(_, claim)| claim.claimed_at < before).collect();
            open.sort_by_key(|(_, claim)| claim.claimed_at);
            open.into_iter()
                .take(limit)
                .map(|(claim_id, claim)| Claim {
                    claim_id: *claim_id,
                    activity_id: activity_id.clone(),
                    item: claim.item.clone(),
                })
                .collect()
        }))
    }

    async fn counters(&self, activity_id: &ActivityId, epoch: Epoch) -> Result<Counted<Vec<StockCounter>>, Fault> {
        Ok(self.with(activity_id, epoch, |counters| {
            let mut claimed: HashMap<&StockItem, u64> = HashMap::new();
            for claim in counters.claims.values() {
                *claimed.entry(&claim.item).or_default() += 1;
            }
            counters
                .items
                .iter()
                .map(|(item, units)| StockCounter {
                    item: item.clone(),
                    total: units.total,
                    left: units.left,
                    confirmed: units.confirmed,
                    claimed: claimed.get(item).copied().unwrap_or(0),
                })
                .collect()
        }))
    }

    async fn fill(&self, activity_id: &ActivityId, epoch: Epoch, truth: &[StockTruth]) -> Result<Counted<()>, Fault> {
        let mut activities = self.lock();
        if activities.get(activity_id).is_some_and(|counters| counters.epoch >= epoch) {
            return Ok(Counted::Stale);
        }
        let items = truth.iter().map(|truth| {
            let units =
                Units { total: truth.total, left: truth.total.saturating_sub(truth.used), confirmed: truth.used };
            (truth.item.clone(), units)
        });
        let counters = Counters { epoch, items: items.collect(), claims: BTreeMap::new(), returned: HashSet::new() };
        activities.insert(activity_id.clone(), counters);
        Ok(Counted::Answer(()))
    }
}
