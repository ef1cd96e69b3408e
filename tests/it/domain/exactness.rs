//! That awards are drawn as often as their weights say: exactly, and over ten million draws.

use big_market::domain::campaign::Campaign;
use big_market::domain::strategy::Rule;

use super::{Player, candidate_ids, compiled, demo, exactness, picked_id, roll, roll_of_ticket};

const DRAWS: u64 = 10_000_000;

/// How often each award is the first candidate in [`DRAWS`] draws of users who have every award unlocked.
///
/// Rolls are SHA-256 of a counter: fixed, so a test that passes once passes always.
fn counts(campaign: &Campaign) -> Vec<u64> {
    let player = Player::new("ann", 100, 100);
    let mut counts = vec![0; campaign.strategy.awards().len()];
    for number in 0..DRAWS {
        let decision = player.draws(campaign, roll(number));
        counts[decision.candidates[0].award] += 1;
    }
    counts
}

/// Pearson's statistic over the awards that have a weight.
#[expect(clippy::cast_precision_loss, reason = "counts and weights are far below 2^52")]
fn chi_square(campaign: &Campaign, counts: &[u64]) -> f64 {
    let strategy = &campaign.strategy;
    let total = strategy.base().total() as f64;
    let weighted = strategy.awards().iter().zip(counts).filter(|(award, _)| award.weight > 0);
    weighted
        .map(|(award, count)| {
            let expected = DRAWS as f64 * award.weight as f64 / total;
            (*count as f64 - expected).powi(2) / expected
        })
        .sum()
}

#[test]
fn ten_million_draws_of_strategy_100006_follow_its_weights() {
    let campaign = compiled(&demo());
    let counts = counts(&campaign);
    assert_eq!(counts[8], 0, "an award of weight 0 is never picked: {counts:?}");
    // Eight awards: 7 degrees of freedom. Chi-square exceeds 40.52 once in a million (0.999999 quantile).
    let chi_square = chi_square(&campaign, &counts);
    assert!(chi_square < 40.52, "{chi_square}: {counts:?}");
}

#[test]
fn ten_million_draws_of_strategy_100001_follow_its_weights() {
    let campaign = compiled(&exactness());
    let counts = counts(&campaign);
    // Nine awards: 8 degrees of freedom. Chi-square exceeds 42.70 once in a million (0.999999 quantile).
    let chi_square = chi_square(&campaign, &counts);
    assert!(chi_square < 42.70, "{chi_square}: {counts:?}");
    // Award 109 is 1 in 10,000: 1,000 expected, standard deviation 31.6; five of them are left about once in 10^6 runs.
    assert!(counts[8].abs_diff(1_000) < 158, "award 109 was drawn {} times", counts[8]);
    assert_eq!(counts[9], 0, "an award of weight 0 is never picked: {counts:?}");
}

#[test]
fn each_of_ten_thousand_tickets_belongs_to_the_award_its_weight_gives_it() {
    let campaign = compiled(&exactness());
    let weights: Vec<u64> = campaign.strategy.awards().iter().map(|award| award.weight).collect();
    assert_eq!(weights, [3000, 2000, 2000, 1000, 1000, 500, 400, 99, 1, 0]);
    assert_eq!(campaign.strategy.base().total(), 10_000);
    let player = Player::new("ann", 0, 0);
    let mut drawn = vec![0; weights.len()];
    for ticket in 0..10_000 {
        let decision = player.draws(&campaign, roll_of_ticket(ticket, 10_000));
        assert_eq!(decision.rule, Rule::Weights);
        drawn[decision.picked] += 1;
    }
    assert_eq!(drawn, weights);
}

#[test]
fn the_first_and_the_last_slot_are_drawn() {
    let campaign = compiled(&exactness());
    let player = Player::new("ann", 0, 0);
    let first = player.draws(&campaign, roll_of_ticket(0, 10_000));
    assert_eq!(picked_id(&campaign, &first), "101");
    let before_last = player.draws(&campaign, roll_of_ticket(9_998, 10_000));
    assert_eq!(picked_id(&campaign, &before_last), "108");
    let last = player.draws(&campaign, roll_of_ticket(9_999, 10_000));
    assert_eq!(picked_id(&campaign, &last), "109");
    assert_eq!(candidate_ids(&campaign, &last), ["109", "100"]);
    // The highest word there is.
    let highest = player.draws(&campaign, big_market::domain::roll::Roll([0xff; 32]));
    assert_eq!(picked_id(&campaign, &highest), "109");
}
