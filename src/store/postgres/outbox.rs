//! Promised work in Postgres: who is woken for it, who holds it, and how it ends.

use std::collections::HashMap;
use std::ops::Range;

use async_trait::async_trait;
use serde_json::json as value;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::audit::{self, Changed};
use super::rows::AwardRow;
use super::{Lock, PostgresStore, Tried, ulid, uuid};
use crate::domain::audit::Change;
use crate::domain::award::AwardRecord;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{AwardRecordId, OutboxId, UserId};
use crate::domain::outbox::{BulkRedrive, Delivery, OutboxEntry, OutboxState};
use crate::domain::stock::ReturnedUnit;
use crate::fault::Fault;
use crate::store::outbox::{BulkRedriven, DueQuestion, Finish, Lease, OutboxStore, Recall, Recalled, Redriven};
use crate::store::{Page, Stored};

#[async_trait]
impl OutboxStore for PostgresStore {
    async fn due_outbox(&self, question: &DueQuestion) -> Stored<Vec<OutboxId>> {
        let mut woken: Vec<(Uuid, Timestamp)> = sqlx::query_as(
            r"UPDATE outbox
                 SET wake_at = $2
               WHERE outbox_id IN (SELECT outbox_id
                                     FROM outbox
                                    WHERE due_at <= $1
                                      AND wake_at <= $1
                                    ORDER BY due_at
                                    LIMIT $3
                                      FOR UPDATE SKIP LOCKED)
              RETURNING outbox_id, due_at",
        )
        .bind(question.now)
        .bind(question.wake_again_at)
        .bind(i64::from(question.limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("look for due work"))?;
        woken.sort_unstable_by(|(id, due_at), (other_id, other_due_at)| (due_at, id).cmp(&(other_due_at, other_id)));
        Ok(woken.into_iter().map(|(outbox_id, _)| OutboxId::from_ulid(ulid(outbox_id))).collect())
    }

    async fn lease_outbox(&self, lease: &Lease) -> Stored<Vec<Delivery>> {
        self.try_lease(lease).await.map_err(Fault::doing("lease work"))
    }

    async fn mark_dispatched(&self, deliveries: &[Delivery]) -> Stored<Vec<AwardRecordId>> {
        self.try_mark_dispatched(deliveries).await.map_err(Fault::doing("mark awards as dispatched"))
    }

    async fn finish_attempts(&self, finishes: &[Finish], now: Timestamp) -> Stored<()> {
        self.try_finish(finishes, now).await.map_err(Fault::doing("finish attempts"))
    }

    async fn outbox(&self, state: Option<OutboxState>, page: &Page<OutboxId>) -> Stored<Vec<OutboxEntry>> {
        let rows = self.list_entries(state, page).await.map_err(Fault::doing("list promised work"))?;
        rows.iter().map(EntryRow::read).collect::<Tried<_>>().map_err(Fault::doing("list promised work"))
    }

    async fn redrive(&self, outbox_id: OutboxId, change: &Change) -> Stored<Redriven> {
        self.try_redrive(outbox_id, change).await.map_err(Fault::doing("redrive work"))
    }

    async fn redrive_dead(&self, wish: &BulkRedrive, change: &Change) -> Stored<BulkRedriven> {
        self.try_redrive_dead(wish, change).await.map_err(Fault::doing("redrive dead work"))
    }

    async fn recall(&self, recall: &Recall, change: &Change) -> Stored<Recalled> {
        self.try_recall(recall, change).await.map_err(Fault::doing("recall an award"))
    }

    async fn recall_released(&self, outbox_id: OutboxId, lease: u32, now: Timestamp) -> Stored<Option<ReturnedUnit>> {
        self.try_recall_released(outbox_id, lease, now).await.map_err(Fault::doing("recall a released award"))
    }

    async fn outbox_counts(&self) -> Stored<Vec<(OutboxState, u64)>> {
        // One count for each partial index: none reads the table.
        let rows: Vec<(String, i64)> = sqlx::query_as(
            r"SELECT state, COUNT(*) FROM outbox WHERE due_at IS NOT NULL GROUP BY state
               UNION ALL
              SELECT 'done', COUNT(*) FROM outbox WHERE state = 'done'
               UNION ALL
              SELECT 'dead', COUNT(*) FROM outbox WHERE state = 'dead'",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("count promised work"))?;
        let found: HashMap<_, _> = rows.into_iter().collect();
        [OutboxState::Pending, OutboxState::Leased, OutboxState::Done, OutboxState::Dead]
            .into_iter()
            .map(|state| Ok((state, u64::try_from(found.get(state.as_str()).copied().unwrap_or(0))?)))
            .collect::<Tried<_>>()
            .map_err(Fault::doing("count promised work"))
    }

    async fn prune_outbox(&self, before: Timestamp, buckets: &Range<u16>, limit: u32) -> Stored<u64> {
        let pruned = sqlx::query(
            r"DELETE FROM outbox
               WHERE outbox_id IN (SELECT outbox_id
                                     FROM outbox
                                    WHERE state = 'done'
                                      AND ended_at < $1
                                      AND bucket >= $2
                                      AND bucket < $3
                                    ORDER BY ended_at
                                    LIMIT $4)",
        )
        .bind(before)
        .bind(buckets.start.cast_signed())
        .bind(buckets.end.cast_signed())
        .bind(i64::from(limit))
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("prune finished work"))?;
        Ok(pruned.rows_affected())
    }

    async fn prune_attempts(&self, before: Timestamp, limit: u32) -> Stored<u64> {
        let pruned = sqlx::query(
            r"DELETE FROM attempt
               WHERE (outbox_id, lease) IN (SELECT outbox_id, lease
                                              FROM attempt
                                             WHERE ended_at < $1
                                             ORDER BY ended_at
                                             LIMIT $2)",
        )
        .bind(before)
        .bind(i64::from(limit))
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("prune logged attempts"))?;
        Ok(pruned.rows_affected())
    }
}

