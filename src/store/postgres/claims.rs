//! Fires of scheduled jobs in Postgres: who has them, and how they end.

use sqlx::PgConnection;

use super::fires::read_parts;
use super::{Lock, PostgresStore, Tried};
use crate::domain::calendar::Timestamp;
use crate::domain::cron::{FireState, Part, end_of};
use crate::store::cron::{Claimed, FireClaim, FireEnd};

impl PostgresStore {
    pub(super) async fn try_claim(&self, claim: &FireClaim) -> Tried<Claimed> {
        let mut tx = self.write([Lock::Named("job", &claim.key.job)]).await?;
        if skip(&mut tx, claim).await? {
            tx.commit().await?;
            return Ok(Claimed::Skipped);
        }
        let taken = match claim.key.part {
            None => take_whole(&mut tx, claim).await?,
            Some(number) => take_part(&mut tx, claim, number).await?,
        };
        tx.commit().await?;
        Ok(taken.map_or(Claimed::No, Claimed::Taken))
    }

    pub(super) async fn try_renew(&self, claim: &FireClaim) -> Tried<bool> {
        let mut tx = self.write([Lock::Named("job", &claim.key.job)]).await?;
        let renewed = match claim.key.part {
            None => {
                sqlx::query(
                    r"UPDATE cron_fire
                         SET claimed_until = $4
                       WHERE job = $1
                         AND due_at = $2
                         AND claimed_by = $3
                         AND state = 'running'",
                )
                .bind(&claim.key.job)
                .bind(claim.key.due_at)
                .bind(&claim.owner)
                .bind(claim.until)
                .execute(&mut *tx)
                .await?
            }
            Some(number) => {
                let renewed = sqlx::query(
                    r"UPDATE cron_fire_part
                         SET claimed_until = $5
                       WHERE job = $1
                         AND due_at = $2
                         AND part = $3
                         AND claimed_by = $4
                         AND state = 'running'",
                )
                .bind(&claim.key.job)
                .bind(claim.key.due_at)
                .bind(i64::from(number))
                .bind(&claim.owner)
                .bind(claim.until)
                .execute(&mut *tx)
                .await?;
                if renewed.rows_affected() == 1 {
                    hold_fire(&mut tx, claim).await?;
                }
                renewed
            }
        };
        tx.commit().await?;
        Ok(renewed.rows_affected() == 1)
    }

    pub(super) async fn try_release(&self, latest: Timestamp) -> Tried<u64> {
        let mut tx = self.write([]).await?;
        sqlx::query(
            r"UPDATE cron_fire_part
                 SET claimed_until = to_timestamp(0)
               WHERE state = 'running'
                 AND claimed_until > $1
                 AND (job, due_at) IN (SELECT cron_fire.job, cron_fire.due_at
                                         FROM cron_fire
                                        WHERE cron_fire.state IN ('due', 'running')
                                          AND cron_fire.state = 'running'
                                          AND cron_fire.claimed_until > $1)",
        )
        .bind(latest)
        .execute(&mut *tx)
        .await?;
        let released = sqlx::query(
            r"UPDATE cron_fire
                 SET claimed_until = to_timestamp(0)
               WHERE state IN ('due', 'running')
                 AND state = 'running'
                 AND claimed_until > $1",
        )
        .bind(latest)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(released.rows_affected())
    }

