//! Lots of points in SQLite: made by credits, used by debits, filled again by what comes back.

use sqlx::SqliteConnection;

use super::ledger::TransferJson;
use super::{Tried, changed, json, millis};
use crate::domain::calendar::Timestamp;
use crate::domain::id::TransferId;
use crate::domain::ledger::TransferReason;

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