/// A row of `outbox`.
#[derive(FromRow)]
pub(super) struct EntryRow {
    outbox_id: Uuid,
    award_record_id: Uuid,
    user_id: String,
    state: String,
    run_at: Timestamp,
    attempts: i64,
    last_error: Option<String>,
    wanted_back: Option<String>,
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
}

impl EntryRow {
    pub(super) fn read(&self) -> Tried<OutboxEntry> {
        Ok(OutboxEntry {
            outbox_id: OutboxId::from_ulid(ulid(self.outbox_id)),
            award_record_id: AwardRecordId::from_ulid(ulid(self.award_record_id)),
            user_id: UserId::new(&self.user_id)?,
            state: self.state.parse()?,
            run_at: self.run_at,
            attempts: u32::try_from(self.attempts)?,
            last_error: self.last_error.clone(),
            wanted_back: self.wanted_back.clone(),
            created_at: self.created_at,
            ended_at: self.ended_at,
        })
    }
}

impl PostgresStore {
    /// Dead and open entries are few among many that are done, so each kind of list reads its own index.
    async fn list_entries(
        &self,
        state: Option<OutboxState>,
        page: &Page<OutboxId>,
    ) -> Result<Vec<EntryRow>, sqlx::Error> {
        let query = match state {
            Some(OutboxState::Dead) => sqlx::query_as(
                r"SELECT outbox_id, award_record_id, user_id, state, run_at, attempts, last_error, wanted_back, created_at,
                         ended_at
                    FROM outbox
                   WHERE state = 'dead'
                     AND state = $1
                     AND outbox_id < $2
                   ORDER BY outbox_id DESC
                   LIMIT $3",
            ),
            Some(OutboxState::Pending | OutboxState::Leased) => sqlx::query_as(
                r"SELECT outbox_id, award_record_id, user_id, state, run_at, attempts, last_error, wanted_back, created_at,
                         ended_at
                    FROM outbox
                   WHERE due_at IS NOT NULL
                     AND state = $1
                     AND outbox_id < $2
                   ORDER BY outbox_id DESC
                   LIMIT $3",
            ),
            Some(OutboxState::Done) | None => sqlx::query_as(
                r"SELECT outbox_id, award_record_id, user_id, state, run_at, attempts, last_error, wanted_back, created_at,
                         ended_at
                    FROM outbox
                   WHERE ($1::text IS NULL OR state = $1)
                     AND outbox_id < $2
                   ORDER BY outbox_id DESC
                   LIMIT $3",
            ),
        };
        query
            .bind(state.map(OutboxState::as_str))
            .bind(super::before(page.after.map(OutboxId::ulid)))
            .bind(i64::from(page.limit))
            .fetch_all(&self.pool)
            .await
    }

