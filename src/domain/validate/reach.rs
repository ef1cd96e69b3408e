//! Whether every award can be won, and every fallback comes to an end.

use std::collections::{BinaryHeap, HashSet};

use super::AwardIds;
use super::faults::Faults;
use crate::domain::document::{AwardDocument, CampaignDocument};
use crate::domain::strategy::TierMode;
use crate::domain::weight::Weight;

pub(super) fn check(document: &CampaignDocument, ids: &AwardIds<'_>, faults: &mut Faults) {
    let graph = Graph {
        document,
        ids,
        fallbacks: document.awards.iter().map(|award| ids.get(award.fallback.as_deref()?)).collect(),
    };
    graph.check_circles(faults);
    graph.check_winnable(faults);
}

/// How awards lead to each other.
struct Graph<'a> {
    document: &'a CampaignDocument,
    ids: &'a AwardIds<'a>,
    fallbacks: Vec<Option<usize>>,
}

impl Graph<'_> {
    /// Names each circle of fallbacks once, at its first award.
    ///
    /// Together with the rule that an award without a fallback has no stock, unlock or limit, this makes every chain end
    /// in an award that can always be given.
    fn check_circles(&self, faults: &mut Faults) {
        let mut walked = vec![None; self.fallbacks.len()];
        for start in 0..self.fallbacks.len() {
            let mut next = Some(start);
            while let Some(index) = next.filter(|index| walked[*index].is_none()) {
                walked[index] = Some(start);
                next = self.fallbacks[index];
            }
            if let Some(met) = next.filter(|met| walked[*met] == Some(start)) {
                self.name_circle(met, faults);
            }
        }
    }

    fn name_circle(&self, member: usize, faults: &mut Faults) {
        let mut circle = vec![member];
        let mut next = self.fallbacks[member];
        while let Some(index) = next.filter(|index| *index != member) {
            circle.push(index);
            next = self.fallbacks[index];
        }
        let first = (0..circle.len()).min_by_key(|at| circle[*at]).unwrap_or(0);
        circle.rotate_left(first);
        let ids: Vec<&str> =
            circle.iter().chain(circle.first()).map(|index| self.document.awards[*index].id.as_str()).collect();
        faults.add(
            format!("awards[{}].fallback", circle[0]),
            format!("the fallbacks run in a circle: {}", ids.join(" -> ")),
            "End it with an award that has no stock, unlock_after or per_user.",
        );
    }

    fn check_winnable(&self, faults: &mut Faults) {
        let reached = self.most_drawn_today();
        for (index, award) in self.document.awards.iter().enumerate() {
            // Of two awards with one id only the first can be named; the second has its own fault.
            if self.ids.get(&award.id) != Some(index) {
                continue;
            }
            match reached[index] {
                None => faults.add(
                    format!("awards[{index}]"),
                    "it can never be won: no weight, tier, blacklist or fallback leads to it",
                    "Give it a weight above 0 outside a tier that holds from the first draw on, make it a fallback \
                     of an award that can run out, or remove it.",
                ),
                Some(most) if most < award.unlock_after => faults.add(
                    format!("awards[{index}].unlock_after"),
                    format!(
                        "it can never be won: limits, tiers and fallbacks lead to it after at most {most} draws a day"
                    ),
                    format!("Use at most {most}, raise the limit, or let more draws lead to it."),
                ),
                Some(_) => {}
            }
        }
    }

    /// For each award, the most draws a user can have made today, before this one, when it is looked at; nothing where
    /// it never is. A widest-path search: the award that is reached with the most draws is settled first.
    fn most_drawn_today(&self) -> Vec<Option<u32>> {
        let limits = self.document.limits;
        let limit = limits.day.unwrap_or(u32::MAX).min(limits.month.unwrap_or(u32::MAX));
        let draws_max = limit.saturating_sub(1);
        let mut reached = vec![None; self.fallbacks.len()];
        let mut open: BinaryHeap<(u32, usize)> = self.picked().into();
        while let Some((most, index)) = open.pop() {
            if reached[index].is_some() {
                continue;
            }
            let most = most.min(draws_max);
            reached[index] = Some(most);
            if let (Some(next), Some(most)) = (self.fallbacks[index], passes_on(&self.document.awards[index], most)) {
                open.push((most, next));
            }
        }
        reached
    }

    /// Every award that weights, tiers or the blacklist pick, with the most draws used when they do.
    fn picked(&self) -> Vec<(u32, usize)> {
        let spans = Spans::of(self.document);
        let mut picked = Vec::new();
        if let Some(most) = spans.last_before(None) {
            picked.extend((0..self.document.awards.len()).map(|index| (most, index)));
        }
        for tier in &self.document.tiers {
            let most = match tier.mode {
                TierMode::Once => Some(tier.at),
                TierMode::From => spans.last_before(Some(tier.at)),
            };
            if let Some(most) = most {
                picked.extend(tier.awards.iter().filter_map(|id| Some((most, self.ids.get(id)?))));
            }
        }
        // A weight that cannot be read has its own fault; it is taken for one that can be picked.
        picked.retain(|(_, index)| !self.document.awards[*index].weight.parse().is_ok_and(Weight::is_zero));
        let blacklist = self.document.blacklist.as_ref();
        picked.extend(blacklist.and_then(|blacklist| Some((u32::MAX, self.ids.get(&blacklist.award)?))));
        picked
    }
}

/// The most draws today with which a draw goes on from this award to its fallback.
fn passes_on(award: &AwardDocument, most: u32) -> Option<u32> {
    match (award.stock, award.per_user, award.unlock_after) {
        // Whatever the limit, a user on the grey list is passed on at any draw.
        (Some(_), ..) | (None, Some(_), _) => Some(most),
        (None, None, 0) => None,
        (None, None, unlock_after) => Some(most.min(unlock_after - 1)),
    }
}

/// How far the weights and each tier that holds on reach, in draws used.
struct Spans {
    /// Where tiers that hold on begin, ascending.
    from: Vec<u32>,
    /// Draws that a tier takes for itself.
    once: HashSet<u32>,
}

impl Spans {
    fn of(document: &CampaignDocument) -> Self {
        let at = |mode| document.tiers.iter().filter(move |tier| tier.mode == mode).map(|tier| tier.at);
        let mut from: Vec<u32> = at(TierMode::From).collect();
        from.sort_unstable();
        Self { from, once: at(TierMode::Once).collect() }
    }

    /// The most draws used at which the tier that holds from `start` on, or without it the weights, decide.
    fn last_before(&self, start: Option<u32>) -> Option<u32> {
        let next = self.from.iter().find(|at| start.is_none_or(|start| **at > start));
        let mut last = match next {
            Some(next) => next.checked_sub(1)?,
            None => u32::MAX,
        };
        while self.once.contains(&last) {
            last = last.checked_sub(1)?;
        }
        Some(last)
    }
}
