//! Fires of scheduled jobs in Postgres: how they come to be and which are open.

use async_trait::async_trait;
use sqlx::PgConnection;

use super::fires;
use super::{Lock, PostgresStore, Tried};
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{CronFire, FireKey, FireState, ProposedFire};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::cron::{Claimed, CronStore, FireClaim, FireEnd};

/// Parts as the statements take them, by column.
#[derive(Default)]
pub(super) struct PartColumns<'a> {
    jobs: Vec<&'a str>,
    due_ats: Vec<Timestamp>,
    numbers: Vec<i64>,
    parts: Vec<i64>,
}

#[async_trait]
impl CronStore for PostgresStore {
    async fn propose_fires(&self, fires: &[ProposedFire]) -> Stored<()> {
        self.try_propose(fires).await.map_err(Fault::doing("propose fires"))
    }

    async fn last_fires(&self, jobs: &[&str], now: Timestamp) -> Stored<Vec<(String, Timestamp)>> {
        let rows: Vec<(String, Option<Timestamp>)> = sqlx::query_as(
            r"SELECT job,
                     (SELECT cron_fire.due_at
                        FROM cron_fire
                       WHERE cron_fire.job = wanted.job
                         AND cron_fire.due_at <= $2
                         AND cron_fire.requested_by IS NULL
                       ORDER BY cron_fire.due_at DESC
                       LIMIT 1)
                FROM UNNEST($1::text[]) AS wanted (job)",
        )
        .bind(jobs)
        .bind(now)
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("read the last fires"))?;
        Ok(rows.into_iter().filter_map(|(job, due_at)| Some((job, due_at?))).collect())
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
        let rows: Vec<(String, Timestamp, Option<i64>)> = sqlx::query_as(
            r"SELECT open_fire.job, open_fire.due_at, open_part.part
                FROM open_fire
                LEFT JOIN cron_fire_part AS open_part
                  ON open_part.job = open_fire.job
                 AND open_part.due_at = open_fire.due_at
                 AND open_fire.parts > 1
               WHERE open_fire.due_at <= $1
                 AND NOT open_fire.is_behind
                 AND (open_fire.others_held_until <= $1 OR (open_fire.state = 'due' AND NOT open_fire.waits))
                 AND CASE open_fire.parts
                     WHEN 1 THEN open_fire.state = 'due' OR open_fire.claimed_until <= $1
                     ELSE open_part.state = 'due' OR (open_part.state = 'running' AND open_part.claimed_until <= $1)
                     END
               ORDER BY open_fire.due_at, open_fire.job, open_part.part
               LIMIT $2",
        )
        .bind(now)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list open fires"))?;
        rows.into_iter()
            .map(|(job, due_at, part)| Ok(FireKey { job, due_at, part: part.map(u16::try_from).transpose()? }))
            .collect::<Tried<_>>()
            .map_err(Fault::doing("list open fires"))
    }

    async fn fires(&self, job: Option<&str>, before: Option<Timestamp>, limit: u32) -> Stored<Vec<CronFire>> {
        fires::list(&self.pool, job, before, limit).await.map_err(Fault::doing("list fires"))
    }

    async fn fire(&self, job: &str, due_at: Timestamp) -> Stored<Option<CronFire>> {
        fires::one(&self.pool, job, due_at).await.map_err(Fault::doing("read a fire"))
    }

    async fn running_fires(&self) -> Stored<Vec<CronFire>> {
        fires::running(&self.pool).await.map_err(Fault::doing("list running fires"))
    }

    async fn prune_fires(&self, before: Timestamp, limit: u32) -> Stored<u64> {
        let pruned = sqlx::query(
            r"DELETE FROM cron_fire
               WHERE (job, due_at) IN (
                     SELECT fire.job, fire.due_at
                       FROM cron_fire AS fire
                      WHERE fire.due_at < $1
                        AND fire.state IN ('done', 'failed', 'skipped')
                        AND (fire.requested_by IS NOT NULL
                             OR EXISTS (SELECT 1
                                          FROM cron_fire AS later
                                         WHERE later.job = fire.job
                                           AND later.due_at > fire.due_at
                                           AND later.requested_by IS NULL))
                      ORDER BY fire.due_at
                      LIMIT $2)",
        )
        .bind(before)
        .bind(i64::from(limit))
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("prune fires"))?;
        Ok(pruned.rows_affected())
    }
}

