//! Chance that can be checked afterwards: committed day seeds, rolls by HMAC, unbiased integers.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::calendar::Day;
use super::id::{ActivityId, RequestId, UserId};

/// A text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 64 hexadecimal digits")]
pub struct InvalidHex;

macro_rules! bytes32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = InvalidHex;
            fn from_str(text: &str) -> Result<Self, InvalidHex> {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidHex)?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

bytes32!(
    /// The secret that decides one day's draws of an activity, until it is revealed.
    DaySeed
);
bytes32!(
    /// What an activity publishes before its first draw: the SHA-256 of its first day's seed.
    SeedCommitment
);
bytes32!(
    /// The chance of one draw: HMAC-SHA256 of who draws what, keyed by the day's seed.
    Roll
);

impl fmt::Debug for DaySeed {
    /// Hides the seed: an unrevealed seed in a log would let its reader choose prizes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DaySeed(hidden)")
    }
}

impl fmt::Debug for SeedCommitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SeedCommitment({self})")
    }
}

impl fmt::Debug for Roll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roll({self})")
    }
}

impl DaySeed {
    /// The seed of the day before: SHA-256 of this one. Knowing a day therefore tells every earlier day and no later one.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(Sha256::digest(self.0).into())
    }

    /// The commitment that this seed opens, were it the first of its chain.
    pub fn commitment(self) -> SeedCommitment {
        SeedCommitment(self.previous().0)
    }
}

/// The day seeds of a run of days: a hash chain that is made from its last day backwards.
#[derive(Clone, PartialEq, Eq)]
pub struct SeedChain {
    /// The first day the chain covers.
    pub first_day: Day,
    /// How many days it covers.
    pub days: u32,
    /// The seed of its last day, from which all others follow.
    pub last_seed: DaySeed,
}

impl fmt::Debug for SeedChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SeedChain({} days from {})", self.days, self.first_day)
    }
}

impl SeedChain {
    /// The seed of a day, or nothing where the chain does not reach. Costs a hash for each later day of the chain.
    pub fn seed_of(&self, day: Day) -> Option<DaySeed> {
        let index = u32::try_from(day.since(self.first_day)).ok()?;
        let steps = self.days.checked_sub(1)?.checked_sub(index)?;
        Some((0..steps).fold(self.last_seed, |seed, _| seed.previous()))
    }

    /// Chains for the days from `first` to `last` that none of `existing` covers: one for each run of such days, none
    /// where all are covered.
    ///
    /// The last run ends in `last_seed`; an earlier run's last seed is the HMAC of its first day keyed by `last_seed`.
    /// It must not be a hash of a later seed, or the later run's commitment would tell it to everybody.
    pub fn covering(existing: &[Self], (first, last): (Day, Day), last_seed: DaySeed) -> Vec<Self> {
        let end = last.since(first) + 1;
        let mut covered: Vec<_> = existing
            .iter()
            .map(|chain| (chain.first_day.since(first), chain.first_day.since(first) + i64::from(chain.days)))
            .collect();
        covered.sort_unstable();
        covered.push((end, end));
        let mut chains = Vec::new();
        let mut next = 0;
        for (from, until) in covered {
            let days = u32::try_from(from.min(end) - next).unwrap_or(0);
            if days > 0 {
                let first_day = first.plus(next.unsigned_abs());
                let mut mac = Hmac::<Sha256>::new_from_slice(&last_seed.0).expect("HMAC takes keys of any length");
                mac.update(first_day.to_string().as_bytes());
                chains.push(Self { first_day, days, last_seed: DaySeed(mac.finalize().into_bytes().into()) });
            }
            next = next.max(until);
        }
        if let Some(latest) = chains.last_mut() {
            latest.last_seed = last_seed;
        }
        chains
    }

    /// What is published before the first draw.
    pub fn commitment(&self) -> SeedCommitment {
        self.seed_of(self.first_day).unwrap_or(self.last_seed).commitment()
    }

    /// Whether `seed`, revealed for `day`, belongs to a chain with this first day and commitment.
    pub fn opens(first_day: Day, commitment: SeedCommitment, day: Day, seed: DaySeed) -> bool {
        /// Longer than any chain: a century of days.
        const STEPS_MAX: i64 = 36_525;
        let steps = day.since(first_day);
        if !(0..=STEPS_MAX).contains(&steps) {
            return false;
        }
        (0..steps).fold(seed, |seed, _| seed.previous()).commitment() == commitment
    }
}

/// Which draw a roll belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollKey<'a> {
    /// The activity drawn in.
    pub activity_id: &'a ActivityId,
    /// Who draws.
    pub user_id: &'a UserId,
    /// The caller's idempotency key.
    pub request_id: &'a RequestId,
    /// Position within the request, from 0.
    pub index: u32,
}

impl Roll {
    /// HMAC-SHA256 keyed by the day's seed, over activity, user, request and index, a line feed between them. No part
    /// can hold a line feed, so no two draws share a message. The same draw has the same roll however often it is tried.
    pub fn new(seed: &DaySeed, key: &RollKey<'_>) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(&seed.0).expect("HMAC takes keys of any length");
        mac.update(key.activity_id.as_str().as_bytes());
        mac.update(b"\n");
        mac.update(key.user_id.as_str().as_bytes());
        mac.update(b"\n");
        mac.update(key.request_id.as_str().as_bytes());
        mac.update(b"\n");
        mac.update(key.index.to_string().as_bytes());
        Self(mac.finalize().into_bytes().into())
    }

