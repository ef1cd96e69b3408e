//! Scheduled jobs: what they are, their fires, and steering them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Caller;
use super::extract::{Faults, NoBody, PathText, QueryText};
use super::page::{Items, read_limit};
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, JobView, RecentFires};
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{CronFire, FirePart, FireState, Misfire, Pause};

/// A scheduled job.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobBody {
    /// The job.
    #[schema(example = "relay_outbox")]
    name: String,
    /// What it does, in a sentence.
    purpose: String,
    /// When it runs: second minute hour day month weekday, in UTC.
    #[schema(example = "*/5 * * * * *")]
    schedule: String,
    /// What happens to fires that nobody was there for.
    misfire: Misfire,
    /// In how many parts a fire runs.
    parts: u16,
    /// Since when it is paused, and by whom; null while it fires.
    #[schema(required)]
    paused: Option<PauseBody>,
    /// When it is due next; null while it is paused, or where its schedule has no more dates.
    #[schema(required)]
    next_at: Option<Time>,
    /// The fire that runs now; null where none does.
    #[schema(required)]
    running: Option<FireBody>,
    /// Its last fire; null before the first.
    #[schema(required)]
    last_fire: Option<FireBody>,
    /// Its last hundred fires, by where they stand.
    recent: RecentBody,
}

/// A pause that lasts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PauseBody {
    /// Since when.
    since: Time,
    /// Who paused it: an API key, an operator, or the product itself.
    #[schema(example = "key_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    by: String,
}

/// How many of a job's last fires stand where.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecentBody {
    /// They ended well.
    done: u32,
    /// They ended badly.
    failed: u32,
    /// They were let go.
    skipped: u32,
    /// They have not ended.
    open: u32,
}

/// One fire of one job.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FireBody {
    /// The job.
    job: String,
    /// When it was meant to run.
    due_at: Time,
    /// Who asked for it; null where its schedule did.
    #[schema(required)]
    requested_by: Option<String>,
    /// Where it stands.
    state: FireState,
    /// Who runs or ran it; of several parts the latest to take one.
    #[schema(required)]
    claimed_by: Option<String>,
    /// Until when its worker has it, should that not ask for longer.
    #[schema(required)]
    claimed_until: Option<Time>,
    /// When it began.
    #[schema(required)]
    started_at: Option<Time>,
    /// When it ended.
    #[schema(required)]
    finished_at: Option<Time>,
    /// How late it began, in milliseconds.
    #[schema(required)]
    late_ms: Option<i64>,
    /// How long it took, in milliseconds.
    #[schema(required)]
    duration_ms: Option<i64>,
    /// How it ended, in words; before it ended, how many fires before it were let go.
    #[schema(required)]
    outcome: Option<String>,
    /// Its parts, each run alone; none where it runs in one piece.
    parts: Vec<FirePartBody>,
}

/// One part of a fire.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FirePartBody {
    /// Which one, from 1.
    part: u16,
    /// Where it stands.
    state: FireState,
    /// Who runs or ran it.
    #[schema(required)]
    claimed_by: Option<String>,
    /// Until when its worker has it, should that not ask for longer.
    #[schema(required)]
    claimed_until: Option<Time>,
    /// When it began.
    #[schema(required)]
    started_at: Option<Time>,
    /// When it ended.
    #[schema(required)]
    finished_at: Option<Time>,
    /// How long it took, in milliseconds.
    #[schema(required)]
    duration_ms: Option<i64>,
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

