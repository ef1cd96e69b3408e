//! Who draws: so many users, all alike or some far more than others.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Zipf};

/// Users are drawn for beforehand, so that choosing one costs the same however they are spread.
const CHOICES: usize = 1 << 20;

/// The users of a run. The n-th request is the same user's in every run with the same seed.
#[derive(Debug)]
pub(super) struct Crowd {
    choices: Vec<u32>,
}

impl Crowd {
    /// So many users. With an exponent, they draw as often as Zipf's law says: the first most.
    pub(super) fn new(users: u32, zipf: Option<f64>, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let law = zipf.and_then(|exponent| Zipf::new(f64::from(users), exponent).ok());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to the number of users")]
        let choices = (0..CHOICES).map(|_| match law {
            Some(law) => law.sample(&mut random) as u32 - 1,
            None => random.random_range(0..users),
        });
        Self { choices: choices.collect() }
    }

    /// Whose the n-th request is.
    pub(super) fn user(&self, number: u64) -> u32 {
        self.choices[usize::try_from(number).unwrap_or(0) % CHOICES]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share_of_the_first(crowd: &Crowd) -> f64 {
        let first = crowd.choices.iter().filter(|user| **user == 0).count();
        f64::from(u32::try_from(first).unwrap()) / f64::from(u32::try_from(CHOICES).unwrap())
    }

    #[test]
    fn users_are_alike_or_follow_zipf() {
        let (alike, spread) = (Crowd::new(1000, None, 7), Crowd::new(1000, Some(1.0), 7));
        assert!((share_of_the_first(&alike) - 0.001).abs() < 0.000_5);
        // 1 / (1 + 1/2 + ... + 1/1000)
        assert!((share_of_the_first(&spread) - 0.133_6).abs() < 0.005);
        assert!(alike.choices.iter().chain(&spread.choices).all(|user| *user < 1000));
    }
}
