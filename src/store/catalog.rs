//! The port for campaign documents: drafts, versions, heads and seeds.

use async_trait::async_trait;

use super::Stored;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::ActivityHead;
use crate::domain::document::CampaignDocument;
use crate::domain::id::{ActivityId, Version};
use crate::domain::roll::{DaySeed, SeedChain};
use crate::domain::stock::{StockItem, StockTotal};

/// A document on its way to becoming a version.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// The activity.
    pub activity_id: ActivityId,
    /// The validated document.
    pub document: CampaignDocument,
    /// When its window ends, so that the activity can be closed then.
    pub closes_at: Timestamp,
    /// Everything it counts.
    pub stock: Vec<StockTotal>,
    /// The first and last local day of its window: days that no chain covers yet need one.
    pub days: (Day, Day),
    /// Seed of the last day of the chain that is added where days are not covered yet. Fresh chance, unused otherwise.
    pub last_seed: DaySeed,
    /// Who publishes, for people.
    pub published_by: String,
    /// When.
    pub published_at: Timestamp,
}

/// What became of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// It is the current version now.
    Version(Version),
    /// It is, word for word, the current version already; nothing was written.
    Unchanged(Version),
    /// Some items were used more often than the document would allow; nothing was written.
    StockBelowUsed(Vec<StockShort>),
    /// The activity is closed or settled; nothing was written.
    Over,
}

/// An item whose new total is below what is used already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockShort {
    /// Which item.
    pub item: StockItem,
    /// What the document says.
    pub total: u64,
    /// What is used.
    pub used: u64,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVersion {
    /// Its number.
    pub version: Version,
    /// Its document.
    pub document: CampaignDocument,
    /// Who published it.
    pub published_by: String,
    /// When.
    pub published_at: Timestamp,
}

/// A document being edited. It may have faults: drafts are saved as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The activity.
    pub activity_id: ActivityId,
    /// The document.
    pub document: CampaignDocument,
    /// When it was last saved.
    pub updated_at: Timestamp,
}

/// What is remembered of campaigns.
#[async_trait]
pub trait CatalogStore {
    /// Makes a version current, in one transaction with everything that follows from it: the head (a new activity opens),
    /// the stock items (totals change, what is used stays), a new stock epoch where any total changed or another set of
    /// awards is limited per user (draws under way are decided again), the wins of awards that begin to be limited, counted
    /// from all draws, and a seed chain for the days no chain covers. The same document again is `Unchanged`. The draft is dropped when it is this document.
    async fn publish(&self, new: &NewVersion) -> Stored<Published>;

    /// The heads of these activities, in no order; unknown ones are left out.
    async fn heads(&self, activity_ids: &[ActivityId]) -> Stored<Vec<ActivityHead>>;

    /// The heads of all activities, by id.
    async fn all_heads(&self) -> Stored<Vec<ActivityHead>>;

    /// One version.
    async fn version(&self, activity_id: &ActivityId, version: Version) -> Stored<Option<StoredVersion>>;

    /// All versions, newest first.
    async fn versions(&self, activity_id: &ActivityId) -> Stored<Vec<StoredVersion>>;

    /// Saves a draft over the one before.
    async fn save_draft(&self, draft: &Draft) -> Stored<()>;

    /// The draft, where there is one.
    async fn draft(&self, activity_id: &ActivityId) -> Stored<Option<Draft>>;

    /// The seed chains of an activity, by first day. They do not overlap.
    async fn seed_chains(&self, activity_id: &ActivityId) -> Stored<Vec<SeedChain>>;

    /// Marks every day before `before` as revealed: no draw of such a day can be recorded any more. Days never become
    /// secret again. Gives the first day that is still secret.
    async fn reveal_seeds(&self, activity_id: &ActivityId, before: Day) -> Stored<Day>;

    /// The first day whose seed is still secret, where any reveal was made.
    async fn secret_from(&self, activity_id: &ActivityId) -> Stored<Option<Day>>;

    /// Closes open and paused activities whose window ended at or before `now`. Gives which.
    async fn close_ended(&self, now: Timestamp) -> Stored<Vec<ActivityId>>;
}
