//! Awards that can never be won, and circles.

use big_market::domain::document::{AwardDocument, CampaignDocument};
use big_market::domain::strategy::TierMode;
use big_market::domain::validate::compile;

use super::{Case, check, points, tier};
use crate::domain::{demo, nothing};

/// An award that can be won by 102 running out.
fn between_102_and_101(change: impl FnOnce(&mut AwardDocument)) -> impl FnOnce(&mut CampaignDocument) {
    |document| {
        let mut award = nothing("200");
        award.fallback = Some("101".into());
        change(&mut award);
        document.awards[1].fallback = Some("200".into());
        document.awards.push(award);
    }
}

#[test]
fn an_award_that_can_never_be_won_is_refused() {
    check(&[
        Case {
            rule: "an award of weight 0 is reached through a fallback",
            good: |d| between_102_and_101(|_| {})(d),
            bad: |d| d.awards.push(nothing("200")),
            path: "awards[9]",
            says: "never be won",
        },
        Case {
            rule: "an award of weight 0 is reached through the blacklist",
            good: |d| {
                d.awards.push(AwardDocument { prize: points("1", "1"), ..nothing("200") });
                d.blacklist.as_mut().unwrap().award = "200".into();
            },
            bad: |d| d.awards.push(AwardDocument { prize: points("1", "1"), ..nothing("200") }),
            path: "awards[9]",
            says: "never be won",
        },
        Case {
            rule: "a tier does not reach an award of weight 0",
            good: |d| d.tiers[0].awards.push("100".into()),
            bad: |d| {
                d.awards.push(nothing("200"));
                d.tiers[0].awards.push("200".into());
            },
            path: "awards[9]",
            says: "never be won",
        },
        Case {
            rule: "an award that can always be given never gives its fallback",
            good: |d| {
                d.awards.push(nothing("200"));
                d.awards[1].stock = Some(1);
                d.awards[1].fallback = Some("200".into());
            },
            bad: |d| {
                d.awards.push(nothing("200"));
                d.awards[1].stock = None;
                d.awards[1].fallback = Some("200".into());
            },
            path: "awards[9]",
            says: "never be won",
        },
        Case {
            rule: "an award that is limited per user gives its fallback, to those who won it and to the grey list",
            good: |d| between_102_and_101(|award| award.per_user = Some(1))(d),
            bad: |d| {
                d.awards.push(nothing("200"));
                d.awards[1].stock = None;
                d.awards[1].fallback = Some("200".into());
            },
            path: "awards[9]",
            says: "never be won",
        },
        Case {
            rule: "leading to another award does not reach an award",
            good: |d| {
                between_102_and_101(|award| award.stock = Some(1))(d);
            },
            bad: |d| {
                d.awards.push(AwardDocument { stock: Some(1), fallback: Some("101".into()), ..nothing("200") });
            },
            path: "awards[9]",
            says: "never be won",
        },
    ]);
}

#[test]
fn an_award_that_no_user_can_draw_often_enough_for_is_refused() {
    check(&[
        Case {
            rule: "a tier from the first draw on replaces all weights",
            good: |d| d.tiers.push(tier(1, TierMode::From, &["101", "102", "103", "104", "105", "106", "107"])),
            bad: |d| d.tiers.push(tier(0, TierMode::From, &["101", "102", "103", "104", "105", "106", "107"])),
            path: "awards[7]",
            says: "never be won",
        },
        Case {
            rule: "a day's limit leaves enough draws to unlock",
            good: |d| d.limits.day = Some(4),
            bad: |d| d.limits.day = Some(3),
            path: "awards[4].unlock_after",
            says: "at most 2 draws",
        },
        Case {
            rule: "a month's limit leaves enough draws to unlock",
            good: |d| d.limits.month = Some(4),
            bad: |d| d.limits.month = Some(3),
            path: "awards[4].unlock_after",
            says: "at most 2 draws",
        },
        Case {
            rule: "a tier for one draw leaves enough draws to unlock",
            good: |d| {
                d.tiers.push(tier(3, TierMode::From, &["101", "102", "103", "104", "106", "107", "108"]));
                d.tiers.push(tier(2, TierMode::Once, &["101"]));
                d.tiers.push(tier(4, TierMode::Once, &["105"]));
            },
            bad: |d| {
                d.tiers = vec![tier(3, TierMode::From, &["101", "102", "103", "104", "106", "107", "108"])];
            },
            path: "awards[4].unlock_after",
            says: "at most 2 draws",
        },
        Case {
            rule: "a fallback given while another is locked unlocks before it",
            good: |d| {
                d.awards[4].stock = None;
                d.awards[4].fallback = Some("200".into());
                d.awards.push(AwardDocument { unlock_after: 2, fallback: Some("101".into()), ..nothing("200") });
            },
            bad: |d| {
                d.awards[4].stock = None;
                d.awards[4].fallback = Some("200".into());
                d.awards.push(AwardDocument { unlock_after: 3, fallback: Some("101".into()), ..nothing("200") });
            },
            path: "awards[9].unlock_after",
            says: "at most 2 draws",
        },
    ]);
}

#[test]
fn two_circles_are_two_faults() {
    let mut document = demo();
    document.awards[1].fallback = Some("103".into());
    document.awards[2].fallback = Some("102".into());
    document.awards[3].fallback = Some("105".into());
    document.awards[4].fallback = Some("104".into());
    document.awards[5].fallback = Some("102".into());
    let faults = compile(&document).unwrap_err();
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["awards[1].fallback", "awards[3].fallback"]);
}
