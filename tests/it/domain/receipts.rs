//! Receipts: what proves a draw, and what refutes one that was changed afterwards.

use std::collections::BTreeSet;

use big_market::domain::award::PrizeValue;
use big_market::domain::calendar::Day;
use big_market::domain::document::CampaignDocument;
use big_market::domain::draw::{Fallback, Reason};
use big_market::domain::id::{ActivityId, AwardId, DrawId, RequestId, UserId, Version};
use big_market::domain::points::Points;
use big_market::domain::receipt::{Receipt, Replayed, SeedProof, Verdict};
use big_market::domain::roll::{DaySeed, Roll, RollKey, SeedChain};
use big_market::domain::standing::{Standing, UserList};
use big_market::domain::strategy::{DrawFacts, Rule, decide};

use super::{compiled, demo};

fn chain() -> SeedChain {
    SeedChain { first_day: "2026-01-01".parse().unwrap(), days: 3_621, last_seed: DaySeed([42; 32]) }
}

/// An honest receipt of a draw with 10 draws used, 3 of them that day, whose first `out_of_stock` candidates were gone.
fn receipt(document: CampaignDocument, request: &str, out_of_stock: u32) -> Receipt {
    receipt_of(document, request, out_of_stock, Standing::default())
}

fn receipt_of(document: CampaignDocument, request: &str, out_of_stock: u32, standing: Standing) -> Receipt {
    let campaign = compiled(&document);
    let day: Day = "2026-05-04".parse().unwrap();
    let seed = chain().seed_of(day).unwrap();
    let user_id = UserId::new("ann").unwrap();
    let request_id = RequestId::new(request).unwrap();
    let key = RollKey { activity_id: &campaign.activity_id, user_id: &user_id, request_id: &request_id, index: 2 };
    let roll = Roll::new(&seed, &key);
    let facts = DrawFacts { user_id: &user_id, used: 10, used_today: 3, standing: &standing };
    let decision = decide(&campaign.strategy, &facts, roll);
    let given = usize::try_from(out_of_stock).unwrap();
    let candidate = &decision.candidates[given];
    Receipt {
        draw_id: "draw_01J9ZZZZZZZZZZZZZZZZZZZZZZ".parse::<DrawId>().unwrap(),
        activity_id: campaign.activity_id.clone(),
        user_id: user_id.clone(),
        request_id: request_id.clone(),
        index: 2,
        drawn_at: "2026-05-04T10:00:00+08:00".parse().unwrap(),
        day,
        used_before: 10,
        used_today_before: 3,
        standing,
        roll,
        reason: Reason::of(&campaign.strategy, &decision, given),
        award_id: campaign.strategy.awards()[candidate.award].award_id.clone(),
        value: candidate.value.clone(),
        version: Version(1),
        document,
        seed: SeedProof { first_day: chain().first_day, commitment: chain().commitment(), revealed: Some(seed) },
    }
}

fn honest() -> Receipt {
    receipt(demo(), "order-1", 0)
}

#[test]
fn an_honest_receipt_is_proven() {
    assert_eq!(honest().verify(), Verdict::Proven);
    for out_of_stock in 0..3 {
        assert_eq!(receipt(demo(), "order-2", out_of_stock).verify(), Verdict::Proven, "{out_of_stock}");
    }
}

#[test]
fn a_receipt_survives_its_json() {
    let receipt = honest();
    let json = serde_json::to_string(&receipt).unwrap();
    assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt);
}

#[test]
fn until_the_seed_is_revealed_the_roll_is_taken_on_trust_and_the_rest_is_not() {
    let mut receipt = honest();
    receipt.seed.revealed = None;
    assert_eq!(receipt.verify(), Verdict::SeedNotRevealed);
    receipt.award_id = AwardId::new("101").unwrap();
    assert!(matches!(receipt.verify(), Verdict::Refuted(_)));
}

#[test]
fn a_receipt_with_any_decisive_field_changed_is_refuted() {
    type Change = fn(&mut Receipt);
    let changes: [(&str, Change); 21] = [
        ("activity", |r| r.activity_id = ActivityId::new("100302").unwrap()),
        ("user", |r| r.user_id = UserId::new("bob").unwrap()),
        ("request", |r| r.request_id = RequestId::new("order-9").unwrap()),
        ("index", |r| r.index = 0),
        ("drawn at", |r| r.drawn_at = "2026-05-04T00:00:00+09:00".parse().unwrap()),
        ("day", |r| r.day = r.day.plus(1)),
        ("day and time", |r| {
            r.day = r.day.plus(1);
            r.drawn_at += chrono::TimeDelta::days(1);
        }),
        ("draws used", |r| r.used_before = 11),
        ("draws used, below the tier", |r| r.used_before = 9),
        ("list", |r| r.standing.list = Some(UserList::Black)),
        ("roll", |r| r.roll.0[31] ^= 1),
        ("rule", |r| r.reason.rule = Rule::Weights),
        ("tier", |r| r.reason.rule = Rule::Tier { at: 70 }),
        ("picked", |r| r.reason.picked = AwardId::new("101").unwrap()),
        ("out of stock", |r| r.reason.out_of_stock = 1),
        ("more out of stock than there are candidates", |r| r.reason.out_of_stock = u32::MAX),
        ("fallback", |r| r.reason.fallback = Some(Fallback::Locked)),
        ("award", |r| r.award_id = AwardId::new("104").unwrap()),
        ("value", |r| r.value = PrizeValue::Points { amount: Points::from_hundredths(100) }),
        ("seed", |r| r.seed.revealed = Some(DaySeed([1; 32]))),
        ("commitment", |r| r.seed.commitment.0[0] ^= 1),
    ];
    for (what, change) in changes {
        let mut receipt = honest();
        change(&mut receipt);
        match receipt.verify() {
            Verdict::Refuted(faults) => assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.is_empty())),
            verdict => panic!("{what} was changed, and the verdict is {verdict:?}"),
        }
    }
}

