//! Behaviours in Postgres: what users did, with the draws and points it earned them in the same transaction.

use async_trait::async_trait;
use chrono::NaiveDate;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Lock, PostgresStore, Tried, before, bucket, catalog, changed, ledger, recharges, ulid, uuid};
use crate::domain::behaviour::Behaviour;
use crate::domain::bucket::Bucket;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::id::{ActivityId, BehaviourId, BusinessKey, Name, UserId, Version};
use crate::domain::ledger::TransferReason;
use crate::fault::Fault;
use crate::store::behaviours::{BehaviourFilter, BehaviourStore, BehavioursRecorded, NewBehaviour};
use crate::store::{Page, Stored};

#[async_trait]
impl BehaviourStore for PostgresStore {
    async fn behaviours_with(
        &self,
        user_id: &UserId,
        behaviour: &Name,
        keys: &[BusinessKey],
    ) -> Stored<Vec<Behaviour>> {
        let keys: Vec<_> = keys.iter().map(BusinessKey::as_str).collect();
        let rows: Vec<BehaviourRow> = sqlx::query_as(
            r"SELECT behaviour.*
                FROM behaviour
               WHERE behaviour.user_id = $1
                 AND behaviour.behaviour = $2
                 AND behaviour.business_key = ANY($3)
               UNION
              SELECT together.*
                FROM behaviour
                JOIN behaviour AS together
                  ON together.report_id = behaviour.report_id
               WHERE behaviour.user_id = $1
                 AND behaviour.behaviour = $2
                 AND behaviour.business_key = ANY($3)
               ORDER BY behaviour_id",
        )
        .bind(user_id.as_str())
        .bind(behaviour.as_str())
        .bind(keys)
        .fetch_all(&self.pool)
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
               WHERE user_id = $1
                 AND activity_id = $2
                 AND behaviour = $3
                 AND behaviour_id < $4
                 AND to_char(day, 'YYYY-MM') = $5
               ORDER BY behaviour_id DESC
               LIMIT $6",
        )
        .bind(filter.user_id.as_str())
        .bind(filter.activity_id.as_str())
        .bind(filter.behaviour.as_str())
        .bind(before(page.after.map(BehaviourId::ulid)))
        .bind(filter.month.to_string())
        .bind(i64::from(page.limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list a user's behaviours"))?;
        rows.iter().map(BehaviourRow::read).collect::<Tried<_>>().map_err(Fault::doing("list a user's behaviours"))
    }
}

#[derive(FromRow)]
pub(super) struct BehaviourRow {
    behaviour_id: Uuid,
    user_id: String,
    activity_id: String,
    version: i64,
    behaviour: String,
    business_key: String,
    day: NaiveDate,
    streak: i64,
    report_id: Option<Uuid>,
    created_at: Timestamp,
}

impl BehaviourRow {
    pub(super) fn read(&self) -> Tried<Behaviour> {
        let id = |uuid| BehaviourId::from_ulid(ulid(uuid));
        Ok(Behaviour {
            behaviour_id: id(self.behaviour_id),
            user_id: UserId::new(&self.user_id)?,
            activity_id: ActivityId::new(&self.activity_id)?,
            version: Version(u32::try_from(self.version)?),
            behaviour: Name::new(&self.behaviour)?,
            key: BusinessKey::new(&self.business_key)?,
            day: Day::from(self.day),
            streak: u32::try_from(self.streak)?,
            report_id: self.report_id.map(id),
            created_at: self.created_at,
        })
    }
}

/// Behaviours as the statements read them, column by column.
#[derive(Default)]
struct Batch<'a> {
    behaviour_ids: Vec<Uuid>,
    user_ids: Vec<&'a str>,
    buckets: Vec<i16>,
    activity_ids: Vec<&'a str>,
    versions: Vec<i64>,
    behaviours: Vec<&'a str>,
    business_keys: Vec<&'a str>,
    days: Vec<NaiveDate>,
    /// The key under which the day before was recorded, where the behaviour is one a day.
    yesterdays: Vec<String>,
    streaks: Vec<i64>,
    report_ids: Vec<Option<Uuid>>,
    created_ats: Vec<Timestamp>,
    draws: Vec<i64>,
}

impl<'a> Batch<'a> {
    fn of(new: &'a [NewBehaviour]) -> Self {
        let mut batch = Self::default();
        for new in new {
            let behaviour = &new.behaviour;
            batch.behaviour_ids.push(uuid(behaviour.behaviour_id.ulid()));
            batch.user_ids.push(behaviour.user_id.as_str());
            batch.buckets.push(bucket(Bucket::of(&behaviour.user_id)));
            batch.activity_ids.push(behaviour.activity_id.as_str());
            batch.versions.push(i64::from(behaviour.version.0));
            batch.behaviours.push(behaviour.behaviour.as_str());
            batch.business_keys.push(behaviour.key.as_str());
            batch.days.push(NaiveDate::from(behaviour.day));
            batch.yesterdays.push(behaviour.day.yesterday().to_string());
            batch.streaks.push(i64::from(behaviour.streak));
            batch.report_ids.push(behaviour.report_id.map(|id| uuid(id.ulid())));
            batch.created_ats.push(behaviour.created_at);
            batch.draws.push(new.orders.iter().map(|order| i64::from(order.draws)).sum());
        }
        batch
    }
}

