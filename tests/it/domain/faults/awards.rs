//! Weights, stocks, fallbacks and prizes.

use big_market::domain::document::{CampaignDocument, Format, PrizeDocument, parse};
use big_market::domain::validate::compile;
use serde_json::{Map, Value, json};

use super::{Case, check, points};
use crate::domain::{DEMO, demo, exactness, nothing};

fn webhook(payload: Value) -> PrizeDocument {
    let payload: Map<String, Value> = serde_json::from_value(payload).unwrap();
    PrizeDocument::Webhook { endpoint: "demo".into(), payload }
}

#[test]
fn weights_are_checked() {
    check(&[
        Case {
            rule: "weights are decimals",
            good: |d| d.awards[0].weight = "0.790".into(),
            bad: |d| d.awards[0].weight = "79%".into(),
            path: "awards[0].weight",
            says: "79%",
        },
        Case {
            rule: "weights have at most 12 places",
            good: |d| d.awards[0].weight = "0.790000000000".into(),
            bad: |d| d.awards[0].weight = "0.7900000000000".into(),
            path: "awards[0].weight",
            says: "12 decimal places",
        },
        Case {
            rule: "a weight is at most 1",
            good: |d| {
                *d = exactness();
                d.awards.truncate(1);
                d.awards.push(nothing("100"));
                d.awards[0].weight = "1".into();
            },
            bad: |d| d.awards[0].weight = "79".into(),
            path: "awards[0].weight",
            says: "above 1",
        },
        Case {
            rule: "weights sum to no less than 1",
            good: |d| {
                d.awards[0].weight = "0.789999999999".into();
                d.awards[8].weight = "0.000000000001".into();
            },
            bad: |d| d.awards[0].weight = "0.789999999999".into(),
            path: "awards",
            says: "0.999999999999",
        },
        Case {
            rule: "weights sum to no more than 1",
            good: |d| {
                d.awards[0].weight = "0.78".into();
                d.awards[8].weight = "0.01".into();
            },
            bad: |d| d.awards[8].weight = "0.01".into(),
            path: "awards",
            says: "1.01",
        },
    ]);
}

#[test]
fn weights_that_do_not_sum_to_one_are_refused_and_never_rescaled() {
    let mut document = demo();
    document.awards[0].weight = "0.75".into();
    let faults = compile(&document).unwrap_err();
    assert_eq!(faults[0].mend, "Raise them by 0.04 together, so that they sum to exactly 1.");
}

#[test]
fn stocks_unlocks_and_fallbacks_are_checked() {
    check(&[
        Case {
            rule: "a stock is at most a million million, and may be sold out",
            good: |d| {
                d.awards[0].stock = Some(0);
                d.awards[1].stock = Some(1_000_000_000_000);
            },
            bad: |d| d.awards[1].stock = Some(1_000_000_000_001),
            path: "awards[1].stock",
            says: "1000000000001",
        },
        Case {
            rule: "an award with stock has a fallback",
            good: |d| {
                d.awards[1].fallback = None;
                d.awards[1].stock = None;
            },
            bad: |d| d.awards[1].fallback = None,
            path: "awards[1].fallback",
            says: "stock can run out",
        },
        Case {
            rule: "an award that is limited per user has a fallback",
            good: |d| d.awards[8].stock = None,
            bad: |d| d.awards[8].per_user = Some(1),
            path: "awards[8].fallback",
            says: "as often as one may",
        },
        Case {
            rule: "a limit per user lets a user win it once or more",
            good: |d| d.awards[1].per_user = Some(1),
            bad: |d| d.awards[1].per_user = Some(0),
            path: "awards[1].per_user",
            says: "nobody",
        },
        Case {
            rule: "an award that unlocks has a fallback",
            good: |d| d.awards[4].stock = None,
            bad: |d| {
                d.awards[4].stock = None;
                d.awards[4].fallback = None;
            },
            path: "awards[4].fallback",
            says: "locked",
        },
        Case {
            rule: "a chain of fallbacks ends in an award that can always be given",
            good: |d| d.awards[8].fallback = None,
            bad: |d| d.awards[8].stock = Some(1_000_000),
            path: "awards[8].fallback",
            says: "stock can run out",
        },
        Case {
            rule: "a fallback is an award",
            good: |d| d.awards[1].fallback = Some("100".into()),
            bad: |d| d.awards[1].fallback = Some("999".into()),
            path: "awards[1].fallback",
            says: "999",
        },
        Case {
            rule: "no award is its own fallback",
            good: |d| d.awards[1].fallback = Some("103".into()),
            bad: |d| d.awards[1].fallback = Some("102".into()),
            path: "awards[1].fallback",
            says: "102 -> 102",
        },
        Case {
            rule: "fallbacks run in no circle",
            good: |d| d.awards[0].fallback = Some("100".into()),
            bad: |d| d.awards[8].fallback = Some("103".into()),
            path: "awards[0].fallback",
            says: "101 -> 100 -> 103 -> 101",
        },
        Case {
            rule: "a dispatch waits no longer than a campaign lasts",
            good: |d| d.awards[0].dispatch_after_seconds = 315_360_000,
            bad: |d| d.awards[0].dispatch_after_seconds = 315_360_001,
            path: "awards[0].dispatch_after_seconds",
            says: "315360001",
        },
    ]);
}

