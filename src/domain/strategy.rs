//! How a draw is decided: weights, tiers, unlocks and fallbacks.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::award::{PointsRange, Prize, PrizeValue};
use super::draw::Fallback;
use super::id::{AwardId, UserId};
use super::roll::{Purpose, Roll};
use super::standing::{Standing, UserList};

/// The compiled rules of one campaign version. Made by validation, so it can always be honoured.
#[derive(Debug, Clone)]
pub struct Strategy {
    awards: Vec<AwardRule>,
    base: WeightTable,
    tiers: Vec<Tier>,
    blacklist: Option<Blacklist>,
}

/// One award and its rules.
#[derive(Debug, Clone)]
pub struct AwardRule {
    /// The award.
    pub award_id: AwardId,
    /// What winners read.
    pub title: String,
    /// What it is and how it reaches the winner.
    pub prize: Prize,
    /// Integer weight on the strategy's common scale; 0 for awards reached only through other rules.
    pub weight: u64,
    /// How many may ever be won; `None` is without limit.
    pub stock: Option<u64>,
    /// Draws a user must have used today, before this one, to win it.
    pub unlock_after: u32,
    /// How often one user may win it over the activity's whole life; `None` is without limit.
    pub per_user: Option<u32>,
    /// Index of the award given instead where this one may not be won or is out of stock.
    pub fallback: Option<usize>,
    /// Seconds between the draw and the dispatch of the award.
    pub dispatch_after_seconds: u32,
}

impl AwardRule {
    /// Why this user may not win it now, where that is so. Stock is not looked at.
    fn refuses(&self, facts: &DrawFacts<'_>) -> Option<Fallback> {
        let is_scarce = self.stock.is_some() || self.per_user.is_some();
        if self.unlock_after > facts.used_today {
            Some(Fallback::Locked)
        } else if is_scarce && facts.standing.list == Some(UserList::Grey) {
            Some(Fallback::GreyList)
        } else if self.per_user.is_some_and(|most| facts.standing.wins(&self.award_id) >= most) {
            Some(Fallback::UserLimit)
        } else {
            None
        }
    }

    /// Whether nothing ever keeps it from a user.
    const fn can_always_be_given(&self) -> bool {
        self.stock.is_none() && self.unlock_after == 0 && self.per_user.is_none()
    }
}

/// Awards that a draw chooses from once the user has used so many draws.
#[derive(Debug, Clone)]
pub struct Tier {
    /// Draws used before this one at which the tier applies.
    pub at: u32,
    /// Whether it applies at exactly that number or from it on.
    pub mode: TierMode,
    /// What is drawn from.
    pub table: WeightTable,
}

/// How long a tier holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierMode {
    /// For the one draw that is made with exactly `at` draws used.
    Once,
    /// For every draw made with `at` or more draws used, until a higher tier applies.
    From,
}

/// Users who always get one award.
#[derive(Debug, Clone)]
pub struct Blacklist {
    /// Who.
    pub users: HashSet<UserId>,
    /// Index of what they get.
    pub award: usize,
    /// What it is worth for them, where that differs from the award's own range.
    pub points: Option<PointsRange>,
}

/// Exact integer weights over some awards. Picking is a search in a short cumulative array.
#[derive(Debug, Clone)]
pub struct WeightTable {
    /// (running total up to and including this award, index of the award), in document order.
    cumulative: Vec<(u64, usize)>,
}

impl WeightTable {
    /// Keeps the entries with a weight above zero. `None` when there is none or their sum exceeds 64 bits.
    pub fn new(entries: impl IntoIterator<Item = (u64, usize)>) -> Option<Self> {
        let mut total = 0_u64;
        let mut cumulative = Vec::new();
        for (weight, index) in entries.into_iter().filter(|(weight, _)| *weight > 0) {
            total = total.checked_add(weight)?;
            cumulative.push((total, index));
        }
        (total > 0).then_some(Self { cumulative })
    }

    /// The sum of all weights.
    pub fn total(&self) -> u64 {
        self.cumulative.last().map_or(0, |(total, _)| *total)
    }

    /// Indexes of the awards that can be picked.
    pub fn indexes(&self) -> impl Iterator<Item = usize> + '_ {
        self.cumulative.iter().map(|(_, index)| *index)
    }

    /// The award that `roll` picks: each with probability weight / total, exactly.
    pub fn pick(&self, roll: Roll) -> usize {
        let ticket = roll.below(self.total(), Purpose::Award);
        let slot = self.cumulative.partition_point(|(upper, _)| *upper <= ticket);
        self.cumulative[slot].1
    }
}

/// What a decision depends on, beside the strategy and the roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawFacts<'a> {
    /// Who draws.
    pub user_id: &'a UserId,
    /// Draws the user had used in the activity before this one.
    pub used: u32,
    /// Draws the user had used today before this one.
    pub used_today: u32,
    /// The user's list and wins of limited awards.
    pub standing: &'a Standing,
}

/// Which rule chose the award.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum Rule {
    /// The user is on the blacklist.
    Blacklist,
    /// A tier applied.
    Tier {
        /// The tier's number of draws used.
        at: u32,
    },
    /// The strategy's own weights.
    Weights,
}

