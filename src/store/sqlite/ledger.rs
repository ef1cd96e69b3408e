//! Points in SQLite: balances, entries, and the transfers that effects cause.

use std::collections::HashSet;

use async_trait::async_trait;
use serde::Serialize;
use sqlx::{FromRow, SqliteConnection};

use super::rows::ulid;
use super::{SqliteStore, Tried, changed, instant, json, millis};
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{TransferId, UserId};
use crate::domain::ledger::{Account, Entry, TransferReason};
use crate::domain::points::Points;
use crate::fault::Fault;
use crate::store::ledger::LedgerStore;
use crate::store::{Page, Stored};

#[async_trait]
impl LedgerStore for SqliteStore {
    async fn points(&self, user_id: &UserId) -> Stored<Points> {
        let balance: Option<i64> = sqlx::query_scalar(
            r"SELECT balance
                FROM account
               WHERE account_id = ?1",
        )
        .bind(Account::User(user_id.clone()).key())
        .fetch_optional(&self.readers)
        .await
        .map_err(Fault::doing("read a balance"))?;
        Ok(Points::from_hundredths(balance.unwrap_or(0)))
    }

    async fn entries(&self, user_id: &UserId, page: &Page<TransferId>) -> Stored<Vec<Entry>> {
        let rows: Vec<EntryRow> = sqlx::query_as(
            r"SELECT entry.transfer_id, entry.amount, entry.balance, transfer.reason, transfer.key,
                     transfer.created_at
                FROM entry
                JOIN transfer ON transfer.transfer_id = entry.transfer_id
               WHERE entry.account_id = ?1
                 AND entry.transfer_id < ?2
               ORDER BY entry.transfer_id DESC
               LIMIT ?3",
        )
        .bind(Account::User(user_id.clone()).key())
        .bind(super::before(page.after.map(TransferId::ulid)))
        .bind(page.limit)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list a user's points"))?;
        rows.iter().map(EntryRow::read).collect::<Tried<_>>().map_err(Fault::doing("list a user's points"))
    }
}

/// A line of an account with its transfer.
#[derive(FromRow)]
pub(super) struct EntryRow {
    transfer_id: String,
    amount: i64,
    balance: i64,
    reason: String,
    key: String,
    created_at: i64,
}

impl EntryRow {
    pub(super) fn read(&self) -> Tried<Entry> {
        Ok(Entry {
            transfer_id: TransferId::from_ulid(ulid(&self.transfer_id)?),
            amount: Points::from_hundredths(self.amount),
            balance: Points::from_hundredths(self.balance),
            reason: self.reason.parse()?,
            key: self.key.clone(),
            created_at: instant(self.created_at)?,
        })
    }
}

/// Points that the issuer gives a user, once for each reason and key.
pub(super) struct Credit<'a> {
    pub(super) transfer_id: TransferId,
    pub(super) user_id: &'a UserId,
    pub(super) amount: Points,
    pub(super) reason: TransferReason,
    pub(super) key: String,
}

#[derive(Serialize)]
struct TransferJson<'a> {
    transfer_id: String,
    bucket: u16,
    account_id: String,
    amount: i64,
    reason: &'static str,
    key: &'a str,
}

/// Writes the credits whose key was not used before, with both their entries, and moves the balances.
pub(super) async fn credit(tx: &mut SqliteConnection, credits: &[Credit<'_>], now: Timestamp) -> Tried<()> {
    let mut transfers: Vec<_> = credits
        .iter()
        .map(|credit| TransferJson {
            transfer_id: credit.transfer_id.ulid().to_string(),
            bucket: Bucket::of(credit.user_id).number(),
            account_id: Account::User(credit.user_id.clone()).key(),
            amount: credit.amount.hundredths(),
            reason: credit.reason.as_str(),
            key: &credit.key,
        })
        .collect();
    let new: HashSet<String> = sqlx::query_scalar(
        r"INSERT INTO transfer (transfer_id, bucket, reason, key, created_at)
          SELECT value ->> 'transfer_id', value ->> 'bucket', value ->> 'reason', value ->> 'key', ?2
            FROM json_each(?1)
           WHERE TRUE
          ON CONFLICT (reason, key) DO NOTHING
          RETURNING transfer_id",
    )
    .bind(json(&transfers)?)
    .bind(millis(now))
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .collect();
    transfers.retain(|transfer| new.contains(&transfer.transfer_id));
    if transfers.is_empty() {
        return Ok(());
    }
    write_entries(tx, &transfers).await
}

/// Two entries for each transfer, then each account once: the issuer's row is touched once however many are credited.
async fn write_entries(tx: &mut SqliteConnection, transfers: &[TransferJson<'_>]) -> Tried<()> {
    let batch = json(transfers)?;
    sqlx::query(
        r"INSERT INTO account (account_id, bucket, balance)
          SELECT DISTINCT value ->> 'account_id', value ->> 'bucket', 0
            FROM json_each(?1)
           UNION ALL
          SELECT 'issuer', NULL, 0
           WHERE TRUE
          ON CONFLICT (account_id) DO NOTHING",
    )
    .bind(&batch)
    .execute(&mut *tx)
    .await?;
    let entries = sqlx::query(
        r"INSERT INTO entry (transfer_id, account_id, bucket, amount, balance)
          SELECT line.transfer_id, line.account_id, line.bucket, line.amount,
                 account.balance
                 + SUM(line.amount) OVER (PARTITION BY line.account_id
                                              ORDER BY line.transfer_id
                                               ROWS UNBOUNDED PRECEDING)
            FROM (SELECT value ->> 'transfer_id' AS transfer_id, value ->> 'account_id' AS account_id,
                         value ->> 'bucket' AS bucket, value ->> 'amount' AS amount
                    FROM json_each(?1)
                   UNION ALL
                  SELECT value ->> 'transfer_id', 'issuer', value ->> 'bucket', -(value ->> 'amount')
                    FROM json_each(?1)) AS line
           CROSS JOIN account ON account.account_id = line.account_id",
    )
    .bind(&batch)
    .execute(&mut *tx)
    .await?;
    changed("entry", entries.rows_affected(), 2 * transfers.len())?;
    sqlx::query(
        r"UPDATE account
             SET balance = balance + moved.amount
            FROM (SELECT value ->> 'account_id' AS account_id, SUM(value ->> 'amount') AS amount
                    FROM json_each(?1)
                   GROUP BY value ->> 'account_id'
                   UNION ALL
                  SELECT 'issuer', -SUM(value ->> 'amount')
                    FROM json_each(?1)) AS moved
           WHERE account.account_id = moved.account_id",
    )
    .bind(&batch)
    .execute(&mut *tx)
    .await?;
    Ok(())
}
