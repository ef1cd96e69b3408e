//! Tiers and the blacklist.

use std::collections::{HashMap, HashSet};

use super::awards::points_range;
use super::faults::{Faults, quoted};
use super::{AWARDS_MAX, AwardIds, BLACKLIST_MAX, TIERS_MAX};
use crate::domain::document::{BlacklistDocument, CampaignDocument, PrizeDocument, TierDocument};
use crate::domain::id::UserId;
use crate::domain::strategy::{Blacklist, Tier, WeightTable};

/// The tiers, ascending.
pub(super) fn tiers(
    document: &CampaignDocument,
    ids: &AwardIds<'_>,
    weights: Option<&[u64]>,
    faults: &mut Faults,
) -> Option<Vec<Tier>> {
    faults.count("tiers", document.tiers.len(), 0..=TIERS_MAX);
    let mut first_at = HashMap::new();
    let mut read = Vec::new();
    for (index, tier) in document.tiers.iter().enumerate() {
        if let Some(first) = first_at.get(&tier.at) {
            let message = format!("tiers[{first}] is at {} already", tier.at);
            faults.add(format!("tiers[{index}].at"), message, "Give every tier a number of its own.");
        } else {
            first_at.insert(tier.at, index);
        }
        read.push(self::tier(&format!("tiers[{index}].awards"), tier, ids, weights, faults));
    }
    let mut tiers: Vec<Tier> = read.into_iter().collect::<Option<_>>()?;
    tiers.sort_by_key(|tier| tier.at);
    Some(tiers)
}

fn tier(
    path: &str,
    tier: &TierDocument,
    ids: &AwardIds<'_>,
    weights: Option<&[u64]>,
    faults: &mut Faults,
) -> Option<Tier> {
    faults.count(path, tier.awards.len(), 1..=AWARDS_MAX);
    let mut seen = HashSet::new();
    let mut known = Vec::new();
    for (index, id) in tier.awards.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if seen.insert(id.as_str()) {
            known.push(ids.named(path, id, faults));
        } else {
            let message = format!("the tier names award {} twice", quoted(id));
            faults.add(path, message, "Name each award once; its weight tells how likely it is.");
        }
    }
    let known: Vec<usize> = known.into_iter().collect::<Option<_>>()?;
    let entries: Vec<(u64, usize)> =
        known.into_iter().map(|index| Some((*weights?.get(index)?, index))).collect::<Option<_>>()?;
    let table = WeightTable::new(entries.iter().copied());
    if table.is_none() && !entries.is_empty() {
        let message = "none of its awards has a weight above 0, so nothing can be drawn";
        faults.add(path, message, "Add an award whose weight is above 0.");
    }
    Some(Tier { at: tier.at, mode: tier.mode, table: table? })
}

/// The blacklist. Nothing where it has a fault.
pub(super) fn blacklist(
    document: &CampaignDocument,
    blacklist: &BlacklistDocument,
    ids: &AwardIds<'_>,
    faults: &mut Faults,
) -> Option<Blacklist> {
    let users = users(blacklist, faults);
    let award = ids.named("blacklist.award", &blacklist.award, faults);
    let points = match &blacklist.points {
        None => None,
        Some(range) => {
            let is_points = |index: usize| matches!(document.awards[index].prize, PrizeDocument::Points { .. });
            if award.is_some_and(|index| !is_points(index)) {
                let message = format!("award {} is not points, so it cannot be worth some", quoted(&blacklist.award));
                faults.add(
                    "blacklist.points",
                    message,
                    "Remove it, or use an award whose prize is of kind \"points\".",
                );
            }
            Some(points_range("blacklist.points", &range.min, &range.max, faults)?)
        }
    };
    Some(Blacklist { users: users?, award: award?, points })
}

fn users(blacklist: &BlacklistDocument, faults: &mut Faults) -> Option<HashSet<UserId>> {
    faults.count("blacklist.users", blacklist.users.len(), 0..=BLACKLIST_MAX);
    let mut users = HashSet::new();
    let mut all_read = true;
    for (index, text) in blacklist.users.iter().enumerate() {
        let path = format!("blacklist.users[{index}]");
        match faults.user::<UserId>(path.clone(), text) {
            None => all_read = false,
            Some(user) => {
                if !users.insert(user) {
                    faults.add(path, format!("user {} is listed twice", quoted(text)), "List each user once.");
                }
            }
        }
    }
    all_read.then_some(users)
}
