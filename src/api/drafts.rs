//! Drafts of campaign documents: listed, saved, read, discarded.

use axum::Extension;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Caller;
use super::campaigns::{faults_of, read_activity, reviewed_draft};
use super::documents::CampaignDocumentBody;
use super::extract::{Faults, NoBody, PathText, QueryText, media_type, read_body, wrong_media_type};
use super::page::{PageWish, Part};
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, DraftLine};
use crate::domain::document::{self, Format};
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

/// Discard the draft of an activity
///
/// What is published stays as it is.
#[utoipa::path(
    delete,
    path = "/admin/activities/{id}/draft",
    tag = "campaigns",
    params(
        ("id" = String, Path, description = "The activity."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the draft that was seen: no other is discarded."),
    ),
    responses((status = 204, description = "There is no draft any more.")),
)]
pub(super) async fn discard_draft(
    State(app): State<App>,
    PathText(id): PathText,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    NoBody: NoBody,
) -> Result<StatusCode, Problem> {
    let activity_id = read_activity(&id)?;
    app.discard_draft(caller.principal(), &activity_id, reviewed_draft(&headers)?.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
