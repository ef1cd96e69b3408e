//! Processes that serve or work: what each says of itself, and what others see of it.

use chrono::TimeDelta;
use serde::Serialize;

use super::calendar::Timestamp;
use super::id::ProcessId;
use super::text_form;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProcessRole {
    /// It serves HTTP and runs jobs.
    Embedded,
    /// It serves HTTP.
    Server,
    /// It runs jobs.
    Worker,
}

text_form!(ProcessRole { Embedded => "embedded", Server => "server", Worker => "worker" });

/// What a process says of itself while it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// This start of it.
    pub process_id: ProcessId,
    /// What it does.
    pub role: ProcessRole,
    /// The machine it runs on, as that calls itself.
    pub host: String,
    /// Its number there.
    pub pid: u32,
    /// The version of its binary.
    pub version: String,
    /// How long it has run. Not since when: its clock may be off.
    pub running: TimeDelta,
}

/// A process as others see it. All times are by the clock of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenProcess {
    /// One start of it.
    pub process_id: ProcessId,
    /// What it does.
    pub role: ProcessRole,
    /// The machine it runs on.
    pub host: String,
    /// Its number there.
    pub pid: u32,
    /// The version of its binary.
    pub version: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it last said that it lives.
    pub seen_at: Timestamp,
    /// When it ended in order; nothing while it lives, or where it died.
    pub stopped_at: Option<Timestamp>,
    /// Whether it said so lately enough.
    pub is_alive: bool,
}
