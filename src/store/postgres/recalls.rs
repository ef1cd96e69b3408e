//! Taking awards back in Postgres.

use serde_json::json as value;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::audit::{self, Changed};
use super::leases::lock_work;
use super::{Lock, PostgresStore, Tried, changed, ulid, uuid};
use crate::domain::audit::Change;
use crate::domain::award::{AwardKind, AwardState};
use crate::domain::calendar::Timestamp;
use crate::domain::id::{ActivityId, AwardId, AwardRecordId, DrawId, OutboxId};
use crate::domain::outbox::{OutboxState, Way};
use crate::domain::stock::{Epoch, ReturnedUnit};
use crate::store::outbox::{Recall, Recalled};

/// Work with its award, as a recall looks at it.
#[derive(FromRow)]
struct RecallRow {
    award_record_id: Uuid,
    award: String,
    work: String,
    due_at: Option<Timestamp>,
    way: Option<String>,
    wanted_back: Option<String>,
    kind: String,
}

impl PostgresStore {
    pub(super) async fn try_recall(&self, recall: &Recall, change: &Change) -> Tried<Recalled> {
        let owners = self.owners_of_work(&[uuid(recall.outbox_id.ulid())]).await?;
        let owners = owners.iter().map(Lock::User).chain([Lock::Bucket(recall.outbox_id.bucket())]);
        let mut tx = self.write(owners).await?;
        let Some(row) = read_work(&mut tx, recall.outbox_id).await? else { return Ok(Recalled::Unknown) };
        let award_record_id = AwardRecordId::from_ulid(ulid(row.award_record_id));
        let (award, work): (AwardState, OutboxState) = (row.award.parse()?, row.work.parse()?);
        let may_be_outside = match award {
            AwardState::Recalled => return Ok(Recalled::Earlier(award_record_id)),
            AwardState::Delivered => return Ok(Recalled::Delivered),
            AwardState::Dispatched => true,
            // Given up after calls of which any may have arrived.
            AwardState::Dead => row.kind == AwardKind::Webhook.as_str(),
            AwardState::Pending => false,
        };
        let asks = may_be_outside && row.way.as_deref() == Some(Way::Staged.as_str());
        if may_be_outside && !asks {
            return Ok(Recalled::Dispatched(award_record_id));
        }
        if asks && row.wanted_back.is_some() && work != OutboxState::Dead {
            return Ok(Recalled::Asked);
        }
        // A lease that ended holds nothing: its worker's result finds the entry gone.
        if work == OutboxState::Leased && row.due_at.is_some_and(|until| until > change.at) {
            return Ok(Recalled::Leased);
        }
        let (answer, after) = if asks {
            want_back(&mut tx, recall, &row, change.at).await?;
            (Recalled::Asked, (AwardState::Dispatched, OutboxState::Pending))
        } else {
            let ended = end_work(&mut tx, recall.outbox_id, &recall.reason, change.at).await?;
            changed("outbox", ended, 1)?;
            let units = recall_awards(&mut tx, &[row.award_record_id]).await?;
            changed("award_record", units.len() as u64, 1)?;
            let unit = units.into_iter().next().ok_or("the recalled award used no unit")?;
            (Recalled::Done { award_record_id, unit }, (AwardState::Recalled, OutboxState::Done))
        };
        let record = Changed {
            action: "award.recall",
            subject: format!("outbox entry {}", recall.outbox_id),
            before: Some(value!({ "award": award, "work": work })),
            after: Some(value!({ "award": after.0, "work": after.1, "reason": recall.reason })),
        };
        audit::write(&mut tx, change, &record).await?;
        tx.commit().await?;
        Ok(answer)
    }

    pub(super) async fn try_recall_released(
        &self,
        outbox_id: OutboxId,
        lease: u32,
        now: Timestamp,
    ) -> Tried<Option<ReturnedUnit>> {
        let owners = self.owners_of_work(&[uuid(outbox_id.ulid())]).await?;
        let owners = owners.iter().map(Lock::User).chain([Lock::Bucket(outbox_id.bucket())]);
        let mut tx = self.write(owners).await?;
        let awards: Vec<Uuid> = sqlx::query_scalar(
            r"UPDATE outbox
                 SET state = 'done', due_at = NULL, ended_at = $3, last_error = 'recalled: ' || wanted_back
               WHERE outbox_id = $1
                 AND leases = $2
                 AND state = 'leased'
                 AND wanted_back IS NOT NULL
                 AND EXISTS (SELECT 1
                               FROM award_record
                              WHERE award_record.award_record_id = outbox.award_record_id
                                AND award_record.state = 'dispatched')
              RETURNING award_record_id",
        )
        .bind(uuid(outbox_id.ulid()))
        .bind(i64::from(lease))
        .bind(now)
        .fetch_all(&mut *tx)
        .await?;
        let units = recall_awards(&mut tx, &awards).await?;
        changed("award_record", units.len() as u64, awards.len())?;
        tx.commit().await?;
        Ok(units.into_iter().next())
    }

