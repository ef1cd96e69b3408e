//! The truth about stock in Postgres: epochs, used counts, and rows that void claims without an owner.

use std::collections::HashSet;

use async_trait::async_trait;
use sqlx::PgConnection;
use uuid::Uuid;

use super::rows::stock_item;
use super::{Cause, Lock, PostgresStore, Tried, bucket, column, uuid};
use crate::domain::calendar::Timestamp;
use crate::domain::id::ActivityId;
use crate::domain::stock::{Claim, ClaimEnd, ClaimId, Epoch, StockItem, StockTruth};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::stock::{StockNote, StockStore, Turn};

#[async_trait]
impl StockStore for PostgresStore {
    async fn stock_epoch(&self, activity_id: &ActivityId) -> Stored<Option<Epoch>> {
        let epoch: Option<i64> = sqlx::query_scalar(
            r"SELECT epoch
                FROM stock_epoch
               WHERE activity_id = $1",
        )
        .bind(activity_id.as_str())
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("read the stock epoch"))?;
        Ok(epoch.map(Epoch))
    }

    async fn rebuild_turn(&self, activity_id: &ActivityId) -> Stored<Turn> {
        let held = self.hold(Lock::Named("rebuild", activity_id.as_str())).await;
        held.map(Turn::of).map_err(Fault::doing("wait for a turn to fill counters"))
    }

    async fn raise_epoch(&self, activity_id: &ActivityId, seen: Epoch) -> Stored<Option<Epoch>> {
        self.try_raise_epoch(activity_id, seen).await.map_err(Fault::doing("raise the stock epoch"))
    }

    async fn stock_truth(&self, activity_id: &ActivityId) -> Stored<Vec<StockTruth>> {
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
            r"SELECT kind, item_id, total, used
                FROM stock_used
               WHERE activity_id = $1
               ORDER BY position",
        )
        .bind(activity_id.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("count the stock"))?;
        rows.into_iter()
            .map(|(kind, item_id, total, used)| {
                Ok(StockTruth {
                    item: stock_item(&kind, &item_id)?,
                    total: u64::try_from(total)?,
                    used: u64::try_from(used)?,
                })
            })
            .collect::<Tried<_>>()
            .map_err(Fault::doing("count the stock"))
    }

    async fn end_claims(&self, claims: &[Claim], now: Timestamp) -> Stored<Vec<ClaimEnd>> {
        self.try_end_claims(claims, now).await.map_err(Fault::doing("end claims"))
    }

    async fn note_stock(&self, activity_id: &ActivityId, used: &[(StockItem, u64)], now: Timestamp) -> Stored<()> {
        self.try_note(activity_id, used, now).await.map_err(Fault::doing("note the stock"))
    }

    async fn stock_notes(&self, activity_id: &ActivityId) -> Stored<Vec<StockNote>> {
        let rows: Vec<(String, String, i64, i64, Option<Timestamp>)> = sqlx::query_as(
            r"SELECT kind, item_id, total, used_noted, noted_at
                FROM stock_item
               WHERE activity_id = $1
               ORDER BY position",
        )
        .bind(activity_id.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("read the stock notes"))?;
        rows.into_iter()
            .map(|(kind, item_id, total, used, noted_at)| {
                Ok(StockNote {
                    item: stock_item(&kind, &item_id)?,
                    total: u64::try_from(total)?,
                    used: u64::try_from(used)?,
                    noted_at,
                })
            })
            .collect::<Tried<_>>()
            .map_err(Fault::doing("read the stock notes"))
    }
}

impl PostgresStore {
    /// Waits for every transaction that read the epoch to rely on it: what they write is there once this returns.
    async fn try_raise_epoch(&self, activity_id: &ActivityId, seen: Epoch) -> Tried<Option<Epoch>> {
        let mut tx = self.write([Lock::Activity(activity_id)]).await?;
        let raised: Option<i64> = sqlx::query_scalar(
            r"UPDATE stock_epoch
                 SET epoch = epoch + 1
               WHERE activity_id = $1
                 AND epoch = $2
              RETURNING epoch",
        )
        .bind(activity_id.as_str())
        .bind(seen.0)
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(raised.map(Epoch))
    }

