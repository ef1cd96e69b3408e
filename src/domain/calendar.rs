//! Days and months as a user's wall clock shows them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// An instant, in whole milliseconds.
pub type Timestamp = DateTime<Utc>;

/// A calendar day in an activity's time zone, written `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(NaiveDate);

/// A calendar month in an activity's time zone, written `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    month: u32,
}

/// A text that is no calendar day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a day such as 2026-11-22")]
pub struct InvalidDay;

/// A text that is no calendar month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a month such as 2026-11")]
pub struct InvalidMonth;

impl Day {
    /// The day that clocks in `zone` show at `instant`.
    pub fn at(instant: Timestamp, zone: Tz) -> Self {
        Self(instant.with_timezone(&zone).date_naive())
    }

    /// The month the day belongs to.
    pub fn month(self) -> Month {
        Month { year: self.0.year(), month: self.0.month() }
    }

    /// The day `days` later.
    #[must_use]
    pub fn plus(self, days: u64) -> Self {
        Self(self.0.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX))
    }

    /// The day before.
    #[must_use]
    pub fn yesterday(self) -> Self {
        Self(self.0.pred_opt().unwrap_or(NaiveDate::MIN))
    }

    /// Whole days from `earlier` to this day; negative when this day comes first.
    pub fn since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_days()
    }

    /// The first instant of the day in `zone`. Where a clock change skips midnight, the first instant that exists.
    pub fn starts_at(self, zone: Tz) -> Timestamp {
        let midnight = self.0.and_hms_opt(0, 0, 0).expect("every day has a midnight");
        (0..24 * 4)
            .find_map(|quarter| {
                let local = midnight + chrono::TimeDelta::minutes(15 * quarter);
                zone.from_local_datetime(&local).earliest()
            })
            .unwrap_or_else(|| zone.from_utc_datetime(&midnight))
            .with_timezone(&Utc)
    }
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self(date)
    }
}

impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl FromStr for Day {
    type Err = InvalidDay;
    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self).map_err(|_| InvalidDay)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = InvalidMonth;
    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let month = format!("{text}-01").parse::<Day>().map_err(|_| InvalidMonth)?.month();
        if month.to_string() == text { Ok(month) } else { Err(InvalidMonth) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn days_and_months_turn_at_local_midnight() {
        let zone = chrono_tz::Asia::Shanghai;
        assert_eq!(Day::at(at("2026-01-31T15:59:59.999Z"), zone).to_string(), "2026-01-31");
        let next = Day::at(at("2026-01-31T16:00:00Z"), zone);
        assert_eq!(next.to_string(), "2026-02-01");
        assert_eq!(next.month().to_string(), "2026-02");
    }

    #[test]
    fn months_are_read_as_they_are_written() {
        let month: Month = "2026-11".parse().expect("a month");
        assert_eq!(month.to_string(), "2026-11");
        for bad in ["", "2026", "2026-13", "2026-1", "2026-11-01", "x"] {
            assert_eq!(bad.parse::<Month>(), Err(InvalidMonth), "{bad}");
        }
        assert_eq!("2026-03-01".parse::<Day>().map(|day| day.yesterday().to_string()), Ok("2026-02-28".into()));
    }

    #[test]
    fn days_stay_whole_across_clock_changes() {
        let zone = chrono_tz::America::New_York;
        // 2026-03-08 has 23 hours, 2026-11-01 has 25: both are one day.
        assert_eq!(Day::at(at("2026-03-08T05:00:00Z"), zone).to_string(), "2026-03-08");
        assert_eq!(Day::at(at("2026-03-09T03:59:59Z"), zone).to_string(), "2026-03-08");
        assert_eq!(Day::at(at("2026-03-09T04:00:00Z"), zone).to_string(), "2026-03-09");
        assert_eq!(Day::at(at("2026-11-01T04:00:00Z"), zone).to_string(), "2026-11-01");
        assert_eq!(Day::at(at("2026-11-02T04:59:59Z"), zone).to_string(), "2026-11-01");
    }

    #[test]
    fn a_day_without_a_midnight_starts_when_its_clock_does() {
        // Beirut turned its clocks from 00:00 to 01:00 on 2022-03-27.
        let day: Day = "2022-03-27".parse().expect("a day");
        assert_eq!(day.starts_at(chrono_tz::Asia::Beirut), at("2022-03-26T22:00:00Z"));
        assert_eq!(Day::at(day.starts_at(chrono_tz::Asia::Beirut), chrono_tz::Asia::Beirut), day);
    }
}
