//! Processes in Postgres, by its own clock.

use async_trait::async_trait;
use chrono::TimeDelta;
use sqlx::FromRow;
use uuid::Uuid;

use super::{PostgresStore, Tried, ulid, uuid};
use crate::domain::calendar::Timestamp;
use crate::domain::id::ProcessId;
use crate::domain::process::{Presence, SeenProcess};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::processes::ProcessStore;

#[derive(FromRow)]
struct ProcessRow {
    process_id: Uuid,
    role: String,
    host: String,
    pid: i64,
    version: String,
    started_at: Timestamp,
    seen_at: Timestamp,
    stopped_at: Option<Timestamp>,
    is_alive: bool,
}

impl ProcessRow {
    fn read(self) -> Tried<SeenProcess> {
        Ok(SeenProcess {
            process_id: ProcessId::from_ulid(ulid(self.process_id)),
            role: self.role.parse()?,
            host: self.host,
            pid: u32::try_from(self.pid)?,
            version: self.version,
            started_at: self.started_at,
            seen_at: self.seen_at,
            stopped_at: self.stopped_at,
            is_alive: self.is_alive,
        })
    }
}

#[async_trait]
impl ProcessStore for PostgresStore {
    async fn note_process(&self, presence: &Presence) -> Stored<()> {
        sqlx::query(
            r"INSERT INTO process (process_id, role, host, pid, version, started_at, seen_at)
              VALUES ($1, $2, $3, $4, $5, now() - $6 * interval '1 millisecond', now())
              ON CONFLICT (process_id) DO UPDATE
                 SET seen_at = excluded.seen_at
               WHERE process.stopped_at IS NULL",
        )
        .bind(uuid(presence.process_id.ulid()))
        .bind(presence.role.as_str())
        .bind(&presence.host)
        .bind(i64::from(presence.pid))
        .bind(&presence.version)
        .bind(presence.running.num_milliseconds())
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("note that a process lives"))?;
        Ok(())
    }

    async fn stop_process(&self, process_id: ProcessId) -> Stored<()> {
        sqlx::query(
            r"UPDATE process
                 SET seen_at = now(), stopped_at = now()
               WHERE process_id = $1
                 AND stopped_at IS NULL",
        )
        .bind(uuid(process_id.ulid()))
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("note that a process ends"))?;
        Ok(())
    }

    async fn processes(&self, alive_within: TimeDelta, limit: u32) -> Stored<Vec<SeenProcess>> {
        let rows: Vec<ProcessRow> = sqlx::query_as(
            r"SELECT process_id, role, host, pid, version, started_at, seen_at, stopped_at,
                     stopped_at IS NULL
                     AND seen_at > now() - $1 * interval '1 millisecond' AS is_alive
                FROM process
               ORDER BY seen_at DESC
               LIMIT $2",
        )
        .bind(alive_within.num_milliseconds())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list processes"))?;
        rows.into_iter().map(ProcessRow::read).collect::<Tried<_>>().map_err(Fault::doing("list processes"))
    }

    async fn prune_processes(&self, unseen_for: TimeDelta, limit: u32) -> Stored<u64> {
        let pruned = sqlx::query(
            r"DELETE FROM process
               WHERE process_id IN (SELECT process_id
                                      FROM process
                                     WHERE seen_at < now() - $1 * interval '1 millisecond'
                                     ORDER BY seen_at
                                     LIMIT $2)",
        )
        .bind(unseen_for.num_milliseconds())
        .bind(i64::from(limit))
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("forget processes"))?;
        Ok(pruned.rows_affected())
    }
}