    pub(super) async fn try_recall_unclaimed(
        &self,
        leases: &[(OutboxId, u32)],
        reason: &str,
        now: Timestamp,
    ) -> Tried<Vec<ReturnedUnit>> {
        let outbox_ids: Vec<Uuid> = leases.iter().map(|(outbox_id, _)| uuid(outbox_id.ulid())).collect();
        let buckets = leases.iter().map(|(outbox_id, _)| Lock::Bucket(outbox_id.bucket()));
        let leases: Vec<i64> = leases.iter().map(|(_, lease)| i64::from(*lease)).collect();
        let owners = self.owners_of_work(&outbox_ids).await?;
        let mut tx = self.write(owners.iter().map(Lock::User).chain(buckets)).await?;
        lock_work(&mut tx, &outbox_ids).await?;
        let awards: Vec<Uuid> = sqlx::query_scalar(
            r"UPDATE outbox
                 SET state = 'done', due_at = NULL, ended_at = $4, last_error = $3
                FROM UNNEST($1::uuid[], $2::bigint[]) AS batch (outbox_id, lease)
               WHERE outbox.outbox_id = batch.outbox_id
                 AND outbox.leases = batch.lease
                 AND outbox.state = 'leased'
                 AND NOT EXISTS (SELECT 1
                                   FROM goods_claim
                                  WHERE goods_claim.award_record_id = outbox.award_record_id)
                 AND EXISTS (SELECT 1
                               FROM award_record
                              WHERE award_record.award_record_id = outbox.award_record_id
                                AND award_record.state IN ('pending', 'dead'))
              RETURNING outbox.award_record_id",
        )
        .bind(outbox_ids)
        .bind(leases)
        .bind(reason)
        .bind(now)
        .fetch_all(&mut *tx)
        .await?;
        let units = recall_awards(&mut tx, &awards).await?;
        changed("award_record", units.len() as u64, awards.len())?;
        tx.commit().await?;
        Ok(units)
    }
}

async fn read_work(tx: &mut PgConnection, outbox_id: OutboxId) -> Tried<Option<RecallRow>> {
    Ok(sqlx::query_as(
        r"SELECT outbox.award_record_id, award_record.state AS award, outbox.state AS work, outbox.due_at, outbox.way,
                 outbox.wanted_back, draw.kind
            FROM outbox
            JOIN award_record ON award_record.award_record_id = outbox.award_record_id
            JOIN draw ON draw.draw_id = award_record.draw_id
           WHERE outbox.outbox_id = $1
             FOR UPDATE OF outbox",
    )
    .bind(uuid(outbox_id.ulid()))
    .fetch_optional(tx)
    .await?)
}

/// Makes the work due now and leaves the wish with it: whoever takes it next has the third party let go.
async fn want_back(tx: &mut PgConnection, recall: &Recall, row: &RecallRow, now: Timestamp) -> Tried<()> {
    let asked = sqlx::query(
        r"UPDATE outbox
             SET state = 'pending', run_at = $3, due_at = $3, wake_at = $3, ended_at = NULL, wanted_back = $2
           WHERE outbox_id = $1
             AND state IN ('pending', 'leased', 'dead')",
    )
    .bind(uuid(recall.outbox_id.ulid()))
    .bind(&recall.reason)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    changed("outbox", asked.rows_affected(), 1)?;
    sqlx::query(
        r"UPDATE award_record
             SET state = 'dispatched'
           WHERE award_record_id = $1
             AND state = 'dead'",
    )
    .bind(row.award_record_id)
    .execute(tx)
    .await?;
    Ok(())
}

async fn end_work(tx: &mut PgConnection, outbox_id: OutboxId, reason: &str, now: Timestamp) -> Tried<u64> {
    let ended = sqlx::query(
        r"UPDATE outbox
             SET state = 'done', due_at = NULL, ended_at = $3, last_error = 'recalled: ' || $2
           WHERE outbox_id = $1
             AND state IN ('pending', 'leased', 'dead')",
    )
    .bind(uuid(outbox_id.ulid()))
    .bind(reason)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(ended.rows_affected())
}

/// Recalls awards whose work has just ended in this transaction, and tells what they no longer use.
async fn recall_awards(tx: &mut PgConnection, awards: &[Uuid]) -> Tried<Vec<ReturnedUnit>> {
    let recalled: Vec<Uuid> = sqlx::query_scalar(
        r"UPDATE award_record
             SET state = 'recalled'
           WHERE award_record_id = ANY($1)
             AND state IN ('pending', 'dispatched', 'dead')
          RETURNING draw_id",
    )
    .bind(awards)
    .fetch_all(&mut *tx)
    .await?;
    // Who raises the epoch waits for this transaction, and counts what it gives back.
    let rows: Vec<(Uuid, String, String, i64)> = sqlx::query_as(
        r"SELECT draw.draw_id, draw.activity_id, draw.award_id, stock_epoch.epoch
            FROM draw
            JOIN stock_epoch ON stock_epoch.activity_id = draw.activity_id
           WHERE draw.draw_id = ANY($1)
           ORDER BY stock_epoch.activity_id
             FOR SHARE OF stock_epoch",
    )
    .bind(recalled)
    .fetch_all(&mut *tx)
    .await?;
    rows.into_iter()
        .map(|(draw_id, activity_id, award_id, epoch)| {
            Ok(ReturnedUnit {
                draw_id: DrawId::from_ulid(ulid(draw_id)),
                activity_id: ActivityId::new(&activity_id)?,
                award_id: AwardId::new(&award_id)?,
                epoch: Epoch(epoch),
            })
        })
        .collect()
}
