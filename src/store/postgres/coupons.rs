//! Coupon codes in Postgres.

use async_trait::async_trait;
use serde_json::json as value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::audit::{self, Changed};
use super::{Lock, PostgresStore, Tried, ulid, uuid};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::coupon::{CouponCode, CouponPool, CouponPromises};
use crate::domain::id::{ActivityId, AwardId, AwardRecordId, Name, Version};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::coupons::CouponStore;

#[async_trait]
impl CouponStore for PostgresStore {
    async fn add_codes(&self, pool: &Name, codes: &[CouponCode], now: Timestamp) -> Stored<u64> {
        self.try_add_codes(pool, codes, now).await.map_err(Fault::doing("load coupon codes"))
    }

    async fn note_codes_loaded(&self, pool: &Name, added: u64, repeated: u64, change: &Change) -> Stored<()> {
        self.try_note_codes(pool, added, repeated, change).await.map_err(Fault::doing("note that codes were loaded"))
    }

    async fn take_code(
        &self,
        pool: &Name,
        award_record_id: AwardRecordId,
        now: Timestamp,
    ) -> Stored<Option<CouponCode>> {
        let code = self.try_take_code(pool, award_record_id, now).await.map_err(Fault::doing("take a coupon code"))?;
        code.map(|code| CouponCode::new(&code)).transpose().map_err(Fault::doing("read a coupon code"))
    }

    async fn put_back_codes(&self, award_record_ids: &[AwardRecordId]) -> Stored<u64> {
        self.try_put_back(award_record_ids).await.map_err(Fault::doing("put coupon codes back"))
    }

    async fn recalled_with_code(&self, limit: u32) -> Stored<Vec<AwardRecordId>> {
        let rows: Vec<Uuid> = sqlx::query_scalar(
            r"SELECT award_record.award_record_id
                FROM award_record
                JOIN coupon_code ON coupon_code.award_record_id = award_record.award_record_id
               WHERE award_record.state = 'recalled'
               LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("look for codes of recalled awards"))?;
        Ok(rows.into_iter().map(|id| AwardRecordId::from_ulid(ulid(id))).collect())
    }

    async fn coupon_pools(&self) -> Stored<Vec<CouponPool>> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            r"SELECT pool, total, taken
                FROM coupon_pool
               ORDER BY pool",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list coupon pools"))?;
        rows.into_iter()
            .map(|(pool, total, taken)| {
                Ok(CouponPool { pool: Name::new(&pool)?, total: u64::try_from(total)?, taken: u64::try_from(taken)? })
            })
            .collect::<Tried<_>>()
            .map_err(Fault::doing("list coupon pools"))
    }

    async fn coupon_promises(&self) -> Stored<Vec<CouponPromises>> {
        // Open and dead work is little beside all that is done, so it is looked through by its own indexes.
        let rows: Vec<(String, i64, String, i64)> = sqlx::query_as(
            r"SELECT draw.activity_id, draw.version, draw.award_id, COUNT(*)
                FROM (SELECT award_record_id
                        FROM outbox
                       WHERE due_at IS NOT NULL
                       UNION ALL
                      SELECT award_record_id
                        FROM outbox
                       WHERE state = 'dead') AS open_work
                JOIN award_record ON award_record.award_record_id = open_work.award_record_id
               JOIN draw ON draw.draw_id = award_record.draw_id
               WHERE draw.kind = 'coupon'
               GROUP BY draw.activity_id, draw.version, draw.award_id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("count promised coupons"))?;
        rows.into_iter()
            .map(|(activity_id, version, award_id, count)| {
                Ok(CouponPromises {
                    activity_id: ActivityId::new(&activity_id)?,
                    version: Version(u32::try_from(version)?),
                    award_id: AwardId::new(&award_id)?,
                    count: u64::try_from(count)?,
                })
            })
            .collect::<Tried<_>>()
            .map_err(Fault::doing("count promised coupons"))
    }
}

