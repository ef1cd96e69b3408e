//! Fires of scheduled jobs in SQLite: how they come to be and which are open.

use async_trait::async_trait;
use serde::Serialize;

use super::fires;
use super::{SqliteStore, Tried, instant, json, millis};
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{CronFire, FireKey, FireState, ProposedFire};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::cron::{Claimed, CronStore, FireClaim, FireEnd};

/// A fire as the statements take it.
#[derive(Serialize)]
struct ProposedRow<'a> {
    job: &'a str,
    due_at: i64,
    state: FireState,
    finished_at: Option<i64>,
    outcome: Option<&'a str>,
    waits: u8,
    parts: u16,
}

/// A part as the statements take it.
#[derive(Serialize)]
pub(super) struct PartRow<'a> {
    pub(super) job: &'a str,
    pub(super) due_at: i64,
    pub(super) part: u16,
    pub(super) parts: u16,
}

#[async_trait]
impl CronStore for SqliteStore {
    async fn propose_fires(&self, fires: &[ProposedFire]) -> Stored<()> {
        self.try_propose(fires).await.map_err(Fault::doing("propose fires"))
    }

    async fn last_fires(&self, jobs: &[&str], now: Timestamp) -> Stored<Vec<(String, Timestamp)>> {
        let jobs = json(jobs).map_err(Fault::doing("read the last fires"))?;
        let rows: Vec<(String, Option<i64>)> = sqlx::query_as(
            r"SELECT job.value,
                     (SELECT cron_fire.due_at
                        FROM cron_fire
                       WHERE cron_fire.job = job.value
                         AND cron_fire.due_at <= ?2
                         AND cron_fire.requested_by IS NULL
                       ORDER BY cron_fire.due_at DESC
                       LIMIT 1)
                FROM json_each(?1) AS job",
        )
        .bind(jobs)
        .bind(millis(now))
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("read the last fires"))?;
        rows.into_iter()
            .filter_map(|(job, due_at)| Some((job, due_at?)))
            .map(|(job, due_at)| Ok((job, instant(due_at)?)))
            .collect::<Tried<_>>()
            .map_err(Fault::doing("read the last fires"))
    }

    async fn claim_fire(&self, claim: &FireClaim) -> Stored<Claimed> {
        self.try_claim(claim).await.map_err(Fault::doing("claim a fire"))
    }

    async fn renew_claim(&self, claim: &FireClaim) -> Stored<bool> {
        self.try_renew(claim).await.map_err(Fault::doing("renew the claim of a fire"))
    }

    async fn release_claims(&self, latest: Timestamp) -> Stored<u64> {
        self.try_release(latest).await.map_err(Fault::doing("let go of claims"))
    }

    async fn end_fire(&self, end: &FireEnd) -> Stored<()> {
        self.try_end(end).await.map_err(Fault::doing("end a fire"))
    }

    async fn open_fires(&self, now: Timestamp, limit: u32) -> Stored<Vec<FireKey>> {
        // A part is open by its own claim, and as long as its fire could be taken. A fire that would be skipped is listed, so
        // that somebody skips it.
        let rows: Vec<(String, i64, Option<u16>)> = sqlx::query_as(
            r"SELECT open_fire.job, open_fire.due_at, open_part.part
                FROM open_fire
                LEFT JOIN cron_fire_part AS open_part
                  ON open_part.job = open_fire.job
                 AND open_part.due_at = open_fire.due_at
                 AND open_fire.parts > 1
               WHERE open_fire.due_at <= ?1
                 AND NOT open_fire.is_behind
                 AND (open_fire.others_held_until <= ?1 OR (open_fire.state = 'due' AND open_fire.waits = 0))
                 AND CASE open_fire.parts
                     WHEN 1 THEN open_fire.state = 'due' OR open_fire.claimed_until <= ?1
                     ELSE open_part.state = 'due' OR (open_part.state = 'running' AND open_part.claimed_until <= ?1)
                     END
               ORDER BY open_fire.due_at, open_fire.job, open_part.part
               LIMIT ?2",
        )
        .bind(millis(now))
        .bind(limit)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list open fires"))?;
        rows.into_iter()
            .map(|(job, due_at, part)| Ok(FireKey { job, due_at: instant(due_at)?, part }))
            .collect::<Tried<_>>()
            .map_err(Fault::doing("list open fires"))
    }

    async fn fires(&self, job: Option<&str>, before: Option<Timestamp>, limit: u32) -> Stored<Vec<CronFire>> {
        fires::list(&self.readers, job, before, limit).await.map_err(Fault::doing("list fires"))
    }

    async fn fire(&self, job: &str, due_at: Timestamp) -> Stored<Option<CronFire>> {
        fires::one(&self.readers, job, due_at).await.map_err(Fault::doing("read a fire"))
    }

    async fn running_fires(&self) -> Stored<Vec<CronFire>> {
        fires::running(&self.readers).await.map_err(Fault::doing("list running fires"))
    }

    async fn prune_fires(&self, before: Timestamp, limit: u32) -> Stored<u64> {
        let pruned = sqlx::query(
            r"DELETE FROM cron_fire
               WHERE (job, due_at) IN (
                     SELECT fire.job, fire.due_at
                       FROM cron_fire AS fire
                      WHERE fire.due_at < ?1
                        AND fire.state IN ('done', 'failed', 'skipped')
                        AND (fire.requested_by IS NOT NULL
                             OR EXISTS (SELECT 1
                                          FROM cron_fire AS later
                                         WHERE later.job = fire.job
                                           AND later.due_at > fire.due_at
                                           AND later.requested_by IS NULL))
                      ORDER BY fire.due_at
                      LIMIT ?2)",
        )
        .bind(millis(before))
        .bind(limit)
        .execute(&self.writer)
        .await
        .map_err(Fault::doing("prune fires"))?;
        Ok(pruned.rows_affected())
    }
}

