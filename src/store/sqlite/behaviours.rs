//! Behaviours in SQLite: what users did, with the draws and points it earned them in the same transaction.

use async_trait::async_trait;
use serde::Serialize;
use sqlx::{FromRow, SqliteConnection};

use super::rows::ulid;
use super::{SqliteStore, Tried, changed, instant, json, ledger, millis, recharges};
use crate::domain::behaviour::Behaviour;
use crate::domain::bucket::Bucket;
use crate::domain::id::{ActivityId, BehaviourId, BusinessKey, Name, UserId, Version};
use crate::domain::ledger::TransferReason;
use crate::fault::Fault;
use crate::store::behaviours::{BehaviourFilter, BehaviourStore, BehavioursRecorded, NewBehaviour};
use crate::store::{Page, Stored};

#[async_trait]
impl BehaviourStore for SqliteStore {
    async fn behaviours_with(
        &self,
        user_id: &UserId,
        behaviour: &Name,
        keys: &[BusinessKey],
    ) -> Stored<Vec<Behaviour>> {
        let keys = json(keys).map_err(Fault::doing("look for behaviours"))?;
        let rows: Vec<BehaviourRow> = sqlx::query_as(
            r"SELECT behaviour.*
                FROM behaviour
               WHERE behaviour.user_id = ?1
                 AND behaviour.behaviour = ?2
                 AND behaviour.business_key IN (SELECT value FROM json_each(?3))
               UNION
              SELECT together.*
                FROM behaviour
               CROSS JOIN behaviour AS together
                  ON together.report_id = behaviour.report_id
               WHERE behaviour.user_id = ?1
                 AND behaviour.behaviour = ?2
                 AND behaviour.business_key IN (SELECT value FROM json_each(?3))
               ORDER BY behaviour_id",
        )
        .bind(user_id.as_str())
        .bind(behaviour.as_str())
        .bind(keys)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("look for behaviours"))?;
        rows.iter().map(BehaviourRow::read).collect::<Tried<_>>().map_err(Fault::doing("look for behaviours"))
    }

    async fn record_behaviours(&self, new: &[NewBehaviour]) -> Stored<BehavioursRecorded> {
        self.try_record_behaviours(new).await.map_err(Fault::doing("record behaviours"))
    }

    async fn behaviours_of(&self, filter: &BehaviourFilter, page: &Page<BehaviourId>) -> Stored<Vec<Behaviour>> {
        let rows: Vec<BehaviourRow> = sqlx::query_as(
            r"SELECT *
                FROM behaviour
               WHERE user_id = ?1
                 AND activity_id = ?2
                 AND behaviour = ?3
                 AND behaviour_id < ?4
                 AND substr(day, 1, 7) = ?5
               ORDER BY behaviour_id DESC
               LIMIT ?6",
        )
        .bind(filter.user_id.as_str())
        .bind(filter.activity_id.as_str())
        .bind(filter.behaviour.as_str())
        .bind(super::before(page.after.map(BehaviourId::ulid)))
        .bind(filter.month.to_string())
        .bind(page.limit)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list a user's behaviours"))?;
        rows.iter().map(BehaviourRow::read).collect::<Tried<_>>().map_err(Fault::doing("list a user's behaviours"))
    }
}

#[derive(FromRow)]
pub(super) struct BehaviourRow {
    behaviour_id: String,
    user_id: String,
    activity_id: String,
    version: u32,
    behaviour: String,
    business_key: String,
    day: String,
    streak: u32,
    report_id: Option<String>,
    created_at: i64,
}

impl BehaviourRow {
    pub(super) fn read(&self) -> Tried<Behaviour> {
        let id = |text: &str| ulid(text).map(BehaviourId::from_ulid);
        Ok(Behaviour {
            behaviour_id: id(&self.behaviour_id)?,
            user_id: UserId::new(&self.user_id)?,
            activity_id: ActivityId::new(&self.activity_id)?,
            version: Version(self.version),
            behaviour: Name::new(&self.behaviour)?,
            key: BusinessKey::new(&self.business_key)?,
            day: self.day.parse()?,
            streak: self.streak,
            report_id: self.report_id.as_deref().map(id).transpose()?,
            created_at: instant(self.created_at)?,
        })
    }
}

/// A behaviour as the statements read it.
#[derive(Serialize)]
struct BehaviourJson<'a> {
    behaviour_id: String,
    user_id: &'a UserId,
    bucket: u16,
    activity_id: &'a ActivityId,
    version: u32,
    behaviour: &'a Name,
    business_key: &'a BusinessKey,
    day: String,
    yesterday: String,
    streak: u32,
    report_id: Option<String>,
    created_at: i64,
    draws: u64,
}

