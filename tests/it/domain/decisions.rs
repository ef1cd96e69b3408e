//! Unlocks, tiers, the blacklist and fallbacks, at their edges.

use std::collections::BTreeSet;

use big_market::domain::award::{PointsRange, PrizeValue};
use big_market::domain::campaign::Campaign;
use big_market::domain::document::{AwardDocument, CampaignDocument, PrizeDocument, TierDocument};
use big_market::domain::draw::{Fallback, Reason};
use big_market::domain::id::AwardId;
use big_market::domain::points::Points;
use big_market::domain::roll::Roll;
use big_market::domain::standing::UserList;
use big_market::domain::strategy::{Rule, TierMode};

use super::{Player, candidate_ids, compiled, demo, exactness, nothing, picked_id, roll, roll_of_ticket};

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

/// The amount of points a decision gives first.
fn amount(value: &PrizeValue) -> Points {
    match value {
        PrizeValue::Points { amount } => *amount,
        other => panic!("{other:?} is not points"),
    }
}

/// The middle of an award's share of the demo's weights.
fn roll_for(campaign: &Campaign, award: &str) -> Roll {
    (0..100)
        .map(|ticket| roll_of_ticket(ticket, 100))
        .find(|roll| picked_id(campaign, &Player::new("ann", 0, 0).draws(campaign, *roll)) == award)
        .unwrap()
}

#[test]
fn a_lock_counts_the_draws_made_before_this_one() {
    let campaign = compiled(&demo());
    for (award, unlock_after) in [("107", 1), ("106", 2), ("105", 3)] {
        let roll = roll_for(&campaign, award);
        for used_today in 0..6 {
            let decision = Player::new("ann", 20 + used_today, used_today).draws(&campaign, roll);
            assert_eq!(picked_id(&campaign, &decision), award);
            let candidates = candidate_ids(&campaign, &decision);
            if used_today < unlock_after {
                assert_eq!(candidates, ["101", "100"], "{award} is locked after {used_today}");
            } else {
                assert_eq!(candidates, [award, "101", "100"], "{award} is open after {used_today}");
            }
        }
    }
}

#[test]
fn a_lock_counts_the_day_and_not_the_whole_activity() {
    let campaign = compiled(&demo());
    let roll = roll_for(&campaign, "105");
    let decision = Player::new("ann", 500, 2).draws(&campaign, roll);
    assert_eq!(candidate_ids(&campaign, &decision), ["101", "100"]);
}

#[test]
fn a_once_tier_holds_for_exactly_one_draw() {
    let campaign = compiled(&demo());
    for (at, awards) in [(10, ["102", "103"]), (70, ["106", "107"]), (1000, ["104", "105"])] {
        let mut picked = BTreeSet::new();
        for number in 0..200 {
            let decision = Player::new("ann", at, 3).draws(&campaign, roll(number));
            assert_eq!(decision.rule, Rule::Tier { at });
            picked.insert(picked_id(&campaign, &decision));
        }
        assert_eq!(picked, awards.map(str::to_owned).into());
        for used in [0, at - 1, at + 1, u32::MAX] {
            let decision = Player::new("ann", used, 0).draws(&campaign, roll(1));
            assert_eq!(decision.rule, Rule::Weights, "with {used} draws used");
        }
    }
}

fn with_tiers(tiers: &[(u32, TierMode, &[&str])]) -> Campaign {
    let mut document = demo();
    document.tiers = tiers
        .iter()
        .map(|(at, mode, awards)| TierDocument {
            at: *at,
            mode: *mode,
            awards: awards.iter().map(|id| (*id).to_owned()).collect(),
        })
        .collect();
    compiled(&document)
}

#[test]
fn a_from_tier_holds_until_the_next_tier() {
    // Written in any order; a once tier interrupts for its one draw.
    let campaign = with_tiers(&[
        (70, TierMode::From, &["106", "107"]),
        (10, TierMode::From, &["102", "103"]),
        (40, TierMode::Once, &["108"]),
    ]);
    let rule = |used| Player::new("ann", used, 5).draws(&campaign, roll(7)).rule;
    for used in [0, 9] {
        assert_eq!(rule(used), Rule::Weights, "{used}");
    }
    for used in [10, 11, 39, 41, 69] {
        assert_eq!(rule(used), Rule::Tier { at: 10 }, "{used}");
    }
    assert_eq!(rule(40), Rule::Tier { at: 40 });
    for used in [70, 71, 1000, u32::MAX] {
        assert_eq!(rule(used), Rule::Tier { at: 70 }, "{used}");
    }
}