impl SqliteStore {
    async fn try_propose(&self, fires: &[ProposedFire]) -> Tried<()> {
        let rows = fires.iter().map(|fire| ProposedRow {
            job: &fire.job,
            due_at: millis(fire.due_at),
            state: if fire.skipped_at.is_some() { FireState::Skipped } else { FireState::Due },
            finished_at: fire.skipped_at.map(millis),
            outcome: fire.note.as_deref(),
            waits: u8::from(fire.waits),
            parts: fire.parts,
        });
        let rows: Vec<_> = rows.collect();
        let several = fires.iter().filter(|fire| fire.parts > 1 && fire.skipped_at.is_none());
        let parts: Vec<_> = several.flat_map(|fire| part_rows(&fire.job, fire.due_at, fire.parts)).collect();
        let mut tx = self.write().await?;
        // A job that was paused since its schedule was looked at fires no more.
        sqlx::query(
            r"INSERT INTO cron_fire (job, due_at, state, finished_at, outcome, waits, parts)
              SELECT value ->> 'job', value ->> 'due_at', value ->> 'state', value ->> 'finished_at',
                     value ->> 'outcome', value ->> 'waits', value ->> 'parts'
                FROM json_each(?1)
               WHERE NOT EXISTS (SELECT 1
                                   FROM job_state
                                  WHERE job_state.job = value ->> 'job'
                                    AND job_state.paused_at IS NOT NULL)
              ON CONFLICT (job, due_at) DO NOTHING",
        )
        .bind(json(&rows)?)
        .execute(&mut *tx)
        .await?;
        write_parts(&mut tx, &parts).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The rows of all parts of a fire.
pub(super) fn part_rows(job: &str, due_at: Timestamp, parts: u16) -> impl Iterator<Item = PartRow<'_>> {
    (1..=parts).map(move |part| PartRow { job, due_at: millis(due_at), part, parts })
}

/// Writes parts that are not there yet, of fires that nobody has begun and that have as many.
pub(super) async fn write_parts(tx: &mut sqlx::SqliteConnection, parts: &[PartRow<'_>]) -> Tried<()> {
    if parts.is_empty() {
        return Ok(());
    }
    sqlx::query(
        r"INSERT INTO cron_fire_part (job, due_at, part, parts, state)
          SELECT value ->> 'job', value ->> 'due_at', value ->> 'part', value ->> 'parts', 'due'
            FROM json_each(?1)
           WHERE EXISTS (SELECT 1
                           FROM cron_fire
                          WHERE cron_fire.job = value ->> 'job'
                            AND cron_fire.due_at = value ->> 'due_at'
                            AND cron_fire.parts = value ->> 'parts'
                            AND cron_fire.state = 'due')
          ON CONFLICT (job, due_at, part) DO NOTHING",
    )
    .bind(json(parts)?)
    .execute(tx)
    .await?;
    Ok(())
}