impl PostgresStore {
    async fn try_add_codes(&self, pool: &Name, codes: &[CouponCode], now: Timestamp) -> Tried<u64> {
        let codes: Vec<&str> = codes.iter().map(CouponCode::reveal).collect();
        let mut tx = self.write([Lock::Named("coupon pool", pool.as_str())]).await?;
        let added = sqlx::query(
            r"INSERT INTO coupon_code (pool, code, added_at)
              SELECT $1, code, $3
                FROM UNNEST($2::text[]) AS code
              ON CONFLICT (pool, code) DO NOTHING",
        )
        .bind(pool.as_str())
        .bind(codes)
        .bind(now)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        sqlx::query(
            r"INSERT INTO coupon_pool (pool, total, taken)
              VALUES ($1, $2, 0)
              ON CONFLICT (pool) DO UPDATE
                 SET total = coupon_pool.total + excluded.total",
        )
        .bind(pool.as_str())
        .bind(i64::try_from(added)?)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(added)
    }

    async fn try_note_codes(&self, pool: &Name, added: u64, repeated: u64, change: &Change) -> Tried<()> {
        let mut tx = self.write([]).await?;
        let changed = Changed {
            action: "coupon_pool.load",
            subject: format!("coupon pool {pool}"),
            before: None,
            after: Some(value!({ "added": added, "repeated": repeated })),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn try_take_code(
        &self,
        pool: &Name,
        award_record_id: AwardRecordId,
        now: Timestamp,
    ) -> Tried<Option<String>> {
        let (award, name) = (uuid(award_record_id.ulid()), award_record_id.to_string());
        let mut tx = self.write([Lock::Named("award", &name)]).await?;
        let earlier: Option<String> = sqlx::query_scalar(
            r"SELECT code
                FROM coupon_code
               WHERE award_record_id = $1",
        )
        .bind(award)
        .fetch_optional(&mut *tx)
        .await?;
        if earlier.is_some() {
            return Ok(earlier);
        }
        let taken: Option<String> = sqlx::query_scalar(
            r"UPDATE coupon_code
                 SET award_record_id = $2, taken_at = $3
               WHERE pool = $1
                 AND award_record_id IS NULL
                 AND code = (SELECT code
                               FROM coupon_code
                              WHERE pool = $1
                                AND award_record_id IS NULL
                              ORDER BY added_at, code
                              LIMIT 1
                                FOR UPDATE SKIP LOCKED)
              RETURNING code",
        )
        .bind(pool.as_str())
        .bind(award)
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        if taken.is_some() {
            count_taken(&mut tx, pool.as_str(), 1).await?;
        }
        tx.commit().await?;
        Ok(taken)
    }

    async fn try_put_back(&self, award_record_ids: &[AwardRecordId]) -> Tried<u64> {
        let ids: Vec<Uuid> = award_record_ids.iter().map(|id| uuid(id.ulid())).collect();
        let names: Vec<String> = award_record_ids.iter().map(ToString::to_string).collect();
        let mut tx = self.write(names.iter().map(|name| Lock::Named("award", name))).await?;
        let mut pools: Vec<String> = sqlx::query_scalar(
            r"UPDATE coupon_code
                 SET award_record_id = NULL, taken_at = NULL
               WHERE award_record_id = ANY($1)
              RETURNING pool",
        )
        .bind(ids)
        .fetch_all(&mut *tx)
        .await?;
        // In the order of their names: two that count several pools never wait for each other in a circle.
        pools.sort_unstable();
        for pool in &pools {
            count_taken(&mut tx, pool, -1).await?;
        }
        tx.commit().await?;
        Ok(pools.len() as u64)
    }
}

async fn count_taken(tx: &mut PgConnection, pool: &str, more: i64) -> Tried<()> {
    let counted = sqlx::query(
        r"UPDATE coupon_pool
             SET taken = taken + $2
           WHERE pool = $1",
    )
    .bind(pool)
    .bind(more)
    .execute(tx)
    .await?;
    super::changed("coupon_pool", counted.rows_affected(), 1)
}