#[test]
fn weights_keep_their_proportions_in_a_tier() {
    let campaign = with_tiers(&[(10, TierMode::Once, &["101", "102", "100"])]);
    // 79 to 3, whatever the others weigh; the award of weight 0 is never picked.
    assert_eq!(campaign.strategy.tiers()[0].table.total(), 82);
    let player = Player::new("ann", 10, 0);
    let mut picked = [0; 2];
    for ticket in 0..82 {
        picked[player.draws(&campaign, roll_of_ticket(ticket, 82)).picked] += 1;
    }
    assert_eq!(picked, [79, 3]);
}

#[test]
fn awards_through_a_tier_obey_stock_and_lock_like_any_other() {
    let campaign = compiled(&demo());
    let awards = campaign.strategy.awards();
    for number in 0..50 {
        let first_today = Player::new("ann", 70, 0).draws(&campaign, roll(number));
        assert_eq!(candidate_ids(&campaign, &first_today), ["101", "100"], "106 and 107 are locked at the day's start");
        let later = Player::new("ann", 70, 2).draws(&campaign, roll(number));
        let stocks: Vec<_> = later.candidates.iter().map(|candidate| awards[candidate.award].stock).collect();
        assert_eq!(stocks, [Some(100), Some(10_000), None]);
    }
}

#[test]
fn the_blacklist_gives_its_award_at_its_own_worth_and_from_stock() {
    let campaign = compiled(&demo());
    for user in ["user001", "user002", "user003"] {
        // Neither tiers nor locks nor weights matter.
        for used in [0, 10, 70, 1000] {
            for number in 0..200 {
                let decision = Player::new(user, used, 0).draws(&campaign, roll(number));
                assert_eq!(decision.rule, Rule::Blacklist);
                assert_eq!(candidate_ids(&campaign, &decision), ["101", "100"]);
                let amount = amount(&decision.candidates[0].value);
                assert!(points("0.01") <= amount && amount <= points("1"), "{amount}");
            }
        }
    }
    let other = Player::new("user004", 0, 0).draws(&campaign, roll(1));
    assert_eq!(other.rule, Rule::Weights);
    assert!(campaign.strategy.awards()[0].stock.is_some(), "the blacklist's award is counted");
}

#[test]
fn the_blacklists_worth_is_of_its_award_and_not_of_the_fallbacks() {
    let mut document = demo();
    document.awards[0].fallback = Some("200".into());
    let prize = PrizeDocument::Points { min: "50".into(), max: "50".into() };
    document.awards.push(AwardDocument { prize, ..nothing("200") });
    document.awards.retain(|award| award.id != "100");
    let campaign = compiled(&document);
    let decision = Player::new("user001", 0, 0).draws(&campaign, roll(1));
    assert!(amount(&decision.candidates[0].value) <= points("1"));
    assert_eq!(amount(&decision.candidates[1].value), points("50"));
}

/// 103 -> 105 (locked) -> 107 (locked) -> 101 -> 100.
fn long_chain() -> CampaignDocument {
    let mut document = demo();
    document.awards[2].fallback = Some("105".into());
    document.awards[4].fallback = Some("107".into());
    document
}

#[test]
fn a_chain_passes_over_what_is_locked_and_keeps_its_order() {
    let campaign = compiled(&long_chain());
    let roll = roll_for(&campaign, "103");
    let candidates = |used_today| {
        let decision = Player::new("ann", 20, used_today).draws(&campaign, roll);
        candidate_ids(&campaign, &decision)
    };
    assert_eq!(candidates(0), ["103", "101", "100"]);
    assert_eq!(candidates(1), ["103", "107", "101", "100"]);
    assert_eq!(candidates(2), ["103", "107", "101", "100"]);
    assert_eq!(candidates(3), ["103", "105", "107", "101", "100"]);
}

#[test]
fn a_reason_tells_lock_from_stock() {
    let campaign = compiled(&long_chain());
    let reason = |award: &str, used_today, given| {
        let decision = Player::new("ann", 20, used_today).draws(&campaign, roll_for(&campaign, award));
        Reason::of(&campaign.strategy, &decision, given)
    };
    let won = reason("105", 3, 0);
    assert_eq!((won.picked.as_str(), won.fallback, won.out_of_stock), ("105", None, 0));
    let locked = reason("105", 0, 0);
    assert_eq!((locked.picked.as_str(), locked.fallback, locked.out_of_stock), ("105", Some(Fallback::Locked), 0));
    let out = reason("105", 3, 2);
    assert_eq!((out.picked.as_str(), out.fallback, out.out_of_stock), ("105", Some(Fallback::OutOfStock), 2));
}

#[test]
fn a_sold_out_award_is_still_picked_and_gives_its_fallback() {
    let mut document = demo();
    document.awards[1].stock = Some(0);
    let campaign = compiled(&document);
    let decision = Player::new("ann", 0, 0).draws(&campaign, roll_for(&campaign, "102"));
    assert_eq!(candidate_ids(&campaign, &decision), ["102", "101", "100"]);
    assert_eq!(campaign.strategy.awards()[decision.candidates[0].award].stock, Some(0));
}

