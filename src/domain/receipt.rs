//! All that a verifier needs to check one draw by itself.

use serde::{Deserialize, Serialize};

use super::award::PrizeValue;
use super::calendar::{Day, Timestamp};
use super::document::CampaignDocument;
use super::draw::Reason;
use super::id::{ActivityId, AwardId, DrawId, RequestId, UserId, Version};
use super::roll::{DaySeed, Roll, RollKey, SeedChain, SeedCommitment};
use super::standing::Standing;
use super::strategy::{DrawFacts, decide};

/// One draw with everything that decided it. While the day's seed is secret, the roll cannot be recomputed, and a
/// verifier says so; after it is revealed, everything can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The draw.
    pub draw_id: DrawId,
    /// Where it was made.
    pub activity_id: ActivityId,
    /// Who drew.
    pub user_id: UserId,
    /// The caller's idempotency key.
    pub request_id: RequestId,
    /// Position within the request, from 0.
    pub index: u32,
    /// When.
    pub drawn_at: Timestamp,
    /// The local day whose seed made the roll.
    pub day: Day,
    /// Draws used before it in the activity.
    pub used_before: u32,
    /// Draws used before it that day.
    pub used_today_before: u32,
    /// The user's list and wins of limited awards before it; left out where there is neither.
    #[serde(default, skip_serializing_if = "Standing::is_plain")]
    pub standing: Standing,
    /// HMAC-SHA256 of the draw, keyed by the day's seed.
    pub roll: Roll,
    /// Why.
    pub reason: Reason,
    /// What was won.
    pub award_id: AwardId,
    /// What it is worth.
    pub value: PrizeValue,
    /// The version that decided.
    pub version: Version,
    /// That version's document, whole but for other users' names on its blacklist.
    pub document: CampaignDocument,
    /// What was published before the first draw.
    pub seed: SeedProof,
}

/// How the day's seed is bound to what was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedProof {
    /// First day of the chain.
    pub first_day: Day,
    /// SHA-256 of the first day's seed, published before the first draw.
    pub commitment: SeedCommitment,
    /// The day's seed, once it is revealed. Hashing it once for each day since the first gives the first day's seed.
    pub revealed: Option<DaySeed>,
}

/// What a check of a receipt found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everything follows from the document, the facts and the committed seed.
    Proven,
    /// The award follows from the roll; the roll can be checked once the day's seed is revealed.
    SeedNotRevealed,
    /// Something does not follow.
    Refuted(Vec<String>),
}

impl Receipt {
    /// Checks everything that can be checked with what the receipt holds.
    pub fn verify(&self) -> Verdict {
        let mut faults = Vec::new();
        if let Some(seed) = &self.seed.revealed {
            if !SeedChain::opens(self.seed.first_day, self.seed.commitment, self.day, *seed) {
                faults.push(format!(
                    "the revealed seed of {} does not hash to the commitment {} of {}",
                    self.day, self.seed.commitment, self.seed.first_day
                ));
            }
            let key = RollKey {
                activity_id: &self.activity_id,
                user_id: &self.user_id,
                request_id: &self.request_id,
                index: self.index,
            };
            let roll = Roll::new(seed, &key);
            if roll != self.roll {
                faults.push(format!("the seed gives the roll {roll}, the receipt says {}", self.roll));
            }
        }
        self.replay(&mut faults);
        match (faults.is_empty(), &self.seed.revealed) {
            (false, _) => Verdict::Refuted(faults),
            (true, None) => Verdict::SeedNotRevealed,
            (true, Some(_)) => Verdict::Proven,
        }
    }

    fn replay(&self, faults: &mut Vec<String>) {
        let campaign = match super::validate::compile(&self.document) {
            Ok(campaign) => campaign,
            Err(found) => {
                faults.extend(found.iter().map(|fault| format!("the document is not valid: {fault}")));
                return;
            }
        };
        if campaign.activity_id != self.activity_id {
            faults.push(format!("the document describes activity {}", campaign.activity_id));
        }
        // Without this, whoever runs the draws could choose the day, and with it the seed.
        let day = Day::at(self.drawn_at, campaign.time_zone);
        if day != self.day {
            faults.push(format!(
                "{} is on {day} in {}, the receipt says {}",
                self.drawn_at.to_rfc3339(),
                campaign.time_zone,
                self.day
            ));
        }
        let recorded = Replayed {
            user_id: &self.user_id,
            used_before: self.used_before,
            used_today_before: self.used_today_before,
            standing: &self.standing,
            roll: self.roll,
            reason: &self.reason,
            award_id: &self.award_id,
            value: &self.value,
        };
        faults.extend(recorded.differs_from(&campaign.strategy));
    }
}

/// What a stored draw says, to be compared with what the rules say.
#[derive(Debug, Clone, Copy)]
pub struct Replayed<'a> {
    /// Who drew.
    pub user_id: &'a UserId,
    /// Draws used before it in the activity.
    pub used_before: u32,
    /// Draws used before it that day.
    pub used_today_before: u32,
    /// The user's list and wins of limited awards before it.
    pub standing: &'a Standing,
    /// The chance.
    pub roll: Roll,
    /// Why.
    pub reason: &'a Reason,
    /// What was won.
    pub award_id: &'a AwardId,
    /// What it is worth.
    pub value: &'a PrizeValue,
}

impl Replayed<'_> {
    /// Decides again and tells the first difference, or nothing when the record is what the rules give.
    pub fn differs_from(&self, strategy: &super::strategy::Strategy) -> Option<String> {
        let facts = DrawFacts {
            user_id: self.user_id,
            used: self.used_before,
            used_today: self.used_today_before,
            standing: self.standing,
        };
        let decision = decide(strategy, &facts, self.roll);
        let given = usize::try_from(self.reason.out_of_stock).unwrap_or(usize::MAX);
        let Some(candidate) = decision.candidates.get(given) else {
            return Some(format!("there is no candidate number {given}; the rules give {}", decision.candidates.len()));
        };
        let award = &strategy.awards()[candidate.award];
        if award.award_id != *self.award_id {
            return Some(format!("the rules give award {}, the record says {}", award.award_id, self.award_id));
        }
        if candidate.value != *self.value {
            return Some(format!("the rules give {:?}, the record says {:?}", candidate.value, self.value));
        }
        let reason = Reason::of(strategy, &decision, given);
        (reason != *self.reason).then(|| format!("the rules say {reason:?}, the record says {:?}", self.reason))
    }
}
