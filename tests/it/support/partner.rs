//! A third party that takes awards, refuses them, or leaves one guessing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use big_market::dispatch::{Attempted, Channel, Stage, StageCall};
use big_market::domain::award::{AwardKind, AwardRecord, AwardState, Prize};
use big_market::domain::id::AwardRecordId;
use big_market::domain::outbox::{Delivery, FailureClass};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::reserving::{Kept, Reserving};

/// The name of its endpoint that reserves.
pub const RESERVING: &str = "reserving";

/// What it was given, by key.
pub struct Partner {
    inner: Mutex<Inner>,
    reserving: Reserving,
}

struct Inner {
    random: StdRng,
    healthy: bool,
    received: HashMap<AwardRecordId, u32>,
}

impl Partner {
    /// A third party whose moods follow from a number.
    pub fn new(seed: u64) -> Self {
        let inner = Inner { random: StdRng::seed_from_u64(seed), healthy: false, received: HashMap::new() };
        Self { inner: Mutex::new(inner), reserving: Reserving::default() }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on it takes everything.
    pub fn recover(&self) {
        self.with(|inner| inner.healthy = true);
    }

    /// How often it was given an award.
    pub fn received(&self, award_record_id: AwardRecordId) -> u32 {
        self.with(|inner| inner.received.get(&award_record_id).copied().unwrap_or(0))
    }

    /// Fails unless an award that it reserves is the winner's once, or nothing of it is kept.
    pub fn check_reserved(&self, award: &AwardRecord) {
        let expected: &[Kept] = match award.state {
            AwardState::Delivered => &[Kept::Confirmed],
            AwardState::Dead | AwardState::Recalled => &[],
            AwardState::Pending | AwardState::Dispatched => panic!("not worked off: {award:?}"),
        };
        assert_eq!(self.reserving.held(award.award_record_id), expected, "{award:?}");
    }

    fn mood(&self) -> u32 {
        self.with(|inner| if inner.healthy { 0 } else { inner.random.random_range(0..100) })
    }
}

#[async_trait]
impl Channel for Partner {
    fn kind(&self) -> AwardKind {
        AwardKind::Webhook
    }

    fn reaches_outside(&self) -> bool {
        true
    }

    async fn deliver(&self, delivery: &Delivery, _prize: &Prize) -> Attempted {
        self.with(|inner| {
            let mood = if inner.healthy { 0 } else { inner.random.random_range(0..100) };
            if mood < 75 {
                *inner.received.entry(delivery.award.award_record_id).or_default() += 1;
            }
            match mood {
                0..55 => {
                    Attempted::Delivered { reference: Some(format!("partner-{}", delivery.award.draw_id)), reply: None }
                }
                55..75 => Attempted::Failed { class: FailureClass::Unknown, error: "no answer in time".into() },
                75..95 => Attempted::Failed { class: FailureClass::Transient, error: "503".into() },
                _ => Attempted::Failed { class: FailureClass::Permanent, error: "410".into() },
            }
        })
    }

    fn stages(&self, prize: &Prize) -> bool {
        matches!(prize, Prize::Webhook { endpoint, .. } if endpoint == RESERVING)
    }

    async fn stage(&self, call: &StageCall<'_>, _prize: &Prize) -> Attempted {
        match self.mood() {
            0..70 => self.reserving.take(call),
            70..80 => {
                self.reserving.take(call);
                Attempted::Failed { class: FailureClass::Unknown, error: "no answer in time".into() }
            }
            // A release that is refused would wait for a person.
            95..100 if call.stage != Stage::Release => {
                Attempted::Failed { class: FailureClass::Permanent, error: "422".into() }
            }
            _ => Attempted::Failed { class: FailureClass::Transient, error: "503".into() },
        }
    }
}
