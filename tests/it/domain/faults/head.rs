//! The activity itself.

use super::{Case, check};
use crate::domain::nothing;

fn text(chars: usize) -> String {
    "字".repeat(chars)
}

#[test]
fn names_and_texts_are_checked() {
    check(&[
        Case {
            rule: "an activity id is safe in a path",
            good: |d| d.activity = "spring-2026_v1.2".into(),
            bad: |d| d.activity = "spring 2026".into(),
            path: "activity",
            says: "spring 2026",
        },
        Case {
            rule: "an activity id is at most 64 bytes",
            good: |d| d.activity = "a".repeat(64),
            bad: |d| d.activity = "a".repeat(65),
            path: "activity",
            says: "65 bytes",
        },
        Case {
            rule: "there is an activity id",
            good: |d| d.activity = "1".into(),
            bad: |d| d.activity = String::new(),
            path: "activity",
            says: "empty",
        },
        Case {
            rule: "there is a title",
            good: |d| d.title = "题".into(),
            bad: |d| d.title = " \t".into(),
            path: "title",
            says: "empty",
        },
        Case {
            rule: "a title is not too long",
            good: |d| d.title = text(200),
            bad: |d| d.title = text(201),
            path: "title",
            says: "201",
        },
        Case {
            rule: "a title is one line",
            good: |d| d.title = "one line".into(),
            bad: |d| d.title = "two\nlines".into(),
            path: "title",
            says: "control",
        },
        Case {
            rule: "a description is not too long, and may have lines",
            good: |d| d.description = format!("{}\n", text(9_999)),
            bad: |d| d.description = text(10_001),
            path: "description",
            says: "10001",
        },
        Case {
            rule: "a strategy name is not too long, and may be absent",
            good: |d| d.strategy = String::new(),
            bad: |d| d.strategy = text(201),
            path: "strategy",
            says: "201",
        },
        Case {
            rule: "an award id is safe in a path",
            good: |d| d.awards[7].id = "doll-8".into(),
            bad: |d| d.awards[7].id = "a/b".into(),
            path: "awards[7].id",
            says: "a/b",
        },
        Case {
            rule: "award ids are unique",
            good: |d| d.awards[1].title = d.awards[0].title.clone(),
            bad: |d| d.awards.push(nothing("100")),
            path: "awards[9].id",
            says: "awards[8]",
        },
        Case {
            rule: "an award has a title",
            good: |d| d.awards[3].title = "灯".into(),
            bad: |d| d.awards[3].title = String::new(),
            path: "awards[3].title",
            says: "empty",
        },
    ]);
}

#[test]
fn the_window_is_checked() {
    check(&[
        Case {
            rule: "times have an offset",
            good: |d| d.opens_at = "2025-12-31T16:00:00Z".into(),
            bad: |d| d.opens_at = "2026-01-01T00:00:00".into(),
            path: "opens_at",
            says: "offset",
        },
        Case {
            rule: "times are times",
            good: |d| d.closes_at = "2026-02-28T00:00:00+08:00".into(),
            bad: |d| d.closes_at = "2026-02-30T00:00:00+08:00".into(),
            path: "closes_at",
            says: "2026-02-30",
        },
        Case {
            rule: "times are whole milliseconds",
            good: |d| d.opens_at = "2026-01-01T00:00:00.125+08:00".into(),
            bad: |d| d.opens_at = "2026-01-01T00:00:00.0001+08:00".into(),
            path: "opens_at",
            says: "millisecond",
        },
        Case {
            rule: "no window begins in a leap second",
            good: |d| d.opens_at = "2026-12-31T23:59:59Z".into(),
            bad: |d| d.opens_at = "2026-12-31T23:59:60Z".into(),
            path: "opens_at",
            says: "leap second",
        },
        Case {
            rule: "years have four digits in every zone",
            good: |d| {
                d.opens_at = "9998-01-01T00:00:00Z".into();
                d.closes_at = "9998-12-31T23:59:59Z".into();
            },
            bad: |d| {
                d.opens_at = "9998-01-01T00:00:00Z".into();
                d.closes_at = "9999-01-01T00:00:00Z".into();
            },
            path: "closes_at",
            says: "9999",
        },
        Case {
            rule: "years are after 1969",
            good: |d| {
                d.opens_at = "1970-01-01T00:00:00Z".into();
                d.closes_at = "1970-01-02T00:00:00Z".into();
            },
            bad: |d| d.opens_at = "1969-12-31T23:59:59Z".into(),
            path: "opens_at",
            says: "1969",
        },
        Case {
            rule: "a window ends after it begins",
            good: |d| d.closes_at = "2026-01-01T00:00:00.001+08:00".into(),
            bad: |d| d.closes_at = "2025-12-31T16:00:00Z".into(),
            path: "closes_at",
            says: "before it begins",
        },
        Case {
            rule: "a window is at most 3,650 days long",
            good: |d| d.closes_at = "2035-12-30T00:00:00+08:00".into(),
            bad: |d| d.closes_at = "2035-12-30T00:00:00.001+08:00".into(),
            path: "closes_at",
            says: "3650 days",
        },
        Case {
            rule: "a time zone is one of IANA's",
            good: |d| d.time_zone = "America/New_York".into(),
            bad: |d| d.time_zone = "Asia/Peking".into(),
            path: "time_zone",
            says: "Asia/Peking",
        },
        Case {
            rule: "a day's limit allows a draw",
            good: |d| d.limits.day = Some(4),
            bad: |d| {
                d.limits.day = Some(0);
                d.awards.iter_mut().for_each(|award| award.unlock_after = 0);
            },
            path: "limits.day",
            says: "no draw",
        },
        Case {
            rule: "a month's limit allows a draw",
            good: |d| d.limits.month = Some(4),
            bad: |d| {
                d.limits.month = Some(0);
                d.awards.iter_mut().for_each(|award| award.unlock_after = 0);
            },
            path: "limits.month",
            says: "no draw",
        },
    ]);
}

#[test]
fn the_life_of_points_is_checked() {
    check(&[
        Case {
            rule: "points expire after at least a day",
            good: |d| d.points_expire_after_days = Some(1),
            bad: |d| d.points_expire_after_days = Some(0),
            path: "points_expire_after_days",
            says: "0 days",
        },
        Case {
            rule: "points expire after at most ten years",
            good: |d| d.points_expire_after_days = Some(3_650),
            bad: |d| d.points_expire_after_days = Some(3_651),
            path: "points_expire_after_days",
            says: "3651 days",
        },
    ]);
}