impl PostgresStore {
    async fn try_propose(&self, fires: &[ProposedFire]) -> Tried<()> {
        let jobs: Vec<&str> = fires.iter().map(|fire| fire.job.as_str()).collect();
        let due_ats: Vec<Timestamp> = fires.iter().map(|fire| fire.due_at).collect();
        let state = |fire: &ProposedFire| if fire.skipped_at.is_some() { FireState::Skipped } else { FireState::Due };
        let states: Vec<&str> = fires.iter().map(|fire| state(fire).as_str()).collect();
        let finished_ats: Vec<Option<Timestamp>> = fires.iter().map(|fire| fire.skipped_at).collect();
        let outcomes: Vec<Option<&str>> = fires.iter().map(|fire| fire.note.as_deref()).collect();
        let waits: Vec<bool> = fires.iter().map(|fire| fire.waits).collect();
        let parts: Vec<i64> = fires.iter().map(|fire| i64::from(fire.parts)).collect();
        let several = fires.iter().filter(|fire| fire.parts > 1 && fire.skipped_at.is_none());
        let mut several_parts = PartColumns::default();
        several.for_each(|fire| several_parts.add(&fire.job, fire.due_at, fire.parts));
        // Whoever pauses a job or claims a fire of it does so before or after.
        let mut tx = self.write(jobs.iter().map(|job| Lock::Named("job", job))).await?;
        // A job that was paused since its schedule was looked at fires no more.
        sqlx::query(
            r"INSERT INTO cron_fire (job, due_at, state, finished_at, outcome, waits, parts)
              SELECT proposed.job, proposed.due_at, proposed.state, proposed.finished_at, proposed.outcome,
                     proposed.waits, proposed.parts
                FROM UNNEST($1::text[], $2::timestamptz[], $3::text[], $4::timestamptz[], $5::text[], $6::boolean[],
                            $7::bigint[])
                  AS proposed (job, due_at, state, finished_at, outcome, waits, parts)
               WHERE NOT EXISTS (SELECT 1
                                   FROM job_state
                                  WHERE job_state.job = proposed.job
                                    AND job_state.paused_at IS NOT NULL)
              ON CONFLICT (job, due_at) DO NOTHING",
        )
        .bind(&jobs)
        .bind(due_ats)
        .bind(states)
        .bind(finished_ats)
        .bind(outcomes)
        .bind(waits)
        .bind(parts)
        .execute(&mut *tx)
        .await?;
        write_parts(&mut tx, &several_parts).await?;
        tx.commit().await?;
        Ok(())
    }
}

impl<'a> PartColumns<'a> {
    /// The columns of all parts of a fire.
    pub(super) fn of(job: &'a str, due_at: Timestamp, parts: u16) -> Self {
        let mut columns = Self::default();
        columns.add(job, due_at, parts);
        columns
    }

    fn add(&mut self, job: &'a str, due_at: Timestamp, parts: u16) {
        for number in 1..=parts {
            self.jobs.push(job);
            self.due_ats.push(due_at);
            self.numbers.push(i64::from(number));
            self.parts.push(i64::from(parts));
        }
    }
}

/// Writes parts that are not there yet, of fires that nobody has begun and that have as many.
pub(super) async fn write_parts(tx: &mut PgConnection, parts: &PartColumns<'_>) -> Tried<()> {
    if parts.jobs.is_empty() {
        return Ok(());
    }
    sqlx::query(
        r"INSERT INTO cron_fire_part (job, due_at, part, parts, state)
          SELECT proposed.job, proposed.due_at, proposed.part, proposed.parts, 'due'
            FROM UNNEST($1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[])
              AS proposed (job, due_at, part, parts)
           WHERE EXISTS (SELECT 1
                           FROM cron_fire
                          WHERE cron_fire.job = proposed.job
                            AND cron_fire.due_at = proposed.due_at
                            AND cron_fire.parts = proposed.parts
                            AND cron_fire.state = 'due')
          ON CONFLICT (job, due_at, part) DO NOTHING",
    )
    .bind(&parts.jobs)
    .bind(&parts.due_ats)
    .bind(&parts.numbers)
    .bind(&parts.parts)
    .execute(tx)
    .await?;
    Ok(())
}
