//! Who holds promised work in SQLite, and which third parties may have been told of it.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use sqlx::FromRow;

use super::outbox::read_awards;
use super::rows::ulid;
use super::{SqliteStore, Tried, json, millis};
use crate::domain::id::{AwardRecordId, OutboxId};
use crate::domain::outbox::{Delivery, Way};
use crate::store::outbox::Lease;

/// An entry that has just been leased.
#[derive(FromRow)]
struct LeasedRow {
    outbox_id: String,
    award_record_id: String,
    leases: u32,
    attempts: u32,
    redrives: u32,
    way: Option<String>,
    wanted_back: Option<String>,
}

/// A delivery as the statements take it.
#[derive(Serialize)]
struct SentJson {
    outbox_id: String,
    award_record_id: String,
    way: &'static str,
}

impl SqliteStore {
    pub(super) async fn try_lease(&self, lease: &Lease) -> Tried<Vec<Delivery>> {
        let wanted: Vec<_> = lease.outbox_ids.iter().map(|outbox_id| outbox_id.ulid().to_string()).collect();
        // A failure of power ends the process that holds it, too; and nobody outside is told before `mark_dispatched` has committed.
        let mut tx = self.write_hastily().await?;
        // An entry is due by its own time while pending and by its lease's end while leased: one condition for both.
        let leased: Vec<LeasedRow> = sqlx::query_as(
            r"UPDATE outbox
                 SET state = 'leased', due_at = ?3, wake_at = ?3, leases = leases + 1, attempts = attempts + 1
               WHERE outbox_id IN (SELECT value FROM json_each(?1))
                 AND due_at <= ?2
              RETURNING outbox_id, award_record_id, leases, attempts, redrives, way, wanted_back",
        )
        .bind(json(&wanted)?)
        .bind(millis(lease.now))
        .bind(millis(lease.until))
        .fetch_all(&mut *tx)
        .await?;
        let award_ids: HashSet<_> = leased.iter().map(|row| &row.award_record_id).collect();
        let awards = read_awards(&mut tx, &json(&award_ids)?).await?;
        tx.commit().await?;

        let mut deliveries = HashMap::new();
        for row in leased {
            let outbox_id = OutboxId::from_ulid(ulid(&row.outbox_id)?);
            let award = awards
                .get(&AwardRecordId::from_ulid(ulid(&row.award_record_id)?))
                .ok_or_else(|| format!("{outbox_id} promises an award that is not there"))?;
            let delivery = Delivery {
                outbox_id,
                lease: row.leases,
                attempt: row.attempts,
                round: row.redrives + 1,
                way: row.way.map(|way| way.parse()).transpose()?,
                wanted_back: row.wanted_back,
                award: award.clone(),
            };
            deliveries.insert(outbox_id, delivery);
        }
        Ok(lease.outbox_ids.iter().filter_map(|outbox_id| deliveries.remove(outbox_id)).collect())
    }

    pub(super) async fn try_mark_dispatched(&self, deliveries: &[Delivery]) -> Tried<Vec<AwardRecordId>> {
        let sent = deliveries.iter().map(|delivery| SentJson {
            outbox_id: delivery.outbox_id.ulid().to_string(),
            award_record_id: delivery.award.award_record_id.ulid().to_string(),
            way: delivery.way.unwrap_or(Way::AtOnce).as_str(),
        });
        let sent = json(&sent.collect::<Vec<_>>())?;
        let mut tx = self.write().await?;
        sqlx::query(
            r"UPDATE outbox
                 SET way = batch.value ->> 'way'
                FROM json_each(?1) AS batch
               WHERE outbox.outbox_id = batch.value ->> 'outbox_id'
                 AND outbox.state IN ('pending', 'leased')
                 AND outbox.way IS NULL",
        )
        .bind(&sent)
        .execute(&mut *tx)
        .await?;
        let marked: Vec<String> = sqlx::query_scalar(
            r"UPDATE award_record
                 SET state = 'dispatched'
                FROM json_each(?1) AS batch
               WHERE award_record.award_record_id = batch.value ->> 'award_record_id'
                 AND award_record.state IN ('pending', 'dispatched')
                 AND EXISTS (SELECT 1
                               FROM outbox
                              WHERE outbox.outbox_id = batch.value ->> 'outbox_id'
                                AND outbox.way = batch.value ->> 'way')
              RETURNING award_record_id",
        )
        .bind(&sent)
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        marked.iter().map(|id| Ok(AwardRecordId::from_ulid(ulid(id)?))).collect()
    }
}