#[test]
fn candidates_end_at_the_first_award_that_cannot_run_out() {
    let mut document = demo();
    document.awards[1].stock = None;
    let campaign = compiled(&document);
    let decision = Player::new("ann", 0, 0).draws(&campaign, roll_for(&campaign, "102"));
    assert_eq!(candidate_ids(&campaign, &decision), ["102"]);
}

#[test]
fn every_award_of_the_samples_can_be_won() {
    for document in [demo(), exactness()] {
        let campaign = compiled(&document);
        let player = Player::new("ann", 20, 20);
        let total = campaign.strategy.base().total();
        let mut winnable = BTreeSet::new();
        for ticket in 0..total {
            let decision = player.draws(&campaign, roll_of_ticket(ticket, total));
            winnable.extend(decision.candidates.iter().map(|candidate| candidate.award));
        }
        assert_eq!(winnable, (0..campaign.strategy.awards().len()).collect());
    }
}

#[test]
fn both_ends_of_a_points_range_are_reachable_and_nothing_outside_it() {
    let range = PointsRange::new(points("0.01"), points("1")).unwrap();
    let amounts: BTreeSet<i64> = (0..5_000).map(|number| range.amount(roll(number)).hundredths()).collect();
    assert_eq!(amounts, (1..=100).collect());

    // The lowest and the highest word that can decide a value.
    let mut high = [0; 32];
    high[8..16].fill(0xff);
    let mut low = [0; 32];
    low[8..16].copy_from_slice(&(u64::MAX / 9_901 + 1).wrapping_div(2).to_be_bytes());
    let range = PointsRange::new(points("1"), points("100")).unwrap();
    assert_eq!(range.amount(Roll(high)), points("100"));
    assert_eq!(range.amount(Roll(low)), points("1"));
    let one = PointsRange::new(points("5"), points("5")).unwrap();
    assert_eq!(one.amount(roll(1)), points("5"));
}

#[test]
fn a_decision_is_the_same_for_ever() {
    let campaign = compiled(&demo());
    // Roll number, user, draws used, draws used today; then the rule and the candidates with their worth. A change here
    // breaks every receipt ever given: keep the vectors and mend the code. They were computed by another program.
    let vectors: [(u64, &str, u32, u32, &str); 8] = [
        (0, "ann", 0, 0, "weights: 101 picked; 101 96.74, 100"),
        (1, "ann", 0, 0, "weights: 102 picked; 102, 101 70.12, 100"),
        (2, "ann", 10, 0, "tier 10: 103 picked; 103, 101 71.24, 100"),
        (3, "ann", 70, 0, "tier 70: 107 picked; 101 29.97, 100"),
        (3, "ann", 70, 3, "tier 70: 107 picked; 107, 101 29.97, 100"),
        (4, "ann", 1000, 3, "tier 1000: 105 picked; 105, 101 81.57, 100"),
        (5, "user001", 10, 3, "blacklist: 101 picked; 101 0.60, 100"),
        (21, "用户", 5, 2, "weights: 105 picked; 101 19.86, 100"),
    ];
    for (number, user, used, used_today, expected) in vectors {
        let decision = Player::new(user, used, used_today).draws(&campaign, roll(number));
        let awards = candidate_ids(&campaign, &decision);
        let worth = decision.candidates.iter().map(|candidate| match &candidate.value {
            PrizeValue::Points { amount } => format!(" {amount}"),
            _ => String::new(),
        });
        let candidates: Vec<String> = awards.into_iter().zip(worth).map(|(id, worth)| id + &worth).collect();
        let rule = match decision.rule {
            Rule::Blacklist => "blacklist".to_owned(),
            Rule::Tier { at } => format!("tier {at}"),
            Rule::Weights => "weights".to_owned(),
        };
        let found = format!("{rule}: {} picked; {}", picked_id(&campaign, &decision), candidates.join(", "));
        assert_eq!(found, expected, "roll {number}");
    }
}

/// 102 at most twice a user; 101 without stock and at most three times; everything else as in the demo.
fn limited() -> Campaign {
    let mut document = demo();
    document.awards[0].stock = None;
    document.awards[0].per_user = Some(3);
    document.awards[1].per_user = Some(2);
    compiled(&document)
}

fn with_wins(mut player: Player, wins: &[(&str, u32)]) -> Player {
    player.standing.won = wins.iter().map(|(award, won)| (AwardId::new(award).unwrap(), *won)).collect();
    player
}

