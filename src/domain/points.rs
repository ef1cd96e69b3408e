//! Points as exact integers: hundredths, never floats.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An amount of points in hundredths. `"12.34"` in documents and JSON, `1234` in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Points(i64);

/// Why a text is not an amount of points.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a decimal with at most two places between 0 and {max}, such as \"12.50\"", max = Points::MAX)]
pub struct InvalidPoints;

impl Points {
    /// No points.
    pub const ZERO: Self = Self(0);
    /// The largest amount one transfer may move: ten billion points, so that sums of millions of transfers fit in 64 bits.
    pub const MAX: Self = Self(1_000_000_000_000);

    /// From hundredths of a point.
    pub const fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// In hundredths of a point.
    pub const fn hundredths(self) -> i64 {
        self.0
    }
}

impl std::ops::Neg for Points {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let absolute = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", absolute / 100, absolute % 100)
    }
}

impl FromStr for Points {
    type Err = InvalidPoints;

    fn from_str(text: &str) -> Result<Self, InvalidPoints> {
        let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(places) || whole.len() > 12 || places.len() > 2 {
            return Err(InvalidPoints);
        }
        let whole: i64 = whole.parse().map_err(|_| InvalidPoints)?;
        let hundredths: i64 = format!("{places:0<2}").parse().map_err(|_| InvalidPoints)?;
        let points = Self(whole * 100 + hundredths);
        if points > Self::MAX {
            return Err(InvalidPoints);
        }
        Ok(points)
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_and_written_exactly() {
        for (text, hundredths) in [("0.01", 1), ("1", 100), ("1.5", 150), ("200.00", 20_000), ("0", 0)] {
            assert_eq!(text.parse::<Points>(), Ok(Points::from_hundredths(hundredths)));
        }
        assert_eq!(Points::from_hundredths(-5).to_string(), "-0.05");
        for bad in ["", ".", "1.", ".5", "1.234", "-1", "1e3", "10000000000.01", "99999999999999999999"] {
            assert_eq!(bad.parse::<Points>(), Err(InvalidPoints), "{bad}");
        }
    }
}
