//! Decimal weights as exact integers on one scale.

use std::fmt;
use std::str::FromStr;

/// A probability from 0 to 1 as a whole number of trillionths (10^-12): exact, never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(u64);

/// Why a text is not a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWeight {
    /// Not digits with an optional point and more digits.
    #[error("is not a decimal")]
    NotDecimal,
    /// More places than [`Weight::PLACES_MAX`].
    #[error("has more than {max} decimal places", max = Weight::PLACES_MAX)]
    TooManyPlaces,
    /// More than certain.
    #[error("is above 1")]
    AboveOne,
}

impl InvalidWeight {
    /// What to do about it.
    pub const fn mend(self) -> &'static str {
        match self {
            Self::NotDecimal => {
                "Write a decimal from \"0\" to \"1\" with a digit on both sides of the point, such as \"0.03\"."
            }
            Self::TooManyPlaces => "Round it to at most 12 decimal places.",
            Self::AboveOne => "Write a probability, such as \"0.3\" for 30 percent; all weights together make 1.",
        }
    }
}

impl Weight {
    /// Never picked.
    pub const ZERO: Self = Self(0);
    /// Always picked.
    pub const ONE: Self = Self(1_000_000_000_000);
    /// Decimal places a weight may have. A thousand weights of so many places still sum within 64 bits.
    pub const PLACES_MAX: usize = 12;

    /// Whether it can ever be picked.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum of some weights, or nothing where it exceeds 64 bits.
    pub fn sum(weights: impl IntoIterator<Item = Self>) -> Option<Self> {
        weights.into_iter().try_fold(0_u64, |sum, weight| sum.checked_add(weight.0)).map(Self)
    }

    /// How far apart two weights are.
    #[must_use]
    pub const fn distance(self, other: Self) -> Self {
        Self(self.0.abs_diff(other.0))
    }

    /// The same proportions as whole numbers, on the smallest power of ten that keeps every digit: .3 and .0099 are
    /// 3000 and 99.
    pub fn scaled(weights: &[Self]) -> Vec<u64> {
        let mut scaled: Vec<u64> = weights.iter().map(|weight| weight.0).collect();
        for _ in 0..Self::PLACES_MAX {
            if scaled.iter().any(|weight| weight % 10 != 0) {
                break;
            }
            for weight in &mut scaled {
                *weight /= 10;
            }
        }
        scaled
    }
}

impl FromStr for Weight {
    type Err = InvalidWeight;

    fn from_str(text: &str) -> Result<Self, InvalidWeight> {
        let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(places) || (whole.len() > 1 && whole.starts_with('0')) {
            return Err(InvalidWeight::NotDecimal);
        }
        if places.len() > Self::PLACES_MAX {
            return Err(InvalidWeight::TooManyPlaces);
        }
        let whole = match whole {
            "0" => Self::ZERO,
            "1" => Self::ONE,
            _ => return Err(InvalidWeight::AboveOne),
        };
        let width = Self::PLACES_MAX;
        let places: u64 = format!("{places:0<width$}").parse().map_err(|_| InvalidWeight::NotDecimal)?;
        let weight = Self(whole.0 + places);
        if weight > Self::ONE {
            return Err(InvalidWeight::AboveOne);
        }
        Ok(weight)
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = Self::PLACES_MAX;
        let places = format!("{:0width$}", self.0 % Self::ONE.0);
        match places.trim_end_matches('0') {
            "" => write!(f, "{}", self.0 / Self::ONE.0),
            places => write!(f, "{}.{places}", self.0 / Self::ONE.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(texts: &[&str]) -> Vec<Weight> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn decimals_become_integers_on_one_scale_exactly() {
        let exact = weights(&["0.3", "0.2", "0.2", "0.1", "0.1", "0.05", "0.04", "0.0099", "0.0001"]);
        assert_eq!(Weight::scaled(&exact), [3000, 2000, 2000, 1000, 1000, 500, 400, 99, 1]);
        assert_eq!(Weight::sum(exact), Some(Weight::ONE));
        assert_eq!(Weight::scaled(&weights(&["0.50", "0.5", "0"])), [5, 5, 0]);
        assert_eq!(Weight::scaled(&weights(&["1", "0"])), [1, 0]);
        assert_eq!(Weight::scaled(&weights(&["0"])), [0]);
        let thirds = weights(&["0.333333333333", "0.333333333333", "0.333333333334"]);
        assert_eq!(Weight::scaled(&thirds), [333_333_333_333, 333_333_333_333, 333_333_333_334]);
        assert_eq!(Weight::sum(thirds), Some(Weight::ONE));
    }

    #[test]
    fn tenths_that_floats_cannot_sum_make_exactly_one() {
        assert_eq!(Weight::sum(weights(&["0.1"; 10])), Some(Weight::ONE));
    }

    #[test]
    fn what_is_not_a_weight_says_why() {
        use InvalidWeight::{AboveOne, NotDecimal, TooManyPlaces};
        let cases = [
            ("", NotDecimal),
            (".5", NotDecimal),
            ("1.", NotDecimal),
            ("-0.1", NotDecimal),
            ("+1", NotDecimal),
            ("1e-3", NotDecimal),
            ("0,5", NotDecimal),
            (" 0.5", NotDecimal),
            ("00.5", NotDecimal),
            ("NaN", NotDecimal),
            ("٠.٥", NotDecimal),
            ("0.0000000000001", TooManyPlaces),
            ("1.000000000001", AboveOne),
            ("2", AboveOne),
            ("79", AboveOne),
            ("100000000000000000000000", AboveOne),
        ];
        for (text, why) in cases {
            assert_eq!(text.parse::<Weight>(), Err(why), "{text}");
        }
    }

    #[test]
    fn weights_are_written_as_they_are_read() {
        for text in ["0", "1", "0.5", "0.0099", "0.000000000001"] {
            assert_eq!(text.parse::<Weight>().unwrap().to_string(), text);
        }
    }
}
