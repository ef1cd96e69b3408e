//! SKUs, rebates and stages.

use std::collections::HashMap;

use super::faults::{Faults, quoted};
use super::{OFFERS_MAX, SKU_DRAWS_MAX};
use crate::domain::campaign::SkuOffer;
use crate::domain::document::{CampaignDocument, SkuDocument};
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

pub(super) fn rebates(document: &CampaignDocument, faults: &mut Faults) {
    faults.count("rebates", document.rebates.len(), 0..=OFFERS_MAX);
    let mut first_with = HashMap::new();
    for (index, rebate) in document.rebates.iter().enumerate() {
        let path = format!("rebates[{index}]");
        let _: Option<Name> = faults.id(format!("{path}.behaviour"), &rebate.behaviour);
        if let Some(first) = first_with.get(rebate.behaviour.as_str()) {
            let message = format!("rebates[{first}] rewards {} already", quoted(&rebate.behaviour));
            faults.add(format!("{path}.behaviour"), message, "Put all that a behaviour earns into one rebate.");
        } else {
            first_with.insert(rebate.behaviour.as_str(), index);
        }
        if rebate.sku.is_none() && rebate.points.is_none() {
            faults.add(path.clone(), "earns neither draws nor points", "Give it sku, points, or both.");
        }
        if let Some(sku) = &rebate.sku
            && !document.skus.iter().any(|offer| offer.id == *sku)
        {
            let message = format!("there is no SKU {}", quoted(sku));
            faults.add(format!("{path}.sku"), message, "Use the id of a SKU of this document.");
        }
        if let Some(points) = &rebate.points {
            faults.points(format!("{path}.points"), points);
        }
    }
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
