//! Time and chance that a test controls.

use std::sync::{Mutex, MutexGuard, PoisonError};

use big_market::clock::{Chance, Clock};
use big_market::domain::calendar::Timestamp;
use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A clock that stands still until it is moved.
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// Starts at an RFC 3339 time.
    pub fn at(text: &str) -> Self {
        Self(Mutex::new(text.parse().unwrap()))
    }

    fn lock(&self) -> MutexGuard<'_, Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the clock; a negative span is a clock that jumps back.
    pub fn advance(&self, span: TimeDelta) {
        let mut now = self.lock();
        *now += span;
    }

    /// Sets the clock.
    pub fn set(&self, text: &str) {
        *self.lock() = text.parse().unwrap();
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.lock()
    }
}

/// Chance that is the same for the same seed.
pub struct SeededChance(Mutex<StdRng>);

impl SeededChance {
    /// Chance that follows from a number.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}
