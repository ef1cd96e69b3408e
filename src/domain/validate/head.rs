//! The activity itself: names, window, time zone and limits.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::faults::{Faults, quoted};
use super::{DESCRIPTION_CHARS_MAX, POINTS_EXPIRE_AFTER_DAYS_MAX, TITLE_CHARS_MAX, WINDOW_DAYS_MAX};
use crate::domain::calendar::Timestamp;
use crate::domain::document::CampaignDocument;
use crate::domain::id::ActivityId;
use crate::domain::quota::Limits;

pub(super) struct Head {
    pub(super) activity_id: ActivityId,
    pub(super) opens_at: Timestamp,
    pub(super) closes_at: Timestamp,
    pub(super) time_zone: Tz,
    pub(super) limits: Limits,
    pub(super) points_expire_after_days: Option<u32>,
}

pub(super) fn read(document: &CampaignDocument, faults: &mut Faults) -> Option<Head> {
    let activity_id = faults.id("activity", &document.activity);
    faults.title("title", &document.title, TITLE_CHARS_MAX);
    faults.length("description", &document.description, DESCRIPTION_CHARS_MAX);
    let opens_at = instant("opens_at", &document.opens_at, faults);
    let closes_at = instant("closes_at", &document.closes_at, faults);
    if let (Some(opens_at), Some(closes_at)) = (opens_at, closes_at) {
        check_window(opens_at, closes_at, faults);
    }
    let time_zone = time_zone(&document.time_zone, faults);
    faults.label("strategy", &document.strategy, TITLE_CHARS_MAX);
    let limits = Limits { day: document.limits.day, month: document.limits.month };
    for (path, limit) in [("limits.day", limits.day), ("limits.month", limits.month)] {
        if limit == Some(0) {
            faults.add(path, "allows no draw at all", "Use at least 1, or remove it to allow any number.");
        }
    }
    let points_expire_after_days = document.points_expire_after_days;
    if let Some(days) = points_expire_after_days
        && !(1..=POINTS_EXPIRE_AFTER_DAYS_MAX).contains(&days)
    {
        let mend = format!("Use 1 to {POINTS_EXPIRE_AFTER_DAYS_MAX} days, or remove it for points that never expire.");
        faults.add("points_expire_after_days", format!("points cannot expire after {days} days"), mend);
    }
    Some(Head {
        activity_id: activity_id?,
        opens_at: opens_at?,
        closes_at: closes_at?,
        time_zone: time_zone?,
        limits,
        points_expire_after_days,
    })
}

fn instant(path: &str, text: &str, faults: &mut Faults) -> Option<Timestamp> {
    let Ok(instant) = DateTime::parse_from_rfc3339(text) else {
        let message = format!("{} is not a time with an offset", quoted(text));
        faults.add(path, message, "Write RFC 3339 with the offset, such as \"2026-01-01T00:00:00+08:00\".");
        return None;
    };
    // A leap second reads as more than 999 milliseconds, and stores keep whole milliseconds.
    let nanosecond = instant.nanosecond();
    if nanosecond >= 1_000_000_000 || nanosecond % 1_000_000 != 0 {
        let message = format!("{} is finer than a millisecond or a leap second", quoted(text));
        faults.add(path, message, "Write whole seconds, or at most three places after them.");
        return None;
    }
    let instant = instant.with_timezone(&Utc);
    if instant < Timestamp::UNIX_EPOCH || instant >= last_year() {
        let message = format!("{} is not a time of this age", quoted(text));
        faults.add(path, message, "Use a year from 1970 to 9998.");
        return None;
    }
    Some(instant)
}

/// Days are written with four digits for the year, in every time zone.
fn last_year() -> Timestamp {
    const YEAR_9999_SECONDS: i64 = 253_370_764_800;
    DateTime::from_timestamp(YEAR_9999_SECONDS, 0).unwrap_or(Timestamp::MAX_UTC)
}

fn check_window(opens_at: Timestamp, closes_at: Timestamp, faults: &mut Faults) {
    if closes_at <= opens_at {
        let message = "the window ends before it begins";
        faults.add("closes_at", message, "Use a time after opens_at.");
    } else if closes_at - opens_at > TimeDelta::days(WINDOW_DAYS_MAX) {
        let message = format!("the window is {} days long", (closes_at - opens_at).num_days());
        faults.add("closes_at", message, format!("Close it within {WINDOW_DAYS_MAX} days of opens_at."));
    }
}

fn time_zone(text: &str, faults: &mut Faults) -> Option<Tz> {
    let zone = text.parse().ok();
    if zone.is_none() {
        let message = format!("there is no time zone {}", quoted(text));
        faults.add("time_zone", message, "Use an IANA name such as \"Asia/Shanghai\" or \"UTC\".");
    }
    zone
}
