//! SKUs, rebates and stages.

use super::{Case, check, rebate, stage, step};

#[test]
fn skus_and_rebates_are_checked() {
    check(&[
        Case {
            rule: "SKU ids are safe in a path",
            good: |d| d.skus[0].id = "big-pack".into(),
            bad: |d| d.skus[0].id = "大".into(),
            path: "skus[0].id",
            says: "大",
        },
        Case {
            rule: "SKU ids are unique",
            good: |d| d.skus[1].price = d.skus[0].price.clone(),
            bad: |d| d.skus[1].id = "9011".into(),
            path: "skus[1].id",
            says: "skus[0]",
        },
        Case {
            rule: "a SKU grants a draw",
            good: |d| d.skus[0].draws = 1,
            bad: |d| d.skus[0].draws = 0,
            path: "skus[0].draws",
            says: "0 draws",
        },
        Case {
            rule: "a SKU grants at most a million draws",
            good: |d| d.skus[0].draws = 1_000_000,
            bad: |d| d.skus[0].draws = 1_000_001,
            path: "skus[0].draws",
            says: "1000001",
        },
        Case {
            rule: "a SKU's stock can be counted",
            good: |d| d.skus[0].stock = None,
            bad: |d| d.skus[0].stock = Some(u64::MAX),
            path: "skus[0].stock",
            says: "18446744073709551615",
        },
        Case {
            rule: "a price is an amount of points, and may be zero",
            good: |d| d.skus[0].price = "0".into(),
            bad: |d| d.skus[0].price = "-1".into(),
            path: "skus[0].price",
            says: "-1",
        },
        Case {
            rule: "behaviours have names",
            good: |d| d.rebates[0].behaviour = "share.friend-1".into(),
            bad: |d| d.rebates[0].behaviour = "sign in".into(),
            path: "rebates[0].behaviour",
            says: "sign in",
        },
        Case {
            rule: "a behaviour has one rebate",
            good: |d| d.rebates.push(rebate("share", Some("9014"), None)),
            bad: |d| d.rebates.push(rebate("sign_in", Some("9013"), None)),
            path: "rebates[2].behaviour",
            says: "rebates[0]",
        },
        Case {
            rule: "a rebate earns something",
            good: |d| d.rebates.push(rebate("share", None, Some("0.01"))),
            bad: |d| d.rebates.push(rebate("share", None, None)),
            path: "rebates[2]",
            says: "neither",
        },
        Case {
            rule: "a rebate's SKU exists",
            good: |d| d.rebates[0].sku = Some("9011".into()),
            bad: |d| d.rebates[0].sku = Some("9010".into()),
            path: "rebates[0].sku",
            says: "9010",
        },
        Case {
            rule: "a rebate's points are worth something",
            good: |d| d.rebates[0].points = Some("0.01".into()),
            bad: |d| d.rebates[0].points = Some("0.00".into()),
            path: "rebates[0].points",
            says: "nothing",
        },
    ]);
}

#[test]
fn streaks_are_checked() {
    check(&[
        Case {
            rule: "only days make a streak",
            good: |d| d.rebates[0].daily = true,
            bad: |d| d.rebates[0].daily = false,
            path: "rebates[0].streaks",
            says: "not daily",
        },
        Case {
            rule: "a streak has two days",
            good: |d| d.rebates[0].streaks[0].at = 2,
            bad: |d| d.rebates[0].streaks[0].at = 1,
            path: "rebates[0].streaks[0].at",
            says: "1 days",
        },
        Case {
            rule: "a streak fits into the longest window",
            good: |d| d.rebates[0].streaks[0].at = 3_650,
            bad: |d| d.rebates[0].streaks[0].at = 3_651,
            path: "rebates[0].streaks[0].at",
            says: "3651",
        },
        Case {
            rule: "a streak has one step for each number of days",
            good: |d| d.rebates[0].streaks.push(step(14, Some("9014"), None)),
            bad: |d| d.rebates[0].streaks.push(step(7, Some("9014"), None)),
            path: "rebates[0].streaks[1].at",
            says: "rebates[0].streaks[0]",
        },
        Case {
            rule: "a step of a streak earns something",
            good: |d| d.rebates[0].streaks.push(step(3, None, Some("0.01"))),
            bad: |d| d.rebates[0].streaks.push(step(3, None, None)),
            path: "rebates[0].streaks[1]",
            says: "neither",
        },
        Case {
            rule: "the SKU of a streak exists",
            good: |d| d.rebates[0].streaks[0].sku = Some("9011".into()),
            bad: |d| d.rebates[0].streaks[0].sku = Some("9010".into()),
            path: "rebates[0].streaks[0].sku",
            says: "9010",
        },
        Case {
            rule: "the points of a streak are worth something",
            good: |d| d.rebates[0].streaks[0].points = Some("0.01".into()),
            bad: |d| d.rebates[0].streaks[0].points = Some("0".into()),
            path: "rebates[0].streaks[0].points",
            says: "nothing",
        },
        Case {
            rule: "a streak has at most 100 steps",
            good: |d| d.rebates[0].streaks = (2..102).map(|at| step(at, None, Some("1"))).collect(),
            bad: |d| d.rebates[0].streaks = (2..103).map(|at| step(at, None, Some("1"))).collect(),
            path: "rebates[0].streaks",
            says: "101",
        },
    ]);
}

#[test]
fn stages_are_checked() {
    check(&[
        Case {
            rule: "channels have names",
            good: |d| d.stages.push(stage("c01", "s01")),
            bad: |d| d.stages.push(stage("", "s01")),
            path: "stages[1].channel",
            says: "empty",
        },
        Case {
            rule: "sources have names",
            good: |d| d.stages.clear(),
            bad: |d| d.stages.push(stage("c01", "s 01")),
            path: "stages[1].source",
            says: "s 01",
        },
        Case {
            rule: "a stage is listed once",
            good: |d| d.stages.push(stage("app", "shop")),
            bad: |d| d.stages.push(stage("app", "home")),
            path: "stages[1]",
            says: "stages[0]",
        },
    ]);
}
