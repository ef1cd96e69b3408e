//! What operators look at and repair: outbox, jobs, fires, invariants.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Caller;
use super::extract::{Faults, JsonBody, NoBody, PathText, QueryText};
use super::page::{Items, PageWish, Part, read_limit};
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, Finding, JobView, Report};
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{CronFire, FireState, Misfire};
use crate::domain::id::OutboxId;
use crate::domain::outbox::{OutboxEntry, OutboxState};
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
    /// When it was promised.
    created_at: Time,
    /// When it was finished or given up.
    #[schema(required)]
    ended_at: Option<Time>,
}

/// A scheduled job.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobBody {
    /// The job.
    #[schema(example = "relay_outbox")]
    name: String,
    /// When it runs: second minute hour day month weekday, in UTC.
    #[schema(example = "*/5 * * * * *")]
    schedule: String,
    /// What happens to fires that nobody was there for.
    misfire: Misfire,
    /// When it is due next; null where its schedule has no more dates.
    #[schema(required)]
    next_at: Option<Time>,
    /// Its last fire; null before the first.
    #[schema(required)]
    last_fire: Option<FireBody>,
}

/// One fire of one job.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FireBody {
    /// The job.
    job: String,
    /// When it was meant to run.
    due_at: Time,
    /// Where it stands.
    state: FireState,
    /// Who runs or ran it.
    #[schema(required)]
    claimed_by: Option<String>,
    /// When it began.
    #[schema(required)]
    started_at: Option<Time>,
    /// When it ended.
    #[schema(required)]
    finished_at: Option<Time>,
    /// How late it began, in milliseconds.
    #[schema(required)]
    late_ms: Option<i64>,
    /// How it ended, in words.
    #[schema(required)]
    outcome: Option<String>,
}

/// Fires, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FiresBody {
    /// As many as wanted, and those that were due at the same instant as the last one.
    items: Vec<FireBody>,
    /// Send it as `before` for the part that follows; null after the last one.
    #[schema(required)]
    next_before: Option<Time>,
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
            created_at: Time(entry.created_at),
            ended_at: entry.ended_at.map(Time),
        }
    }
}

impl From<CronFire> for FireBody {
    fn from(fire: CronFire) -> Self {
        Self {
            late_ms: fire.late_ms(),
            job: fire.job,
            due_at: Time(fire.due_at),
            state: fire.state,
            claimed_by: fire.claimed_by,
            started_at: fire.started_at.map(Time),
            finished_at: fire.finished_at.map(Time),
            outcome: fire.outcome,
        }
    }
}

impl From<JobView> for JobBody {
    fn from(view: JobView) -> Self {
        let (name, schedule) = (view.name.into(), view.schedule);
        let (next_at, last_fire) = (view.next_at.map(Time), view.last_fire.map(Into::into));
        Self { name, schedule, misfire: view.misfire, next_at, last_fire }
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
/// code to its pool. The draw stays as it was. Again, it changes nothing.
#[utoipa::path(
    post,
    path = "/admin/outbox/{id}/cancel",
    tag = "operations",
    params(("id" = String, Path, description = "The work.")),
    request_body = CancelWish,
    responses((status = 204, description = "The award is recalled.")),
)]
pub(super) async fn cancel(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    JsonBody(wish): JsonBody<CancelWish>,
) -> Result<StatusCode, Problem> {
    let mut faults = Faults::default();
    let Some(outbox_id) = faults.read::<OutboxId>("id", &id) else { return Err(faults.refuse()) };
    app.recall_award(&caller.actor(), outbox_id, &wish.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List scheduled jobs
///
/// Each with its schedule, its next date and its last fire.
#[utoipa::path(
    get,
    path = "/admin/jobs",
    tag = "operations",
    responses((status = 200, description = "The jobs.", body = Items<JobBody>)),
)]
pub(super) async fn jobs(State(app): State<App>) -> Result<Json<Items<JobBody>>, Problem> {
    let views = app.jobs().await?;
    Ok(Json(Items { items: views.into_iter().map(Into::into).collect() }))
}

/// More than the jobs there are: rows that can be due at one instant, at most.
const DUE_TOGETHER_MAX: u32 = 64;

/// List fires of scheduled jobs
///
/// Newest first; of one job or of all. Fires that were due at the same instant stay in one part, so that no part leaves
/// any out.
#[utoipa::path(
    get,
    path = "/admin/cron",
    tag = "operations",
    params(
        ("job" = Option<String>, Query, description = "Only fires of this job."),
        ("before" = Option<String>, Query, format = DateTime, description = "Only fires that were due before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the fires.", body = FiresBody)),
)]
pub(super) async fn fires(State(app): State<App>, query: QueryText) -> Result<Json<FiresBody>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["job", "before", "limit"]);
    let read = (
        faults.optional::<String>(&query, "job"),
        read_before(&mut faults, &query),
        read_limit(&mut faults, &query),
        faults.is_empty(),
    );
    let (Some(job), Some(before), Some(limit), true) = read else { return Err(faults.refuse()) };
    let rows = app.fires(job.as_deref(), before, limit + DUE_TOGETHER_MAX).await?;
    Ok(Json(cut_fires(rows, limit as usize)))
}

#[expect(clippy::option_option, reason = "absent is an answer, not readable is a fault")]
fn read_before(faults: &mut Faults, query: &QueryText) -> Option<Option<Timestamp>> {
    let Some(text) = query.get("before") else { return Some(None) };
    let before = text.parse().ok();
    if before.is_none() {
        faults.add("before", "is not a time; write it like 2026-11-22T10:00:00.000Z");
    }
    before.map(Some)
}

fn cut_fires(mut rows: Vec<CronFire>, wanted: usize) -> FiresBody {
    let last_due = rows.get(wanted.saturating_sub(1)).map(|fire| fire.due_at);
    let end = rows.iter().position(|fire| last_due.is_some_and(|last_due| fire.due_at < last_due));
    let next_before = last_due.filter(|_| end.is_some()).map(Time);
    rows.truncate(end.unwrap_or(rows.len()));
    FiresBody { items: rows.into_iter().map(Into::into).collect(), next_before }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn fire(job: &str, due_at: &str) -> CronFire {
        CronFire {
            job: job.into(),
            due_at: due_at.parse().expect("a time"),
            state: FireState::Done,
            claimed_by: None,
            started_at: None,
            finished_at: None,
            outcome: None,
        }
    }

    #[test]
    fn fires_of_one_instant_stay_in_one_part() {
        let (late, early) = ("2026-01-01T00:00:05Z", "2026-01-01T00:00:00Z");
        let rows = || vec![fire("a", late), fire("b", late), fire("a", early)];
        let cut = |wanted| {
            let body = cut_fires(rows(), wanted);
            (body.items.len(), body.next_before.map(|time| time.0.to_rfc3339()))
        };
        let next = Some("2026-01-01T00:00:05+00:00".to_owned());
        assert_eq!(cut(1), (2, next.clone()));
        assert_eq!(cut(2), (2, next));
        assert_eq!(cut(3), (3, None));
        assert_eq!(cut(20), (3, None));
        assert_eq!(cut_fires(Vec::new(), 20).items.len(), 0);
    }
}
