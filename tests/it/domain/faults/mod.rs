//! Every fault a document can have: the demo with one thing changed, next to a change that is fine.

mod awards;
mod head;
mod offers;
mod reach;
mod rules;

use std::collections::BTreeSet;

use big_market::domain::document::{
    AwardDocument, CampaignDocument, PrizeDocument, RebateDocument, SkuDocument, StageDocument, StreakDocument,
    TierDocument,
};
use big_market::domain::strategy::TierMode;
use big_market::domain::validate::compile;
use serde_json::Map;

use super::{compiled, demo, nothing};

/// A change to the demo.
type Change = fn(&mut CampaignDocument);

/// One rule: a change it accepts, a change it refuses, and where the refusal points.
struct Case {
    rule: &'static str,
    good: Change,
    bad: Change,
    path: &'static str,
    says: &'static str,
}

fn check(cases: &[Case]) {
    for case in cases {
        let mut document = demo();
        (case.good)(&mut document);
        compile(&document).unwrap_or_else(|faults| panic!("{}: the good one is refused: {faults:#?}", case.rule));

        let mut document = demo();
        (case.bad)(&mut document);
        let faults = compile(&document).expect_err(case.rule);
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, [case.path], "{}: {faults:#?}", case.rule);
        let fault = &faults[0];
        assert!(fault.message.contains(case.says), "{}: {fault}", case.rule);
        assert!(fault.mend.ends_with('.') && fault.mend.len() > 10, "{}: {fault}", case.rule);
        assert!(!fault.message.ends_with('.'), "{}: {fault}", case.rule);
    }
}

fn points(min: &str, max: &str) -> PrizeDocument {
    PrizeDocument::Points { min: min.into(), max: max.into() }
}

fn tier(at: u32, mode: TierMode, awards: &[&str]) -> TierDocument {
    TierDocument { at, mode, awards: awards.iter().map(|id| (*id).to_owned()).collect() }
}

fn rebate(behaviour: &str, sku: Option<&str>, points: Option<&str>) -> RebateDocument {
    RebateDocument {
        behaviour: behaviour.into(),
        daily: false,
        sku: sku.map(Into::into),
        points: points.map(Into::into),
        streaks: Vec::new(),
    }
}

fn step(at: u32, sku: Option<&str>, points: Option<&str>) -> StreakDocument {
    StreakDocument { at, repeat: false, sku: sku.map(Into::into), points: points.map(Into::into) }
}

fn stage(channel: &str, source: &str) -> StageDocument {
    StageDocument { channel: channel.into(), source: source.into() }
}

#[test]
fn lists_are_bounded() {
    check(&[
        Case {
            rule: "there are at most 1,000 awards",
            good: |d| many_awards(d, 1_000),
            bad: |d| many_awards(d, 1_001),
            path: "awards",
            says: "1001",
        },
        Case {
            rule: "there are at most 1,000 SKUs",
            good: |d| many_skus(d, 1_000),
            bad: |d| many_skus(d, 1_001),
            path: "skus",
            says: "1001",
        },
        Case {
            rule: "there are at most 1,000 rebates",
            good: |d| d.rebates = (0..1_000).map(|n| rebate(&format!("b{n}"), None, Some("1"))).collect(),
            bad: |d| d.rebates = (0..1_001).map(|n| rebate(&format!("b{n}"), None, Some("1"))).collect(),
            path: "rebates",
            says: "1001",
        },
        Case {
            rule: "there are at most 1,000 stages",
            good: |d| d.stages = (0..1_000).map(|n| stage("c", &n.to_string())).collect(),
            bad: |d| d.stages = (0..1_001).map(|n| stage("c", &n.to_string())).collect(),
            path: "stages",
            says: "1001",
        },
    ]);
    let mut empty = demo();
    empty.awards.clear();
    empty.tiers.clear();
    empty.blacklist = None;
    let faults = compile(&empty).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert_eq!(faults[0].path, "awards");
}

/// A chain of so many awards, each the fallback of the one before.
fn many_awards(document: &mut CampaignDocument, count: usize) {
    document.tiers.clear();
    document.blacklist = None;
    document.awards = (0..count)
        .map(|number| AwardDocument {
            weight: if number == 0 { "1" } else { "0" }.into(),
            stock: (number + 1 < count).then_some(1),
            fallback: (number + 1 < count).then(|| (number + 1).to_string()),
            ..nothing(&number.to_string())
        })
        .collect();
}

fn many_skus(document: &mut CampaignDocument, count: usize) {
    document.rebates.clear();
    let one = document.skus[0].clone();
    document.skus = (0..count).map(|number| SkuDocument { id: number.to_string(), ..one.clone() }).collect();
}

#[test]
fn every_fault_is_reported_at_once_and_in_document_order() {
    let mut document = demo();
    document.activity = "a b".into();
    document.title = String::new();
    document.opens_at = "soon".into();
    document.time_zone = "Mars".into();
    document.limits.day = Some(0);
    document.awards.iter_mut().for_each(|award| award.unlock_after = 0);
    document.awards[0].fallback = None;
    document.awards[1].weight = "x".into();
    document.awards[1].prize = PrizeDocument::Webhook { endpoint: String::new(), payload: Map::new() };
    document.awards[2].fallback = Some("999".into());
    document.awards[3].fallback = Some("104".into());
    document.awards[4].prize = points("2", "1");
    document.awards[7].id = "101".into();
    document.tiers[1].at = 10;
    document.tiers[2].awards = vec!["108".into(), "104".into(), "104".into()];
    document.blacklist.as_mut().unwrap().users.push("user001".into());
    document.blacklist.as_mut().unwrap().award = "777".into();
    document.skus[0].draws = 0;
    document.skus[1].price = "free".into();
    document.rebates[0].sku = Some("1".into());
    document.rebates[1].behaviour = "sign_in".into();
    document.stages.push(document.stages[0].clone());

    let faults = compile(&document).unwrap_err();
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    let expected = [
        "activity",
        "title",
        "opens_at",
        "time_zone",
        "limits.day",
        "awards[0].fallback",
        "awards[1].weight",
        "awards[1].prize.endpoint",
        "awards[2].fallback",
        "awards[3].fallback",
        "awards[4].prize.max",
        "awards[7].id",
        "awards[8]",
        "tiers[1].at",
        "tiers[2].awards[0]",
        "tiers[2].awards[2]",
        "blacklist.users[3]",
        "blacklist.award",
        "skus[0].draws",
        "skus[1].price",
        "rebates[0].sku",
        "rebates[1].behaviour",
        "stages[1]",
    ];
    assert_eq!(paths, expected);
    let texts: BTreeSet<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), faults.len());
    assert!(faults.iter().all(|fault| !fault.message.is_empty() && !fault.mend.is_empty()));
}

#[test]
fn a_long_text_is_quoted_short() {
    let mut document = demo();
    document.activity = "x ".repeat(10_000);
    let faults = compile(&document).unwrap_err();
    assert!(faults[0].message.len() < 200, "{}", faults[0].message);
}

#[test]
fn a_valid_document_keeps_itself_in_its_campaign() {
    assert_eq!(compiled(&demo()).document, demo());
}