    async fn try_note(&self, activity_id: &ActivityId, used: &[(StockItem, u64)], now: Timestamp) -> Tried<()> {
        let used_noted: Vec<i64> = used.iter().map(|(_, used)| i64::try_from(*used)).collect::<Result<_, _>>()?;
        let mut tx = self.write([Lock::Activity(activity_id)]).await?;
        sqlx::query(
            r"UPDATE stock_item
                 SET used_noted = note.used, noted_at = $5
                FROM UNNEST($2::text[], $3::text[], $4::bigint[]) AS note (kind, item_id, used)
               WHERE stock_item.activity_id = $1
                 AND stock_item.kind = note.kind
                 AND stock_item.item_id = note.item_id",
        )
        .bind(activity_id.as_str())
        .bind(column(used, |(item, _)| item.kind()))
        .bind(column(used, |(item, _)| item.id()))
        .bind(used_noted)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn try_end_claims(&self, claims: &[Claim], now: Timestamp) -> Tried<Vec<ClaimEnd>> {
        let (mut draws, mut orders) = (Vec::new(), Vec::new());
        for claim in claims {
            match claim.claim_id {
                ClaimId::Draw(id) => draws.push((uuid(id.ulid()), bucket(id.bucket()))),
                ClaimId::Recharge(id) => orders.push((uuid(id.ulid()), bucket(id.bucket()))),
            }
        }
        let mut tx = self.write([]).await?;
        let drawn_ids = void_draws(&mut tx, &draws, now).await?;
        let granted_ids = void_orders(&mut tx, &orders, now).await?;
        tx.commit().await?;
        let happened = |claim: &Claim| match claim.claim_id {
            ClaimId::Draw(id) => drawn_ids.contains(&uuid(id.ulid())),
            ClaimId::Recharge(id) => granted_ids.contains(&uuid(id.ulid())),
        };
        let end = |claim| if happened(claim) { ClaimEnd::Confirm } else { ClaimEnd::Release };
        Ok(claims.iter().map(end).collect())
    }
}

/// Voids the draws that are not there; gives those that are.
///
/// An insert waits for a draw that is being recorded under the same id, and the statement after it sees whether that draw
/// committed. Keys are taken in their order here and where draws and orders are written, so that nobody waits in a circle.
async fn void_draws(tx: &mut PgConnection, ids: &[(Uuid, i16)], now: Timestamp) -> Tried<HashSet<Uuid>> {
    sqlx::query(
        r"INSERT INTO draw (draw_id, bucket, void, drawn_at)
          SELECT id, bucket, TRUE, $3
            FROM UNNEST($1::uuid[], $2::smallint[]) AS claim (id, bucket)
           ORDER BY id
          ON CONFLICT (draw_id) DO NOTHING",
    )
    .bind(column(ids, |(id, _)| *id))
    .bind(column(ids, |(_, bucket)| *bucket))
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let happened: Vec<Uuid> = sqlx::query_scalar(
        r"SELECT draw_id
            FROM draw
           WHERE draw_id = ANY($1)
             AND NOT void",
    )
    .bind(column(ids, |(id, _)| *id))
    .fetch_all(&mut *tx)
    .await?;
    Ok(happened.into_iter().collect())
}

/// Voids the orders that are not there; gives those that are.
async fn void_orders(tx: &mut PgConnection, ids: &[(Uuid, i16)], now: Timestamp) -> Tried<HashSet<Uuid>> {
    sqlx::query(
        r"INSERT INTO recharge_order (recharge_order_id, bucket, void, created_at)
          SELECT id, bucket, TRUE, $3
            FROM UNNEST($1::uuid[], $2::smallint[]) AS claim (id, bucket)
           ORDER BY id
          ON CONFLICT (recharge_order_id) DO NOTHING",
    )
    .bind(column(ids, |(id, _)| *id))
    .bind(column(ids, |(_, bucket)| *bucket))
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let happened: Vec<Uuid> = sqlx::query_scalar(
        r"SELECT recharge_order_id
            FROM recharge_order
           WHERE recharge_order_id = ANY($1)
             AND NOT void",
    )
    .bind(column(ids, |(id, _)| *id))
    .fetch_all(&mut *tx)
    .await?;
    Ok(happened.into_iter().collect())
}

/// How often a batch is judged. Again means that claims of it were ended in between: those are judged for good by then.
pub(super) const JUDGED_MAX: usize = 8;

/// Whether a draw or an order could not be written because its claim was ended after it was judged: the void row was not
/// there then, and is now.
pub(super) fn was_voided(cause: &Cause) -> bool {
    let fault = cause.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
    fault.and_then(|fault| fault.constraint()).is_some_and(|name| matches!(name, "draw_pk" | "recharge_order_pk"))
}

/// Units of each item that rows use, in order. As the view `stock_used`, for items that may not be counted yet.
pub(super) async fn count_used(
    connection: &mut PgConnection,
    activity_id: &ActivityId,
    items: &[StockItem],
) -> Tried<Vec<u64>> {
    let used: Vec<i64> = sqlx::query_scalar(
        r"SELECT CASE item.kind
                 WHEN 'award' THEN (SELECT COUNT(*)
                                      FROM draw
                                     WHERE NOT draw.void
                                       AND draw.activity_id = $1
                                       AND draw.award_id = item.item_id)
                                 - (SELECT COUNT(*)
                                      FROM award_record
                                      JOIN draw ON draw.draw_id = award_record.draw_id
                                     WHERE award_record.state = 'recalled'
                                       AND draw.activity_id = $1
                                       AND draw.award_id = item.item_id)
                 ELSE (SELECT COUNT(*)
                         FROM recharge_order
                        WHERE NOT recharge_order.void
                          AND recharge_order.reversed_at IS NULL
                          AND recharge_order.source IN ('request', 'redemption')
                          AND recharge_order.activity_id = $1
                          AND recharge_order.sku = item.item_id)
                 END
            FROM UNNEST($2::text[], $3::text[]) WITH ORDINALITY AS item (kind, item_id, number)
           ORDER BY item.number",
    )
    .bind(activity_id.as_str())
    .bind(column(items, StockItem::kind))
    .bind(column(items, StockItem::id))
    .fetch_all(connection)
    .await?;
    used.into_iter().map(|used| Ok(u64::try_from(used)?)).collect()
}