    /// A number below `bound`, every one equally likely, for `purpose`. Different purposes are independent.
    ///
    /// The purpose's first 64-bit word is taken from the roll itself; a word that would favour some numbers is rejected
    /// and the next one drawn from SHA-256(roll, purpose, counter). Words map to numbers by multiply and shift (Lemire).
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of a 128-bit product are meant")]
    pub fn below(self, bound: u64, purpose: Purpose) -> u64 {
        assert!(bound > 0, "a roll needs at least one outcome");
        let threshold = bound.wrapping_neg() % bound;
        let mut word = self.word(purpose);
        let mut counter = 0_u32;
        loop {
            let product = u128::from(word) * u128::from(bound);
            let (high, low) = ((product >> 64) as u64, product as u64);
            if low >= threshold {
                return high;
            }
            word = self.next_word(purpose, counter);
            counter += 1;
        }
    }

    fn word(self, purpose: Purpose) -> u64 {
        let at = 8 * purpose as usize;
        u64::from_be_bytes(self.0[at..at + 8].try_into().expect("eight bytes"))
    }

    fn next_word(self, purpose: Purpose, counter: u32) -> u64 {
        let digest = Sha256::new()
            .chain_update(self.0)
            .chain_update([purpose as u8])
            .chain_update(counter.to_be_bytes())
            .finalize();
        u64::from_be_bytes(digest[..8].try_into().expect("eight bytes"))
    }
}

/// What a part of a roll decides. The number is the position of its first word in the roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Which award is picked.
    Award = 0,
    /// How much it is worth, where the award has a range.
    Value = 1,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> SeedChain {
        SeedChain { first_day: "2026-01-01".parse().expect("a day"), days: 10, last_seed: DaySeed([7; 32]) }
    }

    #[test]
    fn a_revealed_day_proves_itself_and_every_earlier_day() {
        let chain = chain();
        for index in 0..10 {
            let day = chain.first_day.plus(index);
            let seed = chain.seed_of(day).expect("covered");
            assert!(SeedChain::opens(chain.first_day, chain.commitment(), day, seed));
            assert!(!SeedChain::opens(chain.first_day, chain.commitment(), day.plus(1), seed));
        }
        assert!(chain.seed_of(chain.first_day.plus(10)).is_none());
    }

    #[test]
    fn days_without_a_seed_get_chains_that_do_not_tell_each_other() {
        let existing = [chain()];
        let window = (existing[0].first_day.plus(2), existing[0].first_day.plus(9));
        assert_eq!(SeedChain::covering(&existing, window, DaySeed([9; 32])), []);

        let first: Day = "2025-12-30".parse().expect("a day");
        let chains = SeedChain::covering(&existing, (first, first.plus(13)), DaySeed([9; 32]));
        let runs: Vec<_> = chains.iter().map(|chain| (chain.first_day.to_string(), chain.days)).collect();
        assert_eq!(runs, [("2025-12-30".into(), 2), ("2026-01-11".into(), 2)]);
        assert_eq!(chains[1].last_seed, DaySeed([9; 32]));
        let mut told = chains[1].last_seed;
        for _ in 0..30 {
            assert_ne!(told, chains[0].last_seed);
            told = told.previous();
        }
    }

    #[test]
    fn a_roll_is_bound_to_its_draw() {
        let (activity_id, user_id) = (ActivityId::new("a").expect("id"), UserId::new("u").expect("id"));
        let request_id = RequestId::new("r").expect("id");
        let roll = |index| {
            let key = RollKey { activity_id: &activity_id, user_id: &user_id, request_id: &request_id, index };
            Roll::new(&DaySeed([1; 32]), &key)
        };
        assert_eq!(roll(0), roll(0));
        assert_ne!(roll(0), roll(1));
        // Fixed vector: printf 'a\nu\nr\n0' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…01
        assert_eq!(roll(0).to_string(), "ad9c73811993d7804310c3492c3e2199ecf2b14dca0200e2a29095e93737ae60");
    }

    #[test]
    fn small_bounds_are_hit_evenly() {
        let mut counts = [0_u32; 3];
        for n in 0_u32..30_000 {
            let roll = Roll(Sha256::digest(n.to_be_bytes()).into());
            counts[usize::try_from(roll.below(3, Purpose::Award)).expect("small")] += 1;
        }
        // Six standard deviations (82 each): a false alarm once in about 10^8 runs, and the input is fixed anyway.
        for count in counts {
            assert!(count.abs_diff(10_000) < 490, "{counts:?}");
        }
    }

    #[test]
    fn a_word_in_the_biased_zone_is_rejected() {
        // With bound 3 only word 0 maps into the zone below 2^64 mod 3 = 1.
        let roll = Roll([0; 32]);
        assert_eq!(roll.below(3, Purpose::Award), ((u128::from(roll.next_word(Purpose::Award, 0)) * 3) >> 64) as u64);
    }
}
