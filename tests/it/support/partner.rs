//! A third party that takes awards, refuses them, or leaves one guessing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use big_market::dispatch::{Attempted, Channel};
use big_market::domain::award::{AwardKind, Prize};
use big_market::domain::id::AwardRecordId;
use big_market::domain::outbox::{Delivery, FailureClass};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// What it was given, by key.
pub struct Partner {
    inner: Mutex<Inner>,
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
        Self { inner: Mutex::new(inner) }
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
}
