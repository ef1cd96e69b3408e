//! A user's draws in an activity: granted, used, and limited by day and month.

use serde::{Deserialize, Serialize};

use super::text_form;

/// How many draws a user may make in a day and in a month. They come from the document and are never bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Draws in one local day; `None` is without limit.
    pub day: Option<u32>,
    /// Draws in one local month; `None` is without limit.
    pub month: Option<u32>,
}

/// A user's account of draws at one moment. Invariant: `used <= granted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quota {
    /// Draws granted by recharges and awards.
    pub granted: u32,
    /// Draws used.
    pub used: u32,
    /// Draws used in the day it was read for.
    pub used_today: u32,
    /// Draws used in the month it was read for.
    pub used_this_month: u32,
}

/// Which of a user's limits has been reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaLimit {
    /// All granted draws are used.
    Total,
    /// The month's limit.
    Month,
    /// The day's limit.
    Day,
}

text_form!(QuotaLimit { Total => "total", Month => "month", Day => "day" });

impl Quota {
    /// Draws that can still be made under all limits, and the limit that binds when fewer than `wanted` can.
    ///
    /// # Errors
    /// The limit that is short, and how many draws it leaves.
    pub fn check(&self, limits: Limits, wanted: u32) -> Result<(), (QuotaLimit, u32)> {
        let left = |limit: Option<u32>, used: u32| limit.map_or(u32::MAX, |limit| limit.saturating_sub(used));
        let shorts = [
            (QuotaLimit::Total, self.granted.saturating_sub(self.used)),
            (QuotaLimit::Month, left(limits.month, self.used_this_month)),
            (QuotaLimit::Day, left(limits.day, self.used_today)),
        ];
        match shorts.into_iter().find(|(_, left)| *left < wanted) {
            Some(short) => Err(short),
            None => Ok(()),
        }
    }

    /// The account after one more draw.
    #[must_use]
    pub fn spend_one(self) -> Self {
        Self {
            granted: self.granted,
            used: self.used + 1,
            used_today: self.used_today + 1,
            used_this_month: self.used_this_month + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scarcest_limit_is_named() {
        let quota = Quota { granted: 10, used: 8, used_today: 3, used_this_month: 5 };
        let limits = Limits { day: Some(4), month: Some(9) };
        assert_eq!(quota.check(limits, 1), Ok(()));
        assert_eq!(quota.check(limits, 2), Err((QuotaLimit::Day, 1)));
        assert_eq!(quota.check(limits, 3), Err((QuotaLimit::Total, 2)));
        assert_eq!(quota.check(Limits::default(), 2), Ok(()));
        assert_eq!(quota.spend_one().spend_one().check(Limits::default(), 1), Err((QuotaLimit::Total, 0)));
    }
}
