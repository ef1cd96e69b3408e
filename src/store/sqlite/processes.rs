//! Processes in SQLite. There is one that lives: the file has one user.

use async_trait::async_trait;
use chrono::TimeDelta;
use sqlx::FromRow;

use super::rows::ulid;
use super::{SqliteStore, Tried, instant};
use crate::domain::id::ProcessId;
use crate::domain::process::{Presence, SeenProcess};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::processes::ProcessStore;

#[derive(FromRow)]
struct ProcessRow {
    process_id: String,
    role: String,
    host: String,
    pid: i64,
    version: String,
    started_at: i64,
    seen_at: i64,
    stopped_at: Option<i64>,
    is_alive: bool,
}

impl ProcessRow {
    fn read(self) -> Tried<SeenProcess> {
        Ok(SeenProcess {
            process_id: ProcessId::from_ulid(ulid(&self.process_id)?),
            role: self.role.parse()?,
            host: self.host,
            pid: u32::try_from(self.pid)?,
            version: self.version,
            started_at: instant(self.started_at)?,
            seen_at: instant(self.seen_at)?,
            stopped_at: self.stopped_at.map(instant).transpose()?,
            is_alive: self.is_alive,
        })
    }
}

#[async_trait]
impl ProcessStore for SqliteStore {
    async fn note_process(&self, presence: &Presence) -> Stored<()> {
        sqlx::query(
            r"INSERT INTO process (process_id, role, host, pid, version, started_at, seen_at)
              VALUES (?1, ?2, ?3, ?4, ?5, CAST(1000 * unixepoch('subsec') AS INTEGER) - ?6,
                      CAST(1000 * unixepoch('subsec') AS INTEGER))
              ON CONFLICT (process_id) DO UPDATE
                 SET seen_at = excluded.seen_at
               WHERE stopped_at IS NULL",
        )
        .bind(presence.process_id.ulid().to_string())
        .bind(presence.role.as_str())
        .bind(&presence.host)
        .bind(presence.pid)
        .bind(&presence.version)
        .bind(presence.running.num_milliseconds())
        .execute(&self.writer)
        .await
        .map_err(Fault::doing("note that a process lives"))?;
        Ok(())
    }

    async fn stop_process(&self, process_id: ProcessId) -> Stored<()> {
        sqlx::query(
            r"UPDATE process
                 SET seen_at = CAST(1000 * unixepoch('subsec') AS INTEGER),
                     stopped_at = CAST(1000 * unixepoch('subsec') AS INTEGER)
               WHERE process_id = ?1
                 AND stopped_at IS NULL",
        )
        .bind(process_id.ulid().to_string())
        .execute(&self.writer)
        .await
        .map_err(Fault::doing("note that a process ends"))?;
        Ok(())
    }

    async fn processes(&self, alive_within: TimeDelta, limit: u32) -> Stored<Vec<SeenProcess>> {
        let rows: Vec<ProcessRow> = sqlx::query_as(
            r"SELECT process_id, role, host, pid, version, started_at, seen_at, stopped_at,
                     stopped_at IS NULL
                     AND seen_at > CAST(1000 * unixepoch('subsec') AS INTEGER) - ?1 AS is_alive
                FROM process
               ORDER BY seen_at DESC
               LIMIT ?2",
        )
        .bind(alive_within.num_milliseconds())
        .bind(limit)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list processes"))?;
        rows.into_iter().map(ProcessRow::read).collect::<Tried<_>>().map_err(Fault::doing("list processes"))
    }

    async fn prune_processes(&self, unseen_for: TimeDelta, limit: u32) -> Stored<u64> {
        let pruned = sqlx::query(
            r"DELETE FROM process
               WHERE process_id IN (SELECT process_id
                                      FROM process
                                     WHERE seen_at < CAST(1000 * unixepoch('subsec') AS INTEGER) - ?1
                                     ORDER BY seen_at
                                     LIMIT ?2)",
        )
        .bind(unseen_for.num_milliseconds())
        .bind(limit)
        .execute(&self.writer)
        .await
        .map_err(Fault::doing("forget processes"))?;
        Ok(pruned.rows_affected())
    }
}
