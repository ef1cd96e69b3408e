//! Reading documents: two forms of one thing, and errors that name their place.

use std::path::Path;

use big_market::domain::document::{CampaignDocument, Format, json_schema, parse};
use big_market::domain::points::Points;
use big_market::domain::quota::Limits;
use big_market::domain::validate::{endpoints, unknown_endpoints};

use super::{DEMO, compiled, demo, exactness};

#[test]
fn toml_and_json_are_two_forms_of_one_document() {
    for document in [demo(), exactness()] {
        let toml = toml::to_string(&document).unwrap();
        let json = serde_json::to_string_pretty(&document).unwrap();
        assert_eq!(parse(&toml, Format::Toml).as_ref(), Ok(&document));
        assert_eq!(parse(&json, Format::Json).as_ref(), Ok(&document));
    }
}

#[test]
fn the_demo_is_the_seeds_campaign() {
    let campaign = compiled(&demo());
    assert_eq!(campaign.activity_id.as_str(), "100301");
    assert_eq!(campaign.title, "测试活动");
    assert_eq!(campaign.time_zone, chrono_tz::Asia::Shanghai);
    assert_eq!(campaign.limits, Limits::default());
    let (first, last) = campaign.days();
    assert_eq!((first.to_string(), last.to_string()), ("2026-01-01".into(), "2035-11-30".into()));

    let awards = campaign.strategy.awards();
    let weights: Vec<u64> = awards.iter().map(|award| award.weight).collect();
    assert_eq!(weights, [79, 3, 3, 3, 3, 3, 3, 3, 0]);
    let unlocks: Vec<u32> = awards.iter().map(|award| award.unlock_after).collect();
    assert_eq!(unlocks, [0, 0, 0, 0, 3, 2, 1, 0, 0]);
    let stocks: Vec<Option<u64>> = awards.iter().map(|award| award.stock).collect();
    let hundred = Some(100);
    assert_eq!(stocks, [Some(10_000), hundred, hundred, hundred, hundred, hundred, hundred, hundred, None]);
    let fallbacks: Vec<Option<usize>> = awards.iter().map(|award| award.fallback).collect();
    let first = Some(0);
    assert_eq!(fallbacks, [Some(8), first, first, first, first, first, first, first, None]);

    let tiers: Vec<u32> = campaign.strategy.tiers().iter().map(|tier| tier.at).collect();
    assert_eq!(tiers, [10, 70, 1000]);
    let skus: Vec<_> = campaign.skus.iter().map(|sku| (sku.sku.as_str(), sku.draws, sku.price)).collect();
    let points = |text: &str| text.parse::<Points>().unwrap();
    let seed = [
        ("9011", 150, points("200")),
        ("9012", 50, points("100")),
        ("9013", 5, points("20")),
        ("9014", 1, points("5")),
    ];
    assert_eq!(skus, seed);
    let behaviours: Vec<&str> = campaign.document.rebates.iter().map(|rebate| rebate.behaviour.as_str()).collect();
    assert_eq!(behaviours, ["sign_in", "payment"]);
}

#[test]
fn a_file_tells_its_format_by_its_extension() {
    assert_eq!(Format::of_file(Path::new("campaigns/demo-100301.toml")), Some(Format::Toml));
    assert_eq!(Format::of_file(Path::new("DEMO.JSON")), Some(Format::Json));
    for other in ["demo.yaml", "demo", ".toml", "toml"] {
        assert_eq!(Format::of_file(Path::new(other)), None, "{other}");
    }
}

/// The error of the demo with `good` replaced by `bad`, in TOML.
fn toml_error(good: &str, bad: &str) -> (String, String, String) {
    assert_eq!(DEMO.matches(good).count(), 1, "{good}");
    let fault = parse(&DEMO.replacen(good, bad, 1), Format::Toml).unwrap_err();
    (fault.path, fault.message, fault.mend)
}

/// Where `text` begins in the demo.
fn place(text: &str) -> String {
    let (index, line) = DEMO.lines().enumerate().find(|(_, line)| line.contains(text)).unwrap();
    format!("line {}, column {}", index + 1, line.find(text).unwrap() + 1)
}

