//! Goods in Postgres: claims and parcels.

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::json as value;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::audit::{self, Changed};
use super::rows::AwardRow;
use super::{Lock, PostgresStore, Tried, before, changed, ulid, uuid};
use crate::domain::audit::Change;
use crate::domain::award::AwardState;
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::goods::{ClaimableAward, GoodsClaim, GoodsState, Recipient, Shipment};
use crate::domain::id::{AwardRecordId, OutboxId, UserId};
use crate::domain::stock::ReturnedUnit;
use crate::fault::Fault;
use crate::store::goods::{Claimed, GoodsStore, Shipped};
use crate::store::{Page, Stored};

#[derive(FromRow)]
struct ClaimRow {
    award_record_id: Uuid,
    user_id: String,
    recipient: Json<Recipient>,
    claimed_at: Timestamp,
    shipped_at: Option<Timestamp>,
    tracking: Option<String>,
}

impl ClaimRow {
    fn read(self) -> Tried<GoodsClaim> {
        let shipment = match (self.shipped_at, self.tracking) {
            (Some(shipped_at), Some(tracking)) => Some(Shipment { shipped_at, tracking }),
            _ => None,
        };
        Ok(GoodsClaim {
            award_record_id: AwardRecordId::from_ulid(ulid(self.award_record_id)),
            user_id: UserId::new(&self.user_id)?,
            recipient: self.recipient.0,
            claimed_at: self.claimed_at,
            shipment,
        })
    }
}

#[async_trait]
impl GoodsStore for PostgresStore {
    async fn claimable_award(&self, award_record_id: AwardRecordId) -> Stored<Option<ClaimableAward>> {
        let mut awards =
            self.with_claims(&[award_record_id]).await.map_err(Fault::doing("read an award with its claim"))?;
        Ok(awards.pop())
    }

    async fn goods_claims(&self, award_record_ids: &[AwardRecordId]) -> Stored<Vec<GoodsClaim>> {
        let ids: Vec<Uuid> = award_record_ids.iter().map(|id| uuid(id.ulid())).collect();
        let mut connection = self.pool.acquire().await.map_err(Fault::doing("read claims"))?;
        read_claims(&mut connection, &ids).await.map_err(Fault::doing("read claims"))
    }

    async fn claim_goods(&self, claim: &GoodsClaim) -> Stored<Claimed> {
        self.try_claim_goods(claim).await.map_err(Fault::doing("claim goods"))
    }

    async fn ship_goods(&self, award_record_id: AwardRecordId, tracking: &str, change: &Change) -> Stored<Shipped> {
        self.try_ship(award_record_id, tracking, change).await.map_err(Fault::doing("note that goods were sent"))
    }

    async fn goods(&self, state: GoodsState, page: &Page<AwardRecordId>) -> Stored<Vec<ClaimableAward>> {
        self.list_goods(state, page).await.map_err(Fault::doing("list goods"))
    }

    async fn recall_unclaimed(
        &self,
        leases: &[(OutboxId, u32)],
        reason: &str,
        now: Timestamp,
    ) -> Stored<Vec<ReturnedUnit>> {
        self.try_recall_unclaimed(leases, reason, now).await.map_err(Fault::doing("recall unclaimed goods"))
    }
}

async fn read_claims(connection: &mut PgConnection, ids: &[Uuid]) -> Tried<Vec<GoodsClaim>> {
    let rows: Vec<ClaimRow> = sqlx::query_as(
        r"SELECT award_record_id, user_id, recipient, claimed_at, shipped_at, tracking
            FROM goods_claim
           WHERE award_record_id = ANY($1)",
    )
    .bind(ids)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(ClaimRow::read).collect()
}

async fn award_state(tx: &mut PgConnection, award: Uuid) -> Tried<AwardState> {
    let state: Option<String> = sqlx::query_scalar(
        r"SELECT state
            FROM award_record
           WHERE award_record_id = $1",
    )
    .bind(award)
    .fetch_optional(tx)
    .await?;
    Ok(state.ok_or("the award was never promised")?.parse()?)
}

impl PostgresStore {
    /// The awards that are there, in the order asked, with their claims.
    async fn with_claims(&self, ids: &[AwardRecordId]) -> Tried<Vec<ClaimableAward>> {
        let ids: Vec<Uuid> = ids.iter().map(|id| uuid(id.ulid())).collect();
        let rows: Vec<AwardRow> = sqlx::query_as(
            r"SELECT promised_award.*
                FROM UNNEST($1::uuid[]) WITH ORDINALITY AS batch (award_record_id, number)
                JOIN promised_award ON promised_award.award_record_id = batch.award_record_id
               ORDER BY batch.number",
        )
        .bind(&ids)
        .fetch_all(&self.pool)
        .await?;
        let mut connection = self.pool.acquire().await?;
        let claims = read_claims(&mut connection, &ids).await?;
        let mut claims: HashMap<_, _> = claims.into_iter().map(|claim| (claim.award_record_id, claim)).collect();
        rows.iter()
            .map(|row| {
                let award = row.read()?;
                let claim = claims.remove(&award.award_record_id);
                Ok(ClaimableAward { award, claim })
            })
            .collect()
    }

