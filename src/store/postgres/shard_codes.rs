//! Coupon codes and awards, each for a comparison that is made outside, where they are in different databases.

use std::collections::HashMap;

use sqlx::FromRow;
use uuid::Uuid;

use super::books::Found;
use super::{PostgresStore, Tried, column, ulid, uuid};
use crate::domain::award::AwardKind;
use crate::domain::calendar::Timestamp;
use crate::domain::coupon::CouponCode;
use crate::domain::id::AwardRecordId;
use crate::store::sharded::{CouponAward, TakenCode};

#[derive(FromRow)]
struct CouponAwardRow {
    award_record_id: Uuid,
    state: String,
    reference: Option<String>,
    work_ended_at: Option<Timestamp>,
    has_work: bool,
    pool: Option<String>,
}

#[derive(FromRow)]
struct TakenRow {
    award_record_id: Uuid,
    pool: String,
    code: String,
    taken_at: Timestamp,
}

impl TakenRow {
    fn read(&self) -> Tried<TakenCode> {
        Ok(TakenCode {
            award_record_id: AwardRecordId::from_ulid(ulid(self.award_record_id)),
            pool: self.pool.clone(),
            code: CouponCode::new(&self.code)?,
            taken_at: self.taken_at,
        })
    }
}

impl PostgresStore {
    pub(super) async fn read_coupon_awards(&self, after: Option<AwardRecordId>, limit: u32) -> Tried<Vec<CouponAward>> {
        let rows: Vec<CouponAwardRow> = sqlx::query_as(
            r"SELECT award_record.award_record_id, award_record.state, award_record.reference,
                     outbox.ended_at AS work_ended_at, outbox.outbox_id IS NOT NULL AS has_work,
                     (SELECT award.value -> 'prize' ->> 'pool'
                        FROM campaign_version
                       CROSS JOIN jsonb_array_elements(campaign_version.document -> 'awards') AS award (value)
                       WHERE campaign_version.activity_id = draw.activity_id
                         AND campaign_version.version = draw.version
                         AND award.value ->> 'id' = draw.award_id) AS pool
                FROM award_record
                JOIN draw ON draw.draw_id = award_record.draw_id
                LEFT JOIN outbox ON outbox.award_record_id = award_record.award_record_id
               WHERE draw.kind = 'coupon'
                 AND award_record.award_record_id > $1
               ORDER BY award_record.award_record_id
               LIMIT $2",
        )
        .bind(after.map_or(Uuid::nil(), |after| uuid(after.ulid())))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(CouponAward {
                    award_record_id: AwardRecordId::from_ulid(ulid(row.award_record_id)),
                    state: row.state.parse()?,
                    reference: row.reference,
                    work_ended_at: row.work_ended_at,
                    has_work: row.has_work,
                    pool: row.pool,
                })
            })
            .collect()
    }

    pub(super) async fn read_award_kinds(&self, ids: &[AwardRecordId]) -> Tried<Vec<(AwardRecordId, AwardKind)>> {
        let rows: Vec<(Uuid, String)> = sqlx::query_as(
            r"SELECT award_record_id, kind
                FROM promised_award
               WHERE award_record_id = ANY($1)",
        )
        .bind(column(ids, |id| uuid(id.ulid())))
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(|(id, kind)| Ok((AwardRecordId::from_ulid(ulid(id)), kind.parse()?))).collect()
    }

    pub(super) async fn read_taken_codes(&self, ids: &[AwardRecordId]) -> Tried<HashMap<AwardRecordId, TakenCode>> {
        let rows: Vec<TakenRow> = sqlx::query_as(
            r"SELECT award_record_id, pool, code, taken_at
                FROM coupon_code
               WHERE award_record_id = ANY($1)",
        )
        .bind(column(ids, |id| uuid(id.ulid())))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| row.read().map(|code| (code.award_record_id, code))).collect()
    }

    pub(super) async fn read_codes_after(&self, after: Option<AwardRecordId>, limit: u32) -> Tried<Vec<TakenCode>> {
        let rows: Vec<TakenRow> = sqlx::query_as(
            r"SELECT award_record_id, pool, code, taken_at
                FROM coupon_code
               WHERE award_record_id IS NOT NULL
                 AND award_record_id > $1
               ORDER BY award_record_id
               LIMIT $2",
        )
        .bind(after.map_or(Uuid::nil(), |after| uuid(after.ulid())))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(TakenRow::read).collect()
    }

    pub(super) async fn pool_differences(&self, limit: u32) -> Result<Vec<Found>, sqlx::Error> {
        sqlx::query_as(
            r"SELECT 'coupon pool ' || pool,
                     'it counts ' || SUM(total) || ' codes and ' || SUM(taken) || ' taken where there are ' || SUM(codes)
                     || ' and ' || SUM(codes_taken)
                FROM (SELECT pool, total, taken, 0 AS codes, 0 AS codes_taken
                        FROM coupon_pool
                       UNION ALL
                      SELECT pool, 0, 0, COUNT(*), COUNT(award_record_id)
                        FROM coupon_code
                       GROUP BY pool) AS line
               GROUP BY pool
              HAVING SUM(total) <> SUM(codes) OR SUM(taken) <> SUM(codes_taken)
               LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
    }
}