/// An award that may be given, and what it would be worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Index of the award in the strategy.
    pub award: usize,
    /// What the winner gets, with the amount already decided.
    pub value: PrizeValue,
}

/// The outcome of the rules: what was picked, and what may be given in order, stock permitting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Why this award was picked.
    pub rule: Rule,
    /// Index of the award picked, before unlock and stock were looked at.
    pub picked: usize,
    /// The picked award if the user may win it, then those of its fallbacks, up to the first with unlimited stock. Never
    /// empty.
    ///
    /// Invariant: only the last has unlimited stock, so no record can claim that a candidate after it was given.
    pub candidates: Vec<Candidate>,
    /// Awards of the chain that the user may not win, in order, as far as the chain was followed.
    pub passed_over: Vec<PassedOver>,
}

impl Decision {
    /// Everything from the award picked to the one before the candidate at position `given`, in order, with why it was not
    /// given: by the rules, or for want of stock.
    pub fn passed_before(&self, strategy: &Strategy, given: usize) -> Vec<PassedOver> {
        let won = self.candidates.get(given).map(|candidate| candidate.award);
        let chain = strategy.chain(self.picked).map(|(index, _)| index).take_while(|index| Some(*index) != won);
        let by_rule = |award: usize| self.passed_over.iter().find(|passed| passed.award == award).copied();
        chain.map(|award| by_rule(award).unwrap_or(PassedOver { award, why: Fallback::OutOfStock })).collect()
    }
}

/// An award that was not given, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassedOver {
    /// Index of the award in the strategy.
    pub award: usize,
    /// Why not.
    pub why: Fallback,
}

/// Decides a draw. Pure: the same strategy, facts and roll give the same decision, for ever.
///
/// Stock is not looked at here: the caller gives the first candidate of which a unit can be had. Users on the black list of
/// an activity whose document names no award for them are not drawn for at all: that too is the caller's to refuse.
pub fn decide(strategy: &Strategy, facts: &DrawFacts<'_>, roll: Roll) -> Decision {
    let (rule, picked, points) = match &strategy.blacklist {
        Some(blacklist) if facts.standing.list == Some(UserList::Black) || blacklist.users.contains(facts.user_id) => {
            (Rule::Blacklist, blacklist.award, blacklist.points)
        }
        _ => match strategy.tier_at(facts.used) {
            Some(tier) => (Rule::Tier { at: tier.at }, tier.table.pick(roll), None),
            None => (Rule::Weights, strategy.base.pick(roll), None),
        },
    };
    let (mut candidates, mut passed_over) = (Vec::new(), Vec::new());
    for (index, award) in strategy.chain(picked) {
        if let Some(why) = award.refuses(facts) {
            passed_over.push(PassedOver { award: index, why });
            continue;
        }
        let value = award.prize.value(points.filter(|_| index == picked), roll);
        candidates.push(Candidate { award: index, value });
        if award.stock.is_none() {
            break;
        }
    }
    Decision { rule, picked, candidates, passed_over }
}

/// The parts that [`Strategy::new`] puts together.
#[derive(Debug, Clone)]
pub struct StrategyParts {
    /// In document order; every index below points into it.
    pub awards: Vec<AwardRule>,
    /// Ascending by `at`.
    pub tiers: Vec<Tier>,
    /// Who always gets one award.
    pub blacklist: Option<Blacklist>,
}

impl Strategy {
    /// Puts validated parts together. `None` where some award's fallbacks do not end in an award that is unlocked from
    /// the first draw on, has unlimited stock and no limit per user, or where no weight is above zero: such a strategy
    /// cannot be honoured.
    pub fn new(parts: StrategyParts) -> Option<Self> {
        let StrategyParts { awards, tiers, blacklist } = parts;
        let base = WeightTable::new(awards.iter().enumerate().map(|(index, award)| (award.weight, index)))?;
        let strategy = Self { awards, base, tiers, blacklist };
        let honoured = (0..strategy.awards.len()).all(|index| {
            strategy.chain(index).last().is_some_and(|(_, last)| last.can_always_be_given() && last.fallback.is_none())
        });
        honoured.then_some(strategy)
    }

    /// Every award, in document order.
    pub fn awards(&self) -> &[AwardRule] {
        &self.awards
    }

    /// The tiers, ascending.
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// What users on the black list get, where the document names it.
    pub fn blacklist(&self) -> Option<&Blacklist> {
        self.blacklist.as_ref()
    }

    /// The strategy's own weights.
    pub fn base(&self) -> &WeightTable {
        &self.base
    }

    /// The tier for a user who has used so many draws: of those that apply, the highest.
    pub fn tier_at(&self, used: u32) -> Option<&Tier> {
        self.tiers.iter().rev().find(|tier| match tier.mode {
            TierMode::Once => tier.at == used,
            TierMode::From => tier.at <= used,
        })
    }

    /// The award and its fallbacks. Ends by itself: a chain longer than the awards would be a cycle.
    fn chain(&self, first: usize) -> impl Iterator<Item = (usize, &AwardRule)> {
        let mut next = Some(first);
        std::iter::from_fn(move || {
            let index = next?;
            let award = self.awards.get(index)?;
            next = award.fallback;
            Some((index, award))
        })
        .take(self.awards.len())
    }
}
