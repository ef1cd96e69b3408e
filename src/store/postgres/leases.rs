//! Who holds promised work in Postgres, and which third parties may have been told of it.

use std::collections::HashMap;

use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::outbox::read_awards;
use super::{Lock, PostgresStore, Tried, column, ulid, uuid};
use crate::domain::id::{AwardRecordId, OutboxId};
use crate::domain::outbox::{Delivery, Way};
use crate::store::outbox::Lease;

/// An entry that has just been leased.
#[derive(FromRow)]
struct LeasedRow {
    outbox_id: Uuid,
    award_record_id: Uuid,
    leases: i64,
    attempts: i64,
    redrives: i64,
    way: Option<String>,
    wanted_back: Option<String>,
}

impl PostgresStore {
    pub(super) async fn try_lease(&self, lease: &Lease) -> Tried<Vec<Delivery>> {
        let wanted: Vec<Uuid> = column(&lease.outbox_ids, |outbox_id| uuid(outbox_id.ulid()));
        let mut tx = self.write(lease.outbox_ids.iter().map(|outbox_id| Lock::Bucket(outbox_id.bucket()))).await?;
        // An entry is due by its own time while pending and by its lease's end while leased: one condition for both. Rows are
        // locked in the order of their ids, as all who change several do; who waited looks at the condition again.
        let leased: Vec<LeasedRow> = sqlx::query_as(
            r"UPDATE outbox
                 SET state = 'leased', due_at = $3, wake_at = $3, leases = leases + 1, attempts = attempts + 1
               WHERE outbox_id IN (SELECT outbox_id
                                     FROM outbox
                                    WHERE outbox_id = ANY($1)
                                      AND due_at <= $2
                                    ORDER BY outbox_id
                                      FOR UPDATE)
                 AND due_at <= $2
              RETURNING outbox_id, award_record_id, leases, attempts, redrives, way, wanted_back",
        )
        .bind(wanted)
        .bind(lease.now)
        .bind(lease.until)
        .fetch_all(&mut *tx)
        .await?;
        let award_ids: Vec<Uuid> = column(&leased, |row| row.award_record_id);
        let awards = read_awards(&mut tx, &award_ids).await?;
        tx.commit().await?;

        let mut deliveries = HashMap::new();
        for row in leased {
            let outbox_id = OutboxId::from_ulid(ulid(row.outbox_id));
            let award = awards
                .get(&AwardRecordId::from_ulid(ulid(row.award_record_id)))
                .ok_or_else(|| format!("{outbox_id} promises an award that is not there"))?;
            let delivery = Delivery {
                outbox_id,
                lease: u32::try_from(row.leases)?,
                attempt: u32::try_from(row.attempts)?,
                round: u32::try_from(row.redrives)? + 1,
                way: row.way.map(|way| way.parse()).transpose()?,
                wanted_back: row.wanted_back,
                award: award.clone(),
            };
            deliveries.insert(outbox_id, delivery);
        }
        Ok(lease.outbox_ids.iter().filter_map(|outbox_id| deliveries.remove(outbox_id)).collect())
    }

    pub(super) async fn try_mark_dispatched(&self, deliveries: &[Delivery]) -> Tried<Vec<AwardRecordId>> {
        let outbox_ids: Vec<Uuid> = column(deliveries, |delivery| uuid(delivery.outbox_id.ulid()));
        let award_ids: Vec<Uuid> = column(deliveries, |delivery| uuid(delivery.award.award_record_id.ulid()));
        let ways: Vec<&str> = column(deliveries, |delivery| delivery.way.unwrap_or(Way::AtOnce).as_str());
        let mut tx = self.write(deliveries.iter().map(|delivery| Lock::User(&delivery.award.user_id))).await?;
        lock_work(&mut tx, &outbox_ids).await?;
        sqlx::query(
            r"UPDATE outbox
                 SET way = batch.way
                FROM UNNEST($1::uuid[], $2::text[]) AS batch (outbox_id, way)
               WHERE outbox.outbox_id = batch.outbox_id
                 AND outbox.state IN ('pending', 'leased')
                 AND outbox.way IS NULL",
        )
        .bind(&outbox_ids)
        .bind(&ways)
        .execute(&mut *tx)
        .await?;
        let marked: Vec<Uuid> = sqlx::query_scalar(
            r"UPDATE award_record
                 SET state = 'dispatched'
                FROM UNNEST($1::uuid[], $2::uuid[], $3::text[]) AS batch (outbox_id, award_record_id, way)
               WHERE award_record.award_record_id = batch.award_record_id
                 AND award_record.state IN ('pending', 'dispatched')
                 AND EXISTS (SELECT 1
                               FROM outbox
                              WHERE outbox.outbox_id = batch.outbox_id
                                AND outbox.way = batch.way)
              RETURNING award_record.award_record_id",
        )
        .bind(&outbox_ids)
        .bind(&award_ids)
        .bind(&ways)
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(marked.into_iter().map(|id| AwardRecordId::from_ulid(ulid(id))).collect())
    }
}

/// Locks entries in the order of their ids, as all who change several do: nobody waits for who waits for them.
pub(super) async fn lock_work(tx: &mut PgConnection, outbox_ids: &[Uuid]) -> Tried<()> {
    sqlx::query(
        r"SELECT outbox_id
            FROM outbox
           WHERE outbox_id = ANY($1)
           ORDER BY outbox_id
             FOR UPDATE",
    )
    .bind(outbox_ids)
    .execute(tx)
    .await?;
    Ok(())
}
