//! The truth about stock in SQLite: epochs, used counts, and rows that void claims without an owner.

use std::collections::HashSet;

use async_trait::async_trait;
use serde::Serialize;
use sqlx::SqliteConnection;

use super::rows::stock_item;
use super::{SqliteStore, Tried, instant, json, millis};
use crate::domain::calendar::Timestamp;
use crate::domain::id::ActivityId;
use crate::domain::stock::{Claim, ClaimEnd, ClaimId, Epoch, StockItem, StockTruth};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::stock::{StockNote, StockStore, Turn};

#[async_trait]
impl StockStore for SqliteStore {
    async fn stock_epoch(&self, activity_id: &ActivityId) -> Stored<Option<Epoch>> {
        let epoch: Option<i64> = sqlx::query_scalar(
            r"SELECT epoch
                FROM stock_epoch
               WHERE activity_id = ?1",
        )
        .bind(activity_id.as_str())
        .fetch_optional(&self.readers)
        .await
        .map_err(Fault::doing("read the stock epoch"))?;
        Ok(epoch.map(Epoch))
    }

    async fn rebuild_turn(&self, _: &ActivityId) -> Stored<Turn> {
        // The file has one process, which lets one of its own rebuild at a time.
        Ok(Turn::default())
    }

    async fn raise_epoch(&self, activity_id: &ActivityId, seen: Epoch) -> Stored<Option<Epoch>> {
        let raised: Option<i64> = sqlx::query_scalar(
            r"UPDATE stock_epoch
                 SET epoch = epoch + 1
               WHERE activity_id = ?1
                 AND epoch = ?2
              RETURNING epoch",
        )
        .bind(activity_id.as_str())
        .bind(seen.0)
        .fetch_optional(&self.writer)
        .await
        .map_err(Fault::doing("raise the stock epoch"))?;
        Ok(raised.map(Epoch))
    }

    async fn stock_truth(&self, activity_id: &ActivityId) -> Stored<Vec<StockTruth>> {
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
            r"SELECT kind, item_id, total, used
                FROM stock_used
               WHERE activity_id = ?1
               ORDER BY position",
        )
        .bind(activity_id.as_str())
        .fetch_all(&self.readers)
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
        let notes = used.iter().map(|(item, used)| NoteJson { kind: item.kind(), item_id: item.id(), used: *used });
        let notes = json(&notes.collect::<Vec<_>>()).map_err(Fault::doing("note the stock"))?;
        sqlx::query(
            r"UPDATE stock_item
                 SET used_noted = note.value ->> 'used', noted_at = ?3
                FROM json_each(?2) AS note
               WHERE stock_item.activity_id = ?1
                 AND stock_item.kind = note.value ->> 'kind'
                 AND stock_item.item_id = note.value ->> 'item_id'",
        )
        .bind(activity_id.as_str())
        .bind(notes)
        .bind(millis(now))
        .execute(&self.writer)
        .await
        .map_err(Fault::doing("note the stock"))?;
        Ok(())
    }

    async fn stock_notes(&self, activity_id: &ActivityId) -> Stored<Vec<StockNote>> {
        let rows: Vec<(String, String, i64, i64, Option<i64>)> = sqlx::query_as(
            r"SELECT kind, item_id, total, used_noted, noted_at
                FROM stock_item
               WHERE activity_id = ?1
               ORDER BY position",
        )
        .bind(activity_id.as_str())
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("read the stock notes"))?;
        rows.into_iter()
            .map(|(kind, item_id, total, used, noted_at)| {
                Ok(StockNote {
                    item: stock_item(&kind, &item_id)?,
                    total: u64::try_from(total)?,
                    used: u64::try_from(used)?,
                    noted_at: noted_at.map(instant).transpose()?,
                })
            })
            .collect::<Tried<_>>()
            .map_err(Fault::doing("read the stock notes"))
    }
}

#[derive(Serialize)]
struct NoteJson<'a> {
    kind: &'static str,
    item_id: &'a str,
    used: u64,
}

#[derive(Serialize)]
struct VoidJson {
    id: String,
    bucket: u16,
}

impl SqliteStore {
    async fn try_end_claims(&self, claims: &[Claim], now: Timestamp) -> Tried<Vec<ClaimEnd>> {
        let (mut draws, mut orders) = (Vec::new(), Vec::new());
        for claim in claims {
            match claim.claim_id {
                ClaimId::Draw(id) => draws.push(VoidJson { id: id.ulid().to_string(), bucket: id.bucket().number() }),
                ClaimId::Recharge(id) => {
                    orders.push(VoidJson { id: id.ulid().to_string(), bucket: id.bucket().number() });
                }
            }
        }
        let mut tx = self.write().await?;
        let drawn_ids = void_draws(&mut tx, &json(&draws)?, millis(now)).await?;
        let granted_ids = void_orders(&mut tx, &json(&orders)?, millis(now)).await?;
        tx.commit().await?;
        let happened = |claim: &Claim| match claim.claim_id {
            ClaimId::Draw(id) => drawn_ids.contains(&id.ulid().to_string()),
            ClaimId::Recharge(id) => granted_ids.contains(&id.ulid().to_string()),
        };
        let end = |claim| if happened(claim) { ClaimEnd::Confirm } else { ClaimEnd::Release };
        Ok(claims.iter().map(end).collect())
    }
}

/// Voids the draws that are not there; gives those that are.
async fn void_draws(tx: &mut SqliteConnection, ids: &str, now: i64) -> Tried<HashSet<String>> {
    sqlx::query(
        r"INSERT INTO draw (draw_id, bucket, void, drawn_at)
          SELECT value ->> 'id', value ->> 'bucket', 1, ?2
            FROM json_each(?1)
           WHERE TRUE
          ON CONFLICT (draw_id) DO NOTHING",
    )
    .bind(ids)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let happened: Vec<String> = sqlx::query_scalar(
        r"SELECT draw_id
            FROM draw
           WHERE draw_id IN (SELECT value ->> 'id' FROM json_each(?1))
             AND void = 0",
    )
    .bind(ids)
    .fetch_all(&mut *tx)
    .await?;
    Ok(happened.into_iter().collect())
}

/// Voids the orders that are not there; gives those that are.
async fn void_orders(tx: &mut SqliteConnection, ids: &str, now: i64) -> Tried<HashSet<String>> {
    sqlx::query(
        r"INSERT INTO recharge_order (recharge_order_id, bucket, void, created_at)
          SELECT value ->> 'id', value ->> 'bucket', 1, ?2
            FROM json_each(?1)
           WHERE TRUE
          ON CONFLICT (recharge_order_id) DO NOTHING",
    )
    .bind(ids)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let happened: Vec<String> = sqlx::query_scalar(
        r"SELECT recharge_order_id
            FROM recharge_order
           WHERE recharge_order_id IN (SELECT value ->> 'id' FROM json_each(?1))
             AND void = 0",
    )
    .bind(ids)
    .fetch_all(&mut *tx)
    .await?;
    Ok(happened.into_iter().collect())
}
