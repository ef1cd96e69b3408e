//! Processes that serve or work.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::Items;
use super::problem::Problem;
use super::time::Time;
use crate::app::App;
use crate::domain::process::{ProcessRole, SeenProcess};

/// One start of a process. Its times are by the clock of the database.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProcessBody {
    /// This start of it.
    #[schema(example = "proc_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// What it does: serve HTTP, run jobs, or both.
    role: ProcessRole,
    /// The machine it runs on, as that calls itself.
    host: String,
    /// Its number there.
    pid: u32,
    /// The version of its binary.
    version: String,
    /// When it began.
    started_at: Time,
    /// When it last said that it lives.
    seen_at: Time,
    /// When it ended in order; null while it lives, and where it died.
    #[schema(required)]
    stopped_at: Option<Time>,
    /// Whether it lives: it did not end in order, and said so within the last 20 seconds.
    alive: bool,
}

impl From<SeenProcess> for ProcessBody {
    fn from(process: SeenProcess) -> Self {
        Self {
            id: process.process_id.to_string(),
            role: process.role,
            host: process.host,
            pid: process.pid,
            version: process.version,
            started_at: Time(process.started_at),
            seen_at: Time(process.seen_at),
            stopped_at: process.stopped_at.map(Time),
            alive: process.is_alive,
        }
    }
}

/// List processes
///
/// Servers and workers: those that live first, the latest started first. Those that ended or died are kept as long as fires are
/// (`retention.fires_days`); at most 500 are given.
#[utoipa::path(
    get,
    path = "/admin/processes",
    tag = "operations",
    responses((status = 200, description = "The processes.", body = Items<ProcessBody>)),
)]
pub(super) async fn processes(State(app): State<App>) -> Result<Json<Items<ProcessBody>>, Problem> {
    let processes = app.processes().await?;
    Ok(Json(Items { items: processes.into_iter().map(Into::into).collect() }))
}
