//! Taking awards back in SQLite.

use serde_json::json as value;
use sqlx::{FromRow, SqliteConnection};

use super::audit::{self, Changed};
use super::rows::ulid;
use super::{SqliteStore, Tried, changed, json, millis};
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
    award_record_id: String,
    award: String,
    work: String,
    due_at: Option<i64>,
    way: Option<String>,
    wanted_back: Option<String>,
    kind: String,
}

impl SqliteStore {
    pub(super) async fn try_recall(&self, recall: &Recall, change: &Change) -> Tried<Recalled> {
        let mut tx = self.write().await?;
        let Some(row) = read_work(&mut tx, recall.outbox_id).await? else { return Ok(Recalled::Unknown) };
        let award_record_id = AwardRecordId::from_ulid(ulid(&row.award_record_id)?);
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
        if work == OutboxState::Leased && row.due_at.is_some_and(|until| until > millis(change.at)) {
            return Ok(Recalled::Leased);
        }
        let (answer, after) = if asks {
            want_back(&mut tx, recall, &row, change.at).await?;
            (Recalled::Asked, (AwardState::Dispatched, OutboxState::Pending))
        } else {
            let ended = end_work(&mut tx, recall.outbox_id, &recall.reason, change.at).await?;
            changed("outbox", ended, 1)?;
            let units = recall_awards(&mut tx, &json(&[&row.award_record_id])?).await?;
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
        let mut tx = self.write().await?;
        let awards: Vec<String> = sqlx::query_scalar(
            r"UPDATE outbox
                 SET state = 'done', due_at = NULL, ended_at = ?3, last_error = 'recalled: ' || wanted_back
               WHERE outbox_id = ?1
                 AND leases = ?2
                 AND state = 'leased'
                 AND wanted_back IS NOT NULL
                 AND EXISTS (SELECT 1
                               FROM award_record
                              WHERE award_record.award_record_id = outbox.award_record_id
                                AND award_record.state = 'dispatched')
              RETURNING award_record_id",
        )
        .bind(outbox_id.ulid().to_string())
        .bind(lease)
        .bind(millis(now))
        .fetch_all(&mut *tx)
        .await?;
        let units = recall_awards(&mut tx, &json(&awards)?).await?;
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
        let leases: Vec<_> = leases.iter().map(|(id, lease)| (id.ulid().to_string(), *lease)).collect();
        let mut tx = self.write().await?;
        let awards: Vec<String> = sqlx::query_scalar(
            r"UPDATE outbox
                 SET state = 'done', due_at = NULL, ended_at = ?3, last_error = ?2
                FROM json_each(?1) AS batch
               WHERE outbox.outbox_id = batch.value ->> 0
                 AND outbox.leases = batch.value ->> 1
                 AND outbox.state = 'leased'
                 AND NOT EXISTS (SELECT 1
                                   FROM goods_claim
                                  WHERE goods_claim.award_record_id = outbox.award_record_id)
                 AND EXISTS (SELECT 1
                               FROM award_record
                              WHERE award_record.award_record_id = outbox.award_record_id
                                AND award_record.state IN ('pending', 'dead'))
              RETURNING award_record_id",
        )
        .bind(json(&leases)?)
        .bind(reason)
        .bind(millis(now))
        .fetch_all(&mut *tx)
        .await?;
        let units = recall_awards(&mut tx, &json(&awards)?).await?;
        changed("award_record", units.len() as u64, awards.len())?;
        tx.commit().await?;
        Ok(units)
    }
}

async fn read_work(tx: &mut SqliteConnection, outbox_id: OutboxId) -> Tried<Option<RecallRow>> {
    Ok(sqlx::query_as(
        r"SELECT outbox.award_record_id, award_record.state AS award, outbox.state AS work, outbox.due_at, outbox.way,
                 outbox.wanted_back, draw.kind
            FROM outbox
            JOIN award_record ON award_record.award_record_id = outbox.award_record_id
            JOIN draw ON draw.draw_id = award_record.draw_id
           WHERE outbox.outbox_id = ?1",
    )
    .bind(outbox_id.ulid().to_string())
    .fetch_optional(tx)
    .await?)
}

/// Makes the work due now and leaves the wish with it: whoever takes it next has the third party let go.
async fn want_back(tx: &mut SqliteConnection, recall: &Recall, row: &RecallRow, now: Timestamp) -> Tried<()> {
    let asked = sqlx::query(
        r"UPDATE outbox
             SET state = 'pending', run_at = ?3, due_at = ?3, wake_at = ?3, ended_at = NULL, wanted_back = ?2
           WHERE outbox_id = ?1
             AND state IN ('pending', 'leased', 'dead')",
    )
    .bind(recall.outbox_id.ulid().to_string())
    .bind(&recall.reason)
    .bind(millis(now))
    .execute(&mut *tx)
    .await?;
    changed("outbox", asked.rows_affected(), 1)?;
    sqlx::query(
        r"UPDATE award_record
             SET state = 'dispatched'
           WHERE award_record_id = ?1
             AND state = 'dead'",
    )
    .bind(&row.award_record_id)
    .execute(tx)
    .await?;
    Ok(())
}

async fn end_work(tx: &mut SqliteConnection, outbox_id: OutboxId, reason: &str, now: Timestamp) -> Tried<u64> {
    let ended = sqlx::query(
        r"UPDATE outbox
             SET state = 'done', due_at = NULL, ended_at = ?3, last_error = 'recalled: ' || ?2
           WHERE outbox_id = ?1
             AND state IN ('pending', 'leased', 'dead')",
    )
    .bind(outbox_id.ulid().to_string())
    .bind(reason)
    .bind(millis(now))
    .execute(tx)
    .await?;
    Ok(ended.rows_affected())
}

/// Recalls awards whose work has just ended in this transaction, and tells what they no longer use.
async fn recall_awards(tx: &mut SqliteConnection, awards: &str) -> Tried<Vec<ReturnedUnit>> {
    let recalled: Vec<String> = sqlx::query_scalar(
        r"UPDATE award_record
             SET state = 'recalled'
           WHERE award_record_id IN (SELECT value FROM json_each(?1))
             AND state IN ('pending', 'dispatched', 'dead')
          RETURNING draw_id",
    )
    .bind(awards)
    .fetch_all(&mut *tx)
    .await?;
    let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
        r"SELECT draw.draw_id, draw.activity_id, draw.award_id, stock_epoch.epoch
            FROM json_each(?1) AS batch
            JOIN draw ON draw.draw_id = batch.value
            JOIN stock_epoch ON stock_epoch.activity_id = draw.activity_id",
    )
    .bind(json(&recalled)?)
    .fetch_all(&mut *tx)
    .await?;
    rows.into_iter()
        .map(|(draw_id, activity_id, award_id, epoch)| {
            Ok(ReturnedUnit {
                draw_id: DrawId::from_ulid(ulid(&draw_id)?),
                activity_id: ActivityId::new(&activity_id)?,
                award_id: AwardId::new(&award_id)?,
                epoch: Epoch(epoch),
            })
        })
        .collect()
}
