//! Lots of points in SQLite: made by credits, used by debits, filled again by what comes back.

use serde::Serialize;
use sqlx::{FromRow, SqliteConnection};

use super::ledger::{TransferJson, write_entries, write_transfers};
use super::rows::ulid;
use super::{SqliteStore, Tried, changed, json, millis};
use crate::domain::calendar::Timestamp;
use crate::domain::id::TransferId;
use crate::domain::ledger::{Account, TransferReason};

/// Makes a lot of each credit, on the account that takes the points.
pub(super) async fn make(tx: &mut SqliteConnection, credits: &[TransferJson<'_>], now: Timestamp) -> Tried<()> {
    let made = sqlx::query(
        r"INSERT INTO point_lot (transfer_id, account_id, bucket, amount, remaining, expires_at, created_at)
          SELECT value ->> 'transfer_id', value ->> 'taker', value ->> 'bucket', value ->> 'amount', value ->> 'amount',
                 value ->> 'expires_at', ?2
            FROM json_each(?1)",
    )
    .bind(json(credits)?)
    .bind(millis(now))
    .execute(tx)
    .await?;
    changed("point_lot", made.rows_affected(), credits.len())
}

/// Takes a transfer's amount from the lots of the account that gives it: from the lot `first`, then from those that expire
/// first, and of those that expire together or never, from the oldest.
///
/// Invariant: a lot's remaining = its amount - what was taken and not put back.
pub(super) async fn take(
    tx: &mut SqliteConnection,
    transfer: &TransferJson<'_>,
    first: Option<TransferId>,
) -> Tried<()> {
    let taken: Vec<i64> = sqlx::query_scalar(
        r"INSERT INTO lot_use (transfer_id, lot_id, bucket, amount)
          SELECT ?1, lot.transfer_id, lot.bucket, MIN(lot.remaining, ?3 - lot.before)
            FROM (SELECT point_lot.transfer_id, point_lot.bucket, point_lot.remaining,
                         SUM(point_lot.remaining) OVER (ORDER BY point_lot.transfer_id IS ?4 DESC,
                                                                 point_lot.expires_at IS NULL,
                                                                 point_lot.expires_at,
                                                                 point_lot.created_at,
                                                                 point_lot.transfer_id
                                                         ROWS UNBOUNDED PRECEDING)
                         - point_lot.remaining AS before
                    FROM point_lot
                   WHERE point_lot.account_id = ?2
                     AND point_lot.remaining > 0) AS lot
           WHERE lot.before < ?3
          RETURNING amount",
    )
    .bind(&transfer.transfer_id)
    .bind(&transfer.giver)
    .bind(transfer.amount)
    .bind(first.map(|first| first.ulid().to_string()))
    .fetch_all(&mut *tx)
    .await?;
    if taken.iter().sum::<i64>() != transfer.amount {
        return Err(format!("the lots of {} do not add up to its balance", transfer.giver).into());
    }
    let lessened = sqlx::query(
        r"UPDATE point_lot
             SET remaining = remaining - lot_use.amount
            FROM lot_use
           WHERE lot_use.transfer_id = ?1
             AND point_lot.transfer_id = lot_use.lot_id",
    )
    .bind(&transfer.transfer_id)
    .execute(tx)
    .await?;
    changed("point_lot", lessened.rows_affected(), taken.len())
}

/// The debit of that reason and key, and how much of it has not come back yet. Nothing where it has, or never was.
pub(super) async fn taken(
    tx: &mut SqliteConnection,
    reason: TransferReason,
    key: &str,
) -> Tried<Option<(String, i64)>> {
    Ok(sqlx::query_as(
        r"SELECT transfer.transfer_id, SUM(lot_use.amount)
            FROM transfer
           CROSS JOIN lot_use ON lot_use.transfer_id = transfer.transfer_id
           WHERE transfer.reason = ?1
             AND transfer.key = ?2
             AND lot_use.restored_by IS NULL
           GROUP BY transfer.transfer_id",
    )
    .bind(reason.as_str())
    .bind(key)
    .fetch_optional(tx)
    .await?)
}

/// Puts what a debit took back into the very lots it came from.
pub(super) async fn put_back(tx: &mut SqliteConnection, debit_id: &str, restore: &TransferJson<'_>) -> Tried<()> {
    let restored: Vec<i64> = sqlx::query_scalar(
        r"UPDATE lot_use
             SET restored_by = ?2
           WHERE transfer_id = ?1
             AND restored_by IS NULL
          RETURNING amount",
    )
    .bind(debit_id)
    .bind(&restore.transfer_id)
    .fetch_all(&mut *tx)
    .await?;
    if restored.iter().sum::<i64>() != restore.amount {
        return Err(format!("what {debit_id} took from lots is not what it gives back").into());
    }
    let filled = sqlx::query(
        r"UPDATE point_lot
             SET remaining = remaining + lot_use.amount
            FROM lot_use
           WHERE lot_use.transfer_id = ?1
             AND lot_use.restored_by = ?2
             AND point_lot.transfer_id = lot_use.lot_id",
    )
    .bind(debit_id)
    .bind(&restore.transfer_id)
    .execute(tx)
    .await?;
    changed("point_lot", filled.rows_affected(), restored.len())
}

/// A lot whose time is over, with the transfer that is to expire what is left of it.
#[derive(FromRow)]
struct DueRow {
    lot_id: String,
    account_id: String,
    bucket: u16,
    remaining: i64,
    expiries: i64,
    transfer_id: String,
}

/// A lot and the transfer that is to expire it, as the statements read them.
#[derive(Serialize)]
struct ExpiryJson {
    lot_id: String,
    transfer_id: String,
}

impl SqliteStore {
    pub(super) async fn try_due_lots(&self, now: Timestamp, limit: u32) -> Tried<Vec<TransferId>> {
        let due: Vec<String> = sqlx::query_scalar(
            r"SELECT transfer_id
                FROM point_lot
               WHERE remaining > 0
                 AND expires_at <= ?1
               ORDER BY expires_at
               LIMIT ?2",
        )
        .bind(millis(now))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        due.iter().map(|lot_id| Ok(TransferId::from_ulid(ulid(lot_id)?))).collect()
    }

    pub(super) async fn try_expire_lots(&self, lots: &[(TransferId, TransferId)], now: Timestamp) -> Tried<u64> {
        let wanted: Vec<_> = lots
            .iter()
            .map(|(lot_id, transfer_id)| ExpiryJson {
                lot_id: lot_id.ulid().to_string(),
                transfer_id: transfer_id.ulid().to_string(),
            })
            .collect();
        let mut tx = self.write().await?;
        let due: Vec<DueRow> = sqlx::query_as(
            r"SELECT point_lot.transfer_id AS lot_id, point_lot.account_id, point_lot.bucket, point_lot.remaining,
                     point_lot.expiries, batch.value ->> 'transfer_id' AS transfer_id
                FROM json_each(?1) AS batch
               CROSS JOIN point_lot ON point_lot.transfer_id = batch.value ->> 'lot_id'
               WHERE point_lot.remaining > 0
                 AND point_lot.expires_at <= ?2",
        )
        .bind(json(&wanted)?)
        .bind(millis(now))
        .fetch_all(&mut *tx)
        .await?;
        expire(&mut tx, &due, now).await?;
        tx.commit().await?;
        Ok(due.len() as u64)
    }
}

/// One transfer for each lot. Its key counts the expiries of the lot: what comes back into it later expires again.
async fn expire(tx: &mut SqliteConnection, due: &[DueRow], now: Timestamp) -> Tried<()> {
    let keys: Vec<_> = due.iter().map(|lot| format!("xfer_{}/{}", lot.lot_id, lot.expiries + 1)).collect();
    let transfers: Vec<_> = due
        .iter()
        .zip(&keys)
        .map(|(lot, key)| TransferJson {
            transfer_id: lot.transfer_id.clone(),
            bucket: lot.bucket,
            giver: lot.account_id.clone(),
            taker: Account::Issuer.key(),
            amount: lot.remaining,
            reason: TransferReason::Expiry.as_str(),
            key,
            request: None,
            note: None,
            expires_at: None,
        })
        .collect();
    let new = write_transfers(tx, &transfers, now).await?;
    changed("transfer", new.len() as u64, due.len())?;
    if due.is_empty() {
        return Ok(());
    }
    write_entries(tx, &transfers).await?;
    let expiries: Vec<_> =
        due.iter().map(|lot| ExpiryJson { lot_id: lot.lot_id.clone(), transfer_id: lot.transfer_id.clone() }).collect();
    let expiries = json(&expiries)?;
    let uses = sqlx::query(
        r"INSERT INTO lot_use (transfer_id, lot_id, bucket, amount)
          SELECT batch.value ->> 'transfer_id', point_lot.transfer_id, point_lot.bucket, point_lot.remaining
            FROM json_each(?1) AS batch
           CROSS JOIN point_lot ON point_lot.transfer_id = batch.value ->> 'lot_id'",
    )
    .bind(&expiries)
    .execute(&mut *tx)
    .await?;
    changed("lot_use", uses.rows_affected(), due.len())?;
    let emptied = sqlx::query(
        r"UPDATE point_lot
             SET remaining = 0, expiries = expiries + 1
           WHERE transfer_id IN (SELECT value ->> 'lot_id' FROM json_each(?1))
             AND remaining > 0",
    )
    .bind(&expiries)
    .execute(tx)
    .await?;
    changed("point_lot", emptied.rows_affected(), due.len())
}