#[test]
fn a_receipt_with_a_changed_document_or_chain_is_refuted() {
    type Change = fn(&mut Receipt);
    let changes: [(&str, Change); 6] = [
        ("first day of the chain", |r| r.seed.first_day = r.seed.first_day.plus(1)),
        ("a day before the chain", |r| r.seed.first_day = r.day.plus(1)),
        ("the tier", |r| r.document.tiers[0].awards = vec!["104".into()]),
        ("the tier's place", |r| r.document.tiers[0].at = 12),
        ("the activity", |r| r.document.activity = "100302".into()),
        ("a document that is not valid", |r| r.document.awards[0].weight = "0.78".into()),
    ];
    for (what, change) in changes {
        let mut receipt = honest();
        change(&mut receipt);
        assert!(matches!(receipt.verify(), Verdict::Refuted(_)), "{what}");
    }
}

#[test]
fn a_receipt_cannot_hide_the_day_behind_another_time_zone() {
    let mut receipt = honest();
    receipt.drawn_at = "2026-05-04T17:00:00Z".parse().unwrap();
    let Verdict::Refuted(faults) = receipt.verify() else { panic!("05-05 in Shanghai") };
    assert!(faults[0].contains("2026-05-05"), "{faults:?}");
}

#[test]
fn nothing_that_cannot_run_out_is_passed_over() {
    let mut document = demo();
    document.awards[1].stock = None;
    document.awards[2].stock = None;
    let mut receipt = receipt(document, "order-1", 0);
    receipt.reason.out_of_stock = 1;
    receipt.reason.fallback = Some(Fallback::OutOfStock);
    receipt.award_id = AwardId::new("101").unwrap();
    assert!(matches!(receipt.verify(), Verdict::Refuted(_)));
}

#[test]
fn what_a_lock_passed_over_is_recomputed() {
    // With 70 used, 106 and 107 need 2 and 1 draws that day.
    let campaign = compiled(&demo());
    let user_id = UserId::new("ann").unwrap();
    let roll = super::roll(3);
    let standing = Standing::default();
    let facts = DrawFacts { user_id: &user_id, used: 70, used_today: 0, standing: &standing };
    let decision = decide(&campaign.strategy, &facts, roll);
    let reason = Reason::of(&campaign.strategy, &decision, 0);
    assert_eq!(reason.fallback, Some(Fallback::Locked));
    let award_id = AwardId::new("101").unwrap();
    let honest = Replayed {
        user_id: &user_id,
        used_before: 70,
        used_today_before: 0,
        standing: &standing,
        roll,
        reason: &reason,
        award_id: &award_id,
        value: &decision.candidates[0].value,
    };
    assert_eq!(honest.differs_from(&campaign.strategy), None);
    let tampered = Replayed { used_today_before: 3, ..honest };
    assert!(tampered.differs_from(&campaign.strategy).is_some());
}

#[test]
fn wins_and_lists_are_facts_that_a_receipt_proves() {
    let mut document = demo();
    for award in &mut document.awards {
        award.per_user = award.stock.map(|_| 1);
    }
    let plain = receipt(document.clone(), "order-1", 0);
    let json = serde_json::to_value(&plain).unwrap();
    assert!(json.get("standing").is_none(), "nothing to tell");
    let won = [(plain.award_id.clone(), 1)].into();
    let limited = receipt_of(document.clone(), "order-1", 0, Standing { list: None, won });
    assert_eq!(limited.reason.fallback, Some(Fallback::UserLimit));
    let grey = receipt_of(document, "order-1", 0, Standing { list: Some(UserList::Grey), ..Standing::default() });
    assert_eq!((grey.reason.fallback, grey.award_id.as_str()), (Some(Fallback::GreyList), "100"));
    for honest in [&plain, &limited, &grey] {
        assert_eq!(honest.verify(), Verdict::Proven);
        let json = serde_json::to_string(honest).unwrap();
        assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), *honest);
    }
    for standing in [Standing::default(), Standing { list: Some(UserList::Black), ..Standing::default() }] {
        for honest in [&limited, &grey] {
            let tampered = Receipt { standing: standing.clone(), ..honest.clone() };
            assert!(matches!(tampered.verify(), Verdict::Refuted(_)), "{standing:?}");
        }
    }
}

/// The page proves the same receipts in the browser, so both must read every one alike: of every kind of prize, rule and fallback.
#[test]
fn receipts_that_the_page_is_tested_with_are_proven_here_too() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/web/src/receipt/vectors.json");
    let receipts: Vec<Receipt> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut kinds = BTreeSet::new();
    let mut rules = BTreeSet::new();
    for receipt in &receipts {
        assert_eq!(receipt.verify(), Verdict::Proven, "{}", receipt.draw_id);
        kinds.insert(serde_json::to_value(&receipt.value).unwrap()["kind"].as_str().unwrap().to_owned());
        rules.insert(serde_json::to_value(&receipt.reason).unwrap()["rule"].as_str().unwrap().to_owned());
    }
    assert_eq!(Vec::from_iter(kinds), ["coupon", "draws", "goods", "nothing", "points", "webhook"]);
    assert_eq!(Vec::from_iter(rules), ["blacklist", "tier", "weights"]);
}
