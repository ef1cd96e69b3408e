//! Time, chance and the ids made of both: the only place that asks the system for either.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SubsecRound, TimeDelta};
use rand::TryRng;
use ulid::Ulid;

use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now, in whole milliseconds.
    fn now(&self) -> Timestamp;
}

/// Where unpredictable bytes come from.
pub trait Chance: Send + Sync {
    /// Fills `bytes` with bytes nobody can foresee.
    fn fill(&self, bytes: &mut [u8]);

    /// A uniform 64-bit number.
    fn number(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_be_bytes(bytes)
    }
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).trunc_subsecs(3)
    }
}

/// The clock of the machine, and by how much it is to be off: for trials of what happens then.
#[derive(Debug, Clone, Copy)]
pub struct SkewedClock(pub TimeDelta);

impl Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.0
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rngs::SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes once it has started");
    }
}

/// Makes ids: time first, so that indexes grow at their end; the user's bucket last, so that an id tells where its row
/// lives. Within one process ids strictly rise, even where the clock stands still or jumps back.
pub struct Ids {
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    last: Mutex<u128>,
}

impl Ids {
    const BUCKET_BITS: u32 = Bucket::COUNT.trailing_zeros();
    const RANDOM_BITS: u32 = 80 - Self::BUCKET_BITS;

    /// Takes time and chance from the given sources.
    pub fn new(clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Self {
        Self { clock, chance, last: Mutex::new(0) }
    }

    /// A new id for something of a user in `bucket`.
    pub fn mint(&self, bucket: Bucket) -> Ulid {
        let now_ms = u128::try_from(self.clock.now().timestamp_millis()).unwrap_or(0);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // `last` is time and random part without the bucket.
        *last = if now_ms > *last >> Self::RANDOM_BITS {
            let mut bytes = [0; 16];
            self.chance.fill(&mut bytes);
            let random = u128::from_be_bytes(bytes) & ((1 << Self::RANDOM_BITS) - 1);
            now_ms << Self::RANDOM_BITS | random
        } else {
            *last + 1
        };
        Ulid::from(*last << Self::BUCKET_BITS | u128::from(bucket.number()))
    }
}

/// Time, chance and ids together, as the application holds them.
#[derive(Clone)]
pub struct Sources {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub chance: Arc<dyn Chance>,
    /// New ids.
    pub ids: Arc<Ids>,
}

impl Sources {
    /// Puts sources together; ids are made from them.
    pub fn new(clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Self {
        let ids = Arc::new(Ids::new(clock.clone(), chance.clone()));
        Self { clock, chance, ids }
    }

    /// The machine's clock and generator.
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemChance))
    }

    /// The machine's generator, and its clock, off by so much.
    pub fn skewed(by: TimeDelta) -> Self {
        Self::new(Arc::new(SkewedClock(by)), Arc::new(SystemChance))
    }

    /// Now, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::id::UserId;

    struct Stopped(Mutex<i64>);

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp::from_timestamp_millis(*self.0.lock().unwrap()).unwrap()
        }
    }

    #[test]
    fn ids_rise_even_where_the_clock_does_not() {
        let clock = Arc::new(Stopped(Mutex::new(1_800_000_000_000)));
        let ids = Ids::new(clock.clone(), Arc::new(SystemChance));
        let bucket = Bucket::of(&UserId::new("ann").unwrap());
        let mut minted: Vec<_> = (0..1_000).map(|_| ids.mint(bucket)).collect();
        *clock.0.lock().unwrap() -= 60_000;
        minted.extend((0..1_000).map(|_| ids.mint(bucket)));
        *clock.0.lock().unwrap() += 120_000;
        minted.extend((0..1_000).map(|_| ids.mint(bucket)));
        assert!(minted.is_sorted_by(|earlier, later| earlier < later));
        assert!(minted.iter().all(|ulid| Bucket::of_ulid(*ulid) == bucket));
    }

    #[test]
    fn a_million_ids_of_two_processes_in_one_millisecond_are_all_different() {
        let clock = Arc::new(Stopped(Mutex::new(1_800_000_000_000)));
        let bucket = Bucket::of(&UserId::new("ann").unwrap());
        let processes = [(); 2].map(|()| Ids::new(clock.clone(), Arc::new(SystemChance)));
        let minted: HashSet<_> = (0..1_000_000).map(|number| processes[number % 2].mint(bucket)).collect();
        assert_eq!(minted.len(), 1_000_000);
    }
}