    async fn try_claim_goods(&self, claim: &GoodsClaim) -> Tried<Claimed> {
        let award = uuid(claim.award_record_id.ulid());
        let mut tx = self.write([Lock::User(&claim.user_id)]).await?;
        let earlier = read_claims(&mut tx, &[award]).await?.pop();
        if let Some(earlier) = earlier {
            if earlier.recipient == claim.recipient {
                return Ok(Claimed::Kept(earlier));
            }
            if earlier.shipment.is_some() {
                return Ok(Claimed::Shipped);
            }
        }
        let state = award_state(&mut tx, award).await?;
        if !matches!(state, AwardState::Pending | AwardState::Dead) {
            return Ok(Claimed::Over(state));
        }
        let kept = sqlx::query(
            r"INSERT INTO goods_claim (award_record_id, user_id, bucket, recipient, claimed_at)
              VALUES ($1, $2, $3, $4, $5)
              ON CONFLICT (award_record_id) DO UPDATE
                 SET recipient = excluded.recipient, claimed_at = excluded.claimed_at
               WHERE goods_claim.shipped_at IS NULL",
        )
        .bind(award)
        .bind(claim.user_id.as_str())
        .bind(Bucket::of(&claim.user_id).number().cast_signed())
        .bind(Json(&claim.recipient))
        .bind(claim.claimed_at)
        .execute(&mut *tx)
        .await?;
        changed("goods_claim", kept.rows_affected(), 1)?;
        tx.commit().await?;
        Ok(Claimed::Kept(claim.clone()))
    }

    async fn try_ship(&self, award_record_id: AwardRecordId, tracking: &str, change: &Change) -> Tried<Shipped> {
        let award = uuid(award_record_id.ulid());
        let winners = self.winners(&[award]).await?;
        let winners = winners.iter().map(Lock::User).chain([Lock::Bucket(award_record_id.bucket())]);
        let mut tx = self.write(winners).await?;
        let Some(claim) = read_claims(&mut tx, &[award]).await?.pop() else { return Ok(Shipped::Unclaimed) };
        if let Some(shipment) = claim.shipment {
            let same = shipment.tracking == tracking;
            return Ok(if same { Shipped::Sent(shipment) } else { Shipped::Earlier(shipment) });
        }
        let state = award_state(&mut tx, award).await?;
        if !matches!(state, AwardState::Pending | AwardState::Dead) {
            return Ok(Shipped::Over(state));
        }
        let shipped = sqlx::query(
            r"UPDATE goods_claim
                 SET shipped_at = $2, tracking = $3
               WHERE award_record_id = $1
                 AND shipped_at IS NULL",
        )
        .bind(award)
        .bind(change.at)
        .bind(tracking)
        .execute(&mut *tx)
        .await?;
        changed("goods_claim", shipped.rows_affected(), 1)?;
        let delivered = sqlx::query(
            r"UPDATE award_record
                 SET state = 'delivered', delivered_at = $2, reference = $3
               WHERE award_record_id = $1
                 AND state IN ('pending', 'dead')",
        )
        .bind(award)
        .bind(change.at)
        .bind(tracking)
        .execute(&mut *tx)
        .await?;
        changed("award_record", delivered.rows_affected(), 1)?;
        let done = sqlx::query(
            r"UPDATE outbox
                 SET state = 'done', due_at = NULL, ended_at = $2
               WHERE award_record_id = $1
                 AND state <> 'done'",
        )
        .bind(award)
        .bind(change.at)
        .execute(&mut *tx)
        .await?;
        changed("outbox", done.rows_affected(), 1)?;
        let record = Changed {
            action: "goods.ship",
            subject: format!("award record {award_record_id}"),
            before: Some(value!({ "award": state })),
            after: Some(value!({ "award": AwardState::Delivered, "tracking": tracking })),
        };
        audit::write(&mut tx, change, &record).await?;
        tx.commit().await?;
        Ok(Shipped::Sent(Shipment { shipped_at: change.at, tracking: tracking.to_owned() }))
    }

    /// Goods that nobody claimed are found through open work, which is little; the others through their claims.
    async fn list_goods(&self, state: GoodsState, page: &Page<AwardRecordId>) -> Tried<Vec<ClaimableAward>> {
        let query = match state {
            GoodsState::Unclaimed => sqlx::query_scalar(
                r"SELECT award_record.award_record_id
                    FROM (SELECT award_record_id
                            FROM outbox
                           WHERE due_at IS NOT NULL
                           UNION ALL
                          SELECT award_record_id
                            FROM outbox
                           WHERE state = 'dead') AS open_work
                    JOIN award_record ON award_record.award_record_id = open_work.award_record_id
                   JOIN draw ON draw.draw_id = award_record.draw_id
                   WHERE draw.kind = 'goods'
                     AND award_record.award_record_id < $1
                     AND NOT EXISTS (SELECT 1
                                       FROM goods_claim
                                      WHERE goods_claim.award_record_id = award_record.award_record_id)
                   ORDER BY award_record.award_record_id DESC
                   LIMIT $2",
            ),
            GoodsState::Claimed => sqlx::query_scalar(
                r"SELECT award_record_id
                    FROM goods_claim
                   WHERE shipped_at IS NULL
                     AND award_record_id < $1
                   ORDER BY award_record_id DESC
                   LIMIT $2",
            ),
            GoodsState::Shipped => sqlx::query_scalar(
                r"SELECT award_record_id
                    FROM goods_claim
                   WHERE shipped_at IS NOT NULL
                     AND award_record_id < $1
                   ORDER BY award_record_id DESC
                   LIMIT $2",
            ),
        };
        let ids: Vec<Uuid> = query
            .bind(before(page.after.map(AwardRecordId::ulid)))
            .bind(i64::from(page.limit))
            .fetch_all(&self.pool)
            .await?;
        let ids: Vec<AwardRecordId> = ids.into_iter().map(|id| AwardRecordId::from_ulid(ulid(id))).collect();
        self.with_claims(&ids).await
    }
}
