//! The port for campaign documents: drafts, versions, heads and seeds.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::audit::Change;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::{ActivityHead, ActivityState};
use crate::domain::document::CampaignDocument;
use crate::domain::id::{ActivityId, Version, WorkflowId};
use crate::domain::roll::{DaySeed, SeedChain};
use crate::domain::source::DocumentSource;
use crate::domain::stock::{StockItem, StockTotal};
use crate::domain::workflow::{NewWorkflow, WorkflowRun};

/// A document on its way to becoming a version.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// The activity.
    pub activity_id: ActivityId,
    /// The validated document.
    pub document: CampaignDocument,
    /// What it was read from, where that says more.
    pub source: Option<DocumentSource>,
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
    /// Who publishes, and when.
    pub change: Change,
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

/// What became of a wish for another state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateChanged {
    /// It is in that state now.
    Changed,
    /// It was in that state already; nothing was written.
    Unchanged,
    /// There is no such activity.
    Unknown,
    /// Its state does not lead to the one wanted; nothing was written.
    Refused(ActivityState),
}

/// A wish to close an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Which.
    pub activity_id: ActivityId,
    /// Only if its window ended at or before this instant; whenever, without one.
    pub if_ended_by: Option<Timestamp>,
    /// The workflow to be started with it.
    pub workflow: NewWorkflow,
}

/// What became of a wish to close an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// It is closed now, and this closes its books.
    Now(WorkflowRun),
    /// It was closed before, and this closes its books.
    Already(WorkflowRun),
    /// A workflow that failed is opening it again: nothing was written.
    BeingOpened(WorkflowRun),
    /// It is settled: nothing was written.
    Settled,
    /// Its window has not ended: nothing was written.
    NotEnded,
    /// There is no such activity.
    Unknown,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVersion {
    /// Its number.
    pub version: Version,
    /// Its document.
    pub document: CampaignDocument,
    /// What it was read from, where that says more.
    pub source: Option<DocumentSource>,
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
    /// What it was read from, where that says more.
    pub source: Option<DocumentSource>,
    /// When it was last saved.
    pub updated_at: Timestamp,
    /// Who saved it last.
    pub saved_by: Saver,
}

/// A draft among others, without its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftLine {
    /// The activity.
    pub activity_id: ActivityId,
    /// What users will read.
    pub title: String,
    /// When it was last saved.
    pub updated_at: Timestamp,
    /// Who saved it last.
    pub saved_by: Saver,
}

/// Who saved a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saver {
    /// Who, as actors write themselves.
    pub actor: String,
    /// What people call it, where it is a key or an operator.
    pub name: Option<String>,
}

/// What became of a draft that was to be discarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftDiscarded {
    /// It is gone.
    Gone,
    /// There was none.
    NoDraft,
    /// It is not the one that was seen.
    Another,
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

    /// Drafts by the id of their activity, ascending: `after` is the last of the part before.
    async fn drafts(&self, page: &Page<ActivityId>) -> Stored<Vec<DraftLine>>;

    /// Saves a draft over the one before, with what it was read from, and gives it as it is now. The same document by the same
    /// actor again is no change worth a record, whatever its comments say.
    async fn save_draft(
        &self,
        activity_id: &ActivityId,
        document: &CampaignDocument,
        source: Option<&DocumentSource>,
        change: &Change,
    ) -> Stored<Draft>;

    /// Drops the draft: the one whose digest is `seen`, where that is given.
    async fn discard_draft(
        &self,
        activity_id: &ActivityId,
        seen: Option<&str>,
        change: &Change,
    ) -> Stored<DraftDiscarded>;

    /// The draft, where there is one.
    async fn draft(&self, activity_id: &ActivityId) -> Stored<Option<Draft>>;

    /// The seed chains of an activity, by first day. They do not overlap.
    async fn seed_chains(&self, activity_id: &ActivityId) -> Stored<Vec<SeedChain>>;

    /// Marks every day before `before` as revealed, and so sealed: no draw of such a day can be recorded any more. Days never
    /// become secret again. Gives the first day that is still secret.
    async fn reveal_seeds(&self, activity_id: &ActivityId, before: Day) -> Stored<Day>;

    /// The first day whose seed is still secret, where any reveal was made.
    async fn secret_from(&self, activity_id: &ActivityId) -> Stored<Option<Day>>;

    /// Pauses an open activity or resumes a paused one: `wanted` is `Paused` or `Open`. Once this returns, no draw and no order on
    /// request can be recorded in an activity that is not open. Repeated, it is `Unchanged` and leaves no record.
    async fn change_state(
        &self,
        activity_id: &ActivityId,
        wanted: ActivityState,
        change: &Change,
    ) -> Stored<StateChanged>;

    /// Closes an activity and starts the workflow that closes its books, in one transaction. The stock epoch rises: nothing that was
    /// claimed before can commit. Repeated, it gives the workflow there is; a closed activity whose workflow is gone gets another.
    async fn close_activity(&self, closing: &Closing, change: &Change) -> Stored<Closed>;

    /// Opens an activity again that this workflow closed, in the state it was closed from. Tells whether it did: nothing happens
    /// where it is not closed, or was closed by another.
    async fn reopen_activity(&self, activity_id: &ActivityId, closed_by: WorkflowId, change: &Change) -> Stored<bool>;

    /// Activities to be closed: open and paused ones whose window ended at or before `now`, and closed ones that nobody settles.
    async fn ended_activities(&self, now: Timestamp) -> Stored<Vec<ActivityId>>;

    /// Open and paused activities whose current version lists the stage, newest published first, with when it was published.
    async fn staged_activities(&self, channel: &str, source: &str) -> Stored<Vec<(ActivityHead, Timestamp)>>;

    /// Brings every copy of the catalog up to date, where a change was cut short. Gives how many activities were behind somewhere:
    /// none where there is one database.
    async fn align_catalog(&self) -> Stored<u64>;
}