    /// Whose the entries are. That never changes, so it may be asked before anything is locked.
    pub(super) async fn owners_of_work(&self, outbox_ids: &[Uuid]) -> Tried<Vec<UserId>> {
        let owners: Vec<String> = sqlx::query_scalar(
            r"SELECT DISTINCT user_id
                FROM outbox
               WHERE outbox_id = ANY($1)",
        )
        .bind(outbox_ids)
        .fetch_all(&self.pool)
        .await?;
        owners.iter().map(|owner| Ok(UserId::new(owner)?)).collect()
    }

    async fn try_redrive(&self, outbox_id: OutboxId, change: &Change) -> Tried<Redriven> {
        let owners = self.owners_of_work(&[uuid(outbox_id.ulid())]).await?;
        let owners = owners.iter().map(Lock::User).chain([Lock::Bucket(outbox_id.bucket())]);
        let mut tx = self.write(owners).await?;
        let award_record_id: Option<Uuid> = sqlx::query_scalar(
            r"UPDATE outbox
                 SET state = 'pending', run_at = $2, due_at = $2, wake_at = $2, attempts = 0, redrives = redrives + 1,
                     ended_at = NULL
               WHERE outbox_id = $1
                 AND state = 'dead'
              RETURNING award_record_id",
        )
        .bind(uuid(outbox_id.ulid()))
        .bind(change.at)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(award_record_id) = award_record_id else {
            let state: Option<String> = sqlx::query_scalar(
                r"SELECT state
                    FROM outbox
                   WHERE outbox_id = $1",
            )
            .bind(uuid(outbox_id.ulid()))
            .fetch_optional(&mut *tx)
            .await?;
            return Ok(match state {
                Some(state) => Redriven::NotDead(state.parse()?),
                None => Redriven::Unknown,
            });
        };
        // What a third party may have stays so: nobody may take it back as if it had never been sent.
        sqlx::query(
            r"UPDATE award_record
                 SET state = CASE
                             WHEN (SELECT kind FROM draw WHERE draw.draw_id = award_record.draw_id) = 'webhook'
                             THEN 'dispatched'
                             ELSE 'pending'
                             END
               WHERE award_record_id = $1
                 AND state = 'dead'",
        )
        .bind(award_record_id)
        .execute(&mut *tx)
        .await?;
        let changed = Changed {
            action: "outbox.redrive",
            subject: format!("outbox entry {outbox_id}"),
            before: Some(value!({ "state": OutboxState::Dead })),
            after: Some(value!({ "state": OutboxState::Pending })),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(Redriven::Pending)
    }
}

/// The awards of these ids, by id.
pub(super) async fn read_awards(tx: &mut PgConnection, ids: &[Uuid]) -> Tried<HashMap<AwardRecordId, AwardRecord>> {
    let rows: Vec<AwardRow> = sqlx::query_as(
        r"SELECT *
            FROM promised_award
           WHERE award_record_id = ANY($1)",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.read().map(|award| (award.award_record_id, award))).collect()
}