    pub(super) async fn try_end(&self, end: &FireEnd) -> Tried<()> {
        let mut tx = self.write([Lock::Named("job", &end.key.job)]).await?;
        match end.key.part {
            None => end_whole(&mut tx, end, &end.outcome, Some(&end.owner)).await?,
            Some(number) => {
                if end_part(&mut tx, end, number).await? {
                    let parts = read_parts(&mut tx, &end.key.job, end.key.due_at).await?;
                    if let Some(outcome) = end_of(&parts) {
                        end_whole(&mut tx, end, &outcome, None).await?;
                    }
                }
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Skips a fire that does not wait and that nobody has begun, where another one of its job is held.
async fn skip(tx: &mut PgConnection, claim: &FireClaim) -> Tried<bool> {
    let skipped = sqlx::query(
        r"UPDATE cron_fire
             SET state = 'skipped', finished_at = $3,
                 outcome = COALESCE(outcome || '; ', '') || 'the one before it still ran'
           WHERE job = $1
             AND due_at = $2
             AND due_at <= $3
             AND state = 'due'
             AND NOT waits
             AND EXISTS (SELECT 1
                           FROM open_fire
                          WHERE open_fire.job = $1
                            AND open_fire.due_at = $2
                            AND open_fire.others_held_until > $3)",
    )
    .bind(&claim.key.job)
    .bind(claim.key.due_at)
    .bind(claim.now)
    .execute(&mut *tx)
    .await?;
    if skipped.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        r"UPDATE cron_fire_part
             SET state = 'skipped', finished_at = $3
           WHERE job = $1
             AND due_at = $2
             AND state = 'due'",
    )
    .bind(&claim.key.job)
    .bind(claim.key.due_at)
    .bind(claim.now)
    .execute(tx)
    .await?;
    Ok(true)
}

/// Takes a fire in one piece.
async fn take_whole(tx: &mut PgConnection, claim: &FireClaim) -> Tried<Option<Part>> {
    let taken = sqlx::query(
        r"UPDATE cron_fire
             SET state = 'running', claimed_by = $3, claimed_until = $5, started_at = $4
           WHERE job = $1
             AND due_at = $2
             AND due_at <= $4
             AND parts = 1
             AND (state = 'due' OR (state = 'running' AND claimed_until <= $4))
             AND EXISTS (SELECT 1
                           FROM open_fire
                          WHERE open_fire.job = $1
                            AND open_fire.due_at = $2
                            AND open_fire.others_held_until <= $4
                            AND NOT open_fire.is_behind)",
    )
    .bind(&claim.key.job)
    .bind(claim.key.due_at)
    .bind(&claim.owner)
    .bind(claim.now)
    .bind(claim.until)
    .execute(tx)
    .await?;
    Ok((taken.rows_affected() == 1).then_some(Part::WHOLE))
}

/// Takes one part of a fire, and holds the fire with it.
async fn take_part(tx: &mut PgConnection, claim: &FireClaim, number: u16) -> Tried<Option<Part>> {
    let parts: Option<i64> = sqlx::query_scalar(
        r"UPDATE cron_fire_part
             SET state = 'running', claimed_by = $4, claimed_until = $6, started_at = $5
           WHERE job = $1
             AND due_at = $2
             AND part = $3
             AND (state = 'due' OR (state = 'running' AND claimed_until <= $5))
             AND EXISTS (SELECT 1
                           FROM open_fire
                          WHERE open_fire.job = $1
                            AND open_fire.due_at = $2
                            AND open_fire.due_at <= $5
                            AND open_fire.others_held_until <= $5
                            AND NOT open_fire.is_behind)
          RETURNING parts",
    )
    .bind(&claim.key.job)
    .bind(claim.key.due_at)
    .bind(i64::from(number))
    .bind(&claim.owner)
    .bind(claim.now)
    .bind(claim.until)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(parts) = parts else { return Ok(None) };
    hold_fire(tx, claim).await?;
    Ok(Some(Part::new(number, u16::try_from(parts)?).ok_or("a part beyond its fire's")?))
}

/// Lets a fire be held at least as long as the part that was claimed; it began with its first part.
async fn hold_fire(tx: &mut PgConnection, claim: &FireClaim) -> Tried<()> {
    sqlx::query(
        r"UPDATE cron_fire
             SET state = 'running', claimed_by = $3, started_at = COALESCE(started_at, $4),
                 claimed_until = GREATEST(claimed_until, $5)
           WHERE job = $1
             AND due_at = $2
             AND state IN ('due', 'running')",
    )
    .bind(&claim.key.job)
    .bind(claim.key.due_at)
    .bind(&claim.owner)
    .bind(claim.now)
    .bind(claim.until)
    .execute(tx)
    .await?;
    Ok(())
}

/// Ends a part, if its owner still has it. Tells whether.
async fn end_part(tx: &mut PgConnection, end: &FireEnd, number: u16) -> Tried<bool> {
    let (state, outcome) = words(&end.outcome);
    let ended = sqlx::query(
        r"UPDATE cron_fire_part
             SET state = $5, finished_at = $6, outcome = $7
           WHERE job = $1
             AND due_at = $2
             AND part = $3
             AND claimed_by = $4
             AND state = 'running'",
    )
    .bind(&end.key.job)
    .bind(end.key.due_at)
    .bind(i64::from(number))
    .bind(&end.owner)
    .bind(state.as_str())
    .bind(end.now)
    .bind(outcome)
    .execute(tx)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Ends a fire: one in a piece if `owner` still has it, one of several parts whoever ended the last of them.
async fn end_whole(
    tx: &mut PgConnection,
    end: &FireEnd,
    outcome: &Result<String, String>,
    owner: Option<&str>,
) -> Tried<()> {
    let (state, outcome) = words(outcome);
    sqlx::query(
        r"UPDATE cron_fire
             SET state = $4, finished_at = $5, outcome = COALESCE(outcome || '; ', '') || $6
           WHERE job = $1
             AND due_at = $2
             AND state = 'running'
             AND CASE WHEN $3::text IS NULL THEN parts > 1 ELSE parts = 1 AND claimed_by = $3 END",
    )
    .bind(&end.key.job)
    .bind(end.key.due_at)
    .bind(owner)
    .bind(state.as_str())
    .bind(end.now)
    .bind(outcome)
    .execute(tx)
    .await?;
    Ok(())
}

fn words(outcome: &Result<String, String>) -> (FireState, &str) {
    match outcome {
        Ok(outcome) => (FireState::Done, outcome),
        Err(outcome) => (FireState::Failed, outcome),
    }
}
