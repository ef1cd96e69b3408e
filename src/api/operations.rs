//! What operators look at and repair: outbox and invariants.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Caller;
use super::extract::{Faults, JsonBody, NoBody, PathText, QueryText};
use super::page::{PageWish, Part};
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, Finding, RecallAnswer, Report};
use crate::domain::award::AwardKind;
use crate::domain::id::OutboxId;
use crate::domain::outbox::{BulkRedrive, OutboxEntry, OutboxState};
use crate::domain::reconcile::Invariant;

/// Work promised in the same transaction as the fact it follows from.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OutboxEntryBody {
    /// The work.
    #[schema(example = "out_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// The promise it fulfils.
    award_record_id: String,
    /// Whose.
    user_id: String,
    /// Where it stands.
    state: OutboxState,
    /// When it is due, or was.
    run_at: Time,
    /// Attempts begun.
    attempts: u32,
    /// Why the last attempt did not finish it.
    #[schema(required)]
    last_error: Option<String>,
    /// Why an operator wants the award back, where a third party has to let go of it first.
    #[schema(required)]
    wanted_back: Option<String>,
    /// When it was promised.
    created_at: Time,
    /// When it was finished or given up.
    #[schema(required)]
    ended_at: Option<Time>,
}

/// How much promised work stands where.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct OutboxCountsBody {
    /// Waits until it is due, or for a worker.
    pending: u64,
    /// A worker has it.
    leased: u64,
    /// It is finished, and not yet pruned.
    done: u64,
    /// It was given up.
    dead: u64,
}

/// The six invariants, evaluated over everything there is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportBody {
    /// Whether all of them hold.
    holds: bool,
    /// Rows that break one, over all of them, at most `reconcile.rows_max` for each; 0 when they hold.
    violations_total: usize,
    /// Activities whose counters were compared with SQL; those that nobody has drawn in since the start have none loaded.
    counters_compared: u64,
    /// Draws that were decided again from version, facts and roll.
    draws_replayed: u64,
    /// One for each invariant.
    items: Vec<FindingBody>,
}

/// One invariant.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FindingBody {
    /// Which one.
    invariant: Invariant,
    /// What must hold.
    statement: &'static str,
    /// Whether it does.
    holds: bool,
    /// Rows for which it does not, at most `reconcile.rows_max`.
    violations: Vec<ViolationBody>,
}

/// A row for which an invariant does not hold.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ViolationBody {
    /// The row, by its name.
    subject: String,
    /// What is wrong with it, with the numbers.
    detail: String,
}

impl From<OutboxEntry> for OutboxEntryBody {
    fn from(entry: OutboxEntry) -> Self {
        Self {
            id: entry.outbox_id.to_string(),
            award_record_id: entry.award_record_id.to_string(),
            user_id: entry.user_id.to_string(),
            state: entry.state,
            run_at: Time(entry.run_at),
            attempts: entry.attempts,
            last_error: entry.last_error,
            wanted_back: entry.wanted_back,
            created_at: Time(entry.created_at),
            ended_at: entry.ended_at.map(Time),
        }
    }
}

impl From<Finding> for FindingBody {
    fn from(finding: Finding) -> Self {
        let violations = finding.violations.into_iter();
        Self {
            invariant: finding.invariant,
            statement: finding.invariant.statement(),
            holds: violations.len() == 0,
            violations: violations
                .map(|violation| ViolationBody { subject: violation.subject, detail: violation.detail })
                .collect(),
        }
    }
}

impl From<Report> for ReportBody {
    fn from(report: Report) -> Self {
        Self {
            holds: report.violations() == 0,
            violations_total: report.violations(),
            counters_compared: report.counters_compared,
            draws_replayed: report.draws_replayed,
            items: report.findings.into_iter().map(Into::into).collect(),
        }
    }
}

/// List promised work
///
/// Newest first; of one state or of all.
#[utoipa::path(
    get,
    path = "/admin/outbox",
    tag = "operations",
    params(
        ("state" = Option<OutboxState>, Query, description = "Only work in this state."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the work.", body = Part<OutboxEntryBody>)),
)]
pub(super) async fn outbox(State(app): State<App>, query: QueryText) -> Result<Json<Part<OutboxEntryBody>>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["state", "cursor", "limit"]);
    let read = (faults.optional(&query, "state"), PageWish::read(&mut faults, &query), faults.is_empty());
    let (Some(state), Some(wish), true) = read else { return Err(faults.refuse()) };
    let rows = app.outbox(state, &wish.page()).await?;
    let (rows, next) = wish.cut(rows, |row| row.outbox_id);
    let next_cursor = next.map(|id| id.to_string());
    Ok(Json(Part { items: rows.into_iter().map(Into::into).collect(), next_cursor }))
}