impl From<CronFire> for FireBody {
    fn from(fire: CronFire) -> Self {
        Self {
            late_ms: fire.late_ms(),
            duration_ms: fire.run.duration_ms(),
            job: fire.job,
            due_at: Time(fire.due_at),
            requested_by: fire.requested_by,
            state: fire.run.state,
            claimed_by: fire.run.claimed_by,
            claimed_until: fire.run.claimed_until.map(Time),
            started_at: fire.run.started_at.map(Time),
            finished_at: fire.run.finished_at.map(Time),
            outcome: fire.run.outcome,
            parts: fire.parts.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<FirePart> for FirePartBody {
    fn from(part: FirePart) -> Self {
        Self {
            duration_ms: part.run.duration_ms(),
            part: part.part.number(),
            state: part.run.state,
            claimed_by: part.run.claimed_by,
            claimed_until: part.run.claimed_until.map(Time),
            started_at: part.run.started_at.map(Time),
            finished_at: part.run.finished_at.map(Time),
            outcome: part.run.outcome,
        }
    }
}

impl From<Pause> for PauseBody {
    fn from(pause: Pause) -> Self {
        Self { since: Time(pause.since), by: pause.by }
    }
}

impl From<RecentFires> for RecentBody {
    fn from(RecentFires { done, failed, skipped, open }: RecentFires) -> Self {
        Self { done, failed, skipped, open }
    }
}

impl From<JobView> for JobBody {
    fn from(view: JobView) -> Self {
        Self {
            name: view.name.into(),
            purpose: view.purpose,
            schedule: view.schedule,
            misfire: view.misfire,
            parts: view.parts,
            paused: view.paused.map(Into::into),
            next_at: view.next_at.map(Time),
            running: view.running.map(Into::into),
            last_fire: view.last_fire.map(Into::into),
            recent: view.recent.into(),
        }
    }
}

/// List scheduled jobs
///
/// Each with its schedule, whether it is paused, its next date, and how it went lately.
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

/// Show a scheduled job
///
/// As in the list of all.
#[utoipa::path(
    get,
    path = "/admin/jobs/{name}",
    tag = "operations",
    params(("name" = String, Path, description = "The job.")),
    responses((status = 200, description = "The job.", body = JobBody)),
)]
pub(super) async fn job(State(app): State<App>, PathText(name): PathText) -> Result<Json<JobBody>, Problem> {
    Ok(Json(app.job(&name).await?.into()))
}

/// Run a job now
///
/// A fire of its own, due now, whether the job is paused or not. It waits while another fire of the job runs. One that was
/// asked for before must have ended.
#[utoipa::path(
    post,
    path = "/admin/jobs/{name}/run",
    tag = "operations",
    params(("name" = String, Path, description = "The job.")),
    responses((status = 202, description = "It is due: its history tells how it went.", body = FireBody)),
)]
pub(super) async fn run_job(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(name): PathText,
    NoBody: NoBody,
) -> Result<(StatusCode, Json<FireBody>), Problem> {
    let fire = app.run_job(&caller.actor(), &name).await?;
    Ok((StatusCode::ACCEPTED, Json(fire.into())))
}

/// Pause a job
///
/// It fires by its schedule no more until it is resumed; fires that are open go on. A repeat changes nothing.
#[utoipa::path(
    post,
    path = "/admin/jobs/{name}/pause",
    tag = "operations",
    params(("name" = String, Path, description = "The job.")),
    responses((status = 204, description = "It is paused.")),
)]
pub(super) async fn pause_job(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(name): PathText,
    NoBody: NoBody,
) -> Result<StatusCode, Problem> {
    app.pause_job(&caller.actor(), &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Resume a job
///
/// It fires by its schedule again; fires that came due meanwhile are let go. A repeat changes nothing.
#[utoipa::path(
    post,
    path = "/admin/jobs/{name}/resume",
    tag = "operations",
    params(("name" = String, Path, description = "The job.")),
    responses((status = 204, description = "It is not paused.")),
)]
pub(super) async fn resume_job(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(name): PathText,
    NoBody: NoBody,
) -> Result<StatusCode, Problem> {
    app.resume_job(&caller.actor(), &name).await?;
    Ok(StatusCode::NO_CONTENT)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cron::FireRun;

    fn fire(job: &str, due_at: &str) -> CronFire {
        CronFire {
            job: job.into(),
            due_at: due_at.parse().expect("a time"),
            requested_by: None,
            run: FireRun::DUE,
            parts: Vec::new(),
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
