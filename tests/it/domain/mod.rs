//! Documents, rules and receipts, on the sample campaigns.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

mod decisions;
mod documents;
mod exactness;
mod faults;
mod generated;
mod properties;
mod receipts;

use big_market::domain::campaign::Campaign;
use big_market::domain::document::{AwardDocument, CampaignDocument, Format, PrizeDocument, parse};
use big_market::domain::id::UserId;
use big_market::domain::roll::Roll;
use big_market::domain::standing::Standing;
use big_market::domain::strategy::{Decision, DrawFacts, decide};
use big_market::domain::validate::compile;
use sha2::{Digest, Sha256};

const DEMO: &str = include_str!("../../../campaigns/demo-100301.toml");
const EXACTNESS: &str = include_str!("../../../campaigns/exactness-100001.toml");

fn demo() -> CampaignDocument {
    parse(DEMO, Format::Toml).unwrap()
}

fn exactness() -> CampaignDocument {
    parse(EXACTNESS, Format::Toml).unwrap()
}

fn compiled(document: &CampaignDocument) -> Campaign {
    compile(document).unwrap_or_else(|faults| panic!("the document should be valid: {faults:#?}"))
}

/// An award that is never picked, never locked and never runs out.
fn nothing(id: &str) -> AwardDocument {
    AwardDocument {
        id: id.into(),
        title: "Nothing".into(),
        weight: "0".into(),
        stock: None,
        unlock_after: 0,
        per_user: None,
        fallback: None,
        dispatch_after_seconds: 0,
        cost: None,
        prize: PrizeDocument::Nothing {},
    }
}

/// A roll for each number: as good as random, and the same in every run.
fn roll(number: u64) -> Roll {
    Roll(Sha256::digest(number.to_be_bytes()).into())
}

/// The roll that draws ticket number `ticket` of `tickets` in the strategy's weights.
fn roll_of_ticket(ticket: u64, tickets: u64) -> Roll {
    // The middle of the ticket's share of all words: rounding cannot leave it.
    let word = ((u128::from(ticket) * 2 + 1) << 63) / u128::from(tickets);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&u64::try_from(word).unwrap().to_be_bytes());
    Roll(bytes)
}

/// Who draws, and how often before.
struct Player {
    user_id: UserId,
    used: u32,
    used_today: u32,
    standing: Standing,
}

impl Player {
    fn new(name: &str, used: u32, used_today: u32) -> Self {
        Self { user_id: UserId::new(name).unwrap(), used, used_today, standing: Standing::default() }
    }

    fn draws(&self, campaign: &Campaign, roll: Roll) -> Decision {
        let facts = DrawFacts {
            user_id: &self.user_id,
            used: self.used,
            used_today: self.used_today,
            standing: &self.standing,
        };
        decide(&campaign.strategy, &facts, roll)
    }
}

/// The ids of a decision's candidates, in order.
fn candidate_ids(campaign: &Campaign, decision: &Decision) -> Vec<String> {
    let awards = campaign.strategy.awards();
    decision.candidates.iter().map(|candidate| awards[candidate.award].award_id.to_string()).collect()
}

/// The id of the award a decision picked.
fn picked_id(campaign: &Campaign, decision: &Decision) -> String {
    campaign.strategy.awards()[decision.picked].award_id.to_string()
}
