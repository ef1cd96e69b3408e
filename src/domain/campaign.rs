//! A validated campaign document, ready to decide draws.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::behaviour::Rebate;
use super::calendar::{Day, Timestamp};
use super::document::CampaignDocument;
use super::id::{ActivityId, AwardId, Name, SkuId, Version};
use super::points::Points;
use super::quota::Limits;
use super::settlement::Money;
use super::stock::{StockItem, StockTotal};
use super::strategy::Strategy;
use super::text_form;

/// One version of a campaign. Only validation makes it, so everything in it can be honoured.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// The activity it describes.
    pub activity_id: ActivityId,
    /// What users read.
    pub title: String,
    /// The first instant of the window.
    pub opens_at: Timestamp,
    /// The first instant after the window.
    pub closes_at: Timestamp,
    /// Whose midnights turn days and months.
    pub time_zone: Tz,
    /// Draws a user may make in a day and in a month.
    pub limits: Limits,
    /// Days after which points it credits expire; `None` is never.
    pub points_expire_after_days: Option<u32>,
    /// The rules.
    pub strategy: Strategy,
    /// What users obtain to get draws.
    pub skus: Vec<SkuOffer>,
    /// What behaviours earn.
    pub rebates: Vec<Rebate>,
    /// The document it was made from.
    pub document: CampaignDocument,
}

/// A SKU as a campaign offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkuOffer {
    /// The SKU.
    pub sku: SkuId,
    /// Draws it grants.
    pub draws: u32,
    /// How many may ever be granted; `None` is without limit.
    pub stock: Option<u64>,
    /// What it costs in points.
    pub price: Points,
}

impl Campaign {
    /// The SKU of that id.
    pub fn sku(&self, sku: &SkuId) -> Option<&SkuOffer> {
        self.skus.iter().find(|offer| offer.sku == *sku)
    }

    /// What one unit of an award costs the business; nothing where the document does not say.
    pub fn cost_of(&self, award_id: &AwardId) -> Money {
        let award = self.document.awards.iter().find(|award| award.id == award_id.as_str());
        let cost = award.and_then(|award| award.cost.as_deref());
        // Validated: what cannot be read was refused.
        cost.and_then(|cost| cost.parse().ok()).unwrap_or(Money::ZERO)
    }

    /// What that behaviour earns.
    pub fn rebate(&self, behaviour: &Name) -> Option<&Rebate> {
        self.rebates.iter().find(|rebate| rebate.behaviour == *behaviour)
    }

    /// Everything the version counts, with how many there may ever be.
    pub fn stock_totals(&self) -> Vec<StockTotal> {
        let awards = self.strategy.awards().iter().filter_map(|award| {
            Some(StockTotal { item: StockItem::Award(award.award_id.clone()), total: award.stock? })
        });
        let skus = self
            .skus
            .iter()
            .filter_map(|offer| Some(StockTotal { item: StockItem::Sku(offer.sku.clone()), total: offer.stock? }));
        awards.chain(skus).collect()
    }

    /// When points that this version credits at `credited_at` expire, so many times 24 hours later; `None` is never.
    pub fn points_expire_at(&self, credited_at: Timestamp) -> Option<Timestamp> {
        let days = chrono::TimeDelta::days(self.points_expire_after_days?.into());
        Some(credited_at.checked_add_signed(days).unwrap_or(Timestamp::MAX_UTC))
    }

    /// The first and the last local day of the window.
    pub fn days(&self) -> (Day, Day) {
        let last = self.closes_at - chrono::TimeDelta::milliseconds(1);
        (Day::at(self.opens_at, self.time_zone), Day::at(last, self.time_zone))
    }
}

/// Where an activity is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityState {
    /// Described, not yet published.
    Draft,
    /// Published: draws are accepted within the window.
    Open,
    /// Stopped for now.
    Paused,
    /// Over: no draw is accepted any more.
    Closed,
    /// Over, and the books are closed.
    Settled,
}

text_form!(ActivityState {
    Draft => "draft", Open => "open", Paused => "paused", Closed => "closed", Settled => "settled",
});

/// What changes about an activity: which version is current, its state, and its stock epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityHead {
    /// The activity.
    pub activity_id: ActivityId,
    /// The version that decides new draws.
    pub version: Version,
    /// Where it is in its life.
    pub state: ActivityState,
    /// The stock epoch that reservations must name.
    pub epoch: super::stock::Epoch,
}
