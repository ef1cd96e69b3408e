//! SKUs, rebates and stages.

use std::collections::HashMap;

use super::faults::{Faults, quoted};
use super::{OFFERS_MAX, SKU_DRAWS_MAX, STREAK_DAYS_MAX, STREAKS_MAX};
use crate::domain::behaviour::{EarnedDraws, Earning, Rebate, StreakStep};
use crate::domain::campaign::SkuOffer;
use crate::domain::document::{CampaignDocument, RebateDocument, SkuDocument};
use crate::domain::id::{Name, SkuId};

pub(super) fn skus(document: &CampaignDocument, faults: &mut Faults) -> Option<Vec<SkuOffer>> {
    faults.count("skus", document.skus.len(), 0..=OFFERS_MAX);
    let mut first_with = HashMap::new();
    let mut read = Vec::new();
    for (index, sku) in document.skus.iter().enumerate() {
        let path = format!("skus[{index}]");
        if let Some(first) = first_with.get(sku.id.as_str()) {
            let message = format!("skus[{first}] has the id {} already", quoted(&sku.id));
            faults.add(format!("{path}.id"), message, "Give every SKU an id of its own.");
        } else {
            first_with.insert(sku.id.as_str(), index);
        }
        read.push(self::sku(&path, sku, faults));
    }
    read.into_iter().collect()
}

fn sku(path: &str, sku: &SkuDocument, faults: &mut Faults) -> Option<SkuOffer> {
    let id: Option<SkuId> = faults.id(format!("{path}.id"), &sku.id);
    if !(1..=SKU_DRAWS_MAX).contains(&sku.draws) {
        let mend = format!("Use 1 to {SKU_DRAWS_MAX} draws.");
        faults.add(format!("{path}.draws"), format!("a SKU cannot grant {} draws", sku.draws), mend);
    }
    faults.stock(format!("{path}.stock"), sku.stock);
    let price = faults.price(format!("{path}.price"), &sku.price);
    Some(SkuOffer { sku: id?, draws: sku.draws, stock: sku.stock, price: price? })
}

pub(super) fn rebates(document: &CampaignDocument, faults: &mut Faults) -> Option<Vec<Rebate>> {
    faults.count("rebates", document.rebates.len(), 0..=OFFERS_MAX);
    let mut first_with = HashMap::new();
    let mut read = Vec::new();
    for (index, rebate) in document.rebates.iter().enumerate() {
        let path = format!("rebates[{index}]");
        let behaviour: Option<Name> = faults.id(format!("{path}.behaviour"), &rebate.behaviour);
        if let Some(first) = first_with.get(rebate.behaviour.as_str()) {
            let message = format!("rebates[{first}] rewards {} already", quoted(&rebate.behaviour));
            faults.add(format!("{path}.behaviour"), message, "Put all that a behaviour earns into one rebate.");
        } else {
            first_with.insert(rebate.behaviour.as_str(), index);
        }
        let earning = earning(document, &path, (rebate.sku.as_deref(), rebate.points.as_deref()), faults);
        let streaks = streaks(document, &path, rebate, faults);
        read.push(match (behaviour, earning, streaks) {
            (Some(behaviour), Some(earning), Some(streaks)) => {
                Some(Rebate { behaviour, daily: rebate.daily, earning, streaks })
            }
            _ => None,
        });
    }
    read.into_iter().collect()
}

/// Reads what a rebate or a step of its streak gives: draws, points, or both.
fn earning(
    document: &CampaignDocument,
    path: &str,
    (sku, points): (Option<&str>, Option<&str>),
    faults: &mut Faults,
) -> Option<Earning> {
    if sku.is_none() && points.is_none() {
        faults.add(path, "earns neither draws nor points", "Give it sku, points, or both.");
        return None;
    }
    let draws = sku.map(|sku| {
        let offer = document.skus.iter().find(|offer| offer.id == sku);
        if offer.is_none() {
            let message = format!("there is no SKU {}", quoted(sku));
            faults.add(format!("{path}.sku"), message, "Use the id of a SKU of this document.");
        }
        // An id that cannot be read is a fault of the SKU itself.
        offer.and_then(|offer| Some(EarnedDraws { sku: SkuId::new(sku).ok()?, draws: offer.draws }))
    });
    let points = points.map(|points| faults.points(format!("{path}.points"), points));
    // Of each part: absent is nothing earned, not readable is no earning.
    let draws = draws.map_or(Some(None), |draws| draws.map(Some))?;
    let points = points.map_or(Some(None), |points| points.map(Some))?;
    Some(Earning { draws, points })
}

fn streaks(
    document: &CampaignDocument,
    rebate_path: &str,
    rebate: &RebateDocument,
    faults: &mut Faults,
) -> Option<Vec<StreakStep>> {
    let list = format!("{rebate_path}.streaks");
    faults.count(&list, rebate.streaks.len(), 0..=STREAKS_MAX);
    if !rebate.daily && !rebate.streaks.is_empty() {
        let message = "counts days in a row of a behaviour that is not daily";
        faults.add(list.clone(), message, "Add daily = true to the rebate, or remove its streaks.");
    }
    let mut first_with = HashMap::new();
    let mut read = Vec::new();
    for (index, step) in rebate.streaks.iter().enumerate() {
        let path = format!("{list}[{index}]");
        if !(2..=STREAK_DAYS_MAX).contains(&step.at) {
            let mend = format!("Use 2 to {STREAK_DAYS_MAX} days.");
            faults.add(format!("{path}.at"), format!("{} days in a row are no streak", step.at), mend);
        }
        if let Some(first) = first_with.get(&step.at) {
            let message = format!("{list}[{first}] is for {} days already", step.at);
            faults.add(format!("{path}.at"), message, "Put all that a streak earns into one step.");
        } else {
            first_with.insert(step.at, index);
        }
        let earning = earning(document, &path, (step.sku.as_deref(), step.points.as_deref()), faults);
        read.push(earning.map(|earning| StreakStep { at: step.at, repeat: step.repeat, earning }));
    }
    read.into_iter().collect()
}

pub(super) fn stages(document: &CampaignDocument, faults: &mut Faults) {
    faults.count("stages", document.stages.len(), 0..=OFFERS_MAX);
    let mut first_with = HashMap::new();
    for (index, stage) in document.stages.iter().enumerate() {
        let path = format!("stages[{index}]");
        let _: Option<Name> = faults.id(format!("{path}.channel"), &stage.channel);
        let _: Option<Name> = faults.id(format!("{path}.source"), &stage.source);
        let place = (stage.channel.as_str(), stage.source.as_str());
        if let Some(first) = first_with.get(&place) {
            let message = format!("stages[{first}] is the same channel and source");
            faults.add(path, message, "List each pair of channel and source once.");
        } else {
            first_with.insert(place, index);
        }
    }
}