/// Redrive dead work
///
/// Makes it pending again, due now, with its attempts counted from none.
#[utoipa::path(
    post,
    path = "/admin/outbox/{id}/redrive",
    tag = "operations",
    params(("id" = String, Path, description = "The work.")),
    responses((status = 204, description = "It is pending again.")),
)]
pub(super) async fn redrive(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    NoBody: NoBody,
) -> Result<StatusCode, Problem> {
    let mut faults = Faults::default();
    let Some(outbox_id) = faults.read::<OutboxId>("id", &id) else { return Err(faults.refuse()) };
    app.redrive(&caller.actor(), outbox_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why an award is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CancelWish {
    /// For people: at most 200 characters.
    #[serde(default)]
    #[schema(example = "won by a forged account")]
    reason: String,
}

/// Take an award back
///
/// Recalls the award that this work would deliver, as long as nobody outside may have it: its unit goes back to stock, a coupon
/// code to its pool. The draw stays as it was. Where a third party reserved it, that is asked to let go first, and the award is
/// recalled once it did. Again, it changes nothing.
#[utoipa::path(
    post,
    path = "/admin/outbox/{id}/cancel",
    tag = "operations",
    params(("id" = String, Path, description = "The work.")),
    request_body = CancelWish,
    responses(
        (status = 202, description = "The third party is asked to let go; then the award is recalled."),
        (status = 204, description = "The award is recalled."),
    ),
)]
pub(super) async fn cancel(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    JsonBody(wish): JsonBody<CancelWish>,
) -> Result<StatusCode, Problem> {
    let mut faults = Faults::default();
    let Some(outbox_id) = faults.read::<OutboxId>("id", &id) else { return Err(faults.refuse()) };
    Ok(match app.recall_award(&caller.actor(), outbox_id, &wish.reason).await? {
        RecallAnswer::Recalled => StatusCode::NO_CONTENT,
        RecallAnswer::Asked => StatusCode::ACCEPTED,
    })
}

/// Work to be redriven, and how fast.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkRedriveWish {
    /// Entries that come due in one second.
    #[schema(minimum = 1, maximum = 1000, example = 10)]
    per_second: i64,
    /// Only awards of this kind.
    #[schema(value_type = Option<AwardKind>)]
    kind: Option<String>,
    /// Only entries whose last error contains this, letter by letter: 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "answered 503")]
    error_contains: Option<String>,
    /// Entries at most.
    #[schema(minimum = 1, maximum = 100_000, example = 1000)]
    limit: i64,
}

/// What was redriven.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkRedrivenBody {
    /// Entries that are pending again.
    redriven: u32,
    /// When the last of them is due; null where none was dead.
    #[schema(required)]
    last_due_at: Option<Time>,
}

/// Entries that a bulk redrive may let come due in one second.
const PER_SECOND_MAX: u32 = 1_000;
/// Entries that one bulk redrive takes at most.
const REDRIVE_MAX: u32 = 100_000;
/// Longest text that is looked for in errors, in characters.
const ERROR_CONTAINS_MAX: usize = 200;

/// Redrive dead work in bulk
///
/// Makes dead entries pending again, oldest first and all of them or none, due one after another at the rate asked for, with
/// their attempts counted from none. A repeat finds only what has died since or was beyond the limit.
#[utoipa::path(
    post,
    path = "/admin/outbox/redrive",
    tag = "operations",
    request_body = BulkRedriveWish,
    responses((status = 200, description = "They are pending again.", body = BulkRedrivenBody)),
)]
pub(super) async fn redrive_dead(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    JsonBody(wish): JsonBody<BulkRedriveWish>,
) -> Result<Json<BulkRedrivenBody>, Problem> {
    let mut faults = Faults::default();
    let kind = wish.kind.map_or(Some(None), |kind| faults.read::<AwardKind>("kind", &kind).map(Some));
    if let Some(text) = &wish.error_contains
        && !(1..=ERROR_CONTAINS_MAX).contains(&text.chars().count())
    {
        faults
            .add("error_contains", format!("must be 1 to {ERROR_CONTAINS_MAX} characters; leave it out for any error"));
    }
    let read = (
        faults.within("per_second", wish.per_second, 1..=PER_SECOND_MAX),
        faults.within("limit", wish.limit, 1..=REDRIVE_MAX),
        kind,
        faults.is_empty(),
    );
    let (Some(per_second), Some(limit), Some(kind), true) = read else { return Err(faults.refuse()) };
    let wish = BulkRedrive { per_second, kind, error_contains: wish.error_contains, limit };
    let done = app.redrive_dead(&caller.actor(), &wish).await?;
    Ok(Json(BulkRedrivenBody { redriven: done.redriven, last_due_at: done.last_due_at.map(Time) }))
}

/// Check the six invariants
///
/// Over everything stored, every draw decided again: seconds for a million draws.
#[utoipa::path(
    get,
    path = "/admin/reconciliation",
    tag = "operations",
    responses((status = 200, description = "What holds and what does not.", body = ReportBody)),
)]
pub(super) async fn reconciliation(State(app): State<App>) -> Result<Json<ReportBody>, Problem> {
    Ok(Json(app.reconcile().await?.into()))
}

/// Count the outbox
///
/// How much promised work stands where, in all databases. Entries are counted in their indexes when it is asked.
#[utoipa::path(
    get,
    path = "/admin/outbox/counts",
    tag = "operations",
    responses((status = 200, description = "The counts.", body = OutboxCountsBody)),
)]
pub(super) async fn outbox_counts(State(app): State<App>) -> Result<Json<OutboxCountsBody>, Problem> {
    let mut body = OutboxCountsBody::default();
    for (state, count) in app.outbox_counts().await? {
        *match state {
            OutboxState::Pending => &mut body.pending,
            OutboxState::Leased => &mut body.leased,
            OutboxState::Done => &mut body.done,
            OutboxState::Dead => &mut body.dead,
        } = count;
    }
    Ok(Json(body))
}