impl PostgresStore {
    async fn try_record_behaviours(&self, new: &[NewBehaviour]) -> Tried<BehavioursRecorded> {
        let batch = Batch::of(new);
        let users = new.iter().map(|new| Lock::User(&new.behaviour.user_id));
        let activities = new.iter().map(|new| Lock::ActivityStays(&new.behaviour.activity_id));
        let mut tx = self.write(users.chain(activities)).await?;
        let judged = judge(&mut tx, new, &batch).await?;
        if judged != BehavioursRecorded::Committed {
            tx.rollback().await?;
            return Ok(judged);
        }
        let inserted = sqlx::query(
            r"INSERT INTO behaviour (behaviour_id, user_id, bucket, activity_id, version, behaviour, business_key, day,
                                     streak, report_id, created_at)
              SELECT batch.behaviour_id, batch.user_id, batch.bucket, batch.activity_id, batch.version, batch.behaviour,
                     batch.business_key, batch.day, batch.streak, batch.report_id, batch.created_at
                FROM UNNEST($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::bigint[], $6::text[], $7::text[],
                            $8::date[], $9::bigint[], $10::uuid[], $11::timestamptz[])
                     AS batch (behaviour_id, user_id, bucket, activity_id, version, behaviour, business_key, day, streak,
                               report_id, created_at)",
        )
        .bind(&batch.behaviour_ids)
        .bind(&batch.user_ids)
        .bind(&batch.buckets)
        .bind(&batch.activity_ids)
        .bind(&batch.versions)
        .bind(&batch.behaviours)
        .bind(&batch.business_keys)
        .bind(&batch.days)
        .bind(&batch.streaks)
        .bind(&batch.report_ids)
        .bind(&batch.created_ats)
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

/// Tells what becomes of all. Exact, because it runs in the transaction that records: the users' rows are its own, and the
/// activities are held.
async fn judge(tx: &mut PgConnection, new: &[NewBehaviour], batch: &Batch<'_>) -> Tried<BehavioursRecorded> {
    let held = catalog::hold(&mut *tx, new.iter().map(|new| &new.behaviour.activity_id)).await?;
    let takes = |new: &NewBehaviour| {
        let activity = held.get(new.behaviour.activity_id.as_str());
        activity.is_some_and(|activity| activity.is_open() && !activity.has_sealed(new.behaviour.day))
    };
    if !new.iter().all(takes) {
        return Ok(BehavioursRecorded::Moved);
    }
    let words: Vec<String> = sqlx::query_scalar(
        r"SELECT CASE
                 WHEN earlier.behaviour_id IS NOT NULL
                   OR batch.streak NOT IN (0, COALESCE(yesterday.streak, 0) + 1) THEN 'moved'
                 WHEN quota.granted + batch.draws > 4294967295 THEN 'full'
                 ELSE 'committed'
                 END
            FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
                 AS batch (user_id, activity_id, behaviour, business_key, yesterday, streak, draws)
            LEFT JOIN behaviour AS earlier
              ON earlier.user_id = batch.user_id
             AND earlier.behaviour = batch.behaviour
             AND earlier.business_key = batch.business_key
             AND earlier.activity_id = batch.activity_id
            LEFT JOIN behaviour AS yesterday
              ON yesterday.user_id = batch.user_id
             AND yesterday.behaviour = batch.behaviour
             AND yesterday.business_key = batch.yesterday
             AND yesterday.activity_id = batch.activity_id
            LEFT JOIN quota
              ON quota.user_id = batch.user_id
             AND quota.activity_id = batch.activity_id",
    )
    .bind(&batch.user_ids)
    .bind(&batch.activity_ids)
    .bind(&batch.behaviours)
    .bind(&batch.business_keys)
    .bind(&batch.yesterdays)
    .bind(&batch.streaks)
    .bind(&batch.draws)
    .fetch_all(tx)
    .await?;
    if words.iter().any(|word| word == "moved") {
        return Ok(BehavioursRecorded::Moved);
    }
    let full = words.iter().any(|word| word == "full");
    Ok(if full { BehavioursRecorded::Full } else { BehavioursRecorded::Committed })
}

/// Credits what the behaviours earn. Keyed like their orders: by behaviour and part.
async fn credit(tx: &mut PgConnection, new: &[NewBehaviour]) -> Tried<()> {
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