impl<'a> BehaviourJson<'a> {
    fn of(new: &'a NewBehaviour) -> Self {
        let behaviour = &new.behaviour;
        Self {
            behaviour_id: behaviour.behaviour_id.ulid().to_string(),
            user_id: &behaviour.user_id,
            bucket: Bucket::of(&behaviour.user_id).number(),
            activity_id: &behaviour.activity_id,
            version: behaviour.version.0,
            behaviour: &behaviour.behaviour,
            business_key: &behaviour.key,
            day: behaviour.day.to_string(),
            yesterday: behaviour.day.yesterday().to_string(),
            streak: behaviour.streak,
            report_id: behaviour.report_id.map(|id| id.ulid().to_string()),
            created_at: millis(behaviour.created_at),
            draws: new.orders.iter().map(|order| u64::from(order.draws)).sum(),
        }
    }
}

impl SqliteStore {
    async fn try_record_behaviours(&self, new: &[NewBehaviour]) -> Tried<BehavioursRecorded> {
        let batch: Vec<_> = new.iter().map(BehaviourJson::of).collect();
        let text = json(&batch)?;
        let mut tx = self.write().await?;
        let judged = judge(&mut tx, &text).await?;
        if judged != BehavioursRecorded::Committed {
            tx.rollback().await?;
            return Ok(judged);
        }
        let inserted = sqlx::query(
            r"INSERT INTO behaviour (behaviour_id, user_id, bucket, activity_id, version, behaviour, business_key, day,
                                     streak, report_id, created_at)
              SELECT value ->> 'behaviour_id', value ->> 'user_id', value ->> 'bucket', value ->> 'activity_id',
                     value ->> 'version', value ->> 'behaviour', value ->> 'business_key', value ->> 'day',
                     value ->> 'streak', value ->> 'report_id', value ->> 'created_at'
                FROM json_each(?1)",
        )
        .bind(&text)
        .execute(&mut *tx)
        .await?;
        changed("behaviour", inserted.rows_affected(), new.len())?;
        let orders: Vec<_> = new.iter().flat_map(|new| &new.orders).collect();
        let granted = recharges::grant(&mut tx, &orders).await?;
        changed("recharge_order", u64::try_from(granted)?, orders.len())?;
        credit(&mut tx, new).await?;
        tx.commit().await?;
        Ok(BehavioursRecorded::Committed)
    }
}

/// Tells what becomes of all. Exact, because it runs in the transaction that records.
async fn judge(tx: &mut SqliteConnection, batch: &str) -> Tried<BehavioursRecorded> {
    let words: Vec<String> = sqlx::query_scalar(
        r"SELECT CASE
                 WHEN activity.state IS NOT 'open'
                   OR activity.sealed_before > batch.value ->> 'day'
                   OR earlier.behaviour_id IS NOT NULL
                   OR batch.value ->> 'streak' NOT IN (0, COALESCE(yesterday.streak, 0) + 1) THEN 'moved'
                 WHEN quota.granted + (batch.value ->> 'draws') > 4294967295 THEN 'full'
                 ELSE 'committed'
                 END
            FROM json_each(?1) AS batch
            LEFT JOIN activity
              ON activity.activity_id = batch.value ->> 'activity_id'
            LEFT JOIN behaviour AS earlier
              ON earlier.user_id = batch.value ->> 'user_id'
             AND earlier.behaviour = batch.value ->> 'behaviour'
             AND earlier.business_key = batch.value ->> 'business_key'
             AND earlier.activity_id = batch.value ->> 'activity_id'
            LEFT JOIN behaviour AS yesterday
              ON yesterday.user_id = batch.value ->> 'user_id'
             AND yesterday.behaviour = batch.value ->> 'behaviour'
             AND yesterday.business_key = batch.value ->> 'yesterday'
             AND yesterday.activity_id = batch.value ->> 'activity_id'
            LEFT JOIN quota
              ON quota.user_id = batch.value ->> 'user_id'
             AND quota.activity_id = batch.value ->> 'activity_id'",
    )
    .bind(batch)
    .fetch_all(tx)
    .await?;
    if words.iter().any(|word| word == "moved") {
        return Ok(BehavioursRecorded::Moved);
    }
    let full = words.iter().any(|word| word == "full");
    Ok(if full { BehavioursRecorded::Full } else { BehavioursRecorded::Committed })
}

/// Credits what the behaviours earn. Keyed like their orders: by behaviour and part.
async fn credit(tx: &mut SqliteConnection, new: &[NewBehaviour]) -> Tried<()> {
    for new in new {
        let behaviour = &new.behaviour;
        let credits: Vec<_> = new
            .credits
            .iter()
            .map(|earned| ledger::Credit {
                transfer_id: earned.transfer_id,
                user_id: &behaviour.user_id,
                amount: earned.amount,
                reason: TransferReason::Rebate,
                key: format!("{}/{}", behaviour.behaviour_id, earned.part),
                expires_at: earned.expires_at,
                asked: ledger::Asked::default(),
            })
            .collect();
        ledger::credit(tx, &credits, behaviour.created_at).await?;
    }
    Ok(())
}