#[test]
fn an_award_won_as_often_as_one_may_is_passed_over() {
    let campaign = limited();
    let roll = roll_for(&campaign, "102");
    let draw = |wins: &[(&str, u32)]| with_wins(Player::new("ann", 9, 9), wins).draws(&campaign, roll);
    for wins in [&[] as &[_], &[("102", 1)], &[("101", 2)], &[("103", 9)]] {
        assert_eq!(candidate_ids(&campaign, &draw(wins)), ["102", "101"], "{wins:?}");
    }
    let once_more = draw(&[("102", 2)]);
    assert_eq!(candidate_ids(&campaign, &once_more), ["101"]);
    let reason = Reason::of(&campaign.strategy, &once_more, 0);
    assert_eq!((reason.picked.as_str(), reason.fallback), ("102", Some(Fallback::UserLimit)));
    assert_eq!(candidate_ids(&campaign, &draw(&[("102", 1), ("101", 3)])), ["102", "100"]);
    assert_eq!(
        candidate_ids(&campaign, &draw(&[("102", 7), ("101", 7)])),
        ["100"],
        "whatever an earlier version allowed"
    );
}

#[test]
fn a_locked_award_is_locked_whatever_else_keeps_it() {
    let mut document = demo();
    document.awards[4].per_user = Some(1);
    let campaign = compiled(&document);
    let roll = roll_for(&campaign, "105");
    let player = |used_today| with_wins(Player::new("ann", 9, used_today), &[("105", 1)]);
    let why = |used_today| {
        let decision = player(used_today).draws(&campaign, roll);
        Reason::of(&campaign.strategy, &decision, 0).fallback
    };
    assert_eq!((why(2), why(3)), (Some(Fallback::Locked), Some(Fallback::UserLimit)));
}

fn listed(name: &str, list: UserList) -> Player {
    let mut player = Player::new(name, 9, 9);
    player.standing.list = Some(list);
    player
}

#[test]
fn the_black_list_of_an_activity_is_the_documents_blacklist_with_more_names() {
    let campaign = compiled(&demo());
    for number in 0..50 {
        let decision = listed("ann", UserList::Black).draws(&campaign, roll(number));
        assert_eq!(decision, Player::new("user001", 9, 9).draws(&campaign, roll(number)));
        assert_eq!(decision.rule, Rule::Blacklist);
    }
    let mut document = demo();
    document.blacklist.as_mut().unwrap().users.clear();
    let campaign = compiled(&document);
    assert_eq!(listed("ann", UserList::Black).draws(&campaign, roll(1)).rule, Rule::Blacklist);
    assert_eq!(Player::new("user001", 9, 9).draws(&campaign, roll(1)).rule, Rule::Weights);
}

#[test]
fn the_grey_list_wins_nothing_that_is_scarce() {
    let campaign = compiled(&long_chain());
    let decision = listed("ann", UserList::Grey).draws(&campaign, roll_for(&campaign, "103"));
    assert_eq!(candidate_ids(&campaign, &decision), ["100"], "all others are counted");
    let reason = Reason::of(&campaign.strategy, &decision, 0);
    assert_eq!((reason.rule, reason.fallback, reason.out_of_stock), (Rule::Weights, Some(Fallback::GreyList), 0));
    let limited = limited();
    let decision = listed("ann", UserList::Grey).draws(&limited, roll_for(&limited, "101"));
    assert_eq!(candidate_ids(&limited, &decision), ["100"], "101 is limited per user");
    let decision = listed("user001", UserList::Grey).draws(&campaign, roll(1));
    assert_eq!((decision.rule, candidate_ids(&campaign, &decision)), (Rule::Blacklist, vec!["100".to_owned()]));
}

#[test]
fn what_was_passed_over_is_told_in_order_with_its_reason() {
    let mut document = long_chain();
    document.awards[6].unlock_after = 0;
    document.awards[6].per_user = Some(1);
    let campaign = compiled(&document);
    // 103 -> 105 (locked) -> 107 (won) -> 101 -> 100.
    let player = with_wins(Player::new("ann", 20, 1), &[("107", 1)]);
    let decision = player.draws(&campaign, roll_for(&campaign, "103"));
    assert_eq!(candidate_ids(&campaign, &decision), ["103", "101", "100"]);
    let told = |given| -> Vec<(String, Fallback)> {
        let passed = decision.passed_before(&campaign.strategy, given).into_iter();
        passed.map(|passed| (campaign.strategy.awards()[passed.award].award_id.to_string(), passed.why)).collect()
    };
    let all = [("103", Fallback::OutOfStock), ("105", Fallback::Locked), ("107", Fallback::UserLimit)];
    let mut all: Vec<_> = all.map(|(award, why)| (award.to_owned(), why)).into();
    assert_eq!(told(0), []);
    assert_eq!(told(1), all);
    all.push(("101".into(), Fallback::OutOfStock));
    assert_eq!(told(2), all);
}
