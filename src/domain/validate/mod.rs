//! From a campaign document to a campaign, or to every fault it has.

mod awards;
mod faults;
mod head;
mod offers;
mod reach;
mod rules;

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::campaign::Campaign;
use super::document::{CampaignDocument, PrizeDocument};
use super::strategy::{Strategy, StrategyParts};
use faults::Faults;

/// The longest window. A chain of day seeds is made for all of it when the activity opens.
pub const WINDOW_DAYS_MAX: i64 = 3_650;
/// The longest time, in days, after which points may expire.
pub const POINTS_EXPIRE_AFTER_DAYS_MAX: u32 = 3_650;
/// The largest stock: far above any real one, and far below what counters can hold.
pub const STOCK_MAX: u64 = 1_000_000_000_000;
/// The most draws one SKU grants.
pub const SKU_DRAWS_MAX: u32 = 1_000_000;
/// The longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 200;
/// The longest description, in characters.
pub const DESCRIPTION_CHARS_MAX: usize = 10_000;
/// The most awards of a document.
pub const AWARDS_MAX: usize = 1_000;
/// The most tiers of a document.
pub const TIERS_MAX: usize = 1_000;
/// The most users on a blacklist.
pub const BLACKLIST_MAX: usize = 100_000;
/// The most SKUs, the most rebates and the most stages of a document.
pub const OFFERS_MAX: usize = 1_000;
/// The most steps of a streak.
pub const STREAKS_MAX: usize = 100;
/// The longest streak that can be rewarded: every day of the longest window.
pub const STREAK_DAYS_MAX: u32 = 3_650;
/// The largest payload of a webhook award, as JSON, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = 4_096;
/// The longest wait between a draw and the dispatch of its award: as long as the longest window, in seconds.
pub const DISPATCH_AFTER_SECONDS_MAX: u32 = 315_360_000;

/// One fault of a campaign document: where it is, what is wrong, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DocumentFault {
    /// Path into the document, such as `awards[2].weight`; a line and a column where the text cannot be read at all.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub mend: String,
}

impl fmt::Display for DocumentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.path, self.message, self.mend)
    }
}

/// Checks a document and makes it ready to decide draws. Pure: the same document gives the same campaign, for ever.
///
/// # Errors
/// Every fault the document has, in document order, not only the first.
pub fn compile(document: &CampaignDocument) -> Result<Campaign, Vec<DocumentFault>> {
    let mut faults = Faults::default();
    let ids = AwardIds::of(document);
    let head = head::read(document, &mut faults);
    let weights = awards::weights(document, &mut faults);
    let awards = awards::read(document, &ids, weights.as_deref(), &mut faults);
    let tiers = rules::tiers(document, &ids, weights.as_deref(), &mut faults);
    let blacklist =
        document.blacklist.as_ref().and_then(|blacklist| rules::blacklist(document, blacklist, &ids, &mut faults));
    reach::check(document, &ids, &mut faults);
    let skus = offers::skus(document, &mut faults);
    let rebates = offers::rebates(document, &mut faults);
    offers::stages(document, &mut faults);

    // Invariant: a part that could not be read has left a fault, so no part is missing from a campaign.
    let strategy = match (awards, tiers) {
        (Some(awards), Some(tiers)) => Strategy::new(StrategyParts { awards, tiers, blacklist }),
        _ => None,
    };
    match (head, strategy, skus, rebates) {
        (Some(head), Some(strategy), Some(skus), Some(rebates)) if faults.is_empty() => Ok(Campaign {
            activity_id: head.activity_id,
            title: document.title.clone(),
            opens_at: head.opens_at,
            closes_at: head.closes_at,
            time_zone: head.time_zone,
            limits: head.limits,
            points_expire_after_days: head.points_expire_after_days,
            strategy,
            skus,
            rebates,
            document: document.clone(),
        }),
        _ => Err(faults.in_document_order()),
    }
}

/// An award that calls a third party, and so needs an endpoint in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointUse<'a> {
    /// Where the document names the endpoint, such as `awards[1].prize.endpoint`.
    pub path: String,
    /// The name.
    pub endpoint: &'a str,
}

/// Every endpoint a document names, award by award. Which endpoints exist is for the settings to say.
pub fn endpoints(document: &CampaignDocument) -> impl Iterator<Item = EndpointUse<'_>> {
    document.awards.iter().enumerate().filter_map(|(index, award)| match &award.prize {
        PrizeDocument::Webhook { endpoint, .. } => {
            Some(EndpointUse { path: format!("awards[{index}].prize.endpoint"), endpoint })
        }
        _ => None,
    })
}

/// A fault for each award whose endpoint is not one of `known`.
pub fn unknown_endpoints<'k>(
    document: &CampaignDocument,
    known: impl IntoIterator<Item = &'k str>,
) -> Vec<DocumentFault> {
    let known: Vec<&str> = known.into_iter().collect();
    endpoints(document)
        .filter(|used| !known.contains(&used.endpoint))
        .map(|used| DocumentFault {
            path: used.path,
            message: format!("the settings have no endpoint {}", faults::quoted(used.endpoint)),
            mend: match known.as_slice() {
                [] => "Add it to the settings under [webhook.endpoints].".into(),
                known => format!("Use one of {}, or add it to the settings.", known.join(", ")),
            },
        })
        .collect()
}

/// The awards of a document by id. Of two with the same id the first is meant; the second is a fault.
struct AwardIds<'a> {
    by_id: HashMap<&'a str, usize>,
}

impl<'a> AwardIds<'a> {
    fn of(document: &'a CampaignDocument) -> Self {
        let mut by_id = HashMap::new();
        for (index, award) in document.awards.iter().enumerate() {
            by_id.entry(award.id.as_str()).or_insert(index);
        }
        Self { by_id }
    }

    fn get(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The award that `path` names, or a fault.
    fn named(&self, path: impl Into<String>, id: &str, faults: &mut Faults) -> Option<usize> {
        let index = self.get(id);
        if index.is_none() {
            let message = format!("there is no award {}", faults::quoted(id));
            faults.add(path, message, "Use the id of an award of this document.");
        }
        index
    }
}
