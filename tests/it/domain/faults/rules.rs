//! Tiers and the blacklist.

use big_market::domain::document::PointsRangeDocument;
use big_market::domain::strategy::TierMode;

use super::{Case, check, tier};

fn range(min: &str, max: &str) -> PointsRangeDocument {
    PointsRangeDocument { min: min.into(), max: max.into() }
}

fn users(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("user{number}")).collect()
}

#[test]
fn tiers_are_checked() {
    check(&[
        Case {
            rule: "no two tiers are at the same number",
            good: |d| d.tiers[1].at = 11,
            bad: |d| d.tiers[1].at = 10,
            path: "tiers[1].at",
            says: "tiers[0]",
        },
        Case {
            rule: "a tier names awards",
            good: |d| d.tiers[0].awards.truncate(1),
            bad: |d| d.tiers[0].awards.clear(),
            path: "tiers[0].awards",
            says: "0 entries",
        },
        Case {
            rule: "a tier names awards that exist",
            good: |d| d.tiers[2].awards[1] = "106".into(),
            bad: |d| d.tiers[2].awards[1] = "109".into(),
            path: "tiers[2].awards[1]",
            says: "109",
        },
        Case {
            rule: "a tier names an award once",
            good: |d| d.tiers[2].awards.push("106".into()),
            bad: |d| d.tiers[2].awards.push("104".into()),
            path: "tiers[2].awards[2]",
            says: "twice",
        },
        Case {
            rule: "a tier has an award with a weight",
            good: |d| d.tiers[0].awards = vec!["100".into(), "101".into()],
            bad: |d| d.tiers[0].awards = vec!["100".into()],
            path: "tiers[0].awards",
            says: "weight above 0",
        },
        Case {
            rule: "there are at most 1,000 tiers",
            good: |d| d.tiers = (100..1_100).map(|at| tier(at, TierMode::Once, &["101"])).collect(),
            bad: |d| d.tiers = (100..1_101).map(|at| tier(at, TierMode::Once, &["101"])).collect(),
            path: "tiers",
            says: "1001",
        },
    ]);
}

#[test]
fn the_blacklist_is_checked() {
    check(&[
        Case {
            rule: "a user id has no control character",
            good: |d| d.blacklist.as_mut().unwrap().users[1] = "用户 2".into(),
            bad: |d| d.blacklist.as_mut().unwrap().users[1] = "user\n002".into(),
            path: "blacklist.users[1]",
            says: "control",
        },
        Case {
            rule: "a user is listed once",
            good: |d| d.blacklist.as_mut().unwrap().users.push("USER001".into()),
            bad: |d| d.blacklist.as_mut().unwrap().users.push("user001".into()),
            path: "blacklist.users[3]",
            says: "twice",
        },
        Case {
            rule: "a blacklist without users says what those on the list get",
            good: |d| d.blacklist.as_mut().unwrap().users.clear(),
            bad: |d| d.blacklist.as_mut().unwrap().users = vec![String::new()],
            path: "blacklist.users[0]",
            says: "empty",
        },
        Case {
            rule: "a blacklist names at most 100,000 users",
            good: |d| d.blacklist.as_mut().unwrap().users = users(100_000),
            bad: |d| d.blacklist.as_mut().unwrap().users = users(100_001),
            path: "blacklist.users",
            says: "100001",
        },
        Case {
            rule: "the blacklist's award exists",
            good: |d| {
                let blacklist = d.blacklist.as_mut().unwrap();
                blacklist.award = "100".into();
                blacklist.points = None;
            },
            bad: |d| d.blacklist.as_mut().unwrap().award = "1".into(),
            path: "blacklist.award",
            says: "\"1\"",
        },
        Case {
            rule: "only points can be worth other points",
            good: |d| d.blacklist.as_mut().unwrap().points = None,
            bad: |d| d.blacklist.as_mut().unwrap().award = "108".into(),
            path: "blacklist.points",
            says: "108",
        },
        Case {
            rule: "the least is not above the most",
            good: |d| d.blacklist.as_mut().unwrap().points = Some(range("0.01", "0.01")),
            bad: |d| d.blacklist.as_mut().unwrap().points = Some(range("1", "0.01")),
            path: "blacklist.points.max",
            says: "below min",
        },
        Case {
            rule: "points are decimals",
            good: |d| d.blacklist.as_mut().unwrap().points = Some(range("1", "2")),
            bad: |d| d.blacklist.as_mut().unwrap().points = Some(range("one", "2")),
            path: "blacklist.points.min",
            says: "one",
        },
    ]);
}
