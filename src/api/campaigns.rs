//! Campaign documents: publication, versions, stock.

use axum::Extension;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Caller;
use super::documents::CampaignDocumentBody;
use super::extract::{Faults, NoBody, PathText};
use super::page::Items;
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, Draft, StockView, StoredVersion, validate_campaign};
use crate::domain::campaign::ActivityState;
use crate::domain::document::CampaignDocument;
use crate::domain::id::ActivityId;
use crate::domain::refusal::Refusal;
use crate::domain::source::DocumentSource;
use crate::domain::validate::DocumentFault;

/// The outcome of a publication.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublishedBody {
    /// The activity.
    activity_id: String,
    /// The version that is current now.
    version: u32,
    /// Whether it is new; otherwise the draft was, word for word, current already.
    changed: bool,
}

/// A published version of a campaign document.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VersionBody {
    /// Its number, counted from 1.
    version: u32,
    /// Name of the operator or API key that published it, or `command line`.
    published_by: String,
    /// When.
    published_at: Time,
    /// The whole document.
    #[schema(value_type = CampaignDocumentBody)]
    document: CampaignDocument,
    /// The text it was published from, comments and all; null where that came as JSON.
    #[schema(required)]
    source: Option<DocumentSource>,
}

/// Everything an activity counts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StockBody {
    /// The activity.
    activity_id: String,
    /// The version that says how many there are.
    version: u32,
    /// Where the activity is in its life.
    state: ActivityState,
    /// The number under which the counters are valid; it rises whenever they are filled anew.
    epoch: i64,
    /// Awards and SKUs with a stock.
    items: Vec<StockItemBody>,
}

/// The counters of one item: `total = left + confirmed + claimed`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StockItemBody {
    /// `award` or `sku`.
    kind: &'static str,
    /// The award or SKU, as the document names it.
    id: String,
    /// How many there are over the activity's whole life.
    total: u64,
    /// Not yet claimed.
    left: u64,
    /// Won or granted.
    confirmed: u64,
    /// Held for draws and orders under way.
    claimed: u64,
    /// The used count that was last written to SQL; null before the first time.
    #[schema(required)]
    noted_used: Option<u64>,
    /// When that was.
    #[schema(required)]
    noted_at: Option<Time>,
}

/// What there is to edit of an activity.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentsBody {
    /// The activity.
    activity_id: String,
    /// What was saved and not yet published; null where there is nothing of that kind.
    #[schema(required)]
    draft: Option<DraftBody>,
    /// The version that is current; null where none was ever published.
    #[schema(required)]
    current: Option<VersionBody>,
}

/// A document being edited.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DraftBody {
    /// When it was last saved.
    updated_at: Time,
    /// Who saved it last: the name of an operator or API key, or the product itself.
    saved_by: String,
    /// Names what it says: the `ETag` of the draft without its quotes.
    #[schema(min_length = 64, max_length = 64)]
    draft_hash: String,
    /// The whole document.
    #[schema(value_type = CampaignDocumentBody)]
    document: CampaignDocument,
    /// What stands in the way of publishing it; empty where nothing does.
    faults: Vec<DocumentFault>,
    /// The text it was saved as, comments and all; null where that came as JSON.
    #[schema(required)]
    source: Option<DocumentSource>,
}

impl DraftBody {
    fn of(app: &App, draft: Draft) -> Self {
        Self {
            faults: faults_of(app, &draft),
            updated_at: Time(draft.updated_at),
            saved_by: draft.saved_by.name.unwrap_or(draft.saved_by.actor),
            draft_hash: draft.document.digest(),
            document: draft.document,
            source: draft.source,
        }
    }
}

impl From<StoredVersion> for VersionBody {
    fn from(stored: StoredVersion) -> Self {
        Self {
            version: stored.version.0,
            published_by: stored.published_by,
            published_at: Time(stored.published_at),
            document: stored.document,
            source: stored.source,
        }
    }
}

impl From<StockView> for StockItemBody {
    fn from(view: StockView) -> Self {
        Self {
            kind: view.counter.item.kind(),
            id: view.counter.item.id().to_owned(),
            total: view.counter.total,
            left: view.counter.left,
            confirmed: view.counter.confirmed,
            claimed: view.counter.claimed,
            noted_used: view.noted_used,
            noted_at: view.noted_at.map(Time),
        }
    }
}

