//! A third party that reserves before it sends, and lets go of what it reserved.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use big_market::dispatch::{Attempted, Stage, StageCall};
use big_market::domain::id::AwardRecordId;
use big_market::domain::outbox::FailureClass;

/// What it keeps for an award in one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Put aside.
    Reserved,
    /// Sent, not for good.
    Sent,
    /// The winner's for good.
    Confirmed,
    /// Let go: nothing of this round happens any more.
    Released,
}

/// What it keeps, by award and round. Every call may come twice and late.
#[derive(Debug, Default)]
pub struct Reserving {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    kept: HashMap<(AwardRecordId, u32), Kept>,
    calls: HashMap<(AwardRecordId, Stage), u32>,
}

impl Reserving {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a call as a careful third party would.
    pub fn take(&self, call: &StageCall<'_>) -> Attempted {
        let mut inner = self.inner();
        let award_record_id = call.award.award_record_id;
        *inner.calls.entry((award_record_id, call.stage)).or_default() += 1;
        let round = (award_record_id, call.round);
        let next = match (call.stage, inner.kept.get(&round)) {
            (Stage::Release, _) => Kept::Released,
            (Stage::Reserve, None) => Kept::Reserved,
            (Stage::Send, Some(Kept::Reserved)) => Kept::Sent,
            (Stage::Confirm, Some(Kept::Sent)) => Kept::Confirmed,
            // Again.
            (Stage::Reserve, Some(now @ (Kept::Reserved | Kept::Sent | Kept::Confirmed)))
            | (Stage::Send, Some(now @ (Kept::Sent | Kept::Confirmed)))
            | (Stage::Confirm, Some(now @ Kept::Confirmed)) => *now,
            (Stage::Reserve, Some(Kept::Released))
            | (Stage::Send, None | Some(Kept::Released))
            | (Stage::Confirm, None | Some(Kept::Reserved | Kept::Released)) => {
                return Attempted::Failed { class: FailureClass::Permanent, error: "409".into() };
            }
        };
        inner.kept.insert(round, next);
        let reference = match call.stage {
            Stage::Reserve => Some("kept".to_owned()),
            Stage::Confirm => Some(format!("confirmed-{}", call.round)),
            Stage::Send | Stage::Release => None,
        };
        if matches!(call.stage, Stage::Send | Stage::Confirm) {
            assert_eq!(call.reservation, Some("kept"), "it is told its own reference");
        }
        Attempted::Delivered { reference, reply: Some(format!("{:?}", call.stage)) }
    }

    /// What it keeps for an award over all rounds, but for those it let go of.
    pub fn held(&self, award_record_id: AwardRecordId) -> Vec<Kept> {
        let inner = self.inner();
        let of_award = inner.kept.iter().filter(|((id, _), _)| *id == award_record_id);
        of_award.map(|(_, kept)| *kept).filter(|kept| *kept != Kept::Released).collect()
    }

    /// How often one kind of call came for an award.
    pub fn calls(&self, award_record_id: AwardRecordId, stage: Stage) -> u32 {
        self.inner().calls.get(&(award_record_id, stage)).copied().unwrap_or(0)
    }
}
