//! Taking awards back: by an operator, or because nobody claimed them in time. Recalled is for good.

use std::collections::{BTreeMap, HashMap};

use super::App;
use crate::domain::audit::Actor;
use crate::domain::id::{ActivityId, AwardRecordId, OutboxId};
use crate::domain::outbox::Delivery;
use crate::domain::refusal::Refusal;
use crate::domain::stock::{ClaimId, Epoch, ReturnedUnit, StockItem};
use crate::fault::Result;
use crate::queue::Lane;
use crate::stock::Counted;
use crate::store::outbox::{Recall, Recalled};

/// Characters of a reason at most.
const REASON_MAX: usize = 200;
/// Recalled awards whose codes are put back in one run.
const SWEEP_MAX: u32 = 1_000;

/// What became of a wish to take an award back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecallAnswer {
    /// The award is recalled.
    Recalled,
    /// A third party has to let go of it first, and is being asked.
    Asked,
}

impl App {
    /// Takes an award back that its winner does not have yet: its unit goes back to stock, its coupon code to its pool. The draw
    /// stays as it was. Repeating it changes nothing. An award that a third party reserved is recalled once that lets go of it.
    ///
    /// # Errors
    /// A refusal where the work is unknown, the winner or a third party may have the award, or it is being delivered right now;
    /// a fault of the stores.
    pub async fn recall_award(&self, actor: &Actor, outbox_id: OutboxId, reason: &str) -> Result<RecallAnswer> {
        if reason.chars().count() > REASON_MAX || reason.chars().any(char::is_control) {
            let message = format!("must be at most {REASON_MAX} printable characters");
            return Err(Refusal::invalid("reason", message).into());
        }
        let recall = Recall { outbox_id, reason: reason.trim().to_owned() };
        let conflict = |message: String| Err(Refusal::Conflict { message }.into());
        let loaded = self.loaded_epochs().await?;
        match self.inner.store.recall(&recall, &self.change(actor)).await? {
            Recalled::Done { award_record_id, unit } => {
                self.give_back(&[unit], &loaded).await;
                self.put_back(&[award_record_id]).await;
                Ok(RecallAnswer::Recalled)
            }
            Recalled::Earlier(award_record_id) => {
                self.put_back(&[award_record_id]).await;
                Ok(RecallAnswer::Recalled)
            }
            Recalled::Asked => {
                self.wake(Lane::Outside, [outbox_id]);
                Ok(RecallAnswer::Asked)
            }
            Recalled::Unknown => Err(Refusal::Unknown { what: "outbox entry", id: outbox_id.to_string() }.into()),
            Recalled::Delivered => {
                conflict(format!("the winner has the award of {outbox_id}; it cannot be taken back"))
            }
            Recalled::Dispatched(award_record_id) => conflict(format!(
                "award {award_record_id} was sent to a third party, which may have given it to the winner; settle it there"
            )),
            Recalled::Leased => {
                conflict(format!("the award of {outbox_id} is being delivered right now; try again in a minute"))
            }
        }
    }

    /// Recalls awards that nobody claimed in time. Gives how many; a claim that came meanwhile keeps its award.
    pub(super) async fn recall_expired(&self, expired: &[(Delivery, String)]) -> Result<usize> {
        let mut by_reason: BTreeMap<&str, Vec<(OutboxId, u32)>> = BTreeMap::new();
        for (delivery, reason) in expired {
            by_reason.entry(reason).or_default().push((delivery.outbox_id, delivery.lease));
        }
        if by_reason.is_empty() {
            return Ok(0);
        }
        let loaded = self.loaded_epochs().await?;
        let mut recalled = 0;
        for (reason, leases) in by_reason {
            let units = self.inner.store.recall_unclaimed(&leases, reason, self.inner.sources.now()).await?;
            recalled += units.len();
            self.give_back(&units, &loaded).await;
        }
        Ok(recalled)
    }

    /// Recalls an award that was wanted back, now that the third party let go of it. Gives whether this lease did.
    pub(super) async fn recall_released(&self, delivery: &Delivery) -> Result<bool> {
        let loaded = self.loaded_epochs().await?;
        let now = self.inner.sources.now();
        let unit = self.inner.store.recall_released(delivery.outbox_id, delivery.lease, now).await?;
        self.give_back(unit.as_slice(), &loaded).await;
        Ok(unit.is_some())
    }

    /// Puts back the codes of recalled awards whose recall did not get that far. Gives how many.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn sweep_codes(&self) -> Result<u64> {
        let recalled = self.inner.store.recalled_with_code(SWEEP_MAX).await?;
        if recalled.is_empty() {
            return Ok(0);
        }
        Ok(self.inner.store.put_back_codes(&recalled).await?)
    }

    async fn put_back(&self, award_record_ids: &[AwardRecordId]) {
        if let Err(fault) = self.inner.store.put_back_codes(award_record_ids).await {
            tracing::warn!(error = %fault, "left the codes of recalled awards to the next sweep");
        }
    }

    /// The epochs under which counters are loaded now.
    ///
    /// Looked at before a recall: counters that are filled afterwards under a new epoch may already count without the unit, and
    /// giving it back to them would make two of one.
    async fn loaded_epochs(&self) -> Result<HashMap<ActivityId, Epoch>> {
        let mut loaded = HashMap::new();
        for head in self.inner.store.all_heads().await? {
            if let Counted::Answer(_) = self.inner.stock.counters(&head.activity_id, head.epoch).await? {
                loaded.insert(head.activity_id, head.epoch);
            }
        }
        Ok(loaded)
    }

    /// Returns units to the counters, where they were loaded in the epoch that the recall checked. What is lost here,
    /// `reconcile_stock` finds.
    async fn give_back(&self, units: &[ReturnedUnit], loaded: &HashMap<ActivityId, Epoch>) {
        let mut by_activity: BTreeMap<(&ActivityId, Epoch), Vec<(ClaimId, StockItem)>> = BTreeMap::new();
        for unit in units.iter().filter(|unit| loaded.get(&unit.activity_id) == Some(&unit.epoch)) {
            let returned = (ClaimId::Draw(unit.draw_id), StockItem::Award(unit.award_id.clone()));
            by_activity.entry((&unit.activity_id, unit.epoch)).or_default().push(returned);
        }
        for ((activity_id, epoch), units) in by_activity {
            if let Err(fault) = self.inner.stock.give_back(activity_id, epoch, &units).await {
                tracing::warn!(error = %fault, activity.id = %activity_id, "left returned units to reconcile_stock");
            }
        }
    }
}