/// What stands in the way of publishing a draft.
pub(super) fn faults_of(app: &App, draft: &Draft) -> Vec<DocumentFault> {
    match validate_campaign(app.config(), &draft.document) {
        Err(Refusal::InvalidDocument { faults }) => faults,
        _ => Vec::new(),
    }
}

pub(super) fn read_activity(id: &str) -> Result<ActivityId, Problem> {
    let mut faults = Faults::default();
    faults.read("id", id).ok_or_else(|| faults.refuse())
}

/// Publish the draft of an activity
///
/// Checks it, names every fault at once, and makes it the current version. Draws under way finish on theirs. A draft that
/// is current already changes nothing. With the setting `campaigns.second_person`, an operator publishes what somebody else
/// saved.
#[utoipa::path(
    post,
    path = "/admin/activities/{id}/publish",
    tag = "campaigns",
    params(
        ("id" = String, Path, description = "The activity."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the draft that was reviewed: no other is published."),
    ),
    responses(
        (status = 201, description = "A new version is current.", body = PublishedBody),
        (status = 200, description = "The draft was current already.", body = PublishedBody),
    ),
)]
pub(super) async fn publish_draft(
    State(app): State<App>,
    PathText(id): PathText,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    NoBody: NoBody,
) -> Result<(StatusCode, Json<PublishedBody>), Problem> {
    let activity_id = read_activity(&id)?;
    let reviewed = reviewed_draft(&headers)?;
    let published = app.publish_draft(caller.principal(), &activity_id, reviewed.as_deref()).await?;
    let status = if published.changed { StatusCode::CREATED } else { StatusCode::OK };
    let body = PublishedBody {
        activity_id: published.activity_id.to_string(),
        version: published.version.0,
        changed: published.changed,
    };
    Ok((status, Json(body)))
}

/// The one hash that `If-Match` names, where it is given.
pub(super) fn reviewed_draft(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(header::IF_MATCH).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let hash = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if values.next().is_some() || !is_hash {
        return Err(Refusal::invalid("If-Match", "must be the one ETag of the draft, as GET draft gave it").into());
    }
    Ok(Some(hash.to_ascii_lowercase()))
}

/// Get the documents of an activity
///
/// Its draft and its current version, for an editor to begin with. An id that nobody used yet has neither, and that is an answer.
#[utoipa::path(
    get,
    path = "/admin/activities/{id}/documents",
    tag = "campaigns",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "The documents.", body = DocumentsBody)),
)]
pub(super) async fn documents(State(app): State<App>, PathText(id): PathText) -> Result<Json<DocumentsBody>, Problem> {
    let activity_id = read_activity(&id)?;
    let (draft, current) = app.documents(&activity_id).await?;
    Ok(Json(DocumentsBody {
        activity_id: activity_id.to_string(),
        draft: draft.map(|draft| DraftBody::of(&app, draft)),
        current: current.map(Into::into),
    }))
}

/// List the versions of an activity
///
/// Newest first, each with its whole document.
#[utoipa::path(
    get,
    path = "/admin/activities/{id}/versions",
    tag = "campaigns",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "The versions.", body = Items<VersionBody>)),
)]
pub(super) async fn versions(
    State(app): State<App>,
    PathText(id): PathText,
) -> Result<Json<Items<VersionBody>>, Problem> {
    let activity_id = read_activity(&id)?;
    let versions = app.versions(&activity_id).await?;
    Ok(Json(Items { items: versions.into_iter().map(Into::into).collect() }))
}

/// Get the stock of an activity
///
/// The counters of every award and SKU that has a stock, at one moment.
#[utoipa::path(
    get,
    path = "/admin/activities/{id}/stock",
    tag = "operations",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "The stock.", body = StockBody)),
)]
pub(super) async fn stock(State(app): State<App>, PathText(id): PathText) -> Result<Json<StockBody>, Problem> {
    let activity_id = read_activity(&id)?;
    let (head, views) = app.stock(&activity_id).await?;
    Ok(Json(StockBody {
        activity_id: head.activity_id.to_string(),
        version: head.version.0,
        state: head.state,
        epoch: head.epoch.0,
        items: views.into_iter().map(Into::into).collect(),
    }))
}