#[test]
fn an_unknown_field_is_an_error_that_names_its_line() {
    let (path, message, mend) = toml_error("time_zone = \"Asia", "timezone = \"Asia");
    assert_eq!(path, place("time_zone = \"Asia"));
    assert!(message.contains("timezone") && message.contains("time_zone"), "{message}");
    assert!(mend.contains("Correct the name"), "{mend}");

    for (good, bad) in [
        ("prize = { kind = \"coupon\", pool = \"payment\" }", "prize = { kind = \"coupon\", pool = \"p\", size = 1 }"),
        ("unlock_after = 3\nfallback", "unlock_at = 3\nfallback"),
        ("points = { min = \"0.01\", max = \"1\" }", "points = { min = \"0.01\", max = \"1\", mean = \"1\" }"),
        ("channel = \"app\"", "channel = \"app\"\nchanel = \"app\""),
        ("at = 10\n", "at = 10\nupto = 20\n"),
        ("draws = 150", "draws = 150\nprize = 1"),
        ("behaviour = \"payment\"", "behaviour = \"payment\"\nonce = true"),
    ] {
        let (path, message, _) = toml_error(good, bad);
        assert!(path.starts_with("line "), "{path}");
        assert!(message.contains("unknown field"), "{message}");
    }
    let (_, message, _) = toml_error("prize = { kind = \"nothing\" }", "prize = { kind = \"nothing\", stock = 1 }");
    assert!(message.contains("stock"), "{message}");
}

#[test]
fn what_cannot_be_read_says_where_and_how_to_mend_it() {
    let (path, message, mend) = toml_error("title = \"测试活动\"", "title = 测试活动");
    assert_eq!(
        path,
        format!("line {}, column 9", DEMO.lines().position(|line| line.contains("测试活动")).unwrap() + 1)
    );
    assert!(!message.is_empty() && !mend.is_empty());
    let (_, message, mend) = toml_error("title = \"测试活动\"\n", "");
    assert!(message.contains("missing field") && message.contains("title"), "{message}");
    assert!(mend.contains("Add"), "{mend}");
    let (path, message, _) = toml_error("draws = 150", "draws = -150");
    assert_eq!(path, place("draws = 150").replace("column 1", "column 9"));
    assert!(message.contains("150"), "{message}");
    let (_, message, _) = toml_error("weight = \"0.79\"", "weight = 0.79");
    assert!(message.contains("string"), "{message}");
    let (_, message, _) = toml_error("kind = \"coupon\"", "kind = \"voucher\"");
    assert!(message.contains("voucher") && message.contains("coupon"), "{message}");
    let (_, _, mend) = toml_error("draws = 150", "draws = 150\ndraws = 151");
    assert!(mend.contains("Keep one"), "{mend}");

    let json = serde_json::to_string_pretty(&demo()).unwrap();
    let fault = parse(&json.replacen("\"title\"", "\"titel\"", 1), Format::Json).unwrap_err();
    assert_eq!(fault.path, "line 3, column 9");
    assert!(fault.message.contains("titel") && !fault.message.contains("line"), "{}", fault.message);
    let fault = parse(&json[..json.len() - 2], Format::Json).unwrap_err();
    assert!(fault.path.starts_with("line "), "{}", fault.path);
    assert!(parse("", Format::Json).is_err());
    assert!(parse("", Format::Toml).is_err());
    assert!(parse(&"[".repeat(100_000), Format::Json).is_err());
}

#[test]
fn the_schema_describes_what_is_read() {
    let schema = json_schema();
    assert_eq!(schema["additionalProperties"], false);
    for field in serde_json::to_value(demo()).unwrap().as_object().unwrap().keys() {
        let described = &schema["properties"][field];
        assert!(described["description"].is_string() || described["$ref"].is_string(), "{field}");
    }
    let required: Vec<&str> = schema["required"].as_array().unwrap().iter().filter_map(|v| v.as_str()).collect();
    assert_eq!(required, ["activity", "title", "opens_at", "closes_at", "time_zone", "awards"]);
}

#[test]
fn endpoints_are_named_with_their_place_and_missing_ones_are_faults() {
    let mut document = demo();
    let used: Vec<_> = endpoints(&document).map(|used| (used.path, used.endpoint.to_owned())).collect();
    assert_eq!(used, [("awards[1].prize.endpoint".to_owned(), "demo".to_owned())]);

    assert_eq!(unknown_endpoints(&document, ["demo", "partner"]), []);
    let faults = unknown_endpoints(&document, ["partner"]);
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].path, "awards[1].prize.endpoint");
    assert!(faults[0].message.contains("demo") && faults[0].mend.contains("partner"), "{}", faults[0]);
    assert!(unknown_endpoints(&document, [])[0].mend.contains("[webhook.endpoints]"));
    document.awards.remove(1);
    assert_eq!(unknown_endpoints(&document, []), []);
}

#[test]
fn a_document_may_leave_out_what_has_a_default() {
    let least = r#"
        activity = "a"
        title = "A"
        opens_at = "2026-01-01T00:00:00Z"
        closes_at = "2026-01-02T00:00:00Z"
        time_zone = "UTC"
        awards = [{ id = "1", title = "One", weight = "1", prize = { kind = "goods" } }]
    "#;
    let document: CampaignDocument = parse(least, Format::Toml).unwrap();
    assert_eq!(compiled(&document).strategy.base().total(), 1);
}
