//! Lots of points in Postgres: made by credits, used by debits, filled again by what comes back.

use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::ledger::{Movement, account_key, write_entries, write_transfers};
use super::{Lock, PostgresStore, Tried, changed, column, ulid, uuid};
use crate::domain::calendar::Timestamp;
use crate::domain::id::{TransferId, UserId};
use crate::domain::ledger::{Account, TransferReason};

/// Makes a lot of each credit, on the account that takes the points.
pub(super) async fn make(tx: &mut PgConnection, credits: &[Movement<'_>], now: Timestamp) -> Tried<()> {
    let made = sqlx::query(
        r"INSERT INTO point_lot (transfer_id, account_id, bucket, amount, remaining, expires_at, created_at)
          SELECT batch.transfer_id, batch.account_id, batch.bucket, batch.amount, batch.amount, batch.expires_at, $6
            FROM UNNEST($1::uuid[], $2::text[], $3::smallint[], $4::bigint[], $5::timestamptz[])
                 AS batch (transfer_id, account_id, bucket, amount, expires_at)",
    )
    .bind(column(credits, |credit| credit.transfer_id))
    .bind(column(credits, |credit| credit.taker.as_str()))
    .bind(column(credits, |credit| credit.bucket))
    .bind(column(credits, |credit| credit.amount))
    .bind(column(credits, |credit| credit.expires_at))
    .bind(now)
    .execute(tx)
    .await?;
    changed("point_lot", made.rows_affected(), credits.len())
}

/// Takes a transfer's amount from the lots of the account that gives it: from the lot `first`, then from those that expire
/// first, and of those that expire together or never, from the oldest.
///
/// Invariant: a lot's remaining = its amount - what was taken and not put back.
pub(super) async fn take(tx: &mut PgConnection, transfer: &Movement<'_>, first: Option<TransferId>) -> Tried<()> {
    let taken: Vec<i64> = sqlx::query_scalar(
        r"INSERT INTO lot_use (transfer_id, lot_id, bucket, amount)
          SELECT $1, lot.transfer_id, lot.bucket, LEAST(lot.remaining, $3 - lot.before)
            FROM (SELECT point_lot.transfer_id, point_lot.bucket, point_lot.remaining,
                         (SUM(point_lot.remaining) OVER (ORDER BY point_lot.transfer_id IS NOT DISTINCT FROM $4 DESC,
                                                                  point_lot.expires_at NULLS LAST,
                                                                  point_lot.created_at,
                                                                  point_lot.transfer_id
                                                          ROWS UNBOUNDED PRECEDING)
                          - point_lot.remaining)::bigint AS before
                    FROM point_lot
                   WHERE point_lot.account_id = $2
                     AND point_lot.remaining > 0) AS lot
           WHERE lot.before < $3
          RETURNING amount",
    )
    .bind(transfer.transfer_id)
    .bind(&transfer.giver)
    .bind(transfer.amount)
    .bind(first.map(|first| uuid(first.ulid())))
    .fetch_all(&mut *tx)
    .await?;
    if taken.iter().sum::<i64>() != transfer.amount {
        return Err(format!("the lots of {} do not add up to its balance", transfer.giver).into());
    }
    let lessened = sqlx::query(
        r"UPDATE point_lot
             SET remaining = remaining - lot_use.amount
            FROM lot_use
           WHERE lot_use.transfer_id = $1
             AND point_lot.transfer_id = lot_use.lot_id",
    )
    .bind(transfer.transfer_id)
    .execute(tx)
    .await?;
    changed("point_lot", lessened.rows_affected(), taken.len())
}

/// The debit of that reason and key, and how much of it has not come back yet. Nothing where it has, or never was.
pub(super) async fn taken(tx: &mut PgConnection, reason: TransferReason, key: &str) -> Tried<Option<(Uuid, i64)>> {
    Ok(sqlx::query_as(
        r"SELECT transfer.transfer_id, SUM(lot_use.amount)::bigint
            FROM transfer
            JOIN lot_use ON lot_use.transfer_id = transfer.transfer_id
           WHERE transfer.reason = $1
             AND transfer.key = $2
             AND lot_use.restored_by IS NULL
           GROUP BY transfer.transfer_id",
    )
    .bind(reason.as_str())
    .bind(key)
    .fetch_optional(tx)
    .await?)
}

/// Puts what a debit took back into the very lots it came from.
pub(super) async fn put_back(tx: &mut PgConnection, debit_id: Uuid, restore: &Movement<'_>) -> Tried<()> {
    let restored: Vec<i64> = sqlx::query_scalar(
        r"UPDATE lot_use
             SET restored_by = $2
           WHERE transfer_id = $1
             AND restored_by IS NULL
          RETURNING amount",
    )
    .bind(debit_id)
    .bind(restore.transfer_id)
    .fetch_all(&mut *tx)
    .await?;
    if restored.iter().sum::<i64>() != restore.amount {
        let debit_id = TransferId::from_ulid(ulid(debit_id));
        return Err(format!("what {debit_id} took from lots is not what it gives back").into());
    }
    let filled = sqlx::query(
        r"UPDATE point_lot
             SET remaining = remaining + lot_use.amount
            FROM lot_use
           WHERE lot_use.transfer_id = $1
             AND lot_use.restored_by = $2
             AND point_lot.transfer_id = lot_use.lot_id",
    )
    .bind(debit_id)
    .bind(restore.transfer_id)
    .execute(tx)
    .await?;
    changed("point_lot", filled.rows_affected(), restored.len())
}

/// A lot whose time is over, with the transfer that is to expire what is left of it.
#[derive(FromRow)]
struct DueRow {
    lot_id: Uuid,
    account_id: String,
    bucket: i16,
    remaining: i64,
    expiries: i64,
    transfer_id: Uuid,
}

impl PostgresStore {
    pub(super) async fn try_due_lots(&self, now: Timestamp, limit: u32) -> Tried<Vec<TransferId>> {
        let due: Vec<Uuid> = sqlx::query_scalar(
            r"SELECT transfer_id
                FROM point_lot
               WHERE remaining > 0
                 AND expires_at <= $1
               ORDER BY expires_at
               LIMIT $2",
        )
        .bind(now)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(due.into_iter().map(|lot_id| TransferId::from_ulid(ulid(lot_id))).collect())
    }

    pub(super) async fn try_expire_lots(&self, lots: &[(TransferId, TransferId)], now: Timestamp) -> Tried<u64> {
        let lot_ids = column(lots, |(lot_id, _)| uuid(lot_id.ulid()));
        let transfer_ids = column(lots, |(_, transfer_id)| uuid(transfer_id.ulid()));
        let owners = self.owners(&lot_ids).await?;
        let mut tx = self.write(owners.iter().map(Lock::User)).await?;
        let due: Vec<DueRow> = sqlx::query_as(
            r"SELECT point_lot.transfer_id AS lot_id, point_lot.account_id, point_lot.bucket, point_lot.remaining,
                     point_lot.expiries, batch.transfer_id
                FROM UNNEST($1::uuid[], $2::uuid[]) AS batch (lot_id, transfer_id)
                JOIN point_lot ON point_lot.transfer_id = batch.lot_id
               WHERE point_lot.remaining > 0
                 AND point_lot.expires_at <= $3",
        )
        .bind(lot_ids)
        .bind(transfer_ids)
        .bind(now)
        .fetch_all(&mut *tx)
        .await?;
        expire(&mut tx, &due, now).await?;
        tx.commit().await?;
        Ok(due.len() as u64)
    }

    /// Whose these lots are. That never changes, so it can be read before anything is locked.
    async fn owners(&self, lot_ids: &[Uuid]) -> Tried<Vec<UserId>> {
        let accounts: Vec<String> = sqlx::query_scalar(
            r"SELECT DISTINCT account_id
                FROM point_lot
               WHERE transfer_id = ANY($1)",
        )
        .bind(lot_ids)
        .fetch_all(&self.pool)
        .await?;
        let owner = |account: &String| {
            let user_id = account.strip_prefix("user:");
            Ok(UserId::new(user_id.ok_or_else(|| format!("a lot of {account}, which is no user"))?)?)
        };
        accounts.iter().map(owner).collect()
    }
}

/// One transfer for each lot. Its key counts the expiries of the lot: what comes back into it later expires again.
async fn expire(tx: &mut PgConnection, due: &[DueRow], now: Timestamp) -> Tried<()> {
    let keys = column(due, |lot| format!("{}/{}", TransferId::from_ulid(ulid(lot.lot_id)), lot.expiries + 1));
    let transfers: Vec<_> = due
        .iter()
        .zip(&keys)
        .map(|(lot, key)| Movement {
            transfer_id: lot.transfer_id,
            bucket: lot.bucket,
            giver: lot.account_id.clone(),
            taker: account_key(&Account::Issuer, lot.bucket),
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
    let lot_ids = column(due, |lot| lot.lot_id);
    let uses = sqlx::query(
        r"INSERT INTO lot_use (transfer_id, lot_id, bucket, amount)
          SELECT batch.transfer_id, point_lot.transfer_id, point_lot.bucket, point_lot.remaining
            FROM UNNEST($1::uuid[], $2::uuid[]) AS batch (lot_id, transfer_id)
            JOIN point_lot ON point_lot.transfer_id = batch.lot_id",
    )
    .bind(&lot_ids)
    .bind(column(due, |lot| lot.transfer_id))
    .execute(&mut *tx)
    .await?;
    changed("lot_use", uses.rows_affected(), due.len())?;
    let emptied = sqlx::query(
        r"UPDATE point_lot
             SET remaining = 0, expiries = expiries + 1
           WHERE transfer_id = ANY($1)
             AND remaining > 0",
    )
    .bind(&lot_ids)
    .execute(tx)
    .await?;
    changed("point_lot", emptied.rows_affected(), due.len())
}