#[test]
fn prizes_are_checked() {
    check(&[
        Case {
            rule: "points are decimals with two places",
            good: |d| d.awards[0].prize = points("0.01", "10000000000"),
            bad: |d| d.awards[0].prize = points("0.001", "1"),
            path: "awards[0].prize.min",
            says: "0.001",
        },
        Case {
            rule: "points are at most what a transfer moves",
            good: |d| d.awards[0].prize = points("1", "10000000000.00"),
            bad: |d| d.awards[0].prize = points("1", "10000000000.01"),
            path: "awards[0].prize.max",
            says: "10000000000.01",
        },
        Case {
            rule: "points are worth something",
            good: |d| d.awards[0].prize = points("0.01", "0.01"),
            bad: |d| d.awards[0].prize = points("0", "1"),
            path: "awards[0].prize.min",
            says: "nothing",
        },
        Case {
            rule: "the least is not above the most",
            good: |d| d.awards[0].prize = points("5", "5"),
            bad: |d| d.awards[0].prize = points("5.01", "5"),
            path: "awards[0].prize.max",
            says: "below min",
        },
        Case {
            rule: "a cost is an amount of money",
            good: |d| d.awards[1].cost = Some("1999.90".into()),
            bad: |d| d.awards[1].cost = Some("1.999".into()),
            path: "awards[1].cost",
            says: "1.999",
        },
        Case {
            rule: "draws are of a SKU of the document",
            good: |d| d.awards[3].prize = PrizeDocument::Draws { sku: "9014".into() },
            bad: |d| d.awards[3].prize = PrizeDocument::Draws { sku: "9015".into() },
            path: "awards[3].prize.sku",
            says: "9015",
        },
        Case {
            rule: "an endpoint has a name",
            good: |d| d.awards[1].prize = webhook(json!({})),
            bad: |d| d.awards[1].prize = PrizeDocument::Webhook { endpoint: String::new(), payload: Map::new() },
            path: "awards[1].prize.endpoint",
            says: "empty",
        },
        Case {
            rule: "a payload is not too long",
            good: |d| d.awards[1].prize = webhook(json!({ "x": "y".repeat(4_088) })),
            bad: |d| d.awards[1].prize = webhook(json!({ "x": "y".repeat(4_089) })),
            path: "awards[1].prize.payload",
            says: "4097 bytes",
        },
        Case {
            rule: "a payload holds what TOML can write",
            good: |d| d.awards[1].prize = webhook(json!({ "x": [{ "y": [true, 1.5, -7, "text"] }] })),
            bad: |d| d.awards[1].prize = webhook(json!({ "x": [{ "y": [null] }] })),
            path: "awards[1].prize.payload.x",
            says: "null",
        },
        Case {
            rule: "a payload's numbers are kept exactly",
            good: |d| d.awards[1].prize = webhook(json!({ "x": i64::MAX })),
            bad: |d| d.awards[1].prize = webhook(json!({ "x": u64::MAX })),
            path: "awards[1].prize.payload.x",
            says: "number",
        },
        Case {
            rule: "a payload's times are texts",
            good: |d| *d = with_payload("{ at = \"2026-01-01\" }"),
            bad: |d| *d = with_payload("{ at = 2026-01-01 }"),
            path: "awards[1].prize.payload.at",
            says: "time",
        },
        Case {
            rule: "a pool has a name",
            good: |d| d.awards[2].prize = PrizeDocument::Coupon { pool: "spring".into() },
            bad: |d| d.awards[2].prize = PrizeDocument::Coupon { pool: String::new() },
            path: "awards[2].prize.pool",
            says: "empty",
        },
    ]);
}

/// The demo, read from a text with another payload.
fn with_payload(payload: &str) -> CampaignDocument {
    let text = DEMO.replacen("payload = { calls = 5 }", &format!("payload = {payload}"), 1);
    parse(&text, Format::Toml).unwrap()
}
