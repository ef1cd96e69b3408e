//! Campaign documents: drafts, publication, versions, stock.

use axum::Extension;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Caller;
use super::documents::CampaignDocumentBody;
use super::extract::{Faults, NoBody, PathText, QueryText, media_type, read_body, wrong_media_type};
use super::page::{Items, PageWish, Part};
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, Draft, DraftLine, StockView, StoredVersion, validate_campaign};
use crate::domain::campaign::ActivityState;
use crate::domain::document::{self, CampaignDocument, Format};
use crate::domain::id::ActivityId;
use crate::domain::refusal::Refusal;
use crate::domain::source::DocumentSource;
use crate::domain::validate::DocumentFault;
use crate::fault::Fault;

const JSON: &str = "application/json";
const TOML: &str = "application/toml";
const JSONC: &str = "application/jsonc";

/// A draft that was saved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SavedDraftBody {
    /// The activity.
    activity_id: String,
    /// When it was saved.
    updated_at: Time,
    /// Names what it says: the `ETag` of the draft without its quotes.
    #[schema(min_length = 64, max_length = 64)]
    draft_hash: String,
    /// What stands in the way of publishing it; empty where nothing does.
    faults: Vec<DocumentFault>,
}

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

/// A draft among others.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DraftLineBody {
    /// The activity; it may never have been published.
    #[schema(example = "spring")]
    activity_id: String,
    /// What users will read.
    title: String,
    /// When it was last saved.
    updated_at: Time,
    /// Who saved it last: the name of an operator or API key, or the product itself.
    saved_by: String,
}

impl From<DraftLine> for DraftLineBody {
    fn from(draft: DraftLine) -> Self {
        Self {
            activity_id: draft.activity_id.to_string(),
            title: draft.title,
            updated_at: Time(draft.updated_at),
            saved_by: draft.saved_by.name.unwrap_or(draft.saved_by.actor),
        }
    }
}

/// List drafts
///
/// Every document that is being edited, by the id of its activity, ascending.
#[utoipa::path(
    get,
    path = "/admin/drafts",
    tag = "campaigns",
    params(
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the drafts.", body = Part<DraftLineBody>)),
)]
pub(super) async fn drafts(State(app): State<App>, query: QueryText) -> Result<Json<Part<DraftLineBody>>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["cursor", "limit"]);
    let (Some(wish), true) = (PageWish::<ActivityId>::read(&mut faults, &query), faults.is_empty()) else {
        return Err(faults.refuse());
    };
    let (lines, next) = wish.cut(app.drafts(&wish.page()).await?, |line| line.activity_id.clone());
    let next_cursor = next.map(|activity_id| activity_id.to_string());
    Ok(Json(Part { items: lines.into_iter().map(Into::into).collect(), next_cursor }))
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
fn faults_of(app: &App, draft: &Draft) -> Vec<DocumentFault> {
    match validate_campaign(app.config(), &draft.document) {
        Err(Refusal::InvalidDocument { faults }) => faults,
        _ => Vec::new(),
    }
}

fn read_activity(id: &str) -> Result<ActivityId, Problem> {
    let mut faults = Faults::default();
    faults.read("id", id).ok_or_else(|| faults.refuse())
}

/// Save the draft of an activity
///
/// Over the one before, even with faults. The answer names what stands in the way of publishing it. Of TOML, and of JSON with
/// comments, the text is kept as it is.
#[utoipa::path(
    put,
    path = "/admin/activities/{id}/draft",
    tag = "campaigns",
    params(("id" = String, Path, description = "The activity; the document names it too.")),
    request_body(content(
        (CampaignDocumentBody = "application/json"),
        (String = "application/toml"),
        (String = "application/jsonc")
    )),
    responses((status = 200, description = "Saved.", body = SavedDraftBody)),
)]
pub(super) async fn save_draft(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    request: Request,
) -> Result<Json<SavedDraftBody>, Problem> {
    let activity_id = read_activity(&id)?;
    let media_type = media_type(request.headers());
    let format = match media_type.as_deref() {
        Some(JSON) => Format::Json,
        Some(TOML) => Format::Toml,
        Some(JSONC) => Format::Jsonc,
        other => return Err(wrong_media_type(other, "application/json, application/jsonc or application/toml")),
    };
    let body = read_body(request, &()).await?;
    let text = std::str::from_utf8(&body).map_err(|_| Refusal::invalid("", "is not UTF-8; send it as UTF-8"))?;
    let document = document::parse(text, format).map_err(|fault| Refusal::InvalidDocument { faults: vec![fault] })?;
    let source = DocumentSource::of(text, format);
    let draft = app.save_draft(caller.principal(), &activity_id, &document, source.as_ref()).await?;
    let faults = faults_of(&app, &draft);
    let (activity_id, draft_hash) = (draft.activity_id.to_string(), draft.document.digest());
    Ok(Json(SavedDraftBody { activity_id, updated_at: Time(draft.updated_at), draft_hash, faults }))
}

/// Get the draft of an activity
///
/// As JSON, or as TOML or JSON with comments where `Accept` names that first: with the comments it was saved with, where it was saved
/// in that form.
#[utoipa::path(
    get,
    path = "/admin/activities/{id}/draft",
    tag = "campaigns",
    params(("id" = String, Path, description = "The activity.")),
    responses((
        status = 200,
        description = "The draft.",
        headers(("ETag" = String, description = "Names what it says; send it as `If-Match` to publish exactly this.")),
        content(
            (CampaignDocumentBody = "application/json"),
            (String = "application/toml"),
            (String = "application/jsonc")
        )
    )),
)]
pub(super) async fn get_draft(
    State(app): State<App>,
    PathText(id): PathText,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let activity_id = read_activity(&id)?;
    let draft = app.draft(&activity_id).await?;
    let etag = HeaderValue::try_from(format!("\"{}\"", draft.document.digest())).expect("hexadecimal digits in quotes");
    let format = wanted_format(&headers);
    let written = draft.source.as_ref().and_then(|source| source.text_in(format)).map(str::to_owned);
    let mut response = match format {
        Format::Json => Json(draft.document).into_response(),
        Format::Toml => {
            let anew = || toml::to_string_pretty(&draft.document).map_err(Fault::doing("write a draft as TOML"));
            ([(header::CONTENT_TYPE, TOML)], written.map_or_else(anew, Ok)?).into_response()
        }
        Format::Jsonc => {
            let anew = || serde_json::to_string_pretty(&draft.document).map_err(Fault::doing("write a draft as JSON"));
            ([(header::CONTENT_TYPE, JSONC)], written.map_or_else(anew, Ok)?).into_response()
        }
    };
    response.headers_mut().insert(header::ETAG, etag);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// The first of the formats that `Accept` names; JSON where it names none. Weights are not looked at.
fn wanted_format(headers: &HeaderMap) -> Format {
    let texts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types =
        texts.flat_map(|text| text.split(',')).map(|part| part.split(';').next().unwrap_or_default().trim());
    let known = [(JSON, Format::Json), (TOML, Format::Toml), (JSONC, Format::Jsonc)];
    let format_of =
        |name: &str| known.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, format)| *format);
    types.find_map(format_of).unwrap_or(Format::Json)
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
fn reviewed_draft(headers: &HeaderMap) -> Result<Option<String>, Problem> {
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
